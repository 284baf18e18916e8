"""
The languages of the interface: which one a request gets, and its messages, dates and numbers.

Messages live in ``translations/*/LC_MESSAGES/messages.po`` and are read as they are: there is nothing to compile.
The languages of articles are another matter; an English page shows Ukrainian headlines marked as such.
"""

from datetime import datetime, time
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations
from flask import Flask, Response, g, request
from flask_babel import Babel, Domain  # type: ignore[import-untyped]  # it publishes no types
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext

from search import UnsupportedLanguage
from search.article import parse_language
from search.settings import KYIV

#: In the order of the switch, which is the order that the newsroom prints on its pages.
INTERFACE_LANGUAGES = ("uk", "en", "ru")
#: "ua" is what readers call the Ukrainian version; its language tag is uk (BCP 47).
SHORT_LABELS = {"uk": "ua", "en": "en", "ru": "ru"}
#: Each language by its own name, for the switch's titles.
OWN_NAMES = {"uk": "Українська", "en": "English", "ru": "Русский"}
DEFAULT_LANGUAGE = "uk"
PARAMETER = COOKIE = "ui"
_COOKIE_SECONDS = 365 * 24 * 3600
_TRANSLATIONS = Path(__file__).parent / "translations"


class _PoDomain(Domain):  # type: ignore[misc]  # its base has no types
    """Messages straight from the .po files."""

    def get_translations(self) -> Translations:
        return load_translations(interface_language())


def init_languages(app: Flask) -> None:
    """Connect an application with the interface's languages."""
    babel = Babel()
    babel.init_app(app, default_locale=DEFAULT_LANGUAGE, locale_selector=interface_language)
    babel.domain_instance = _PoDomain()
    app.after_request(_remember_language)


@cache
def load_translations(language: str) -> Translations:
    """Read the messages of a language; once per process."""
    with catalogue_path(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def catalogue_path(language: str) -> Path:
    """Return the file that holds the messages of a language."""
    return _TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def choose_language(parameter: str | None, cookie: str | None, accepted: str | None) -> str:
    """
    Return the language of the interface: the parameter's, else the cookie's, else the browser's, else Ukrainian.

    >>> choose_language("ua", "en", None), choose_language("xx", "en", "ru"), choose_language(None, None, None)
    ('uk', 'en', 'uk')
    """
    wishes = (_known_language(wish) for wish in (parameter, cookie, accepted))
    return next((language for language in wishes if language), DEFAULT_LANGUAGE)


def _known_language(wish: str | None) -> str | None:
    try:
        return parse_language(wish or "")
    except UnsupportedLanguage:
        return None


def interface_language() -> str:
    """Return the language of the interface for the current request; the default outside of one."""
    if not request:
        return DEFAULT_LANGUAGE
    if "interface_language" not in g:  # a page of results asks some 500 times: for each number and each link
        g.interface_language = choose_language(
            request.args.get(PARAMETER),
            request.cookies.get(COOKIE),
            _accepted_language(),
        )
    language: str = g.interface_language
    return language


def _accepted_language() -> str | None:
    """
    Return the language that the browser likes best of those that there are.

    Werkzeug's ``best_match`` does not know that ua means uk, and takes "en;q=0.3" before "uk-UA;q=0.4".
    """
    wishes = (tag.partition("-")[0] for tag, quality in request.accept_languages if quality > 0)
    return next((language for wish in wishes if (language := _known_language(wish))), None)


def url_language() -> str | None:
    """Return the language that the URL asks for, if it asks for one that there is."""
    return _known_language(request.args.get(PARAMETER))


def carried_language() -> str | None:
    """Return the language that links must carry: the one asked for by URL, until the browser sends the cookie back."""
    wished = url_language()
    return None if wished == _known_language(request.cookies.get(COOKIE)) else wished


def gettext(message: str, **values: object) -> str:
    """Translate a message into the interface's language."""
    return str(_gettext(message, **values))


def ngettext(singular: str, plural: str, number: int, **values: object) -> str:
    """Translate a message that depends on a number, in the plural form of the interface's language."""
    return str(_ngettext(singular, plural, number, **values))


def N_(message: str) -> str:
    """Mark a message of a table for translation; ``gettext`` translates it where it is shown."""
    return message


def number_text(number: int) -> str:
    """Write a number as the interface's language does: 12,345 or 12 345."""
    return format_decimal(number, locale=interface_language())


def date_text(moment: datetime | None) -> str:
    """Write the date of a moment in words, in Kyiv: "9 липня 2024 р."."""
    return format_date(moment.astimezone(KYIV), "long", locale=interface_language()) if moment else ""


def moment_text(moment: datetime | None) -> str:
    """Write the date and the time of a moment, in Kyiv; midnight stands for a date without a time."""
    if moment is None:
        return ""
    local = moment.astimezone(KYIV)
    return date_text(moment) if local.time() == time() else f"{date_text(moment)}, {local:%H:%M}"


def month_text(year: int, month: int) -> str:
    """Write a month in words: "липень 2024 р."."""
    return format_skeleton("yMMMM", datetime(year, month, 1), locale=interface_language())


def translations_for_templates() -> dict[str, Any]:
    """Return what templates need to show languages and numbers."""
    return {
        "ui_language": interface_language(),
        "number": number_text,
        "moment_text": moment_text,
        "short_labels": SHORT_LABELS,
    }


def _remember_language(response: Response) -> Response:
    """Keep the language that was asked for by parameter; tell caches what the page depends on."""
    if request.endpoint == "static":
        return response
    response.vary.update(("Accept-Language", "Cookie"))
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = interface_language()
    wished = carried_language()
    if wished:
        response.set_cookie(
            COOKIE,
            wished,
            max_age=_COOKIE_SECONDS,
            path=request.root_path + "/",
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return response
