"""
What the benchmark asks of every engine, and what they have in common.

An engine gets documents that are analysed already and queries whose words are terms already, so that what is measured
is the engine alone. Each has a module of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from search.columnar.document import Document, positions
from search.query.compile import Leaf
from search.query.leaves import Form, Word
from search.query.nodes import Node
from search.settings import KYIV

TEXT_FIELDS = ("title", "lead", "body")
KEYWORD_FIELDS = ("language", "section", "source", "author", "tag")
HITS = 10

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class LogQuery:
    """
    A query of the log: as typed and as terms.

    ``any_word`` says that one of the words is enough. ``since`` and ``until`` (exclusive) are in microseconds.
    """

    kind: str
    text: str
    tree: Node
    leaves: tuple[Leaf, ...]
    any_word: bool = False
    newest: bool = False
    section: str | None = None
    since: int | None = None
    until: int | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What an engine found: the exact total, the ten first articles as stored, and the counts of six facets.

    ``documents`` are the numbers of the ten, where an engine can make use of them.
    """

    total: int
    stored: Sequence[bytes] = ()
    facets: Counts = field(default_factory=dict)
    documents: Sequence[int] = ()


class Engine(Protocol):
    """An engine under measurement. What is ``prepared`` is made outside of the measured time."""

    name: str
    path: Path

    def prepared_document(self, document: Document) -> Any: ...

    def add(self, documents: Sequence[Any]) -> None:
        """Add documents and commit them."""

    def finish(self) -> None:
        """Do what is left to do after the last document: merges, mostly."""

    def open(self) -> None:
        """Open the index for searching, from nothing."""

    def refresh(self) -> None:
        """See the last commit."""

    def prepared_query(self, query: LogQuery) -> Any: ...

    def top(self, query: Any) -> Answer:
        """Find the ten first documents and the exact total."""

    def page(self, query: Any) -> Answer:
        """Find all of a page of results but the snippets."""

    def snippets(self, query: LogQuery, answer: Answer) -> Sequence[str]:
        """Return a snippet for each hit of a page."""

    def close(self) -> None: ...


def month_of(document: Document) -> str:
    """Return the month of Kyiv in which a document was published."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=document.moments["published"])
    return f"{moment.astimezone(KYIV):%Y-%m}"


def positions_in_sequence(document: Document, name: str) -> Iterator[Sequence[str]]:
    """Yield the terms of each position of a text field; a gap between paragraphs is one position without terms."""
    expected = 0
    for position, terms in positions(document.text[name]):
        if position != expected:
            yield ()
        yield terms
        expected = position + 1


def slots_of(leaf: Leaf) -> Sequence[tuple[Form, ...]]:
    """Return the groups of forms of a word or a phrase."""
    query = leaf.queries[0]
    return (query.forms,) if isinstance(query, Word) else query.slots


def size_of(path: Path) -> int:
    """Return the size of a file, or of all files in a folder, in bytes."""
    return sum(file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())
