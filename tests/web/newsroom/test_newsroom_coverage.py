"""The pages on coverage: what they show, what they link to, their files, and what they make of odd parameters."""

import csv
import io
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from newsroom_client import NewsroomClient

from indexer import delete_articles, index_articles
from search import Article

BASE = "/newsroom/coverage"
PAGES = (
    f"{BASE}/",
    f"{BASE}/?section=society&since=2024&until=2026&lacking=en",
    f"{BASE}/differences",
    f"{BASE}/differences?story=rescuers.uk",
    f"{BASE}/headlines",
    f"{BASE}/on-this-day?day=2027-05-10",
    f"{BASE}/compare",
    f"{BASE}/compare?q=bulletin&q=Київ&step=year&measure=share",
    f"{BASE}/names",
)


def page(client: NewsroomClient, path: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    return BeautifulSoup(answer.text, "html.parser")


def rows(answer) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.fixture
def fire(newsroom_app: Flask) -> None:
    """Put a story whose versions contradict each other into the archive, with a changed headline."""
    body = "У будинку на околиці Полтави згоріла крівля. Рятувальники вивели %s осіб з приміщення."
    english = "A roof burned down in a house on the outskirts of Poltava. Rescuers led 6 people out of the premises."
    dated = {"story": "fire", "section": "society", "published": "2020-02-03T10:00"}
    later = dated | {"published": "2020-02-03T12:00"}
    path = newsroom_app.extensions["visti-archive"].path
    first = Article(id="fire.uk", language="uk", title="Пожежа <b>", body=body % 5, **dated)
    second = Article(id="fire.en", language="en", title="Fire", body=english, **later)
    try:
        index_articles([first, second], path)
        index_articles([Article(id="fire.uk", language="uk", title="Пожежа в Полтаві", body=body % 5, **dated)], path)
        yield
    finally:
        delete_articles(["fire.uk", "fire.en"], path, may_return=True)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_its_heading_and_labels(as_journalist: NewsroomClient, path: str) -> None:
    found = page(as_journalist, path)
    assert len(found.select("h1")) == 1
    assert found.select_one(".coverage-nav [aria-current=page]")
    labelled = {label["for"] for label in found.select("label[for]")}
    fields = found.select("main input:not([type=hidden]), main select, main textarea")
    assert fields and all(each["id"] in labelled for each in fields)
    ids = [each["id"] for each in found.select("[id]")]
    assert len(ids) == len(set(ids))
    assert not found.select("[style]")


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_for_journalists(as_reader: NewsroomClient, path: str) -> None:
    assert as_reader.get(path).status_code == 303


@pytest.mark.parametrize("name", ["", "differences", "headlines", "on-this-day", "compare"])
@pytest.mark.parametrize(
    "query",
    [
        "since=soon&until=2024-13&day=x&page=-1&offset=9999999999999",
        "page=99999&offset=99999&lacking=de&step=hour&measure=x&section=" + "x" * 400,
        "q=" + "%20" * 5 + "&q=(&q=" + "я" * 500,
        "since=2024-05-01T10:00&until=1000-01-01",
        "q=a&step=day&since=1900",
    ],
)
def test_odd_parameters_are_told_or_left_out(as_journalist: NewsroomClient, name: str, query: str) -> None:
    assert as_journalist.get(f"{BASE}/{name}?{query}").status_code == 200


def test_wrong_date_is_told(as_journalist: NewsroomClient) -> None:
    found = page(as_journalist, f"{BASE}/?since=soon")
    assert found.select_one("[role=alert]").text == "“soon” is not a date. Write it as 2024-05-17, 2024-05 or 2024."


def test_cells_of_the_table_lead_to_their_stories(as_journalist: NewsroomClient, fire: None) -> None:
    found = page(as_journalist, f"{BASE}/?since=2020-02&until=2020-02")
    (cell,) = found.select("table.numbers tbody td a[href*='section=society']")
    assert cell.parent.text == "1 / 1"
    (item,) = page(as_journalist, cell["href"]).select(".kept-list > li")
    assert "Пожежа в Полтаві" in item.text and "Missing: Russian." in item.text


def test_gaps_as_a_file(as_journalist: NewsroomClient, fire: None) -> None:
    found = rows(as_journalist.get(f"{BASE}/?since=2020-02&until=2020-02&format=csv"))
    assert [row[0] for row in found] == ["story", "fire"]


def test_contradiction_is_marked_in_both_versions(as_journalist: NewsroomClient, fire: None) -> None:
    found = page(as_journalist, f"{BASE}/differences?story=fire.en")
    (row,) = found.select("tr.contradiction")
    assert "contradiction" in row.select_one("th").text
    assert [(each["lang"], each.text) for each in row.select("td > strong")] == [("uk", "5"), ("en", "6")]
    assert [each.text for each in row.select("q mark")] == ["5", "6"]
    listed = page(as_journalist, f"{BASE}/differences?since=2020&until=2020")
    assert listed.select_one(".kept-list a[href*='story=fire.uk']")
    assert rows(as_journalist.get(f"{BASE}/differences?since=2020&until=2020&format=csv"))[1][0] == "fire"


def test_unknown_story(as_journalist: NewsroomClient) -> None:
    assert page(as_journalist, f"{BASE}/differences?story=nobody", 404).select_one(".problem")


def test_changed_headline_is_listed(as_journalist: NewsroomClient, fire: None) -> None:
    found = page(as_journalist, f"{BASE}/headlines")
    item = found.select_one(".kept-list li")
    assert (item.select_one("del").text, item.select_one("a").text) == ("Пожежа <b>", "Пожежа в Полтаві")
    assert rows(as_journalist.get(f"{BASE}/headlines?format=csv"))[1][5] == "Пожежа <b>"


def test_on_this_day(as_journalist: NewsroomClient, fire: None) -> None:
    found = page(as_journalist, f"{BASE}/on-this-day?day=2026-02-03")
    assert any("2020" in heading.text for heading in found.select("h2"))
    assert "Пожежа в Полтаві" in found.select_one("main").text
    assert "fire.uk" in [row[2] for row in rows(as_journalist.get(f"{BASE}/on-this-day?day=2026-02-03&format=csv"))]


def test_comparison_draws_a_line_for_each_search_and_has_a_table(as_journalist: NewsroomClient) -> None:
    path = f"{BASE}/compare?q=bulletin&q=Київ&step=month"
    found = page(as_journalist, path)
    assert len(found.select(".chart polyline")) == len(found.select(".legend li")) == 2
    periods = [row.select_one("th").text for row in found.select("tbody tr")]
    assert all(len(line["points"].split()) == len(periods) for line in found.select(".chart polyline"))
    file = rows(as_journalist.get(f"{path}&format=csv"))
    assert [row[0] for row in file[1:]] == periods


def test_too_many_periods_are_told(as_journalist: NewsroomClient) -> None:
    found = page(as_journalist, f"{BASE}/compare?q=bulletin&step=day&since=1950")
    assert "too many points" in found.select_one("[role=alert]").text


class TestNames:
    def send(self, client: NewsroomClient, **fields):
        token = page(client, f"{BASE}/names").select_one("main [name=csrf_token]")["value"]
        return client.post(f"{BASE}/names", data={"csrf_token": token, **fields}, content_type="multipart/form-data")

    def test_pasted_list(self, as_journalist: NewsroomClient, fire: None) -> None:
        answer = self.send(as_journalist, names="Полтава\n123\n<script>")
        found = BeautifulSoup(answer.text, "html.parser")
        assert answer.status_code == 200
        row = found.select_one("table.numbers tbody tr")
        assert [cell.text for cell in row.select("th, td")[:4]] == ["Полтава", "1", "2", "3"]
        assert "line 2: '123' has no letters" in found.select_one("[role=alert]").text
        assert found.select_one("textarea").text.strip() == "Полтава\n<script>"
        assert "Poltava 1" in found.select_one(".forms").text

    def test_file_in_windows_1251_to_a_file(self, as_journalist: NewsroomClient, fire: None) -> None:
        file = (BytesIO("ПІБ\nПолтава".encode("cp1251")), "names.csv")
        found = rows(self.send(as_journalist, file=file, format="csv"))
        assert [row[1] for row in found] == ["name", "Полтава"]

    @pytest.mark.parametrize("names", ["", "1\n2", "x\n" * 2001, "x\n" * 501])
    def test_list_that_cannot_be_is_told(self, as_journalist: NewsroomClient, names: str) -> None:
        answer = self.send(as_journalist, names=names)
        assert answer.status_code == 400
        assert BeautifulSoup(answer.text, "html.parser").select_one("[role=alert]")

    def test_needs_the_token_of_the_session(self, as_journalist: NewsroomClient) -> None:
        assert as_journalist.post(f"{BASE}/names", data={"names": "Полтава"}).status_code == 400
