"""
"Did you mean": a query with the words that no article has replaced by near ones.

Only what finds something is suggested; also where the other words found something already, in another language or by
an OR. Which words are near, ``spelling`` decides.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, product

from search.archive.hits import articles_having
from search.archive.request import SearchRequest
from search.archive.spelling import NearWords, suggested_words, words_only
from search.archive.understanding import DEFAULT_TEXT_FIELDS, UnderstoodQuery, understand
from search.archive.view import View
from search.columnar.snapshot import Snapshot
from search.query.compile import Leaf

# Looking for near words passes over the whole vocabulary, and trying them costs a search each.
MAX_MISSPELT_WORDS = 3
MAX_SUGGESTIONS_TRIED = 20


def did_you_mean(view: View, request: SearchRequest, understood: UnderstoodQuery) -> str | None:
    """Return the query that was probably meant, if there is one and it finds something, or None."""
    words = (leaf for leaf in understood.compiled.leaves if leaf.kind == "word" and leaf.wanted)
    unknown = list(islice((leaf for leaf in words if not articles_having(view, leaf)), MAX_MISSPELT_WORDS))
    if not unknown:
        return None
    vocabulary = _vocabulary(view.snapshot)

    def frequency(term: str) -> int:
        return view.articles_with((term,), DEFAULT_TEXT_FIELDS)

    near = [suggested_words(leaf.typed, vocabulary, frequency, frequency) for leaf in unknown]
    for words_instead in islice(product(*near), MAX_SUGGESTIONS_TRIED):
        suggested = _replaced(understood.text, unknown, words_instead)
        tree = understand(view, suggested, request.reading).compiled.tree
        if len(view.seen(view.executor.matches(tree))):
            return suggested
    return None


@lru_cache(maxsize=1)  # reading it takes a second or so for each million terms
def _vocabulary(snapshot: Snapshot) -> NearWords:
    return NearWords(words_only(snapshot.vocabulary(DEFAULT_TEXT_FIELDS)))


def _replaced(query: str, leaves: Sequence[Leaf], words: Sequence[str]) -> str:
    """Return a query with the words where the leaves stand; the last place comes first, so that the others stay."""
    for leaf, word in sorted(zip(leaves, words, strict=True), key=lambda pair: -pair[0].start):
        query = query[: leaf.start] + word + query[leaf.end :]
    return query
