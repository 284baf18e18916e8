"""
Related stories across languages: for an article, its version in another language must be among the nearest stories.

    python -m benchmarks.quality.related DATA

The links between the versions of a story are removed, so that each version is a story of its own, and
``archive.related`` is asked for the ten stories nearest to each. A version counts as found if it is among these, beside
the versions in the third language and whatever else is near; "first" says how often the very first story is one of the
other versions. Nothing was learned from these articles: no learned pairs lie beside the index.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import search
from benchmarks.quality.figures import Figure
from benchmarks.quality.known_items import FIRST, by_story, read_articles, share
from indexer import index_articles
from search.article import LANGUAGES, Article

PART = "related stories"
TARGET_AMONG_TEN = 0.85
TARGET_FIRST = 0.8


def measure(data: Path) -> Iterator[Figure]:
    """Yield the share of versions that are found, by pair of languages, and of articles whose first story is one."""
    stories = by_story(read_articles(data / "articles.jsonl"))
    versions = [list(each.values()) for each in stories.values()]
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        index_articles((replace(article, story=article.id) for each in versions for article in each), index)
        with search.open(index, audience="newsroom") as archive:
            nearest = {article.id: _nearest(archive, article) for each in versions for article in each}
    yield from _figures(versions, nearest)


def _nearest(archive: search.Archive, article: Article) -> Sequence[str]:
    own = archive.get(article.id)
    return [hit.article.id for hit in archive.related(own, limit=FIRST)] if own else []


def _figures(stories: Sequence[Sequence[Article]], nearest: Mapping[str, Sequence[str]]) -> Iterator[Figure]:
    for source, target in permutations(LANGUAGES, 2):
        found = [
            other.id in nearest[one.id]
            for versions in stories
            for one in versions
            for other in versions
            if (one.language, other.language) == (source, target)
        ]
        yield Figure(PART, f"{source} → {target}: among the first ten", share(found), TARGET_AMONG_TEN)
    for source in LANGUAGES:
        first = [
            any(other.id in nearest[one.id][:1] for other in versions)
            for versions in stories
            for one in versions
            if one.language == source
        ]
        yield Figure(PART, f"from {source}: the first is another version", share(first), TARGET_FIRST)


if __name__ == "__main__":
    for figure in measure(Path(sys.argv[1])):
        print(f"{figure.name:<60}{figure.value:>8.4f}" + (f"   target {figure.target}" if figure.target else ""))
