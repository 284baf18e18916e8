"""
What the author of a query can be told: the codes, their English sentences, and the list that collects them.

The codes are stable; docs/query-language.md lists them. Pages that speak other languages translate by code.
"""

from collections.abc import Iterable

from search.article import clean_text
from search.query.nodes import Notice

#: A page shows a handful of notices; a thousand stray brackets say no more than three do.
MAX_NOTICES_OF_A_KIND = 3
#: Enough to recognise the place; ``start`` and ``end`` give all of it.
MAX_NOTICE_TEXT_CHARACTERS = 60

NOTICE_MESSAGES: dict[str, str] = {
    "query-cut": "The query is too long; it was cut here, and the rest was not searched.",
    "too-many-words": "The query has too many words; those from here on were not searched.",
    "unclosed-quote": "This quotation mark has no closing one; everything after it was read as one phrase.",
    "stray-quote": "This quotation mark has no opening one and was ignored.",
    "empty-quotes": "There are no words between these quotation marks; they were ignored.",
    "unbalanced-bracket": "This bracket has no counterpart; the query was read as if it were balanced.",
    "too-deep": "There are too many brackets inside one another; this one was ignored.",
    "lonely-operator": "“{text}” has nothing to join at this place and was ignored.",
    "not-in-capitals": "“{text}” in capitals excludes what follows; if it is just a word, type it in small letters.",
    "unknown-field": "There is no such field; “{text}” was searched as words.",
    "empty-field": "There is no value after “{text}”; it was searched as a word.",
    "unknown-language": "The languages are uk (or ua), ru and en; “{text}” was searched as words.",
    "bad-date": "“{text}” is not a date; write 2024, 2024-05 or 2024-05-17. It was searched as words.",
    "short-prefix": "A star needs at least two letters before it; in “{text}” it was ignored.",
    "misplaced-star": "A star works only at the end of a single word; in “{text}” it was ignored.",
    "nothing-to-search": "There is no word in the query.",
    "left-out": "The query would have to go through too much of the archive; “{text}” was left out.",
}


class Notices:
    """The notices about one query: each place once for each code, and few of a kind."""

    def __init__(self, query: str, found: Iterable[Notice] = ()) -> None:
        self._query = query
        self._found = {(notice.code, notice.start): notice for notice in found}

    def add(self, code: str, start: int, end: int) -> None:
        """Note that ``query[start:end]`` was read as ``code`` says."""
        if sum(notice.code == code for notice in self._found.values()) >= MAX_NOTICES_OF_A_KIND:
            return
        text = clean_text(self._query[start : min(end, start + MAX_NOTICE_TEXT_CHARACTERS)])
        # The text may hold braces, so no str.format over anything but the fixed sentence.
        message = NOTICE_MESSAGES[code].replace("{text}", text)
        self._found.setdefault((code, start), Notice(code, text, start, end, message))

    def in_order(self) -> tuple[Notice, ...]:
        """Return the notices by their place in the query."""
        return tuple(sorted(self._found.values(), key=lambda notice: (notice.start, notice.end, notice.code)))
