"""
Bringing articles in: ``read_sources`` reads files, folders and standard input.

``sources`` opens them, ``streams`` takes compression off, ``formats`` picks a reader by content and name, and there is
one module per format. Every reader gives ``Reading`` values: articles, errors and remarks.
"""

from indexer.readers.formats import FOLDER_SUFFIXES
from indexer.readers.reading import Reader, Reading, Remark
from indexer.readers.sources import read_sources

__all__ = ["FOLDER_SUFFIXES", "Reader", "Reading", "Remark", "read_sources"]
