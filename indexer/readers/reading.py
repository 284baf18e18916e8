"""
What every reader gives, and what every reader is.

A reader turns one stream of bytes into articles, complaints and remarks. It opens nothing and raises nothing for bad
data: ``sources`` opens the files, ``formats`` picks the reader.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol, TypeAlias

from indexer.errors import RecordError, SourceUnavailable
from search.archive.links import LinkedArticle
from search.article import Article


@dataclass(frozen=True, slots=True)
class Remark:
    """
    Something that the newsroom should know although nothing was lost by it.

    ``field`` is set when the remark is about a field name that the exchange format does not have; ``read_sources``
    passes on only the first remark on each name.
    """

    source: str
    line: int | None
    message: str
    field: str | None = None

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        return f"{place}: {self.message}".encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """
    A kill of an article whose text does not come with it; a kill with the text is an ``Article`` that is canceled.

    ``when`` is aware; None means the moment at which it is taken.
    """

    id: str
    when: datetime | None
    source: str
    line: int | None
    is_deletion: bool = False
    """Whether it comes of an export, whose archive had deleted the article."""
    is_former_id: bool = False
    """Whether the article has come under another id; of one that is not there nothing is remembered."""


@dataclass(frozen=True, slots=True)
class SourceBegins:
    """What follows comes from this source, until the next of these; ``source`` is as it was named by the user."""

    source: str


Reading: TypeAlias = Article | LinkedArticle | RecordError | SourceUnavailable | Remark | Withdrawal


class Reader(Protocol):
    """The signature of a reader; ``source`` is the name to put into complaints."""

    def __call__(self, stream: BinaryIO, source: str) -> Iterator[Reading]: ...
