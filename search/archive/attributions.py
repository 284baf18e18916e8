"""
To whom the archive attributes the quotations of a draft: the same or nearly the same words, and who said them there.

Two quotations are alike when most words of the shorter one are in the other, in any form: a newsroom shortens
quotations, and mends their grammar. Only quotations of one language are compared. A translation of a quotation shares
too little with it to tell from another one on the same matter, so a quotation that was only printed in another
language is not found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.archive.quotes import quotes_at
from search.archive.view import View
from search.article import Article
from search.columnar.paragraphs import every_paragraph
from search.language import Quotation, Token, analyze, quotations, term_kind
from search.query import leaves

# Shorter ones are said by everybody: "we will win".
FEWEST_WORDS = 4
# Of the words of the shorter of two quotations so many are in the longer one. Below it are quotations on one matter.
ALIKE = 0.7
# The rarest words of a quotation find where it stands; of these so much must be there.
_WORDS_LOOKED_UP = 8
_SHARE_LOOKED_UP = 0.5
# The likeliest articles are read; a quotation that stands in more is known well enough.
_ARTICLES_READ = 20


@dataclass(frozen=True, slots=True)
class KnownQuote:
    """
    A quotation of the archive that is like one of a draft: ``resemblance`` (0 to 1) is the share of words in common.

    ``text`` and ``speaker`` are as ``article`` has them; ``same_speaker`` is None where one of the two is not named.
    """

    text: str
    speaker: str | None
    article: Article
    resemblance: float
    same_speaker: bool | None


@dataclass(frozen=True, slots=True)
class Attribution:
    """A quotation of a draft, and what of the archive is like it, the likest first, then the oldest."""

    quotation: Quotation
    known: tuple[KnownQuote, ...]

    @property
    def differs(self) -> bool:
        """Whether the archive has these words, and only from other speakers."""
        told = [each.same_speaker for each in self.known if each.same_speaker is not None]
        return bool(told) and not any(told)


def attributions(view: View, text: str, language: str) -> tuple[Attribution, ...]:
    """Return the quotations of a draft, each with those of the archive that are like it."""
    return tuple(Attribution(each, _known(view, each)) for each in quotations(text, language))


def _known(view: View, quotation: Quotation) -> tuple[KnownQuote, ...]:
    tokens = analyze(quotation.text, quotation.language)
    words = _words(tokens)
    if len(words) < FEWEST_WORDS:
        return ()
    documents = _likely(view, words)
    found = []
    for article, _, other in quotes_at(view, every_paragraph(view.snapshot, "quote", documents)):
        resemblance = _resemblance(words, _words(analyze(other.text, other.language)))
        if other.language == quotation.language and resemblance >= ALIKE:
            found.append(KnownQuote(other.text, other.speaker, article, resemblance, _same_speaker(quotation, other)))
    return tuple(sorted(found, key=lambda each: (-each.resemblance, _moment(each.article))))


def _moment(article: Article) -> float:
    return article.published.timestamp() if article.published else float("inf")


def _likely(view: View, words: Sequence[frozenset[str]]) -> np.ndarray:
    """Return the articles whose quotations have most of the rarest words, ascending."""
    counted = sorted((view.articles_with(terms, ("quote",)), tuple(sorted(terms))) for terms in set(words))
    rarest = [terms for number, terms in counted if number][:_WORDS_LOOKED_UP]
    if not rarest:
        return np.empty(0, dtype=np.int64)
    parts = tuple(leaves.Word(("quote",), tuple(leaves.Form(term) for term in terms)) for terms in rarest)
    matches = view.seen(view.executor.matches(leaves.Most(parts, _SHARE_LOOKED_UP, leaves.everything())))
    best = np.argsort(-matches.scores, kind="stable")[:_ARTICLES_READ]
    return np.sort(matches.documents[best])


def _words(tokens: Sequence[Token]) -> list[frozenset[str]]:
    """Return the terms of each word, without name keys, which unlike words may share."""
    return [frozenset(term for term in token.terms if term_kind(term) != "name") for token in tokens]


def _resemblance(one: Sequence[frozenset[str]], other: Sequence[frozenset[str]]) -> float:
    """Return how many words of the shorter of two quotations are in the longer one, as a share."""
    if min(len(one), len(other)) < FEWEST_WORDS:
        return 0.0
    shorter, longer = sorted((one, other), key=len)
    there = frozenset().union(*longer)
    return sum(not word.isdisjoint(there) for word in shorter) / len(shorter)


def _same_speaker(one: Quotation, other: Quotation) -> bool | None:
    if one.speaker is None or other.speaker is None:
        return None
    return not _name(one).isdisjoint(_name(other))


def _name(quotation: Quotation) -> frozenset[str]:
    """Return the terms of a speaker: those of the names, or of a role that has none."""
    tokens = analyze(quotation.speaker or "", quotation.language)
    named = [token for token in tokens if token.text[:1].isupper()] or tokens
    return frozenset(term for token in named for term in token.terms)
