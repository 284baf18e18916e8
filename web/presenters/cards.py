"""Cards: a result, or a related story, with links to its language versions and the forms that were found in it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from search import Article, Hit, Snippet, Version
from web.archive import current_moment
from web.i18n import INTERFACE_LANGUAGES, gettext, moment_text, near_moment_text
from web.params import SearchRequest
from web.presenters.hidden import why_hidden
from web.presenters.labels import PATH_LABELS, Link, section_link
from web.presenters.texts import image_credit, substitute_title
from web.urls import article_url

#: As many as fit a line beside their word.
SHOWN_FORMS = 6

#: Of the articles, as Open Graph writes them.
LOCALES = {"uk": "uk_UA", "ru": "ru_UA", "en": "en_GB"}


class LanguageLink(NamedTuple):
    """A link to a language version; ``absolute`` and ``locale`` are for what reads the page's head."""

    language: str
    title: str
    url: str
    current: bool
    absolute: str
    locale: str


class FoundForms(NamedTuple):
    """Words of the query and their forms in an article, all by one ``path``: a bridge, or none for their own forms."""

    path: str
    words: tuple[tuple[str, str], ...]


class AlsoLink(NamedTuple):
    """A link to a near-duplicate: what is its own, the source and the date, comes before its headline."""

    article: Article
    source: str
    date: str
    moment: str
    headline: str
    url: str
    address: str
    hidden: str


class Card(NamedTuple):
    """
    A result. ``headline``, ``snippet``, ``credit`` and the forms in ``matches`` are in its language.

    ``date`` says when it was published as people say it; ``moment`` gives date and time. ``address`` is for paper: the
    whole of it, and without the search. ``hidden`` says to the newsroom why readers do not see it.
    """

    article: Article
    url: str
    address: str
    headline: Snippet | str
    snippet: Snippet
    credit: str
    date: str
    moment: str
    section: Link | None
    versions: tuple[LanguageLink, ...]
    matches: tuple[FoundForms, ...]
    also: tuple[AlsoLink, ...]
    hidden: str


def present_hit(hit: Hit, request: SearchRequest | None = None) -> Card:
    """Turn a result into a card; its links keep ``request``, so that the article can lead back to it."""
    article = hit.article
    return Card(
        article=article,
        url=article_url(article.id, request),
        address=article_url(article.id, external=True),
        headline=hit.headline if hit.headline.text else substitute_title(article),
        snippet=hit.snippet,
        credit=image_credit(article),
        date=near_moment_text(article.published, current_moment()),
        moment=moment_text(article.published),
        section=section_link(article.section),
        versions=version_links(hit.versions, article.id, request),
        matches=tuple(forms_found(hit)),
        also=tuple(_also_link(other.article, request) for other in hit.also),
        hidden=why_hidden(article),
    )


def version_links(
    versions: Sequence[Version], current: str, request: SearchRequest | None = None
) -> tuple[LanguageLink, ...]:
    """Return the links to the versions of a story, in the order of the switch."""
    ordered = sorted(versions, key=lambda version: INTERFACE_LANGUAGES.index(version.language))
    return tuple(
        LanguageLink(
            version.language,
            version.title,
            article_url(version.id, request),
            version.id == current,
            article_url(version.id, external=True),
            LOCALES[version.language],
        )
        for version in ordered
    )


def _also_link(article: Article, request: SearchRequest | None) -> AlsoLink:
    return AlsoLink(
        article,
        article.source or "",
        near_moment_text(article.published, current_moment()),
        moment_text(article.published),
        substitute_title(article),
        article_url(article.id, request),
        article_url(article.id, external=True),
        why_hidden(article),
    )


def forms_found(hit: Hit) -> Iterable[FoundForms]:
    """Yield the forms in the article that the query does not spell itself, by path: first those of its own words."""
    paths: dict[str, dict[str, dict[str, None]]] = {"": {}}
    for match in hit.matched:
        if match.form.casefold() != match.word.casefold():
            # A headline in capitals is not how a word is written; NATO for НАТО is
            form = match.form.lower() if match.form.isupper() and not match.word.isupper() else match.form
            words = paths.setdefault(PATH_LABELS.get(match.by, ""), {})
            words.setdefault(match.word, {})[form] = None
    for path, words in paths.items():
        if words:
            yield FoundForms(
                gettext(path) if path else "", tuple((word, _listed(found)) for word, found in words.items())
            )


def _listed(forms: Iterable[str]) -> str:
    listed = list(forms)
    return ", ".join(listed[:SHOWN_FORMS]) + (" …" if len(listed) > SHOWN_FORMS else "")
