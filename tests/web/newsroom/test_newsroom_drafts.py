"""The page of a draft: what it says of stories and sentences, what it refuses, and that it keeps nothing."""

import io
import logging

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from newsroom_client import NewsroomClient

from web.newsroom.draft_pages import MAX_DRAFT_BYTES

PATH = "/newsroom/draft/"


def sent(client: NewsroomClient, status: int = 200, **fields: object) -> BeautifulSoup:
    client.set_cookie("ui", "en")
    answer = client.submit(PATH, **fields)
    assert answer.status_code == status, answer.status
    assert answer.headers["Cache-Control"] == "private, no-store"
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def article_of(client: NewsroomClient, article_id: str) -> dict[str, str]:
    found: dict[str, str] = client.get(f"/api/v1/articles/{article_id}").get_json()
    return found


def text_of(client: NewsroomClient, article_id: str) -> str:
    article = article_of(client, article_id)
    return f"{article['title']}\n\n{article['lead']}\n\n{article['body']}"


def problem(page: BeautifulSoup) -> str:
    found = page.select_one(".problem")
    assert found is not None
    return found.get_text()


def test_the_form_has_a_label_for_every_field(as_journalist: NewsroomClient) -> None:
    as_journalist.set_cookie("ui", "en")
    page = BeautifulSoup(as_journalist.get(PATH).get_data(as_text=True), "html.parser")
    form = page.select_one("form.draft-form")
    assert form is not None and form["method"] == "post" and form["enctype"] == "multipart/form-data"
    for field in form.select("textarea, input:not([type=hidden])"):
        assert page.select_one(f"label[for={field['id']}]"), field
    assert page.select_one('.newsroom-nav a[aria-current="page"][href="/newsroom/draft/"]')


def test_a_draft_finds_its_text_with_reasons_and_marked_sentences(as_journalist: NewsroomClient) -> None:
    draft = text_of(as_journalist, "port.uk") + "\n\nУ Жашкові відкрили музей паперових зміїв, кав'ярню і двір."
    page = sent(as_journalist, text=draft)
    stories = page.select(".prior-stories > li")
    assert stories and stories[0].select_one('.headline a[href^="/article/port."]')
    assert stories[0].select_one(".relation") is not None and stories[0].select(".reasons li")
    new = [each.get_text() for each in page.select(".draft-text .sentence-new")]
    assert len(new) == 1 and new[0].startswith("new У Жашкові")
    reported = page.select(".draft-text .sentence-reported + a")
    assert reported and all(str(link["href"]).startswith("/article/") for link in reported)
    assert page.select_one(".draft-text[lang=uk]") and page.select_one("#timeline")


def test_markup_in_a_draft_is_text(as_journalist: NewsroomClient) -> None:
    page = sent(as_journalist, text="<script>alert(1)</script> <b>Порт</b> Одеси відкрив новий причал для зерна.")
    assert not page.select(".draft-text script, .draft-text p > b")
    assert "<script>alert(1)</script>" in page.select_one(".draft-text").get_text()


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_a_file_is_read_in_the_usual_encodings(as_journalist: NewsroomClient, encoding: str) -> None:
    content = article_of(as_journalist, "port.uk")["body"].encode(encoding, errors="ignore")
    page = sent(as_journalist, file=(io.BytesIO(content), "draft.txt"))
    assert page.select_one('.prior-stories a[href^="/article/port."]')


@pytest.mark.parametrize("address", ["port.uk", "http://localhost/article/port.uk"])
def test_an_article_of_the_archive_is_named_by_its_id_or_page(as_journalist: NewsroomClient, address: str) -> None:
    page = sent(as_journalist, address=address)
    assert page.select(".prior-stories") and not page.select('.prior-stories .headline a[href^="/article/port."]')


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({}, 400, "There is no draft yet"),
        ({"text": " \n\t"}, 400, "There is no draft yet"),
        ({"address": "https://example.org/elsewhere"}, 404, "Pages are not fetched"),
        ({"address": "http://["}, 404, "Pages are not fetched"),
        ({"address": "http://localhost/article/none"}, 404, "Pages are not fetched"),
        ({"file": b""}, 400, "no text in this file"),
        ({"file": bytes(range(256))}, 400, "This file is no text"),
        ({"file": b"\xe9t\xe9 \xe0 c\xf4t\xe9 de la mer"}, 400, "cannot be made out"),
        ({"file": b"PK\x03\x04"}, 400, "document cannot be read"),
    ],
)
def test_what_is_no_draft_gets_a_clear_answer(
    as_journalist: NewsroomClient, fields: dict[str, object], status: int, said: str
) -> None:
    if "file" in fields:
        fields = {"file": (io.BytesIO(fields["file"]), "draft.bin")}  # type: ignore[arg-type]
    page = sent(as_journalist, status, **fields)
    assert said in problem(page) and page.select("form.draft-form")


@pytest.mark.parametrize("name", ['name="text"', 'name="file"; filename="a.txt"'])
def test_a_draft_of_ten_megabytes_is_told_the_limit(as_journalist: NewsroomClient, name: str) -> None:
    as_journalist.set_cookie("ui", "en")
    body = f"--b\r\nContent-Disposition: form-data; {name}\r\n\r\n".encode() + b"a" * 10_000_000 + b"\r\n--b--\r\n"
    answer = as_journalist.post(PATH, data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert f"{MAX_DRAFT_BYTES // 1_000_000} MB" in problem(page)


def test_a_long_draft_is_compared_by_its_beginning(as_journalist: NewsroomClient) -> None:
    page = sent(as_journalist, text="Порт Одеси відкрив новий причал. " * 3_000)
    assert "Only the first 40,000 characters" in problem(page)


def test_a_draft_in_another_language_says_so(as_journalist: NewsroomClient) -> None:
    draft = "Die Regierung hat in der Nacht beschlossen, dass der Hafen von Odesa wieder geöffnet werden soll."
    assert "does not look Ukrainian, Russian or English" in problem(sent(as_journalist, text=draft))


def test_a_draft_is_neither_logged_nor_in_an_address(
    as_journalist: NewsroomClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        page = sent(as_journalist, text="Чарівслово розкриває таємницю порту Одеси та нового причалу.")
    assert "Чарівслово" not in caplog.text
    assert not [link for link in page.select("a[href], form[action]") if "%D0%A7%D0%B0%D1%80%D1%96%D0%B2" in str(link)]


def test_a_draft_takes_the_token_of_the_form(as_journalist: NewsroomClient) -> None:
    assert as_journalist.post(PATH, data={"text": "Порт Одеси"}).status_code == 400


def test_readers_may_not_send_a_large_draft(newsroom_app: Flask) -> None:
    client = newsroom_app.test_client()
    answer = client.post(PATH, data=b"text=" + b"a" * 400_000, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413 and b"draft-form" not in answer.data
