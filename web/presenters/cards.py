"""Cards: a result, or a related story, with links to its language versions and the forms that were found in it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from search import Article, Hit, Snippet, Version
from web.i18n import INTERFACE_LANGUAGES, date_text
from web.params import SearchRequest
from web.presenters.labels import Link, section_link
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


class Card(NamedTuple):
    """A result. ``headline``, ``snippet``, ``credit`` and the forms in ``matches`` are in its language."""

    article: Article
    url: str
    headline: Snippet | str
    snippet: Snippet
    credit: str
    date: str
    section: Link | None
    versions: tuple[LanguageLink, ...]
    matches: tuple[tuple[str, str], ...]


def present_hit(hit: Hit, request: SearchRequest | None = None) -> Card:
    """Turn a result into a card; its links keep ``request``, so that the article can lead back to it."""
    article = hit.article
    return Card(
        article=article,
        url=article_url(article.id, request),
        headline=hit.headline if hit.headline.text else substitute_title(article),
        snippet=hit.snippet,
        credit=image_credit(article),
        date=date_text(article.published),
        section=section_link(article.section),
        versions=version_links(hit.versions, article.id, request),
        matches=tuple(forms_found(hit)),
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


def forms_found(hit: Hit) -> Iterable[tuple[str, str]]:
    """Yield each word of the query and the forms of it in the article that it does not spell itself."""
    forms: dict[str, dict[str, None]] = {}
    for match in hit.matched:
        if match.form.casefold() != match.word.casefold():
            forms.setdefault(match.word, {})[match.form.lower() if match.form.isupper() else match.form] = None
    for word, found in forms.items():
        shown = ", ".join(list(found)[:SHOWN_FORMS])
        yield word, shown + (" …" if len(found) > SHOWN_FORMS else "")
