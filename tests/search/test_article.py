"""The article: what it accepts, what it makes of it, and what its errors say."""

import json
import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import search
from search import article
from search.article import clean_text, parse_language, parse_moment, unknown_fields


def make(**fields: Any) -> search.Article:
    return search.Article(**{"language": "uk", "title": "Новина", **fields})


class TestDefaults:
    def test_id_is_the_url_where_there_is_none(self) -> None:
        found = make(url="https://visti.example/uk/a")
        assert found.id == found.story == "https://visti.example/uk/a"

    def test_id_is_a_hash_of_language_title_and_date_else(self) -> None:
        assert make().id == make(body="інше").id
        assert make().id.startswith("sha256:")
        others = [make(title="Інша"), make(language="ru"), make(published="2024-01-01")]
        assert len({make().id, *(other.id for other in others)}) == 4

    def test_story_is_the_id_unless_given(self) -> None:
        assert make(id="1").story == "1"
        assert make(id="1", story="s").story == "s"

    def test_language_ua_is_uk(self) -> None:
        assert make(language="ua").language == "uk"

    def test_dates_are_utc_and_without_a_zone_of_kyiv(self) -> None:
        expected = datetime(2024, 7, 1, 9, tzinfo=UTC)
        for written in (
            "2024-07-01T12:00",
            "2024-07-01T12:00:00+03:00",
            "2024-07-01T09:00:00Z",
            datetime(2024, 7, 1, 12),
        ):
            assert make(published=written).published == expected
        assert make(published=date(2024, 1, 1)).published == datetime(2023, 12, 31, 22, tzinfo=UTC)

    def test_text_is_cleaned(self) -> None:
        found = make(title=" Два \n рядки\x00 ", body="a\r\nb\x07\ud800c", tags=[" x ", "", "x"], section="  ")
        assert (found.title, found.body, found.tags, found.section) == ("Два рядки", "a\nbc", ("x",), None)

    def test_article_is_frozen(self) -> None:
        with pytest.raises(AttributeError):
            make().title = "x"  # type: ignore[misc]


class TestErrors:
    @pytest.mark.parametrize(
        ("fields", "field", "says"),
        [
            ({"title": ""}, "title", "a title or a body"),
            ({"title": "\x00 \n"}, "title", "a title or a body"),
            ({"language": "pl"}, "language", "uk (or ua), ru and en"),
            ({"language": None}, "language", "uk (or ua), ru and en"),
            ({"title": 5}, "title", "must be text"),
            ({"title": "x" * 4_001}, "title", "longer than 4,000 characters"),
            ({"body": "x" * 2_000_001}, "body", "longer than 2,000,000 characters"),
            ({"authors": "Олена"}, "authors", "must be a list"),
            ({"tags": 5}, "tags", "must be a list"),
            ({"tags": [str(number) for number in range(201)]}, "tags", "more than 200"),
            ({"tags": [None, 5]}, "tags", "must be text"),
            ({"published": "2024-13-01"}, "published", "ISO 8601"),
            ({"published": "yesterday"}, "published", "ISO 8601"),
            ({"published": 1715000000}, "published", "ISO 8601"),
            ({"published": "0001-01-01"}, "published", "ISO 8601"),
            ({"status": "draft"}, "status", "usable, withheld, canceled"),
            ({"id": "x" * 513}, "id", "512 bytes"),
            ({"id": "ї" * 257}, "id", "512 bytes"),
            ({"id": "a\nb"}, "id", "no control characters"),
            ({"id": " a"}, "id", "no blanks around"),
            ({"story": "\x00"}, "story", "no control characters"),
        ],
    )
    def test_error_names_field_value_and_rule(self, fields: dict[str, Any], field: str, says: str) -> None:
        with pytest.raises(search.ArticleInvalid) as raised:
            make(**fields)
        assert raised.value.field == field
        assert says in str(raised.value)
        assert len(str(raised.value)) < 300

    def test_record_without_language_needs_somebody_who_can_tell(self) -> None:
        with pytest.raises(search.ArticleInvalid, match="no language"):
            search.article_from_record({"title": "Новина"})
        assert search.article_from_record({"title": "Новина"}, lambda text: "uk").language == "uk"

    def test_unknown_fields_are_named(self) -> None:
        assert unknown_fields({"title": "", "colour": "", "id": ""}) == ["colour"]


TEXTS = st.text(max_size=40)
LINES = st.lists(TEXTS, max_size=3)


@settings(max_examples=200, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "language": st.sampled_from(["uk", "ru", "en", "ua"]),
            "title": TEXTS,
            "body": TEXTS.filter(lambda t: clean_text(t)),
        },
        optional={
            "lead": TEXTS,
            "section": TEXTS,
            "authors": LINES,
            "tags": LINES,
            "published": st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.none() | st.just(UTC)),
            "status": st.sampled_from(["usable", "withheld", "canceled"]),
        },
    )
)
def test_article_survives_json(fields: dict[str, Any]) -> None:
    article = search.Article(**fields)
    record = json.loads(json.dumps(search.article_to_record(article)))
    assert search.article_from_record(record) == article
    assert unknown_fields(record) == []


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    once.encode()  # nothing is left that cannot be written


def test_no_ordinary_character_needs_cleaning() -> None:
    characters = map(chr, range(0x110000))
    ordinary = [character for character in characters if article._ORDINARY.fullmatch(character)]
    assert len(ordinary) > 1_000
    for character in ordinary:
        assert not unicodedata.combining(character)
        assert not article._UNPRINTABLE.match(character) and not article._LINE_ENDS.match(character)


def test_endless_combining_marks_are_cut() -> None:
    assert len(clean_text("а" + "\u0301\u0323" * 100_000)) <= 31


@pytest.mark.parametrize(("written", "code"), [("UA", "uk"), ("uk_UA", "uk"), ("en-GB", "en"), (" ru ", "ru")])
def test_language_codes_are_understood(written: str, code: str) -> None:
    assert parse_language(written) == code


@pytest.mark.parametrize("written", ["", "pol", "pl", None, 5])
def test_other_languages_are_refused(written: Any) -> None:
    with pytest.raises(search.UnsupportedLanguage):
        parse_language(written)


def test_moment_outside_the_calendar_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="calendar"):
        parse_moment("9999-12-31T23:59:59-14:00")
