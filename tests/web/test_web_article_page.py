"""The page of an article: text, marks, versions, metadata for machines, and the way back."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from readers_archive import NOW, URL_ID, articles, plain_spaces

from indexer import index_articles
from search import Article
from web import create_app
from web.presenters.texts import is_subhead

Page = Callable[..., BeautifulSoup]


def stories() -> Iterator[Article]:
    """Yield three stories about the same events, each in another language, and one near to a story of the others."""
    texts = {
        "storm-warning.en": ("Storm nears Ochakiv", "A storm tears off roofs and nears Ochakiv on Thursday night."),
        "storm.uk": ("Буря зірвала дахи в Очакові", "У ніч на четвер буря зірвала дахи в Очакові."),
        "storm-repairs.ru": ("В Очакове чинят крыши после бури", "Буря сорвала крыши в Очакове в ночь на четверг."),
        "night.uk": ("Як рятувальники працювали в Києві вночі", "Рятувальники працювали в Києві всю ніч."),
    }
    for day, (article_id, (title, body)) in enumerate(texts.items(), start=4):
        yield Article(
            id=article_id,
            language=article_id.rpartition(".")[2],
            title=title,
            body=body,
            published=datetime(2025, 3, day, 9, tzinfo=UTC),
            place="Очаків",
            image_url="https://example.org/storm.jpg",
            image_credit="Фото: ДСНС",
        )


@pytest.fixture(scope="module")
def wider(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The site over an archive that has these stories too."""
    path = tmp_path_factory.mktemp("wider") / "index"
    index_articles([*articles(), *stories()], path)
    return create_app(path, clock=lambda: NOW).test_client()


@pytest.fixture
def wider_page(wider: FlaskClient) -> Page:
    def get(path: str, ui: str = "en", **parameters: str) -> BeautifulSoup:
        response = wider.get(path, query_string={"ui": ui, **parameters})
        assert response.status_code == 200
        return BeautifulSoup(response.get_data(as_text=True), "html.parser")

    return get


def json_ld(page: BeautifulSoup) -> dict[str, object]:
    script = page.select_one("script[type='application/ld+json']")
    assert script is not None and script.string is not None
    described: dict[str, object] = json.loads(script.string)
    return described


def test_an_article_is_shown_in_its_language(page: Page) -> None:
    found = page("/article/port.uk")
    assert found.h1 is not None and found.h1["lang"] == "uk"
    assert found.h1.get_text() == "У порту Одеси відкрили новий причал"
    text = found.select_one(".text")
    assert text is not None and text["lang"] == "uk"
    assert [block.name for block in text.find_all(True, recursive=False)] == ["p", "h2", "p"]
    assert not found.select("mark")
    assert not found.select(".back")


def test_the_words_of_the_query_are_marked_in_all_their_forms(page: Page) -> None:
    marks = [mark.get_text() for mark in page("/article/port.uk", q="порт Одеса").select("mark")]
    assert {"порту", "Одеси", "Одесі"} <= set(marks)


@pytest.mark.parametrize(
    ("parameters", "marks"),
    [({}, {"Rescuers"}), ({"without": "glossary:рятувальники"}, set()), ({"bridges": "0"}, set())],
)
def test_what_is_switched_off_is_not_marked(page: Page, parameters: dict[str, str], marks: set[str]) -> None:
    found = page("/article/rescuers.en", q="рятувальники", **parameters)
    assert {mark.get_text() for mark in found.select("mark")} == marks
    back = found.select_one(".back a")
    assert back is not None
    assert parse_qs(urlsplit(str(back["href"])).query) == {
        "q": ["рятувальники"],
        **{name: [value] for name, value in parameters.items()},
    }


def test_the_way_back_is_the_whole_search(page: Page, client: FlaskClient) -> None:
    results = page("/search", q="bulletin", section="society", sort="oldest", page="2")
    link = results.select_one(".headline a")
    assert link is not None
    article = BeautifulSoup(client.get(str(link["href"])).get_data(as_text=True), "html.parser")
    back = article.select_one(".back a")
    assert back is not None and urlsplit(str(back["href"])).path == "/search"
    assert parse_qs(urlsplit(str(back["href"])).query) == {
        "q": ["bulletin"],
        "section": ["society"],
        "sort": ["oldest"],
        "page": ["2"],
    }


def test_versions_are_linked_for_readers_and_for_machines(page: Page) -> None:
    found = page("/article/rescuers.ru")
    links = found.select(".story .versions a")
    assert [(link.get_text(), link.get("aria-current")) for link in links] == [
        ("ua", None),
        ("en", None),
        ("ru", "true"),
    ]
    alternates = {link["hreflang"]: link["href"] for link in found.select("head link[hreflang]")}
    versions = {language: f"http://localhost/article/rescuers.{language}" for language in ("uk", "en", "ru")}
    assert alternates == {**versions, "x-default": versions["en"]}


def test_metadata_is_complete(page: Page) -> None:
    found = page("/article/rescuers.uk")
    meta = {tag["property"]: tag["content"] for tag in found.select("meta[property]")}
    assert meta["og:title"] == "Рятувальники у Києві"
    assert meta["og:locale"] == "uk_UA"
    assert meta["article:published_time"] == "2024-07-08T15:30:00+00:00"
    canonical = found.select_one("link[rel=canonical]")
    assert canonical is not None and canonical["href"] == "http://localhost/article/rescuers.uk"
    described = json_ld(found)
    assert described["@type"] == "NewsArticle"
    assert described["headline"] == "Рятувальники у Києві"
    assert described["inLanguage"] == "uk"
    assert described["author"] == [{"@type": "Person", "name": "Олена Гриценко"}]
    assert described["dateModified"] == "2024-07-09T08:00:00+00:00"
    translations = described["workTranslation"]
    assert isinstance(translations, list) and [t["inLanguage"] for t in translations] == ["ru", "en"]
    assert meta["article:author"] == "Олена Гриценко"
    assert described["wordCount"] == 6 and described["isAccessibleForFree"] is True


def test_metadata_says_only_what_is_known(page: Page) -> None:
    found = page("/article/untitled")
    assert set(json_ld(found)) == {
        "@context",
        "@type",
        "headline",
        "inLanguage",
        "wordCount",
        "isAccessibleForFree",
        "mainEntityOfPage",
    }
    names = {str(tag.get("property") or tag.get("name")) for tag in found.select("meta")}
    assert not {name for name in names if name.startswith(("article:", "og:image", "og:locale:alternate"))}


def test_pictures_and_places_are_described(wider_page: Page) -> None:
    found = wider_page("/article/storm.uk")
    meta = {tag.get("property") or tag.get("name"): tag["content"] for tag in found.select("meta[content]")}
    assert meta["og:image"] == "https://example.org/storm.jpg"
    assert meta["og:image:alt"] == "Буря зірвала дахи в Очакові"
    assert meta["twitter:card"] == "summary_large_image"
    described = json_ld(found)
    assert described["contentLocation"] == {"@type": "Place", "name": "Очаків"}
    assert described["image"] == {
        "@type": "ImageObject",
        "url": "https://example.org/storm.jpg",
        "creditText": "Фото: ДСНС",
    }


@pytest.mark.parametrize(
    ("ui", "moment"),
    [("uk", "8 липня 2024 р., 18:30"), ("ru", "8 июля 2024 г., 18:30"), ("en", "July 8, 2024, 18:30")],
)
def test_moments_are_in_kyiv_and_in_the_language_of_the_page(page: Page, ui: str, moment: str) -> None:
    shown = page("/article/rescuers.uk", ui=ui).select_one(".story .kicker time")
    assert shown is not None
    assert plain_spaces(shown.get_text()) == moment


def test_the_photo_is_credited_once(page: Page) -> None:
    byline = page("/article/rescuers.uk", ui="uk").select_one(".story .byline")
    assert byline is not None and byline.get_text(" ", strip=True).count("Фото:") == 1


def test_related_stories_leave_out_the_story_itself(page: Page) -> None:
    found = page("/article/port.uk")
    hrefs = [urlsplit(str(link["href"])).path for link in found.select(".related .headline a")]
    assert "/article/berth.uk" in hrefs
    assert len(hrefs) == len(set(hrefs))
    assert "/article/port.uk" not in hrefs
    assert len(hrefs) <= 5


@pytest.mark.parametrize(
    ("article_id", "groups"),
    [
        ("storm.uk", {"earlier": ["storm-warning.en"], "later": ["storm-repairs.ru"]}),
        ("storm-warning.en", {"later": ["storm.uk", "storm-repairs.ru"]}),
    ],
)
def test_coverage_is_parted_by_date(wider_page: Page, article_id: str, groups: dict[str, list[str]]) -> None:
    found = wider_page(f"/article/{article_id}")
    shown = {
        str(section["aria-labelledby"]): [
            urlsplit(str(link["href"])).path.split("/")[-1] for link in section.select(".headline a")
        ]
        for section in found.select(".related section")
    }
    assert {key: ids for key, ids in shown.items() if key != "related"} == groups
    for section in found.select(".related section"):
        assert found.find(id=section["aria-labelledby"]) is not None
    for headline in found.select(".related .headline"):
        path = urlsplit(str(headline.a["href"])).path  # type: ignore[index]
        assert headline["lang"] == path.rpartition(".")[2]


def test_related_stories_are_given_in_the_language_of_the_reader(wider_page: Page) -> None:
    for ui in ("uk", "ru", "en"):
        links = wider_page("/article/night.uk", ui=ui).select(".related .headline a")
        assert f"/article/rescuers.{ui}" in [urlsplit(str(link["href"])).path for link in links]


@pytest.mark.parametrize("article_id", ["port.uk", URL_ID, "a/../b", "nasty"])
def test_citations_are_on_the_page_and_as_files(page: Page, client: FlaskClient, article_id: str) -> None:
    cite = page("/article", id=article_id).select_one("details.cite")
    assert cite is not None
    names = [(name.get_text(), name["lang"]) for name in cite.select("dt")]
    assert names == [("ДСТУ 8302:2015", "uk"), ("ГОСТ Р 7.0.5-2008", "ru"), ("APA 7", "en"), ("Chicago", "en")]
    assert [text["lang"] for text in cite.select("dd")] == ["uk", "ru", "en", "en"]
    files = {link.get_text(): client.get(str(link["href"])) for link in cite.select(".cite-files a")}
    assert list(files) == ["BibTeX", "RIS", "CSL-JSON"]
    assert all(response.status_code == 200 for response in files.values())


def test_the_day_of_access_is_today_in_kyiv(page: Page) -> None:
    cite = page("/article/port.uk").select_one("details.cite dd")
    assert cite is not None and cite.get_text().endswith("(дата звернення: 01.11.2026).")


def test_authors_topics_and_sections_lead_to_their_articles(page: Page) -> None:
    found = page("/article/port.uk")
    queries = [
        parse_qs(urlsplit(str(link["href"])).query) for link in found.select(".story .byline a, .story .chips a")
    ]
    assert {"author": ["Ганна Щербак"]} in queries
    assert {"source": ["Порт"]} in queries
    assert {"tag": ["Одеса"]} in queries


def test_an_article_without_a_title_is_named_by_its_text(page: Page) -> None:
    found = page("/article/untitled")
    assert found.h1 is not None and found.h1.get_text().startswith("Матеріал без заголовка")
    results = page("/search", q="погода")
    assert "Матеріал без заголовка" in results.select_one(".results .headline").get_text()  # type: ignore[union-attr]


@pytest.mark.parametrize("article_id", [URL_ID, "a/../b"])
def test_any_text_may_be_an_id(page: Page, client: FlaskClient, article_id: str) -> None:
    query = "address" if article_id == URL_ID else "dots"
    link = page("/search", q=query).select_one(".results .headline a")
    assert link is not None
    response = client.get(str(link["href"]))
    assert response.status_code == 200
    api = client.get("/api/v1/articles/" + quote(article_id))
    assert api.get_json()["id"] == article_id


def test_the_original_is_linked_only_on_the_web(page: Page) -> None:
    link = page("/article/rescuers.en").select_one(".original a")
    assert link is not None and link["href"] == "https://example.org/rescuers/en"
    assert not page("/article/nasty").select(".original")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NATO-Ukraine interaction", True),
        ("Проєкт «Дія»", True),
        ("Що далі?", False),
        ("«Ми вистояли.»", False),
        ("— Так, — сказав він", False),
        ("Рядок\nі ще рядок", False),
        ("а" * 81, False),
        ("", False),
        ("»", False),
    ],
)
def test_subheads_are_short_lines_that_are_not_sentences(text: str, expected: bool) -> None:
    assert is_subhead(text) is expected
