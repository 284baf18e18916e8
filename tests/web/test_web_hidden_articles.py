"""
What readers may not see is in no answer: withheld and canceled articles, and those under embargo until it ends.

Two archives are asked the same: one that hides articles, and one that never had them. Every answer must be the same to
the byte, so not only words are kept back but counts, facets, suggestions, the order and the scores. Which addresses
are asked is not a matter of memory: a route of the site that is not in ``PATHS`` fails the first test.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask

from indexer import index_articles
from search import Article, Status
from web import create_app

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
EMBARGO_ENDS, EMBARGO_ENDED = NOW + timedelta(days=1), NOW - timedelta(days=1)
#: In every text of a hidden article and nowhere else; a slip of it is what a suggestion would lead to.
SECRET, SLIP, BEGINNING, IN_CYRILLIC = "Zorvexian", "Zorvexan", "zorv", "Зорвексіан"
PUBLIC = "fleet.uk"
STATES = {
    "hidden.withheld": {"status": Status.WITHHELD},
    "hidden.canceled": {"status": Status.CANCELED},
    "hidden.embargoed": {"embargoed_until": EMBARGO_ENDS},
}

#: The paths under which each route (by its endpoint) is asked, each with all of ``QUESTIONS``. ADD A NEW ROUTE HERE,
#: with a path that finds a public article if it shows one, and with the ids of hidden ones if it takes an id.
PATHS: dict[str, tuple[str, ...]] = {
    "static": ("/static/style.css",),
    "pages.start": ("/",),
    "pages.search": ("/search",),
    "pages.facet_values": tuple(
        f"/search/values?facet={facet}&find={find}"
        for facet in ("language", "section", "source", "author", "tag")
        for find in ("", BEGINNING)
    ),
    "pages.article": (f"/article/{PUBLIC}", f"/article?id={PUBLIC}", *(f"/article/{name}" for name in STATES)),
    "pages.tips": ("/help",),
    "pages.cite": tuple(
        f"/cite?id={article}&style={style}" for article in (PUBLIC, *STATES) for style in ("bibtex", "ris", "csl-json")
    ),
    "developers.api": ("/api",),
    "developers.embed": ("/embed", f"/embed?section={SECRET}"),
    "sitemaps.news": ("/news-sitemap.xml",),
    "sitemaps.index": ("/sitemap.xml",),
    "sitemaps.month": ("/sitemap-2026-09-1.xml", "/sitemap-2026-10-1.xml"),
    "sitemaps.robots": ("/robots.txt",),
    "monitoring.health": ("/healthz",),
    "monitoring.ready": ("/readyz",),
    "monitoring.metrics": ("/metrics",),
    "feeds.atom": ("/search.atom",),
    "feeds.description": ("/opensearch.xml",),
    "api.search": ("/api/v1/search", "/api/v1/search?limit=100"),
    "api.article": (f"/api/v1/articles/{PUBLIC}", *(f"/api/v1/articles/{name}" for name in STATES)),
    "api.related": (f"/api/v1/related?id={PUBLIC}", *(f"/api/v1/related?id={name}" for name in STATES)),
    "api.quotes": ("/api/v1/quotes", f"/api/v1/quotes?speaker={SECRET}", "/api/v1/quotes?speaker=капітан&group=none"),
    "api.suggest": ("/api/v1/suggest", "/api/v1/suggest?format=opensearch"),
    "openapi.document": ("/openapi.json",),
}

#: What every path is asked. Parameters that a route does not know, it passes over.
QUESTIONS: tuple[tuple[tuple[str, str], ...], ...] = tuple(
    tuple(question.items())
    for question in (
        {},
        # the word that only hidden articles have: itself, its beginning, a slip, another alphabet, parts of a query
        {"q": SECRET},
        {"q": f"{BEGINNING}*"},
        {"q": BEGINNING},
        {"q": SLIP},
        {"q": SLIP.lower(), "group": "none", "bridges": "0"},
        {"q": IN_CYRILLIC},
        {"q": f'"{SECRET} lead"'},
        {"q": f"title:{SECRET}"},
        {"q": f"флот OR {SECRET}"},
        {"q": f"флот -{SECRET}"},
        {"q": f"флот {SECRET}"},
        {"q": f"{SECRET} флот вийшов у море з порту"},
        {"q": "status:withheld"},
        {"q": "status:canceled OR status:usable"},
        {"q": f"story:{PUBLIC} OR story:fleet OR id:hidden.withheld"},
        # words that public and hidden articles share: their counts, order, scores and readings
        {"q": "флот"},
        {"q": "флот", "group": "none", "sort": "oldest"},
        {"q": "флот вийшов море порт"},
        {"q": "fleet port sea", "without": "across"},
        {"q": "флот", "without": "glossary"},
        {"q": 'fleet OR порт OR "вийшов у море"', "limit": "100"},
        {"q": "фло"},
        {"q": "фл*"},
        {"q": "flot"},
        {"q": "акщефкь"},
        {"text": "Флот вийшов з порту у море", "id": ""},
        {"text": f"{SECRET} fleet"},
        # filters by what only hidden articles have, and by what they share
        {"section": SECRET},
        {"source": SECRET},
        {"author": SECRET},
        {"tag": SECRET},
        {"section": "world"},
        {"tag": "море", "language": "en"},
        {"language": "en"},
        {"section": SECRET, "q": "флот"},
        # dates that isolate them, and the pages beyond
        {"since": "2026-09-01", "until": "2026-09-30"},
        {"since": "2026-09", "until": "2026-09", "q": "fleet"},
        {"q": "date:2026-09"},
        {"q": "дата:2026-09 флот", "sort": "newest"},
        {"q": "у вересні"},
        {"page": "2"},
        {"page": "3", "group": "none"},
        {"page": "1000000000"},
        {"q": "флот", "page": "2", "limit": "2"},
        {"limit": "1", "page": "40", "group": "none"},
        {"group": "none", "limit": "100", "sort": "oldest"},
        {"ui": "en", "q": "fleet"},
        {"ui": "ru", "q": SECRET.upper()},
    )
)


def public_articles() -> Iterator[Article]:
    """Yield what everybody may see: more than a page of it."""
    yield Article(
        id=PUBLIC,
        story="fleet",
        language="uk",
        title="Флот вийшов у море",
        body="Флот вийшов з порту.",
        published=NOW - timedelta(days=2),
    )
    for number in range(14):
        yield Article(
            id=f"open-{number}",
            language=("uk", "en", "ru")[number % 3],
            title=("Порт приймає судна", "The port receives ships", "Порт принимает суда")[number % 3],
            body=("У море вийшов флот. " * (number % 4 + 1) + "Погода ясна.", "A fleet at sea.", "Флот ушёл.")[
                number % 3
            ],
            published=NOW - timedelta(days=100 + number),
            section="world",
            source="Visti",
            authors=("Олена Гриценко",),
            tags=("море",) if number % 2 else ("порт", "море"),
        )


def hidden_articles(**changed: object) -> Iterator[Article]:
    """Yield hidden versions of the public story, and hidden articles of their own that resemble it."""
    for article_id, state in STATES.items():
        for number, story in enumerate(("fleet", article_id)):
            yield Article(
                id=f"{article_id}.{number}" if number else article_id,
                story=story,
                language="en",
                title=f"{SECRET} fleet: Флот вийшов у море",
                lead=f"{SECRET} lead",
                body=f"Флот вийшов з порту. {SECRET} body, " + "and more of it about the fleet. " * 20,
                published=NOW - timedelta(days=40),
                section="world" if number else SECRET,
                source=SECRET,
                authors=(SECRET, "Олена Гриценко"),
                tags=(SECRET, "море"),
                **{**state, **changed},  # type: ignore[arg-type]
            )


def mixed(hidden: Iterable[Article]) -> Iterator[Article]:
    """Yield the public articles with others between them, so that no number of a document is what it would be alone."""
    waiting = list(hidden)
    for number, article in enumerate(public_articles()):
        if number % 2 and waiting:
            yield waiting.pop()
        yield article
    yield from waiting


MakeSite = Callable[..., Flask]


@pytest.fixture(scope="module")
def make_site(tmp_path_factory: pytest.TempPathFactory) -> MakeSite:
    """Return a function that makes the site over an archive of articles, which were indexed in several runs."""

    def make(*runs: Iterable[Article], clock: Callable[[], datetime] = lambda: NOW) -> Flask:
        path = Path(tmp_path_factory.mktemp("hidden")) / "index"
        for run in runs:
            assert not index_articles(run, path).rejected
        return create_app(path, clock=clock)

    return make


@pytest.fixture(scope="module")
def hiding(make_site: MakeSite) -> Flask:
    """The site of an archive that hides articles, one of which everybody could see before it was withheld."""
    seen_before = next(iter(hidden_articles(status=Status.USABLE)))
    return make_site([seen_before], mixed(hidden_articles()))


@pytest.fixture(scope="module")
def innocent(make_site: MakeSite) -> Flask:
    """The site of an archive that never had those articles."""
    return make_site(public_articles())


def addresses(path: str) -> list[str]:
    """Return a path with each of the questions."""
    return [path + ("&" if "?" in path else "?") + urlencode(question) for question in QUESTIONS]


def answer(app: Flask, address: str) -> tuple[int, dict[str, str | None], bytes]:
    """Return what an answer says: its status, what of its headers could tell something, and its body."""
    with app.test_client().get(address, headers={"Accept-Language": "en"}) as response:
        told = ("Content-Type", "Content-Length", "Content-Language", "Location", "Link", "X-Total-Count")
        return response.status_code, {name: response.headers.get(name) for name in told}, response.get_data()


def test_every_route_is_asked(hiding: Flask) -> None:
    routes = {rule.endpoint for rule in hiding.url_map.iter_rules() if "GET" in (rule.methods or ())}
    new, gone = routes - set(PATHS), set(PATHS) - routes
    assert not new, f"add paths for {sorted(new)} to PATHS in {__file__}: may such an answer speak of hidden articles?"
    assert not gone, f"{sorted(gone)} are no routes any more; take them out of PATHS in {__file__}"
    matcher = hiding.url_map.bind("localhost")
    for endpoint, paths in PATHS.items():
        assert paths
        assert {matcher.match(path.partition("?")[0])[0] for path in paths} == {endpoint}


@pytest.mark.parametrize("path", [path for paths in PATHS.values() for path in paths])
def test_an_archive_that_hides_articles_answers_as_one_that_never_had_them(
    hiding: Flask, innocent: Flask, path: str
) -> None:
    for address in addresses(path):
        assert answer(hiding, address) == answer(innocent, address), address


@pytest.mark.parametrize("path", [path for name, paths in PATHS.items() if name != "static" for path in paths])
def test_no_answer_has_the_secret_word_unless_it_was_asked_for(hiding: Flask, path: str) -> None:
    for address in addresses(path):
        if BEGINNING not in address.casefold() and "hidden." not in address:
            status, _, body = answer(hiding, address)
            assert status in (200, 302, 400, 404), address
            assert BEGINNING not in body.decode().casefold() and "hidden." not in body.decode(), address


def test_posted_texts_are_answered_alike(hiding: Flask, innocent: Flask) -> None:
    for text in (f"{SECRET} fleet: Флот вийшов у море", "Флот вийшов з порту", "Порт приймає судна"):
        one, other = (site.test_client().post("/api/v1/related", json={"text": text}) for site in (hiding, innocent))
        assert one.status_code == 200 and one.get_data() == other.get_data()


def test_the_comparison_sees_a_single_hidden_article(make_site: MakeSite, innocent: Flask) -> None:
    """The two sites above are not alike for want of a difference: with one article more for readers, pages differ."""
    open_site = make_site([*public_articles(), next(iter(hidden_articles(status=Status.USABLE)))])
    for path in ("/", "/search", "/search.atom", "/api/v1/search", "/api/v1/related?id=fleet.uk", "/healthz"):
        assert any(answer(open_site, address) != answer(innocent, address) for address in addresses(path)), path
    assert answer(open_site, f"/api/v1/suggest?q={BEGINNING}") != answer(innocent, f"/api/v1/suggest?q={BEGINNING}")
    assert answer(open_site, f"/search?q={SLIP}") != answer(innocent, f"/search?q={SLIP}")


@pytest.fixture(scope="module")
def clock() -> list[datetime]:
    """The time that it is for the sites of ``embargo_sites``."""
    return [NOW]


@pytest.fixture(scope="module")
def embargo_sites(make_site: MakeSite, clock: list[datetime]) -> tuple[Flask, Flask, Flask]:
    """The sites of an archive with an embargo, of one without its articles, and of one whose embargo ended before."""
    embargoed = [article for article in hidden_articles() if article.embargoed_until]
    released = [replace(article, embargoed_until=EMBARGO_ENDED) for article in embargoed]
    archives = (mixed(embargoed), public_articles(), mixed(released))
    first, second, third = (make_site(articles, clock=lambda: clock[0]) for articles in archives)
    return first, second, third


@pytest.mark.parametrize("moment", [NOW, EMBARGO_ENDS - timedelta(microseconds=1), EMBARGO_ENDS])
def test_an_embargoed_article_is_nowhere_before_the_moment_and_everywhere_at_it(
    embargo_sites: tuple[Flask, Flask, Flask], clock: list[datetime], moment: datetime
) -> None:
    """The site is running all the time; from the moment on it answers as if it had ended long ago."""
    clock[0] = moment
    embargoed, without, released = embargo_sites
    like = without if moment < EMBARGO_ENDS else released
    for address in (address for paths in PATHS.values() for path in paths for address in addresses(path)[::4]):
        status, headers, body = answer(embargoed, address)
        answered = answer(like, address)
        assert (status, headers, _as_if_over(body)) == (*answered[:2], _as_if_over(answered[2])), address
    found = embargoed.test_client().get("/article/hidden.embargoed").status_code
    assert found == (404 if moment < EMBARGO_ENDS else 200)


def _as_if_over(body: bytes) -> bytes:
    """Return a body with the day on which the embargo ended in the place of the one on which it ends."""
    return body.replace(EMBARGO_ENDS.date().isoformat().encode(), EMBARGO_ENDED.date().isoformat().encode())
