"""Other names of the same thing: what must meet by them, what must not, and the tables themselves."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.article import LANGUAGES
from search.language import analyze, fold
from search.language.aliases import (
    NEEDS_CAPITALS,
    ORDINARY_WORD,
    aliases,
    cldr_rows,
    is_acronym,
    phrase_aliases,
    read_table,
    table_names,
    without_mark,
)
from search.language.english_spelling import american_spelling
from search.language.words import dictionary, is_known

CASES = Path(__file__).parents[2] / "cases" / "aliases"
TABLES = {name: list(read_table(name)) for name in table_names()}
LETTERS = {"uk": "[А-ЩЬЮЯҐЄІЇа-щьюяґєії]", "ru": "[А-ЯЁа-яё]", "en": "[A-Za-zÀ-žȘșȚț]"}
NUMBERS_OF_RULERS = re.compile(r" I+$")


def names_of(table: str) -> Iterator[tuple[tuple[tuple[str, ...], ...], str, str]]:
    """Yield every name of a table, after its row and its language."""
    for row in TABLES[table]:
        for language, names in zip(LANGUAGES, row, strict=True):
            for name in names:
                yield row, language, name


def cases(name: str) -> list:
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    rows = [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]
    return [pytest.param(*row, id=f"{row[1]} - {row[3]}") for row in rows]


def meets(query_language: str, query: str, text_language: str, text: str) -> bool:
    """Say whether a query meets a text by an alias alone: of one of its words, or of several together."""
    words = terms_of_words(query, None if query_language == "-" else query_language)
    whole = aliases(words[0], query) if len(words) == 1 else ()
    together = [alias for found in phrase_aliases(words) for alias in found.aliases]
    terms = [set(token.terms) for token in analyze(text, text_language)]
    return any(stands_in(alias.words, terms) for alias in (*whole, *together))


def terms_of_words(query: str, language: str | None) -> list[tuple[str, ...]]:
    """Return the terms of each word of a query; those of a word with hyphens stand at its first position."""
    return [analyze(word, language)[0].terms for word in query.split()]


def stands_in(words: tuple[tuple[str, ...], ...], text: list[set[str]]) -> bool:
    return any(
        all(not terms.isdisjoint(word) for word, terms in zip(words, text[start : start + len(words)], strict=True))
        for start in range(len(text) - len(words) + 1)
    )


@pytest.mark.parametrize(("query_language", "query", "text_language", "text"), cases("meet.tsv"))
def test_meets_by_another_name(query_language, query, text_language, text):
    assert meets(query_language, query, text_language, text)


@pytest.mark.parametrize(("query_language", "query", "text_language", "text"), cases("not_meet.tsv"))
def test_does_not_meet_by_another_name(query_language, query, text_language, text):
    assert not meets(query_language, query, text_language, text)


def test_the_longest_name_is_taken_and_none_overlap():
    words = terms_of_words("Міністерство освіти і науки Збройні сили України", "uk")
    assert [(found.start, found.end) for found in phrase_aliases(words)] == [(0, 4), (4, 7)]


def test_a_word_that_answers_already_is_no_alias():
    assert all(alias.words != (("оон",),) for alias in aliases(("оон", "uk:оон", "ru:оон"), "ООН"))
    assert "ООН" not in [alias.shown for alias in aliases(("оон", "uk:оон", "ru:оон"), "ООН")]


def test_without_the_typed_word_marked_names_lead_nowhere():
    assert not aliases(("us", "en:us"))
    assert aliases(("us", "en:us"), "US")


@given(st.lists(st.lists(st.text(max_size=6), max_size=3), max_size=6), st.text(max_size=6))
def test_any_terms_are_taken(words, typed):
    phrase_aliases(words)
    for terms in words:
        aliases(terms, typed)


@given(st.permutations(["united", "nations", "security", "council", "armed", "forces", "of", "ukraine"]))
def test_phrases_lie_in_the_query_in_order_and_apart(words):
    found = phrase_aliases(terms_of_words(" ".join(words), "en"))
    ends = [0, *(each.end for each in found)]
    assert all(end <= each.start < each.end <= len(words) for end, each in zip(ends, found, strict=False))
    assert all(each.end - each.start > 1 for each in found)


@pytest.mark.parametrize(("table", "rows"), TABLES.items(), ids=TABLES)
def test_rows_join_languages_and_repeat_nothing(table, rows):
    assert all(len(row) == len(LANGUAGES) and sum(map(bool, row)) > 1 for row in rows)
    assert [row for row, count in Counter(rows).items() if count > 1] == []
    assert [names for row in rows for names in row if len(set(names)) < len(names)] == []


@pytest.mark.parametrize("table", TABLES)
def test_names_are_written_in_their_language_and_trimmed(table):
    assert [name for _, language, name in names_of(table) if not is_well_written(language, without_mark(name))] == []


def is_well_written(language: str, name: str) -> bool:
    bare = NUMBERS_OF_RULERS.sub("", name)
    return bool(re.fullmatch(rf"(?:{LETTERS[language]}|[ '0-9-])+", bare)) and name == " ".join(name.split())


def test_what_is_only_a_form_of_another_word_needs_its_capitals():
    """ВАКС: for the dictionary a form of вакса and nothing else. Such acronyms are marked."""
    unmarked = [
        f"{language} {name}"
        for table in TABLES
        for _, language, name in names_of(table)
        if language != "en" and is_acronym(name) and not name.endswith((NEEDS_CAPITALS, ORDINARY_WORD))
        if is_known(language, name.lower()) and is_only_a_form(language, name.lower())
    ]
    # What the dictionary takes these for, no news has: in small letters too they are the acronyms.
    assert set(unmarked) <= {"ru НАБУ", "ru НАН", "ru НАНУ"}


def is_only_a_form(language: str, word: str) -> bool:
    readings = dictionary(language).readings(word)
    return all(lemma != word for lemma, _ in readings)


@pytest.mark.parametrize("table", TABLES)
def test_a_name_of_one_word_leads_to_the_others_of_its_row(table):
    """As its author types it: the terms that the analysis gives for a name are keys of its row."""
    lost = [
        (name, other)
        for row, language, name in names_of(table)
        if without_mark(name).isalpha()
        for other in led_astray(row, language, without_mark(name))
    ]
    assert lost == []


def led_astray(row: tuple[tuple[str, ...], ...], language: str, name: str) -> set[str]:
    """Return the names of the other languages in a row that a name does not lead to."""
    terms = analyze(name, language)[0].terms
    reached = {_one_spelling(fold(alias.shown)) for alias in aliases(terms, name)}
    others = {
        _one_spelling(fold(without_mark(other)))
        for column, names in zip(LANGUAGES, row, strict=True)
        for other in names
        if column != language and not other.endswith(ORDINARY_WORD)
    }
    return {other for other in others if other not in reached and other not in terms}


def _one_spelling(name: str) -> str:
    """Two spellings of one English word (defence, defense) are led to once."""
    return " ".join(map(american_spelling, name.split()))


def test_the_cldr_names_countries_and_cities():
    rows = set(cldr_rows())
    assert (("Україна",), ("Украина",), ("Ukraine",)) in rows
    assert (("Відень",), ("Вена",), ("Vienna",)) in rows
    assert not any("(" in name for row in rows for names in row for name in names)
