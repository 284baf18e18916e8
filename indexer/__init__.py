"""
Bringing articles into the archive: readers of formats, and the writing of what they give.

>>> import indexer
>>> indexer.index_articles(indexer.read_sources(["examples/archive"]), "index")      # doctest: +SKIP
"""

from indexer.dictionary import add_words, listed_words, remove_all_words, remove_words
from indexer.errors import IndexerError, RecordError, SourceUnavailable
from indexer.learn import learn_translations
from indexer.readers import Remark, read_sources
from indexer.rebuild import rebuild_damaged, reindex, reindex_into
from indexer.report import Report
from indexer.write import check_articles, delete_articles, index_articles
from search.archive.linking import link_archive

__all__ = [
    "IndexerError",
    "RecordError",
    "Remark",
    "Report",
    "SourceUnavailable",
    "add_words",
    "check_articles",
    "delete_articles",
    "index_articles",
    "learn_translations",
    "link_archive",
    "listed_words",
    "read_sources",
    "rebuild_damaged",
    "reindex",
    "reindex_into",
    "remove_all_words",
    "remove_words",
]
