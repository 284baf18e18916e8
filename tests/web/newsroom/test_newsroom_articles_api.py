"""Articles that come by the API: checked as a whole, written once, older versions kept out, kept whatever dies."""

import gzip
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from newsroom_client import NewsroomClient
from readers_archive import NOW
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.test import TestResponse

import search
from search.columnar.lock import locked
from web.newsroom.accounts import find_user
from web.newsroom.articles_api import MAX_ARTICLES, MAX_ARTICLES_BYTES
from web.newsroom.audit import AuditFilter, entries
from web.newsroom.database import Database, current_database
from web.newsroom.tokens import Scope, create_token

FIRST = {"id": "berth-2", "language": "en", "title": "A second berth", "body": "Ships wait.", "published": "2026-10-01"}
CORRECTED = {**FIRST, "title": "The second berth", "updated": "2026-10-02T10:00:00+03:00"}
#: Three versions of one story, and another story.
VERSIONS = Path(__file__).parents[2] / "cases" / "versions.jsonl"
START = "from web.command import serve_command; serve_command()"
WAIT_SECONDS = 60
#: How often the server is killed, and how many articles are sent between.
KILLS = 4


@pytest.fixture
def index_path(index_path: Path, tmp_path: Path) -> Path:
    """Return an archive of the test's own."""
    return Path(shutil.copytree(index_path, tmp_path / "index"))


def make_token(accounts: Path, user: str = "editor", *scopes: str) -> str:
    database = Database(accounts)
    with database.session() as session:
        owner = find_user(session, user)
        assert owner is not None
        _, shown = create_token(session, owner, "CMS", scopes or tuple(Scope), 300, now=NOW, by=owner)
    database.close()
    return shown


@pytest.fixture
def post(newsroom_app: Flask, accounts: Path) -> Callable[..., TestResponse]:
    """Post what is given, as JSON unless it is bytes, with an editor's token."""
    headers = {"Authorization": f"Bearer {make_token(accounts)}"}

    def send(body: object, query: str = "", kind: str = "application/json") -> TestResponse:
        data = body if isinstance(body, bytes) else json.dumps(body)
        return newsroom_app.test_client().post(
            f"/api/v1/articles{query}", data=data, content_type=kind, headers=headers
        )

    return send


def outcomes(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [each["outcome"] for each in answer.json["articles"]]


def test_an_article_is_found_by_the_request_after_it(newsroom_app: Flask, post: Callable[..., TestResponse]) -> None:
    assert outcomes(post(FIRST)) == ["added"]
    assert b"A second berth" in newsroom_app.test_client().get("/search?q=second+berth").data


def test_the_same_again_is_unchanged_and_an_older_version_stays_out(
    index_path: Path, post: Callable[..., TestResponse]
) -> None:
    generations = [post(each).json["generation"] for each in (FIRST, FIRST)]
    assert generations[0] == generations[1]
    assert outcomes(post(FIRST)) == ["unchanged"]
    assert outcomes(post([CORRECTED, FIRST, CORRECTED])) == ["updated", "stale", "unchanged"]
    assert outcomes(post(FIRST)) == ["stale"]
    with search.open(index_path) as archive:
        assert archive.get("berth-2").title == "The second berth"


def test_the_three_forms_of_a_body_mean_the_same(index_path: Path, post: Callable[..., TestResponse]) -> None:
    lines = b"\n".join(json.dumps(each).encode() for each in (FIRST, CORRECTED)) + b"\n\n"
    assert outcomes(post(lines, kind="application/x-ndjson")) == ["added", "updated"]
    assert outcomes(post([FIRST, CORRECTED])) == ["stale", "unchanged"]
    assert outcomes(post(CORRECTED)) == ["unchanged"]


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_taken(
    index_path: Path, post: Callable[..., TestResponse]
) -> None:
    wrong = {"id": "wrong", "language": "fr", "title": 5, "published": "soon", "authors": "Olha"}
    answer = post([FIRST, wrong, 7])
    assert answer.status_code == 422 and answer.json["error"]["code"] == "invalid_articles"
    told = [(each["index"], each.get("id"), each.get("field")) for each in answer.json["error"]["errors"]]
    assert sorted(told[:-1]) == [(1, "wrong", name) for name in ("authors", "language", "published", "title")]
    assert told[-1] == (2, None, None)
    with search.open(index_path) as archive:
        assert archive.get("berth-2") is None


KILL = {"id": "berth-2", "status": "canceled", "updated": "2026-10-01T12:00:00+03:00"}


@pytest.mark.parametrize(
    ("sent", "became", "status"),
    [
        ([FIRST, KILL, KILL], ["added", "withdrawn", "unchanged"], "canceled"),
        ([FIRST, KILL, FIRST], ["added", "withdrawn", "stale"], "canceled"),
        ([FIRST, KILL, CORRECTED], ["added", "withdrawn", "updated"], "usable"),
        ([CORRECTED, KILL], ["added", "stale"], "usable"),
        ([KILL, KILL, FIRST], ["withdrawn", "unchanged", "withdrawn"], "canceled"),
        ([KILL, CORRECTED], ["withdrawn", "added"], "usable"),
        ([{"id": "berth-2", "status": "canceled"}, CORRECTED], ["withdrawn", "withdrawn"], "canceled"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "one by one"])
def test_a_kill_without_a_text_cancels(
    newsroom_app: Flask,
    index_path: Path,
    post: Callable[..., TestResponse],
    sent: list[dict[str, str]],
    became: list[str],
    status: str,
    at_once: bool,
) -> None:
    """Also the article that comes after it, in the same request or in another; a newer version comes back."""
    told = outcomes(post(sent)) if at_once else [outcome for each in sent for outcome in outcomes(post(each))]
    assert told == became
    with search.open(index_path, audience="newsroom") as archive:
        found = archive.get("berth-2")
        assert found is not None and found.status == status and found.body == "Ships wait."
    reader = newsroom_app.test_client()
    assert (reader.get("/api/v1/articles/berth-2").status_code == 200) == (status == "usable")
    assert (b"second berth" in reader.get("/search?q=berth").data) == (status == "usable")


def test_what_is_wrong_with_a_kill_is_told(post: Callable[..., TestResponse]) -> None:
    answer = post({"id": "berth-2 ", "status": "canceled", "updated": "soon"})
    assert [each["field"] for each in answer.json["error"]["errors"]] == ["updated", "id"]
    answer = post({"status": "canceled"})
    assert "title" in [each["field"] for each in answer.json["error"]["errors"]]


@pytest.mark.parametrize("wrong", [{"id": "a\ud800"}, {**FIRST, "published": "\udfff"}, {"id": "\ud800", "x\ud800": 1}])
def test_half_a_letter_is_answered_as_json_writes_it(post: Callable[..., TestResponse], wrong: object) -> None:
    assert post(wrong).status_code == 422
    assert post(wrong, "?partial=1").json["articles"][0]["outcome"] == "rejected"
    assert post({**FIRST, "title": "A berth\udfff", "x\ud800": 1}).json["articles"][0]["unknown_fields"] == ["x\ud800"]


@pytest.mark.parametrize("query", ["", "?partial=1"])
def test_of_a_body_that_comes_in_chunks_nothing_is_left_out(
    newsroom_app: Flask, index_path: Path, accounts: Path, query: str
) -> None:
    """It does not say how long it is; the lines that one request may have would be all that is taken."""
    lines = [json.dumps({**FIRST, "id": f"berth-{number}"}) for number in range(20)]
    few = b"\n".join(line.encode() for line in lines[:10])
    too_many = few + b" " * (MAX_ARTICLES_BYTES - len(few)) + "\n".join(["", *lines[10:]]).encode()
    for body, status in ((too_many, 413), (few, 200)):
        answer = newsroom_app.test_client().post(
            f"/api/v1/articles{query}",
            input_stream=io.BytesIO(body),
            headers={"Authorization": f"Bearer {make_token(accounts)}", "Transfer-Encoding": "chunked"},
            content_type="application/x-ndjson",
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert answer.status_code == status, answer.json
        with search.open(index_path) as archive:
            assert (archive.get("berth-9") is not None) == (status == 200)


def test_a_body_that_breaks_off_is_not_taken(newsroom_app: Flask, index_path: Path, accounts: Path) -> None:
    answer = newsroom_app.test_client().post(
        "/api/v1/articles",
        input_stream=io.BytesIO(json.dumps(FIRST).encode() + b"\n"),
        headers={"Authorization": f"Bearer {make_token(accounts)}"},
        content_type="application/x-ndjson",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": "9999"},
    )
    assert answer.status_code == 400 and "breaks off" in answer.json["error"]["message"]
    with search.open(index_path) as archive:
        assert archive.get(FIRST["id"]) is None


def test_what_is_packed_is_told_so(newsroom_app: Flask, accounts: Path) -> None:
    headers = {"Authorization": f"Bearer {make_token(accounts)}", "Content-Encoding": "gzip"}
    body = gzip.compress(json.dumps(FIRST).encode())
    answer = newsroom_app.test_client().post(
        "/api/v1/articles", data=body, headers=headers, content_type="application/json"
    )
    assert answer.status_code == 415 and "Content-Encoding" in answer.json["error"]["message"]


def test_with_partial_the_right_ones_are_taken(index_path: Path, post: Callable[..., TestResponse]) -> None:
    answer = post(b'{"language": "en"}\nnothing\n' + json.dumps(FIRST).encode(), "?partial=1", "application/x-ndjson")
    assert outcomes(answer) == ["rejected", "rejected", "added"]
    assert {name: count for name, count in answer.json["counts"].items() if count} == {"added": 1, "rejected": 2}
    assert ["story" in item for item in answer.json["articles"]] == [False, False, True]
    assert [each["line"] for item in answer.json["articles"][:2] for each in item["errors"]] == [1, 2]


def test_versions_that_are_posted_one_after_another_are_one_card(
    newsroom_app: Flask, post: Callable[..., TestResponse]
) -> None:
    first, *others = (json.loads(line) for line in VERSIONS.read_text("utf-8").splitlines()[:3])
    assert post(first).json["articles"][0]["story"] == first["id"]
    for version in others:
        assert post(version).json["articles"] == [
            {"index": 0, "id": version["id"], "outcome": "added", "story": first["id"]}
        ]
    found = newsroom_app.test_client().get("/api/v1/search?q=Reni").json
    assert found["stories"] == 1 and len(found["hits"][0]["versions"]) == 3
    again = post([first, *others], "?partial=1").json
    assert again["not_compared"] == 0 and again["counts"]["unchanged"] == 3
    assert {each["story"] for each in again["articles"]} == {first["id"]}


@pytest.mark.parametrize(
    ("body", "query", "kind", "status"),
    [
        (b"{", "", "application/json", 400),
        (b"\xff", "", "application/json", 400),
        (b"NaN", "", "application/json", 400),
        (b"[" * 100_000, "", "application/json", 400),
        (b"[]", "", "application/json", 400),
        (b"{}\n" * (MAX_ARTICLES + 1), "", "application/x-ndjson", 400),
        (b"{}", "?partial=yes", "application/json", 400),
        (b" " * (MAX_ARTICLES_BYTES + 1), "", "application/json", 413),
        (b"<article/>", "", "text/xml", 415),
        (b"{}", "", "application/json", 422),
    ],
)
def test_what_is_no_articles_is_refused(
    post: Callable[..., TestResponse], body: bytes, query: str, kind: str, status: int
) -> None:
    answer = post(body, query, kind)
    assert answer.status_code == status and answer.json["error"]["message"]


def test_it_takes_the_role_and_the_scope(newsroom_app: Flask, accounts: Path) -> None:
    client = newsroom_app.test_client()
    for user, scope, status in [("editor", "read", 403), ("journalist", "write", 403), ("editor", "write", 200)]:
        headers = {"Authorization": f"Bearer {make_token(accounts, user, scope)}"}
        assert client.post("/api/v1/articles", json=FIRST, headers=headers).status_code == status
    assert isinstance(client, NewsroomClient) and client.sign_in("editor").status_code == 303
    signed_in = client.post("/api/v1/articles", json=FIRST, headers={"X-CSRFToken": client.csrf_token()})
    assert signed_in.status_code == 401, "another site's form could send the cookie"


def test_what_editors_decided_holds(index_path: Path, post: Callable[..., TestResponse]) -> None:
    post(FIRST)
    search.set_status(index_path, "berth-2", "withheld", who="editor")
    assert outcomes(post(FIRST)) == ["unchanged"]
    assert outcomes(post(CORRECTED)) == ["updated"]
    with search.open(index_path, audience="newsroom") as archive:
        article = archive.get("berth-2")
        assert article.title == "The second berth" and article.status == "withheld"
        assert [change.old for change in archive.headlines("berth-2")] == ["A second berth"]


def test_a_deleted_article_is_gone_and_the_trail_has_it_all(
    newsroom_app: Flask, accounts: Path, post: Callable[..., TestResponse]
) -> None:
    client, headers = newsroom_app.test_client(), {"Authorization": f"Bearer {make_token(accounts)}"}
    post({**FIRST, "id": "https://news.example/a/1"})
    address = "/api/v1/articles/https://news.example/a/1"
    assert client.delete(address, headers=headers).json["outcome"] == "deleted"
    assert client.get(address).status_code == 404 == client.delete(address, headers=headers).status_code
    with newsroom_app.app_context(), current_database().session() as database:
        found = entries(database, AuditFilter(what="news.example"), limit=10)
    assert [(each.who, each.action) for each in found] == [("editor", "article.delete"), ("editor", "article.receive")]


def test_another_writer_makes_it_wait_and_come_again(
    index_path: Path, post: Callable[..., TestResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["web.newsroom.articles_api"], "WAIT_SECONDS", 0.01)
    with locked(index_path, 1):
        answer = post(FIRST)
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert outcomes(post(FIRST)) == ["added"]


def test_posts_at_once_queue(index_path: Path, post: Callable[..., TestResponse]) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: post({**FIRST, "id": f"at-once-{number}"}), range(12)))
    assert [outcomes(answer) for answer in answers] == [["added"]] * 12
    assert len({answer.json["generation"] for answer in answers}) == 12
    with search.open(index_path) as archive:
        assert all(archive.get(f"at-once-{number}") for number in range(12))


@pytest.mark.parametrize(
    ("path", "method"), [("/api/v1/articles", "POST"), ("/api/v1/articles/{article_id}", "DELETE")]
)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_answers_are_as_described(newsroom_app: Flask, accounts: Path, path: str, method: str, mode: Any) -> None:
    headers = {"Authorization": f"Bearer {make_token(accounts)}", "Accept-Encoding": "identity"}
    described = schemathesis.openapi.from_wsgi("/openapi.json", newsroom_app)
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

    @settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck])
    @given(case=described[path][method].as_strategy(generation_mode=mode))
    def check(case: Case) -> None:
        case.call_and_validate(checks=checks, headers=headers)

    check()


class Server:
    """``visti serve`` that can be killed with all its processes, and started again."""

    def __init__(self, index_path: Path, accounts: Path, log: Path) -> None:
        self._command = [
            sys.executable,
            "-c",
            START,
            "--index",
            str(index_path),
            "--accounts",
            str(accounts),
            "--port",
            "0",
        ]
        self._log = log

    def start(self) -> None:
        with self._log.open("w") as file:
            self._process = subprocess.Popen(
                [*self._command, "--workers", "1"], stderr=file, env=os.environ | {"VISTI_RATE_LIMIT": "0"},
                start_new_session=True,
            )  # fmt: skip
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/", self._log.read_text())):
            assert self._process.poll() is None, self._log.read_text()
            time.sleep(0.01)
        self.port = int(found[1])

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(WAIT_SECONDS)


def test_what_was_acknowledged_outlives_the_process(index_path: Path, accounts: Path, tmp_path: Path) -> None:
    server, token, chance = Server(index_path, accounts, tmp_path / "log"), make_token(accounts), random.Random(7)
    acknowledged: list[str] = []
    for kill in range(KILLS):
        server.start()
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(_send_until_it_dies, server.port, token, f"kill-{kill}", acknowledged)
            enough = len(acknowledged) + chance.randint(1, 6)
            while len(acknowledged) < enough and not sending.done():
                time.sleep(0.001)
            time.sleep(chance.random() / 50)  # anywhere within the next request
            server.kill()
            sending.result(WAIT_SECONDS)
    assert len(acknowledged) >= KILLS
    with search.open(index_path) as archive:
        assert [each for each in acknowledged if archive.get(each) is None] == []
    index_is_sound = search.repair(index_path)
    assert index_is_sound.outcome == "sound"


def _send_until_it_dies(port: int, token: str, name: str, acknowledged: list[str]) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)) as connection:
            for number in range(10_000):
                identifier = f"{name}-{number}"
                connection.request("POST", "/api/v1/articles", json.dumps({**FIRST, "id": identifier}), headers)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200
                acknowledged.append(identifier)
    except (OSError, HTTPException):
        return  # it is dead
