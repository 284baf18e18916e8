"""
Bridges: under which other words a word of the query is looked for, in other scripts, languages and ways of typing.

Only what a bridge is, what it is worth and how it is switched off; where bridges lead, whoever knows the index says
(``search.archive.bridges``). A bridged word never counts for more than the word that was typed.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, Protocol

from search.language import Token, fold

# What a match by way of a bridge is worth; the form that was typed is worth 1, a lemma 0.8. However often a word stands
# in an article, it counts at most 2.2 times as much as once in an article of ordinary length, and 3.6 times as much as
# once in one twice as long (BM25 with k1 = 1.2). So up to .22 an article that has the word in one of its forms stays
# before one that has only a translation of it. Halving all of them moved 6 of 1,100 searches across languages out of
# the first ten. Among themselves: a name in another script is nearly always the same name, a translation often one of
# several.
WEIGHTS: dict[str, float] = {
    "name": 0.2,
    "alias": 0.19,
    "own": 0.19,
    "typing": 0.19,
    "glossary": 0.17,
    "cognate": 0.165,
    "learned": 0.16,
}

#: Why a word is also looked for in this way, in plain English; pages translate by kind.
REASONS: dict[str, str] = {
    "name": "a name is also found as other scripts and spellings write it",
    "alias": "another name of the same",
    "own": "from your own dictionary",
    "typing": "typed in Latin letters",
    "glossary": "the same in another language",
    "cognate": "nearly the same word in another language",
    "learned": "learned from the language versions of stories in this archive",
}

#: What can be switched off besides bridges: the reading of dates, and the correction of the keyboard layout.
READINGS = ("dates", "layout")


class Crossing(NamedTuple):
    """
    Where one bridge leads.

    ``words`` are successive words (mostly one), each as the index terms that answer it. ``shown`` is what a person
    reads. ``language`` is the language that it leads to, None if that is open. ``strength`` (0 to 1) multiplies the
    weight of the kind ``by``.
    """

    by: str
    shown: str
    language: str | None
    words: tuple[tuple[str, ...], ...]
    strength: float = 1.0

    @property
    def weight(self) -> float:
        """What a match is worth, between 0 and 1."""
        return WEIGHTS[self.by] * self.strength


class Together(NamedTuple):
    """Where successive words of a query, from number ``start`` until before ``end``, lead together."""

    start: int
    end: int
    crossings: tuple[Crossing, ...]


class Bridges(Protocol):
    """Whatever knows where the words of a query lead."""

    def crossings(self, typed: str, tokens: Sequence[Token]) -> Iterable[Crossing]:
        """Return where a word leads, as it was typed and by its tokens; most have one."""

    def together(self, words: Sequence[Sequence[Token]]) -> Iterable[Together]:
        """Return where successive words lead together (Збройні сили: ЗСУ), in their order and without overlaps."""


class Bridge(NamedTuple):
    """
    The bridges of one kind from one word of a query, as its reader sees them.

    ``id`` switches them off (``without``), as ``by`` alone does for all words. ``on`` says that they were in use.
    ``words`` are where they lead: pairs of a language, which may be None, and a word.
    """

    id: str
    by: str
    on: bool
    words: tuple[tuple[str | None, str], ...]

    @property
    def reason(self) -> str:
        """Why, in plain English."""
        return REASONS[self.by]


def switch(by: str, typed: str) -> str:
    """
    Return the name under which one reading of a word is switched off.

    >>> switch("glossary", "Війни")
    'glossary:війни'
    """
    return f"{by}:{fold(typed)}"


def is_on(by: str, typed: str, without: Collection[str]) -> bool:
    """Return whether neither a kind of reading nor this one of its kind is switched off."""
    return by not in without and switch(by, typed) not in without
