"""
Words that are nearly the same in Ukrainian and Russian: реконструкція is реконструкция, but відпустка no отпуск.

The languages took thousands of words from the same sources and write them by rules of their own, which are a table
(``data/queries/cognate_letters.tsv``). A word is read by them along the words of the other language's dictionary. One
counts if it is a dictionary form of the same part of speech, near, and if none of the first language is nearer to it.
Words that look alike may still mean different things (вродливий is beautiful, уродливый ugly): whoever has a
translation should not ask here. Names are left to their keys (``names``).
"""

import functools
from collections.abc import Iterator, Mapping
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

from search.language.normalize import fold_letters
from search.language.russian import russian_lemmas
from search.language.tables import QUERIES, lines_of, read_text
from search.language.ukrainian import one_spelling
from search.language.walking import BEGIN, END, DictionaryWords, LettersRead, Walk, walk
from search.language.words import MARKED_TAGS, MAX_DICTIONARY_CHARACTERS, NAME_TAGS, dictionary

MAX_COGNATES = 3

# Of three letters, too many words are one letter apart.
MIN_LETTERS = 4

# How far apart two words may be. Precision of what is found and stands in some of 765 articles, by the half of the
# glossary that chose it: 0 recall .41 and .44 (from Ukrainian, from Russian), precision .970 and .956; 0.2 .46 and .49,
# .973 and .951; 0.4 .53 and .55, .965 and .947; 0.6 as 0.4. In the other half .52 and .53, .967 and .950
# (benchmarks/quality/cognates.py).
MOST_COST = 0.4
# Of two words found, the farther counts only if it is about as near: one of the two is mostly a chance likeness.
_AS_NEAR = 0.05

# A step is two or three microseconds. Half of the glossary's words need 40, there and back together; the most 180.
MAX_STEPS = 1_000

# Lemmas that were asked lately; 300 bytes each.
_REMEMBERED = 16_384

#: The languages whose words are read as those of another one, and that one.
NEIGHBOURS = MappingProxyType({"uk": "ru", "ru": "uk"})
_ALPHABETS = {
    "uk": "абвгдеєжзиіїйклмнопрстуфхцчшщьюя'-",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя-",
}
# How the dictionary also has a letter of folded text.
_UNFOLDED = {"uk": ("г", "ґ"), "ru": ("е", "ё")}

# A soft sign is written in one language after these, and in the other not.
_UNWRITTEN = {"ь": "бвджзлмнпрстцчш"}
_UNWRITTEN_COST = 0.3

# How the table writes that there is nothing, and that something never stands for another thing.
_NOTHING, _NEVER = "0", "-"

# The parts of speech that have cognates. A Russian participle is a form of its verb, a Ukrainian one an adjective.
_PARTS_OF_SPEECH = MappingProxyType(
    {"NOUN": "noun", "ADJF": "adjective", "PRTF": "adjective", "VERB": "verb", "INFN": "verb", "ADVB": "adverb"}
)
# What only points or counts, and acronyms.
_NO_CONTENT = frozenset({"Apro", "Anum", "NPRO", "Abbr"})
_FIRST_FORM_OF_PARTICIPLE = frozenset({"masc", "sing", "nomn"})
# The gender of a noun and the aspect of a verb are mostly the same.
_KEPT = MappingProxyType({"noun": frozenset({"masc", "femn", "neut", "Pltm"}), "verb": frozenset({"perf", "impf"})})
_CHANGED_COST = 0.3
# What the dictionary calls slang, archaic, distorted or informal; some of it is used every day (доставка).
_MARKED_COST = 0.1


class _Word(NamedTuple):
    """A folded word of the other language, how far it is, and its lemma in the index."""

    cost: float
    spelled: str
    lemma: str


class _Part(NamedTuple):
    """A word as one part of speech: what it keeps in the other language, and whether it is an ordinary word so."""

    kept: frozenset[str]
    ordinary: bool


def cognates(lemma: str, language: str) -> tuple[str, ...]:
    """
    Return the lemmas of Russian that are the same word as a Ukrainian one (``uk``), or the other way round (``ru``).

    The likeliest come first; at most ``MAX_COGNATES``. Of other languages there are none. Takes and gives lemmas as
    they stand in index terms; a Russian participle is answered by its verb, which is its lemma. Takes a fifth of a
    millisecond, and never more than ``MAX_STEPS`` steps for each of at most four words.

    >>> cognates("реконструкція", "uk"), cognates("забруднення", "uk")
    (('реконструкция',), ())
    """
    if language not in NEIGHBOURS or not MIN_LETTERS <= len(lemma) <= MAX_DICTIONARY_CHARACTERS:
        return ()
    return _mutual(lemma, language)


@functools.lru_cache(_REMEMBERED)
def _mutual(lemma: str, language: str) -> tuple[str, ...]:
    other = NEIGHBOURS[language]
    mutual = (
        word.lemma
        for word in _nearest(lemma, language)[:MAX_COGNATES]
        if any(back.lemma == lemma for back in _nearest(word.spelled, other))
    )
    return tuple(dict.fromkeys(mutual))


def _nearest(spelled: str, language: str) -> list[_Word]:
    """Return the words of the other language that are about as near as the nearest."""
    found = sorted(_near(spelled, language))
    return [word for word in found if word.cost <= found[0].cost + _AS_NEAR]


def _near(spelled: str, language: str) -> Iterator[_Word]:
    """Yield the words of the other language that are near enough."""
    other = NEIGHBOURS[language]
    parts = _parts_of_speech(spelled, language)
    if not parts:
        return
    for cost, unfolded in walk(BEGIN + spelled + END, _walk_of(language), DictionaryWords(other), MOST_COST):
        read = fold_letters(unfolded)
        differences = [
            _difference(parts[part], as_part)
            for part, as_part in _parts_of_speech(read, other).items()
            if part in parts
        ]
        if differences and cost + min(differences) <= MOST_COST:
            yield _Word(round(cost + min(differences), 3), read, _lemma(read, other))


def _difference(left: _Part, right: _Part) -> float:
    """Return what it costs that two words of one part of speech differ in what else the dictionaries say of them."""
    changed = bool(left.kept and right.kept) and left.kept.isdisjoint(right.kept)
    return _CHANGED_COST * changed + _MARKED_COST * (left.ordinary and not right.ordinary)


def _parts_of_speech(word: str, language: str) -> Mapping[str, _Part]:
    """Return what a folded word can be of which it is the dictionary form."""
    found: dict[str, _Part] = {}
    for lemma, tag in dictionary(language).readings(word):
        part, its = _PARTS_OF_SPEECH.get(tag.POS), tag.grammemes
        if part is None or not _NO_CONTENT.isdisjoint(its) or (part == "noun" and not NAME_TAGS.isdisjoint(its)):
            continue
        if fold_letters(lemma) == fold_letters(word) or ("PRTF" in its and its >= _FIRST_FORM_OF_PARTICIPLE):
            before = found.get(part, _Part(frozenset(), False))
            kept = before.kept | (its & _KEPT.get(part, frozenset()))
            found[part] = _Part(kept, before.ordinary or MARKED_TAGS.isdisjoint(its))
    return found


def _lemma(read: str, language: str) -> str:
    """Return the lemma of a dictionary form or participle as index terms have it."""
    if language == "uk":
        return one_spelling(read)
    lemmas = russian_lemmas(read)
    if read in lemmas or not lemmas:
        return read
    # A rare word is in the index as the common one of which it is a form (банка, банк): another word, and no cognate.
    is_participle = any("PRTF" in tag.grammemes for _, tag in dictionary(language).readings(read))
    return lemmas[0] if is_participle else read


@functools.cache
def _walk_of(language: str) -> Walk:
    return Walk(_readings_of(language), _UNWRITTEN, _UNWRITTEN_COST, MAX_STEPS)


def read_correspondences(language: str) -> Iterator[tuple[str, str, float]]:
    """Yield the rows of the table: letters of a language, those of the other one, and the cost of reading them so."""
    for line in lines_of(read_text(QUERIES, "cognate_letters.tsv")):
        ukrainian, russian, *costs = line.split("\t")
        letters = (ukrainian, russian) if language == "uk" else (russian, ukrainian)
        cost = costs[0] if language == "uk" else costs[-1]
        if cost != _NEVER and letters[0] != _NOTHING:
            yield *letters, float(cost)


@functools.cache
def _readings_of(language: str) -> Mapping[str, tuple[LettersRead, ...]]:
    """Return by first letter what letters of a language can be read as in the other one."""
    other = NEIGHBOURS[language]
    costs = {letter: {letter: 0.0} for letter in _ALPHABETS[language] if letter in _ALPHABETS[other]}
    costs[END] = {"": 0.0}
    for letters, read, cost in read_correspondences(language):
        costs.setdefault(letters, {})["" if read == _NOTHING else read.strip(BEGIN + END)] = cost
    found: dict[str, list[LettersRead]] = {}
    for letters, readings in costs.items():
        ways = tuple((way, cost) for read, cost in readings.items() for way in _unfolded(read, other))
        found.setdefault(letters[0], []).append((letters, ways))
    return {first: tuple(readings) for first, readings in found.items()}


def _unfolded(letters: str, language: str) -> Iterator[str]:
    """Yield folded letters in all ways in which the dictionary may have them: with ё, with ґ."""
    folded, unfolded = _UNFOLDED[language]
    return map("".join, product(*((letter, unfolded) if letter == folded else letter for letter in letters)))
