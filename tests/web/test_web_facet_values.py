"""All values of a facet: found, turned over, ticked and taken back to the results, without a script."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from indexer import index_articles
from search import Article
from web import create_app
from web.params import MAX_FACET_VALUES
from web.presenters.facet_values import VALUES_PER_PAGE

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
TAGS = 95
NAMED = ("Ґрунт і вода", "Івано-Франківськ", "Ещё раз", "п’ять років", "Grid <b>&</b>", "École")

Values = Callable[..., BeautifulSoup]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    path = tmp_path_factory.mktemp("values") / "index"
    stories = [
        Article(
            id=f"a{number}", language="uk", title="Новина", body="Новина дня.", section="economy",
            tags=(f"тема {number:02}", "спільна", *NAMED[: number % 7]),
        )
        for number in range(TAGS)
    ]  # fmt: skip
    hidden = Article(
        id="h", language="uk", title="Новина", tags=("таємна тема",), embargoed_until=NOW.replace(year=2027)
    )
    index_articles([*stories, hidden], path)
    return create_app(path, clock=lambda: NOW).test_client()


def parsed(reader: FlaskClient, url: str) -> BeautifulSoup:
    response = reader.get(url)
    assert response.status_code == 200, response.status
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")


@pytest.fixture
def values(reader: FlaskClient) -> Values:
    def get(**parameters: object) -> BeautifulSoup:
        given = {"facet": "tag", "ui": "en"} | parameters
        return parsed(reader, f"/search/values?{urlencode(given, doseq=True)}")

    return get


def labels(page: BeautifulSoup) -> list[str]:
    return [found.get_text() for found in page.select(".boxes .value")]


def sent(page: BeautifulSoup, button: str, ticked: tuple[str, ...] = (), **typed: str) -> str:
    """Return the address that a browser goes to when a button of the form is pressed."""
    form = page.select_one("form.values")
    assert form is not None
    pairs = []
    for control in form.select("input"):
        name, value = str(control["name"]), str(control.get("value", "on"))
        if control.get("type") == "checkbox" and not (control.has_attr("checked") or value in ticked):
            continue
        pairs.append((name, typed.get(name, value)))
    pressed = next(each for each in form.select("button") if each.get_text() == button)
    if pressed.get("name"):
        pairs.append((str(pressed["name"]), str(pressed["value"])))
    return f"{form['action']}?{urlencode(pairs)}"


def test_a_long_facet_leads_to_all_of_its_values(reader: FlaskClient) -> None:
    page = parsed(reader, "/search?q=%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B0&section=economy&ui=en&page=2")
    facet = page.select_one("form.find-value")
    assert facet is not None and facet.a is not None
    assert facet.a.get_text() == f"Find among {TAGS + 1 + len(NAMED)}"
    url = urlsplit(str(facet.a["href"]))
    assert (url.path, parse_qs(url.query)) == (
        "/search/values",
        {"facet": ["tag"], "q": ["новина"], "section": ["economy"], "ui": ["en"]},
    )
    fields = {str(field["name"]): field.get("value") for field in facet.select("input")}
    assert fields == {"facet": "tag", "q": "новина", "section": "economy", "ui": "en", "find": None}
    assert len(page.select("form.find-value")) == 1  # the other facets are short
    found = parsed(reader, f"{facet['action']}?{urlencode(fields | {'find': 'спіль'})}")
    assert labels(found) == ["спільна"]


def test_every_value_is_on_one_page(values: Values) -> None:
    seen: list[str] = []
    for number in (1, 2, 3):
        page = values(page=number)
        assert len(labels(page)) <= VALUES_PER_PAGE
        seen += labels(page)
    assert len(seen) == len(set(seen)) == TAGS + 1 + len(NAMED)
    assert seen[0] == "спільна"  # the most frequent first
    assert labels(values(page=99)) == labels(values(page=3))
    numbers = values().select(".boxes .number")
    assert numbers[0].get_text() == str(TAGS)


@pytest.mark.parametrize(
    ("find", "found"),
    [
        ("спільна", ["спільна"]),
        ("СПІЛ", ["спільна"]),
        ("вод гру", ["Ґрунт і вода"]),  # beginnings of words, in any sequence
        ("франк", ["Івано-Франківськ"]),
        ("еще", ["Ещё раз"]),
        ("п'ят", ["п’ять років"]),
        ("grid", ["Grid <b>&</b>"]),
        ("école", ["École"]),
        ("таємна", []),  # under embargo
        ("ільна", []),
        ("тема 07", ["тема 07"]),
        ("!!!", None),  # no word: all
    ],
)
def test_values_are_found_by_the_beginnings_of_their_words(values: Values, find: str, found: list[str] | None) -> None:
    page = values(find=find)
    assert labels(page) == (labels(values()) if found is None else found)
    typed = page.select_one("#find")
    assert typed is not None and typed["value"] == find
    assert bool(page.select(".boxes")) == (found != [])


def test_sections_are_found_by_their_name_on_the_page(values: Values) -> None:
    assert labels(values(facet="section", find="екон", ui="uk")) == ["Економіка"]
    assert labels(values(facet="section", find="economy", ui="uk")) == ["Економіка"]


def test_what_is_ticked_goes_along_and_back_to_the_results(values: Values, reader: FlaskClient) -> None:
    first = values(q="новина", tag="тема 90", sort="oldest")
    box = next(box for box in first.select(".boxes input") if box["value"] == "спільна")
    assert not box.has_attr("checked")
    second = parsed(reader, sent(first, "Next", ticked=("спільна",)))
    assert [page.get_text() for page in second.select(".steps span")] == ["Page 2 of 3"]
    found = parsed(reader, sent(second, "Find", find="тема 91"))
    assert labels(found) == ["тема 91"]
    answer = reader.get(sent(found, "Show the results", ticked=("тема 91",)))
    assert answer.status_code == 302
    url = urlsplit(answer.location)
    assert url.path == "/search"
    pairs = [pair for pair in parse_qsl(url.query) if pair[0] != "ui"]
    assert sorted(pairs) == [
        ("q", "новина"),
        ("sort", "oldest"),
        ("tag", "спільна"),
        ("tag", "тема 90"),
        ("tag", "тема 91"),
    ]


def test_a_ticked_value_can_be_let_go(values: Values, reader: FlaskClient) -> None:
    page = values(tag=["спільна", "тема 01"])
    boxes = [box for box in page.select(".boxes input") if box.has_attr("checked")]
    assert {str(box["value"]) for box in boxes} <= {"спільна", "тема 01"} and boxes
    kept = {str(field["value"]) for field in page.select("form input[type=hidden][name=tag]")}
    assert kept | {str(box["value"]) for box in boxes} == {"спільна", "тема 01"}
    boxes[0].attrs.pop("checked")
    answer = reader.get(sent(page, "Show the results"))
    assert len(parse_qs(urlsplit(answer.location).query)["tag"]) == 1


def test_who_ticks_too_many_is_told(values: Values, reader: FlaskClient) -> None:
    page = values(tag=[f"тема {number:02}" for number in range(MAX_FACET_VALUES + 1)], show="1")
    assert [notice.get_text() for notice in page.select(".notice")] == [
        "Too many values were chosen; only the first ones were used."
    ]
    assert reader.get(sent(page, "Show the results")).status_code == 302


def test_enter_in_the_input_finds(values: Values) -> None:
    """A browser presses the first button of a form."""
    buttons = values().select("form.values button")
    assert buttons[0].get_text() == "Find" and not buttons[0].get("name")


def test_every_box_has_its_label_and_values_their_languages(values: Values) -> None:
    page = values(ui="en", page=1)
    for control in page.select("form input:not([type=hidden])"):
        assert page.select_one(f"label[for={control['id']}]") is not None, control
    spans: dict[str, Tag] = {span.get_text(): span for span in page.select(".boxes .value")}
    assert [part["lang"] for part in spans["спільна"].select("[lang]")] == ["uk"]
    assert [part["lang"] for part in spans["Ещё раз"].select("[lang]")] == ["ru"]
    assert not spans["École"].select("[lang]")  # the page's own


def test_the_page_is_not_for_search_engines_and_holds_no_script(values: Values) -> None:
    page = values(q="новина", find="<script>")
    robots = page.select_one("meta[name=robots]")
    assert robots is not None and robots["content"] == "noindex"
    assert not page.select("script:not([src]), [style]")
    assert len(page.select("h1")) == 1


@pytest.mark.parametrize("query", ["", "facet=", "facet=month", "facet=status", "facet=tag.x"])
def test_what_is_no_facet_is_not_there(reader: FlaskClient, query: str) -> None:
    assert reader.get(f"/search/values?{query}").status_code == 404


@pytest.mark.parametrize(
    "extra", ["find=" + "я" * 500, "page=0", "page=x", "page=999999999999", "tag=" + "t" * 5000, "since=x"]
)
def test_any_parameters_are_answered(reader: FlaskClient, extra: str) -> None:
    assert reader.get(f"/search/values?facet=tag&{extra}").status_code == 200
