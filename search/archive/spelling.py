"""
"Did you mean": for a word that no article has, the nearest one that some article has.

Nearness is the Damerau-Levenshtein distance in its restricted form (optimal string alignment), counted over the
forms that stand in the archive; among the nearest the most frequent wins.
"""

from collections.abc import Callable, Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.language import fold, term_kind

# One slip in a short word, two in a long one; below four letters everything is near to everything.
MIN_LETTERS = 4
_LETTERS_FOR_TWO_SLIPS = 7
_CANDIDATES = 20


def spelling_suggestions(word: str, vocabulary: Iterable[str], frequency: Callable[[str], int]) -> list[str]:
    """
    Return the words of the vocabulary that may have been meant, the likeliest first.

    ``frequency`` gives the number of articles that have a word; words that none has are never suggested.
    """
    folded = fold(word)
    if len(folded) < MIN_LETTERS or not folded.isalpha():
        return []
    slips = 2 if len(folded) >= _LETTERS_FOR_TWO_SLIPS else 1
    near = process.extract(
        folded,
        vocabulary,
        scorer=OSA.distance,  # type: ignore[arg-type]  # its overloads are narrower than the protocol asks
        score_cutoff=slips,
        limit=_CANDIDATES,
    )
    counted = [(distance, -frequency(term), term) for term, distance, _ in near if term != folded]
    return [term for _, negative, term in sorted(counted) if negative < 0]


def words_only(terms: Iterable[bytes]) -> list[str]:
    """Return the words among index terms: no lemmas, name keys or numbers, each once."""
    decoded = {term.decode() for term in terms}
    return sorted(term for term in decoded if term_kind(term) == "bare" and term.isalpha())
