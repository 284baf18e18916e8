"""
Looser searches for one that found nothing, each tried before it is offered.

They are offered, never applied: somebody who asks for all of four words is told that there is nothing with all four.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat

from search.archive.facets import filter_masks
from search.archive.request import ReadingOptions, SearchRequest
from search.archive.results import Relaxation
from search.archive.understanding import UnderstoodQuery, found_by, variants_to_try, with_words_replaced
from search.archive.view import View
from search.columnar.collect import Count, collect
from search.language import analyze, is_function_word
from search.query.compile import Leaf
from search.query.relaxing import relaxed

# As many as one chooses from at a glance. Leaving out one word or another is the same idea, so few of those.
MAX_OFFERED = 4
MAX_WORDS_OFFERED = 2
# Each costs a search.
MAX_TRIED = 12


@dataclass(frozen=True, slots=True)
class _Looser:
    """A looser search: what is let go, and the request that it makes."""

    kind: str
    text: str
    request: SearchRequest
    drops: tuple[str, ...] = ()


def relaxations(view: View, request: SearchRequest, understood: UnderstoodQuery) -> tuple[Relaxation, ...]:
    """Return the looser searches that find something, nearest first; of words to leave out those that find most."""
    found: list[Relaxation] = []
    for looser in _nearest_and_loosest(tuple(_looser(request, understood)), variants_to_try(understood, MAX_TRIED)):
        count = _count(view, looser.request)
        if count.documents:
            query = looser.request.query
            found.append(Relaxation(looser.kind, looser.text, query, looser.drops, count.documents, count.groups))
    words = sorted((each for each in found if each.kind == "word"), key=lambda each: -each.stories)
    kept = [each for each in found if each.kind != "word" or each in words[:MAX_WORDS_OFFERED]]
    return tuple(kept[:MAX_OFFERED])


def _nearest_and_loosest(searches: Sequence[_Looser], number: int) -> Sequence[_Looser]:
    """Return some of the searches: the nearest, and the last one, which finds something if anything does."""
    return searches if len(searches) <= number else (*searches[: number - 1], searches[-1])


def _looser(request: SearchRequest, understood: UnderstoodQuery) -> Iterator[_Looser]:
    free = replace(request, filters={}, since=None, until=None)
    drops = (*request.filters, *(name for name in ("since", "until") if getattr(request, name)))
    if drops:
        yield _Looser("filters", "", free, drops)
    if request.reading != ReadingOptions():
        yield _Looser("bridges", "", replace(request, reading=ReadingOptions()), ("bridges", "without"))
    wanted = [leaf for leaf in understood.compiled.leaves if leaf.wanted and leaf.kind == "word"]
    small = [leaf for leaf in wanted if _is_small(leaf)]
    if small and len(small) < len(wanted):
        text = " ".join(leaf.typed for leaf in small)
        rest = " ".join(with_words_replaced(understood.text, small, repeat("", len(small))).split())
        yield _Looser("function-words", text, replace(request, query=rest))
    queries = [(looser.kind, looser.text, looser.query) for looser in relaxed(understood.parsed.tree)]
    for kind, text, query in queries:
        yield _Looser(kind, text, replace(request, query=query))
    if drops and queries:
        kind, text, query = queries[-1]
        yield _Looser(kind, text, replace(free, query=query), drops)


def _is_small(leaf: Leaf) -> bool:
    tokens = analyze(leaf.typed)
    return len(tokens) == 1 and is_function_word(tokens[0])


def _count(view: View, request: SearchRequest) -> Count:
    matches = found_by(view, request.query, request.reading)
    return collect(view.snapshot, matches, filter_masks(view.snapshot, request)).count()
