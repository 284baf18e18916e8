"""All that a search finds: the same articles in the same order as its pages give, all of one commit."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import search
from indexer import index_articles
from search import Archive, Article, Status
from tests.search.archive.small_archive import NOW

WORDS = ("port", "ship", "grain", "mine")


def made(number: int) -> Article:
    """Return an article; some share a story, some are hidden from readers."""
    return Article(
        id=f"a{number:03}",
        story=f"story-{number % 23}",
        language=("uk", "ru", "en")[number % 3],
        title=" ".join(WORDS[: 1 + number % 4]),
        body="port " * (1 + number % 3),
        published=None if number % 11 == 0 else datetime(2024, 1, 1 + number % 7, tzinfo=UTC),
        section=("economy", "world")[number % 2],
        status=Status.WITHHELD if number % 13 == 0 else Status.USABLE,
        embargoed_until=NOW + timedelta(days=1) if number % 17 == 0 else None,
    )


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("all") / "index"
    index_articles((made(number) for number in range(70)), path)
    return path


@pytest.fixture(scope="module", params=["readers", "newsroom"])
def archive(index: Path, request: pytest.FixtureRequest) -> Archive:
    return search.open(index, audience=request.param, clock=lambda: NOW)


@given(
    query=st.sampled_from(["", "port", "ship -mine", "grain OR ship", "nothing", '"port ship"', "((("]),
    sort=st.sampled_from(["relevance", "newest", "oldest"]),
    group=st.sampled_from(["story", "none"]),
    section=st.sampled_from([None, "economy"]),
    since=st.sampled_from([None, "2024-01-04"]),
    prefer=st.sampled_from([None, "en"]),
)
@settings(deadline=None)  # the first query of a process reads dictionaries
def test_all_found_is_what_the_pages_show(archive: Archive, query, sort, group, section, since, prefer):
    finding = {"sort": sort, "group": group, "section": section, "since": since, "prefer": prefer}
    page = archive.search(query, limit=1000, **finding)
    found = archive.articles(query, **finding)
    assert [article.id for article in found] == [hit.article.id for hit in page.hits]
    assert (found.total, found.stories, len(found)) == (page.total, page.stories, len(page.hits))


def test_reading_again_gives_the_same(archive: Archive):
    found = archive.articles("port")
    assert list(found) == list(found) != []


def test_a_commit_meanwhile_changes_nothing(tmp_path: Path):
    path = tmp_path / "index"
    index_articles((made(number) for number in range(1, 10)), path)
    with search.open(path, audience="newsroom") as archive:
        found = archive.articles("port", sort="oldest")
        reading = iter(found)
        first = next(reading)
        index_articles([made(number) for number in range(20, 40)], path)
        archive.refresh()
        assert [first, *reading] == list(found)
        assert len(archive.articles("port")) > len(found)


def test_wrong_arguments_raise_at_once(archive: Archive):
    with pytest.raises(ValueError, match="sort must be one of"):
        archive.articles("port", sort="best")
