"""Character sets told from texts, and texts that were decoded wrongly before: measured on the sample archive's own."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.readers import read_sources
from indexer.readers.charsets import declared_charset, decode_page
from indexer.readers.mojibake import repair
from search.article import Article
from tests.conftest import SAMPLE_SOURCE

ARTICLES = [
    json.loads(line) for path in sorted(SAMPLE_SOURCE.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()
]
PARAGRAPHS = [
    (article["language"], text)
    for article in ARTICLES
    for text in (article["title"], article.get("lead", ""), *article["body"].split("\n\n"), *article.get("tags", ()))
    if text
]
CYRILLIC = [text for language, text in PARAGRAPHS if language != "en" and sum("а" <= sign <= "я" for sign in text) > 15]
SETS = ("cp1251", "koi8-u", "cp1125", "iso8859-5", "utf-8", "utf-8-sig", "utf-16")
#: Signs that good texts of news are made of, with those that careless repairs change.
GOOD = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяыэъёАБВҐЄІЇЁabcdeXYZ 0123456789 .,!?—–-…«»„“”‘’ʼ'\"№%€₴§°\u00a0"


@pytest.mark.parametrize("charset", SETS)
def test_every_paragraph_of_the_sample_archive_is_read_in_every_set(charset):
    # A paragraph may have a sign that a set lacks; writing has lost it before reading begins.
    for text in CYRILLIC:
        encoded = text.encode(charset, "ignore")
        assert decode_page(encoded).text == encoded.decode(charset), charset


@pytest.mark.parametrize("charset", ["cp1251", "cp1252", "utf-8"])
def test_english_with_typography_is_read(charset):
    text = "The “body” of this article – it’s short… and café-free."
    encoded = text.encode(charset, "ignore")
    assert decode_page(encoded).text == encoded.decode(charset)


@pytest.mark.parametrize("declared", ["utf-8", "koi8-u", "windows-1251", "iso-8859-1", "latin1"])
def test_wrong_declaration_is_told_of_only_where_it_made_a_difference(declared):
    text = f'<meta charset="{declared}"><p>Порт Одеси прийняв перший пором після зимової перерви</p>'
    decoded = decode_page(text.encode("cp1251"))
    assert decoded.text == text
    assert (decoded.remark is None) == (declared == "windows-1251")
    assert decode_page(f'<meta charset="{declared}"><p>English</p>'.encode()).remark is None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'<meta charset="UTF-8">', "utf-8"),
        (b"<META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=windows-1251'>", "cp1251"),
        (b'<?xml version="1.0" encoding="koi8-r"?>', "koi8-u"),
        (b'<meta charset="rot13">', None),
        (b'<meta charset="undefined">', None),
        (b'<meta charset="\xff\xff">', None),
        (b"", None),
    ],
)
def test_declaration_is_found(head, expected):
    assert declared_charset(head) == expected


def test_damage_in_utf_8_is_no_reason_to_read_another_set():
    text = "Порт Одеси прийняв перший пором після зимової перерви. " * 3
    decoded = decode_page(text.encode() + b"\xd0 \xff" + text.encode())
    assert decoded.charset == "utf-8" and decoded.text.count("\ufffd") == 2
    assert "damaged" in str(decoded.remark)


@pytest.mark.parametrize("seed", range(200))
def test_any_bytes_are_read_or_refused(seed):
    chance = random.Random(seed)
    try:
        assert isinstance(decode_page(chance.randbytes(chance.randint(0, 300))).text, str)
    except ValueError as error:
        assert "save" in str(error)


def test_good_texts_of_the_sample_archive_are_not_repaired():
    for _, text in PARAGRAPHS:
        assert repair(text) == (text, False, False)


@given(st.text(alphabet=GOOD, max_size=200))
def test_good_signs_in_any_order_pass_unchanged(text):
    # Odd orders may look damaged, and then they are reported; none may be changed unless all of it goes back to UTF-8.
    repaired = repair(text)
    for before, after in zip(text.split("\n"), repaired.text.split("\n"), strict=True):
        assert before == after or before.encode("cp1251") == after.encode()


@pytest.mark.parametrize("wrong", ["sloppy-windows-1251", "sloppy-windows-1252", "latin-1"])
def test_wrongly_decoded_paragraphs_of_the_sample_archive_come_back(wrong):
    for text in CYRILLIC:
        assert repair(text.encode().decode(wrong)) == (text, True, False)


def test_what_cannot_be_repaired_for_certain_is_left_alone_and_reported():
    lossy = "Нова станція прийняла перших пасажирів".encode().decode("cp1252", "ignore")
    assert repair(lossy) == (lossy, False, True)


def test_only_the_damaged_paragraph_is_changed():
    good, bad = "Об’єкт «Ґанок», ёлка", "Перший пором після зими".encode().decode("sloppy-windows-1251")
    assert repair(f"{good}\n\n{bad}").text == f"{good}\n\nПерший пором після зими"


WRONG = "Пором відновив рейси після зими".encode().decode("sloppy-windows-1251")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", f"title,body\n{WRONG},{WRONG}\n"),
        ("a.txt", f"{WRONG}\n\n1. {WRONG}\n"),
        ("a.ninjs", json.dumps({"uri": "urn:a", "type": "text", "headline": WRONG, "body_html": f"<p>{WRONG}</p>"})),
        (
            "a.nitf",
            f"<nitf><body><body.head><hedline><hl1>{WRONG}</hl1></hedline></body.head>"
            f"<body.content><p>{WRONG}</p></body.content></body></nitf>",
        ),
        ("a.rss", f"<rss version='2.0'><channel><item><title>{WRONG}</title></item></channel></rss>"),
    ],
)
def test_texts_decoded_wrongly_before_are_repaired_in_every_format(name, content, tmp_path):
    (tmp_path / name).write_text(content, encoding="utf-8")
    (article,) = (reading for reading in read_sources([tmp_path / name]) if isinstance(reading, Article))
    assert article.language == "uk"
    assert article.title == "Пором відновив рейси після зими"
    assert not article.body or article.body.endswith(article.title)
