"""Pages of news sites: what is read out of each, what is refused and why, and that no damage raises anything."""

import io
import json
import os
from pathlib import Path

import pytest

from indexer.errors import RecordError
from indexer.readers import Remark, read_sources
from indexer.readers.html import MAX_PAGE_BYTES, read_html, recognises_html
from indexer.readers.page_dates import parse_page_date
from indexer.readers.page_text import MAX_ELEMENTS
from search.article import Article, article_to_record
from tests.indexer.mutations import mutations

CASES = Path(__file__).parents[1] / "cases" / "readers" / "html"
PAGES = sorted(CASES.glob("*.html"))
PARTS = json.loads((CASES.parent / "page_parts.json").read_text(encoding="utf-8"))
DATES = json.loads((CASES.parent / "dates.json").read_text(encoding="utf-8"))
TOO_MUCH = json.loads((CASES.parent / "too_much.json").read_text(encoding="utf-8"))
SENTENCE = "Рух мостом через Ворсклу відновили у вівторок зранку, ремонт тривав вісім місяців."
SECOND = "За словами інженерки Ганни Лисенко, плити замінили на всіх чотирьох прогонах, а перила ще фарбують."
MUTATIONS = int(os.environ.get("VISTI_MUTATIONS", "25"))


def read(content, source="page.html", **known):
    return list(read_html(io.BytesIO(content), source, **known))


def article_of(content, **known):
    (article,) = (reading for reading in read(content, **known) if isinstance(reading, Article))
    return article


def refusal_of(content):
    (error,) = read(content)
    assert isinstance(error, RecordError)
    return str(error)


def page(body=f"<article><h1>Міст</h1><p>{SENTENCE}</p></article>", head="", attributes=' lang="uk"'):
    article = '<meta property="og:type" content="article"><title>Міст</title>'
    head = f"<head><meta charset=utf-8>{article}{head}</head>"
    return f"<!doctype html><html{attributes}>{head}<body>{body}</body></html>".encode()


def json_ld(**values):
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **values})}</script>'


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_is_read_or_refused_as_written_beside_it(path):
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    readings = read(path.read_bytes(), path.name)
    articles = [article_to_record(reading) for reading in readings if isinstance(reading, Article)]
    errors = [reading.reason for reading in readings if isinstance(reading, RecordError)]
    remarks = [reading.message for reading in readings if isinstance(reading, Remark)]
    assert articles == [expected[name] for name in ("article",) if name in expected]
    assert errors == [expected[name] for name in ("error",) if name in expected]
    assert remarks == expected.get("remarks", [])


@pytest.mark.parametrize("case", PARTS, ids=lambda case: case["name"])
def test_parts_of_pages_are_read_as_written_beside_them(case):
    content = page(case["body"].replace("P1", SENTENCE).replace("P2", SECOND), case.get("head", ""))
    found = article_to_record(article_of(content, address="https://site.example/bridge"))
    found["body"] = found["body"].replace(SENTENCE, "P1").replace(SECOND, "P2").split("\n\n")
    assert {name: found.get(name) for name in case["expected"]} == case["expected"]


@pytest.mark.parametrize(("written", "moment"), DATES.items())
def test_dates_are_read_as_sites_and_spreadsheets_write_them(written, moment):
    found = parse_page_date(written)
    assert (found and found.strftime("%Y-%m-%dT%H:%M:%SZ")) == moment


def test_pages_are_found_in_a_folder_and_told_by_content():
    readings = list(read_sources([CASES]))
    assert sum(isinstance(reading, Article) for reading in readings) == sum(
        "article" in json.loads(path.with_suffix(".json").read_text(encoding="utf-8")) for path in PAGES
    )
    assert all(recognises_html(path.read_bytes()[:4096]) for path in PAGES)


def test_language_versions_name_one_story():
    stories = {article_of((CASES / f"metro-{code}.html").read_bytes()).story for code in ("uk", "ru", "en")}
    assert stories == {"https://news.example/society/metro-troieshchyna-4711"}


@pytest.mark.parametrize("charset", ["cp1251", "koi8-u", "cp1125", "iso8859-5", "utf-16"])
@pytest.mark.parametrize(
    "declared", ["", '<meta charset="utf-8">', '<meta charset="windows-1251">', '<meta charset="koi8-u">']
)
def test_character_set_is_found_whatever_is_declared(charset, declared):
    head = f"<head>{declared}<meta property='og:type' content='article'></head>"
    text = f"<html lang=uk>{head}<h1>Міст</h1><p>{SENTENCE}</p>"
    assert article_of(text.encode(charset)).body == SENTENCE


@pytest.mark.parametrize("declared", ["", "windows-1251", "koi8-u", "no-such-set", "hex"])
def test_utf_8_is_read_whatever_the_server_declares(declared):
    assert article_of(page(), charset=declared).body == SENTENCE


def test_address_of_the_fetched_page_is_the_id_when_the_page_names_none():
    assert article_of(page(), address="https://Example.org/7?utm_source=a#b").id == "https://example.org/7"
    canonical = '<link rel="canonical" href="/8">'
    assert article_of(page(head=canonical), address="https://example.org/7?session=1").id == "https://example.org/8"


def test_alternates_that_are_front_pages_make_no_story():
    links = '<link rel="canonical" href="https://a.example/7">' + "".join(
        f'<link rel="alternate" hreflang="{code}" href="https://a.example/{code}/">' for code in ("uk", "ru", "en")
    )
    article = article_of(page(head=links))
    assert article.story == article.id == "https://a.example/7"


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ({"author": "Ann Lee"}, "authors", ("Ann Lee",)),
        ({"author": {"name": ["Ann Lee", "Bo"]}}, "authors", ("Ann Lee", "Bo")),
        ({"author": [{"@type": "Person", "name": "Ann Lee"}, "Bo Ray"]}, "authors", ("Ann Lee", "Bo Ray")),
        ({"author": {"name": "Site"}, "publisher": {"name": "Site"}}, "authors", ()),
        ({"author": 7, "publisher": [None, {}]}, "authors", ()),
        ({"keywords": ["a", "b, c"]}, "tags", ("a", "b", "c")),
        ({"keywords": {"x": 1}}, "tags", ()),
        ({"keywords": [str(number) for number in range(900)]}, "tags", tuple(map(str, range(200)))),
        ({"articleSection": ["Sport", "News"]}, "section", "Sport"),
        ({"headline": "&laquo;Міст&raquo; <b>стоїть</b>"}, "title", "«Міст» стоїть"),
        ({"image": ["https://a.example/1.jpg", "https://a.example/2.jpg"]}, "image_url", "https://a.example/1.jpg"),
        ({"image": {"url": "https://a.example/1.jpg", "copyrightHolder": {"name": "Ann"}}}, "image_credit", "Ann"),
        ({"image": "javascript:alert(1)"}, "image_url", None),
    ],
)  # fmt: skip
def test_json_ld_is_read_in_the_shapes_that_sites_write(values, name, expected):
    assert getattr(article_of(page(head=json_ld(**values))), name) == expected


@pytest.mark.parametrize(
    "written",
    [
        '{"@type":"NewsArticle","articleSection":"Sport"}',
        '[{"@type":"WebSite"},{"@type":["NewsArticle"],"articleSection":"Sport"}]',
        '{"@graph":[[{"@type":"http://schema.org/NewsArticle","articleSection":"Sport"}]]}',
        '{"@type":"WebPage","mainEntity":{"@type":"NewsArticle","articleSection":"Sport"}}',
        '<!-- {"@type":"NewsArticle","articleSection":"Sport",} -->',
        '//<![CDATA[\n{"@type":"NewsArticle","articleSection":"Sport"};\n//]]>',
        '{"@type":"NewsArticle","description":"two\nlines","articleSection":"Sport"}',
    ],
)
def test_article_is_found_wherever_json_ld_has_it(written):
    assert article_of(page(head=f'<script type="application/ld+json">{written}</script>')).section == "Sport"


@pytest.mark.parametrize("written", ["{", "[" * 50_000, '{"@graph":' * 50_000, '{"a": 1} {"b": 2}'])
def test_broken_json_ld_is_told_of_and_the_rest_is_read(written):
    article, *remarks = read(page(head=f'<script type="application/ld+json">{written}</script>'))
    assert article.body == SENTENCE
    assert any("JSON-LD is broken" in str(remark) for remark in remarks)


def test_stray_zero_bytes_do_no_harm():
    assert article_of(page(f"<article><h1>Міст\0</h1><p>{SENTENCE}\0</p></article>")).body == SENTENCE


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-05-01T12:00:00", "2024-05-01T09:00:00+00:00"),
        ("2024-05-01T12:00:00+0000", "2024-05-01T12:00:00+00:00"),
        ("2024-12-01 12:00", "2024-12-01T10:00:00+00:00"),
        ("01.05.2024, 12:00", "2024-05-01T09:00:00+00:00"),
        ("12:00, 1 травня 2024 р.", "2024-05-01T09:00:00+00:00"),
        ("1 мая 2024 12:00", "2024-05-01T09:00:00+00:00"),
        ("May 1, 2024 12:00", "2024-05-01T09:00:00+00:00"),
        ("Wed, 01 May 2024 12:00:00 GMT", "2024-05-01T12:00:00+00:00"),
        ("31.02.2024", None),
        ("tomorrow", None),
        ("9" * 5000, None),
    ],
)
def test_dates_without_a_zone_are_kyiv_time_and_unknown_ones_are_told_of(written, expected):
    article, *remarks = read(page(head=f'<meta property="article:published_time" content="{written}">'))
    assert (article.published and article.published.isoformat()) == expected
    assert bool(remarks) == (expected is None)


def test_text_is_believed_more_than_the_language_that_is_declared():
    article, remark = read(page(attributes=' lang="en"'))
    assert article.language == "uk"
    assert "declares the language 'en'" in str(remark)


@pytest.mark.parametrize(
    ("content", "must_contain"),
    [
        (b"", "markup"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
        (b"<html></html>", "no text"),
        (b"<html>" + b"<div>" * 5000 + SENTENCE.encode(), "256 deep"),
        (b"<html>" + b"<p>a" * (MAX_ELEMENTS + 1), "elements"),
        (b"<html>" + b" " * MAX_PAGE_BYTES, "20,000,000 bytes"),
        (b"<html><p>\xff\xfe\xfd\xfc\xfb\xfa\xf9\x80\x81\x82\x83" * 20, "character sets"),
        (f"<html><meta property=og:type content=article><p>{'ამბავი ' * 20}</p>".encode(), "language"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_article_is_refused_with_the_reason(content, must_contain):
    assert must_contain in refusal_of(content)


@pytest.mark.parametrize("case", TOO_MUCH, ids=lambda case: case["what"])
def test_what_would_take_long_is_refused_with_the_reason(case):
    body = f"<article><h1>Міст</h1><p>{SENTENCE}</p>{case['piece'] * case['times']}</article>"
    if case["refused"]:
        assert case["refused"] in refusal_of(page(body))
    else:
        assert article_of(page(body)).body.startswith(SENTENCE)


def test_elements_inside_lines_part_no_words():
    assert article_of(page(f"<article><p>{SENTENCE} <b>Мо</b><i>ст<u>и</u></i> <span>стоять</span>.</p>")).body == (
        f"{SENTENCE} Мости стоять."
    )


def test_short_news_is_not_filled_up_with_teasers():
    assert article_of((CASES / "flash-uk.html").read_bytes()).body == "У Києві оголосили повітряну тривогу."


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_damaged_page_is_an_article_or_a_refusal(path):
    for content in mutations(path.read_bytes(), path.stem, MUTATIONS):
        for reading in read(content):
            assert isinstance(reading, Article | RecordError | Remark)
