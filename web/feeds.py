"""
What other programs subscribe to: the Atom feed of any search, and the OpenSearch description of this site.

XML is written by ElementTree, which escapes; the request's texts were cleaned of what XML cannot hold by ``params``.
"""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from flask import Blueprint, Response, request, url_for

from search import LANGUAGES, Hit, Page, Sort
from web.archive import current_archive
from web.conditional import conditional
from web.i18n import gettext, interface_language, url_language
from web.params import SearchRequest, query_pairs
from web.presenters.texts import substitute_title
from web.query import asked, run_search
from web.urls import article_url

feeds = Blueprint("feeds", __name__)

ATOM = "http://www.w3.org/2005/Atom"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
ATOM_TYPE = "application/atom+xml"
OPENSEARCH_TYPE = "application/opensearchdescription+xml"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FEED_ENTRIES = 20
#: A feed needs a date even when it is empty; a fixed one keeps its ETag.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

register_namespace("", ATOM)
register_namespace("opensearch", OPENSEARCH)


@feeds.get("/search.atom")
@conditional(interface_language)
def atom() -> Response:
    """Answer with the newest results of a search as an Atom feed."""
    search_request = replace(asked()[0], fold=None)  # an entry must not go because a copy came before it
    if not request.args.get("sort"):
        search_request = replace(search_request, sort=Sort.NEWEST)
    page = run_search(current_archive(), search_request, limit=FEED_ENTRIES, facets=(), prefer=interface_language())
    return xml_response(feed_of(search_request, page), ATOM_TYPE)


@feeds.get("/opensearch.xml")
def description() -> Response:
    """Describe this site to browsers and programs that can search it."""
    response = xml_response(search_description(), OPENSEARCH_TYPE)
    response.add_etag()
    response.make_conditional(request)
    return response


def feed_of(search_request: SearchRequest, page: Page, *, title: str = "", address: str = "") -> Element:
    """Make the feed of a page of results; one that has an address of its own has only one page."""
    feed = Element(f"{{{ATOM}}}feed", {_XML_LANG: interface_language()})
    title = title or page.query
    _text(feed, "title", f"{gettext('Visti')}: {title}" if title else gettext("Visti: the newest stories"))
    _text(feed, "id", _identifier("feed", address or repr(query_pairs(replace(search_request, page=1)))))
    _text(feed, "updated", _timestamp(max((_changed(hit) for hit in page.hits), default=_NEVER)))
    _link(feed, "self", address or _feed_address(search_request), ATOM_TYPE)
    _link(feed, "alternate", _address("pages.search", search_request), "text/html")
    _link(feed, "search", url_for("feeds.description", _external=True), OPENSEARCH_TYPE)
    if search_request.page > 1:
        _link(feed, "previous", _feed_address(replace(search_request, page=search_request.page - 1)), ATOM_TYPE)
    if page.offset + page.limit < page.results and not address:
        _link(feed, "next", _feed_address(replace(search_request, page=search_request.page + 1)), ATOM_TYPE)
    for name, number in (
        ("totalResults", page.results),
        ("startIndex", page.offset + 1),
        ("itemsPerPage", page.limit),
    ):
        SubElement(feed, f"{{{OPENSEARCH}}}{name}").text = str(number)
    SubElement(feed, f"{{{OPENSEARCH}}}Query", {"role": "request", "searchTerms": page.query})
    for hit in page.hits:
        feed.append(_entry(hit, page.group))
    return feed


def search_description() -> Element:
    """Make the OpenSearch 1.1 description: where to search for pages, feeds, JSON and suggestions."""
    root = Element(f"{{{OPENSEARCH}}}OpenSearchDescription")

    def add(name: str, text: str | None = None, **attributes: str) -> None:
        SubElement(root, f"{{{OPENSEARCH}}}{name}", attributes).text = text

    add("ShortName", gettext("Visti"))
    add("Description", gettext("Search the news archive in Ukrainian, Russian and English."))
    for file, size, kind in (("favicon.png", "64", "image/png"), ("favicon.svg", "16", "image/svg+xml")):
        picture = url_for("static", filename=file, _external=True)
        add("Image", picture, width=size, height=size, type=kind)
    for endpoint, kind, extra in (
        ("pages.search", "text/html", "&page={startPage?}"),
        ("feeds.atom", ATOM_TYPE, "&page={startPage?}"),
        ("api.search", "application/json", "&limit={count?}&page={startPage?}"),
    ):
        add("Url", template=f"{url_for(endpoint, _external=True)}?q={{searchTerms}}{extra}", type=kind)
    suggestions = url_for("api.suggest", _external=True) + "?format=opensearch&q={searchTerms}"
    add("Url", template=suggestions, type="application/x-suggestions+json", rel="suggestions")
    own = url_for("feeds.description", _external=True, ui=interface_language())
    add("Url", template=own, type=OPENSEARCH_TYPE, rel="self")  # browsers look there for a newer description
    add("Query", role="example", searchTerms=gettext("Kyiv"))
    for language in LANGUAGES:
        add("Language", language)
    add("InputEncoding", "UTF-8")
    add("OutputEncoding", "UTF-8")
    return root


def _entry(hit: Hit, group: str) -> Element:
    article = hit.article
    entry = Element(f"{{{ATOM}}}entry", {_XML_LANG: article.language})
    # A story keeps its id through corrections and new versions, so that no reader shows it twice
    _text(entry, "id", _identifier("story", article.story) if group == "story" else _identifier("article", article.id))
    _text(entry, "title", substitute_title(article))
    _text(entry, "updated", _timestamp(_changed(hit)))
    if article.published:
        _text(entry, "published", _timestamp(article.published))
    for author in article.authors or ((article.source,) if article.source else (gettext("Visti"),)):
        _text(SubElement(entry, f"{{{ATOM}}}author"), "name", author)
    if article.authors and article.source:
        _text(SubElement(entry, f"{{{ATOM}}}contributor"), "name", article.source)
    for term in (article.section, *article.tags):
        if term:
            SubElement(entry, f"{{{ATOM}}}category", {"term": term})
    # One alternate link for each language (RFC 4287, 4.1.2), even of a story that has two versions in one
    versions = {version.language: version.id for version in reversed(hit.versions)} | {article.language: article.id}
    for language, article_id in versions.items():
        _link(entry, "alternate", article_url(article_id, external=True), "text/html", language)
    _text(entry, "summary", hit.snippet.text or article.lead)
    return entry


def _changed(hit: Hit) -> datetime:
    return hit.article.updated or hit.article.published or _NEVER


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")  # strftime drops zeros before year 1000


def _identifier(kind: str, name: str) -> str:
    """Return a name for all time: the same wherever the site stands and however often it is rebuilt."""
    return uuid5(NAMESPACE_URL, f"visti:{kind}:{name}").urn


def _address(endpoint: str, search_request: SearchRequest, ui: str | None = None) -> str:
    parameters: dict[str, list[str]] = {}
    for name, value in query_pairs(search_request):
        parameters.setdefault(name, []).append(value)
    return url_for(endpoint, _external=True, ui=ui, **parameters)  # type: ignore[arg-type]  # lists repeat a parameter


def _feed_address(search_request: SearchRequest) -> str:
    return _address("feeds.atom", search_request, ui=url_language())


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _link(parent: Element, relation: str, address: str, kind: str, language: str | None = None) -> None:
    attributes = {"rel": relation, "href": address, "type": kind}
    if language:
        attributes["hreflang"] = language
    SubElement(parent, f"{{{ATOM}}}link", attributes)


def xml_response(root: Element, kind: str) -> Response:
    """Answer with a document."""
    return Response(tostring(root, encoding="utf-8", xml_declaration=True), content_type=f"{kind}; charset=utf-8")
