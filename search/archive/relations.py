"""
What an article is to a draft: its text again, a rewriting, a translation; and which sentences say the same.

A sentence says what another says by the share of the weights of its words that the other has (``comparison``), names
and numbers among them. Everything that is tuned here was measured on the development data: 123 stories in three
languages and 174 in two, each version a draft against the 14 nearest stories, its other versions among them.
"""

from typing import NamedTuple

import numpy as np

from search.archive.comparison import Compared
from search.archive.duplicates import THRESHOLD
from search.archive.passages import FEWEST_WORDS
from search.archive.prior_results import Relation
from search.columnar.arrays import Array

# What a sentence must have of another's words for the whole texts to be compared by it: one such pair says little,
# many of them say all. Of two versions of a story .80 of the sentences (median; .45 at the first percentile) say that
# much of each other, of a draft and the nearest other story in another language .20 at the 99th percentile.
LIKE = 0.4
#: Both must say that share of what the other says to be translations.
TRANSLATED = 0.4
# In one language a rewriting shares more words: with half the words in a sentence, the nearest other story says .3 of
# the sentences of a draft, or the draft of its, in one case of fifty.
LIKE_IN_ONE_LANGUAGE = 0.5
#: One of both texts must have that share of its sentences from the other: a draft may add to what it repeats.
REWRITTEN = 0.5
# One or two sentences in common make no version: they may be the background of two reports.
FEWEST_SENTENCES = 3

# What one sentence must have of another's words to be called reported. Where both texts are versions of one text,
# .98 of what has LIKE stands in the very paragraph that it should; elsewhere a sentence is alone, and of the sentences
# of NTREX-128 one in sixty is then found in a story of its own about something that several stories report.
REPORTED_ELSEWHERE = 0.6
REPORTED_IN_ONE_LANGUAGE = 0.75
# Fewer words in common are too few, unless they are all that the sentence has.
FEWEST_SHARED = 5


class Likeness(NamedTuple):
    """
    How a draft and another text say the same.

    ``shares`` has a row for each sentence of the draft and a column for each of the other text: which share of the
    words of the one the other has. ``ours`` and ``theirs`` are the shares of sentences, of the draft and of the other
    text, that say the same; ``resemblance`` is Broder's, for texts in one language.
    """

    relation: Relation | None
    shares: Array
    sure: Array
    ours: float
    theirs: float
    resemblance: float


def likeness(compared: Compared) -> Likeness:
    """Return how a draft and another text say the same."""
    draft = compared.draft
    shares = (draft.weights @ compared.has.T) / np.maximum(draft.totals[:, np.newaxis], 1e-9)
    common = draft.has @ compared.has.T
    lengths = np.array([len(passage.words) for passage in compared.passages], dtype=np.float32)
    like = LIKE if compared.crosses else LIKE_IN_ONE_LANGUAGE
    ours, said = _said(shares.max(axis=1, initial=0.0), draft.counts, like)
    theirs, other_said = _said(common.max(axis=0, initial=0.0) / np.maximum(lengths, 1.0), lengths, like)
    alike = compared.resemblance
    relation = None
    if alike >= THRESHOLD:
        relation = Relation.SAME_TEXT
    elif compared.crosses:
        if min(ours, theirs) >= TRANSLATED and min(said, other_said) >= FEWEST_SENTENCES:
            relation = Relation.TRANSLATED
    elif (ours >= REWRITTEN and said >= FEWEST_SENTENCES) or (theirs >= REWRITTEN and other_said >= FEWEST_SENTENCES):
        relation = Relation.REWRITTEN
    return Likeness(relation, shares, _sure(compared, common, shares, relation), ours, theirs, alike)


def _said(best: Array, lengths: Array, like: float) -> tuple[float, int]:
    """Return the share of the sentences, of those that are long enough to tell, that say the same, and their number."""
    telling = lengths >= FEWEST_WORDS
    said = int(np.count_nonzero(best[telling] >= like))
    return said / max(int(np.count_nonzero(telling)), 1), said


def _sure(compared: Compared, common: Array, shares: Array, relation: Relation | None) -> Array:
    """
    Return for each sentence of the draft and each of the other text whether the one was surely reported by the other.

    Every number and every name of the sentence must be there, and both deny something or neither does: "12 were hurt"
    and "15 were hurt", "did" and "did not" are other news in the same words.
    """
    draft = compared.draft
    if compared.crosses:
        least = LIKE if relation else REPORTED_ELSEWHERE
    else:
        least = LIKE_IN_ONE_LANGUAGE if relation else REPORTED_IN_ONE_LANGUAGE
    counts = draft.counts[:, np.newaxis]
    enough = (common >= np.minimum(FEWEST_SHARED, counts)) & (counts >= FEWEST_WORDS) & (shares >= least)
    facts = draft.facts @ compared.has.T >= draft.facts_of_each[:, np.newaxis]
    denies = np.array([passage.denies for passage in compared.passages], dtype=bool)
    sure: Array = enough & facts & (draft.denies[:, np.newaxis] == denies)
    return sure
