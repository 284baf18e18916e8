"""
How many articles have a word, remembered from commit to commit for the segments that stay.

A commit adds a small segment; what was counted in the large ones before it is still true while nothing is deleted from
them. Words are counted by the hundred for every article that is compared with the archive, and each article that comes
alone is a commit of its own.
"""

from threading import Lock

import numpy as np

from search.archive.understanding import DEFAULT_TEXT_FIELDS
from search.archive.view import View
from search.columnar.arrays import Array
from search.columnar.commit import FileEntry

# Smaller segments are merged soon, and counting in them costs little.
_LEAST_DOCUMENTS = 10_000
# Readers and the newsroom see two archives.
_REMEMBERED_ARCHIVES = 2
# Some 100 bytes each.
_REMEMBERED_WORDS = 50_000


class _Counts:
    """The counts of words in the first segments of an archive, of which an audience may see the documents of a mask."""

    def __init__(self, files: tuple[FileEntry, ...], visible: Array) -> None:
        self.files, self.visible = files, visible
        self.words: dict[str, int] = {}

    def are_of(self, files: tuple[FileEntry, ...], visible: Array) -> bool:
        """Return whether these are the counts of segments that are seen so."""
        return self.files == files and np.array_equal(self.visible, visible)


_remembered: list[_Counts] = []
_lock = Lock()


class WordCounts:
    """Counts the articles of a view that have a word in their text."""

    def __init__(self, view: View) -> None:
        self._view = view
        segments = view.snapshot.segments
        large = [number for number, segment in enumerate(segments, 1) if len(segment) >= _LEAST_DOCUMENTS]
        self._staying = large[-1] if large else 0
        documents = sum(map(len, segments[: self._staying]))
        files = tuple(entry.file for entry in view.snapshot.commit.segments[: self._staying])
        self._known = _counts_of(files, view.visible[:documents])

    def articles_with(self, term: str) -> int:
        """Return how many articles have a term."""
        words = self._known.words
        known = words.get(term)
        if known is None:
            known = self._counted(term, slice(0, self._staying))
            if len(words) >= _REMEMBERED_WORDS:
                words.clear()
            words[term] = known
        return known + self._counted(term, slice(self._staying, None))

    def _counted(self, term: str, segments: slice) -> int:
        return self._view.articles_with((term,), DEFAULT_TEXT_FIELDS, segments)


def _counts_of(files: tuple[FileEntry, ...], visible: Array) -> _Counts:
    """Return what is remembered of some segments, of which other masks and archives are forgotten in turn."""
    with _lock:
        found = next((each for each in _remembered if each.are_of(files, visible)), None) or _Counts(
            files, visible.copy()
        )
        _remembered[:] = [found, *(each for each in _remembered if each is not found)][:_REMEMBERED_ARCHIVES]
        return found
