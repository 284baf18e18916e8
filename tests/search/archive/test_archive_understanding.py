"""Queries that were read lately: read again only where anything else would come of it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from small_archive import NOW, article

import indexer
import search
from search.archive import understanding
from search.archive.dictionaries import OWN_NAME, Entry, encode_own, replace_file
from search.query.nodes import ParsedQuery
from search.query.parser import parse_query


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the queries that are parsed from now on."""
    texts: list[str] = []
    parse = parse_query

    def parsed(text: str, *rest: Any, **options: Any) -> ParsedQuery:
        texts.append(text)
        return parse(text, *rest, **options)

    monkeypatch.setattr(understanding, "parse_query", parsed)
    return texts


def test_a_query_is_read_once_for_all_its_pages(
    build: Callable[[Iterable[search.Article]], Path], read: list[str]
) -> None:
    with search.open(build([article("a.uk", title="Полк")]), clock=lambda: NOW) as archive:
        first = archive.search("полк")
        assert archive.search("полк", sort="newest", section="x").interpretation == first.interpretation
        assert read == ["полк"]
        archive.search("полк", bridges=False)
        archive.search("полк", without=["own"])
        assert read == ["полк"] * 3


def test_a_query_is_read_again_the_next_day(build: Callable[[Iterable[search.Article]], Path], read: list[str]) -> None:
    clock = Clock()
    with search.open(build([article("a.uk", title="Полк")]), clock=clock) as archive:
        today = archive.search("since:yesterday").interpretation
        clock.now += timedelta(days=1)
        tomorrow = archive.search("since:yesterday").interpretation
    assert today.since and tomorrow.since == today.since + timedelta(days=1)
    assert len(read) == 2


def test_a_query_is_read_again_with_other_articles_and_dictionaries(
    build: Callable[[Iterable[search.Article]], Path],
) -> None:
    path = build([article("a.en", title="Force")])
    with search.open(path, clock=lambda: NOW) as archive:
        assert archive.search("полк").total == 0
        replace_file(path, OWN_NAME, encode_own([Entry((("полк",), ("полк",), ("force",)))]))
        archive.refresh()
        assert archive.search("полк").total == 1
        indexer.index_articles([article("b.uk", title="Полк")], path)
        archive.refresh()
        assert (archive.search("полк").total, archive.search("полк", without=["own"]).total) == (2, 1)
