"""Every case of the case files, the known failures among them, and the optional list of edge cases."""

from typing import Any

import pytest
from language_cases import CASES, SHARED_DATA, check_case, load_cases, matches

from search.article import LANGUAGES
from search.language import analyze

EDGE_CASES = SHARED_DATA / "edge_cases.tsv"

# What the analysis reaches of the 109; the rest are names of one thing in two languages, and "$5" for "5 $".
FEWEST_EDGE_CASES_RIGHT = 103


@pytest.mark.parametrize("case", load_cases("uk", "ru", "en", "mixed"))
def test_case_holds(case: dict[str, Any]) -> None:
    check_case(case)


@pytest.mark.parametrize("case", load_cases("known-failures"))
@pytest.mark.xfail(raises=AssertionError, strict=True, reason="known failure; when it passes, move it to its language")
def test_known_failure_still_fails(case: dict[str, Any]) -> None:
    check_case(case)


@pytest.mark.parametrize("name", ["uk", "ru", "en", "mixed", "known-failures"])
def test_case_file_is_well_formed(name: str) -> None:
    labels = []
    for parameter in load_cases(name):
        case = parameter.values[0]
        labels.append(case["label"])
        assert case["language"] in LANGUAGES, case
        assert ("tokens" in case) != ("query" in case), case
        assert "tokens" in case or case.get("matches") or case.get("not_matches"), case
        assert set(case) <= {
            *("label", "language", "text", "tokens", "query", "query_language", "matches", "not_matches", "comment")
        }, case
    assert len(labels) == len(set(labels)), "labels name the tests, so they must differ"


@pytest.mark.parametrize("name", ["uk", "ru", "en"])
def test_each_language_has_cases_against_doing_too_much(name: str) -> None:
    negative = [parameter for parameter in load_cases(name) if parameter.values[0].get("not_matches")]
    assert len(load_cases(name)) >= 25
    assert len(negative) >= 8


def test_no_case_file_is_forgotten() -> None:
    assert {path.stem for path in CASES.glob("*.json")} == {"uk", "ru", "en", "mixed", "known-failures"}


@pytest.mark.skipif(not EDGE_CASES.exists(), reason=f"optional development data: {EDGE_CASES} is absent")
def test_edge_cases_do_not_get_fewer() -> None:
    wrong = []
    rows = [
        line.split("\t") for line in EDGE_CASES.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")
    ]
    for _, expected, query_language, language, query, text in rows:
        asked = analyze(query, None if query_language == "-" else query_language)
        if matches(asked, analyze(text, language)) != (expected == "1"):
            wrong.append((query, text))
    assert len(rows) - len(wrong) >= FEWEST_EDGE_CASES_RIGHT, wrong
