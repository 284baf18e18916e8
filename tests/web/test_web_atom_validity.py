"""Feeds by the letter of RFC 4287, read by another parser than the one that wrote them."""

import re
from datetime import datetime
from urllib.parse import urlsplit
from xml.dom.minidom import Element, parseString

import pytest
from flask.testing import FlaskClient

ATOM = "http://www.w3.org/2005/Atom"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
#: RFC 3339 with a capital T and Z, as RFC 4287 (3.3) wants it.
TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z.+-]+")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")

ONCE = {"feed": ("id", "title", "updated"), "entry": ("id", "title", "updated")}
AT_MOST_ONCE = {
    "feed": ("generator", "icon", "logo", "rights", "subtitle"),
    "entry": ("content", "published", "rights", "source", "summary"),
}
KNOWN = {
    "feed": {*ONCE["feed"], *AT_MOST_ONCE["feed"], "author", "category", "contributor", "link", "entry"},
    "entry": {*ONCE["entry"], *AT_MOST_ONCE["entry"], "author", "category", "contributor", "link"},
}


def children(element: Element, name: str | None = None) -> list[Element]:
    """Return the child elements of Atom, all or those with a name."""
    found = [node for node in element.childNodes if node.nodeType == node.ELEMENT_NODE and node.namespaceURI == ATOM]
    return [node for node in found if name is None or node.localName == name]


def text_of(element: Element) -> str:
    return "".join(node.data for node in element.childNodes)


def check_container(element: Element) -> None:
    """Check what 4.1.1 and 4.1.2 say of a feed and of an entry."""
    kind = element.localName
    assert {child.localName for child in children(element)} <= KNOWN[kind]
    for name in ONCE[kind]:
        assert len(children(element, name)) == 1, name
    for name in AT_MOST_ONCE[kind]:
        assert len(children(element, name)) <= 1, name
    (identifier,) = children(element, "id")
    assert urlsplit(text_of(identifier)).scheme, "an id is an absolute IRI"
    for name in ("updated", "published"):
        for moment in children(element, name):
            assert TIMESTAMP.fullmatch(text_of(moment))
            datetime.fromisoformat(text_of(moment))
    for person in (*children(element, "author"), *children(element, "contributor")):
        (name_element,) = children(person, "name")
        assert text_of(name_element).strip()
    for category in children(element, "category"):
        assert category.getAttribute("term")
    for construct in ("title", "summary", "rights"):
        for each in children(element, construct):
            assert (each.getAttribute("type") or "text") == "text"
            assert all(node.nodeType == node.TEXT_NODE for node in each.childNodes), "text has no children"
    check_links(element)


def check_links(element: Element) -> None:
    """Check 4.2.7: each link has an address, and no two alternates have one type and language."""
    links = children(element, "link")
    for link in links:
        address = urlsplit(link.getAttribute("href"))
        assert address.scheme and address.netloc
        assert MEDIA_TYPE.fullmatch(link.getAttribute("type"))
        if link.hasAttribute("hreflang"):
            assert LANGUAGE.fullmatch(link.getAttribute("hreflang"))
    alternates = [
        (link.getAttribute("type"), link.getAttribute("hreflang"))
        for link in links
        if link.getAttribute("rel") in ("", "alternate")
    ]
    assert alternates and len(alternates) == len(set(alternates))


def validate(content: bytes) -> Element:
    """Check a feed and return its root."""
    feed = parseString(content).documentElement
    assert feed is not None
    assert (feed.namespaceURI, feed.localName) == (ATOM, "feed")
    assert LANGUAGE.fullmatch(feed.getAttribute("xml:lang"))
    check_container(feed)
    assert [link for link in children(feed, "link") if link.getAttribute("rel") == "self"]
    entries = children(feed, "entry")
    for entry in entries:
        check_container(entry)
        assert children(entry, "author"), "no author in the feed, so each entry needs one"
        assert LANGUAGE.fullmatch(entry.getAttribute("xml:lang"))
    ids = [text_of(children(entry, "id")[0]) for entry in entries]
    assert len(set(ids)) == len(ids)
    for name in ("totalResults", "startIndex", "itemsPerPage"):
        (number,) = feed.getElementsByTagNameNS(OPENSEARCH, name)
        assert int(text_of(number)) >= 0
    return feed


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=Київ",
        "q=Київ&group=none&ui=en",
        "q=bulletin&page=2",
        "q=nasty",
        "q=нісенітниця",
        "page=99",
        "sort=oldest",
        "q=%00]]>%3Cfeed%3E&tag=%26",
        "since=1000&until=1001",
    ],
)
def test_a_feed_is_valid(client: FlaskClient, query: str) -> None:
    response = client.get(f"/search.atom?{query}")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    validate(response.get_data())


def test_the_validator_sees_what_is_wrong(client: FlaskClient) -> None:
    good = client.get("/search.atom?q=bulletin").get_data(as_text=True)
    for right, wrong in (
        ("</updated>", "?</updated>"),
        (' rel="self"', ' rel="other"'),
        ("<author>", "<writer>"),
        ('term="', 'name="'),
        ('href="http', 'href="/http'),
    ):
        broken = good.replace(right, wrong).replace("</author>", "</author>" if right != "<author>" else "</writer>")
        assert broken != good
        with pytest.raises(AssertionError):
            validate(broken.encode())


def test_a_feed_keeps_the_language_that_its_address_asks_for(client: FlaskClient) -> None:
    feed = validate(client.get("/search.atom?q=bulletin&ui=en").get_data())
    links = {link.getAttribute("rel"): link.getAttribute("href") for link in children(feed, "link")}
    assert feed.getAttribute("xml:lang") == "en"
    assert "ui=en" in links["self"] and "ui=en" in links["next"]


def test_a_feed_was_updated_when_its_newest_entry_was(client: FlaskClient) -> None:
    feed = validate(client.get("/search.atom").get_data())
    moments = [text_of(children(entry, "updated")[0]) for entry in children(feed, "entry")]
    assert text_of(children(feed, "updated")[0]) == max(moments)


def test_an_entry_names_its_source_beside_its_authors(client: FlaskClient) -> None:
    (entry,) = children(validate(client.get("/search.atom?q=Київ&source=Visti").get_data()), "entry")
    names = [text_of(children(each, "name")[0]) for each in children(entry, "contributor")]
    assert names == ["Visti"]


LIMITS = {"ShortName": 16, "LongName": 48, "Description": 1024, "Tags": 256}


@pytest.mark.parametrize("ui", ["uk", "en", "ru"])
def test_the_description_keeps_the_limits_of_opensearch(client: FlaskClient, ui: str) -> None:
    root = parseString(client.get(f"/opensearch.xml?ui={ui}").get_data()).documentElement
    assert root is not None
    for name, limit in LIMITS.items():
        for found in root.getElementsByTagNameNS(OPENSEARCH, name):
            assert 0 < len(text_of(found)) <= limit
    urls = root.getElementsByTagNameNS(OPENSEARCH, "Url")
    relations = {(url.getAttribute("rel") or "results", url.getAttribute("type")) for url in urls}
    assert relations == {
        ("results", "text/html"),
        ("results", "application/atom+xml"),
        ("results", "application/json"),
        ("suggestions", "application/x-suggestions+json"),
        ("self", "application/opensearchdescription+xml"),
    }
    (own,) = [url.getAttribute("template") for url in urls if url.getAttribute("rel") == "self"]
    assert own == f"http://localhost/opensearch.xml?ui={ui}"


def test_the_pictures_of_the_description_are_there(client: FlaskClient) -> None:
    root = parseString(client.get("/opensearch.xml").get_data()).documentElement
    assert root is not None
    for image in root.getElementsByTagNameNS(OPENSEARCH, "Image"):
        with client.get(text_of(image).removeprefix("http://localhost")) as response:
            assert (response.status_code, response.mimetype) == (200, image.getAttribute("type"))
            if image.getAttribute("type") == "image/png":
                width = int.from_bytes(response.get_data()[16:20], "big")  # of the header chunk
                assert str(width) == image.getAttribute("width")
