"""
The stories of a view as arrays: which version of each came first, and which first in each language.

A canceled version was taken back: it is no version of its story here, also for the newsroom.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from search.archive.documents import card_to_version
from search.archive.results import Version
from search.archive.view import View
from search.article import LANGUAGES, Status
from search.columnar.arrays import Array
from search.columnar.columns import KeywordColumn
from search.columnar.document import NO_MOMENT
from search.columnar.runs import is_new
from search.columnar.snapshot import Snapshot

#: Where a story has no document of the kind, and a document no value.
NONE = -1


class Stories(NamedTuple):
    """
    By the number of a group: ``first`` is its first version, ``by_language`` the first in each language; or ``NONE``.

    What has no date comes after everything that has one; of equal moments, what stands first in the index is first.
    """

    first: Array
    by_language: Mapping[str, Array]

    def has(self, groups: Array) -> dict[str, Array]:
        """Return for each language a mask of those of some groups that have a version in it."""
        return {language: documents[groups] != NONE for language, documents in self.by_language.items()}


def stories_of(snapshot: Snapshot) -> Stories:
    """Return the stories of what is alive in a snapshot, worked out once."""
    return snapshot.derived("stories", lambda: _stories(snapshot))


def single_values(column: KeywordColumn) -> Array:
    """Return the number of the value of each document, of several the first; ``NONE`` for those without (int64)."""
    found = np.full(len(column.starts) - 1, NONE, dtype=np.int64)
    having = column.having_any()
    found[having] = column.ordinals[column.starts[:-1][having]]
    return found


def distinct(*arrays: Array) -> Array:
    """
    Return the numbers of some arrays, each once, ascending.

    A stable sort finds the ascending runs that these arrays mostly are: at 100,000 numbers it takes a tenth of
    ``numpy.unique``, which hashes.
    """
    ordered = np.sort(np.concatenate(arrays), kind="stable")
    found: Array = ordered[is_new(ordered)]
    return found


def group_name(snapshot: Snapshot, group: int) -> str:
    """Return the key of a story by the number of its group."""
    return snapshot.grouping.values.texts()[group]


def version_of(view: View, document: int) -> Version:
    """Return what the card of a document says."""
    return card_to_version(view.snapshot.card(document))


def in_languages(has: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the languages that a mapping says yes to, in the archive's order."""
    return tuple(language for language in LANGUAGES if has.get(language))


def newest_first(snapshot: Snapshot, documents: Array) -> Array:
    """Return the places of some documents in the order of their dates, the newest first, those without a date last."""
    moments = snapshot.moments("published")[documents]
    return np.lexsort((documents, moments))[::-1]  # NO_MOMENT is lower than all


def having_values(column: KeywordColumn, values: Iterable[str]) -> Array:
    """Return a mask of the documents that have any of some values."""
    return column.having(column.numbers(values))


def _stories(snapshot: Snapshot) -> Stories:
    status, language = snapshot.keywords("status"), snapshot.keywords("language")
    living = np.flatnonzero(snapshot.alive & ~having_values(status, [Status.CANCELED]))
    moments = snapshot.moments("published")[living]
    keys = np.where(moments == NO_MOMENT, np.iinfo(np.int64).max, moments)
    order = living[np.argsort(keys, kind="stable")]
    return Stories(
        _firsts(snapshot, order),
        {name: _firsts(snapshot, order[having_values(language, [name])[order]]) for name in LANGUAGES},
    )


def _firsts(snapshot: Snapshot, documents: Array) -> Array:
    """Return the first of some documents of each group: written backwards, so that the first is written last."""
    firsts = np.full(snapshot.group_count, NONE, dtype=np.int64)
    backwards = documents[::-1]
    firsts[snapshot.groups[backwards]] = backwards
    return firsts


def names_of_values(column: KeywordColumn, numbers: Sequence[int]) -> list[str | None]:
    """Return the values with some numbers; None for ``NONE``."""
    texts = column.values.texts()
    return [None if number == NONE else texts[number] for number in numbers]
