"""
Suggestions for the search box: what the archive completes a text with, in the words of the interface, with addresses.
"""

import re
from collections.abc import Mapping

from search import Archive, Suggestion
from web.i18n import N_, gettext, interface_language
from web.params import SearchRequest
from web.presenters.labels import SECTION_LABELS
from web.urls import article_url, query_url, search_url

#: Each kind of suggestion, as the list names it.
SUGGESTION_KINDS = {
    "person": N_("Author"),
    "place": N_("Place"),
    "section": N_("Section"),
    "tag": N_("Topic"),
    "headline": N_("Headline"),
}

# They would end the phrase.
_QUOTES = re.compile('["«»„“”]')


def suggested_items(archive: Archive, typed: str, limit: int) -> list[dict[str, str | None]]:
    """Return what completes a text, as the API gives it; a headline leads to its article, all else to a search."""
    names = {section: gettext(label) for section, label in SECTION_LABELS.items()}
    found = archive.suggestions(typed, limit=limit, prefer=interface_language(), section_names=names)
    return [_item(each, names) for each in found]


def _address(suggestion: Suggestion) -> str:
    """
    Return where a suggestion leads: to the article, or to results.

    A query looks into the texts of articles, which need not say who wrote them: what is a filter is set as one, so that
    nothing that is suggested finds nothing.
    """
    text = suggestion.text
    if suggestion.article_id is not None:
        return article_url(suggestion.article_id)
    if suggestion.kind == "place":
        return query_url('place:"' + _QUOTES.sub(" ", text) + '"')
    if suggestion.kind == "person":
        return search_url(SearchRequest(author=(text,)))
    if suggestion.kind == "section":
        return search_url(SearchRequest(section=(text,)))
    return search_url(SearchRequest(tag=(text,)))


def _item(suggestion: Suggestion, section_names: Mapping[str, str]) -> dict[str, str | None]:
    text, language = suggestion.text, suggestion.language
    if suggestion.kind == "section" and text in section_names:
        text, language = section_names[text], interface_language()
    return {
        "text": text,
        "kind": suggestion.kind,
        "language": language,
        "id": suggestion.article_id,
        "url": _address(suggestion),
    }
