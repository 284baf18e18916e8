"""The formats of exports: each is read again by what reads such files, and holds what was put in."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from search import Article, Status, Version, article_from_record
from web import create_app
from web.exports import BYTE_ORDER_MARK
from web.newsroom.export_formats import FORMATS, Export, Item
from web.newsroom.export_formats.clippings import MOST_ARTICLES

MADE = datetime(2026, 11, 1, 12, 40, tzinfo=UTC)

#: The properties of a news item, and of the objects in its arrays, by the schema of ninjs 3.1.
ITEM = {
    *("uri", "type", "representationType", "profile", "version", "firstCreated", "versionCreated", "contentCreated"),
    *("embargoedUntil", "pubStatus", "urgency", "copyrightHolder", "copyrightNotice", "usageTerms", "edNote"),
    *("language", "descriptions", "bodies", "headlines", "people", "organisations", "places", "subjects", "events"),
    *("eventDetails", "plannedCoverage", "objects", "infoSources", "title", "by", "slugline", "located"),
    *("renditions", "associations", "altIds", "trustIndicators", "standard", "genres", "expires", "rightsInfo"),
    *("digitalSourceType"),
}
PARTS = {
    "descriptions": {"role", "contentType", "value"},
    "headlines": {"role", "contentType", "value"},
    "bodies": {"role", "contentType", "charCount", "wordCount", "value"},
    "people": {"name", "rel", "uri", "literal", "contactInfo"},
    "places": {"name", "rel", "uri", "literal", "contactInfo", "geoJSON"},
    "subjects": {"name", "rel", "uri", "literal", "creator", "relevance", "confidence"},
    "infoSources": {"name", "role", "uri", "literal", "contactInfo"},
    "altIds": {"role", "value"},
    "associations": ITEM | {"name", "rel"},
}

FULL = Article(
    id="kyiv-bridge.uk",
    story="kyiv-bridge",
    language="uk",
    title="У Києві відкрили міст — {третій} за рік",
    lead="Новий міст з’єднав два береги.",
    body="Міст будували чотири роки.\n\nЩо далі\n\nРух відкриють у п’ятницю, ₴2 млрд витрачено.",
    published=datetime(2026, 10, 30, 21, 30, tzinfo=UTC),
    updated=datetime(2026, 10, 31, 8, 0, tzinfo=UTC),
    url="https://example.org/uk/bridge",
    section="society",
    source="Visti",
    place="Київ",
    image_url="https://example.org/bridge.jpg",
    image_credit="Фото: Павло Дейнека",
    authors=("Олена Гриценко", "Редакція"),
    tags=("мости", "Київ"),
    status=Status.WITHHELD,
)
BARE = Article(id="=cmd()", language="en", body="Only a text. 🚢 漢字 \u0301", published=None)

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=60)
articles = st.builds(
    Article,
    id=st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=20),
    language=st.sampled_from(["uk", "ru", "en"]),
    title=texts.map(lambda text: f"T{text}"),
    lead=texts,
    body=texts,
    published=st.none()
    | st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    authors=st.lists(texts.map(lambda text: f"A{text}"), max_size=3).map(tuple),
    tags=st.lists(texts.map(lambda text: f"t{text}"), max_size=3).map(tuple),
    embargoed_until=st.none() | st.just(MADE + timedelta(days=1)),
)


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app("no-index")


def written(app: Flask, form: str, found: Sequence[Article], note: str = "", language: str = "en") -> bytes:
    """Return an export of some articles, the second of which has a note."""

    def items() -> Iterator[Item]:
        for number, article in enumerate(found):
            others = (Version("b.ru", "ru", "Мост", "https://example.org/ru/bridge", None),) if number == 0 else ()
            yield Item(article, f"https://visti.example/{number}", "to check" if number == 1 else "", others)

    export = Export("Port & ship", len(found), items(), MADE, "https://visti.example/search?q=port", language, note)
    with app.test_request_context(f"/?ui={language}"):
        pieces = [piece if isinstance(piece, bytes) else piece.encode() for piece in FORMATS[form].write(export)]
    return b"".join(pieces)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("number", [0, 1, 2, 90])
def test_every_format_takes_any_number_of_articles(app: Flask, form: str, number: int):
    found = [FULL, BARE, *[FULL] * 88][:number]
    content = written(app, form, found)
    assert number == 0 or len(content) > 100
    if number and form != "pdf":
        assert "Києві" in content.decode()


@settings(deadline=None)
@given(found=st.lists(articles, max_size=5))
def test_json_lines_can_be_indexed_again(app: Flask, found: list[Article]):
    lines = written(app, "jsonl", found).decode().split("\n")[:-1]
    assert [article_from_record(json.loads(line)) for line in lines] == found


@settings(deadline=None)
@given(found=st.lists(articles, min_size=1, max_size=5))
def test_ninjs_names_nothing_that_the_standard_does_not_name(app: Flask, found: list[Article]):
    items = json.loads(written(app, "ninjs", [FULL, *found]))
    assert len(items) == len(found) + 1
    for item in items:
        assert item["uri"].startswith("https://")
        assert set(item) <= ITEM
        for name, allowed in PARTS.items():
            assert all(set(part) <= allowed for part in item.get(name, []))


def test_ninjs_of_a_full_article(app: Flask):
    (item,) = json.loads(written(app, "ninjs", [FULL]))
    assert item["headlines"][0]["value"] == FULL.title
    assert item["bodies"][0]["value"] == FULL.body and item["bodies"][0]["charCount"] == len(FULL.body)
    assert item["pubStatus"] == "withheld" and item["versionCreated"] == "2026-10-31T08:00:00+00:00"
    assert [(each["rel"], each["uri"]) for each in item["associations"]] == [
        ("featured", "https://example.org/bridge.jpg"),
        ("version", "https://example.org/ru/bridge"),
    ]


@settings(deadline=None)
@given(found=st.lists(articles, max_size=5))
def test_table_has_a_row_for_each_article(app: Flask, found: list[Article]):
    content = written(app, "csv", found).decode()
    assert content.startswith(BYTE_ORDER_MARK)
    rows = list(csv.DictReader(io.StringIO(content.removeprefix(BYTE_ORDER_MARK), newline="")))
    assert [row["id"] for row in rows] == [article.id for article in found]
    assert [row["language"] for row in rows] == [article.language for article in found]


def test_table_calculates_nothing_and_tells_the_time_of_kyiv(app: Flask):
    content = written(app, "csv", [FULL, BARE]).decode().removeprefix(BYTE_ORDER_MARK)
    full, bare = csv.DictReader(io.StringIO(content, newline=""))
    assert (full["published"], full["authors"], full["note"]) == ("2026-10-30 23:30", "Олена Гриценко, Редакція", "")
    assert (bare["id"], bare["note"], bare["published"]) == ("'=cmd()", "to check", "")


def test_references_have_an_entry_for_each_article(app: Flask):
    found = [FULL, BARE]
    assert len(re.findall(r"^TY  - NEWS\r?$", written(app, "ris", found).decode(), re.MULTILINE)) == len(found)
    bibtex = written(app, "bibtex", found).decode()
    assert len(re.findall(r"^@misc\{", bibtex, re.MULTILINE)) == len(found)
    assert bibtex.count("{") == bibtex.count("}")


@pytest.mark.parametrize(
    ("language", "says"), [("uk", "2 матеріали"), ("ru", "2 материала"), ("en", "2 articles")], ids=["uk", "ru", "en"]
)
def test_text_speaks_the_language_of_whoever_asked(app: Flask, language: str, says: str):
    text = written(app, "text", [FULL, BARE], note="For Monday", language=language).decode()
    assert text.startswith("Port & ship\n\n" + says)
    assert FULL.body in text and "For Monday" in text and "to check" in text


def test_contents_of_the_report_name_the_pages_on_which_the_articles_are(app: Flask):
    number = 85  # three pages of contents
    found = [
        Article(id=f"n{index}", language="uk", title=f"Новина-{index}", body="Слово. " * (30 + 700 * (index % 7 == 0)))
        for index in range(number)
    ]
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(written(app, "pdf", found))).pages]
    listed = dict(re.findall(r"(Новина-\d+) (\d+)\b", "\n".join(pages[1:4])))
    assert len(listed) == number
    for headline, page in listed.items():
        assert pages[int(page) - 1].splitlines()[0] == headline or headline in pages[int(page) - 1].splitlines()


def test_report_has_bookmarks_links_and_the_letters_of_all_languages(app: Flask):
    reader = PdfReader(io.BytesIO(written(app, "pdf", [FULL, BARE], note="For Monday")))
    assert next(str(mark["/Title"]) for mark in reader.outline if isinstance(mark, dict)) == FULL.title
    text = "\n".join(page.extract_text() for page in reader.pages)
    for expected in ("Port & ship", "For Monday", "з’єднав", "₴2 млрд", "withheld", "https://visti.example/0"):
        assert expected in text
    assert reader.metadata is not None and reader.metadata.title == "Port & ship"


def test_report_of_too_many_articles_is_refused(app: Flask):
    with pytest.raises(ValueError, match="at most 500"):
        written(app, "pdf", [FULL] * (MOST_ARTICLES + 1))
