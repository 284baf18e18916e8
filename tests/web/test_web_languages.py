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
from readers_archive import plain_spaces

import web
from search.query.notices import NOTICE_MESSAGES as QUERY_NOTICES
from web.i18n import INTERFACE_LANGUAGES, catalogue_path, load_translations
from web.presenters.labels import count_text
from web.presenters.notices import NOTICE_MESSAGES

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


@pytest.mark.parametrize("language", ["uk", "ru"])
def test_translations_have_the_quotes_and_apostrophes_of_print(language: str) -> None:
    """What is typed into the search box is typed with the keys that there are."""
    typed = {'"Security Council"'}
    for name, message in messages(language).items():
        text = "".join(message.string) if isinstance(message.string, (tuple, list)) else str(message.string)
        assert name in typed or not set(text) & set("'\"“”‘"), f"{language}: {text!r}"
        assert text.count("«") == text.count("»"), f"{language}: {text!r}"
        assert text == text.strip() and "  " not in text, f"{language}: {text!r}"


@pytest.mark.parametrize(("language", "plurals"), [("uk", 3), ("ru", 3), ("en", 2)])
def test_catalogues_have_the_plurals_of_their_language(language: str, plurals: int) -> None:
    assert catalogue(language).num_plurals == plurals
    assert not list(catalogue(language).obsolete)


def test_every_notice_of_the_query_language_has_a_translation() -> None:
    assert set(QUERY_NOTICES) <= set(NOTICE_MESSAGES)


@pytest.mark.parametrize(
    ("language", "number", "text"),
    [
        ("uk", 0, "0 матеріалів, 0 мовних версій"),
        ("uk", 1, "1 матеріал, 1 мовна версія"),
        ("uk", 2, "2 матеріали, 2 мовні версії"),
        ("uk", 5, "5 матеріалів, 5 мовних версій"),
        ("uk", 11, "11 матеріалів, 11 мовних версій"),
        ("uk", 21, "21 матеріал, 21 мовна версія"),
        ("uk", 22, "22 матеріали, 22 мовні версії"),
        ("uk", 25, "25 матеріалів, 25 мовних версій"),
        ("uk", 101, "101 матеріал, 101 мовна версія"),
        ("uk", 1234, "1 234 матеріали, 1 234 мовні версії"),
        ("ru", 0, "0 материалов, 0 языковых версий"),
        ("ru", 1, "1 материал, 1 языковая версия"),
        ("ru", 2, "2 материала, 2 языковые версии"),
        ("ru", 5, "5 материалов, 5 языковых версий"),
        ("ru", 11, "11 материалов, 11 языковых версий"),
        ("ru", 21, "21 материал, 21 языковая версия"),
        ("ru", 22, "22 материала, 22 языковые версии"),
        ("ru", 25, "25 материалов, 25 языковых версий"),
        ("ru", 101, "101 материал, 101 языковая версия"),
        ("ru", 1234, "1 234 материала, 1 234 языковые версии"),
        ("en", 0, "0 stories, 0 language versions"),
        ("en", 1, "1 story, 1 language version"),
        ("en", 2, "2 stories, 2 language versions"),
        ("en", 5, "5 stories, 5 language versions"),
        ("en", 11, "11 stories, 11 language versions"),
        ("en", 21, "21 stories, 21 language versions"),
        ("en", 22, "22 stories, 22 language versions"),
        ("en", 25, "25 stories, 25 language versions"),
        ("en", 101, "101 stories, 101 language versions"),
        ("en", 1234, "1,234 stories, 1,234 language versions"),
    ],
)
def test_numbers_take_the_right_form(app: Flask, language: str, number: int, text: str) -> None:
    with app.test_request_context(f"/?ui={language}"):
        assert plain_spaces(count_text(number, number)) == text


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


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ua", "uk"),
        ("ua-UA,ru;q=0.5", "uk"),
        ("en;q=0.3, uk;q=0.9", "uk"),
        ("de;q=1, uk-UA;q=0.4, en;q=0.3", "uk"),
        ("ua;q=0.4, en-GB;q=0.5", "en"),
        ("uk;q=0, ru;q=0.1", "ru"),
        ("en;q=0", "uk"),
        ("EN-us", "en"),
        ("*", "uk"),
        ("q=x;;,", "uk"),
    ],
)
def test_the_browser_s_wishes_count_by_their_quality(client: FlaskClient, accepted: str, language: str) -> None:
    response = client.get("/help", headers={"Accept-Language": accepted})
    assert response.headers["Content-Language"] == language
    assert language_of(client, "/help", **{"Accept-Language": accepted}) == language


def test_only_pages_name_the_language_of_the_interface(client: FlaskClient) -> None:
    assert client.get("/search?ui=ru").headers["Content-Language"] == "ru"
    assert "Content-Language" not in client.get("/api/v1/search").headers


def test_the_cookie_is_modest(client: FlaskClient) -> None:
    cookie = client.get("/?ui=ru").headers["Set-Cookie"]
    assert cookie.startswith("ui=ru;")
    assert "SameSite=Lax" in cookie and "HttpOnly" in cookie and "Path=/" in cookie
    assert "Set-Cookie" not in client.get("/").headers


def test_a_language_that_there_is_not_is_neither_remembered_nor_carried(client: FlaskClient) -> None:
    response = client.get("/?ui=xx", headers={"Accept-Language": "en"})
    assert "Set-Cookie" not in response.headers
    assert "/help?ui=" not in response.get_data(as_text=True)
    assert language_of(client, **{"Accept-Language": "en"}) == "en"


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


def test_the_switch_drops_what_nobody_knows_from_an_endless_address(client: FlaskClient) -> None:
    path = f"/search?q=bulletin&x={'y' * 30_000}&section=society"
    page = BeautifulSoup(client.get(path).get_data(as_text=True), "html.parser")
    there = parse_qs(urlsplit(str(page.select(".switch a")[2]["href"])).query)
    assert there == {"q": ["bulletin"], "section": ["society"], "ui": ["ru"]}


def test_without_cookies_links_carry_the_language(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    page = BeautifulSoup(client.get("/search?q=bulletin&ui=ru").get_data(as_text=True), "html.parser")
    for link in page.select(".facet a, .pager a, .orders a, .headline a, .brand"):
        assert parse_qs(urlsplit(str(link["href"])).query).get("ui") == ["ru"], link
    assert all(form.select_one("input[name=ui][value=ru]") for form in page.select("form"))


def test_with_the_cookie_links_stay_short(page: Callable[..., BeautifulSoup]) -> None:
    assert "ui=" not in str(page("/search", q="bulletin", ui="ru").select_one(".results"))


@pytest.mark.parametrize(("language", "title"), [("uk", "Рубрика"), ("ru", "Рубрика"), ("en", "Section")])
def test_the_page_speaks_its_language(page: Callable[..., BeautifulSoup], language: str, title: str) -> None:
    found = page("/search", q="bulletin", ui=language)
    assert title in [heading.get_text() for heading in found.select(".facet h3")]
    assert load_translations(language).gettext("Section") == title


def test_answers_say_what_they_depend_on(client: FlaskClient) -> None:
    assert {"Accept-Language", "Cookie"} <= set(client.get("/").vary)


def test_the_style_sheet_is_the_same_for_all(client: FlaskClient) -> None:
    with client.get("/static/style.css?ui=ru") as response:
        assert not set(response.vary) & {"accept-language", "cookie"}
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("path", ["/", "/help"])
def test_pages_of_the_interface_name_their_addresses_in_all_languages(client: FlaskClient, path: str) -> None:
    page = BeautifulSoup(client.get(f"{path}?ui=ua").get_data(as_text=True), "html.parser")
    addresses = {link["hreflang"]: link["href"] for link in page.select("head link[hreflang]")}
    there = f"http://localhost{path}"
    assert addresses == {"x-default": there, **{language: f"{there}?ui={language}" for language in ("uk", "en", "ru")}}
    assert [link["href"] for link in page.select("link[rel=canonical]")] == [f"{there}?ui=uk"]
    plain = BeautifulSoup(client.get(path).get_data(as_text=True), "html.parser")
    assert [link["href"] for link in plain.select("link[rel=canonical]")] == [there]
