"""The interface's languages: which one is chosen, that it stays, and that every message is translated."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

import web
from search.query.notices import NOTICE_MESSAGES as QUERY_NOTICES
from web.i18n import INTERFACE_LANGUAGES, catalogue_path, load_translations
from web.presenters import NOTICE_MESSAGES, count_text

ROOT = Path(web.__file__).parents[1]
PLACEHOLDERS = re.compile(r"%\(\w+\)s")


@pytest.fixture(scope="module")
def extracted() -> set[str]:
    """Every message in the code and the templates."""
    with (ROOT / "web" / "translations" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    methods = [(pattern.removeprefix("web/"), method) for pattern, method in methods]
    found = extract_from_dir(ROOT / "web", methods, options_map=_local(options))
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


def _local(options: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {pattern.removeprefix("web/"): values for pattern, values in options.items()}


def catalogue(language: str) -> Catalog:
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> dict[str, Message]:
    return {m.id[0] if isinstance(m.id, tuple) else m.id: m for m in catalogue(language) if m.id}


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_every_message_is_in_the_catalogue_and_none_is_left_over(language: str, extracted: set[str]) -> None:
    assert len(extracted) > 100
    assert extracted - set(messages(language)) == set(), "add these to the catalogue (see translations/babel.cfg)"
    assert set(messages(language)) - extracted == set(), "these are used nowhere any more"


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_every_message_is_translated_and_sure(language: str) -> None:
    for name, message in messages(language).items():
        forms = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        assert all(forms), f"{language}: {name!r} is not translated"
        assert not message.fuzzy, f"{language}: {name!r} is fuzzy"
        if isinstance(message.id, tuple):
            assert len(forms) == catalogue(language).num_plurals, f"{language}: {name!r} lacks plural forms"
        for form in forms:
            assert sorted(PLACEHOLDERS.findall(form)) == sorted(PLACEHOLDERS.findall(name)), f"{language}: {form!r}"


@pytest.mark.parametrize(("language", "letters"), [("uk", "ыэёъ"), ("ru", "іїєґ")])
def test_translations_are_in_their_own_letters(language: str, letters: str) -> None:
    for name, message in messages(language).items():
        if name.startswith(("Visti", "%(query)s")):
            continue  # the name of the site is Ukrainian in both
        text = "".join(message.string) if isinstance(message.string, (tuple, list)) else str(message.string)
        assert not set(text.casefold()) & set(letters), f"{language}: {text!r}"


def test_every_notice_of_the_query_language_has_a_translation() -> None:
    assert set(QUERY_NOTICES) <= set(NOTICE_MESSAGES)


@pytest.mark.parametrize(
    ("language", "stories", "versions", "text"),
    [
        ("uk", 1, 1, "1 матеріал, 1 версія"),
        ("uk", 2, 5, "2 матеріали, 5 версій"),
        ("uk", 5, 11, "5 матеріалів, 11 версій"),
        ("uk", 21, 22, "21 матеріал, 22 версії"),
        ("uk", 1234, 1234, "1 234 матеріали, 1 234 версії"),
        ("ru", 1, 1, "1 материал, 1 версия"),
        ("ru", 3, 14, "3 материала, 14 версий"),
        ("ru", 101, 112, "101 материал, 112 версий"),
        ("en", 1, 1, "1 story, 1 version"),
        ("en", 0, 2, "0 stories, 2 versions"),
        ("en", 1234, 1001, "1,234 stories, 1,001 versions"),
    ],
)
def test_numbers_take_the_right_form(app: Flask, language: str, stories: int, versions: int, text: str) -> None:
    with app.test_request_context(f"/?ui={language}"):
        assert count_text(stories, versions).replace("\N{NO-BREAK SPACE}", " ") == text


def language_of(client: FlaskClient, path: str = "/", **headers: str) -> str:
    page = BeautifulSoup(client.get(path, headers=headers).get_data(as_text=True), "html.parser")
    assert page.html is not None
    return str(page.html["lang"])


def test_the_parameter_decides_then_the_cookie_then_the_browser_then_ukrainian(client: FlaskClient) -> None:
    assert language_of(client) == "uk"
    assert language_of(client, **{"Accept-Language": "de, ru;q=0.8, en;q=0.5"}) == "ru"
    assert language_of(client, **{"Accept-Language": "en-GB"}) == "en"
    assert language_of(client, **{"Accept-Language": "de, fr"}) == "uk"
    assert language_of(client, "/?ui=en", **{"Accept-Language": "ru"}) == "en"
    assert language_of(client, **{"Accept-Language": "ru"}) == "en"  # the cookie of the request before
    assert language_of(client, "/?ui=ua") == "uk"
    assert language_of(client, "/?ui=xx") == "uk"


def test_the_cookie_is_modest(client: FlaskClient) -> None:
    cookie = client.get("/?ui=ru").headers["Set-Cookie"]
    assert cookie.startswith("ui=ru;")
    assert "SameSite=Lax" in cookie and "HttpOnly" in cookie and "Path=/" in cookie
    assert "Set-Cookie" not in client.get("/").headers


def test_the_switch_keeps_the_whole_state(client: FlaskClient) -> None:
    path = "/search?q=bulletin+%26+more&section=society&section=economy&page=1&ui=en"
    page = BeautifulSoup(client.get(path).get_data(as_text=True), "html.parser")
    links = page.select(".switch a")
    assert [(link.get_text(), link["lang"], link["hreflang"]) for link in links] == [
        ("ua", "uk", "uk"),
        ("en", "en", "en"),
        ("ru", "ru", "ru"),
    ]
    assert [link.get("aria-current") for link in links] == [None, "true", None]
    assert parse_qs(urlsplit(str(links[2]["href"])).query) == {
        "q": ["bulletin & more"],
        "section": ["society", "economy"],
        "page": ["1"],
        "ui": ["ru"],
    }


def test_without_cookies_links_carry_the_language(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    page = BeautifulSoup(client.get("/search?q=bulletin&ui=ru").get_data(as_text=True), "html.parser")
    for link in page.select(".facet a, .pager a, .orders a, .headline a, .brand"):
        assert parse_qs(urlsplit(str(link["href"])).query).get("ui") == ["ru"], link
    assert all(form.select_one("input[name=ui][value=ru]") for form in page.select("form"))


def test_with_the_cookie_links_stay_short(page: Callable[..., BeautifulSoup]) -> None:
    assert "ui=" not in str(page("/search", q="bulletin", ui="ru").select_one(".results"))


@pytest.mark.parametrize(("language", "title"), [("uk", "Розділ"), ("ru", "Раздел"), ("en", "Section")])
def test_the_page_speaks_its_language(page: Callable[..., BeautifulSoup], language: str, title: str) -> None:
    found = page("/search", q="bulletin", ui=language)
    assert title in [heading.get_text() for heading in found.select(".facet h3")]
    assert load_translations(language).gettext("Section") == title


def test_answers_say_what_they_depend_on(client: FlaskClient) -> None:
    assert {"Accept-Language", "Cookie"} <= set(client.get("/").vary)
