"""
Known-item search across languages: does a query in one language find the version of the story in another?

A query is four different content words (noun, proper noun, adjective, verb), drawn by chance from the body of one
version and typed in the form in which they stand. Sought is the other version of the story among all articles of its
language, by BM25 over the OR of the words, each a group of terms of which the best counts; success is a place among the
first ten. A *bridge* says what a term stands for in other languages: any object with ``expansions(term)``.
"""

import functools
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import Path
from typing import Protocol
from zlib import crc32

import search
from benchmarks.quality.figures import Figure
from indexer.learn import gather, learned_pairs
from search.archive.dictionaries import Pair, Translations
from search.article import LANGUAGES, Article
from search.language import analyze, split_term
from search.language.dictionaries import Dictionary

SEED = 1
WORDS = 4
FIRST = 10
LEMMA_WEIGHT = 0.8
K1, B = 1.2, 0.75
#: What a learned translation that is sure is worth; others are worth less by the root of their strength: .61 of all
#: versions are found, .60 with the strength itself, .60 if all are worth the same.
LEARNED_WEIGHT = 0.8

Stories = Mapping[str, Mapping[str, Article]]

# pymorphy3's names of nouns, adjectives and verbs with their participles; OpenCorpora has no class of proper nouns.
_CONTENT = frozenset(("NOUN", "ADJF", "ADJS", "VERB", "INFN", "PRTF", "PRTS", "GRND", "UNKN"))
# Content by its class, not by what it says: the verbs be, have, can, must, and what only points.
_STOP = {
    "uk": "бути мати могти є був була було були буде будуть може можуть має мають цей ця це той та весь вся все всі "
    "свій який яка яке які сам також один",
    "ru": "быть мочь иметь был была было были будет будут может могут имеет этот эта это тот та весь вся все свой "
    "который которая которое которые сам также один",
    "en": "the and for that this with was were are been being have has had having not but you your our ours they them "
    "their theirs his her hers its she him will would can could may might must shall should who whom whose which what "
    "when where why how all any both each few more most other some such than then there these those too very also only "
    "just from into onto over under above below between through during before after about against off out one two own "
    "same here once again further does did doing don isn aren wasn weren because while until upon per via yet nor "
    "let get got did say said says now even still ever never always often perhaps however therefore although though",
}
STOP = {language: frozenset(words.split()) for language, words in _STOP.items()}


class Bridge(Protocol):
    """What a term stands for elsewhere."""

    def expansions(self, term: str) -> Iterable[tuple[str, float]]:
        """Return terms that a term stands for, each with a weight between 0 and 1."""


class LearnedBridge:
    """The pairs that articles teach."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self._translations = Translations(pairs)

    def expansions(self, term: str) -> Iterable[tuple[str, float]]:
        """Return the translations of a term, by their strength."""
        return [(each.term, LEARNED_WEIGHT * math.sqrt(each.strength)) for each in self._translations.of(term)]


class Ranking:
    """BM25 over the articles of one language."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = articles
        self._postings: dict[str, dict[int, int]] = defaultdict(dict)
        lengths = []
        for number, article in enumerate(articles):
            tokens = [
                token
                for text in (article.title, article.lead, article.body)
                for token in analyze(text, article.language)
            ]
            lengths.append(len(tokens))
            for term, count in Counter(term for token in tokens for term in token.terms).items():
                self._postings[term][number] = count
        mean = sum(lengths) / len(lengths)
        self._norms = [K1 * (1 - B + B * length / mean) for length in lengths]

    def first(self, groups: Sequence[Mapping[str, float]]) -> list[str]:
        """Return the ids of the best articles for an OR of groups of weighted terms; the best term of each counts."""
        scores: dict[int, float] = defaultdict(float)
        for group in groups:
            best: dict[int, float] = {}
            for term, weight in group.items():
                postings = self._postings.get(term, {})
                idf = math.log(1 + (len(self.articles) - len(postings) + 0.5) / (len(postings) + 0.5))
                for number, count in postings.items():
                    score = weight * idf * count * (K1 + 1) / (count + self._norms[number])
                    best[number] = max(best.get(number, 0.0), score)
            for number, score in best.items():
                scores[number] += score
        order = sorted(scores, key=lambda number: (-scores[number], self.articles[number].id))
        return [self.articles[number].id for number in order[:FIRST]]


def read_stories(data: Path) -> Stories:
    """Return the articles of the development data by story and language."""
    stories: dict[str, dict[str, Article]] = defaultdict(dict)
    with (data / "articles.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            article = search.article_from_record(json.loads(line))
            stories[article.story][article.language] = article
    return stories


def half_of(story: str) -> int:
    """Return in which half of the stories one is, 0 or 1."""
    return crc32(story.encode()) % 2


def of_half(stories: Stories, half: int) -> list[Mapping[str, Article]]:
    """Return the stories of a half, the same every time."""
    return [versions for story, versions in sorted(stories.items()) if half_of(story) == half]


def group_of(word: str, bridges: Iterable[Bridge]) -> dict[str, float]:
    """Return the terms that a word of a query is searched by, with weights; its language is not known."""
    group: dict[str, float] = {}
    for token in analyze(word):
        for term in token.terms:
            own = LEMMA_WEIGHT if split_term(term)[0] else 1.0
            expansions = ((other, weight) for bridge in bridges for other, weight in bridge.expansions(term))
            for found, weight in ((term, own), *expansions):
                group[found] = max(group.get(found, 0.0), weight)
    return group


@functools.cache
def _dictionary(language: str) -> Dictionary:
    return Dictionary(language)


@functools.cache
def is_content(word: str, language: str) -> bool:
    """Return whether a word may be a noun, proper noun, adjective or verb: any reading will do, and so will none."""
    lower = word.lower().replace("’", "'")
    if len(lower) < 3 or lower in STOP[language] or not re.fullmatch(r"[^\W\d_]+(?:['-][^\W\d_]+)*", lower):
        return False
    if language == "en":  # there is no dictionary of English: what is no adverb by its ending is content
        return not lower.endswith("ly") and "'" not in lower
    readings = _dictionary(language).readings(lower)
    return not readings or str(readings[0][1].POS) in _CONTENT


def content_words(article: Article) -> list[str]:
    """Return the different content words of an article's body, in order."""
    words: dict[str, str] = {}
    for token in analyze(article.body, article.language):
        if is_content(token.text, article.language):
            words.setdefault(token.text.lower(), token.text)
    return list(words.values())


def success(
    stories: Stories, rankings: Mapping[str, Ranking], left: str, right: str, bridges: Callable[[str], Sequence[Bridge]]
) -> float:
    """Return the share of stories whose version in ``right`` is found; ``bridges`` are those allowed for a story."""
    found = tried = 0
    for story, versions in sorted(stories.items()):
        if left not in versions or right not in versions:
            continue
        words = content_words(versions[left])
        chance = random.Random(f"{SEED} {story} {left}")
        query = chance.sample(words, min(WORDS, len(words)))
        groups = [group_of(word, bridges(story)) for word in query]
        found += versions[right].id in rankings[right].first(groups)
        tried += 1
    return found / tried if tried else 0.0


def make_rankings(stories: Stories) -> dict[str, Ranking]:
    """Return the articles of each language, ready to be searched."""
    return {
        language: Ranking([versions[language] for _, versions in sorted(stories.items()) if language in versions])
        for language in LANGUAGES
    }


def measure(data: Path) -> Iterator[Figure]:
    """Yield the success of queries of four words, without a bridge, and with what each half or all stories teach."""
    stories = read_stories(data)
    rankings = make_rankings(stories)
    halves = [
        LearnedBridge(learned_pairs(gather(v for s, v in sorted(stories.items()) if half_of(s) == half)))
        for half in (0, 1)
    ]
    everything = LearnedBridge(learned_pairs(gather(v for _, v in sorted(stories.items()))))
    modes: dict[str, Callable[[str], Sequence[Bridge]]] = {
        "no bridge": lambda story: (),
        "learned from the other half": lambda story: (halves[1 - half_of(story)],),
        "learned from all": lambda story: (everything,),
    }
    for left, right in permutations(LANGUAGES, 2):
        for mode, bridges in modes.items():
            yield Figure(
                "crossing", f"{left}->{right}, 4 words, {mode}", success(stories, rankings, left, right, bridges)
            )


if __name__ == "__main__":
    import sys

    for figure in measure(Path(sys.argv[1])):
        print(f"{figure.name:50} {figure.value:.3f}")
