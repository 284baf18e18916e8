"""
Name keys: what the spellings of one name have in common, in any of the three languages and either script.

A *fold key* is a rough spelling of the sound (``sounds``): the spellings of one name mostly share one, different names
seldom do. A *skeleton* is its consonants, with those alike as one; spellings that share no fold key (Харків, Kharkov)
share a skeleton and are *similar*. An index term has both, ``name:SKELETON:FOLD``, so that the names of one skeleton
stand together in the vocabulary and are found by a prefix.

Which words are names is decided in ``named``.
"""

import functools
import re
from collections.abc import Callable, Iterable
from itertools import islice
from types import MappingProxyType

from search.language.sounds import MAX_NAME_CHARACTERS, readings
from search.language.tokens import name_term, split_name_term, term_kind
from search.language.words import REMEMBERED_FORMS

# Name terms at one position: what a word without an entry in a dictionary, or of unclear language, may be.
MAX_NAME_TERMS = 3
# Terms that are compared with a name, at some 15 microseconds each. Among 32,000 names of many languages the commonest
# skeleton has 350.
MAX_CANDIDATES = 1000

# How similar two names have to be, by the number of letters in the shorter skeleton: one letter says nothing. Chosen on
# half of the Wikidata names for a precision of .6 among all that fold keys and skeletons find together.
_SMALLEST_SIMILARITIES = (2.0, 2.0, 0.94, 0.92, 0.88, 0.82)
_SHORTEST_TELLING_SKELETON = 2

_VOWELS = "aeiou"
_VOWEL = re.compile(f"[{_VOWELS}]")
_DOUBLE = re.compile(r"(.)\1+")
# Sibilants are where languages differ most, and those who leave out the marks of letters (Milosevic).
_ALIKE = str.maketrans("zcqwj", "sssss")
# What is written and not said in one of two spellings: a silent h, the j of Jaroslav, a last consonant in French.
_SILENT = re.compile(f"^[gj]|(?<=[{_VOWELS}])g(?![{_VOWELS}])|[rstdg]$")


def fold_key(word: str) -> tuple[str, ...]:
    """
    Return the rough spellings of a name, the surest first: one for a Cyrillic word, at most three for a Latin one.

    >>> fold_key("Зеленський"), fold_key("Зеленский"), fold_key("Zelenskyi")
    (('zelenski',), ('zelenski',), ('zelenski',))
    """
    return _remembered_readings(word[:MAX_NAME_CHARACTERS])


# The forms of a name have one base form, and most of the names of a new article stood in others.
_remembered_readings = functools.lru_cache(REMEMBERED_FORMS)(readings)


def skeletons(word: str, *, widened: bool = False) -> tuple[str, ...]:
    """
    Return the consonants of each rough spelling; with ``widened``, also without those that may be silent.

    >>> skeletons("Харків"), skeletons("Kharkov"), skeletons("Одеса")
    (('grkv',), ('grkv',), ('ads',))
    """
    keys = fold_key(word)
    found = [_skeleton(key) for key in keys]
    if widened:
        found += [_skeleton(_SILENT.sub("", key)) for key in keys]
    return tuple(dict.fromkeys(filter(None, found)))


def _skeleton(key: str) -> str:
    first = "a" if key.startswith(tuple(_VOWELS)) else ""
    return first + _DOUBLE.sub(r"\1", _VOWEL.sub("", key.translate(_ALIKE)))


def similarity(first: str, second: str) -> float:
    """
    Return how similar two names sound, from 0 to 1, which says that they share a fold key.

    >>> similarity("Харків", "Kharkiv"), round(similarity("Харків", "Kharkov"), 2)
    (1.0, 0.95)
    """
    return max((_similarity(a, b) for a in fold_key(first) for b in fold_key(second)), default=0.0)


def is_similar(first: str, second: str) -> bool:
    """
    Say whether two names may well be one: they share a fold key, or one is as similar as its length asks for.

    >>> is_similar("Харьков", "Kharkiv"), is_similar("Марія", "Марина")
    (True, False)
    """
    return any(_is_enough(a, b, _similarity(a, b)) for a in fold_key(first) for b in fold_key(second))


def name_terms(words: Iterable[str]) -> tuple[str, ...]:
    """
    Return the index terms of a name, at most ``MAX_NAME_TERMS``.

    ``words`` are the base forms that it may have, the likeliest first.

    >>> name_terms(["київ"]), name_terms(["kyiv"])
    (('name:kv:kiv',), ('name:kv:kiv',))
    """
    keys = dict.fromkeys(key for word in words for key in fold_key(word))
    return tuple(map(_term_of_key, islice(keys, MAX_NAME_TERMS)))


@functools.lru_cache(REMEMBERED_FORMS)
def _term_of_key(key: str) -> str:
    return name_term(_skeleton(key), key)


def near_name_terms(name: str, enumerate_prefix: Callable[[str], Iterable[str]]) -> tuple[tuple[str, float], ...]:
    """
    Return the terms of a vocabulary that are similar to a name but share no fold key with it, the most similar first.

    ``name`` is a word or one of its name terms; ``enumerate_prefix`` gives the terms that begin with a prefix, of which
    at most ``MAX_CANDIDATES`` are looked at.

    >>> near_name_terms("Харків", lambda prefix: ["name:grkv:garkiv", "name:grkv:garkov", "name:grkv:gurkava"])
    (('name:grkv:garkov', 0.95),)
    """
    if term_kind(name) == "name":
        own: tuple[str, ...] = (split_name_term(name)[1],)
        beginnings: tuple[str, ...] = (split_name_term(name)[0],)
    else:
        own, beginnings = fold_key(name), skeletons(name, widened=True)
    telling = [beginning for beginning in beginnings if len(beginning) >= _SHORTEST_TELLING_SKELETON]
    there = (term for beginning in telling for term in enumerate_prefix(name_term(beginning)))
    found: dict[str, float] = {}
    for term in islice(there, MAX_CANDIDATES):
        key = split_name_term(term)[1]
        value = max((s for a in own if _is_enough(a, key, s := _similarity(a, key))), default=0.0)
        if value and key not in own:
            found[term] = round(value, 3)
    return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _is_enough(a: str, b: str, value: float) -> bool:
    length = min(len(_skeleton(a)), len(_skeleton(b)), len(_SMALLEST_SIMILARITIES) - 1)
    return a == b or value >= _SMALLEST_SIMILARITIES[length]


def _prices(groups: str, price: float) -> dict[tuple[str, str], float]:
    return {(a, b): price for group in groups.split() for a in group for b in group if a != b}


# What it costs to have one sound for another, where that is less than 1: vowels, of which these pairs are the commonest
# (Львів and Львов, Київ and Киев, Гаррі and Harry), and consonants made in one place or written with one letter.
_REPLACED = MappingProxyType(
    _prices("aeiou szc jqw sw zj cq vfbu kg td gj mn ij", 0.5) | _prices("ae ie io ou ao", 0.3)
)
# What it costs to have a sound more.
_ADDED = MappingProxyType(dict.fromkeys(_VOWELS, 0.6) | {"i": 0.4, "e": 0.5, "g": 0.6})
_LARGEST_DIFFERENCE_IN_LENGTH = 3


@functools.lru_cache(REMEMBERED_FORMS)
def _similarity(a: str, b: str) -> float:
    """Return 1 less the cost of the cheapest edits, per letter of the longer key (Wagner and Fischer, 1974)."""
    if a == b:
        return 1.0
    if abs(len(a) - len(b)) > _LARGEST_DIFFERENCE_IN_LENGTH:
        return 0.0
    added = [_ADDED.get(letter, 1.0) for letter in b]
    row = [0.0]
    for cost in added:
        row.append(row[-1] + cost)
    for letter in a:
        diagonal = row[0]
        row[0] = diagonal + _ADDED.get(letter, 1.0)
        for place, other in enumerate(b):
            replaced = diagonal if letter == other else diagonal + _REPLACED.get((letter, other), 1.0)
            diagonal = row[place + 1]
            row[place + 1] = min(replaced, diagonal + _ADDED.get(letter, 1.0), row[place] + added[place])
    return max(0.0, 1.0 - row[-1] / max(len(a), len(b)))
