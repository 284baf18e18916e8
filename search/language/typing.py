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
from heapq import heappop, heappush
from typing import Protocol

from search.language.normalize import fold, normalize
from search.language.words import MAX_DICTIONARY_CHARACTERS, dictionary

MIN_LETTERS = 3

# A word of twelve letters takes some 500 steps; a step is a microsecond or two. Where a reading could go on in a thousand
# ways, those that the schemes of the states have are tried first.
MAX_STEPS = 6_000

# How Latin letters are read, by language: the readings that official schemes have, then those of people who type quickly.
# KMU: resolution 55 of the Ukrainian government, 2010. BGN: BGN/PCGN 1947 and 2019. ICAO: Doc 9303 and the Russian
# passports since 2013. ISO: ISO 9:1995, which GOST 7.79 has as its system A, with marks left off; B is its system B.
_OFFICIAL = {
    "uk": (
        "a а,b б,v в,h г,g ґ,g г,d д,e е,ye є,ie є,zh ж,z з,y и,i і,yi ї,i ї,y й,i й,k к,l л,m м,n н,o о,p п,r р,s с,t т,"
        "u у,f ф,kh х,ts ц,ch ч,sh ш,shch щ,yu ю,iu ю,ya я,ia я,zgh зг,' ь,' ',j й,ji ї,je є,ju ю,ja я,c ц,h х,x х,"
        "ž ж,č ч,š ш,ŝ щ,šč щ,ì і,ï ї,ê є,û ю,â я,y' и,shh щ,yy ий,iy ій"
    ),
    "ru": (
        "a а,b б,v в,g г,d д,e е,ye е,ye ё,yo ё,e ё,zh ж,z з,i и,y й,i й,k к,l л,m м,n н,o о,p п,r р,s с,t т,u у,f ф,"
        "kh х,ts ц,ch ч,sh ш,shch щ,ie ъ,\" ъ,'' ъ,y ы,' ь,e э,yu ю,iu ю,ya я,ia я,j й,x х,c ц,cz ц,h х,shh щ,e' э,y' ы,"
        "ž ж,č ч,š ш,ŝ щ,ë ё,è э,û ю,â я,ju ю,ja я,je е,jo ё,iy ий,yy ый"
    ),
}
_QUICK = {
    "uk": (
        "4 ч,6 ш,w ш,w щ,w в,q я,j ж,j дж,c к,c с,ck к,i и,y і,y ї,yo йо,io йо,io ьо,jo йо,yo ьо,jo ьо,ye е,je е,e є,"
        "u ю,a я,sch щ,shch шч,ch щ,sh щ,zh щ,tz ц,x кс,ii ії,ii ій,ij ій,ij ий,y ий,i ій,ph ф,w в,k х,ch х,g ж,9 я,3 з,u в,v у,"
        "ie йе,yi йі,iya ія,iy ий,yj ий,dj дж,h г,o а"
    ),
    "ru": (
        "4 ч,6 ш,w ш,w щ,w в,q я,j ж,j дж,c к,c с,ck к,i ы,y и,i ий,y ый,y ий,ij ий,ii ий,ie ие,iy ый,yj ый,io ё,o ё,u ю,"
        "a я,sch щ,ch щ,sh щ,tz ц,x кс,h г,ph ф,k х,ch х,ye э,je э,ie ье,ia ья,iu ью,ya ья,yu ью,9 я,3 з,dj дж,iya ия,ui ый"
    ),
}
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


class Walkable(Protocol):
    """Words that can be walked through by their letters; places are numbers, 0 the beginning and also nowhere."""

    def follow(self, letters: str, place: int) -> int:
        """Return where letters lead from a place, or 0."""

    def ends_word(self, place: int) -> bool:
        """Say whether a word ends at a place."""


class _DictionaryWords:
    """The words of the dictionary of a language."""

    def __init__(self, language: str) -> None:
        self._words = dictionary(language).words

    def follow(self, letters: str, place: int) -> int:
        return self._words.follow(_encoded(letters), place)

    def ends_word(self, place: int) -> bool:
        return self._words.ends_word(place)


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

    They are words of the dictionaries of ``languages`` and of ``vocabulary``. ``frequency``, the number of articles that
    have a word, decides between readings that are about as usual; without it the schemes alone do. ``most_cost`` is how
    unusual a reading may be: 0 for what the schemes of states and standards write, 1 for each letter that only people
    who type quickly write so.

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
        yield from _walk(typed, language, _DictionaryWords(language), most_cost)
        if vocabulary is not None:
            yield from _walk(typed, language, vocabulary, most_cost)


def _walk(typed: str, language: str, words: Walkable, most_cost: float) -> Iterator[tuple[float, str]]:
    """Yield the words that a typed one can be read as with their costs, the most usual first, in bounded work."""
    readings, unwritten = _readings_of(language), _UNWRITTEN[language]
    waiting = [(0.0, 0, "", 0)]
    seen: set[tuple[int, str]] = set()
    for _ in range(MAX_STEPS):
        if not waiting:
            return
        cost, at, spelled, place = heappop(waiting)
        if (at, spelled) in seen:
            continue
        seen.add((at, spelled))
        at = -at
        if at == len(typed) and words.ends_word(place):
            yield cost, fold(spelled)
        for sign, before in unwritten.items():
            if spelled[-1:] and spelled[-1] in before and (led := words.follow(sign, place)):
                heappush(waiting, (cost + _UNWRITTEN_COST, -at, spelled + sign, led))
        for latin, meant in readings.get(typed[at : at + 1], ()):
            if typed.startswith(latin, at):
                for letters, more in meant:
                    if cost + more <= most_cost + _UNWRITTEN_ALLOWANCE and (led := words.follow(letters, place)):
                        heappush(waiting, (cost + more, -at - len(latin), spelled + letters, led))


@functools.cache
def _readings_of(language: str) -> Mapping[str, tuple[tuple[str, tuple[tuple[str, float], ...]], ...]]:
    """Return by first letter what Latin letters can be read as, each reading with its cost."""
    costs: dict[str, dict[str, float]] = {}
    for table, cost in ((_OFFICIAL, _OFFICIAL_COST), (_QUICK, _QUICK_COST)):
        for pair in table[language].split(","):
            latin, cyrillic = pair.split(" ")
            costs.setdefault(latin, {}).setdefault(cyrillic, cost)
    by_first: dict[str, list[tuple[str, tuple[tuple[str, float], ...]]]] = {}
    for latin, meant in costs.items():
        by_first.setdefault(latin[0], []).append((latin, tuple(meant.items())))
    return {first: tuple(readings) for first, readings in by_first.items()}


@functools.lru_cache(512)
def _encoded(letters: str) -> bytes:
    return letters.encode()
