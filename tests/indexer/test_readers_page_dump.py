"""Page dumps: each case in tests/cases/pages is a text and a JSON file with what must come out of it."""

import codecs
import io
import json
import os
from pathlib import Path

import pytest

from indexer.errors import RecordError
from indexer.readers import Remark
from indexer.readers.page_dump import MAX_HEADLINE_CHARACTERS, parse_page, read_page_dump
from search.article import Article

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted((ROOT / "tests" / "cases" / "pages").glob("*.txt"))
SHARED_DATA = Path(os.environ.get("VISTI_SHARED_DATA") or ROOT.parent / "shared" / "data")
BODY = "The body of this article has a sentence.\n\nAnd it has another one."


def read(content):
    return list(read_page_dump(io.BytesIO(content), "page.txt"))


def read_text(text):
    article, *_ = read(text.encode())
    assert isinstance(article, Article), article
    return article


def refusal(content):
    (error,) = read(content)
    assert isinstance(error, RecordError)
    assert error.source == "page.txt"
    return str(error)


def assert_is_as_expected(readings, case):
    expected = json.loads(case.with_suffix(".json").read_text(encoding="utf-8"))
    article, *remarks = readings
    assert isinstance(article, Article), article
    assert article.title == expected["title"]
    assert article.language == expected["language"]
    assert list(article.authors) == expected.get("authors", [])
    assert article.image_credit == expected.get("image_credit")
    assert article.url == expected.get("url") and (article.url is None or article.id == article.url)
    assert article.body.split("\n\n") == expected["body"]
    for name in ("published", "updated"):
        moment = getattr(article, name)
        assert (moment and moment.isoformat()) == expected.get(name), name
    assert all(isinstance(remark, Remark) for remark in remarks)
    for text in expected.get("remarks", []):
        assert any(text in remark.message for remark in remarks), text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
class TestPages:
    def test_page_gives_its_article_and_no_furniture(self, case):
        assert_is_as_expected(read(case.read_bytes()), case)

    def test_byte_order_mark_and_other_line_ends_change_nothing(self, case):
        text = case.read_text(encoding="utf-8")
        assert_is_as_expected(read(codecs.BOM_UTF8 + text.encode()), case)
        assert_is_as_expected(read(text.replace("\n", "\r\n").encode()), case)

    def test_windows_1251_changes_nothing(self, case):
        text = case.read_text(encoding="utf-8")
        assert_is_as_expected(read(text.encode("cp1251")), case)


def test_cases_are_found():
    assert len(CASES) >= 10


def test_windows_1251_is_remarked():
    _, remark = read("Міст відкрито\n\nУ вигаданому місті відкрили міст через річку.".encode("cp1251"))
    assert "windows-1251" in remark.message


def test_seed_article_comes_in_right():
    seed = SHARED_DATA / "seed_article.txt"
    if not seed.exists():
        pytest.skip(f"the development data are not at {SHARED_DATA}")
    (article,) = read(seed.read_bytes())
    assert article.title == "Stoltenberg announces increased cooperation with Ukraine"
    assert article.authors == ("Maria Kholina",)
    assert article.image_credit == "Getty Images"
    assert article.language == "en"
    paragraphs = article.body.split("\n\n")
    assert len(paragraphs) == 10
    assert paragraphs[0].startswith("NATO is ramping up")
    assert paragraphs[6] == "NATO-Ukraine interaction"
    assert paragraphs[-1].endswith("long-term commitments.")
    for furniture in ("ua en ru", "Getty", "Author", "Kholina", article.title):
        assert furniture not in article.body


@pytest.mark.parametrize("switch", ["ua en ru", "RU UA EN", "ua|ru", "укр • рус • eng", "[UA] En, Ru", "uk - en"])
def test_switch_in_any_order_and_with_any_separators_is_taken_off(switch):
    assert read_text(f"{switch}\n\nA headline\n\n{BODY}").title == "A headline"


@pytest.mark.parametrize("headline", ["En route", "UA", "Russian"])
def test_headline_that_resembles_a_switch_is_kept(headline):
    assert read_text(f"{headline}\n\n{BODY}").title == headline


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Author: Ann Lee", ("Ann Lee",)),
        ("By: Ann Lee, Bo Kim; Cy Roe & Di Fox", ("Ann Lee", "Bo Kim", "Cy Roe", "Di Fox")),
        ("Автор: О. Коваль", ("О. Коваль",)),
        ("Автори: Ія Коваль і Юр Гай", ("Ія Коваль", "Юр Гай")),
        ("Авторы: Анна Ли и Борис Ким", ("Анна Ли", "Борис Ким")),
        ("AUTHOR:Ann Lee", ("Ann Lee",)),
    ],
)
def test_author_lines(line, names):
    assert read_text(f"A headline\n\n{line}\n\n{BODY}").authors == names


def test_author_label_within_the_body_stays():
    body = "\n\n".join([f"Paragraph number {n} of the talk." for n in range(9)])
    article = read_text(f"A headline\n\n{body}\n\nAuthor: Ann Lee\n\nThe end of the talk.")
    assert article.authors == ()
    assert "Author: Ann Lee" in article.body


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("Published: 2024-07-10 14:00", "2024-07-10T11:00:00+00:00"),
        ("Published: 2024-07-10, 14:00", "2024-07-10T11:00:00+00:00"),
        ("Published: 2024-07-10T14:00:00Z", "2024-07-10T14:00:00+00:00"),
        ("Опубліковано: 10.07.2024", "2024-07-09T21:00:00+00:00"),
        ("Опубликовано: 1.7.2024 9:05", "2024-07-01T06:05:00+00:00"),
        ("Дата публікації: 10.07.2024 14:00", "2024-07-10T11:00:00+00:00"),
        ("10.07.2024, 14:00", "2024-07-10T11:00:00+00:00"),
    ],
)
def test_date_lines(line, published):
    article = read_text(f"A headline\n\n{line}\n\n{BODY}")
    assert article.published.isoformat() == published
    assert article.body == BODY


@pytest.mark.parametrize("value", ["31.02.2024", "2024-13-01", "yesterday", ""])
def test_date_that_is_not_understood_is_remarked_and_no_error(value):
    article, remark = read(f"A headline\n\nPublished: {value}\n\n{BODY}".encode())
    assert article.published is None
    assert article.body == BODY
    assert repr(value) in remark.message


@pytest.mark.parametrize(
    ("caption", "credit"),
    [
        ("The mayor at work (Sample Press)", "Sample Press"),
        ("The mayor (left) at work (Sample Press).", "Sample Press"),
        ("The mayor (Photo: Sample Press (2020))", "Sample Press (2020)"),
        ("Photo: Sample Press", "Sample Press"),
        ("The mayor at work", None),
        ("The mayor at work Sample Press)", None),
    ],
)
def test_caption_behind_the_repeated_headline(caption, credit):
    article = read_text(f"A headline of words\n\nA headline of words {caption}\n\n{BODY}")
    assert article.image_credit == credit
    assert article.body == BODY


def test_paragraph_that_goes_on_after_the_headline_is_body():
    paragraph = "A headline of words is what stands above this paragraph."
    assert read_text(f"A headline of words\n\n{paragraph}\n\n{BODY}").body == f"{paragraph}\n\n{BODY}"


def test_paragraph_that_begins_with_a_longer_word_than_the_headline_is_body():
    paragraph = "Bridgeheads (a military term)"
    assert read_text(f"Bridge\n\n{BODY}\n\n{paragraph}").body.endswith(paragraph)


def test_headline_and_first_paragraph_without_a_blank_line_are_parted():
    article = read_text(f"A headline\nThe first sentence stands here.\n\n{BODY}")
    assert article.title == "A headline"
    assert article.body.startswith("The first sentence")


@pytest.mark.parametrize(
    "line", ["Read also: Another story", "Читайте також: Інша новина", "Share", "ДРУК", "Photo: X"]
)
def test_furniture_is_taken_out_of_the_body(line):
    assert read_text(f"A headline\n\n{BODY}\n\n{line}\n\nThe last paragraph.").body == f"{BODY}\n\nThe last paragraph."


@pytest.mark.parametrize("line", ["Share prices fell.", "Print runs", "He said: read also the other book."])
def test_text_that_resembles_furniture_is_kept(line):
    assert line in read_text(f"A headline\n\n{BODY}\n\n{line}").body


def test_same_headline_without_a_date_gives_the_same_id_as_the_contract_says():
    # The id is the hash of language, title and date; the writer reports ids that come twice in one run.
    assert read_text(f"A headline\n\n{BODY}").id == read_text(f"A headline\n\nAnother body than {BODY}").id


@pytest.mark.parametrize(
    ("content", "must_contain"),
    [
        (b"Only a headline", "headline, a blank line and the paragraphs"),
        (b"A headline\n\nShort.", "no body"),
        (b"ua en ru\n", "too short"),
        (b"   \n\n", "too short"),
        (b"Author: Ann Lee\n", "too short"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
        (bytes(range(1, 32)) * 9, "binary"),
        (b"word " * MAX_HEADLINE_CHARACTERS + b"\n\nBody of the text is here.", "headline"),
        ("ამბავი\n\nეს არის ტექსტი სხვა ენაზე და სხვა დამწერლობით".encode(), "language"),
        (b"and\nbut\nfor\nnor\nor\nso\nyet\nwhile\nwhereas\n", "no body"),
        (b"x" * (17 << 20), "bytes"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_page_dump_is_refused_with_advice(content, must_contain):
    assert must_contain in refusal(content)


@pytest.mark.parametrize(
    ("text", "encoding", "part"),
    [
        ("Київ і область\n\nДовгий текст без жодного сенсу для читача", "koi8-u", "was read as KOI8-U"),
        ("Київ і область\n\nДовгий текст без жодного сенсу для читача", "utf-16", "was read as utf-16"),
        ("Café news\n\nThe café is open again after all these years", "cp1252", "was read as windows-1252"),
    ],
)
def test_other_encodings_are_read_and_remarked_on(text, encoding, part):
    article, remark = read(text.encode(encoding))
    assert f"{article.title}\n\n{article.body}" == text and part in remark.message


def test_a_letter_cut_in_two_costs_itself():
    article, remark = read("Обрізаний текст\n\nДовгий текст без кінця".encode()[:-1])
    assert article.body == "Довгий текст без кінц\ufffd" and "damaged" in remark.message


def test_english_page_with_windows_quotation_marks_is_read():
    (article, _) = read("A headline\n\nThe “body” of this article – it’s short.".encode("cp1251"))
    assert article.body == "The “body” of this article – it’s short."


@pytest.mark.parametrize("unit", ["ua\n", "ua\n\n", "Author: Ann Lee\n", "Author:\n", "( ", ") ", "a.\n", "\n"])
def test_page_of_one_thing_many_times_takes_no_time_worth_mentioning(unit):
    # A quadratic step would take hours here, so the test would not end; it measures nothing itself.
    assert read(unit.encode() * 300_000)


def test_parse_page_names_what_is_missing():
    with pytest.raises(ValueError, match="no body below the headline"):
        parse_page("A headline")
