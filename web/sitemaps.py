"""
What search engines read: the news of the last two days, all articles by month, and where not to go.

Google's rules for news: https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Blueprint, Response, abort, request, url_for

from search import Article, Group, Hit, Sort
from web.archive import current_archive, current_moment
from web.conditional import conditional
from web.config import current_config
from web.params import EARLIEST_YEAR, LATEST_YEAR, SearchRequest, parse_since, parse_until
from web.presenters.texts import substitute_title
from web.query import run_search
from web.urls import article_url

sitemaps = Blueprint("sitemaps", __name__)

#: Google reads no more in a news sitemap, and nothing that is older.
NEWS_ENTRIES = 1_000
NEWS_DAYS = 2
#: The rule allows 50,000 addresses in a file; so many fewer are answered in a fraction of a second.
FILE_ENTRIES = 1_000
#: What the rule allows in an index: fifty million articles.
INDEX_ENTRIES = 50_000

_NAMESPACES = {
    "xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xmlns:news": "http://www.google.com/schemas/sitemap-news/0.9",
    "xmlns:xhtml": "http://www.w3.org/1999/xhtml",
}
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


def _minute() -> datetime:
    """Return the beginning of the minute by the archive's clock: what is news is reckoned by the minute."""
    return current_moment().astimezone(UTC).replace(second=0, microsecond=0)


@sitemaps.get("/news-sitemap.xml")
@conditional(_minute)
def news() -> Response:
    """Answer with the articles of the last two days, the newest first."""
    now = _minute()
    recent = SearchRequest(
        since=now - timedelta(days=NEWS_DAYS), until=now + timedelta(minutes=1), sort=Sort.NEWEST, group=Group.NONE
    )
    page = run_search(current_archive(), recent, limit=NEWS_ENTRIES, facets=())
    root = Element("urlset", _NAMESPACES)
    for hit in page.hits:
        entry = _entry(root, hit)
        _describe_news(entry, hit.article)
    return _xml(root)


@sitemaps.get("/sitemap.xml")
@conditional()
def index() -> Response:
    """Answer with the list of the files that name all dated articles, a month in each or a part of one."""
    everything = run_search(current_archive(), SearchRequest(group=Group.NONE), limit=0, facets=("month",))
    months = {value.value: value.count for value in everything.facets["month"] if _is_month(value.value)}
    root = Element("sitemapindex", {"xmlns": _NAMESPACES["xmlns"]})
    for name, part in list(_parts(months))[:INDEX_ENTRIES]:
        address = url_for("sitemaps.month", name=name, part=part, _external=True)
        SubElement(SubElement(root, "sitemap"), "loc").text = address
    return _xml(root)


@sitemaps.get("/sitemap-<name>-<int:part>.xml")
@conditional()
def month(name: str, part: int) -> Response:
    """Answer with a part of a month's articles, the oldest first, so that the files of past months stay as they are."""
    if not _is_month(name) or not 1 <= part <= INDEX_ENTRIES:
        abort(404)
    wanted = SearchRequest(
        since=parse_since(name), until=parse_until(name), sort=Sort.OLDEST, group=Group.NONE, page=part
    )
    page = run_search(current_archive(), wanted, limit=FILE_ENTRIES, facets=())
    if not page.hits:
        abort(404)
    root = Element("urlset", _NAMESPACES)
    for hit in page.hits:
        _entry(root, hit)
    return _xml(root)


@sitemaps.get("/robots.txt")
def robots() -> Response:
    """Tell robots to read articles and to leave searches alone: there are more of them than articles."""
    root = request.script_root
    lines = [
        "User-agent: *",
        f"Disallow: {root}/search?",
        f"Disallow: {root}/search.atom?",
        f"Disallow: {root}/api/",
        f"Allow: {root}/",
        "",
        f"Sitemap: {url_for('sitemaps.index', _external=True)}",
        f"Sitemap: {url_for('sitemaps.news', _external=True)}",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _is_month(text: str) -> bool:
    return bool(_MONTH.fullmatch(text)) and EARLIEST_YEAR <= int(text[:4]) <= LATEST_YEAR


def _parts(months: dict[str, int]) -> Iterable[tuple[str, int]]:
    """Yield each file's month and number, the newest month first."""
    for name in sorted(months, reverse=True):
        for part in range(-(-months[name] // FILE_ENTRIES)):
            yield name, part + 1


def _entry(root: Element, hit: Hit) -> Element:
    """Add an article's address, when it changed, and the addresses of all versions if there are several."""
    entry = SubElement(root, "url")
    SubElement(entry, "loc").text = article_url(hit.article.id, external=True)
    changed = hit.article.updated or hit.article.published
    if changed:
        SubElement(entry, "lastmod").text = _timestamp(changed)
    for version in hit.versions if len(hit.versions) > 1 else ():
        address = article_url(version.id, external=True)
        SubElement(entry, "xhtml:link", {"rel": "alternate", "hreflang": version.language, "href": address})
    return entry


def _describe_news(entry: Element, article: Article) -> None:
    described = SubElement(entry, "news:news")
    publication = SubElement(described, "news:publication")
    SubElement(publication, "news:name").text = current_config().name
    SubElement(publication, "news:language").text = article.language
    if article.published:
        SubElement(described, "news:publication_date").text = _timestamp(article.published)
    SubElement(described, "news:title").text = substitute_title(article)


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _xml(root: Element) -> Response:
    content = tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(content, content_type="application/xml; charset=utf-8")
