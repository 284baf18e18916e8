"""Bridges between languages and scripts: what is found by way of them, what it is worth, and how it is switched off."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_archive import article, opened

import indexer
import search

ARTICLES = [
    article("flood.uk", title="Повінь у передмісті", body="Вода затопила вулиці. Рятувальники вивозять людей човнами."),
    article("flood.ru", title="Наводнение в пригороде", body="Вода затопила улицы. Спасатели вывозят людей на лодках."),
    article("flood.en", title="Flood in the suburb", body="Water flooded the streets. Rescuers carry people in boats."),
    article("harvest.uk", title="Урожай пшениці", body="Фермери зібрали пшеницю до дощу."),
    article("harvest.en", title="Wheat harvest", body="Farmers brought in the wheat before the rain."),
    article("peace.ru", title="Мир", body="Весь мир ждёт: мир нужен всем."),
    article("peace.uk", title="Мир", body="Мир потрібен усім."),
    article("concert.uk", title="Концерт для мандоліни", body="Зала слухала стоячи."),
    article("concert.ru", title="Концерт для мандолины", body="Зал слушал стоя."),
    article("week.ru", title="Неделя", body="Прошла целая неделя."),
    article("embargoed.ru", title="Фисгармония", body="О фисгармонии писать нельзя.", status="withheld"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.Archive]:
    path: Path = tmp_path_factory.mktemp("bridges")
    indexer.index_articles(ARTICLES, path)
    with opened(path) as one:
        yield one


def found(archive: search.Archive, query: str, **arguments: object) -> list[str]:
    """Return the ids of all articles that a query finds, best first."""
    page = archive.search(query, group="none", limit=100, **arguments)  # type: ignore[arg-type]
    return [hit.article.id for hit in page.hits]


class TestGlossary:
    @pytest.mark.parametrize("query", ["повені", "наводнением", "floods"])
    def test_a_word_of_one_language_finds_the_others(self, archive: search.Archive, query: str) -> None:
        assert set(found(archive, query)) == {"flood.uk", "flood.ru", "flood.en"}

    @pytest.mark.parametrize(
        ("query", "first"), [("повінь", "flood.uk"), ("наводнение", "flood.ru"), ("flood", "flood.en")]
    )
    def test_the_word_that_was_typed_comes_first(self, archive: search.Archive, query: str, first: str) -> None:
        assert found(archive, query)[0] == first

    def test_quotation_marks_mean_only_the_word_inside(self, archive: search.Archive) -> None:
        assert found(archive, '"повінь"') == ["flood.uk"]

    def test_what_is_found_by_a_bridge_is_excluded_by_it(self, archive: search.Archive) -> None:
        assert not set(found(archive, "вода -повінь")) & {"flood.ru", "flood.en"}

    @pytest.mark.parametrize(
        "arguments", [{"bridges": False}, {"without": "glossary"}, {"without": ["glossary:повені"]}]
    )
    def test_a_bridge_that_is_switched_off_finds_nothing(self, archive: search.Archive, arguments: dict) -> None:
        assert found(archive, "повені", **arguments) == ["flood.uk"]

    def test_one_word_of_two_is_switched_off_alone(self, archive: search.Archive) -> None:
        assert "flood.en" in found(archive, "повінь вода")
        assert found(archive, "повінь вода", without="glossary:повінь") == ["flood.uk"]

    def test_a_name_that_switches_nothing_off_changes_nothing(self, archive: search.Archive) -> None:
        assert found(archive, "повінь", without=["nothing", "glossary:", ":"]) == found(archive, "повінь")


class TestCognates:
    @pytest.mark.parametrize(
        ("query", "ids"), [("мандоліною", ["concert.uk", "concert.ru"]), ("мандолины", ["concert.ru", "concert.uk"])]
    )
    def test_nearly_the_same_word_is_found_after_the_word_itself(
        self, archive: search.Archive, query: str, ids: list[str]
    ) -> None:
        assert found(archive, query) == ids

    @pytest.mark.parametrize("without", ["cognate", "cognate:мандоліною"])
    def test_it_can_be_switched_off(self, archive: search.Archive, without: str) -> None:
        assert found(archive, "мандоліною", without=without) == ["concert.uk"]

    def test_it_is_told(self, archive: search.Archive) -> None:
        (word,) = archive.search("мандоліна").interpretation.words
        (bridge,) = [bridge for bridge in word.bridges if bridge.by == "cognate"]
        assert bridge.words == (("ru", "мандолина"),)
        assert bridge.reason

    def test_a_word_that_the_glossary_translates_has_none(self, archive: search.Archive) -> None:
        # неділя is Sunday, неделя a week.
        assert "week.ru" not in found(archive, "неділя")
        (word,) = archive.search("неділя").interpretation.words
        assert "cognate" not in {bridge.by for bridge in word.bridges}

    @pytest.mark.parametrize(("query", "is_told"), [("силогізм", False), ("фісгармонія", False), ("мандоліна", True)])
    def test_only_words_of_articles_that_may_be_seen_are_told(
        self, archive: search.Archive, query: str, is_told: bool
    ) -> None:
        (word,) = archive.search(query).interpretation.words
        assert ("cognate" in {bridge.by for bridge in word.bridges}) == is_told


class TestInterpretation:
    def test_it_says_where_bridges_lead_and_why(self, archive: search.Archive) -> None:
        (word,) = archive.search("повені").interpretation.words
        (bridge,) = [bridge for bridge in word.bridges if bridge.by == "glossary"]
        assert bridge.id == "glossary:повені"
        assert bridge.on
        assert {("ru", "наводнение"), ("en", "flood")} <= set(bridge.words)
        assert bridge.reason

    def test_a_bridge_that_is_off_is_still_told(self, archive: search.Archive) -> None:
        (word,) = archive.search("повені", without="glossary:повені").interpretation.words
        assert [bridge.on for bridge in word.bridges if bridge.by == "glossary"] == [False]

    def test_without_bridges_none_are_told(self, archive: search.Archive) -> None:
        (word,) = archive.search("повені", bridges=False).interpretation.words
        assert word.bridges == ()

    def test_a_match_says_by_which_path(self, archive: search.Archive) -> None:
        hits = archive.search("повені", group="none").hits
        paths = {hit.article.id: {(match.form, match.by) for match in hit.matched} for hit in hits}
        assert paths["flood.uk"] == {("Повінь", "lemma")}
        assert ("Flood", "glossary") in paths["flood.en"]

    def test_bridged_words_are_marked_in_the_headline(self, archive: search.Archive) -> None:
        hits = archive.search("повені", language="en").hits
        assert [str(hit.headline) for hit in hits] == ["<mark>Flood</mark> in the suburb"]


class TestSeveralWords:
    def test_another_language_needs_most_of_the_words(self, archive: search.Archive) -> None:
        # «потужний» leads to no word of the English article; the others do.
        assert "flood.en" in found(archive, "повінь рятувальники човен потужний")

    def test_the_language_of_the_query_needs_all(self, archive: search.Archive) -> None:
        assert "flood.uk" not in found(archive, "повінь рятувальники човен потужний")

    def test_one_common_word_is_not_enough(self, archive: search.Archive) -> None:
        assert "harvest.en" not in found(archive, "повінь рятувальники човен людина")

    def test_it_is_told_and_can_be_switched_off(self, archive: search.Archive) -> None:
        query = "повінь рятувальники човен потужний"
        assert {across.language for across in archive.search(query).interpretation.across} == {"ru", "en"}
        page = archive.search(query, without="across")
        assert page.total == 0
        assert page.interpretation.across == ()
