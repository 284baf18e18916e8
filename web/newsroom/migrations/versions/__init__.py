"""
One file for each step: ``vNNNN_topic.py``, whose ``revision`` is the topic and ``down_revision`` the step before it.

Steps of a release that has been out are never changed.
"""
