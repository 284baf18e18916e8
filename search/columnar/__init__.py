"""
The engine: immutable segments of memory-mapped arrays, and an executor of ``whoosh.query`` trees over them.

The engine stores terms and knows nothing of languages. Its parts, lowest first: ``arrays`` (a file of named arrays),
``document`` (what is stored), ``invert`` and ``merge`` (documents and segments to arrays), ``segment`` (one segment,
read), ``commit`` (the list of segments and its atomic switch), ``writer``, ``snapshot`` (all segments of one commit as
one archive), ``ranking``, ``execute`` (query tree to documents and scores), ``collect`` (filters, counts, facets,
groups, order); beside them ``verify`` (is an index sound), ``salvage`` (make it so), ``rebuild`` (bring it to a new
version) and ``remains`` (stored documents of any format).
"""
