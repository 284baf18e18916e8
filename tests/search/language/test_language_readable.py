"""Lemmas as a page shows them."""

import pytest

from search.language import analyze, readable_lemmas


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Україні", {"uk": ("україна",)}),  # indexed as вкраїна
        ("вчитель", {"uk": ("вчитель",)}),
        ("Киеве", {"uk": (), "ru": ("киев",)}),  # Ukrainian only guesses at it
        ("Дар'я", {"uk": ("дар'я",), "ru": ()}),
        ("хаймарсами", {"uk": ("хаймарс",), "ru": ("хаймарс",)}),  # in no dictionary: a guess is better than nothing
        ("announced", {"en": ()}),  # announc is no word
        ("said", {"en": ("say",)}),
        ("млрд", {"uk": ("млрд",), "en": ("billion",), "ru": ("млрд",)}),
        ("F-16", {}),
    ],
)
def test_lemmas_are_words_that_people_know(word: str, expected: dict[str, tuple[str, ...]]) -> None:
    assert readable_lemmas(analyze(word)[0]) == expected
