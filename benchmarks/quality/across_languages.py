"""
Known-item search across languages, end to end: words of one version of a story must find the other version.

    python -m benchmarks.quality.across_languages DATA

For each story and pair of its languages, four different content words are drawn from one version, as they stand there,
and searched for in the articles of the other language, as a reader would: ``archive.search`` with all of its bridges. A
success is the other version among the first ten. Each version is drawn from three times.

With *learned pairs* a story is searched for in an index beside which lies what the stories of the other half taught
(``indexer.learn`` on an index of that half alone), so no story teaches its own words. "Any of four words" is their OR:
what the bridges find before anything is required of an article.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any, TypeAlias

import search
from benchmarks.quality.figures import Figure
from benchmarks.quality.known_items import (
    FIRST,
    Stories,
    by_story,
    draws,
    of_half,
    pairs_of_versions,
    read_articles,
    share,
)
from indexer import index_articles, learn_translations
from search.archive.dictionaries import LEARNED_NAME
from search.article import LANGUAGES, Article

PART = "across languages"
# The targets for articles; with English words the glossary is further from what translators choose.
TARGET_OF_CYRILLIC = 0.85
TARGET_WITH_ENGLISH = 0.75
ALL_BUT_LEARNED = ("name", "alias", "glossary", "own", "typing")

#: The queries for a version in another language, made from a version.
Queries: TypeAlias = Callable[[Article, str], list[str]]
#: Whether each version was found, by the languages of the query and of the version.
Successes: TypeAlias = Mapping[tuple[str, str], Sequence[bool]]


def measure(data: Path) -> Iterator[Figure]:
    """Yield the share of versions that are found, for each pair of languages."""
    articles = read_articles(data / "articles.jsonl")
    stories = by_story(articles)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "index"
        index_articles(articles, plain)
        yield from figures("four words", successes(plain, stories, bridges=True), with_targets=True)
        yield from figures("any of four words, no bridge", successes(plain, stories, any_word, bridges=False))
        taught = [_taught_by(plain, stories, half) for half in (0, 1)]
        name = "four words, with learned pairs"
        yield from figures(name, _of_the_other_half(taught, stories, bridges=True), with_targets=True)
        alone = _of_the_other_half(taught, stories, any_word, without=ALL_BUT_LEARNED)
        yield from figures("any of four words, learned pairs alone", alone)


def figures(name: str, found: Successes, *, with_targets: bool = False) -> Iterator[Figure]:
    """Yield the share of successes for each pair of languages."""
    for (source, target), each in found.items():
        wanted = TARGET_WITH_ENGLISH if "en" in (source, target) else TARGET_OF_CYRILLIC
        yield Figure(PART, f"{source} → {target}: {name}", share(each), wanted if with_targets else None)


def all_words(source: Article, language: str) -> list[str]:
    """Return queries of words drawn from a version, as a reader types them."""
    return list(map(" ".join, draws(source, language)))


def any_word(source: Article, language: str) -> list[str]:
    """Return the same queries, of which any word will do."""
    return list(map(" OR ".join, draws(source, language)))


def successes(index: Path, stories: Stories, queries: Queries = all_words, **arguments: Any) -> Successes:
    """Search an index for the versions of stories by queries made from the others; ``arguments`` go to each search."""
    with search.open(index, audience="newsroom") as archive:
        return {
            (source, target): [
                finds(archive, query, other, **arguments)
                for one, other in pairs_of_versions(stories, source, target)
                for query in queries(one, target)
            ]
            for source, target in permutations(LANGUAGES, 2)
        }


def finds(archive: search.Archive, query: str, wanted: Article, *, first: int = FIRST, **arguments: Any) -> bool:
    """Return whether an article is among the first that a query finds in its language."""
    page = archive.search(query, language=wanted.language, group="none", limit=first, facets=(), **arguments)
    return any(hit.article.id == wanted.id for hit in page.hits)


def _taught_by(index: Path, stories: Stories, half: int) -> Path:
    """Return a copy of an index, with what half of the stories teach beside it."""
    lesson, copy = index.with_name(f"lesson-{half}"), index.with_name(f"taught-{half}")
    index_articles(_versions(of_half(stories, half)), lesson)
    learn_translations(lesson)
    shutil.copytree(index, copy)
    shutil.copy(lesson / LEARNED_NAME, copy)
    return copy


def _versions(stories: Stories) -> Iterable[Article]:
    return (article for versions in stories.values() for article in versions.values())


def _of_the_other_half(
    taught: Sequence[Path], stories: Stories, queries: Queries = all_words, **arguments: Any
) -> Successes:
    """Search for each story where the half that it is not in has taught."""
    found = [successes(taught[1 - half], of_half(stories, half), queries, **arguments) for half in (0, 1)]
    return {languages: [*first, *found[1][languages]] for languages, first in found[0].items()}


if __name__ == "__main__":
    for figure in measure(Path(sys.argv[1])):
        print(f"{figure.name:<60}{figure.value:>8.4f}" + (f"   target {figure.target}" if figure.target else ""))
