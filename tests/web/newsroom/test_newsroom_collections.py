"""Collections: made, filled, annotated, shared, changed by two people at once, and exported."""

import csv
import io

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from newsroom_client import PASSWORD, NewsroomClient
from readers_archive import NOW

from search import Article
from web.newsroom.accounts import Role, add_user
from web.newsroom.collections import MAX_ARTICLES, MAX_NOTE, CollectionError, collect, make_collection
from web.newsroom.database import current_database
from web.newsroom.permissions import CurrentUser


def made(client: NewsroomClient, name: str = "Мости", **fields: object) -> str:
    """Make a collection and return its address."""
    answer = client.submit("/newsroom/collections/", name=name, **fields)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def page(client: NewsroomClient, address: str) -> BeautifulSoup:
    """Return a page that is there."""
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


@pytest.fixture
def article_id(newsroom_app: Flask) -> str:
    """Return an article that readers see."""
    found = newsroom_app.test_client().get("/api/v1/search?limit=1").get_json()
    return str(found["hits"][0]["id"])


@pytest.fixture
def as_colleague(newsroom_app: Flask) -> NewsroomClient:
    """Return a client in which another journalist is signed in."""
    with newsroom_app.app_context(), current_database().session() as session:
        add_user(session, "colleague", Role.JOURNALIST, password=PASSWORD, now=NOW)
    client = newsroom_app.test_client()
    assert isinstance(client, NewsroomClient)
    client.set_cookie("ui", "en")
    assert client.sign_in("colleague").status_code == 303
    return client


def test_an_article_goes_from_its_page_into_a_new_collection(as_journalist: NewsroomClient, article_id: str) -> None:
    link = page(as_journalist, f"/article/{article_id}").find("a", string="Put into a collection")
    assert link is not None
    choice = page(as_journalist, str(link["href"]))
    assert choice.select_one(f'input[name="article"][value="{article_id}"]')
    address = made(as_journalist, article=article_id)
    shown = page(as_journalist, address)
    assert shown.select_one(f'.kept-list a[href^="/article/{article_id}"]')
    assert "1 article · Ганна Щербак" in shown.get_text()


def test_readers_see_no_link_to_tools(as_reader: NewsroomClient, article_id: str) -> None:
    assert "collections" not in as_reader.get(f"/article/{article_id}").get_data(as_text=True)


def test_notes_are_kept_changed_and_escaped(as_journalist: NewsroomClient, article_id: str) -> None:
    address = made(as_journalist, article=article_id)
    note = "<b>to check</b>\r\nwith the mayor"
    assert as_journalist.submit(f"{address}/note", article=article_id, note=note).status_code == 303
    assert as_journalist.submit(f"{address}/articles", article=article_id).status_code == 303, "a second time"
    shown = page(as_journalist, address)
    (area,) = shown.select(".note-form textarea")
    assert area.text.strip() == "<b>to check</b>\nwith the mayor"
    assert as_journalist.submit(f"{address}/remove", article=article_id).status_code == 303
    assert not page(as_journalist, address).select(".kept-list li")


def test_what_is_shared_is_annotated_by_all_and_changed_by_its_owner_and_editors(
    as_journalist: NewsroomClient, as_colleague: NewsroomClient, as_editor: NewsroomClient, article_id: str
) -> None:
    address = made(as_journalist, article=article_id)
    assert as_colleague.submit(f"{address}/note", article=article_id, note="mine").status_code == 303
    assert as_colleague.submit(address, name="Theirs", version=1).status_code == 403
    assert as_colleague.submit(f"{address}/delete").status_code == 403
    assert as_editor.submit(address, name="Bridges", version=1, shared="on").status_code == 303
    assert as_editor.submit(f"{address}/delete").status_code == 303
    assert as_journalist.get(address).status_code == 404


def test_what_is_not_shared_is_there_for_its_owner_alone(
    as_journalist: NewsroomClient, as_editor: NewsroomClient
) -> None:
    address = made(as_journalist, "Tips from a source")
    assert as_journalist.submit(address, name="Tips from a source", version=1).status_code == 303
    assert as_journalist.get(address).status_code == 200
    for path in (address, f"{address}/export?format=csv"):
        assert as_editor.get(path).status_code == 404
    assert "Tips from a source" not in as_editor.get("/newsroom/collections/").get_data(as_text=True)


def test_the_second_of_two_who_change_it_is_told_and_keeps_the_text(
    as_journalist: NewsroomClient, as_editor: NewsroomClient
) -> None:
    address = made(as_journalist)
    assert as_editor.submit(address, name="Bridges", note="theirs", version=1, shared="on").status_code == 303
    answer = as_journalist.submit(address, name="Мости й кораблі", note="my long text", version=1, shared="on")
    assert answer.status_code == 409
    shown = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert "Somebody else has changed" in shown.select_one('[role="alert"]').text  # type: ignore[union-attr]
    assert shown.select_one("textarea[name=note][rows='4']").text == "my long text"  # type: ignore[union-attr]
    assert shown.h1 is not None and shown.h1.text == "Bridges"
    version = shown.select_one("input[name=version]")["value"]  # type: ignore[index]
    assert as_journalist.submit(address, name="Мости й кораблі", version=version).status_code == 303


@pytest.mark.parametrize(
    ("fields", "says"),
    [({"name": "  "}, "needs a name"), ({"name": "n" * 201}, "too long"), ({}, "needs a name")],
    ids=["blank", "long", "none"],
)
def test_a_name_that_will_not_do_is_refused(as_journalist: NewsroomClient, fields: dict[str, str], says: str) -> None:
    answer = as_journalist.submit("/newsroom/collections/", **fields)
    assert answer.status_code == 400
    assert says in answer.get_data(as_text=True)


def test_a_note_that_is_too_long_is_refused(as_journalist: NewsroomClient, article_id: str) -> None:
    address = made(as_journalist, article=article_id)
    answer = as_journalist.submit(f"{address}/note", article=article_id, note="n" * (MAX_NOTE + 1))
    assert answer.status_code == 400 and "too long" in answer.get_data(as_text=True)


def test_articles_and_collections_that_are_not_there_are_not_found(as_journalist: NewsroomClient) -> None:
    address = made(as_journalist)
    assert as_journalist.submit(f"{address}/articles", article="no-such").status_code == 404
    assert as_journalist.get("/newsroom/collections/add?article=no-such").status_code == 404
    assert as_journalist.get("/newsroom/collections/999").status_code == 404
    assert as_journalist.submit(f"{address}/note", article="no-such", note="x").status_code == 400


def test_an_article_that_left_the_archive_keeps_its_title_and_note(
    newsroom_app: Flask, as_journalist: NewsroomClient, article_id: str
) -> None:
    address = made(as_journalist, article=article_id)
    me = CurrentUser(1, "journalist", "Ганна Щербак", "", Role.JOURNALIST)
    gone = Article(id="gone", language="uk", title="Зник і знайшовся", body="Текст.")
    with newsroom_app.app_context(), current_database().session() as session:
        collection = make_collection(session, "With one that is gone", me, NOW)
        collect(collection, gone, "remember", me, NOW)
        address = f"/newsroom/collections/{collection.id}"
    shown = page(as_journalist, address).get_text()
    assert "Зник і знайшовся" in shown and "no longer in the archive" in shown and "remember" in shown
    rows = as_journalist.get(f"{address}/export?format=csv").get_data(as_text=True).splitlines()
    assert len(rows) == 1, "only the names of the columns"


def test_a_full_collection_takes_no_more(newsroom_app: Flask, as_journalist: NewsroomClient) -> None:
    me = CurrentUser(1, "journalist", "Ганна Щербак", "", Role.JOURNALIST)
    with newsroom_app.app_context(), current_database().session() as session:
        collection = make_collection(session, "Full", me, NOW)
        for number in range(MAX_ARTICLES):
            collect(collection, Article(id=str(number), language="en", body="Text."), "", me, NOW)
        with pytest.raises(CollectionError, match="full"):
            collect(collection, Article(id="more", language="en", body="Text."), "", me, NOW)


def test_a_collection_is_exported_with_its_notes(as_journalist: NewsroomClient, article_id: str) -> None:
    address = made(as_journalist, article=article_id)
    as_journalist.submit(f"{address}/note", article=article_id, note="for Monday")
    answer = as_journalist.get(f"{address}/export?format=csv")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=visti-")
    (row,) = csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"), newline=""))
    assert (row["id"], row["note"]) == (article_id, "for Monday")
    assert as_journalist.get(f"{address}/export?format=docx").status_code == 404
