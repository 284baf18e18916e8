"""
Linking by content: are the versions of a story found to be one, and nothing else?

    python -m benchmarks.quality.linking DATA

All articles of the development data come without a story, at once, and are linked as they are indexed. A pair of
articles that are in one story counts as right if they are versions of one story in the data. *Held out* counts only the
stories by which the weights of ``same_story`` were not chosen. *Alone* is the hard case: of every story one
version comes, in one language or another by turns, so that nothing may be linked at all; whatever is counts as wrong,
as a share of the articles. *Eight at a time* is an archive that has just begun: each has eight stories.

The data calls seven pairs of addresses two stories each that are one text in two languages (``MISNUMBERED``): both were
read. They count as neither right nor wrong, but in *as the data has it*.
"""

import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path
from typing import TypeAlias
from zlib import crc32

import search
from benchmarks.quality.figures import Figure
from benchmarks.quality.known_items import read_articles, share
from indexer import index_articles
from search.article import LANGUAGES, Article

PART = "linking"
TARGET_RECALL = 0.9
TARGET_PRECISION = 0.98
TARGET_WRONG = 0.02
_STORIES_AT_A_TIME = 8

#: Two articles, by id, in their order.
Pair: TypeAlias = tuple[str, str]

#: Pairs that say the same, mostly published at the same second, and have the numbers of two stories.
MISNUMBERED: frozenset[Pair] = frozenset(
    (f"resistinua:{one}", f"resistinua:{other}")
    for one, other in (
        ("FQgqrbBnZWs.en", "IMkipEljefo.uk"),
        ("RZIf5oaWKBw.uk", "jJRYocGoHWQ.en"),
        ("We are proud of all those who are fighting for a free Ukraine.en", "a6k4DdN6wAU.uk"),
        ("7xLV27bqaLg.en", "fWAdJRy1SXU.uk"),
        ("Glsqf4fQu5U.en", "iqiE9vXf_b0.uk"),
        ("80qTJOLk1sI.uk", "oKW2yOwVvtQ.en"),
        ("bezQLqQFV5c.uk", "zUpcNlnY88g.en"),
    )
)


def measure(data: Path) -> Iterator[Figure]:
    """Yield recall and precision: of all pairs, by pair of languages, held out, alone, in small archives."""
    articles = read_articles(data / "articles.jsonl")
    true, found = pairs(articles), linked(articles)
    yield from _figures("as the data has it", true, found)
    found -= MISNUMBERED
    yield from _figures("all", true, found)
    language = {article.id: article.language for article in articles}
    for one, other in combinations(LANGUAGES, 2):
        between = [pair for pair in true | found if {language[each] for each in pair} == {one, other}]
        yield from _figures(f"{one}-{other}", true.intersection(between), found.intersection(between))
    story = {article.id: article.story for article in articles}
    held_out = [pair for pair in true | found if any(is_held_out(story[each]) for each in pair)]
    yield from _figures("held out", true.intersection(held_out), found.intersection(held_out))
    alone = list(one_of_each(articles))
    wrong = {each for pair in linked(alone) - MISNUMBERED for each in pair}
    yield Figure(PART, "alone: articles linked to another story", len(wrong) / len(alone), TARGET_WRONG, True)
    small = {pair for few in in_small_archives(articles) for pair in linked(few)}
    yield from _figures("eight at a time", true, small - MISNUMBERED)


def figures_of(name: str, articles: Sequence[Article]) -> Iterator[Figure]:
    """Yield recall and precision on some articles alone."""
    yield from _figures(name, pairs(articles), linked(articles) - MISNUMBERED)


def is_held_out(story: str) -> bool:
    """Return whether a story had no part in choosing the weights."""
    return crc32(story.encode()) % 2 == 1


def pairs(articles: Iterable[Article]) -> set[Pair]:
    """Return the pairs of articles that are in one story."""
    stories: dict[str, list[str]] = {}
    for article in articles:
        stories.setdefault(article.story, []).append(article.id)
    return {pair for ids in stories.values() for pair in combinations(sorted(ids), 2)}


def linked(articles: Sequence[Article]) -> set[Pair]:
    """Return the pairs that are in one story after indexing the articles without any."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        index_articles((replace(article, story=article.id) for article in articles), index, link=True)
        with search.open(index, audience="newsroom") as archive:
            return pairs(found for article in articles if (found := archive.get(article.id)))


def one_of_each(articles: Iterable[Article]) -> Iterator[Article]:
    """Yield one version of each story, the languages by turns."""
    stories: dict[str, dict[str, Article]] = {}
    for article in articles:
        stories.setdefault(article.story, {})[article.language] = article
    orders = list(permutations(LANGUAGES))
    for number, versions in enumerate(stories.values()):
        yield next(versions[language] for language in orders[number % len(orders)] if language in versions)


def in_small_archives(articles: Collection[Article]) -> Iterator[list[Article]]:
    """Yield the articles of some stories at a time, in an order that mixes the sources."""
    keys = sorted({article.story for article in articles}, key=lambda key: crc32(key.encode()))
    for first in range(0, len(keys), _STORIES_AT_A_TIME):
        chosen = set(keys[first : first + _STORIES_AT_A_TIME])
        yield [article for article in articles if article.story in chosen]


def _figures(name: str, true: set[Pair], found: set[Pair]) -> Iterator[Figure]:
    yield Figure(PART, f"{name}: recall", share([pair in found for pair in true]), TARGET_RECALL)
    yield Figure(PART, f"{name}: precision", share([pair in true for pair in found]), TARGET_PRECISION)


if __name__ == "__main__":
    for figure in measure(Path(sys.argv[1])):
        print(f"{figure.name:<60}{figure.value:>8.4f}" + (f"   target {figure.target}" if figure.target else ""))
