"""An article's page, ready for its template: the marked text, its versions, what is related, and the way back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from search import Article, Coverage, HighlightedArticle, Snippet, Version
from web.i18n import gettext
from web.params import SearchRequest
from web.presenters.cards import LOCALES, Card, LanguageLink, present_hit, version_links
from web.presenters.citations import FORMATS, Citation, Source, citations
from web.presenters.hidden import why_hidden
from web.presenters.labels import Link, section_link
from web.presenters.structured_data import json_ld
from web.presenters.texts import image_credit, is_subhead, shortened, substitute_title
from web.urls import article_url, citation_url, search_url, web_address

#: What search engines and messengers show under a link.
DESCRIPTION_CHARACTERS = 200


#: Of what came before and after, the nearest in time; of the rest, the nearest in topic.
SHOWN_EARLIER, SHOWN_LATER, SHOWN_RELATED = 3, 3, 5

#: Which version a reader of none of the archive's languages is sent to: the first of these that there is.
DEFAULT_VERSIONS = ("en", "uk", "ru")


class CoverageGroup(NamedTuple):
    """Stories beside an article under one heading; ``key`` names the group."""

    key: str
    title: str
    cards: tuple[Card, ...]


class Paragraph(NamedTuple):
    """A paragraph of an article, or a subhead in it."""

    text: Snippet
    is_subhead: bool


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article's page, ready for its template."""

    request: SearchRequest
    article: Article
    title: Snippet | str
    plain_title: str
    description: str
    locale: str
    lead: Snippet
    paragraphs: tuple[Paragraph, ...]
    credit: str
    section: Link | None
    authors: tuple[Link, ...]
    source: Link | None
    tags: tuple[Link, ...]
    versions: tuple[LanguageLink, ...]
    canonical: str
    original: str | None
    image: str | None
    json_ld: Markup
    coverage: tuple[CoverageGroup, ...]
    default_version: LanguageLink | None
    citations: tuple[Citation, ...]
    citation_files: tuple[Link, ...]
    back: str | None
    hidden: str


def present_article(
    article: Article,
    highlighted: HighlightedArticle,
    versions: Sequence[Version],
    coverage: Coverage,
    request: SearchRequest,
    *,
    today: date,
) -> ArticleView:
    """
    Turn an article into what its page shows; a request that is not empty marks words and gives a way back.

    ``today`` is the day on which it is read, for citations.
    """
    came_from = None if request.is_empty and request.page == 1 else request
    links = version_links(versions, article.id, came_from)
    return ArticleView(
        request=request,
        article=article,
        title=highlighted.title if highlighted.title.text else substitute_title(article),
        plain_title=substitute_title(article),
        description=shortened(article.lead or article.body, DESCRIPTION_CHARACTERS),
        locale=LOCALES[article.language],
        lead=highlighted.lead,
        paragraphs=tuple(_paragraphs(highlighted.paragraphs)),
        credit=image_credit(article),
        section=section_link(article.section),
        authors=tuple(Link(author, search_url(SearchRequest(author=(author,)))) for author in article.authors),
        source=Link(article.source, search_url(SearchRequest(source=(article.source,)))) if article.source else None,
        tags=tuple(Link(tag, search_url(SearchRequest(tag=(tag,)))) for tag in article.tags),
        versions=links,
        canonical=article_url(article.id, external=True),
        original=web_address(article.url),
        image=web_address(article.image_url),
        json_ld=json_ld(article, versions),
        coverage=tuple(_groups(coverage)),
        default_version=_default_version(links),
        citations=citations(cited(article, today=today)),
        citation_files=tuple(Link(file.name, citation_url(article.id, key)) for key, file in FORMATS.items()),
        back=search_url(came_from) if came_from else None,
        hidden=why_hidden(article),
    )


def cited(article: Article, *, today: date) -> Source:
    """Return an article as a source to cite, by the address where it was published, else by that of its page here."""
    return Source(article, web_address(article.url) or article_url(article.id, external=True), today)


def _groups(coverage: Coverage) -> Iterable[CoverageGroup]:
    for key, title, hits in (
        ("later", gettext("Later coverage"), coverage.later[:SHOWN_LATER]),
        ("earlier", gettext("Earlier coverage"), coverage.earlier[:SHOWN_EARLIER]),
        ("related", gettext("Related stories"), coverage.related[:SHOWN_RELATED]),
    ):
        if hits:
            yield CoverageGroup(key, title, tuple(_unmarked(present_hit(hit)) for hit in hits))


def _default_version(links: Sequence[LanguageLink]) -> LanguageLink | None:
    return min(links, key=lambda link: DEFAULT_VERSIONS.index(link.language), default=None)


def _unmarked(card: Card) -> Card:
    # What a related story shares with this one is not what the reader searched for
    return card._replace(headline=substitute_title(card.article))


def _paragraphs(texts: Sequence[Snippet]) -> Iterable[Paragraph]:
    for index, text in enumerate(texts):
        # The last one has nothing under it: a signature or a place, not a subhead
        yield Paragraph(text, index < len(texts) - 1 and is_subhead(text.text))
