"""The pages for those who build on the archive: true to the code, in three languages, and a form that works."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from readers_archive import NASTY

from web import create_app
from web.api import QUOTE_PARAMETERS, RELATED_PARAMETERS, SEARCH_API_PARAMETERS, SUGGEST_PARAMETERS
from web.config import SiteConfig
from web.errors import CODES
from web.i18n import load_translations

Page = Callable[..., BeautifulSoup]


def test_the_page_names_every_operation_and_parameter(page: Page, client: FlaskClient) -> None:
    found = page("/api")
    described = client.get("/openapi.json").get_json()["paths"]
    told = [heading.find_next("code").get_text() for heading in found.select("section h2")]
    assert told == [f"{method.upper()} {path}" for path, item in described.items() for method in item]
    for operation, table in (
        ("search", SEARCH_API_PARAMETERS),
        ("quotes", QUOTE_PARAMETERS),
        ("related", RELATED_PARAMETERS),
        ("suggest", SUGGEST_PARAMETERS),
    ):
        names = [dt.get_text() for dt in found.select(f"section[aria-labelledby={operation}] dt")]
        assert names == [*(parameter.name for parameter in table), "If-None-Match"]
    text = found.get_text()
    assert all(f"{status} {code}" in text for status, code in CODES.items())


def test_what_it_offers_to_try_works(page: Page, client: FlaskClient) -> None:
    links = [str(link["href"]) for link in page("/api").select("main a[href]")]
    assert len(links) >= 6
    for link in links:
        assert client.get(link).status_code == 200, link


@pytest.mark.parametrize("ui", ["uk", "en", "ru"])
@pytest.mark.parametrize("path", ["/api", "/embed"])
def test_the_pages_speak_the_language_of_the_interface(page: Page, ui: str, path: str) -> None:
    found = page(path, ui=ui)
    assert found.html is not None and found.html["lang"] == ui
    titles = {"/api": "API for programs", "/embed": "A search form for your site"}
    assert found.h1 is not None and found.h1.get_text() == load_translations(ui).gettext(titles[path])
    english = {each.description for table in (SEARCH_API_PARAMETERS, RELATED_PARAMETERS) for each in table}
    meanings = found.select(".parameters dd > span:first-child")
    assert len(meanings) > 10 or path == "/embed"
    if ui != "en":  # what has no translation says that it is English
        assert all(each.get("lang") == "en" for each in meanings if each.get_text() in english)


def test_every_page_leads_to_the_api(page: Page) -> None:
    assert [link["href"] for link in page("/").select(".footer a") if link.get_text() == "API"] == ["/api"]


@pytest.mark.parametrize(
    ("origins", "expected"),
    [((), "scripts of other sites cannot"), (("*",), "any site"), (("https://a.example",), "https://a.example")],
)
def test_it_says_which_sites_may_read(index_path: Path, origins: tuple[str, ...], expected: str) -> None:
    client = create_app(index_path, config=SiteConfig(cors_origins=origins)).test_client()
    assert expected in client.get("/api?ui=en").get_data(as_text=True)


class TestForm:
    def code(self, found: BeautifulSoup) -> BeautifulSoup:
        """Return what a visitor copies, as the browser of the other site would read it."""
        code = found.select_one("main pre code")
        assert code is not None
        return BeautifulSoup(code.get_text(), "html.parser")

    def submitted(self, form: BeautifulSoup, query: str) -> str:
        fields = [
            (str(field["name"]), query if field["type"] == "search" else str(field["value"]))
            for field in form.select("input")
        ]
        assert form.form is not None and form.form["method"] == "get"
        return f"{form.form['action']}?{urlencode(fields)}"

    @pytest.mark.parametrize(("language", "button"), [("uk", "Шукати"), ("en", "Search"), ("ru", "Искать")])
    def test_the_form_finds_in_its_language(self, page: Page, client: FlaskClient, language: str, button: str) -> None:
        form = self.code(page("/embed", form=language))
        assert form.form is not None and form.form["lang"] == language
        assert form.button is not None and form.button.get_text() == load_translations(language).gettext("Search")
        assert form.label is not None and form.label.get_text(strip=True)
        address = self.submitted(form, "Київ")
        assert address.startswith("http://localhost/search?")
        results = BeautifulSoup(
            client.get(address.removeprefix("http://localhost")).get_data(as_text=True), "html.parser"
        )
        assert results.html is not None and results.html["lang"] == language
        assert results.select(".results .card")
        assert button

    def test_it_keeps_to_a_section(self, page: Page, client: FlaskClient) -> None:
        form = self.code(page("/embed", form="en", section="economy"))
        field = form.select_one("input[name=section]")
        assert field is not None and field["value"] == "economy"
        assert not self.code(page("/embed", form="en", section="nothing")).select("input[name=section]")

    def test_what_is_shown_is_what_is_copied(self, page: Page) -> None:
        found = page("/embed", form="ru", section="society")
        live = found.select_one(".embedded form")
        assert live is not None and str(live) == str(self.code(found).form)

    def test_it_has_no_script_and_no_style(self, page: Page) -> None:
        code = str(self.code(page("/embed"))).casefold()
        assert "<script" not in code and "style" not in code and " on" not in code.replace(" only", "")

    def test_a_section_with_markup_stays_a_value(self, page: Page) -> None:
        section = f"section {NASTY}"
        found = page("/embed", form="en", section=section)
        field = self.code(found).select_one("input[name=section]")
        assert field is not None and field["value"] == section
        assert not found.select("main b, main script")

    @pytest.mark.parametrize("query", ["form=xx", "form=%00", "section=%3Cscript%3E", "form=uk&form=en", "form=ua"])
    def test_what_there_is_not_is_not_taken(self, client: FlaskClient, query: str) -> None:
        assert client.get(f"/embed?{query}").status_code == 200
