"""
The values of a keyword field by the beginnings of their words: which tags begin as typed, without looking at each.

Folding all values takes a second or so for 200,000 of them, so it is done once, and for a later commit only for the
values that came with it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from search.columnar.arrays import Array
from search.columnar.columns import KeywordColumn, Values
from search.columnar.snapshot import Snapshot
from search.language import fold

# Behind every letter that a folded text has.
_LAST = "\U0010ffff"
# Further words of a value are no beginnings: who types so far has been shown it, and a list of names is no name.
_MAX_WORDS = 8
# Of a name in quotation marks too; an apostrophe is a letter.
_WORD_START = re.compile(r"(?<![\w'])[\w']")


class _Beginnings(NamedTuple):
    """The first ``known`` of ``values``, folded, each from every word on: sorted texts, and the number of each."""

    values: Values
    known: int
    texts: list[str]
    numbers: Array


def numbers_beginning(snapshot: Snapshot, name: str, column: KeywordColumn, typed: Iterable[str]) -> Array:
    """
    Return the numbers of the values of a column in which one of the ``typed`` texts, folded, begins a word.

    ``name`` stands for the column in later snapshots. A value may come more than once.
    """
    known = _beginnings(snapshot, name, column)
    parts = [known.numbers[bisect_left(known.texts, text) : bisect_left(known.texts, text + _LAST)] for text in typed]
    return np.concatenate(parts) if parts else known.numbers[:0]


def _beginnings(snapshot: Snapshot, name: str, column: KeywordColumn) -> _Beginnings:
    key = ("beginnings of names", name)
    before: _Beginnings | None = snapshot.carried.get(key)
    if before is None or before.values is not column.values:
        before = _Beginnings(column.values, 0, [], np.empty(0, dtype=np.int64))
    if before.known < column.count:
        before = snapshot.carried[key] = _extended(before, column.count)
    return before


def _extended(before: _Beginnings, count: int) -> _Beginnings:
    new = sorted(_words_on(before.values.texts(), range(before.known, count)))
    texts = [text for text, _ in new]
    places = [bisect_left(before.texts, text) for text in texts]
    numbers = np.insert(before.numbers, places, [number for _, number in new])
    return _Beginnings(before.values, count, sorted(before.texts + texts), numbers)  # two sorted runs: merged


def _words_on(values: Sequence[str], numbers: range) -> Iterator[tuple[str, int]]:
    for number in numbers:
        folded = fold(values[number])
        for start in islice(_WORD_START.finditer(folded), _MAX_WORDS):
            yield folded[start.start() :], number
