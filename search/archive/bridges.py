"""
Where the words of a query lead in an archive: by the tables of the language, and by what the index knows.

``search.query.bridges`` says what a bridge is and what it is worth.
"""

from collections.abc import Iterator, Sequence

from search.language import Token, translations
from search.query.bridges import Crossing
from search.query.forms import whole_terms


class ArchiveBridges:
    """The bridges of one archive, as an audience may know them."""

    def crossings(self, tokens: Sequence[Token]) -> Iterator[Crossing]:
        """Yield where a word leads, given its tokens."""
        terms = whole_terms(tokens)
        yield from _glossary(terms)


def _glossary(terms: Sequence[str]) -> Iterator[Crossing]:
    for term in terms:
        for translation in translations(term):
            words = tuple((each,) for each in translation.terms)
            yield Crossing("glossary", translation.shown, translation.language, words)
