"""The lines of the tables and lists in ``data``, which linguists edit; what they mean, whoever asks for them knows."""

from collections.abc import Iterator
from importlib import resources

#: The folder of tables that serve queries only, and outdate no index.
QUERIES = "queries"


def read_text(*path: str) -> str:
    """Return the content of a file in ``data``."""
    return resources.files("search.language").joinpath("data", *path).read_text(encoding="utf-8")


def lines_of(text: str) -> Iterator[str]:
    """
    Yield the lines of a table or list; empty lines and lines that begin with ``#`` are comments.

    >>> list(lines_of("# words\\nмир\\n\\nwar\\n"))
    ['мир', 'war']
    """
    return (line for line in text.splitlines() if line.strip() and not line.startswith("#"))


def read_list(*path: str) -> frozenset[str]:
    """Return the words of a list in ``data``, of which many may stand on a line."""
    return frozenset(word for line in lines_of(read_text(*path)) for word in line.split())
