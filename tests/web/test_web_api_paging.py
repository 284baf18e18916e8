"""Cursors, lines and caching of the API: what goes on, what is exported, what is not sent again."""

import csv
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from readers_archive import FILLERS, NASTY

import web.api
from indexer import index_articles
from search import Article, Hit, Position, Snippet, Status
from web import create_app
from web.config import SiteConfig
from web.cursors import MAX_CURSOR_CHARACTERS, read_cursor, write_cursor
from web.exports import BYTE_ORDER_MARK, CSV_COLUMNS, csv_lines
from web.params import MAX_EXPORT, MAX_LIMIT, PAGE_SIZE, SearchRequest

NOW = datetime(2026, 11, 1, 12, 10, tzinfo=UTC)


def follow(client: FlaskClient, path: str) -> list[Any]:
    """Return all answers from one address on, each reached by the ``next`` of the one before."""
    answers = []
    while path:
        response = client.get(path)
        assert response.status_code == 200, response.get_data(as_text=True)
        answers.append(response)
        path = _next_link(response)
    return answers


def _next_link(response: Any) -> str:
    link = response.headers.get("Link", "")
    assert not link or link.endswith('>; rel="next"')
    return link[1:].partition(">")[0]


@pytest.mark.parametrize("query", ["q=bulletin", "q=bulletin&sort=oldest", "q=", "group=none&sort=newest"])
@pytest.mark.parametrize("limit", [1, 4, 50])
def test_following_next_gives_every_result_once(client: FlaskClient, query: str, limit: int) -> None:
    answers = follow(client, f"/api/v1/search?{query}&limit={limit}")
    found = [hit["id"] for answer in answers for hit in answer.get_json()["hits"]]
    whole = client.get(f"/api/v1/search?{query}&limit=100").get_json()
    assert found == [hit["id"] for hit in whole["hits"]]
    assert len(found) >= FILLERS
    for answer in answers:
        assert answer.get_json()["next"] == (_next_link(answer) or None)
        assert answer.get_json()["total"] == whole["total"]


def test_a_page_leads_on_too(client: FlaskClient) -> None:
    second = client.get("/api/v1/search?q=bulletin&limit=5&page=2").get_json()
    after = client.get(second["next"]).get_json()
    assert after["hits"] == client.get("/api/v1/search?q=bulletin&limit=5&page=3").get_json()["hits"]
    assert "page=" not in second["next"] and "limit=5" in second["next"]


def test_what_is_published_meanwhile_moves_nothing(tmp_path: Path) -> None:
    def article(number: int) -> Article:
        return Article(id=str(number), language="en", title="Port", published=NOW - timedelta(days=50 - number))

    index_articles([article(number) for number in range(10)], tmp_path)
    client = create_app(tmp_path, clock=lambda: NOW).test_client()
    first = client.get("/api/v1/search?q=port&sort=newest&limit=4").get_json()
    index_articles([article(number) for number in range(20, 25)], tmp_path)
    second = client.get(first["next"]).get_json()
    assert [hit["id"] for hit in first["hits"] + second["hits"]] == list("98765432")
    assert second["total"] == 15


def cursor_of(client: FlaskClient, query: str = "q=bulletin&limit=5") -> str:
    address = client.get(f"/api/v1/search?{query}").get_json()["next"]
    return str(address).partition("cursor=")[2].partition("&")[0]


@pytest.mark.parametrize(
    "change",
    [
        lambda cursor: "q=other&cursor=" + cursor,
        lambda cursor: "q=bulletin&sort=oldest&cursor=" + cursor,
        lambda cursor: "q=bulletin&page=2&cursor=" + cursor,
        lambda cursor: "q=bulletin&cursor=" + cursor[:-2],
        lambda cursor: "q=bulletin&cursor=" + cursor[:10] + ("A" if cursor[10] != "A" else "B") + cursor[11:],
        lambda cursor: "q=bulletin&cursor=" + cursor * 30,
        lambda cursor: "q=bulletin&cursor=x",
        lambda cursor: "q=bulletin&cursor=їжак",
        lambda cursor: "q=bulletin&cursor=%00%ff",
    ],
)
def test_a_cursor_that_does_not_fit_is_refused(client: FlaskClient, change: Callable[[str], str]) -> None:
    response = client.get("/api/v1/search?" + change(cursor_of(client)))
    assert response.status_code == 400
    assert response.get_json()["error"]["parameter"] == "cursor"


@given(st.text(max_size=512), st.floats(allow_nan=False), st.integers(-(2**63), 2**63 - 1))
def test_a_cursor_says_what_was_written(article_id: str, relevance: float, moment: int) -> None:
    position = Position(article_id, relevance, moment)
    assert read_cursor(SearchRequest(), write_cursor(SearchRequest(), position)) == position


def test_the_longest_cursor_fits_its_bound() -> None:
    assert len(write_cursor(SearchRequest(), Position("x" * 512, 0.5, 7))) <= MAX_CURSOR_CHARACTERS


@given(st.text(max_size=900))
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(ValueError):
        read_cursor(SearchRequest(query="port"), text)


class TestLines:
    def test_ndjson_has_the_hits_of_json(self, client: FlaskClient) -> None:
        response = client.get("/api/v1/search?q=bulletin&format=ndjson&limit=1000")
        assert response.content_type == "application/x-ndjson"
        found = [json.loads(line) for line in response.get_data(as_text=True).splitlines()]
        assert found == client.get("/api/v1/search?q=bulletin&limit=100").get_json()["hits"]
        assert "Link" not in response.headers

    @pytest.mark.parametrize("form", ["ndjson", "csv"])
    def test_lines_go_on_by_link(self, client: FlaskClient, form: str) -> None:
        answers = follow(client, f"/api/v1/search?q=bulletin&format={form}&limit=10")
        assert len(answers) == 3
        head = 1 if form == "csv" else 0
        assert sum(len(answer.get_data(as_text=True).splitlines()) - head for answer in answers) == FILLERS

    def test_csv_is_a_table(self, client: FlaskClient) -> None:
        response = client.get("/api/v1/search?q=Київ&source=Visti&format=csv")
        assert response.content_type == "text/csv; charset=utf-8"
        text = response.get_data().decode()
        assert text.count("\r\n") == 2 and not text.startswith(BYTE_ORDER_MARK)
        names, row = csv.reader(StringIO(text, newline=""))
        told = dict(zip(names, row, strict=True))
        assert tuple(names) == CSV_COLUMNS
        assert (told["id"], told["versions"], told["published"]) == (
            "rescuers.uk",
            "uk ru en",
            "2024-07-08T15:30:00+00:00",
        )
        assert "<mark>" not in told["snippet"] and "Києві" in told["snippet"]

    def test_csv_for_excel(self, client: FlaskClient) -> None:
        assert client.get("/api/v1/search?format=csv&bom=1").get_data().startswith(b"\xef\xbb\xbfid,story")

    def test_csv_keeps_quotes_commas_and_markup(self, client: FlaskClient) -> None:
        text = client.get("/api/v1/search?q=nasty&format=csv").get_data(as_text=True)
        (_, row) = csv.reader(StringIO(text, newline=""))
        assert row[3] == f"Nasty {NASTY}"

    @given(st.one_of(st.text(max_size=20), st.from_regex(r"[=+\-@\t\r\n＝＋－＠].{0,9}", fullmatch=True)))
    def test_no_cell_is_a_formula(self, text: str) -> None:
        article = Article(id="=1+1", language="en", title="@SUM(1)", section="-1")
        snippet = Snippet.marked(text, [])
        lines = "".join(csv_lines([Hit(article, 1.0, snippet, snippet, (), ())]))
        _, row = csv.reader(StringIO(lines, newline=""))
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
        if text and text[0] not in "=+-@\t\r\n＝＋－＠":
            assert row[8] == text  # what is no formula stays as it is

    @pytest.mark.parametrize(
        ("accept", "kind"),
        [
            ("text/csv", "text/csv"),
            ("application/x-ndjson, application/json;q=0.5", "application/x-ndjson"),
            ("*/*", "application/json"),
            ("image/png", "application/json"),
            ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ],
    )
    def test_the_accept_header_decides_where_the_address_does_not(
        self, client: FlaskClient, accept: str, kind: str
    ) -> None:
        response = client.get("/api/v1/search?q=port", headers={"Accept": accept})
        assert response.mimetype == kind
        assert "accept" in response.vary
        assert client.get("/api/v1/search?q=port&format=json", headers={"Accept": accept}).is_json

    @pytest.mark.parametrize(
        ("query", "name"),
        [("format=xml", "format"), ("limit=101", "limit"), ("format=csv&limit=1001", "limit"), ("bom=2", "bom")],
    )
    def test_what_may_not_be_is_refused(self, client: FlaskClient, query: str, name: str) -> None:
        response = client.get(f"/api/v1/search?{query}")
        assert (response.status_code, response.get_json()["error"]["parameter"]) == (400, name)


def test_the_description_names_the_limits_of_lines(client: FlaskClient) -> None:
    (told,) = [parameter.description for parameter in web.api.SEARCH_API_PARAMETERS if parameter.name == "limit"]
    assert re.findall(r"[0-9]+", told) == [str(n) for n in (MAX_LIMIT, PAGE_SIZE, MAX_EXPORT, web.api.EXPORT_SIZE)]


CACHED = [
    "/api/v1/search?q=port",
    "/api/v1/search?q=port&format=csv",
    "/api/v1/articles/port.uk",
    "/api/v1/related?id=port.uk",
    "/api/v1/suggest?q=port",
    "/search.atom?q=port",
]


@pytest.mark.parametrize("path", CACHED)
class TestNotSentAgain:
    def test_who_has_the_answer_gets_304(self, client: FlaskClient, path: str) -> None:
        first = client.get(path)
        tag = first.headers["ETag"]
        assert not tag.startswith("W/")
        assert first.headers["Cache-Control"] == "no-cache"
        for known in (tag, f'"x", W/{tag}', tag[:-1] + ':br"'):
            response = client.get(path, headers={"If-None-Match": known})
            assert (response.status_code, response.get_data()) == (304, b"")
            assert response.headers["ETag"] == tag
        assert client.head(path).headers["ETag"] == tag
        for other in ("*", '"x"', ",", "%%"):
            assert client.get(path, headers={"If-None-Match": other}).status_code == 200

    def test_a_commit_and_an_hour_make_another_answer(self, tmp_path: Path, path: str) -> None:
        moment = [NOW]
        index_articles([Article(id="port.uk", language="uk", title="Port", published=NOW)], tmp_path)
        client = create_app(tmp_path, clock=lambda: moment[0]).test_client()
        tags = [client.get(path).headers["ETag"]]
        moment[0] = NOW + timedelta(minutes=40)
        assert client.get(path).headers["ETag"] == tags[0]
        moment[0] = NOW + timedelta(minutes=51)
        tags.append(client.get(path).headers["ETag"])
        index_articles([Article(id="port.en", language="en", title="Port", status=Status.WITHHELD)], tmp_path)
        tags.append(client.get(path).headers["ETag"])
        assert len(set(tags)) == 3


def test_a_304_searches_nothing(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = client.get("/api/v1/search?q=port").headers["ETag"]
    monkeypatch.delattr(web.api, "run_search")
    assert client.get("/api/v1/search?q=port", headers={"If-None-Match": tag}).status_code == 304


def test_tags_tell_answers_apart(client: FlaskClient) -> None:
    paths = ["q=port", "q=ship", "q=port&limit=5", "q=port&format=csv", "tag=a&tag=b", "tag=b&tag=a"]
    tags = [client.get(f"/api/v1/search?{query}").headers["ETag"] for query in paths]
    tags.append(client.get("/api/v1/search?q=port", headers={"Accept": "text/csv"}).headers["ETag"])
    assert len(set(tags)) == len(tags)


def test_an_embargo_that_ends_ends_the_answer(tmp_path: Path) -> None:
    moment = [NOW]
    articles = [
        Article(id="open", language="en", title="Port"),
        Article(id="later", language="en", title="Port", embargoed_until=NOW + timedelta(minutes=5)),
    ]
    index_articles(articles, tmp_path)
    client = create_app(tmp_path, clock=lambda: moment[0]).test_client()
    before = client.get("/api/v1/search?q=port")
    moment[0] = NOW + timedelta(minutes=6)
    after = client.get("/api/v1/search?q=port", headers={"If-None-Match": before.headers["ETag"]})
    assert (before.get_json()["total"], after.status_code, after.get_json()["total"]) == (1, 200, 2)


class TestOtherSites:
    def site(self, index_path: Path, *origins: str) -> FlaskClient:
        return create_app(index_path, clock=lambda: NOW, config=SiteConfig(cors_origins=origins)).test_client()

    def test_nobody_unless_the_owner_says_so(self, client: FlaskClient) -> None:
        response = client.get("/api/v1/search", headers={"Origin": "https://a.example"})
        assert not [name for name in response.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118

    @pytest.mark.parametrize("path", ["/api/v1/search?q=port", "/api/v1/nothing", "/api/v1/search?page=x"])
    def test_all(self, index_path: Path, path: str) -> None:
        response = self.site(index_path, "*").get(path, headers={"Origin": "https://a.example"})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert {"ETag", "Link"} <= set(response.headers["Access-Control-Expose-Headers"].split(", "))
        assert "Access-Control-Allow-Credentials" not in response.headers

    def test_some(self, index_path: Path) -> None:
        client = self.site(index_path, "https://a.example", "https://b.example:8443")
        for origin in ("https://a.example", "https://b.example:8443"):
            response = client.get("/api/v1/suggest?q=p", headers={"Origin": origin})
            assert response.headers["Access-Control-Allow-Origin"] == origin
            assert "origin" in response.vary
        for origin in ("https://b.example", "https://a.example.evil.example", "null", ""):
            response = client.get("/api/v1/suggest?q=p", headers={"Origin": origin})
            assert "Access-Control-Allow-Origin" not in response.headers
            assert "origin" in response.vary

    def test_a_browser_may_ask_before(self, index_path: Path) -> None:
        response = self.site(index_path, "https://a.example").options(
            "/api/v1/related",
            headers={"Origin": "https://a.example", "Access-Control-Request-Method": "POST"},
        )
        assert response.status_code == 200
        assert "POST" in response.headers["Access-Control-Allow-Methods"]
        assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
        assert int(response.headers["Access-Control-Max-Age"]) > 0

    @pytest.mark.parametrize("path", ["/", "/search?q=port", "/healthz", "/search.atom", "/article/port.uk"])
    def test_pages_are_not_for_scripts(self, index_path: Path, path: str) -> None:
        response = self.site(index_path, "*").get(path, headers={"Origin": "https://a.example"})
        assert "Access-Control-Allow-Origin" not in response.headers

    @pytest.mark.parametrize("origin", ["a.example", "https://a.example/", "https://a.example/x", "ftp://a", ""])
    def test_what_is_no_origin_is_refused_at_once(self, index_path: Path, origin: str) -> None:
        with pytest.raises(ValueError, match="cors_origins"):
            self.site(index_path, origin)


def test_the_description_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/openapi.json").headers["ETag"]
    assert client.get("/openapi.json", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/openapi.json", headers={"If-None-Match": ","}).status_code == 200


def test_answers_of_the_api_speak_no_language(client: FlaskClient) -> None:
    response = client.get("/api/v1/search?q=port&ui=ru")
    assert "Set-Cookie" not in response.headers
    assert not {"accept-language", "cookie"} & set(response.vary)
