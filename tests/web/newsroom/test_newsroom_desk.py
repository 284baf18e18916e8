"""An editor's desk: statuses that readers feel at once, stories joined and parted, all of it written down."""

import json
import shutil
from pathlib import Path

import pytest
from flask import Flask
from newsroom_client import NewsroomClient

from search import IndexLocked
from web.newsroom import desk_pages
from web.newsroom.audit import AuditFilter, entries
from web.newsroom.database import current_database
from web.newsroom.desk_pages import id_in_address


@pytest.fixture
def index_path(index_path: Path, tmp_path: Path) -> Path:
    """Return an index that the test may change."""
    return Path(shutil.copytree(index_path, tmp_path / "index"))


def trail(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context(), current_database().session() as session:
        found = entries(session, AuditFilter(), limit=20)
        return [(entry.who, entry.action, entry.what) for entry in found if not entry.action.startswith("sign-in")]


def test_an_article_is_withheld_and_published_again(
    newsroom_app: Flask, as_editor: NewsroomClient, as_reader: NewsroomClient
) -> None:
    assert as_reader.get("/article/port.uk").status_code == 200
    answer = as_editor.submit("/newsroom/desk/status", id="port.uk", status="withheld")
    assert answer.status_code == 303 and "Done" in as_editor.get(answer.headers["Location"]).text
    assert as_reader.get("/article/port.uk").status_code == 404
    assert "Withheld" in as_editor.get("/article/port.uk").text
    again = as_editor.submit("/newsroom/desk/status", id="port.uk", status="withheld")
    assert "It was so already" in as_editor.get(again.headers["Location"]).text
    as_editor.submit("/newsroom/desk/status", id="port.uk", status="usable")
    assert as_reader.get("/article/port.uk").status_code == 200
    assert trail(newsroom_app) == [("editor", "status", "port.uk")] * 3
    with newsroom_app.app_context(), current_database().session() as session:
        first = entries(session, AuditFilter(action="status"), limit=9)[-1]
    assert json.loads(first.details)["changed"][0]["status"] == {"before": "usable", "after": "withheld"}


def test_stories_are_joined_and_parted(newsroom_app: Flask, as_editor: NewsroomClient) -> None:
    joined = as_editor.submit("/newsroom/desk/join", id="port.uk", other="http://localhost/article/rescuers.en?q=x")
    assert joined.status_code == 303
    page = as_editor.get("/newsroom/desk/?id=port.uk").text
    assert all(f'value="{each}"' in page for each in ("rescuers.uk", "rescuers.ru", "rescuers.en"))
    already = as_editor.submit("/newsroom/desk/join", id="port.uk", other="rescuers.uk")
    assert already.status_code == 400 and "one story already" in already.text
    parted = as_editor.submit("/newsroom/desk/split", id="rescuers.uk", member="port.uk")
    assert parted.status_code == 303
    assert 'value="rescuers.ru"' not in as_editor.get("/newsroom/desk/?id=port.uk").text
    assert [action for _, action, _ in trail(newsroom_app)] == ["story.split", "story.join"]


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("status", {"id": "port.uk", "status": "gone"}, 400),
        ("status", {"id": "nothing", "status": "withheld"}, 404),
        ("status", {}, 404),
        ("join", {"id": "port.uk", "other": "nothing"}, 400),
        ("join", {"id": "port.uk", "other": "http://[broken"}, 400),
        ("join", {"id": "port.uk", "other": "port.uk"}, 400),
        ("split", {"id": "port.uk"}, 400),
        ("split", {"id": "port.uk", "member": "port.uk"}, 400),
        ("split", {"id": "rescuers.uk", "member": "port.uk"}, 400),
        ("split", {"id": "rescuers.uk", "member": ["rescuers.uk", "rescuers.ru", "rescuers.en"]}, 400),
    ],
)
def test_what_cannot_be_changes_nothing(
    newsroom_app: Flask, as_editor: NewsroomClient, path: str, fields: dict[str, object], status: int
) -> None:
    assert as_editor.submit(f"/newsroom/desk/{path}", **fields).status_code == status
    assert trail(newsroom_app) == []


def test_while_articles_are_indexed_an_editor_is_told_to_wait(
    newsroom_app: Flask, as_editor: NewsroomClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(path: str, *arguments: object, **options: object) -> None:
        raise IndexLocked(path, 5)

    monkeypatch.setattr(desk_pages, "set_status", locked)
    answer = as_editor.submit("/newsroom/desk/status", id="port.uk", status="withheld")
    assert answer.status_code == 503 and "being indexed" in answer.text and "/tmp" not in answer.text
    assert trail(newsroom_app) == []


def test_only_editors_have_the_link(as_editor: NewsroomClient, as_journalist: NewsroomClient) -> None:
    assert "/newsroom/desk/?id=port.uk" in as_editor.get("/article/port.uk").text
    assert "/newsroom/desk/" not in as_journalist.get("/article/port.uk").text


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://news.example/article/port.uk", "port.uk"),
        ("/article/https://example.org/a", "https://example.org/a"),
        ("/article?id=a%2F..%2Fb", "a/../b"),
        ("/search?q=x", ""),
        ("", ""),
    ],
)
def test_ids_are_found_in_addresses(address: str, found: str) -> None:
    assert id_in_address(address) == found
