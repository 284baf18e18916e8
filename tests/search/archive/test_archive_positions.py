"""Going on after a hit: the same results as by offset, whole and once each, whatever is committed meanwhile."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import search
from indexer import index_articles
from search import Archive, Article, Position, Status

NOW = datetime(2026, 11, 1, 12, 40, tzinfo=UTC)
WORDS = ("port", "ship", "grain", "mine")


def made(number: int, **values: object) -> Article:
    """Return an article; many share a day, some a story, some have no date."""
    fields: dict[str, object] = {
        "id": f"a{number:03}",
        "story": f"story-{number % 17}",
        "language": "en",
        "title": " ".join(WORDS[: 1 + number % 4]),
        "body": "port " * (1 + number % 3),
        "published": None if number % 11 == 0 else datetime(2024, 1, 1 + number % 7, tzinfo=UTC),
        "section": ("economy", "world")[number % 2],
    }
    return Article(**{**fields, **values})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    path = tmp_path_factory.mktemp("positions") / "index"
    index_articles((made(number) for number in range(60)), path)
    with search.open(path, clock=lambda: NOW) as opened:
        yield opened


def walk(archive: Archive, query: str, limit: int, **options: object) -> list[str]:
    """Return the ids of all hits, page after page."""
    found: list[str] = []
    after: Position | None = None
    while True:
        page = archive.search(query, limit=limit, after=after, **options)  # type: ignore[arg-type]
        found += [hit.article.id for hit in page.hits]
        if page.last is None:
            return found
        assert page.hits, "a page that says that there is more has something itself"
        after = page.last


@given(
    query=st.sampled_from(["", "port", "ship -mine", "grain OR ship"]),
    sort=st.sampled_from(["relevance", "newest", "oldest"]),
    group=st.sampled_from(["story", "none"]),
    section=st.sampled_from([None, "economy"]),
    limit=st.integers(1, 25),
)
@settings(max_examples=60, deadline=None)
def test_a_walk_gives_what_one_long_page_gives(
    archive: Archive, query: str, sort: str, group: str, section: str | None, limit: int
) -> None:
    whole = archive.search(query, sort=sort, group=group, section=section, limit=1000)
    assert whole.last is None
    expected = [hit.article.id for hit in whole.hits]
    assert walk(archive, query, limit, sort=sort, group=group, section=section) == expected


def test_counts_and_facets_are_those_of_the_whole_search(archive: Archive) -> None:
    first = archive.search("port", limit=5)
    second = archive.search("port", limit=5, after=first.last)
    assert (second.total, second.stories, second.facets) == (first.total, first.stories, first.facets)


def test_a_position_and_an_offset_exclude_each_other(archive: Archive) -> None:
    with pytest.raises(ValueError, match="offset"):
        archive.search(limit=5, offset=5, after=Position("a001", 0.0, 0))


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize("query", ["", "port"])
def test_a_position_of_no_article_still_divides_the_order(archive: Archive, sort: str, query: str) -> None:
    whole = archive.search(query, sort=sort, group="none", limit=1000)
    first = archive.search(query, sort=sort, group="none", limit=20)
    assert first.last is not None
    rest = archive.search(query, sort=sort, group="none", limit=1000, after=first.last._replace(article_id="gone"))
    ids = [hit.article.id for hit in whole.hits]
    found = [hit.article.id for hit in rest.hits]
    assert found == ids[-len(found) :] and len(found) >= len(ids) - 20  # equals of the lost article come again


@pytest.mark.parametrize("sort", ["newest", "oldest"])
@pytest.mark.parametrize("group", ["story", "none"])
@pytest.mark.parametrize("query", ["", "port"])
def test_commits_during_a_walk_neither_repeat_nor_hide(tmp_path: Path, sort: str, group: str, query: str) -> None:
    path = tmp_path / "index"
    day = datetime(2024, 1, 1, tzinfo=UTC)

    def article(number: int) -> Article:
        return made(number, story=f"s{number}", published=day + timedelta(hours=number))

    index_articles((article(number) for number in range(40)), path)
    with search.open(path, clock=lambda: NOW) as archive:
        seen: list[str] = []
        after: Position | None = None
        for step in range(100):
            page = archive.search(query, sort=sort, group=group, limit=4, after=after)
            seen += [hit.article.id for hit in page.hits]
            if page.last is None:
                break
            after = page.last
            # News arrive on the side where the walk has been, and the last hit of the page is withdrawn
            came = article(100 + step) if sort == "newest" else article(-1 - step)
            gone = made(int(after.article_id[1:]), status=Status.CANCELED)
            index_articles([came, gone], path)
            archive.refresh()
        old = [f"a{number:03}" for number in range(40)]
        assert [each for each in seen if each in old] == (old[::-1] if sort == "newest" else old)
        assert len(set(seen)) == len(seen)


def test_the_state_changes_with_what_answers_depend_on(tmp_path: Path) -> None:
    moment = [NOW]
    index_articles([made(1), made(2, embargoed_until=NOW + timedelta(minutes=5))], tmp_path)
    with search.open(tmp_path, clock=lambda: moment[0]) as archive:
        first = archive.state()
        moment[0] = NOW + timedelta(minutes=4)
        assert archive.state() == first
        moment[0] = NOW + timedelta(minutes=6)
        released = archive.state()
        assert released != first
        moment[0] = NOW + timedelta(minutes=20)
        assert archive.state() != released  # the hour
        before = archive.state()
        index_articles([made(3)], tmp_path)
        archive.refresh()
        assert archive.state() != before


def test_within_an_hour_scores_stand_still(tmp_path: Path) -> None:
    moment = [NOW]
    index_articles([made(1)], tmp_path)
    with search.open(tmp_path, clock=lambda: moment[0]) as archive:
        first = archive.search("port").hits[0].score
        moment[0] = NOW + timedelta(minutes=19)
        assert archive.search("port").hits[0].score == first
        moment[0] = NOW + timedelta(days=90)
        assert archive.search("port").hits[0].score < first
