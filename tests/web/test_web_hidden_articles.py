"""What readers may not see is in no answer: withheld and canceled articles, and those under embargo until it ends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

from indexer import index_articles
from search import Article, Status
from web import create_app

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
#: In every text of a hidden article and nowhere else; a slip of it is what a suggestion would lead to.
SECRET, SLIP, BEGINNING = "Zorvexian", "Zorvexan", "zorv"
HIDDEN = {
    "hidden.withheld": {"status": Status.WITHHELD},
    "hidden.canceled": {"status": Status.CANCELED},
    "hidden.embargoed": {"embargoed_until": NOW + timedelta(days=1)},
}
PUBLIC = "fleet.uk"


def articles() -> Iterator[Article]:
    """Yield a public article, hidden versions of its story, and hidden articles of their own that resemble it."""
    yield Article(
        id=PUBLIC,
        story="fleet",
        language="uk",
        title="Флот вийшов у море",
        body="Флот вийшов з порту.",
        published=NOW - timedelta(days=2),
    )
    for article_id, state in HIDDEN.items():
        for number, story in enumerate(("fleet", article_id)):
            yield Article(
                id=f"{article_id}.{number}" if number else article_id,
                story=story,
                language="en",
                title=f"{SECRET} fleet: Флот вийшов у море",
                lead=f"{SECRET} lead",
                body=f"Флот вийшов з порту. {SECRET} body.",
                published=NOW - timedelta(days=40),
                section=SECRET,
                source=SECRET,
                authors=(SECRET,),
                tags=(SECRET,),
                **state,  # type: ignore[arg-type]
            )


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hidden") / "index"
    index_articles(articles(), path)
    return path


@pytest.fixture(scope="module")
def site(index: Path) -> Flask:
    return create_app(index, clock=lambda: NOW)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search",
        "/search?group=none&sort=oldest",
        f"/search?q={BEGINNING}*",
        f"/search?q={SLIP}",
        f"/search?q={quote('флот')}",
        f"/search?q={quote('флот')}&without=glossary:{quote('флот')}&group=none",
        f"/search?q={quote('флот вийшов море порт')}&without=across",
        "/search?since=2026-09-01&until=2026-09-30",
        f"/search/values?facet=tag&find={BEGINNING}",
        "/search/values?facet=section&group=none",
        f"/article/{PUBLIC}",
        f"/article/{PUBLIC}?q={BEGINNING}*",
        f"/article/{PUBLIC}?q={BEGINNING}*&without=glossary",
        "/search.atom",
        f"/search.atom?q={quote('флот')}&without=glossary",
        "/search.atom?group=none",
        f"/search.atom?q={BEGINNING}*",
        "/api/v1/search?group=none&limit=100",
        f"/api/v1/search?q={BEGINNING}*",
        f"/api/v1/search?q={SLIP}",
        f"/api/v1/search?q={quote('флот вийшов море порт')}&without=glossary:{quote('порт')}",
        f"/api/v1/articles/{PUBLIC}",
        f"/api/v1/related?id={PUBLIC}",
        f"/api/v1/related?text={quote('Флот вийшов з порту у море')}",
        f"/api/v1/suggest?q={BEGINNING}",
        f"/api/v1/suggest?q={quote('флот')}",
        f"/api/v1/suggest?q={BEGINNING}&format=opensearch",
    ],
)
def test_no_answer_speaks_of_a_hidden_article(site: Flask, path: str) -> None:
    response = site.test_client().get(path)
    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert SECRET.casefold() not in text.casefold()
    assert "hidden." not in text


@pytest.mark.parametrize("article_id", HIDDEN)
@pytest.mark.parametrize("path", ["/article/{}", "/article?id={}", "/api/v1/articles/{}", "/api/v1/related?id={}"])
def test_a_hidden_article_is_not_there(site: Flask, path: str, article_id: str) -> None:
    client = site.test_client()
    hidden, missing = (client.get(path.format(name)) for name in (article_id, "no-such-article"))
    assert hidden.status_code == missing.status_code == 404
    assert hidden.get_data(as_text=True).replace(article_id, "") == missing.get_data(as_text=True).replace(
        "no-such-article", ""
    )


def test_nothing_counts_a_hidden_article(site: Flask) -> None:
    client = site.test_client()
    everything = client.get("/api/v1/search?group=none").get_json()
    assert (everything["total"], everything["stories"]) == (1, 1)
    assert {name: len(values) for name, values in everything["facets"].items() if values} == {"language": 1, "month": 1}
    assert [version["id"] for version in everything["hits"][0]["versions"]] == [PUBLIC]
    days = client.get("/search?since=2026-09&until=2026-10&ui=en").get_data(as_text=True)
    assert ": 1 story" in days and "September" not in days.partition('class="timeline"')[2].partition("</svg>")[0]
    assert client.get("/healthz").get_json()["articles"] == 1


def test_the_end_of_an_embargo_shows_the_article_at_once(index: Path) -> None:
    clock = [NOW]
    client = create_app(index, clock=lambda: clock[0]).test_client()
    assert client.get("/article/hidden.embargoed").status_code == 404
    clock[0] = NOW + timedelta(days=1)
    assert client.get("/article/hidden.embargoed").status_code == 200
    assert client.get(f"/api/v1/search?q={SECRET}").get_json()["total"] == 2
    assert client.get("/article/hidden.withheld").status_code == 404
