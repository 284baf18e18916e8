"""
Known-item search across languages, end to end: words of one version of a story must find the other version.

For each story and pair of its languages, four different content words are drawn from the body of one version and
searched for in the archive's articles of the other language, as a reader would: ``archive.search`` with all of its
bridges. A success is the other version among the first ten. Content words: nouns, adjectives, verbs, adverbs and names
by the dictionaries of Ukrainian and Russian; in English what is no function word.
"""

import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import search
from benchmarks.quality.figures import Figure
from indexer import index_articles, read_sources
from search.language.normalize import fold_letters, normalize
from search.language.words import dictionary

WORDS = 4
FIRST = 10
# The targets for articles; with English words the glossary is further from what translators choose.
TARGETS = {("uk", "ru"): 0.85, ("ru", "uk"): 0.85}
TARGET_WITH_ENGLISH = 0.75

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
# Pronouns (который, цей) and ordinals are adjectives to the dictionaries.
_NO_CONTENT = frozenset({"Apro", "Anum", "NPRO"})
_CONTENT = frozenset({"NOUN", "ADJF", "ADJS", "VERB", "INFN", "ADVB", "GRND", "PRTF", "PRTS", "COMP"})
_ENGLISH_FUNCTION_WORDS = frozenset(
    [
        "the",
        "and",
        "that",
        "which",
        "who",
        "whom",
        "whose",
        "been",
        "being",
        "were",
        "was",
        "are",
        "has",
        "have",
        "had",
        "does",
        "did",
        "done",
        "this",
        "these",
        "those",
        "they",
        "them",
        "their",
        "theirs",
        "there",
        "here",
        "then",
        "than",
        "with",
        "from",
        "into",
        "onto",
        "over",
        "under",
        "about",
        "after",
        "before",
        "between",
        "through",
        "during",
        "without",
        "within",
        "upon",
        "also",
        "will",
        "would",
        "can",
        "could",
        "should",
        "may",
        "might",
        "must",
        "shall",
        "not",
        "nor",
        "but",
        "for",
        "yet",
        "some",
        "any",
        "each",
        "every",
        "both",
        "either",
        "neither",
        "other",
        "another",
        "such",
        "same",
        "very",
        "more",
        "most",
        "much",
        "many",
        "few",
        "less",
        "least",
        "only",
        "just",
        "even",
        "still",
        "already",
        "when",
        "where",
        "while",
        "why",
        "how",
        "what",
        "you",
        "your",
        "yours",
        "our",
        "ours",
        "his",
        "her",
        "hers",
        "its",
        "she",
        "him",
        "because",
        "though",
        "although",
        "until",
        "unless",
        "since",
        "against",
        "among",
        "around",
        "toward",
        "towards",
        "per",
        "via",
        "too",
        "again",
        "once",
        "ever",
        "never",
        "out",
        "off",
        "up",
        "down",
    ]
)


def measure(data: Path) -> Iterator[Figure]:
    """Yield the share of successes for each pair of languages."""
    with tempfile.TemporaryDirectory() as folder:
        articles = list(_articles(data))
        index_articles(articles, Path(folder))
        with search.open(folder, audience="newsroom") as archive:
            yield from measured(archive, _versions(articles))


def measured(
    archive: search.Archive, stories: Mapping[str, Mapping[str, search.Article]], **arguments: object
) -> Iterator[Figure]:
    """Yield the figures of one archive; ``arguments`` go to every search."""
    languages = search.LANGUAGES
    for source in languages:
        for target in languages:
            if source != target:
                found = [
                    _finds(archive, versions[source], versions[target], arguments)
                    for versions in stories.values()
                    if source in versions and target in versions
                ]
                wanted = TARGETS.get((source, target), TARGET_WITH_ENGLISH)
                yield Figure(
                    "across languages", f"{source} to {target}, {len(found)} stories", sum(found) / len(found), wanted
                )


def _finds(archive: search.Archive, source: search.Article, target: search.Article, arguments: Mapping) -> bool:
    words = content_words(f"{source.title} {source.lead} {source.body}", source.language)
    chosen = random.Random(f"{source.id} {target.language}").sample(words, min(WORDS, len(words)))
    page = archive.search(" ".join(chosen), language=target.language, group="none", limit=FIRST, facets=(), **arguments)
    return any(hit.article.id == target.id for hit in page.hits)


def content_words(text: str, language: str) -> Sequence[str]:
    """Return the different content words of a text, in its order."""
    words = dict.fromkeys(word for word in _WORD.findall(normalize(text)) if len(word) > 2)
    return [word for word in words if _is_content(word, language)]


def _is_content(word: str, language: str) -> bool:
    lower = fold_letters(word.lower())
    if language == "en":
        return lower not in _ENGLISH_FUNCTION_WORDS
    readings = dictionary(language).readings(lower)
    tags = [tag.grammemes for _, tag in readings]
    return all(_CONTENT.intersection(tag) and _NO_CONTENT.isdisjoint(tag) for tag in tags)


def _articles(data: Path) -> Iterator[search.Article]:
    for item in read_sources([data / "articles.jsonl"]):
        if isinstance(item, search.Article):
            yield item


def _versions(articles: Sequence[search.Article]) -> Mapping[str, Mapping[str, search.Article]]:
    stories: dict[str, dict[str, search.Article]] = defaultdict(dict)
    for article in articles:
        stories[article.story][article.language] = article
    return {story: versions for story, versions in stories.items() if len(versions) > 1}
