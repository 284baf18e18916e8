"""Characters: what counts as the same, and where each came from."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.language import analyze, fold
from search.language.normalize import MAX_TERM_CHARACTERS, mend_look_alikes, normalize, normalize_with_offsets

marks = st.sampled_from("иіеоaeЙїЁ'’`-\u2011 \u00a0\u00ad\u200b\u0300\u0301\u0306\u0308\ufeff\u1100\u1161\u212b\u0958")
texts = st.text(alphabet=marks) | st.text()


@pytest.mark.parametrize("apostrophe", "'’‘ʼ`´′＇")
def test_every_apostrophe_gives_one_term(apostrophe: str) -> None:
    assert fold(f"здоров{apostrophe}я") == "здоров'я"
    assert analyze(f"здоров{apostrophe}я", "uk")[0].terms == ("здоров'я", "uk:здоров'я")


@pytest.mark.parametrize("hyphen", "-\u2010\u2011\u2212")
def test_every_hyphen_gives_one_term(hyphen: str) -> None:
    assert fold(f"Івано{hyphen}Франківськ") == "івано-франківськ"


@pytest.mark.parametrize("word", ["Київ", "йод", "їжа", "мій", "ёлка", "Їй"])
def test_letters_keep_marks_that_are_part_of_them(word: str) -> None:
    assert normalize(unicodedata.normalize("NFD", word)) == word


@pytest.mark.parametrize("stressed", ["за\u0301мок", "замо\u0301к", "замок\u0301", "з\u0301амок\u0300"])
def test_stress_marks_go(stressed: str) -> None:
    assert normalize(stressed) == "замок"


def test_stress_on_a_letter_with_a_mark_of_its_own_goes_alone() -> None:
    assert normalize("Украї\u0301на") == normalize("Украі\u0308\u0301на") == "Україна"


def test_accents_of_latin_letters_stay() -> None:
    assert normalize("cafe\u0301") == "café"


@pytest.mark.parametrize("text", ['компанія "Ямал"', '"я"', 'the "yard"'])
def test_quotation_marks_outside_words_stay(text: str) -> None:
    assert normalize(text) == text


@pytest.mark.parametrize(
    ("word", "mended"),
    [
        ("Моcква", "Москва"),
        ("iнформацiя", "інформація"),
        ("СОVID", "COVID"),
        ("CША", "США"),
        ("Украïна", "Україна"),
        ("МН17A", "МН17A"),
    ],
)
def test_look_alike_letters_are_mended(word: str, mended: str) -> None:
    assert mend_look_alikes(word) == mended


@pytest.mark.parametrize("word", ["iPhoneом", "Київ", "Kyiv"])
def test_words_that_cannot_be_pure_are_left_alone(word: str) -> None:
    assert mend_look_alikes(word) == word


def test_parts_of_a_hyphenated_word_may_differ_in_script() -> None:
    assert fold("IT-компанія") == "it-компанія"


def test_fold_cuts_long_words() -> None:
    assert len(fold("ы" * 1_000_000)) == MAX_TERM_CHARACTERS


@given(texts)
@settings(deadline=None, max_examples=200)
def test_fold_changes_nothing_the_second_time(word: str) -> None:
    assert fold(fold(word)) == fold(word)


@given(st.text(alphabet="абвіїєґёъыэй'", min_size=1, max_size=30).filter(lambda word: word.strip("'") == word))
@settings(deadline=None, max_examples=100)
def test_fold_is_the_first_term_of_a_word(word: str) -> None:
    assert analyze(word, "uk")[0].terms[0] == fold(word) or "''" in word


@given(texts)
@settings(deadline=None, max_examples=300)
def test_offsets_lead_back_into_the_original(text: str) -> None:
    normalized, starts, ends = normalize_with_offsets(text)
    if starts is None or ends is None:
        assert len(normalized) == len(text)
        return
    assert len(starts) == len(ends) == len(normalized)
    assert list(starts) == sorted(starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(starts, ends, strict=True))
