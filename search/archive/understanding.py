"""
How a query is read in an archive: parsed, brought to the engine's tree, and told to its author.

Everything that was read otherwise than typed has a name under which it can be switched off (``without``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from search.archive.bridges import ArchiveBridges
from search.archive.dictionaries import Dictionaries
from search.archive.hits import articles_having
from search.archive.layouts import mended
from search.archive.request import ReadingOptions
from search.archive.results import Correction, DateReading, Interpretation, Reading
from search.archive.view import View
from search.article import LANGUAGES
from search.columnar.execute import Matches
from search.columnar.recent import Recent
from search.query.compile import CompiledQuery, Leaf, compile_query
from search.query.fields import DEFAULT_TEXT_FIELDS as DEFAULT_TEXT_FIELDS
from search.query.nodes import ParsedQuery
from search.query.notices import Notices
from search.query.parser import parse_query
from search.query.show import show

# Variants of a query are tried to see which of them to offer: others near it, looser ones. Each is read anew, word by
# word, and a word that has not been read before takes 2 ms (names near it, typing). Trying 12 looser and 20 nearer
# variants of 60 words took .5 s of computing at 200,000 articles, 60 words that looked like names .9 s; with this many
# words in all variants together .15 and .3 s. A query of up to six words is not concerned.
MAX_WORDS_TRIED = 120


# Reading a query of three words takes 2 ms, and who turns a page or chooses a value asks for the same words again. Of
# queries of some 20 characters these are 1,000, which take 20 MB.
_REMEMBERED_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class UnderstoodQuery:
    """A query: as it was typed, or mended by ``corrections``; parsed; and compiled."""

    text: str
    corrections: tuple[Correction, ...]
    parsed: ParsedQuery
    compiled: CompiledQuery


class _Readings(NamedTuple):
    """Queries as they were read with some dictionaries, by their text, how they were to be read, and the day."""

    dictionaries: Dictionaries
    queries: Recent[tuple[str, ReadingOptions, date], UnderstoodQuery]


def understand(view: View, query: str, options: ReadingOptions) -> UnderstoodQuery:
    """Read a query. Never raises: what was not understood is in the notices. What was read lately is not read again."""
    remembered = _remembered(view)
    key = query, options, view.today
    found = remembered.get(key)
    if found is None:
        found = _understood(view, query, options)
        remembered.keep(key, found, len(query) + 1)
    return found


def _remembered(view: View) -> Recent[tuple[str, ReadingOptions, date], UnderstoodQuery]:
    """Return the memory of queries that were read in a snapshot, with the dictionaries beside it as they are now."""
    kept: list[_Readings] = view.snapshot.derived("readings", list)
    found = next((each for each in kept if each.dictionaries is view.dictionaries), None)
    if found is None:
        found = _Readings(view.dictionaries, Recent(_REMEMBERED_CHARACTERS))
        kept[:] = [found]  # of dictionaries that were replaced nothing is kept
    return found.queries


def _understood(view: View, query: str, options: ReadingOptions) -> UnderstoodQuery:
    read, corrections = mended(view, query, options, DEFAULT_TEXT_FIELDS) if options.bridges else (query, ())
    parsed = parse_query(read, view.today, without=options.without)
    bridges = ArchiveBridges(view, DEFAULT_TEXT_FIELDS) if options.bridges else None
    compiled = compile_query(parsed.tree, DEFAULT_TEXT_FIELDS, bridges, options.without)
    return UnderstoodQuery(read, corrections, parsed, compiled)


def found_by(view: View, query: str, options: ReadingOptions) -> Matches:
    """Return what a query finds of what may be seen, for those who try one out."""
    return view.seen(view.executor.matches(understand(view, query, options).compiled.tree))


def variants_to_try(understood: UnderstoodQuery, most: int) -> int:
    """Return how many variants of a query may be tried: at most ``most``, at least two, fewer where it is long."""
    return min(most, max(2, MAX_WORDS_TRIED // max(1, len(understood.compiled.leaves))))


def with_words_replaced(text: str, leaves: Sequence[Leaf], words: Iterable[str]) -> str:
    """Return the text of a query with other words where some leaves stand."""
    # The last place comes first, so that the others stay.
    for leaf, word in sorted(zip(leaves, words, strict=True), key=lambda pair: -pair[0].start):
        text = text[: leaf.start] + word + text[leaf.end :]
    return text


def without_left_out(understood: UnderstoodQuery, left_out: Sequence[object]) -> UnderstoodQuery:
    """Return a query as it was answered, when the engine left out parts of it: without them, and with notices."""
    if not left_out:
        return understood
    parsed, compiled = understood.parsed, understood.compiled
    kept: list[Leaf] = []
    notices = Notices(understood.text, parsed.notices)
    for leaf in compiled.leaves:
        queries = tuple(each for each in leaf.queries if each not in left_out)
        if queries != leaf.queries:
            notices.add("left-out", leaf.start, leaf.end)
        if queries:
            kept.append(replace(leaf, queries=queries))
    return replace(
        understood,
        parsed=replace(parsed, notices=notices.in_order()),
        compiled=replace(compiled, leaves=tuple(kept), has_words=any(leaf.wanted for leaf in kept)),
    )


def interpretation(view: View, understood: UnderstoodQuery) -> Interpretation:
    """Return how a query was read, as data."""
    leaves = understood.compiled.leaves
    readings = tuple(
        Reading(leaf.typed, leaf.kind, leaf.lemmas, articles_having(view, leaf), leaf.bridges) for leaf in leaves
    )
    languages = {language for leaf in leaves for language in leaf.lemmas}
    dates = understood.compiled.dates
    return Interpretation(
        query=show(understood.parsed.tree),
        words=readings,
        languages=tuple(language for language in LANGUAGES if language in languages),
        since=max((d.since for d in dates if d.since), default=None),
        until=min((d.until for d in dates if d.until), default=None),
        notices=understood.parsed.notices,
        across=understood.compiled.across,
        corrections=understood.corrections,
        dates=tuple(
            DateReading(phrase.id, phrase.text, phrase.since, phrase.until, phrase.on)
            for phrase in understood.parsed.date_phrases
        ),
    )
