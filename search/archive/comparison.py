"""
Which words and sentences of a draft stand in other texts: all sentences of both at once, as products of matrices.

A sentence of the draft is a row of the weights of its words, a sentence of another text a row of ones for the words of
the draft that it has. Their product says for each pair of sentences how much of what the one says the other says too.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from search.archive.dictionaries import Dictionaries
from search.archive.duplicates import THRESHOLD, Shingles, resemblance, shingles
from search.archive.passages import Passage, bridged_keys, is_name, is_number, meeting_keys, own_keys, passages_of
from search.columnar.arrays import Array
from search.language import Token, folded_words, word_spans


class DraftWord(NamedTuple):
    """A word of a draft: how it stands there first, what it weighs, and what it is."""

    token: Token
    weight: float
    is_name: bool
    is_number: bool


class Draft:
    """
    A text that is compared with others.

    ``passages`` are its sentences, ``words`` its different words; ``weights`` has a row for each sentence and a column
    for each word: the weight of the word where the sentence has it, else 0.
    """

    def __init__(
        self, text: str, language: str, weigh: Callable[[tuple[str, ...]], float], dictionaries: Dictionaries
    ) -> None:
        self.text, self.language = text, language
        self.passages = passages_of(text, language)
        self._dictionaries = dictionaries
        numbers: dict[tuple[str, ...], int] = {}
        places = [[numbers.setdefault(word.terms, len(numbers)) for word in passage.words] for passage in self.passages]
        self.words = _words(self.passages, weigh)
        self.weights = np.zeros((len(places), len(self.words)), dtype=np.float32)
        of_words = np.array([word.weight for word in self.words], dtype=np.float32)
        for row, columns in zip(self.weights, places, strict=True):
            row[columns] = of_words[columns]

    @cached_property
    def folded(self) -> list[str]:
        """The words of the text, folded."""
        return folded_words(self.text)

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where these words stand."""
        return word_spans(self.text)

    @cached_property
    def shingles(self) -> Shingles:
        """The runs of words of the text; none of a short one."""
        return shingles(self.folded)

    @cached_property
    def totals(self) -> Array:
        """What the words of each sentence weigh together."""
        totals: Array = self.weights.sum(axis=1)
        return totals

    @cached_property
    def counts(self) -> Array:
        """How many different words each sentence has."""
        counts: Array = np.count_nonzero(self.weights, axis=1)
        return counts

    @cached_property
    def has(self) -> Array:
        """A row of ones and zeros for each sentence: which words it has."""
        has: Array = (self.weights > 0).astype(np.float32)
        return has

    @cached_property
    def facts(self) -> Array:
        """The same for names and numbers alone."""
        return self.has * np.array([word.is_name or word.is_number for word in self.words], dtype=np.float32)

    @cached_property
    def facts_of_each(self) -> Array:
        """How many names and numbers each sentence has."""
        number: Array = self.facts.sum(axis=1)
        return number

    @cached_property
    def denies(self) -> Array:
        """Which sentences deny something."""
        return np.array([passage.denies for passage in self.passages], dtype=bool)

    @cached_property
    def _own(self) -> "_Meeting":
        return _Meeting(self.words, own_keys, (own_keys(word.token.terms) for word in self.words))

    @cached_property
    def _bridged(self) -> "_Meeting":
        return _Meeting(self.words, meeting_keys, (bridged_keys(word.token, self._dictionaries) for word in self.words))

    def compared(self, text: str, language: str, body: str = "") -> "Compared":
        """Return what of the draft stands in another text, of which ``body`` is the part without headline and lead."""
        passages = passages_of(text, language)
        crosses = language != self.language
        numbers_of = self._bridged if crosses else self._own
        has = np.zeros((len(passages), len(self.words)), dtype=np.float32)
        forms: dict[int, Token] = {}
        for row, passage in zip(has, passages, strict=True):
            for token in passage.words:
                met = numbers_of[token.terms]
                if met is not _NOTHING:
                    row[met.numbers] = 1.0
                    for number in met.shown:
                        forms.setdefault(number, token)
        return Compared(self, text, body, passages, has, forms, crosses)


class Compared:
    """
    What of a draft stands in another text.

    ``has`` has a row for each sentence of the text and a column for each word of the draft: 1 where it stands there.
    ``forms`` gives for each number of such a word the word of the text.
    """

    def __init__(
        self, draft: Draft, text: str, body: str, passages: Sequence[Passage], has: Array,
        forms: dict[int, Token], crosses: bool,
    ) -> None:  # fmt: skip
        self.draft, self.text, self.body, self.passages, self.has = draft, text, body, passages, has
        self.forms, self.crosses = forms, crosses

    @cached_property
    def shingles(self) -> Shingles:
        """The runs of words of the text; none of a short one, or one in another language than the draft."""
        return frozenset() if self.crosses else shingles(folded_words(self.text))

    @cached_property
    def resemblance(self) -> float:
        """How alike the texts are, with headline and lead or without, which whoever pastes a text may leave out."""
        alike = resemblance(self.draft.shingles, self.shingles)
        if self.crosses or alike >= THRESHOLD or not self.body:
            return alike
        return max(alike, resemblance(self.draft.shingles, shingles(folded_words(self.body))))


def _words(passages: Sequence[Passage], weigh: Callable[[tuple[str, ...]], float]) -> list[DraftWord]:
    """Return the different words of a text; a word that is also written small, or only begins sentences, is no name."""
    first: dict[tuple[str, ...], Token] = {}
    inside: dict[tuple[str, ...], bool] = {}
    for passage in passages:
        for place, token in enumerate(passage.words):
            if token.terms not in first:
                first[token.terms] = token._replace(start=passage.base + token.start, end=passage.base + token.end)
            inside[token.terms] = inside.get(token.terms, False) or (place > 0 and is_name(token))
    return [
        DraftWord(token, weigh(terms), inside[terms] and is_name(token), is_number(token))
        for terms, token in first.items()
    ]


class _Met(NamedTuple):
    """The numbers of the draft's words that a word of another text meets, and those of them that are worth showing."""

    numbers: list[int]
    shown: list[int]


_NOTHING = _Met([], [])


class _Meeting(dict[tuple[str, ...], _Met]):
    """Which words of a draft the words of other texts meet, by their terms; worked out once for each such word."""

    def __init__(
        self,
        words: Sequence[DraftWord],
        keys_of: Callable[[tuple[str, ...]], tuple[str, ...]],
        keys: Iterable[Iterable[str]],
    ) -> None:
        super().__init__()
        self._words, self._keys_of = words, keys_of
        self._known: dict[str, list[int]] = {}
        for number, each in enumerate(keys):
            for key in dict.fromkeys(each):
                self._known.setdefault(key, []).append(number)

    def __missing__(self, terms: tuple[str, ...]) -> _Met:
        keys = self._keys_of(terms)
        if self._known.keys().isdisjoint(keys):  # as of most words
            self[terms] = _NOTHING
            return _NOTHING
        numbers: dict[int, bool] = {}
        for key in keys:
            for number in self._known.get(key, ()):
                # Of ordinary words consonants alone are no reason to show
                numbers[number] = numbers.get(number, False) or key[0] != "~" or self._words[number].is_name
        met = self[terms] = _Met(list(numbers), [number for number, shown in numbers.items() if shown])
        return met
