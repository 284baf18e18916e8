"""
Words that are nearly the same in Ukrainian and Russian: реконструкція and реконструкция, забруднення and загрязнение not.

The languages took thousands of words from the same sources and write them by rules of their own
(``data/queries/cognate_letters.tsv``). A word is read by these rules along the words of the other language's
dictionary; one counts that is its own dictionary form, of the same part of speech, and not too far. Words that look
alike may mean different things (вродливий is beautiful, уродливый ugly), so whoever knows a translation should not ask
here. Names are left to their keys (``names``).
"""

import functools
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import NamedTuple

from search.language.dictionaries import Reading
from search.language.normalize import fold_letters
from search.language.russian import russian_lemmas
from search.language.ukrainian import one_spelling
from search.language.walking import BEGIN, END, DictionaryWords, LettersRead, Walk, walk
from search.language.words import MARKED_TAGS, MAX_DICTIONARY_CHARACTERS, NAME_TAGS, REMEMBERED_FORMS, dictionary

MAX_COGNATES = 3
MIN_LETTERS = 4
MAX_STEPS = 1_500
MOST_COST = 2.0

_OTHER = {"uk": "ru", "ru": "uk"}
_NOTHING = "0"
_LETTERS = {"uk": "абвгдеєжзиіїйклмнопрстуфхцчшщьюя'-", "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя-"}
_UNWRITTEN = {"ь": "дзлнстцбвмпржшчр"}
_UNWRITTEN_COST = 0.3

_CLASSES = {"NOUN": "noun", "ADJF": "adjective", "VERB": "verb", "INFN": "verb", "ADVB": "adverb", "PRTF": "adjective"}
_NO_CONTENT = frozenset({"Apro", "Anum", "NPRO", "Abbr"})
_FEATURES = {"noun": frozenset({"masc", "femn", "neut", "Pltm"}), "verb": frozenset({"perf", "impf"})}
_OTHER_FEATURES_COST = 0.5


class Found(NamedTuple):
    """A cognate: how far it is, and its lemma."""

    cost: float
    lemma: str


def cognates(lemma: str, language: str) -> tuple[str, ...]:
    return tuple(found.lemma for found in _cognates(lemma, language)[:MAX_COGNATES] if found.cost <= MOST_COST)


@functools.lru_cache(REMEMBERED_FORMS // 16)
def _cognates(lemma: str, language: str) -> tuple[Found, ...]:
    if language not in _OTHER or not MIN_LETTERS <= len(lemma) <= MAX_DICTIONARY_CHARACTERS:
        return ()
    wanted = classes_of(lemma, language)
    if not wanted:
        return ()
    other = _OTHER[language]
    found: dict[str, float] = {}
    for cost, spelled in walk(BEGIN + lemma + END, _walk_of(language), DictionaryWords(other), 3.0):
        for its_class, features in classes_of(spelled, other).items():
            if its_class in wanted:
                total = cost + (_OTHER_FEATURES_COST if features and wanted[its_class] and features.isdisjoint(wanted[its_class]) else 0)
                for each in lemmas_of(spelled, other):
                    found[each] = min(total, found.get(each, total))
    return tuple(sorted(Found(cost, each) for each, cost in found.items()))


def lemmas_of(spelled: str, language: str) -> tuple[str, ...]:
    if language == "uk":
        return (one_spelling(spelled),)
    lemmas = russian_lemmas(spelled)
    return (spelled,) if spelled in lemmas else lemmas[:1]


@functools.lru_cache(REMEMBERED_FORMS)
def classes_of(word: str, language: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for lemma, tag in dictionary(language).readings(word):
        its = tag.grammemes
        its_class = _CLASSES.get(tag.POS)
        if its_class is None or NAME_TAGS & its or _NO_CONTENT & its or MARKED_TAGS & its:
            continue
        if fold_letters(lemma) != fold_letters(word):
            if not ("PRTF" in its and {"masc", "sing", "nomn"} <= its):
                continue
        found[its_class] = found.get(its_class, frozenset()) | (its & _FEATURES.get(its_class, frozenset()))
    return found


@functools.cache
def _walk_of(language: str) -> Walk:
    return Walk(_readings_of(language), _UNWRITTEN, _UNWRITTEN_COST, MAX_STEPS)


def _rows() -> Iterator[tuple[str, str, float, float]]:
    text = resources.files("search.language").joinpath("data", "queries", "cognate_letters.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            uk, ru, *costs = line.split("\t")
            yield uk.replace(_NOTHING, ""), ru.replace(_NOTHING, ""), float(costs[0]), float("inf" if costs[-1] == "-" else costs[-1])


@functools.cache
def _readings_of(language: str) -> Mapping[str, tuple[LettersRead, ...]]:
    costs: dict[str, dict[str, float]] = {END: {"": 0.0}}
    other = _OTHER[language]
    for letter in _LETTERS[language]:
        if letter in _LETTERS[other]:
            costs[letter] = {letter: 0.0}
    for uk, ru, to_ru, to_uk in _rows():
        source, target, cost = (uk, ru, to_ru) if language == "uk" else (ru, uk, to_uk)
        read = target.strip(BEGIN + END)
        if source and cost < 5:
            each = costs.setdefault(source, {})
            each[read] = min(cost, each.get(read, cost))
    found: dict[str, list[LettersRead]] = {}
    for source, targets in costs.items():
        expanded = tuple((spelled, cost) for target, cost in targets.items() for spelled in _spellings(target, other))
        found.setdefault(source[0], []).append((source, expanded))
    return {first: tuple(each) for first, each in found.items()}


def _spellings(letters: str, language: str) -> list[str]:
    """Return letters in every way in which the dictionary may have them (ё, ґ)."""
    folded, full = ("г", "ґ") if language == "uk" else ("е", "ё")
    ways = [""]
    for letter in letters:
        ways = [way + each for way in ways for each in ((letter, full) if letter == folded else (letter,))]
    return ways
