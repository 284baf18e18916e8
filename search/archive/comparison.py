"""
Which words and sentences of a draft stand in other texts: all sentences of both at once, as products of matrices.

A sentence of the draft is a row of the weights of its words, a sentence of another text a row of ones for the words of
the draft that it has. Their product says for each pair of sentences how much of what the one says the other says too.

A draft is compared with a dozen articles that nobody has asked for lately, so of those only what the comparison needs
is worked out, without tokens: of each chunk of a text it is remembered by which keys its words are known.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from search.archive.dictionaries import Dictionaries
from search.archive.duplicates import THRESHOLD, Shingles, resemblance, shingles
from search.archive.passages import (
    MAX_CHARACTERS,
    Passage,
    bridged_keys,
    denies,
    is_name,
    is_number,
    known_by,
    meeting_keys,
    own_keys,
    passages_of,
)
from search.columnar.arrays import Array
from search.language import (
    Token,
    chunks,
    each_paragraph,
    each_sentence,
    folded_words,
    paragraph_language,
    word_spans,
)


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
    def stacked(self) -> Array:
        """``weights``, ``has`` and ``facts`` one below the other: one product with another text gives that of each."""
        return np.concatenate((self.weights, self.has, self.facts))

    @cached_property
    def _own(self) -> "_Meeting":
        return _Meeting(self.words, own_keys, (own_keys(word.token.terms) for word in self.words))

    @cached_property
    def _bridged(self) -> "_Meeting":
        return _Meeting(self.words, meeting_keys, (bridged_keys(word.token, self._dictionaries) for word in self.words))

    def compared(self, text: str, language: str, body: str = "") -> "Compared":
        """Return what of the draft stands in another text, of which ``body`` is the part without headline and lead."""
        crosses = language != self.language
        meeting = self._bridged if crosses else self._own
        spans: list[tuple[int, int]] = []
        lengths: list[int] = []
        rows: list[int] = []
        columns: list[int] = []
        forms: dict[int, str] = {}
        beginning = text[:MAX_CHARACTERS]
        for start, end in each_paragraph(beginning):
            paragraph = beginning[start:end]
            found = _met_in(paragraph, paragraph_language(paragraph, language), meeting)
            place = 0
            for first, last in each_sentence(paragraph):
                begin = place
                while place < len(found) and found[place][0] < last:
                    _, surface, met = found[place]
                    place += 1
                    if met.numbers:
                        columns += met.numbers
                        rows += [len(spans)] * len(met.numbers)
                        for number in met.shown:
                            forms.setdefault(number, surface)
                spans.append((start + first, start + last))
                lengths.append(place - begin)
        has = np.zeros((len(spans), len(self.words)), dtype=np.float32)
        has[rows, columns] = 1.0
        return Compared(self, text, body, spans, np.array(lengths, dtype=np.float32), has, forms, crosses)


class Compared:
    """
    What of a draft stands in another text.

    ``has`` has a row for each sentence of the text and a column for each word of the draft: 1 where it stands there.
    ``forms`` gives for each number of such a word the word of the text. ``spans`` are the offsets of the sentences,
    ``lengths`` says how many words that tell something each has.
    """

    def __init__(
        self, draft: Draft, text: str, body: str, spans: Sequence[tuple[int, int]], lengths: Array, has: Array,
        forms: dict[int, str], crosses: bool,
    ) -> None:  # fmt: skip
        self.draft, self.text, self.body, self.spans, self.lengths = draft, text, body, spans, lengths
        self.has, self.forms, self.crosses = has, forms, crosses

    def denies(self, number: int) -> bool:
        """Return whether a sentence of the text denies something."""
        return denies(self.text, *self.spans[number])

    @cached_property
    def products(self) -> tuple[Array, Array, Array]:
        """
        What each sentence of the draft, a row, shares with each of the text: weight, number of words, and of facts.

        Only the words that the text has at all take part. They are a fifth, and products that small are worked out in
        this very thread; larger ones wake others, which on a busy machine cost more than they do.
        """
        present = np.flatnonzero(self.has.any(axis=0))
        product = self.draft.stacked[:, present] @ self.has[:, present].T
        weights, common, facts = np.split(product, 3)
        return weights, common, facts

    @cached_property
    def shingles(self) -> Shingles:
        """The runs of words of the text; none of a short one, or one in another language than the draft."""
        return frozenset() if self.crosses else shingles(folded_words(self.text))

    @cached_property
    def resemblance(self) -> float:
        """How alike the texts are, with headline and lead or without, which whoever pastes a text may leave out."""
        ours = self.draft.shingles
        alike = resemblance(ours, self.shingles)
        if self.crosses or alike >= THRESHOLD or not self.body:
            return alike
        # The runs of the body are among those of the text: what has too few in common with the text has with the body
        if len(ours & self.shingles) < THRESHOLD * len(ours):
            return alike
        return max(alike, resemblance(self.draft.shingles, shingles(folded_words(self.body))))


def _words(passages: Sequence[Passage], weigh: Callable[[tuple[str, ...]], float]) -> list[DraftWord]:
    """Return the different words of a text; a word that is also written small, or only begins sentences, is no name."""
    first: dict[tuple[str, ...], Token] = {}
    inside: dict[tuple[str, ...], bool] = {}
    for passage in passages:
        for place, token in enumerate(passage.words):
            if token.terms not in first:
                start, end = passage.base + token.start, passage.base + token.end
                first[token.terms] = Token(token.text, start, end, token.terms)
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
# Where in a chunk a word begins that tells something, how it is written, and what it meets.
_MetWord = tuple[int, str, _Met]


def _met_in(paragraph: str, language: str, meeting: "_Meeting") -> list[_MetWord]:
    """Return the words of a paragraph that tell something, and what they meet."""
    found: list[_MetWord] = []
    start = 0
    keys_of, meets_nothing = meeting.keys_of, meeting.known.keys().isdisjoint
    for chunk in chunks(paragraph):
        for place, surface, keys in known_by(chunk, language, keys_of):
            found.append((start + place, surface, _NOTHING if meets_nothing(keys) else meeting[keys]))
        start += len(chunk) + 1
    return found


class _Meeting(dict[tuple[str, ...], _Met]):
    """Which words of a draft the words of other texts meet, by the keys of these; worked out once for each."""

    def __init__(
        self,
        words: Sequence[DraftWord],
        keys_of: Callable[[tuple[str, ...]], tuple[str, ...]],
        keys: Iterable[Iterable[str]],
    ) -> None:
        super().__init__()
        self._words, self.keys_of = words, keys_of
        self.known: dict[str, list[int]] = {}
        for number, each in enumerate(keys):
            for key in dict.fromkeys(each):
                self.known.setdefault(key, []).append(number)

    def __missing__(self, keys: tuple[str, ...]) -> _Met:
        numbers: dict[int, bool] = {}
        for key in keys:
            for number in self.known.get(key, ()):
                # Of ordinary words consonants alone are no reason to show
                numbers[number] = numbers.get(number, False) or key[0] != "~" or self._words[number].is_name
        met = self[keys] = _Met(list(numbers), [number for number, shown in numbers.items() if shown])
        return met
