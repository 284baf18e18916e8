"""A search form for other sites: plain HTML without script or style, in one of the languages of the interface."""

from typing import NamedTuple

from flask import url_for
from markupsafe import Markup

from web.i18n import INTERFACE_LANGUAGES, OWN_NAMES, PARAMETER, interface_language, load_translations
from web.params import MAX_QUERY_CHARACTERS
from web.presenters.labels import value_label


class Choice(NamedTuple):
    """An option of a list."""

    value: str
    label: str
    chosen: bool


class EmbedView(NamedTuple):
    """The form, which is its own code, and what can be chosen about it."""

    form: Markup
    languages: tuple[Choice, ...]
    sections: tuple[Choice, ...]


def present_embed(sections: list[str], language: str, section: str) -> EmbedView:
    """Return the form in a language, for a section of ``sections`` or for all; what there is not is not taken."""
    language = language if language in INTERFACE_LANGUAGES else interface_language()
    section = section if section in sections else ""
    return EmbedView(
        form=search_form(language, section),
        languages=tuple(Choice(each, OWN_NAMES[each], each == language) for each in INTERFACE_LANGUAGES),
        sections=tuple(Choice(each, value_label("section", each), each == section) for each in sections),
    )


def search_form(language: str, section: str = "") -> Markup:
    """Return the code of a search form; a value that has markup in it is escaped."""
    translate = load_translations(language).gettext
    lines = [
        Markup('<form action="{}" method="get" role="search" lang="{}">').format(
            url_for("pages.search", _external=True), language
        ),
        Markup('  <label>{} <input type="search" name="q" maxlength="{}" required></label>').format(
            translate("Search the archive"), MAX_QUERY_CHARACTERS
        ),
        *(_hidden(name, value) for name, value in (("section", section), (PARAMETER, language)) if value),
        Markup('  <button type="submit">{}</button>').format(translate("Search")),
        Markup("</form>"),
    ]
    return Markup("\n").join(lines)


def _hidden(name: str, value: str) -> Markup:
    return Markup('  <input type="hidden" name="{}" value="{}">').format(name, value)
