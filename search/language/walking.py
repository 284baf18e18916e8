"""
Walking along the words that there are while another word is read: by its letters, of which each can stand for others.

What stands for what, and what is made of the words that are found, is decided by who walks: ``typing`` reads Latin
letters so, ``cognates`` the words of the neighbouring language. Only beginnings of words survive, so few readings are
left where the letters alone would allow thousands.
"""

import functools
from collections.abc import Iterator, Mapping
from heapq import heappop, heappush
from typing import NamedTuple, Protocol, TypeAlias

from search.language.words import dictionary

#: Stands before a word, and behind it, where readings depend on that; the beginning may also be passed over.
BEGIN, END = "^", "$"

#: Letters, and those that they are read as, each with its cost.
LettersRead: TypeAlias = tuple[str, tuple[tuple[str, float], ...]]


class Walkable(Protocol):
    """Words that can be walked through by their letters; places are numbers, 0 the beginning and also nowhere."""

    def follow(self, letters: str, place: int) -> int:
        """Return where letters lead from a place, or 0."""

    def ends_word(self, place: int) -> bool:
        """Say whether a word ends at a place."""


class DictionaryWords:
    """The words of the dictionary of a language."""

    def __init__(self, language: str) -> None:
        self._words = dictionary(language).words

    def follow(self, letters: str, place: int) -> int:
        """Return where letters lead from a place, or 0."""
        return self._words.follow(_encoded(letters), place)

    def ends_word(self, place: int) -> bool:
        """Say whether a word ends at a place."""
        return self._words.ends_word(place)


class Walk(NamedTuple):
    """
    How words are read.

    ``readings`` are by the first letter of what is read. ``unwritten`` are letters that are put in where they were not
    written, each with the letters after which it may stand, at ``unwritten_cost``. ``most_steps`` bounds the work: a
    step is a microsecond or a few, and the cheapest come first.
    """

    readings: Mapping[str, tuple[LettersRead, ...]]
    unwritten: Mapping[str, str]
    unwritten_cost: float
    most_steps: int


def walk(written: str, along: Walk, words: Walkable, most_cost: float) -> Iterator[tuple[float, str]]:
    """
    Yield the words that a written one can be read as, with their costs, the cheapest first.

    A letter that was not written is free to come after the most cost has been spent on those that were.
    """
    waiting = [(0.0, 0, "", 0)]
    if written.startswith(BEGIN):
        waiting.append((0.0, -len(BEGIN), "", 0))
    seen: set[tuple[int, str]] = set()
    for _ in range(along.most_steps):
        if not waiting:
            return
        cost, at, spelled, place = heappop(waiting)
        if (at, spelled) in seen:
            continue
        seen.add((at, spelled))
        at = -at
        if at == len(written) and words.ends_word(place):
            yield cost, spelled
        for sign, before in along.unwritten.items():
            if spelled[-1:] and spelled[-1] in before and (led := words.follow(sign, place)):
                heappush(waiting, (cost + along.unwritten_cost, -at, spelled + sign, led))
        for letters, meant in along.readings.get(written[at : at + 1], ()):
            if written.startswith(letters, at):
                for read, more in meant:
                    if cost + more <= most_cost and (led := words.follow(read, place)):
                        heappush(waiting, (cost + more, -at - len(letters), spelled + read, led))


@functools.lru_cache(512)
def _encoded(letters: str) -> bytes:
    return letters.encode()
