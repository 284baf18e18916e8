"""
How well the forms of a word are brought together: recall and precision on treebanks with gold lemmas.

    python -m benchmarks.quality.word_forms DATA

Every content word of a treebank is asked for, as often as it stands there. Recall is the share of the other tokens of
its gold lemma that share a term with it, precision the share of the tokens found that are of that lemma; "other forms"
looks at tokens with another surface form only. Terms of names are left out: they join words across languages.
"""

import collections
import gzip
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

from benchmarks.quality.figures import Figure
from search.language import analyze, fold

TREEBANKS = {
    "uk": "ud_ukrainian_parlamint_dev.conllu.gz",
    "ru": "ud_russian_pud.conllu.gz",
    "en": "ud_english_pud.conllu.gz",
}
TARGETS = {"uk": (0.999, 0.99), "ru": (0.988, 0.95), "en": (0.98, 0.967)}
CONTENT_WORDS = frozenset({"NOUN", "PROPN", "ADJ", "VERB", "ADV"})

# A folded word and its gold lemma, folded too, with how often the pair stands in the treebank.
Tokens: TypeAlias = Mapping[tuple[str, str], int]
# The terms at each position that a word takes.
Positions: TypeAlias = tuple[frozenset[str], ...]


class Conflation(NamedTuple):
    """Recall and precision over all tokens, over other surface forms, and the number of terms at a word."""

    recall: float
    precision: float
    recall_of_others: float
    precision_of_others: float
    terms_per_token: float


class Mean:
    """A weighted mean of what is put in."""

    def __init__(self) -> None:
        self.total, self.weight = 0.0, 0.0

    def put(self, part: float, whole: float, weight: float) -> None:
        """Count ``part / whole`` so many times, unless nothing could have been found."""
        if whole:
            self.total += weight * part / whole
            self.weight += weight

    @property
    def value(self) -> float:
        return self.total / self.weight if self.weight else 1.0


def measure(data: Path) -> Iterator[Figure]:
    """Yield the figures of the three languages."""
    for language, (recall, precision) in TARGETS.items():
        found = conflation(content_words(data / TREEBANKS[language]), language)
        yield Figure("word forms", f"{language}: recall", found.recall, recall)
        yield Figure("word forms", f"{language}: precision", found.precision, precision)
        yield Figure("word forms", f"{language}: recall of other forms", found.recall_of_others)
        yield Figure("word forms", f"{language}: precision of other forms", found.precision_of_others)
        yield Figure("word forms", f"{language}: terms at a word", found.terms_per_token)


def content_words(treebank: Path) -> Tokens:
    """Return the content words of a treebank in CoNLL-U with their lemmas."""
    found: collections.Counter[tuple[str, str]] = collections.Counter()
    with gzip.open(treebank, "rt", encoding="utf-8") as lines:
        for line in lines:
            cells = line.split("\t")
            if len(cells) == 10 and cells[0].isdigit() and cells[3] in CONTENT_WORDS and _has_letter(cells[1]):
                # Both are folded: a Ukrainian gold lemma keeps its ґ, and ours are written with г.
                found[fold(cells[1]), fold(cells[2])] += 1
    return found


def _has_letter(word: str) -> bool:
    return any(map(str.isalpha, word))


def conflation(tokens: Tokens, language: str) -> Conflation:
    """Return how well words and their lemmas go together. Words are looked up as the texts of an article are."""
    lemmas_of: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    forms_of: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for (form, lemma), count in tokens.items():
        lemmas_of[form][lemma] += count
        forms_of[lemma][form] += count
    positions = {form: positions_of(form, language) for form in lemmas_of}
    meeting = _meeting(positions)
    size = {form: sum(lemmas.values()) for form, lemmas in lemmas_of.items()}
    recall, precision, recall_of_others, precision_of_others = Mean(), Mean(), Mean(), Mean()
    for form, lemmas in lemmas_of.items():
        met = meeting[form]
        found = sum(size[other] for other in met)
        for lemma, count in lemmas.items():
            relevant = forms_of[lemma]
            right = sum(number for other, number in relevant.items() if other in met)
            same = relevant[form]
            total = sum(relevant.values())
            recall.put(right - 1, total - 1, count)
            precision.put(right - 1, found - 1, count)
            recall_of_others.put(right - same, total - same, count)
            precision_of_others.put(right - same, found - size[form], count)
    weight = sum(len(position) * size[form] for form, places in positions.items() for position in places)
    return Conflation(
        recall.value,
        precision.value,
        recall_of_others.value,
        precision_of_others.value,
        weight / sum(size.values()),
    )


def positions_of(form: str, language: str) -> Positions:
    """Return the terms of a word form at each of its positions, but those of names."""
    return tuple(
        frozenset(term for term in token.terms if not term.startswith("name:")) for token in analyze(form, language)
    )


def _meeting(positions: Mapping[str, Positions]) -> dict[str, set[str]]:
    """Return the forms that each form meets: at as many positions, with a term in common at each; itself always."""
    having: dict[str, set[str]] = collections.defaultdict(set)
    for form, places in positions.items():
        for term in places[0] if places else ():
            having[term].add(form)
    return {
        form: {form}.union(
            other
            for term in (places[0] if places else ())
            for other in having[term]
            if len(positions[other]) == len(places) and not any(map(frozenset.isdisjoint, places, positions[other]))
        )
        for form, places in positions.items()
    }


if __name__ == "__main__":
    for figure in measure(Path(sys.argv[1])):
        print(f"{figure.name:<32}{figure.value:>8.4f}" + (f"   target {figure.target}" if figure.target else ""))
