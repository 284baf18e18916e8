"""
Quotations of a draft that the archive has, and whom it names as having said them.

Of the draft all that stands between quotation marks counts, since its author may not have written yet who said it. Word
for word, as far as editors keep to that: runs of four words decide, as for near-duplicates. What was said in
another language is not looked for, since a translation of a quotation is nobody's words.
"""

from collections.abc import Iterator, Sequence

from search.archive.comparison import Compared, Draft
from search.archive.documents import article_to_version, said_in
from search.archive.duplicates import SHINGLE_WORDS
from search.archive.prior_results import DraftQuote
from search.article import Article
from search.language import Quotation, folded_words, paragraphs
from search.language.quotation_marks import Stretch, quoted_stretches

#: So much of the shorter of two quotations must stand in the other: an editor leaves out a word, or the beginning.
SAME_WORDS = 0.7
# More quotations than that has no draft that is compared whole.
MAX_QUOTES = 40

_Runs = frozenset[tuple[str, ...]]


def draft_quotes(draft: Draft, text: str, compared: Sequence[tuple[Article, Compared]]) -> tuple[DraftQuote, ...]:
    """Return the quotations of a draft that stand in articles that it was compared with and are somebody's there."""
    marked = quoted_stretches(text, paragraphs(text))[:MAX_QUOTES]
    own = [(stretch, _runs(text[stretch.start : stretch.end])) for stretch in marked]
    wanted = frozenset().union(*(runs for _, runs in own))
    if not wanted:
        return ()
    known = [each for article, one in compared if wanted & one.shingles for each in _attributed(article)]
    return tuple(found for stretch, runs in own if runs and (found := _found(stretch, runs, known)))


def _attributed(article: Article) -> Iterator[tuple[Article, Quotation, _Runs]]:
    """Yield the quotations of an article that somebody said."""
    for _, quotation in said_in(article):
        if quotation.speaker:
            yield article, quotation, _runs(quotation.text)


def _found(stretch: Stretch, runs: _Runs, known: Sequence[tuple[Article, Quotation, _Runs]]) -> DraftQuote | None:
    """Return who said a quotation, by the article that has most of it; of equal ones the earliest."""
    best: tuple[float, float, Article, Quotation] | None = None
    for article, other, theirs in known:
        share = len(runs & theirs) / max(min(len(runs), len(theirs)), 1)
        moment = article.published.timestamp() if article.published else float("inf")
        if share >= SAME_WORDS and (best is None or (-share, moment) < best[:2]):
            best = (-share, moment, article, other)
    if best is None:
        return None
    _, _, article, other = best
    version = article_to_version(article)
    return DraftQuote(stretch.start, stretch.end, other.speaker or "", other.text, version)


def _runs(text: str) -> _Runs:
    words = folded_words(text)
    return frozenset(zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False))  # the last few run out
