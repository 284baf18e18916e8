"""
The languages of the interface: which one a request gets, and its messages, dates and numbers.

Messages live in ``translations/*/LC_MESSAGES/messages.po`` and are read as they are: there is nothing to compile.
The languages of articles are another matter; an English page shows Ukrainian headlines marked as such.
"""

from datetime import date, datetime, time
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import get_group_symbol
from babel.support import Translations
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, Domain  # type: ignore[import-untyped]  # it publishes no types

from search import UnsupportedLanguage
from search.article import parse_language
from search.settings import KYIV
from web.request_memory import request_memory

#: In the order of the switch, which is the order that the newsroom prints on its pages.
INTERFACE_LANGUAGES = ("uk", "en", "ru")
#: "ua" is what readers call the Ukrainian version; its language tag is uk (BCP 47).
SHORT_LABELS = {"uk": "ua", "en": "en", "ru": "ru"}
#: Each language by its own name, for the switch's titles.
OWN_NAMES = {"uk": "Українська", "en": "English", "ru": "Русский"}
DEFAULT_LANGUAGE = "uk"
PARAMETER = COOKIE = "ui"
#: Their answers are the same in every language of the interface.
_SPEAK_NO_LANGUAGE = frozenset(
    (
        *("static", "api.search", "api.article", "api.related", "openapi.document"),
        *("sitemaps.news", "sitemaps.index", "sitemaps.month", "sitemaps.robots"),
    )
)
_COOKIE_SECONDS = 365 * 24 * 3600
_TRANSLATIONS = Path(__file__).parent / "translations"
# Days and months as texts: writing one takes Babel some 40 µs, and a page has twenty of an archive's few thousand.
_KEPT_TEXTS = 4096


class _PoDomain(Domain):  # type: ignore[misc]  # its base has no types
    """Messages straight from the .po files."""

    def get_translations(self) -> Translations:
        return load_translations(interface_language())


def init_languages(app: Flask) -> None:
    """Connect an application with the interface's languages."""
    babel = Babel()
    babel.init_app(app, default_locale=DEFAULT_LANGUAGE, locale_selector=interface_language)
    babel.domain_instance = _PoDomain()
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
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
    if not wish:
        return None
    try:
        return parse_language(wish)
    except UnsupportedLanguage:
        return None


class _Wording(NamedTuple):
    """How a request is answered in words: the language of the interface and what is looked up for each text."""

    language: str
    translations: Translations
    group_symbol: str


def _wording() -> _Wording:
    memory = request_memory()
    wording: _Wording | None = memory.get("wording")
    if wording is None:
        wording = memory["wording"] = _wording_in(_language_of_request() if has_request_context() else DEFAULT_LANGUAGE)
    return wording


@cache
def _wording_in(language: str) -> _Wording:
    return _Wording(language, load_translations(language), get_group_symbol(language))


def interface_language() -> str:
    """Return the language of the interface for the current request; the default outside of one."""
    return _wording().language


def _language_of_request() -> str:
    return choose_language(request.args.get(PARAMETER), request.cookies.get(COOKIE), _accepted_language())


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
    memory = request_memory()
    if "carried language" not in memory:
        wished = url_language()
        memory["carried language"] = None if wished == _known_language(request.cookies.get(COOKIE)) else wished
    carried: str | None = memory["carried language"]
    return carried


def gettext(message: str, **values: object) -> str:
    """Translate a message into the interface's language."""
    translated: str = _wording().translations.ugettext(message)
    return translated % values if values else translated


def ngettext(singular: str, plural: str, number: int, **values: object) -> str:
    """Translate a message that depends on a number, in the plural form of the interface's language."""
    translated: str = _wording().translations.ungettext(singular, plural, number)
    return translated % values if values else translated


def N_(message: str) -> str:
    """Mark a message of a table for translation; ``gettext`` translates it where it is shown."""
    return message


def number_text(number: int) -> str:
    """Write a number as the interface's language does: 12,345 or 12 345."""
    # As format_decimal writes it, which reads the language's pattern anew each time: fifty numbers a page, 40 µs each
    return f"{number:,}".replace(",", _wording().group_symbol)


def date_text(moment: date | None) -> str:
    """Write a day, or that of a moment in Kyiv, in words: "9 липня 2024 р."."""
    day = _in_kyiv(moment)[0] if isinstance(moment, datetime) else moment
    return _date_text(day, interface_language()) if day else ""


@lru_cache(maxsize=_KEPT_TEXTS)
def _date_text(day: date, language: str) -> str:
    return format_date(day, "long", locale=language)


@lru_cache(maxsize=_KEPT_TEXTS)
def _in_kyiv(moment: datetime) -> tuple[date, str]:
    """Return the day and the time of a moment; no time at midnight, which stands for a date without one."""
    local = moment.astimezone(KYIV)
    return local.date(), "" if local.time() == time() else f"{local:%H:%M}"


def moment_text(moment: datetime | None) -> str:
    """Write the date and the time of a moment, in Kyiv; midnight stands for a date without a time."""
    if moment is None:
        return ""
    day, clock = _in_kyiv(moment)
    return f"{date_text(day)}, {clock}" if clock else date_text(day)


def near_moment_text(moment: datetime | None, now: datetime) -> str:
    """Write a moment as people say it: "today, 14:05" and "yesterday, 14:05" in Kyiv, and earlier ones by date."""
    if moment is None:
        return ""
    day, clock = _in_kyiv(moment)
    days = (now.astimezone(KYIV).date() - day).days
    if days == 0:
        return gettext("today, %(time)s", time=clock) if clock else gettext("today")
    if days == 1:
        return gettext("yesterday, %(time)s", time=clock) if clock else gettext("yesterday")
    return date_text(day)


def month_text(year: int, month: int) -> str:
    """Write a month in words: "липень 2024 р."."""
    return _month_text(year, month, interface_language())


@lru_cache(maxsize=_KEPT_TEXTS)
def _month_text(year: int, month: int, language: str) -> str:
    return format_skeleton("yMMMM", datetime(year, month, 1), locale=language)


def short_month_text(month: int) -> str:
    """Write the name of a month in short, as it stands alone: "лип."."""
    return _short_month_text(month, interface_language())


@cache
def _short_month_text(month: int, language: str) -> str:
    return format_date(date(2000, month, 1), "LLL", locale=language)


def _remember_language(response: Response) -> Response:
    """Keep the language that was asked for by parameter; tell caches what the page depends on."""
    if request.endpoint in _SPEAK_NO_LANGUAGE:
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
