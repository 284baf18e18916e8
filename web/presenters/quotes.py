"""What the page of quotations shows: the form as it was filled in, cards of quotations, the ways to other pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import url_for

from search import LANGUAGES, FoundQuote, QuotePage
from web.archive import current_moment
from web.i18n import gettext, moment_text, near_moment_text, ngettext, number_text
from web.params import PAGE_SIZE, ParameterProblem, SearchRequest, query_pairs
from web.presenters.cards import LanguageLink, version_links
from web.presenters.filters import local_day
from web.presenters.labels import stories_text, value_label
from web.presenters.notices import PROBLEM_MESSAGES, notice_text
from web.presenters.texts import substitute_title
from web.urls import article_url


@dataclass(frozen=True, slots=True)
class QuoteCard:
    """A quotation with its article; ``versions`` are the language versions of the story."""

    quote: FoundQuote
    day: str
    moment: str
    title: str
    url: str
    versions: tuple[LanguageLink, ...]


@dataclass(frozen=True, slots=True)
class QuotesView:
    """
    The whole page; ``since`` and ``until`` are days as a form writes them.

    ``languages`` are code, name and whether it is chosen. ``previous`` and ``following`` are "" where there is none.
    """

    query: str
    speaker: str
    since: str
    until: str
    languages: tuple[tuple[str, str, bool], ...]
    counted: str
    notices: tuple[str, ...]
    cards: tuple[QuoteCard, ...]
    previous: str
    following: str


def present_quotes(page: QuotePage, request: SearchRequest, problems: Sequence[ParameterProblem]) -> QuotesView:
    """Return what the page of some quotations shows."""
    known = (problem for problem in problems if problem.code in PROBLEM_MESSAGES)
    told = (gettext(PROBLEM_MESSAGES[problem.code], text=problem.value) for problem in known)
    has_more = page.offset + PAGE_SIZE < page.total
    return QuotesView(
        request.query,
        page.speaker,
        str(local_day(request.since) or ""),
        str(local_day(request.until) or ""),
        tuple((code, value_label("language", code), code in request.language) for code in LANGUAGES),
        counted_text(page),
        (*told, *map(notice_text, page.notices)),
        tuple(_card(quote, request) for quote in page.quotes),
        _page_url(page, replace(request, page=request.page - 1)) if request.page > 1 else "",
        _page_url(page, replace(request, page=request.page + 1)) if has_more else "",
    )


def counted_text(page: QuotePage) -> str:
    """Say how many quotations there are, and in how many stories."""
    quotations = ngettext("%(count)s quotation", "%(count)s quotations", page.total, count=number_text(page.total))
    return f"{quotations} · {stories_text(page.stories)}" if page.total else quotations


def _card(quote: FoundQuote, request: SearchRequest) -> QuoteCard:
    article = quote.article
    return QuoteCard(
        quote,
        near_moment_text(article.published, current_moment()),
        moment_text(article.published),
        article.title or substitute_title(article),
        article_url(article.id, SearchRequest(query=request.query)),
        version_links(quote.versions, article.id),
    )


def _page_url(page: QuotePage, request: SearchRequest) -> str:
    pairs = [*query_pairs(request), *([("speaker", page.speaker)] if page.speaker else [])]
    return f"{url_for('quotes.index')}?{urlencode(pairs)}"
