"""Spelling suggestions: what is suggested from which archive, and what never is."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.archive.spelling import NearWords, suggested_words, words_only
from search.language import fold
from search.language.misspelling import MAX_STEPS, in_case_of, known_lemmas, near_dictionary_words, slip_cost

CASES = Path(__file__).parents[3] / "tests" / "cases" / "typing" / "spelling.tsv"
ROWS = [
    line.split("\t") for line in CASES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
]

words = st.text("абвгеиіїєкмнопрстуьъы'я-", max_size=12) | st.text("abcdeiou-'", max_size=12)


def suggested(typed: str, archive: dict[str, int]) -> list[str]:
    """Return the suggestions of an archive of forms with the number of articles that have each."""
    lemmas: dict[str, int] = {}
    for form, articles in archive.items():
        for lemma in known_lemmas(form):
            lemmas[lemma] = lemmas.get(lemma, 0) + articles
    near = NearWords(sorted(archive))
    return suggested_words(typed, near, lambda word: archive.get(word, 0), lambda term: lemmas.get(term, 0))


@pytest.mark.parametrize(("typed", "meant", "archive"), ROWS, ids=[row[0] for row in ROWS])
def test_first_suggestion_is_what_was_meant(typed: str, meant: str, archive: str) -> None:
    forms = {word: int(articles) for word, articles in (pair.split("=") for pair in archive.split(" "))}
    assert (suggested(typed, forms) or ["-"])[0] == meant


def test_a_word_that_an_article_has_is_right() -> None:
    assert suggested("хаймарз", {"хаймарс": 9}) == ["хаймарс"]
    assert suggested("хаймарз", {"хаймарс": 9, "хаймарз": 1}) == []


def test_a_word_of_a_dictionary_is_mended_inside_its_language_only() -> None:
    assert suggested("данні", {"дані": 9})[0] == "дані"
    assert "будуть" not in suggested("будут", {"будуть": 9})


def test_a_word_without_articles_is_not_suggested() -> None:
    assert suggested("пидтримка", {"підтримка": 0}) == []


@given(st.lists(words, max_size=20, unique=True), words, st.integers(1, 2))
def test_near_words_are_those_within_the_distance(vocabulary: list[str], word: str, slips: int) -> None:
    assert sorted(NearWords(vocabulary).near(word, slips)) == sorted(
        each for each in vocabulary if each and distance(word, each) <= slips
    )


def distance(first: str, second: str) -> int:
    """Return the restricted Damerau-Levenshtein distance, by its definition."""

    @cache
    def of(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        changed = first[i - 1] != second[j - 1]
        best = min(of(i - 1, j) + 1, of(i, j - 1) + 1, of(i - 1, j - 1) + changed)
        if min(i, j) > 1 and first[i - 2 : i] == second[j - 2 : j][::-1]:
            best = min(best, of(i - 2, j - 2) + 1)
        return best

    return of(len(first), len(second))


@given(st.text() | words, st.dictionaries(words, st.integers(0, 3), max_size=10))
def test_any_word_gives_words_of_the_archive(typed: str, archive: dict[str, int]) -> None:
    for suggestion in suggested(typed, archive):
        assert fold(suggestion) in archive or known_lemmas(fold(suggestion))


@given(words, words)
def test_a_slip_costs_more_than_none(typed: str, meant: str) -> None:
    assert slip_cost(typed, typed) == 0
    assert typed == meant or slip_cost(typed, meant) > 0


@pytest.mark.parametrize(
    ("likely", "unlikely", "meant"),
    [
        ("пидтримка", "пжтримка", "підтримка"),
        ("обєкт", "обект", "об'єкт"),
        ("колона", "ктлонна", "колонна"),
        ("молако", "мошоко", "молоко"),
        ("recieve", "rexeive", "receive"),
        ("fone", "tone", "phone"),
    ],
)
def test_likely_slips_cost_less(likely: str, unlikely: str, meant: str) -> None:
    assert slip_cost(likely, meant) < slip_cost(unlikely, meant)


@pytest.mark.parametrize("word", ["", "аб", "hello", "а" * 60, "слово1", "привет мир"])
def test_no_near_words_for_what_is_no_cyrillic_word(word: str) -> None:
    assert near_dictionary_words(word) == ()


def test_the_walk_through_a_dictionary_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = near_dictionary_words("перевиховання")
    monkeypatch.setattr("search.language.misspelling.MAX_STEPS", MAX_STEPS // 200)
    assert set(near_dictionary_words("перевиховання")) < set(everything)


@pytest.mark.parametrize(
    ("typed", "word", "shown"),
    [("київв", "київ", "київ"), ("Київв", "київ", "Київ"), ("КИЇВВ", "київ", "КИЇВ"), ("", "київ", "київ")],
)
def test_suggestions_keep_the_case(typed: str, word: str, shown: str) -> None:
    assert in_case_of(typed, word) == shown


def test_words_only_leaves_out_other_terms() -> None:
    terms = ["київ", "uk:київ", "uk:~хаймарс", "name:kv:kiiv", "155", "об'єкт", "ф-16", "івано-франківськ"]
    assert words_only(term.encode() for term in terms) == ["київ", "об'єкт", "івано-франківськ"]
