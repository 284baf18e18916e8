"""JSON Lines: what is an article, what is an error, and that the lines around an error are read."""

import io
import json

import pytest

from indexer.errors import RecordError
from indexer.readers import Remark
from indexer.readers.jsonlines import read_json_lines
from indexer.readers.lines import read_lines
from search.article import MAX_TEXT_CHARACTERS, Article

GOOD = b'{"id": "good", "language": "en", "title": "A good record"}'


def read(content):
    return list(read_json_lines(io.BytesIO(content), "news.jsonl"))


def articles_of(readings):
    return [reading for reading in readings if isinstance(reading, Article)]


def errors_of(readings):
    return [reading for reading in readings if isinstance(reading, RecordError)]


BAD_LINES = [
    ("cut object", b'{"title": "A', ["not JSON", "at character 11"]),
    ("bare word", b"hello", ["not JSON", "character 1", "'hello'"]),
    ("two objects", b"{} {}", ["not JSON", "character 4"]),
    ("number", b"42", ["one JSON object per line", "'42'"]),
    ("text", b'"text"', ["one JSON object per line"]),
    ("null", b"null", ["one JSON object per line", "'null'"]),
    ("list", b'[{"title": "A"}]', ["jq -c '.[]'"]),
    ("NaN", b'{"title": "A", "place": NaN}', ["NaN", "leave the field out"]),
    ("Infinity", b'{"title": "A", "place": -Infinity}', ["-Infinity"]),
    ("deep list", b'{"title": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", ["nested too deeply"]),
    ("deep unclosed list", b'{"title": ' + b"[" * 100_000, ["nested too deeply"]),
    ("fairly deep value", b'{"title": ' + b"[" * 400 + b"]" * 400 + b"}", ["'title'", "must be text"]),
    ("huge number", b'{"title": "A", "id": ' + b"9" * 5000 + b"}", ["number is too long"]),
    ("long number as id", b'{"title": "A", "id": ' + b"9" * 600 + b"}", ["'id'", "512 bytes"]),
    ("invalid UTF-8", b'{"title": "\xff"}', ["not UTF-8", "byte 12", "0xff"]),
    ("windows-1251", '{"title": "Київ"}'.encode("cp1251"), ["byte 12", "save the file as UTF-8"]),
    ("unknown language", b'{"title": "A", "language": "de"}', ["'language'", "'de'", "uk (or ua), ru and en"]),
    ("language as number", b'{"title": "A", "language": 7}', ["'language'", "got 7"]),
    ("no text", b'{"id": "x"}', ["title or a body"]),
    ("empty object", b"{}", ["title or a body"]),
    ("blank text", b'{"title": " ", "language": "en"}', ["title or a body"]),
    ("lead alone", b'{"lead": "Only a lead here."}', ["title or a body"]),
    ("controls alone", b'{"title": "\\u0000\\u0001", "language": "en"}', ["title or a body"]),
    ("no known script", '{"title": "北京"}'.encode(), ["'language'", "cannot be told from the text", "北京"]),
    ("title as list", b'{"title": ["A"], "language": "en"}', ["'title'", "must be text", "['A']"]),
    ("authors as text", b'{"title": "A", "authors": "Ann"}', ["'authors'", "list of texts"]),
    ("authors as numbers", b'{"title": "A", "authors": [1]}', ["'authors'"]),
    ("tags as number", b'{"title": "A", "tags": 1}', ["'tags'"]),
    ("date", b'{"title": "A", "published": "10 July"}', ["'published'", "'10 July'", "ISO 8601"]),
    ("date as number", b'{"title": "A", "published": 1720000000}', ["'published'", "1720000000"]),
    ("date beyond the calendar", b'{"title": "A", "published": "9999-12-31T23:59:59-12:00"}', ["'published'"]),
    ("status", b'{"title": "A", "status": "draft"}', ["'status'", "usable"]),
    ("status as list", b'{"title": "A", "status": []}', ["'status'"]),
    ("id as true", b'{"title": "A", "id": true}', ["'id'"]),
    ("surrogate in id", b'{"title": "A", "id": "\\ud800"}', ["'id'"]),
    ("long value", b'{"title": "A", "status": "' + b"x" * 10_000 + b'"}', ["(10002 characters)"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "must_contain"), [case[1:] for case in BAD_LINES], ids=[case[0] for case in BAD_LINES]
)
def test_bad_line_is_one_error_with_its_place_and_the_rest_is_read(line, must_contain):
    readings = read(GOOD + b"\n" + line + b"\n" + GOOD)
    assert [article.id for article in articles_of(readings)] == ["good", "good"]
    (error,) = errors_of(readings)
    assert (error.source, error.line) == ("news.jsonl", 2)
    assert str(error).startswith("news.jsonl:2: ")
    for text in must_contain:
        assert text in str(error)
    assert len(str(error)) < 400


def test_text_longer_than_an_article_may_be_is_an_error_with_its_place():
    record = json.dumps({"language": "uk", "title": "Т", "body": "я" * (MAX_TEXT_CHARACTERS + 1)})
    (error,) = read(record.encode())
    assert "2,000,000 characters" in str(error) and len(str(error)) < 400


def test_longest_lawful_text_is_read_in_its_longest_spelling():
    record = json.dumps({"language": "uk", "title": "Т", "body": "я" * MAX_TEXT_CHARACTERS}, ensure_ascii=True)
    (article,) = read(record.encode())
    assert len(article.body) == MAX_TEXT_CHARACTERS


def test_error_carries_the_id_of_the_record():
    assert [error.id for error in errors_of(read(b'{"id": "n1"}\n{"id": 7}\n{"id": []}\nx'))] == ["n1", "7", None, None]


def test_absent_language_is_identified_from_the_text():
    texts = ["Київська влада відкрила новий міст", "Власти города открыли новый мост", "The city opened a new bridge"]
    lines = "\n".join(json.dumps({"title": text}) for text in texts)
    assert [article.language for article in read(lines.encode())] == ["uk", "ru", "en"]


def test_blank_lines_byte_order_marks_and_other_line_ends_are_fine():
    readings = read(b"\xef\xbb\xbf\n" + GOOD + b"\r\n \t\r\n\n\xef\xbb\xbf" + GOOD)
    assert [reading.id for reading in readings] == ["good", "good"]


@pytest.mark.parametrize("content", [b"\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \r\n\t\n"])
def test_file_of_blank_lines_is_remarked(content):
    (remark,) = read(content)
    assert isinstance(remark, Remark) and "no records" in remark.message


def test_line_separators_of_unicode_within_a_text_do_not_end_the_line():
    (article,) = read('{"language": "en", "title": "A", "body": "one\u2028two\u0085three"}'.encode())
    assert article.body == "one\ntwo\nthree"


def test_raw_control_characters_within_a_text_are_cleaned():
    (article,) = read(b'{"language": "en", "title": "A\x00\tB", "body": "\x1bC"}')
    assert (article.title, article.body) == ("A B", "C")


def test_last_of_repeated_names_counts():
    assert read(b'{"language": "en", "title": "A", "title": "B"}')[0].title == "B"


def test_number_as_id_is_taken_as_text():
    assert read(b'{"language": "en", "title": "A", "id": 7}')[0].id == "7"


def test_unknown_field_is_remarked_with_its_place():
    article, remark = read(b'{"language": "en", "title": "A", "headline": 1}')
    assert article.title == "A"
    assert isinstance(remark, Remark)
    assert (remark.line, remark.field) == (1, "'headline'")
    assert str(remark).startswith("news.jsonl:1: the field 'headline' is not part of the format")


@pytest.mark.parametrize(
    ("content", "must_contain"),
    [
        (b'[\n  {"title": "A"},\n  {"title": "B"}\n]\n', "jq -c '.[]'"),
        (b'[{"title": "A"},\n{"title": "B"}]\n', "jq -c '.[]'"),
        (b'\n{\n  "title": "A"\n}\n', "jq -c ."),
    ],
)
def test_one_value_over_many_lines_is_one_complaint_with_the_command_that_helps(content, must_contain):
    (error,) = read(content)
    assert must_contain in str(error)


class TestLines:
    def lines(self, content, limit=10):
        return list(read_lines(io.BytesIO(content), "news.jsonl", limit))

    def test_line_of_just_the_limit_is_read(self):
        assert [line.content for line in self.lines(b"x" * 10 + b"\n" + b"y" * 10)] == [b"x" * 10 + b"\n", b"y" * 10]

    def test_longer_line_is_passed_over_with_its_number_and_size(self):
        first, error, last = self.lines(b"a\n" + b"x" * 3_000_000 + b"\nb\n")
        assert (first.number, error.line, last.number) == (1, 2, 3)
        assert "3,000,001 bytes" in str(error)
        assert last.content == b"b\n"

    def test_longer_line_at_the_end_is_passed_over(self):
        assert [error.line for error in self.lines(b"x" * 11)] == [1]

    def test_long_list_is_told_how_to_become_lines(self):
        assert "jq -c '.[]'" in str(self.lines(b"[" + b"x" * 11)[0])

    def test_disk_error_is_one_error_with_its_line(self):
        class Failing(io.BytesIO):
            def readline(self, size=-1, /):
                return super().readline(size) or self.fail()

            def fail(self):
                raise OSError(5, "Input/output error")

        first, error = list(read_lines(Failing(b"a\n"), "news.jsonl"))
        assert first.content == b"a\n"
        assert str(error).startswith("news.jsonl:2: reading broke off (Input/output error)")
