"""
"Did you mean": a query with the words that no article has replaced by near ones.

Only what finds something is suggested; also where the other words found something already, in another language or by
an OR. Which words are near, ``spelling`` decides.
"""

from itertools import islice, product

from search.archive.hits import articles_having
from search.archive.request import SearchRequest
from search.archive.spelling import JoinedWords, NearWords, suggested_words, words_only
from search.archive.understanding import (
    DEFAULT_TEXT_FIELDS,
    UnderstoodQuery,
    found_by,
    variants_to_try,
    with_words_replaced,
)
from search.archive.view import View
from search.columnar.commit import FileEntry
from search.columnar.snapshot import Snapshot

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
    for words_instead in islice(product(*near), variants_to_try(understood, MAX_SUGGESTIONS_TRIED)):
        suggested = with_words_replaced(understood.text, unknown, words_instead)
        if len(found_by(view, suggested, request.reading)):
            return suggested
    return None


def _vocabulary(snapshot: Snapshot) -> JoinedWords:
    """
    Return the words of an archive.

    Reading them takes a second or so for each million terms, so those of a segment are carried on to the commits that
    have it, too.
    """
    carried: dict[FileEntry, NearWords] = snapshot.carried.get("near words", {})
    files = (entry.file for entry in snapshot.commit.segments)
    words = {
        file: carried.get(file) or NearWords(words_only(segment.vocabulary(DEFAULT_TEXT_FIELDS)))
        for file, segment in zip(files, snapshot.segments, strict=True)
    }
    snapshot.carried["near words"] = words
    return JoinedWords(tuple(words.values()))
