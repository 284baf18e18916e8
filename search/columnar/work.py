"""
The work limit: how much one query may read before parts of it are left out.

Work is counted in postings, known from the term dictionary before any of them is read. A part that would take the query
over its limit is left out as a whole, so that every count stays exact for what was searched.
"""

# Measured on 200,000 articles: a posting that is read, united, pooled and ranked costs 15 to 35 nanoseconds (the most
# where nearly every article matches), so this is 0.2 to 0.5 seconds. Of each posting 16 bytes stay until the query is
# answered, 240 MB at the limit. A word that stands in every one of a million articles, in four forms and three fields,
# still fits.
MAX_POSTINGS = 15_000_000
# What else a query does, as postings: looking a term up in one segment and taking its slices costs about 10
# microseconds, passing over a term of the vocabulary in search of those that fit a pattern 2.5.
LOOK_UP = 400
PASSING_OVER = 100


class TooMuchWork(Exception):
    """A part of a query would take it over its limit."""


class Work:
    """What a query may still do."""

    def __init__(self, limit: int) -> None:
        self._left = self._limit = limit

    @property
    def spent(self) -> int:
        """How much was counted."""
        return self._limit - self._left

    def spend(self, postings: int) -> None:
        """Count work that is about to be done. Raises ``TooMuchWork``, and counts nothing, if it is too much."""
        if postings > self._left:
            raise TooMuchWork
        self._left -= postings
