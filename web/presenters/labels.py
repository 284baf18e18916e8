"""
The archive's values and numbers in the words of the interface, and links that consist of nothing else.

A value without a translation, such as another newsroom's section, is shown as it is.
"""

from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

from search import FacetValue, Group
from web.i18n import N_, gettext, ngettext, number_text
from web.params import SearchRequest
from web.urls import search_url

SECTION_LABELS = {
    "politics": N_("Politics"),
    "defence": N_("Defence"),
    "economy": N_("Economy"),
    "world": N_("World"),
    "society": N_("Society"),
    "energy": N_("Energy"),
    "culture": N_("Culture"),
    "sport": N_("Sport"),
    "science": N_("Science"),
    "address": N_("Addresses"),
}
LANGUAGE_LABELS = {"uk": N_("Ukrainian"), "ru": N_("Russian"), "en": N_("English")}
_VALUE_LABELS = {
    (facet, value): label
    for facet, labels in (("section", SECTION_LABELS), ("language", LANGUAGE_LABELS))
    for value, label in labels.items()
}
FACET_TITLES = {
    "language": N_("Language"),
    "section": N_("Section"),
    "source": N_("Source"),
    "author": N_("Author"),
    "tag": N_("Topic"),
}

#: By what bridge a word was found; stands behind the words that it led to.
PATH_LABELS = {
    "name": N_("another spelling"),
    "alias": N_("another name"),
    "glossary": N_("dictionary"),
    "cognate": N_("nearly the same word"),
    "learned": N_("from the archive"),
    "own": N_("own dictionary"),
    "typing": N_("typed in Latin letters"),
}


_EVERYTHING = SearchRequest()


class Link(NamedTuple):
    """A link and whether it leads to where the reader already is."""

    label: str
    url: str
    current: bool = False


def count_text(stories: int, versions: int) -> str:
    """Say how many stories and language versions there are: "2 матеріали, 5 мовних версій"."""
    return gettext("%(stories)s, %(versions)s", stories=stories_text(stories), versions=_versions_text(versions))


def stories_text(stories: int) -> str:
    """Say how many stories there are."""
    return ngettext("%(count)s story", "%(count)s stories", stories, count=number_text(stories))


def results_text(number: int, group: Group) -> str:
    """Say how many results there are: stories, or versions where each is a result of its own."""
    return stories_text(number) if group is Group.STORY else _versions_text(number)


def _versions_text(versions: int) -> str:
    return ngettext("%(count)s language version", "%(count)s language versions", versions, count=number_text(versions))


def counted(value: FacetValue, group: Group) -> int:
    """Return what a facet's value counts on this page: stories, or versions where each is a result of its own."""
    return value.stories if group is Group.STORY else value.count


def most_first(values: Iterable[FacetValue], group: Group) -> list[FacetValue]:
    """Return values by what they count on this page; those that count the same stay in their order."""
    return sorted(values, key=attrgetter("stories" if group is Group.STORY else "count"), reverse=True)


def value_label(facet: str, value: str) -> str:
    """Return a facet's value as readers see it; values without a translation are shown as they are."""
    label = _VALUE_LABELS.get((facet, value))
    return gettext(label) if label else value


def section_link(section: str | None) -> Link | None:
    """Return the link to everything in a section."""
    if not section:
        return None
    return Link(value_label("section", section), search_url(_EVERYTHING, section=(section,)))
