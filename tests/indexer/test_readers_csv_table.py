"""Tables: delimiters, encodings and names of columns are told; a bad row costs itself."""

import csv
import io
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import RecordError
from indexer.readers.csv_table import csv_reader, read_csv, recognises_csv
from indexer.readers.formats import choose_reader
from indexer.readers.reading import Remark
from indexer.readers.table_columns import parse_columns
from search.article import Article, Status
from tests.indexer.reader_cases import read_bytes

ROWS = (
    'id,title,body,published,authors\n1,Міст,"Перший абзац.\n\nДругий, останній.",1.07.2026 9:30,"А. Коваль; Б. Лис"\n'
)


MORNING = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)


def one(content: bytes) -> Article:
    (article,) = (reading for reading in read_bytes(read_csv, content) if not isinstance(reading, Remark))
    assert isinstance(article, Article), article
    return article


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "koi8-u"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_delimiter_encoding_and_line_ends_are_told(encoding: str, mark: str, ends: str):
    stream = io.StringIO()
    csv.writer(stream, delimiter=mark, lineterminator=ends).writerows(csv.reader(io.StringIO(ROWS)))
    article = one(stream.getvalue().encode(encoding))
    assert (article.id, article.language, article.title) == ("1", "uk", "Міст")
    assert article.body == "Перший абзац.\n\nДругий, останній."
    assert article.authors == ("А. Коваль", "Б. Лис")
    assert article.published and article.published.isoformat() == "2026-07-01T06:30:00+00:00"


def test_columns_of_other_names_are_mapped():
    content = "Заголовок;Текст;id;lead\nМіст відкрито;<p>Один.</p><p>Два.</p>;7;x\n".encode()
    reader = csv_reader(parse_columns("title=заголовок,body=Текст"))
    (article,) = read_bytes(reader, content)
    assert isinstance(article, Article)
    assert (article.title, article.body, article.id, article.lead) == ("Міст відкрито", "Один.\n\nДва.", "7", "x")


@pytest.mark.parametrize(
    ("header", "cells", "field", "expected"),
    [
        ("title,Created At,Published_At", "Bridge,2026-07-02,2026-07-01T09:30:00+03:00", "published", MORNING),
        ("title,Date", 'Bridge,"1 липня 2026, 9:30"', "published", MORNING),
        ("title,date", "Bridge,2026/07/01 9:30", "published", MORNING),
        ("title,Image URL", "Bridge,https://a.example/1.jpg", "image_url", "https://a.example/1.jpg"),
        ("title,Author-Name", "Bridge,Ann Lee", "authors", ("Ann Lee",)),
        ("title,Language", "Bridge,English", "language", "en"),
        ("title,status", "Bridge,Published", "status", Status.USABLE),
        ("title,статус", "Bridge,Чернетка", "status", Status.WITHHELD),
        ("title,status", "Bridge,trash", "status", Status.CANCELED),
    ],
)
def test_names_states_and_dates_of_other_systems_are_known(header, cells, field, expected):
    assert getattr(one(f"{header},body\n{cells},It is a hundred metres long.\n".encode()), field) == expected


def test_usual_names_of_columns_are_known_in_three_languages():
    text = (
        "sep=;\r\nНомер;Дата;Мова;Заголовок;Text;Рубрика;Автор;Теги;Посилання;Дата публікації\r\n"
        "7;;рос;Мост открыт;Он длиной сто метров.;Город;Ю. Сыч;мост, река;https://a.example/7;1.07.2026 9:30\r\n"
    )
    for encoding in ("utf-8-sig", "cp1251"):
        remark, *encoding_remarks, article = read_bytes(read_csv, text.encode(encoding))
        assert isinstance(article, Article) and len(encoding_remarks) == (encoding == "cp1251")
        assert isinstance(remark, Remark) and "'Дата'" in remark.message
        assert (article.id, article.language, article.title, article.section) == ("7", "ru", "Мост открыт", "Город")
        assert (article.authors, article.tags, article.url) == (("Ю. Сыч",), ("мост", "река"), "https://a.example/7")
        assert article.published and article.published.isoformat() == "2026-07-01T06:30:00+00:00"


def test_a_name_that_is_given_counts_more_than_a_usual_one():
    reader = csv_reader(parse_columns("title=Назва"))
    *_, article = read_bytes(reader, "Заголовок;Назва;Текст\nРозділ;Міст;Його відкрили.\n".encode())
    assert isinstance(article, Article)
    assert (article.title, article.body) == ("Міст", "Його відкрили.")


@pytest.mark.parametrize("text", ["title", "title=", "headline=A", "title=A,title=B"])
def test_columns_that_cannot_be_meant_are_refused(text: str):
    with pytest.raises(ValueError, match="field"):
        parse_columns(text)


@pytest.mark.parametrize(
    ("content", "columns", "part"),
    [
        (b"name,words\na,b\n", "", "--columns title=COLUMN"),
        (b"title,text\na,b\n", "body=Body", "no column 'Body'; the columns are title, text"),
        (b"title,title\na,b\n", "", "two columns are the field 'title'"),
        (b"\x89PNG\x01\x02\x03\x04\x05\x06", "", "binary data"),
        ("title,body\nМіст,Відкрито\n".encode("utf-16"), "", "UTF-16; save it as UTF-8"),
    ],
)
def test_a_table_that_cannot_be_read_says_what_to_do(content: bytes, columns: str, part: str):
    (error,) = read_bytes(csv_reader(parse_columns(columns)), content)
    assert isinstance(error, RecordError) and part in error.reason


def test_bad_rows_are_errors_with_their_lines_and_the_others_are_read():
    content = (
        b'id,title,body\n1,Bridge opens,"two\nlines"\n2,Short\n\n3,Long,x,y\n4,Fine after all,x,,\n'
        b"5,Bad \xff byte,x\n6,N\x00UL is dropped,x\n7,,\n"
    )
    readings = read_bytes(read_csv, content)
    assert [reading.id for reading in readings if isinstance(reading, Article)] == ["1", "4", "6"]
    errors = [(each.line, each.id) for each in readings if isinstance(each, RecordError)]
    assert errors == [(4, "2"), (6, "3"), (8, "5"), (10, "7")]


def test_another_encoding_is_remarked_on():
    (remark, article) = read_bytes(read_csv, ROWS.encode("cp1251"))
    assert isinstance(remark, Remark) and "was read as windows-1251" in remark.message and isinstance(article, Article)


def test_an_unknown_column_is_remarked_once():
    (remark, article) = read_bytes(read_csv, b"id,title,views\n1,The bridge,300\n")
    assert isinstance(remark, Remark) and "'views'" in remark.message and isinstance(article, Article)


def test_a_quotation_mark_that_is_never_closed_ends_in_an_error():
    content = b'id,title,body\n1,The bridge,x\n2,"The road,x\n' + b"3,The rail,x\n" * 30_000
    readings = read_bytes(read_csv, content)
    assert isinstance(readings[0], Article) and isinstance(readings[1], RecordError)
    assert "quotation mark" in readings[1].reason and readings[1].line == 3


def test_a_cell_longer_than_a_text_may_be_is_an_error():
    readings = read_bytes(read_csv, b"id,title,body\n1,A bridge," + b"x" * 5_000_000 + b"\n2,A road,x\n")
    assert [type(each) for each in readings] == [RecordError, Article]


def test_the_format_is_told_by_its_first_row():
    assert choose_reader(ROWS.encode(), "-") is read_csv
    assert not recognises_csv(b"A title, a body and more of it\n")
    assert [type(each) for each in read_bytes(read_csv, b"\n")] == [Remark]


@given(st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=5), st.integers(0, 2**32))
def test_anything_in_cells_is_read_or_refused(rows: list[tuple[str, str]], seed: int):
    stream = io.StringIO()
    csv.writer(stream).writerows([("title", "body"), *rows])
    content = bytearray(stream.getvalue().encode("utf-8", "replace"))
    content[random.Random(seed).randrange(len(content))] ^= 64
    for reading in read_bytes(read_csv, bytes(content)):
        assert isinstance(reading, Article | RecordError | Remark)
