"""
How many of the edge cases hold: apostrophes, codes, numbers, abbreviations and what must not be joined.

    python -m benchmarks.quality.edge_cases DATA

A case has a query and a text, each with a language or none, and says whether they must match: whether the terms of the
query's successive positions meet those of successive positions of the text.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.quality.figures import Figure
from search.language import Token, analyze

FILE = "edge_cases.tsv"


class EdgeCase(NamedTuple):
    """A line of the file; a language is None where it is not known."""

    category: str
    must_match: bool
    query_language: str | None
    text_language: str | None
    query: str
    text: str

    def holds(self) -> bool:
        """Return whether the query matches the text if it must, and does not if it must not."""
        found = matches(analyze(self.query, self.query_language), analyze(self.text, self.text_language))
        return found == self.must_match


def measure(data: Path) -> Iterator[Figure]:
    """Yield how many cases hold."""
    yield Figure("edge cases", "cases that hold", sum(case.holds() for case in edge_cases(data / FILE)), 107)


def edge_cases(path: Path) -> list[EdgeCase]:
    """Read the cases of a file."""
    return [
        EdgeCase(category, expected == "1", *(None if code == "-" else code for code in codes), query, text)
        for category, expected, *codes, query, text in (
            line.split("\t") for line in path.read_text(encoding="utf-8").split("\n") if line
        )
    ]


def matches(query: Sequence[Token], text: Sequence[Token]) -> bool:
    """Return whether successive tokens of a text have terms of the successive tokens of a query."""
    at = [frozenset(token.terms) for token in text]
    return any(
        all(not at[start + place].isdisjoint(token.terms) for place, token in enumerate(query))
        for start in range(len(at) - len(query) + 1)
    )


if __name__ == "__main__":
    cases = edge_cases(Path(sys.argv[1]) / FILE)
    print(f"{sum(case.holds() for case in cases)} of {len(cases)}")
    for failed in (case for case in cases if not case.holds()):
        print(*failed, sep="\t")
