"""Feeds and the description for browsers: well-formed, escaped, stable."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from readers_archive import FILLERS, NASTY

from indexer import index_articles
from search import Article
from web import create_app
from web.feeds import FEED_ENTRIES

NAMES = {"a": "http://www.w3.org/2005/Atom", "o": "http://a9.com/-/spec/opensearch/1.1/"}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def feed(client: FlaskClient, query: str) -> ElementTree.Element:
    response = client.get("/search.atom?" + query)
    assert response.status_code == 200
    assert response.mimetype == "application/atom+xml"
    return ElementTree.fromstring(response.get_data())


def texts(element: ElementTree.Element, path: str) -> list[str]:
    return [found.text or "" for found in element.findall(path, NAMES)]


def test_a_feed_has_the_newest_results_first(client: FlaskClient) -> None:
    found = feed(client, "q=bulletin")
    titles = texts(found, "a:entry/a:title")
    assert titles[0] == f"Weekly bulletin {FILLERS - 1}"
    assert len(titles) == FEED_ENTRIES
    assert texts(found, "o:totalResults") == [str(FILLERS)]
    assert texts(found, "o:startIndex") == ["1"]
    assert texts(found, "o:itemsPerPage") == [str(FEED_ENTRIES)]


def test_a_feed_leads_to_its_other_pages(client: FlaskClient) -> None:
    links = {link.get("rel"): link.get("href") for link in feed(client, "q=bulletin").findall("a:link", NAMES)}
    assert links["self"] == "http://localhost/search.atom?q=bulletin&sort=newest"
    assert links["next"] == "http://localhost/search.atom?q=bulletin&sort=newest&page=2"
    assert links["search"] == "http://localhost/opensearch.xml"
    assert "previous" not in links
    second = {link.get("rel") for link in feed(client, "q=bulletin&page=2").findall("a:link", NAMES)}
    assert "previous" in second and "next" not in second


def test_a_feed_keeps_what_is_switched_off(client: FlaskClient) -> None:
    query = "q=рятувальники&group=none"
    assert len(texts(feed(client, query), "a:entry/a:title")) == 3
    found = feed(client, f"{query}&without=glossary")
    assert texts(found, "a:entry/a:title") == ["Рятувальники у Києві"]
    links = {link.get("rel"): str(link.get("href")) for link in found.findall("a:link", NAMES)}
    assert all("without=glossary" in links[relation] for relation in ("self", "alternate"))
    assert texts(found, "a:id") != texts(feed(client, query), "a:id")


def test_entries_say_their_language_and_keep_their_ids(client: FlaskClient) -> None:
    def entry(query: str) -> ElementTree.Element:
        found = feed(client, query).find("a:entry", NAMES)
        assert found is not None
        return found

    ukrainian, russian = entry("q=Київ&language=uk"), entry("q=Киев&language=ru")
    assert (ukrainian.get(XML_LANG), russian.get(XML_LANG)) == ("uk", "ru")
    assert texts(ukrainian, "a:id") == texts(russian, "a:id")  # one story
    assert texts(entry("q=Київ&group=none"), "a:id") != texts(entry("q=Киев&group=none"), "a:id")
    assert texts(ukrainian, "a:updated") == ["2024-07-09T08:00:00Z"]
    assert texts(ukrainian, "a:author/a:name") == ["Олена Гриценко"]
    alternates = {link.get("hreflang"): link.get("href") for link in ukrainian.findall("a:link", NAMES)}
    assert set(alternates) == {"uk", "ru", "en"}
    assert alternates["en"] == "http://localhost/article/rescuers.en"


def test_an_entry_has_one_link_for_each_language(client: FlaskClient, tmp_path: Path) -> None:
    languages = ("uk", "uk", "en")
    versions = [Article(id=str(number), story="a", language=name, title="A") for number, name in enumerate(languages)]
    index_articles(versions, tmp_path / "index")
    links = feed(create_app(tmp_path / "index").test_client(), "").findall("a:entry/a:link", NAMES)
    assert sorted(str(link.get("hreflang")) for link in links) == ["en", "uk"]


@pytest.mark.parametrize("query", ["q=nasty", "q=]]>%3C/feed%3E%26%00%01%ff", "q=нісенітниця", "page=99", "since=x"])
def test_feeds_are_well_formed_whatever_is_asked(client: FlaskClient, query: str) -> None:
    found = feed(client, query)
    for name in ("title", "id", "updated"):
        assert all(texts(found, f"a:{name}")) and all(texts(found, f"a:entry/a:{name}"))


def test_texts_are_text_not_markup(client: FlaskClient) -> None:
    assert texts(feed(client, "q=nasty"), "a:entry/a:title") == [f"Nasty {NASTY}"]


def test_a_feed_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    etag = client.get("/search.atom?q=bulletin").headers["ETag"]
    response = client.get("/search.atom?q=bulletin", headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert not response.get_data()


def test_browsers_learn_how_to_search_here(client: FlaskClient) -> None:
    response = client.get("/opensearch.xml?ui=en")
    assert response.mimetype == "application/opensearchdescription+xml"
    root = ElementTree.fromstring(response.get_data())
    assert texts(root, "o:ShortName") == ["Visti"]
    urls = {(url.get("type"), url.get("rel")): url.get("template") for url in root.findall("o:Url", NAMES)}
    assert urls["text/html", None] == "http://localhost/search?q={searchTerms}&page={startPage?}"
    assert set(urls) == {
        ("text/html", None),
        ("application/atom+xml", None),
        ("application/json", None),
        ("application/x-suggestions+json", "suggestions"),
        ("application/opensearchdescription+xml", "self"),
    }
    for template in urls.values():
        asked = str(template).replace("{searchTerms}", "порт").replace("{startPage?}", "1").replace("{count?}", "5")
        assert client.get(asked.removeprefix("http://localhost")).status_code == 200
