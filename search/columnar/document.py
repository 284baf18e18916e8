"""What the engine stores: a document made of terms at positions, keywords, moments and bytes to give back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

#: A moment that is not known. Moments are microseconds since 1970-01-01 UTC.
NO_MOMENT = -(1 << 63)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# Positions left free between paragraphs: no phrase reaches over them, slop included.
PARAGRAPH_GAP = 100

#: A paragraph: at each of its positions the terms that stand there.
Paragraph = Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Document:
    """
    One document.

    ``id`` is unique in an index; ``group`` is shared by documents that a search may show as one. ``digest`` is a
    64-bit hash of the content, by which a writer sees that nothing has changed. ``card`` is a small part of what is
    stored that can be read without unpacking the rest. ``text`` gives for each field its
    paragraphs; the length of a field is their number of positions, ``PARAGRAPH_GAP`` not counted. ``keywords`` gives
    distinct values to filter and count by, ``moments`` points in time.
    """

    id: str
    group: str
    digest: int
    stored: bytes
    card: bytes = b""
    text: Mapping[str, Sequence[Paragraph]] = field(default_factory=dict)
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)
    moments: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of an index; documents have no others. Kept in the commit, so that readers know them."""

    text: tuple[str, ...]
    keywords: tuple[str, ...]
    moments: tuple[str, ...]


def paragraph_starts(lengths: Iterable[int]) -> list[int]:
    """
    Return the position at which each paragraph begins, given how many positions each has.

    >>> paragraph_starts([2, 0, 5])
    [0, 102, 202]
    """
    starts, position = [], 0
    for length in lengths:
        starts.append(position)
        position += length + PARAGRAPH_GAP
    return starts


def positions(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """
    Yield the positions of a field in ascending order, each with its terms.

    >>> list(positions([[("a",), ("b",)], [("c",)]]))
    [(0, ('a',)), (1, ('b',)), (102, ('c',))]
    """
    for start, paragraph in zip(paragraph_starts(map(len, paragraphs)), paragraphs, strict=True):
        yield from enumerate(paragraph, start)


def microseconds(moment: datetime | None) -> int:
    """
    Return an aware moment in the engine's unit, or ``NO_MOMENT`` for None.

    >>> microseconds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return NO_MOMENT if moment is None else (moment - _EPOCH) // _MICROSECOND
