"""Saved searches against new articles: the same as ``search`` would find among them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_archive import ARTICLES, NOW, article, opened

import indexer
from search import Archive, StandingSearch

# Queries that are read in many ways: forms, names near others, bridges, layouts, times, operators.
QUERIES = (
    "", "міст", "мост", "bridge", "Київ", "Киев", "kyiv", "Kiev", "Зеленський", "Zelensky", "Зеленского", "ghbdtn",
    "vscn", "мосты Киев Днепр", "міст Києві чотири роки", "new bridges in Kyiv", "переговоры министр встреча",
    "мост за вчера", "міст торік", "міст -Київ", "NOT bridge", '"четыре года"', "мост*", "title:мост", "tag:мости",
    "author:Гриценко", "section:politics", "munitions OR міст", "прес-служба", "date:2024 Київ", "date:yesterday",
    "id:bridge.ru", "story:talks", "!!!", "the bridge and the minister of talks", "Харьков", "Kharkiv", "lang:en talks",
    "bridges talks minister weather", "most Kyjiv", "понеділок міст", "Гриценко Київ", "з у на",
)  # fmt: skip
FILTERS = (
    {}, {"language": "uk"}, {"section": "politics"}, {"tag": ["мости", "Київ"]}, {"since": "2024"}, {"until": "2023"},
    {"language": ["ru", "en"], "since": "2024-05-10"}, {"bridges": False}, {"without": ["glossary", "across"]},
    {"source": "Друга", "author": "nobody"},
)  # fmt: skip
MORE = [
    article("kharkiv.ru", title="Мэр Харькова говорил с Зелинским", body="Мост построят в Харькове к зиме, привет."),
    article("kharkiv.en", title="Kharkov mayor", body="Bridges will be built and the minister of weather agrees."),
    article("secret.uk", title="Міст у Києві закриють", body="Ще не час.", embargoed_until="2026-07-01T00:00Z"),
    article("withheld.uk", title="Міст", body="Київ", status="withheld"),
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("matching")
    indexer.index_articles([*ARTICLES, *MORE], folder)
    return folder


@pytest.fixture(scope="module", params=["readers", "newsroom"])
def archive(request: pytest.FixtureRequest, path: Path) -> Iterator[Archive]:
    with opened(path, audience=request.param) as found:
        yield found


def found_among(archive: Archive, query: str, filters: dict, ids: list[str]) -> set[str]:
    page = archive.search(query, group="none", limit=1_000, facets=(), **filters)
    return {hit.article.id for hit in page.hits} & set(ids)


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_as_search_among_all_articles(archive: Archive, filters: dict):
    ids = [each.id for each in (*ARTICLES, *MORE)]
    wanted = [archive.prepared(StandingSearch(query=query, **filters)) for query in QUERIES]
    found = dict(zip(QUERIES, archive.matching(wanted, ids), strict=True))
    assert {query: set(each) for query, each in found.items()} == {
        query: found_among(archive, query, filters, ids) for query in QUERIES
    }


WORDS = sorted({word.strip(".,’") for each in (*ARTICLES, *MORE) for word in f"{each.title} {each.body}".split()})
WORD = st.sampled_from([*WORDS, "ghbdtn", "вчора", "Zelenskyi", "bridge", "мосту", "наводнение", "і", "of", "F-16"])
QUERY = st.lists(st.one_of(WORD, st.tuples(st.sampled_from(["-", "title:", '"']), WORD).map("".join)), max_size=6)


@settings(max_examples=150, deadline=None)
@given(words=QUERY, chosen=st.sets(st.sampled_from([each.id for each in (*ARTICLES, *MORE)]), max_size=4))
def test_as_search_for_any_query_and_batch(archive: Archive, words: list[str], chosen: set[str]):
    query = " ".join(words)
    [found] = archive.matching([StandingSearch(query=query)], sorted(chosen))
    assert set(found) == found_among(archive, query, {}, sorted(chosen))


def test_footprint_is_kept_and_renewed(archive: Archive):
    fresh = archive.prepared(StandingSearch(query="міст"))
    assert fresh.footprint and archive.prepared(fresh) is fresh
    old = StandingSearch(query="міст", footprint="0123456789abcdef " + fresh.footprint.partition(" ")[2])
    assert archive.prepared(old) == fresh
    for broken in ("no footprint", fresh.footprint[:-5], fresh.footprint.partition(" ")[0] + " 17"):
        assert archive.matching([StandingSearch(query="міст", footprint=broken)], ["bridge.uk"]) == [("bridge.uk",)]


def test_footprint_of_another_day_misses_nothing(path: Path):
    queries = [*QUERIES, "міст 31 травня", "у понеділок 5 травня Київ", "взимку міст", "29 лютого"]
    with opened(path) as archive:
        wanted = [archive.prepared(StandingSearch(query=query)) for query in queries]
    ids = [each.id for each in ARTICLES]
    for days in range(0, 400, 45):
        with opened(path, now=NOW + timedelta(days=days)) as archive:
            found = archive.matching(wanted, ids)
            assert list(map(set, found)) == [found_among(archive, query, {}, ids) for query in queries]


def test_what_may_not_be_seen_is_not_found(path: Path):
    wanted, ids = [StandingSearch(query="міст")], ["secret.uk", "withheld.uk", "gone", "bridge.uk"]
    with opened(path) as readers:
        assert readers.matching(wanted, ids) == [("bridge.uk",)]
    with opened(path, now=datetime(2026, 8, 1, tzinfo=UTC)) as readers:
        assert readers.matching(wanted, ids) == [("secret.uk", "bridge.uk")]
    with opened(path, audience="newsroom") as newsroom:
        assert newsroom.matching(wanted, ids) == [("secret.uk", "withheld.uk", "bridge.uk")]


def test_more_articles_than_are_looked_at_together(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("search.archive.matching._BATCH", 2)
    ids = [each.id for each in ARTICLES]
    with opened(path) as archive:
        [found] = archive.matching([StandingSearch(query="bridge міст")], ids)
        assert found and set(found) == found_among(archive, "bridge міст", {}, ids)


@pytest.mark.parametrize("wrong", [{"language": "xx"}, {"since": "soon"}])
def test_wrong_filters_are_refused_as_by_search(archive: Archive, wrong: dict):
    with pytest.raises(ValueError) as refused:
        archive.matching([StandingSearch(**wrong)], [])
    with pytest.raises(ValueError) as by_search:
        archive.search(**wrong)
    assert str(refused.value) == str(by_search.value)
