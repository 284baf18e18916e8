"""
What the archive teaches: how many pairs, and how many of them hold in articles that did not teach them.

The stories are split in two halves by a hash. A pair learned from one half is *tested* if both of its terms occur in
the pieces of the other, and *holds* if they come together there oftener than by accident (log-likelihood ratio of at
least 10.83, p < .001). Coverage is the share of content words of one half, each occurrence, for which the other half
teaches a translation into a language.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations
from pathlib import Path

import numpy as np

from benchmarks.quality.figures import Figure
from benchmarks.quality.known_items import by_story, is_content, of_half, read_articles
from indexer.association import Side, log_likelihood_ratio
from indexer.learn import PAIRS_OF_LANGUAGES, Bitext, gather, learned_pairs
from search.archive.dictionaries import Pair, Translations
from search.article import LANGUAGES, Article
from search.language import analyze

LEAST_RATIO = 10.83


class _Occurrences:
    """In which pieces of a pair of languages each term is."""

    def __init__(self, bitext: Bitext) -> None:
        self._pieces = len(bitext.stories)
        self._left, self._right = _inverted(bitext, bitext.left), _inverted(bitext, bitext.right)

    def ratio(self, left: str, right: str) -> float | None:
        """Return how much oftener than by accident terms come together; None where one is missing, 0 for rarer."""
        one, other = self._left.get(left), self._right.get(right)
        if not one or not other:
            return None
        together = len(one & other)
        if together * self._pieces <= len(one) * len(other):
            return 0.0
        counts = (np.array([count]) for count in (together, len(one), len(other)))
        return float(log_likelihood_ratio(*counts, self._pieces)[0])


def _inverted(bitext: Bitext, side: Side) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for piece, term in zip(side.pieces.tolist(), side.terms.tolist(), strict=True):
        found[bitext.terms[term]].add(piece)
    return found


def _precision(pairs: Iterable[Pair], others: dict[str, _Occurrences]) -> tuple[dict[str, int], dict[str, int]]:
    tested: dict[str, int] = defaultdict(int)
    held: dict[str, int] = defaultdict(int)
    for left, right in {tuple(sorted(pair[:2], key=lambda t: LANGUAGES.index(t[:2]))) for pair in pairs}:
        name = f"{left[:2]}-{right[:2]}"
        ratio = others[name].ratio(left, right)
        if ratio is not None:
            tested[name] += 1
            held[name] += ratio >= LEAST_RATIO
    return tested, held


def _coverage(
    translations: Translations, stories: Iterable[Mapping[str, Article]], left: str, right: str
) -> tuple[int, int]:
    known = words = 0
    for versions in stories:
        article = versions.get(left)
        for token in analyze(article.body, left) if article and right in versions else ():
            if is_content(token.text, left):
                words += 1
                known += any(
                    each.term.startswith(f"{right}:") for term in token.terms for each in translations.of(term)
                )
    return known, words


def measure(data: Path) -> Iterator[Figure]:
    """Yield the number of pairs, their precision on the other half, and the coverage of its words."""
    stories = by_story(read_articles(data / "articles.jsonl"))
    halves = [of_half(stories, half).values() for half in (0, 1)]
    bitexts = [list(gather(half)) for half in halves]
    pairs = [list(learned_pairs(half)) for half in bitexts]
    occurrences = [
        {"-".join(names): _Occurrences(bitext) for names, bitext in zip(PAIRS_OF_LANGUAGES, half, strict=True)}
        for half in bitexts
    ]
    tested: dict[str, int] = defaultdict(int)
    held: dict[str, int] = defaultdict(int)
    for half in (0, 1):
        for total, found in zip((tested, held), _precision(pairs[half], occurrences[1 - half]), strict=True):
            for name, count in found.items():
                total[name] += count
    everything = list(learned_pairs(gather(stories.values())))
    for left, right in PAIRS_OF_LANGUAGES:
        name, title = f"{left}-{right}", f"{left} and {right}"
        distinct = {frozenset(p[:2]) for p in everything if {p.term[:2], p.translation[:2]} == {left, right}}
        yield Figure("learning", f"{title}: pairs learned from all", len(distinct))
        yield Figure("learning", f"{title}: pairs tested on the other half", tested[name])
        yield Figure("learning", f"{title}: precision on the other half", held[name] / max(tested[name], 1))
    translations = [Translations(half) for half in pairs]
    for left, right in permutations(LANGUAGES, 2):
        counts = [_coverage(translations[half], halves[1 - half], left, right) for half in (0, 1)]
        known, words = (sum(column) for column in zip(*counts, strict=True))
        yield Figure("learning", f"{left} → {right}: coverage of the other half", known / max(words, 1))


if __name__ == "__main__":
    import sys

    for figure in measure(Path(sys.argv[1])):
        print(f"{figure.name:45} {figure.value:.3f}")
