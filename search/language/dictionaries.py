"""
The readings of a word form in pymorphy3's dictionaries of Ukrainian and Russian, in the library's own order.

Words that a dictionary has are read from its files without the library's Parse objects; only words that it lacks go
through the library's predictors, which read the same automata. Which readings count, the language modules decide.
"""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from search.language.automata import REMEMBERED_NODES, Records, Shares

#: A lemma of a word form, and the library's tag for the form: its grammatical properties.
Reading: TypeAlias = tuple[str, Any]

# How a form becomes its lemma: how many characters come off before and after, what goes on there, and the number of the
# form's tag (not the tag, so that the garbage collector need not follow the tens of thousands of rules in memory).
_Rule: TypeAlias = tuple[int, int, str, str, int]


class Dictionary:
    """The dictionary of ``uk`` or ``ru``. Words are in lower case."""

    def __init__(self, language: str) -> None:
        # A tenth of a second, and not needed before a Cyrillic word has to be analysed.
        import pymorphy3

        self._analyzer = pymorphy3.MorphAnalyzer(lang=language, result_type=None)
        data = self._analyzer.dictionary
        # Tens of megabytes, which the library holds twice, and which are read anew below.
        data.words = data.prediction_suffixes_dawgs = None
        vars(data).pop("_data", None)
        path, substitutes = Path(data.path), getattr(pymorphy3.lang, language).CHAR_SUBSTITUTES
        self._words = data.words = Records(path / "words.dawg", ">HH", substitutes)
        data.prediction_suffixes_dawgs = [
            Records(path / f"prediction-suffixes-{number}.dawg", ">IHH", substitutes)
            for number in range(len(data.paradigm_prefixes))
        ]
        self._shares: Shares | None = None
        if self._analyzer.prob_estimator is not None:
            self._shares = self._analyzer.prob_estimator.p_t_given_w = Shares(path / "p_t_given_w.intdawg")
        self._paradigms, self._tags = data.paradigms, data.gramtab
        self._beginnings, self._endings = data.paradigm_prefixes, data.suffixes
        self._rules = functools.lru_cache(REMEMBERED_NODES)(self._rules_of_node)

    def knows(self, word: str) -> bool:
        """Say whether the dictionary has a word."""
        return bool(self._words.spellings(word))

    @property
    def words(self) -> Records:
        """The automaton of the words, for those who walk through it letter by letter."""
        return self._words

    def readings(self, word: str) -> list[Reading]:
        """Return the readings of a word that the dictionary has, in its order; none for a word that it lacks."""
        tags = self._tags
        return [
            (before + spelled[first : len(spelled) - last] + after, tags[tag])
            for spelled, node in self._words.spellings(word)
            for first, last, before, after, tag in self._rules(node)
        ]

    def predictions(self, word: str) -> list[Reading]:
        """Return the readings that the library predicts for a word that the dictionary lacks, likeliest first."""
        return [(lemma, tag) for _, tag, lemma, _, _ in self._analyzer.parse(word)]

    def shares(self, word: str, readings: Sequence[Reading]) -> list[float]:
        """Return how often each reading of a word is meant; equal shares where no corpus tells."""
        shares = [] if self._shares is None else self._shares.shares(word, [tag for _, tag in readings])
        return shares if any(shares) else [1.0 / len(readings)] * len(readings)

    def _rules_of_node(self, node: int) -> tuple[_Rule, ...]:
        return tuple(self._rule(paradigm, place) for paradigm, place in self._words.read_records(node))

    def _rule(self, paradigm_number: int, place: int) -> _Rule:
        """Return the rule of a place in a paradigm, which is three lists in one: of endings, tags and beginnings."""
        paradigm = self._paradigms[paradigm_number]
        length = len(paradigm) // 3
        return (
            len(self._beginnings[paradigm[2 * length + place]]),
            len(self._endings[paradigm[place]]),
            self._beginnings[paradigm[2 * length]],
            self._endings[paradigm[0]],
            paradigm[length + place],
        )
