"""Exports of a search: complete, with its filters, in its order, for those who may."""

import json

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from newsroom_client import NewsroomClient

from web.newsroom import export_pages
from web.newsroom.audit import AuditFilter, entries
from web.newsroom.database import current_database
from web.newsroom.export_formats import FORMATS


def exported(client: NewsroomClient, query: str) -> list[str]:
    """Return the ids in an export as JSON Lines."""
    answer = client.get(f"/newsroom/export?format=jsonl&{query}")
    assert answer.status_code == 200
    return [json.loads(line)["id"] for line in answer.get_data(as_text=True).splitlines()]


def found(client: NewsroomClient, query: str) -> list[str]:
    """Return the ids of all that the API finds."""
    ids: list[str] = []
    address = f"/api/v1/search?limit=3&{query}"
    while address:
        answer = client.get(address).get_json()
        ids += [hit["id"] for hit in answer["hits"]]
        address = answer["next"]
    return ids


@pytest.mark.parametrize(
    "query",
    ["group=none", "group=none&language=uk&sort=oldest", "q=nothing-is-called-so", "group=none&page=2&sort=newest"],
)
def test_an_export_is_all_that_the_search_finds_in_its_order(as_journalist: NewsroomClient, query: str) -> None:
    assert exported(as_journalist, query) == found(as_journalist, query.replace("page=2&", ""))


def test_an_export_is_more_than_a_page(as_journalist: NewsroomClient) -> None:
    assert len(exported(as_journalist, "group=none")) > len(exported(as_journalist, "group=story")) > 3


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_comes_as_a_file_of_its_type(as_journalist: NewsroomClient, form: str) -> None:
    answer = as_journalist.get(f"/newsroom/export?format={form}")
    assert answer.status_code == 200 and len(answer.data) > 500
    assert answer.content_type == FORMATS[form].media_type
    name = answer.headers["Content-Disposition"].partition("filename=")[2]
    assert name.startswith("visti-") and name.endswith(f".{FORMATS[form].ending}")


def test_the_page_asks_for_the_format_and_keeps_the_search(as_journalist: NewsroomClient) -> None:
    results = BeautifulSoup(as_journalist.get("/search?q=Київ&language=uk").get_data(as_text=True), "html.parser")
    link = results.select_one('.newsroom-tools a[href^="/newsroom/export"]')
    assert link is not None
    page = BeautifulSoup(as_journalist.get(str(link["href"])).get_data(as_text=True), "html.parser")
    hidden = {field["name"]: field["value"] for field in page.select(".newsroom-form input[type=hidden]")}
    assert hidden["q"] == "Київ" and hidden["language"] == "uk"
    assert {field["value"] for field in page.select("input[name=format]")} == set(FORMATS)


def test_too_many_for_a_report_are_told_before_and_after(
    as_journalist: NewsroomClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = {**FORMATS, "pdf": FORMATS["pdf"]._replace(most=1)}
    monkeypatch.setattr(export_pages, "FORMATS", small)
    page = BeautifulSoup(as_journalist.get("/newsroom/export").get_data(as_text=True), "html.parser")
    (field,) = page.select("input[value=pdf]")
    assert field.has_attr("disabled")
    answer = as_journalist.get("/newsroom/export?format=pdf")
    assert answer.status_code == 400 and "at most 1 articles" in answer.get_data(as_text=True)


def test_the_audit_trail_tells_who_took_out_what(newsroom_app: Flask, as_journalist: NewsroomClient) -> None:
    number = len(exported(as_journalist, "q=Київ&group=none"))
    as_journalist.get("/newsroom/export?q=Київ")  # the form alone takes nothing out
    with newsroom_app.app_context(), current_database().session() as session:
        (entry,) = entries(session, AuditFilter(action="export"), limit=5)
    assert entry.who == "journalist" and "q=%D0%9A" in entry.what
    assert json.loads(entry.details)["format"] == "jsonl" and json.loads(entry.details)["articles"] == number > 0
