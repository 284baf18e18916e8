"""The search tips: the same in three languages, made of the documentation, without what is for programmers only."""

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient

from search.query import describe, parse_query
from search.query.fields import FIELD_ALIASES
from search.query.lexer import MAX_DEPTH, MAX_SLOP, MAX_WORDS, MIN_PREFIX_LETTERS
from search.query.marks import OPERATORS
from web import create_app
from web.archive import archive_handle
from web.i18n import INTERFACE_LANGUAGES
from web.params import MAX_QUERY_CHARACTERS
from web.presenters.tips import examples, section_names, tips_source

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
Page = Callable[..., BeautifulSoup]
#: Words that only programmers need, none of which a reader's page may have.
PROGRAMMERS_WORDS = (
    "for programmers",
    "visti ",
    "bridges=",
    "--no-bridges",
    "API",
    "withheld",
    "and(",
    "dates(",
    "postings",
)

each_language = pytest.mark.parametrize("ui", INTERFACE_LANGUAGES)


@pytest.fixture(scope="module")
def sample_site(sample_index: Path) -> Iterator[Flask]:
    """The site over the sample archive."""
    app = create_app(sample_index, clock=lambda: NOW)
    yield app
    with app.app_context():
        archive_handle().close()


def shape(found: BeautifulSoup) -> list[tuple[str, str]]:
    """Return the headings, paragraphs, lists and tables of the tips, in their order."""
    elements = found.select(".tips > *")
    return [(element.name, str(element.get("id", ""))) for element in elements]


def without_marked(found: BeautifulSoup) -> str:
    """Return the text of the tips and their contents without what is marked as another language, or can be typed."""
    for element in found.select("main code, main [lang], form"):
        element.decompose()
    main = found.select_one("main")
    assert main is not None
    return main.get_text(" ")


def test_files_are_carried_by_the_package() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "package-data"
    ]["web"]
    carried = {path for pattern in patterns for path in (ROOT / "web").glob(pattern) if path.is_file()}
    for folder in ("tips", "templates", "static", "translations"):
        assert {path for path in (ROOT / "web" / folder).rglob("*") if path.is_file()} <= carried
    for language in INTERFACE_LANGUAGES:
        assert files("web").joinpath("tips", f"{language}.md").is_file()


def test_the_files_are_the_documentation() -> None:
    documents = {"en": "query-language.md", "uk": "query-language.uk.md", "ru": "query-language.ru.md"}
    for language, name in documents.items():
        assert (ROOT / "web" / "tips" / f"{language}.md").samefile(ROOT / "docs" / name)


@each_language
def test_all_languages_have_the_same_parts(page: Page, ui: str) -> None:
    assert shape(page("/help", ui=ui)) == shape(page("/help", ui="en"))
    rows = [len(table.select("tr")) for table in page("/help", ui=ui).select(".tips table")]
    assert rows == [len(table.select("tr")) for table in page("/help", ui="en").select(".tips table")]


@each_language
def test_all_languages_have_the_same_examples(ui: str) -> None:
    assert examples(ui) == examples("en")
    assert len(examples(ui)) == 35 + 19 + 22


@each_language
def test_every_example_is_understood(sample_site: Flask, ui: str) -> None:
    client = sample_site.test_client()
    found = BeautifulSoup(client.get(f"/help?ui={ui}").get_data(as_text=True), "html.parser")
    links = found.select(".tips td a")
    assert [link.get_text() for link in links] == list(examples(ui))
    for link in links:
        response = client.get(str(link["href"]))
        results = BeautifulSoup(response.get_data(as_text=True), "html.parser")
        field = results.select_one("input#q")
        assert response.status_code == 200 and field is not None and field["value"] == link.get_text()
        assert not results.select(".notice"), (link.get_text(), results.select(".notice"))


@each_language
def test_every_field_operator_and_limit_is_told(ui: str) -> None:
    text = tips_source(ui)
    names = {name.rstrip(":") for name in re.findall(r"`([^` ]+:)`", text)}
    for field, aliases in FIELD_ALIASES.items():
        if field != "status":  # every article that a reader sees has the same
            assert {field, *aliases} <= names, field
    assert {f"`{word}`" for word in OPERATORS} <= set(re.findall(r"`[^`]+`", text))
    limits = [int(number) for number in re.findall(r"^\|[^|]+\| (\d+) \|$", text, re.MULTILINE)]
    assert limits == [MAX_QUERY_CHARACTERS, MAX_WORDS, MAX_DEPTH, MAX_SLOP, MIN_PREFIX_LETTERS]


@each_language
def test_what_is_said_of_examples_in_the_prose_is_true(ui: str) -> None:
    """What the versions say in words of their own: an example that is no longer there would be true of nothing."""
    said = {
        "en": (("a b OR c", "(a b) OR c"), ()),
        "uk": (("мир переговори АБО угода", "(мир переговори) АБО угода"), ("НЕ ЗАБУДЬ", "АБО Київ", "дата:2024-13")),
        "ru": (("мир переговоры ИЛИ соглашение", "(мир переговоры) ИЛИ соглашение"), ("НЕ ЗАБУДЬ", "ИЛИ Киев")),
    }
    (short, long), noticed = said[ui]
    assert f"`{short}`" in tips_source(ui) and f"`{long}`" in tips_source(ui)
    assert describe(parse_query(short, NOW.date()).tree) == describe(parse_query(long, NOW.date()).tree)
    for query in noticed:
        assert f"`{query}`" in tips_source(ui)
        assert parse_query(query, NOW.date()).notices


@each_language
def test_programmers_parts_are_left_out(page: Page, ui: str) -> None:
    found = page("/help", ui=ui).select_one("main")
    assert isinstance(found, Tag)
    text = found.get_text()
    assert not [words for words in PROGRAMMERS_WORDS if words in text]
    assert "Read as" not in text and "<!--" not in text and "|---" not in text
    assert all(len(row.select("td, th")) in (2, 3, 5) for row in found.select("tr"))


@pytest.mark.parametrize(("ui", "foreign"), [("en", "[а-яіїєґ]"), ("uk", "[a-zыэъё]"), ("ru", "[a-zіїєґ]")])
def test_nothing_is_left_untranslated(page: Page, ui: str, foreign: str) -> None:
    left = re.findall(rf"\S*{foreign}\S*", without_marked(page("/help", ui=ui)), re.IGNORECASE)
    assert not left


@each_language
def test_the_contents_lead_to_the_sections(page: Page, ui: str) -> None:
    found = page("/help", ui=ui)
    links = [str(link["href"]).removeprefix("#") for link in found.select(".contents a")]
    headings = found.select(".tips :is(h2, h3)")
    assert links == [heading["id"] for heading in headings] == list(section_names())
    assert [link.get_text() for link in found.select(".contents a")] == [heading.get_text() for heading in headings]
    assert len(set(links)) == len(links) >= 13


@each_language
def test_a_wide_table_can_be_scrolled_with_the_keyboard_and_has_a_name(page: Page, ui: str) -> None:
    found = page("/help", ui=ui)
    for table in found.select(".tips table"):
        frame = table.parent
        assert frame is not None and frame["tabindex"] == "0"
        assert found.find(id=str(frame["aria-labelledby"])) is not None


def test_links_carry_the_language_where_there_are_no_cookies(app: Flask, client: FlaskClient) -> None:
    plain = app.test_client(use_cookies=False).get("/help?ui=ru").get_data(as_text=True)
    assert "ui=ru" in str(BeautifulSoup(plain, "html.parser").select_one(".tips td a"))
    client.set_cookie("ui", "ru")
    with_cookie = client.get("/help").get_data(as_text=True)
    assert "ui=" not in str(BeautifulSoup(with_cookie, "html.parser").select_one(".tips td a"))
