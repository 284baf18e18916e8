"""
One file for each step: ``vNNNN_topic.py``, whose ``revision`` is the topic and ``down_revision`` the step before it.

None remakes ``users`` (batch mode): dropping the old table would delete what belongs to people.
Steps of a release that has been out are never changed.
"""
