"""
How long it takes to tell which of many saved searches a commit concerns: ``python -m benchmarks.alerts``.

Saved searches are made of the words of the archive as a newsroom makes them: mostly a name, or a name and a word; some
words together, a phrase, a section. The commit is articles of the same archive, drawn by chance.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import search
from benchmarks.generated_index import kept_index
from search.language import analyze

SEARCHES, ARTICLES, ARCHIVE = 10_000, 100, 200_000
_COMPARED = 300  # searches that are asked for one by one
_T = TypeVar("_T")


def main() -> None:
    """Measure, and print seconds of computing and microseconds a search."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, help="an index of generated articles; built if none is named")
    options = parser.parse_args()
    chance = random.Random(1)
    with search.open(options.index or kept_index(ARCHIVE)) as archive:
        archive.search()  # the columns are joined on the first search
        searches = list(saved_searches(_drawn(archive, chance, SEARCHES // 10), chance, SEARCHES))
        commit = [article.id for article in _drawn(archive, chance, ARTICLES)]
        prepared = _timed("preparing, once for each search", SEARCHES, lambda: list(map(archive.prepared, searches)))
        found = _timed("matching a commit", SEARCHES, lambda: archive.matching(prepared, commit))
        for what, wanted in (("find some of its articles", True), ("find none", False)):
            some = [each for each, ids in zip(prepared, found, strict=True) if bool(ids) is wanted]
            _timed(f"only the {len(some):,} that {what}", len(some), partial(archive.matching, some, commit))
        compared = chance.sample(searches, _COMPARED)
        _timed("archive.search without hits, for comparison", _COMPARED, partial(_asked, archive, compared))


def saved_searches(
    articles: list[search.Article], chance: random.Random, number: int
) -> Iterator[search.StandingSearch]:
    """Yield searches made of the words of some articles; names are of those that not everybody has."""
    texts = [[token.text for token in analyze(each.body, each.language) if len(token.text) > 4] for each in articles]
    counts = Counter(word for words in texts for word in set(words))
    pairs = list(zip(articles, texts, strict=True))
    for _ in range(number):
        article, words = chance.choice(pairs)
        names = sorted(words, key=counts.__getitem__)[:4]
        kind = chance.random()
        if kind < 0.5:
            yield search.StandingSearch(query=chance.choice(names))
        elif kind < 0.7:
            yield search.StandingSearch(query=f"{chance.choice(names)} {chance.choice(words)}")
        elif kind < 0.8:
            yield search.StandingSearch(query=" ".join(chance.sample(words, 3)))
        elif kind < 0.9:
            yield search.StandingSearch(query='"{} {}"'.format(*chance.choice(list(pairwise(words)))))
        else:
            yield search.StandingSearch(query=chance.choice(words), section=article.section)


def _drawn(archive: search.Archive, chance: random.Random, number: int) -> list[search.Article]:
    numbers = chance.sample(range(archive.count()), number)
    return [found for each in numbers if (found := archive.get(f"generated-{each}"))]


def _asked(archive: search.Archive, searches: list[search.StandingSearch]) -> None:
    for each in searches:
        archive.search(each.query, section=each.section, limit=0, facets=())


def _timed(what: str, number: int, work: Callable[[], _T]) -> _T:
    start = time.process_time()
    result = work()
    seconds = time.process_time() - start
    print(f"{what}: {seconds:.2f} s, {seconds / number * 1e6:,.0f} µs a search", flush=True)
    return result


if __name__ == "__main__":
    main()
