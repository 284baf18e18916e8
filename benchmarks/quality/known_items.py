"""
What all searches for known items share: the stories and their halves, words with content, and the draw of a query.

Content words are nouns, adjectives, verbs, adverbs and names: of Ukrainian and Russian by their dictionaries, where no
reading may be another part of speech or one of the verbs be, have, can, and a word that a dictionary lacks counts; in
English what is no function word.
"""

import functools
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias
from zlib import crc32

from indexer import read_sources
from search.article import Article
from search.language.normalize import fold_letters, normalize
from search.language.words import dictionary

WORDS = 4
# One draw from each of 123 stories is right within .07 (standard error .035); of three the luck of the draw is less.
DRAWS = 3
FIRST = 10

#: The versions of each story by their language.
Stories: TypeAlias = Mapping[str, Mapping[str, Article]]

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
# pymorphy3's names: nouns, adjectives, verbs with their participles, adverbs, comparatives.
_CONTENT = frozenset({"NOUN", "ADJF", "ADJS", "VERB", "INFN", "ADVB", "GRND", "PRTF", "PRTS", "COMP"})
# Pronouns that decline like adjectives: который, цей.
_PRONOUN = "Apro"
# Verbs that say nothing by themselves, by their lemmas; the English ones are among the function words.
_AUXILIARIES = frozenset({"бути", "мати", "могти", "быть", "иметь", "мочь"})
_SHORTEST_WORD = 3
# English function words of three letters and more; there is no dictionary of English that tells them.
_ENGLISH_FUNCTION_WORDS = """
    the and that which who whom whose been being were was are has have had does did done this these those they them
    their theirs there here then than with from into onto over under about after before between through during without
    within upon also will would can could should may might must shall not nor but for yet some any each every both
    either neither other another such same very more most much many few less least only just even still already when
    where while why how what you your yours our ours his her hers its she him because though although until unless
    since against among around toward towards per via too again once ever never out off up down
"""
_FUNCTION_WORDS = frozenset(_ENGLISH_FUNCTION_WORDS.split())


def read_articles(source: Path) -> list[Article]:
    """Return the articles of a file or a folder that can be taken."""
    return [item for item in read_sources([source]) if isinstance(item, Article)]


def by_story(articles: Iterable[Article]) -> Stories:
    """Return the stories that have versions in several languages, in the order of their names."""
    stories: dict[str, dict[str, Article]] = defaultdict(dict)
    for article in articles:
        stories[article.story][article.language] = article
    return {story: versions for story, versions in sorted(stories.items()) if len(versions) > 1}


def half_of(story: str) -> int:
    """Return in which half of the stories one is, 0 or 1, by a hash of its name: the same every time."""
    return crc32(story.encode()) % 2


def of_half(stories: Stories, half: int) -> Stories:
    """Return the stories of a half."""
    return {story: versions for story, versions in stories.items() if half_of(story) == half}


@functools.cache
def is_content(word: str, language: str) -> bool:
    """
    Return whether a word has content.

    >>> [is_content(word, "uk") for word in ("повінь", "Байден", "який", "була")]
    [True, True, False, False]
    """
    lower = fold_letters(word.lower())
    if len(lower) < _SHORTEST_WORD or not _WORD.fullmatch(lower):
        return False
    if language == "en":
        return lower not in _FUNCTION_WORDS
    readings = dictionary(language).readings(lower)
    return all(
        _CONTENT.intersection(tag.grammemes) and _PRONOUN not in tag.grammemes and lemma not in _AUXILIARIES
        for lemma, tag in readings
    )


def content_words(text: str, language: str) -> list[str]:
    """Return the different content words of a text as they stand there, in its order."""
    return [word for word in dict.fromkeys(_WORD.findall(normalize(text))) if is_content(word, language)]


def draws(source: Article, language: str) -> Iterator[list[str]]:
    """Yield the words of the queries for the version in ``language``, drawn from a version: the same every time."""
    words = content_words(f"{source.title} {source.lead} {source.body}", source.language)
    chance = random.Random(f"{source.id} {language}")
    for _ in range(DRAWS):
        yield chance.sample(words, min(WORDS, len(words)))


def pairs_of_versions(stories: Stories, source: str, target: str) -> Iterator[tuple[Article, Article]]:
    """Yield the versions in two languages of the stories that have both."""
    for versions in stories.values():
        if source in versions and target in versions:
            yield versions[source], versions[target]


def share(successes: Sequence[bool]) -> float:
    """Return the share of what succeeded; nothing tried is nothing found."""
    return sum(successes) / max(1, len(successes))
