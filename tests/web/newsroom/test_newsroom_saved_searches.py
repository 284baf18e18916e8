"""Saved searches: saving, changing by one at a time, what readers get by the secret address, and old readings."""

import re

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from newsroom_client import NewsroomClient
from readers_archive import NOW
from sqlalchemy import select

from web.newsroom.database import current_database
from web.newsroom.saved_searches import (
    MAX_NAME,
    SavedSearch,
    SavedSearchChanged,
    SavedSearchError,
    _checked_email,
    change_search,
)

FORM = {"version": "1", "name": "Порти", "frequency": "daily", "email": "desk@example.org", "shared": "on"}


def soup_of(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def saved_by(client: NewsroomClient, search: str = "q=secret", name: str = "Secrets") -> str:
    """Save a search as its form does, and return the path of its page."""
    answer = client.submit(f"/newsroom/searches/?{search}", name=name)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def all_saved(app: Flask) -> list[SavedSearch]:
    with app.app_context(), current_database().session() as session:
        return list(session.scalars(select(SavedSearch)))


def test_from_the_results_to_the_list(as_journalist: NewsroomClient, newsroom_app: Flask) -> None:
    results = soup_of(as_journalist.get("/search?q=порт&section=economy&tag=порти&page=1"))
    link = results.select_one(".newsroom-tools a[href*='/newsroom/searches/new']")
    assert link is not None
    form = soup_of(as_journalist.get(str(link["href"]))).select_one("main form[method=post]")
    assert form is not None and form.select_one("[name=name]")["value"] == "порт"
    page = as_journalist.submit(str(form["action"]), name="Порти")
    assert page.status_code == 303
    [saved] = all_saved(newsroom_app)
    assert (saved.request.query, saved.request.section, saved.request.tag) == ("порт", ("economy",), ("порти",))
    shown = soup_of(as_journalist.get(page.headers["Location"]))
    assert shown.h1.text == "Порти" and "Nothing new so far." in shown.text
    assert "Порти" in soup_of(as_journalist.get("/newsroom/searches/")).select_one(".kept-list").text


def test_readers_have_no_link_to_save(as_reader: NewsroomClient) -> None:
    assert "/newsroom/searches" not in as_reader.get("/search?q=порт").get_data(as_text=True)


@pytest.mark.parametrize("name", ["", "   ", "x" * (MAX_NAME + 1)])
def test_a_name_that_will_not_do_is_told_and_kept(
    as_journalist: NewsroomClient, name: str, newsroom_app: Flask
) -> None:
    answer = as_journalist.submit("/newsroom/searches/?q=secret", name=name)
    assert answer.status_code == 400 and soup_of(answer).select_one(".field-error")
    assert all_saved(newsroom_app) == []


def test_changing(as_journalist: NewsroomClient, newsroom_app: Flask) -> None:
    path = saved_by(as_journalist)
    assert as_journalist.submit(path, **FORM).status_code == 303
    [saved] = all_saved(newsroom_app)
    assert (saved.name, saved.frequency, saved.email, saved.shared) == ("Порти", "daily", "desk@example.org", True)
    assert saved.mails and not saved.hidden_too and saved.version == 2


def test_the_second_of_two_who_change_it_is_told_and_keeps_the_text(
    as_journalist: NewsroomClient, newsroom_app: Flask
) -> None:
    path = saved_by(as_journalist)
    assert as_journalist.submit(path, **FORM).status_code == 303
    answer = as_journalist.submit(path, **{**FORM, "name": "Mine", "email": "me@example.org"})
    page = soup_of(answer)
    assert answer.status_code == 409 and "has been changed since you opened it" in page.select_one("[role=alert]").text
    assert page.h1.text == "Порти" and page.select_one("main [name=name]")["value"] == "Mine"
    assert page.select_one("main [name=email]")["value"] == "me@example.org"
    assert page.select_one("main [name=version]")["value"] == "2"  # saving again replaces it
    [saved] = all_saved(newsroom_app)
    assert saved.name == "Порти"
    assert as_journalist.submit(path, **{**FORM, "name": "Mine", "version": "2"}).status_code == 303


def test_of_two_at_the_same_moment_one_is_told(as_journalist: NewsroomClient, newsroom_app: Flask) -> None:
    saved_by(as_journalist)
    with newsroom_app.app_context():
        database = current_database()
        with database.session() as first, database.session() as second:
            ours, theirs = (session.scalars(select(SavedSearch)).one() for session in (first, second))
            assert ours.version == theirs.version == 1
            change_search(first, ours, FORM, language="en", now=NOW)
            first.flush()
            first.commit()
            with pytest.raises(SavedSearchChanged):
                change_search(second, theirs, {**FORM, "name": "Mine"}, language="en", now=NOW)
    [saved] = all_saved(newsroom_app)
    assert (saved.name, saved.version) == ("Порти", 2)


@pytest.mark.parametrize(
    "wrong", [{"email": "nobody"}, {"email": "a@b\nBcc: c@d"}, {"email": ""}, {"frequency": "hourly"}, {"name": ""}]
)
def test_a_form_that_will_not_do_changes_nothing(
    as_journalist: NewsroomClient, newsroom_app: Flask, wrong: dict[str, str]
) -> None:
    path = saved_by(as_journalist)
    answer = as_journalist.submit(path, **{**FORM, **wrong})
    assert answer.status_code == 400 and soup_of(answer).select_one("[role=alert]")
    [saved] = all_saved(newsroom_app)
    assert (saved.name, saved.frequency, saved.version) == ("Secrets", "never", 1)


@pytest.mark.parametrize(
    "email", ["a@b, c@d", "<a@b>", "a@b;c@d", "Ann a@b", "a@b\r\nTo: x@y", "a\u202e@b", "@b", "a@"]
)
def test_addresses_that_are_none(email: str) -> None:
    with pytest.raises(SavedSearchError):
        _checked_email(email)


def test_others_see_what_is_shared_and_change_nothing(as_journalist: NewsroomClient, as_editor: NewsroomClient) -> None:
    path = saved_by(as_journalist)
    assert as_editor.get(path).status_code == 404
    as_journalist.submit(path, **FORM)
    page = as_editor.get(path)
    assert page.status_code == 200 and not soup_of(page).select("main form")
    assert as_editor.submit(path, **{**FORM, "version": "2"}).status_code == 403
    for more in ("/delete", "/feed", "/seen", "/reading"):
        assert as_editor.submit(path + more).status_code == 403


def test_the_feed_needs_the_secret_alone_and_has_what_readers_see(
    as_journalist: NewsroomClient, as_reader: NewsroomClient
) -> None:
    assert "Embargoed" in as_journalist.get("/search?q=secret").get_data(as_text=True)
    path = saved_by(as_journalist)
    link = soup_of(as_journalist.get(path)).select_one(".kept-address a")
    feed = re.sub("^https?://[^/]*", "", str(link["href"]))
    for client in (as_reader, as_journalist):
        answer = client.get(feed)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200 and answer.headers["X-Robots-Tag"] == "noindex"
        assert "no-store" in answer.headers["Cache-Control"]
        assert "Secrets" in text and "Embargoed" not in text and "Withheld" not in text
    as_journalist.submit(path + "/feed")
    assert as_reader.get(feed).status_code == 404
    link = soup_of(as_journalist.get(path)).select_one(".kept-address a")
    assert as_reader.get(re.sub("^https?://[^/]*", "", str(link["href"]))).status_code == 200


def test_the_feed_has_the_filters_of_the_search(as_journalist: NewsroomClient, as_reader: NewsroomClient) -> None:
    path = saved_by(as_journalist, "q=причал&section=economy")
    link = soup_of(as_journalist.get(path)).select_one(".kept-address a")
    text = as_reader.get(re.sub("^https?://[^/]*", "", str(link["href"]))).get_data(as_text=True)
    assert "У порту Одеси" in text and "ремонтують" not in text


def test_a_search_that_is_read_otherwise_is_told_and_can_be_kept(
    as_journalist: NewsroomClient, newsroom_app: Flask
) -> None:
    path = saved_by(as_journalist, "q=порт Одеси&section=economy")
    told = "read otherwise than when you saved it"
    assert told not in as_journalist.get(path).get_data(as_text=True)
    with newsroom_app.app_context(), current_database().session() as session:
        session.scalars(select(SavedSearch)).one().reading = "порт OR Одеси"
    assert told in as_journalist.get(path).get_data(as_text=True)
    assert told in as_journalist.get("/newsroom/searches/").get_data(as_text=True)
    as_journalist.submit(path + "/reading")
    assert told not in as_journalist.get(path).get_data(as_text=True)


def test_parameters_that_are_not_taken_any_more_are_told(as_journalist: NewsroomClient, newsroom_app: Flask) -> None:
    path = saved_by(as_journalist, "q=порт&language=uk")
    with newsroom_app.app_context(), current_database().session() as session:
        session.scalars(select(SavedSearch)).one().parameters = "q=порт&language=xx&since=whenever"
    answer = as_journalist.get(path)
    assert answer.status_code == 200 and "read otherwise" in answer.get_data(as_text=True)


def test_deleting(as_journalist: NewsroomClient, newsroom_app: Flask) -> None:
    path = saved_by(as_journalist)
    assert as_journalist.submit(path + "/delete").status_code == 303
    assert as_journalist.get(path).status_code == 404 and all_saved(newsroom_app) == []


def test_nobody_saves_without_end(as_journalist: NewsroomClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.newsroom.saved_searches.MAX_SEARCHES", 1)
    saved_by(as_journalist)
    assert as_journalist.submit("/newsroom/searches/?q=more", name="More").status_code == 400


def test_hostile_texts_stay_texts(as_journalist: NewsroomClient) -> None:
    path = saved_by(as_journalist, "q=%3Cscript%3Ealert(1)%3C/script%3E", "<script>alert(1)</script>")
    for page in (path, "/newsroom/searches/", "/newsroom/searches/new?q=%3Cscript%3Ealert(1)%3C/script%3E"):
        assert "<script>alert" not in as_journalist.get(page).get_data(as_text=True)
