"""The measures of word forms, edge cases and languages: right on examples, and above their targets on real text."""

import os
from pathlib import Path

import pytest

from benchmarks.quality import edge_cases, languages, word_forms
from search.language import analyze

DATA = Path(os.environ.get("VISTI_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")


class TestConflation:
    def test_forms_of_one_word_are_found_and_nothing_else(self) -> None:
        found = word_forms.conflation({("cities", "city"): 2, ("city", "city"): 1, ("road", "road"): 2}, "en")
        assert found[:4] == (1.0, 1.0, 1.0, 1.0)
        assert found.terms_per_token == 2.0

    def test_a_form_that_is_missed_costs_recall(self) -> None:
        found = word_forms.conflation({("cities", "city"): 1, ("town", "city"): 1}, "en")
        assert (found.recall, found.precision) == (0.0, 1.0)

    def test_a_form_that_is_joined_wrongly_costs_precision(self) -> None:
        found = word_forms.conflation({("leaves", "leaf"): 1, ("leave", "leave"): 1, ("leaf", "leaf"): 1}, "en")
        assert found.recall == 1.0
        assert found.precision == pytest.approx((1 / 2 + 0 + 1) / 3)

    def test_words_of_several_positions_meet_position_by_position(self) -> None:
        found = word_forms.conflation({("long-term", "long-term"): 1, ("long", "long"): 1}, "en")
        assert found.precision == 1.0


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [("two towns", "in two towns today", True), ("two towns", "two old towns", False), ("towns", "town", True)],
)
def test_a_query_matches_successive_words(query: str, text: str, found: bool) -> None:
    assert edge_cases.matches(analyze(query), analyze(text, "en")) is found


def test_languages_of_a_query() -> None:
    assert languages.languages_of("закон") == {"uk", "ru"}
    assert languages.languages_of("вони") == {"uk"}
    assert languages.languages_of("law") == set()


@pytest.mark.skipif(not DATA.is_dir(), reason="the development data lie beside the project, and are not there")
@pytest.mark.parametrize("part", [word_forms, edge_cases, languages], ids=lambda part: part.__name__.rpartition(".")[2])
def test_targets_are_met(part: object) -> None:
    for figure in part.measure(DATA):  # type: ignore[attr-defined]
        if figure.target is not None:
            assert figure.value <= figure.target if figure.at_most else figure.value >= figure.target, figure
