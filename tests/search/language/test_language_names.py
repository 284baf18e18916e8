"""Name keys: cases of spellings (tests/cases/names), laws of the keys, and which words of a text get them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.language import analyze, term_kind
from search.language.names import (
    MAX_CANDIDATES,
    MAX_NAME_TERMS,
    fold_key,
    is_similar,
    name_terms,
    near_name_terms,
    similarity,
    skeletons,
)
from search.language.sounds import MAX_NAME_CHARACTERS, MAX_READINGS
from search.language.tokens import name_term, split_name_term

CASES = Path(__file__).parents[2] / "cases" / "names"

words = st.text(
    st.sampled_from("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяёэыъabcdefghijklmnopqrstuvwxyzščžłüéß'’-"), max_size=60
)


def rows(name: str) -> list[list[str]]:
    lines = (CASES / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def name_keys(text: str, language: str | None) -> set[str]:
    return {term for token in analyze(text, language) for term in token.terms if term_kind(term) == "name"}


@pytest.mark.parametrize("spellings", rows("same"), ids=lambda spellings: spellings[0])
def test_spellings_share_a_key(spellings: list[str]) -> None:
    first, *others = spellings
    apart = [other for other in others if not set(fold_key(first)) & set(fold_key(other))]
    assert not apart, f"{first} {fold_key(first)}: {[(other, fold_key(other)) for other in apart]}"


@pytest.mark.parametrize("spellings", rows("similar"), ids=lambda spellings: spellings[0])
def test_spellings_are_found_by_skeleton(spellings: list[str]) -> None:
    first, *others = spellings
    for other in others:
        vocabulary = name_terms([other])
        near = near_name_terms(first, lambda prefix, v=vocabulary: [term for term in v if term.startswith(prefix)])
        assert near or set(name_terms([first])) & set(vocabulary), (first, fold_key(first), other, fold_key(other))


@pytest.mark.parametrize("pair", rows("different"), ids=" ".join)
def test_different_names_are_kept_apart(pair: list[str]) -> None:
    first, second = pair
    assert not set(fold_key(first)) & set(fold_key(second))
    assert not is_similar(first, second)


@pytest.mark.parametrize("pair", rows("apart"), ids=" ".join)
def test_names_that_sound_alike_share_no_key(pair: list[str]) -> None:
    first, second = pair
    assert not set(fold_key(first)) & set(fold_key(second))
    assert similarity(first, second) < 1


@given(words | st.text(max_size=80))
@settings(deadline=None, max_examples=400)
def test_keys_of_any_text_are_short_small_ascii_letters(word: str) -> None:
    keys = fold_key(word)
    assert len(keys) == len(set(keys)) <= MAX_READINGS
    for key in (*keys, *skeletons(word), *skeletons(word, widened=True)):
        assert key.isascii() and key.isalpha() and key.islower()
        assert len(key) <= 4 * MAX_NAME_CHARACTERS


@given(words)
@settings(deadline=None)
def test_case_does_not_matter(word: str) -> None:
    if word.upper().lower() == word:  # not so of ß
        assert fold_key(word.upper()) == fold_key(word) == fold_key(word.title())


@given(words, words)
@settings(deadline=None)
def test_similarity_is_a_share_and_the_same_from_both_sides(first: str, second: str) -> None:
    assert 0 <= similarity(first, second) <= 1
    assert similarity(first, second) == pytest.approx(similarity(second, first))
    assert not fold_key(first) or similarity(first, first) == 1


@given(st.lists(words, max_size=6))
@settings(deadline=None)
def test_terms_are_few_and_can_be_split(bases: list[str]) -> None:
    terms = name_terms(bases)
    assert len(terms) <= MAX_NAME_TERMS
    for term in terms:
        skeleton, key = split_name_term(term)
        assert name_term(skeleton, key) == term
        assert key in {each for base in bases for each in fold_key(base)}


@given(words)
@settings(deadline=None)
def test_a_name_is_not_near_itself(word: str) -> None:
    there = name_terms([word])
    assert not near_name_terms(word, lambda prefix: [term for term in there if term.startswith(prefix)])


def test_the_work_for_near_names_is_bounded() -> None:
    looked_at = []

    def endless(prefix: str) -> Iterator[str]:
        while True:
            looked_at.append(prefix)
            yield name_term("grkv", "garkov")

    assert near_name_terms("Харків", endless) == (("name:grkv:garkov", 0.95),)
    assert len(looked_at) <= MAX_CANDIDATES


def test_the_most_similar_name_comes_first() -> None:
    there = [name_term("grkv", key) for key in ("gerkov", "garkov", "garkiv")]
    near = near_name_terms("name:grkv:garkiv", lambda _: there)
    assert near[0][0] == "name:grkv:garkov"
    assert "name:grkv:garkiv" not in dict(near)


@pytest.mark.parametrize(
    ("form", "language", "query"),
    [
        ("Зеленського", "uk", "Zelenskyy"),
        ("Зеленскому", "ru", "zelensky"),
        ("Києві", "uk", "kyiv"),
        ("Києвом", "uk", "Kyiv"),
        ("Одесою", "uk", "Odesa"),
        ("Україною", "uk", "україна"),
        ("Столтенбергом", "uk", "stoltenberg"),
        ("Столтенбергом", "ru", "stoltenberg"),
        ("Умєрова", "uk", "Umerov"),
        ("Умерову", "ru", "Umerov"),
        ("Байденом", "uk", "байден"),
        ("Macron's", "en", "макрон"),
        ("ЗЕЛЕНСЬКИЙ", "uk", "zelenskyi"),
        ("ZELENSKYY", "en", "зеленський"),
        ("Івано-Франківська", "uk", "Івано-Франківськ"),
        ("#Зеленський", "uk", "Zelensky"),
        ("НАТО", "uk", "nato"),
    ],
)
def test_a_form_shares_a_key_with_a_query(form: str, language: str, query: str) -> None:
    assert name_keys(form, language) & name_keys(query, None)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Президент заявив про роботу", "uk"),
        ("Президент заявил", "ru"),
        ("Він каже", "uk"),
        ("Ще вже немає", "uk"),
        ("The President and Tuesday", "en"),
        ("Information", "en"),
        ("зеленський", "uk"),
        ("kyiv", "en"),
        ("F-16", "en"),
        ("COVID-19", "en"),
        ("https://Kyiv.ua", "en"),
        ("Editor@Kyiv.ua", "en"),
        ("24", "uk"),
    ],
)
def test_these_have_no_key(text: str, language: str) -> None:
    assert not name_keys(text, language)


@pytest.mark.parametrize("text", ["робота", "работа", "the", "він", "war"])
def test_ordinary_words_of_a_query_have_no_key(text: str) -> None:
    assert not name_keys(text, None)


def test_name_terms_come_last() -> None:
    (token,) = analyze("Києва", "uk")
    assert [term_kind(term) for term in token.terms] == ["bare", "lemma", "name"]


def test_a_hyphenated_name_has_keys_as_a_whole_and_in_parts() -> None:
    first, second = analyze("Івано-Франківськ", "uk")
    assert name_terms(["івано-франківськ"])[0] in first.terms
    assert name_terms(["франківськ"])[0] in second.terms
