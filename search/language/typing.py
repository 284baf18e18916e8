"""
Cyrillic words typed in Latin letters: ``kyiv``, ``zelenskogo``, ``novyny``, ``pravitelstvo``.

Nobody keeps to one scheme, so all in use are read together, letter by letter along the words that there are: those of
the dictionaries, and for names those of the archive. Only beginnings of words survive, so few readings are left.
"""

import functools
import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from search.language.normalize import fold, normalize
from search.language.tables import QUERIES, lines_of, read_text
from search.language.walking import DictionaryWords, LettersRead, Walk, Walkable, walk
from search.language.words import MAX_DICTIONARY_CHARACTERS

MIN_LETTERS = 3

# A step is a microsecond or a few, and words take some 50 in a dictionary; the most usual readings come first, so that
# little is lost where the letters allow too many.
MAX_STEPS = 6_000

# What is never written, or seldom: after which letters it may stand.
_UNWRITTEN = {
    "uk": {"ь": "дзлнстцбвмпрф", "'": "бвмпфрдзкгсн"},
    "ru": {"ь": "бвдзлмнпрстфчшщжц", "ъ": "бвдзлнстр"},
}
_OFFICIAL_COST, _QUICK_COST, _UNWRITTEN_COST = 0.0, 1.0, 0.1
# Signs that were left out cost nearly nothing, and never make a word too unusual.
_UNWRITTEN_ALLOWANCE = 0.5
# A word read in three ways that no state prescribes is a guess.
MOST_COST = 3.0
# One unit of cost against a tenfold frequency.
_WEIGHT_OF_COST = 2.3


_TYPED = re.compile("[a-z0-9'\"à-ž-]*[a-zà-ž][a-z0-9'\"à-ž-]*")


class VocabularyWords:
    """
    The words of a vocabulary, such as that of an index, for one walk.

    ``begins`` says whether any word begins with some letters, ``has`` whether there is a word.
    """

    def __init__(self, begins: Callable[[str], bool], has: Callable[[str], bool]) -> None:
        self._begins, self._has = begins, has
        self._places = [""]

    @classmethod
    def of_sorted(cls, words: Sequence[str]) -> "VocabularyWords":
        """Return the words of a sorted sequence."""

        def at(word: str) -> str:
            place = bisect_left(words, word)
            return words[place] if place < len(words) else ""

        return cls(lambda beginning: at(beginning).startswith(beginning), lambda word: at(word) == word)

    def follow(self, letters: str, place: int) -> int:
        """Return where letters lead from a place, or 0."""
        spelled = fold(self._places[place] + letters)
        if not self._begins(spelled):
            return 0
        self._places.append(spelled)
        return len(self._places) - 1

    def ends_word(self, place: int) -> bool:
        """Say whether a word ends at a place."""
        return self._has(self._places[place])


def cyrillic_spellings(
    word: str,
    limit: int = 8,
    frequency: Callable[[str], int] | None = None,
    vocabulary: VocabularyWords | None = None,
    languages: Iterable[str] = ("uk", "ru"),
    most_cost: float = MOST_COST,
) -> tuple[str, ...]:
    """
    Return the folded Cyrillic words that a Latin one may stand for, the likeliest first; none for other words.

    They are words of the dictionaries of ``languages`` and of ``vocabulary``. ``frequency``, the number of articles
    that have a word, decides between readings that are about as usual; without it the schemes alone do.
    ``most_cost`` is how unusual a reading may be: 0 for what the schemes of states and standards write, 1 for each
    letter that only people who type quickly write so.

    >>> cyrillic_spellings("kyiv")[0], cyrillic_spellings("pravitelstvo")[0]
    ('київ', 'правительство')
    """
    found: dict[str, float] = {}
    for cost, spelled in _readings(word, vocabulary, tuple(languages), most_cost):
        found[spelled] = min(cost, found.get(spelled, cost))
    weight = frequency or (lambda _: 0)
    # The index is asked only for the most usual ones.
    usual = sorted(found, key=lambda spelled: (found[spelled], spelled))[: 4 * limit]
    return tuple(sorted(usual, key=lambda each: _WEIGHT_OF_COST * found[each] - math.log1p(weight(each))))[:limit]


def _readings(
    word: str, vocabulary: VocabularyWords | None, languages: tuple[str, ...], most_cost: float
) -> Iterator[tuple[float, str]]:
    typed = normalize(word).lower()
    if not MIN_LETTERS <= len(typed) <= MAX_DICTIONARY_CHARACTERS or not _TYPED.fullmatch(typed):
        return
    for language in languages:
        for words in _walkable(language, vocabulary):
            for cost, spelled in walk(typed, _walk_of(language), words, most_cost + _UNWRITTEN_ALLOWANCE):
                yield cost, fold(spelled)


def _walkable(language: str, vocabulary: VocabularyWords | None) -> Iterator[Walkable]:
    yield DictionaryWords(language)
    if vocabulary is not None:
        yield vocabulary


@functools.cache
def _walk_of(language: str) -> Walk:
    return Walk(_readings_of(language), _UNWRITTEN[language], _UNWRITTEN_COST, MAX_STEPS)


@functools.cache
def _readings_of(language: str) -> Mapping[str, tuple[LettersRead, ...]]:
    """Return by first letter what Latin letters can be read as (``data/queries/latin_readings.txt``)."""
    found: dict[str, list[LettersRead]] = {}
    for line in lines_of(read_text(QUERIES, "latin_readings.txt")):
        row_language, latin, *columns = line.split("\t")
        if row_language == language:
            costs = zip(columns, (_OFFICIAL_COST, _QUICK_COST), strict=False)
            readings = tuple((letters, cost) for column, cost in costs for letters in column.split())
            found.setdefault(latin[0], []).append((latin, readings))
    return {first: tuple(readings) for first, readings in found.items()}
