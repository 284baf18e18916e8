"""
The case files of the language tests (``tests/cases/language/*.json``), and what it means to match.

A case with ``tokens`` says exactly what a text becomes. A case with ``query`` says which texts it finds, as a phrase:
successive positions of the text share a term with those of the query. ``language`` is that of the texts; a query has
none unless ``query_language`` gives one.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from search.language import Token, analyze

CASES = Path(__file__).parents[2] / "cases" / "language"
SHARED_DATA = Path(os.environ.get("VISTI_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")

ADVICE = (
    "If the new terms are right, change the case and raise RULES_VERSION in search/language/version.py; "
    "if this cannot be mended now, move the case to known-failures.json and say why in its comment."
)


def load_cases(*names: str) -> list[Any]:
    """Return the cases of some files as pytest parameters, named by file and label."""
    return [
        pytest.param(case, id=f"{name}: {case['label']}")
        for name in names
        for case in json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    ]


def matches(query: Sequence[Token], text: Sequence[Token]) -> bool:
    """Say whether successive positions of a text share a term with every position of a query."""
    wanted = [set(token.terms) for token in query]
    there = [set(token.terms) for token in text]
    starts = range(len(there) - len(wanted) + 1)
    return bool(wanted) and any(
        all(terms & there[start + place] for place, terms in enumerate(wanted)) for start in starts
    )


def check_case(case: dict[str, Any]) -> None:
    """Assert what a case says."""
    language = case["language"]
    if "tokens" in case:
        found = [{"text": token.text, "terms": list(token.terms)} for token in analyze(case["text"], language)]
        assert found == case["tokens"], ADVICE
        return
    query = analyze(case["query"], case.get("query_language"))
    for text in case.get("matches", ()):
        assert matches(query, analyze(text, language)), f"{case['query']!r} must find {text!r}. {ADVICE}"
    for text in case.get("not_matches", ()):
        assert not matches(query, analyze(text, language)), f"{case['query']!r} must not find {text!r}. {ADVICE}"
