"""Trying variants of a query, to offer what finds something, costs no more for a long query than for a short one."""

from collections.abc import Iterator

import pytest

import search
from search.archive import did_you_mean, relaxations
from search.archive.understanding import MAX_WORDS_TRIED, found_by


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The queries that were tried."""
    queries: list[str] = []

    def counting(view, query, options):
        queries.append(query)
        return found_by(view, query, options)

    for module in (did_you_mean, relaxations):
        monkeypatch.setattr(module, "found_by", counting)
    yield queries


@pytest.mark.parametrize("words", [2, 6, 20, 60])
def test_variants_of_a_query_have_a_bounded_number_of_words(
    sample_archive: search.Archive, tried: list[str], words: int
) -> None:
    """Slips of words that are there, and words that are not, so that everything is offered that can be."""
    slips = ("міністри", "призидент", "ыыщжр", "енергя")
    query = " ".join(slips[number % 4] + chr(ord("а") + number // 4) for number in range(words))
    page = sample_archive.search(query)
    assert not page.hits
    assert tried
    relaxed = [each for each in tried if "OR" in each]
    assert relaxed, "the loosest reading is tried however long the query is"
    assert sum(len(each.split(" OR " if "OR" in each else None)) for each in tried) <= 2 * MAX_WORDS_TRIED + 2 * words
