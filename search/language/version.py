"""
The version of the analysis: an index made with another one has other terms, and is refused.

It changes with the rules (by hand, below), with the tables and lists in ``data`` and ``data/quotations`` that make
terms, and with the installed dictionaries. Tables in ``data/queries`` serve queries only and outdate no index.
"""

import functools
import hashlib
from importlib import metadata, resources

# Raise it with every change of the code in this package that changes any term.
RULES_VERSION = 3

_DICTIONARIES = ("pymorphy3-dicts-uk", "pymorphy3-dicts-ru", "snowballstemmer", "PyStemmer", "lemminflect")

# Lists that only cut texts into sentences.
_WITHOUT_TERMS = frozenset({"sentence_abbreviations.txt"})


@functools.cache
def analysis_version() -> str:
    """
    Return the version of the analysis, to be kept in an index and compared by equality.

    >>> analysis_version().split()[0]
    'rules-3'
    """
    installed = (f"{name}-{metadata.version(name)}" for name in _DICTIONARIES)
    return " ".join((f"rules-{RULES_VERSION}", f"data-{_data_digest()}", *installed))


def _data_digest() -> str:
    digest = hashlib.sha256()
    data = resources.files("search.language").joinpath("data")
    files = [*data.iterdir(), *data.joinpath("quotations").iterdir()]
    tables = (file for file in files if file.name.endswith((".tsv", ".txt")) and file.name not in _WITHOUT_TERMS)
    for file in sorted(tables, key=lambda file: file.name):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
