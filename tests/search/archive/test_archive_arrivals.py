"""What has come since a record was made: once, in any order of commits, deletions, corrections and embargoes."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_archive import article, opened

import indexer


def arrived(path: Path, known: bytes, **how: object) -> tuple[list[str], bytes]:
    with opened(path, **how) as archive:
        found = archive.arrivals(known)
    return [each.id for each in found.articles], found.known


def test_nothing_has_arrived_without_a_record(tmp_path: Path):
    indexer.index_articles([article("a.uk")], tmp_path)
    ids, known = arrived(tmp_path, b"")
    assert ids == [] and arrived(tmp_path, known) == ([], known)


def test_an_empty_archive_has_a_record_too(tmp_path: Path):
    indexer.index_articles([], tmp_path)
    _, known = arrived(tmp_path, b"")
    indexer.index_articles([article("a.uk")], tmp_path)
    assert arrived(tmp_path, known)[0] == ["a.uk"]


def test_corrections_and_what_comes_back_are_no_arrivals(tmp_path: Path):
    first = article("a.uk", body="Мост")
    indexer.index_articles([first], tmp_path)
    _, known = arrived(tmp_path, b"")
    indexer.index_articles([replace(first, body="Міст"), article("b.uk")], tmp_path)
    ids, known = arrived(tmp_path, known)
    assert ids == ["b.uk"]
    indexer.index_articles([replace(first, status="withheld")], tmp_path)
    _, known = arrived(tmp_path, known)
    indexer.index_articles([first], tmp_path)
    assert arrived(tmp_path, known)[0] == []


def test_a_version_names_those_known_before(tmp_path: Path):
    indexer.index_articles([article("a.uk")], tmp_path)
    _, known = arrived(tmp_path, b"")
    indexer.index_articles([article("a.ru"), article("a.en")], tmp_path)
    with opened(tmp_path) as archive:
        assert [tuple(each) for each in archive.arrivals(known).articles] == [
            ("a.ru", "a", ("a.uk",)),
            ("a.en", "a", ("a.uk",)),
        ]


def test_an_embargo_ends_and_the_article_arrives_for_readers(tmp_path: Path):
    indexer.index_articles([article("a.uk")], tmp_path)
    records = {audience: arrived(tmp_path, b"", audience=audience)[1] for audience in ("readers", "newsroom")}
    indexer.index_articles([article("b.uk", embargoed_until="2026-07-01T00:00Z")], tmp_path)
    assert arrived(tmp_path, records["newsroom"], audience="newsroom")[0] == ["b.uk"]
    ids, known = arrived(tmp_path, records["readers"])
    assert ids == []
    later = datetime(2026, 8, 1, tzinfo=UTC)
    ids, known = arrived(tmp_path, known, now=later)
    assert ids == ["b.uk"] and arrived(tmp_path, known, now=later)[0] == []


@pytest.mark.parametrize("known", [b"?", b"visti known 1\n123"])
def test_what_is_no_record_is_refused(tmp_path: Path, known: bytes):
    indexer.index_articles([article("a.uk")], tmp_path)
    with pytest.raises(ValueError, match="is not a record"):
        arrived(tmp_path, known)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=4), max_size=6))
def test_every_article_arrives_once(tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[str, bool]]]):
    path = tmp_path_factory.mktemp("arrivals")
    indexer.index_articles([], path)
    _, known = arrived(path, b"")
    expected: set[str] = set()
    for number, step in enumerate(steps):
        there = {name for name, kept in step if kept}
        indexer.index_articles([article(f"{name}.uk", body=str(number)) for name in sorted(there)], path)
        for name in {name for name, kept in step if not kept} - there:
            indexer.delete_articles([f"{name}.uk"], path)
        ids, known = arrived(path, known)
        assert set(ids) == {f"{name}.uk" for name in there} - expected
        expected |= set(ids)
