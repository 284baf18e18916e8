"""
The rooms behind the door ``search``: articles in and out of the engine, requests, pages, snippets, facets.

``documents`` says how articles are stored, ``view`` what a call sees; ``pages``, ``related``, ``suggestions`` and
``statistics`` answer; ``archive`` is the object that puts them together.
"""
