"""Lemmas as a page shows them."""

import pytest

from search.language import analyze, readable_lemmas


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Україні", {"uk": ("україна",)}),  # indexed as вкраїна
        ("вчитель", {"uk": ("вчитель",)}),
        ("Киеве", {"ru": ("киев",)}),  # a place of one dictionary only
        ("Дар'я", {"uk": ("дар'я",), "ru": ()}),
        ("хаймарсами", {"uk": ("хаймарс",), "ru": ("хаймарс",)}),  # in no dictionary: a guess is better than nothing
        ("announced", {"en": ("announce",)}),
        ("Kyivans", {"en": ()}),  # in no dictionary: kyivan is a stem
        ("said", {"en": ("say",)}),
        ("млрд", {"uk": ("млрд",), "en": ("billion",), "ru": ("млрд",)}),
        ("F-16", {}),
    ],
)
def test_lemmas_are_words_that_people_know(word: str, expected: dict[str, tuple[str, ...]]) -> None:
    assert readable_lemmas(analyze(word)[0]) == expected
