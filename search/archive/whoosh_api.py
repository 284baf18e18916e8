"""
The archive for those who know Whoosh: its searcher, over what an audience may see.

Words mean here what Whoosh means by them: exactly that form, in that field. Forms, stories, facets and our ranking are
``search.open``'s; docs/architecture.md compares the two.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import whoosh.analysis
import whoosh.searching

from search.archive.view import open_current
from search.archive.visibility import Audience, visible_mask
from search.columnar.commit import read_commit
from search.columnar.whoosh_reader import WhooshReader
from search.columnar.whoosh_schema import schema_of
from search.language import analyze, fold
from search.settings import default_index_path


def open_whoosh(
    path: Path | str | None = None,
    *,
    audience: str = Audience.READERS,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> whoosh.searching.Searcher:
    """
    Open the index in a folder as a ``whoosh.searching.Searcher``; the arguments are those of ``search.open``.

    Its schema has the text fields ``title``, ``lead``, ``body``, ``author``, ``tag``, ``place`` and ``credit``; the
    whole values ``id``, ``language``, ``section``, ``source``, ``status``, ``author_exact`` and ``tag_exact``; and the
    moments ``published`` and ``embargo``, in UTC. A hit has the fields of the exchange format. What the audience may
    not see is not there at all. ``searcher.refresh()`` moves on to the newest commit, and to the present moment.

    Raises ``IndexMissing``, ``IndexOutdated`` or ``IndexDamaged``, each naming the command that helps.
    """
    index = _Index(Path(path) if path is not None else default_index_path(), Audience(audience), clock)
    return whoosh.searching.Searcher(index.reader(), fromindex=index)


class BareWords(whoosh.analysis.Analyzer):  # type: ignore[misc]  # Whoosh has no types
    """
    Cuts a text as the index does, and gives for each position the folded word as it was written, without its lemmas.

    >>> [token.text for token in BareWords()("У Києві, F-16")]
    ['у', 'києві', 'f-16', '16']
    """

    def __call__(
        self,
        value: str,
        positions: bool = False,
        chars: bool = False,
        tokenize: bool = True,
        start_pos: int = 0,
        start_char: int = 0,
        mode: str = "",
        **kwargs: Any,
    ) -> Iterator[whoosh.analysis.Token]:
        """Yield Whoosh's tokens; without ``tokenize`` (the end of a range) the text is one."""
        token = whoosh.analysis.Token(positions, chars, mode=mode)
        words = [(word.terms[0], word.start, word.end) for word in analyze(value)]
        for position, (text, start, end) in enumerate(words if tokenize else [(fold(value), 0, len(value))]):
            token.text = token.original = text
            token.pos = start_pos + position
            token.startchar, token.endchar = start_char + start, start_char + end
            yield token


class _Index:
    """What Whoosh's searcher asks of an index, so that it can say whether it is up to date, and be refreshed."""

    def __init__(self, path: Path, audience: Audience, clock: Callable[[], datetime]) -> None:
        self._path, self._audience, self._clock = path, audience, clock

    def latest_generation(self) -> int:
        return read_commit(self._path).generation

    def reader(self, reuse: object = None) -> WhooshReader:
        snapshot = open_current(self._path)
        return WhooshReader(
            snapshot,
            visible=visible_mask(snapshot, self._audience, self._clock()),
            schema=schema_of(snapshot.commit.layout, BareWords()),
            record=json.loads,
        )
