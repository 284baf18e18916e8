"""What readers may not see is in no answer to programs: exports, cursors, feeds, sitemaps, tags of answers."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer import index_articles
from search import Article, Position, Status
from web import create_app
from web.cursors import write_cursor
from web.params import SearchRequest

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SECRET = "Zorvexian"
HIDDEN = {
    "hidden.withheld": {"status": Status.WITHHELD},
    "hidden.canceled": {"status": Status.CANCELED},
    "hidden.embargoed": {"embargoed_until": NOW + timedelta(minutes=1)},
}
PUBLIC = ["fleet.0", "fleet.1", "fleet.2"]


def articles() -> Iterator[Article]:
    """Yield public articles and hidden ones between them in every order, some of the same story."""
    for number, article_id in enumerate(PUBLIC):
        yield Article(
            id=article_id,
            story="fleet" if number == 0 else article_id,
            language="en",
            title="Fleet leaves the port",
            published=NOW - timedelta(hours=2 * number + 2),
        )
    for number, (article_id, state) in enumerate(HIDDEN.items()):
        for story in ("fleet", article_id):
            yield Article(
                id=f"{article_id}.{story}",
                story=story,
                language="ru",
                title=f"{SECRET} fleet leaves the port",
                body=SECRET,
                published=NOW - timedelta(hours=2 * number + 1),
                section=SECRET,
                authors=(SECRET,),
                tags=(SECRET,),
                **state,  # type: ignore[arg-type]
            )


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("api-hidden") / "index"
    index_articles(articles(), path)
    return path


@pytest.fixture
def reader(index: Path) -> FlaskClient:
    return create_app(index, clock=lambda: NOW).test_client()


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/search?format=ndjson&group=none&limit=1000",
        "/api/v1/search?format=csv&group=none&limit=1000",
        "/api/v1/search?q=fleet&format=csv",
        "/api/v1/search?q=zorv*&format=ndjson",
        "/search.atom?group=none",
        "/search.atom?q=fleet",
        "/news-sitemap.xml",
        "/sitemap.xml",
        "/sitemap-2026-11-1.xml",
        "/robots.txt",
        "/opensearch.xml",
        "/openapi.json",
        "/api",
        "/embed",
        "/embed?section=Zorv",
    ],
)
def test_no_answer_to_a_program_speaks_of_a_hidden_article(reader: FlaskClient, path: str) -> None:
    response = reader.get(path)
    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert SECRET.casefold() not in text.casefold()
    assert "hidden." not in text


@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance"])
@pytest.mark.parametrize("query", ["", "fleet"])
@pytest.mark.parametrize("group", ["story", "none"])
def test_a_walk_by_cursor_meets_no_hidden_article(reader: FlaskClient, sort: str, query: str, group: str) -> None:
    path, found = f"/api/v1/search?limit=1&sort={sort}&q={query}&group={group}", []
    while path:
        answer = reader.get(path).get_json()
        found += [hit["id"] for hit in answer["hits"]]
        path = answer["next"]
        if path:
            cursor = path.partition("cursor=")[2].partition("&")[0]
            assert b"hidden" not in base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert sorted(found) == PUBLIC


def test_a_made_up_cursor_tells_nothing_of_a_hidden_article(reader: FlaskClient) -> None:
    def answer(article_id: str) -> object:
        request = SearchRequest(query="fleet")
        moment = int((NOW - timedelta(hours=3)).timestamp() * 1_000_000)
        cursor = write_cursor(request, Position(article_id, 1.0, moment))
        return reader.get(f"/api/v1/search?q=fleet&cursor={cursor}").get_json()

    assert answer("hidden.withheld.fleet") == answer("no-such-article")


def test_tags_are_alike_where_an_article_is_hidden_and_where_there_is_none(reader: FlaskClient) -> None:
    hidden, missing = (reader.get(f"/api/v1/articles/{name}") for name in ("hidden.withheld.fleet", "no-such-article"))
    assert hidden.status_code == missing.status_code == 404
    assert "ETag" not in hidden.headers and "ETag" not in missing.headers


def test_the_end_of_an_embargo_is_seen_at_once(index: Path) -> None:
    moment = [NOW]
    client = create_app(index, clock=lambda: moment[0]).test_client()
    paths = ["/news-sitemap.xml", "/sitemap-2026-11-1.xml", "/search.atom", "/api/v1/search?format=csv&group=none"]
    tags = {path: client.get(path).headers["ETag"] for path in paths}
    moment[0] = NOW + timedelta(minutes=1)
    for path in paths:
        response = client.get(path, headers={"If-None-Match": tags[path]})
        assert response.status_code == 200
        assert "hidden.embargoed" in response.get_data(as_text=True)
