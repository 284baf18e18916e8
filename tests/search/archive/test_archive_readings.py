"""How a query is read in an archive: names, layouts, Latin typing, times, dictionaries, and looser searches."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_archive import article, opened

import indexer
import search
from indexer.dictionary import add_words, remove_all_words

ARTICLES = [
    article(
        "talks.uk",
        title="Переговори у Відні",
        body="Привіт зі столиці. Столтенберг і Умєров обговорили зернову угоду. Збройні сили України на кордоні.",
        published="2026-05-20T10:00:00+03:00",
        section="world",
    ),
    article(
        "talks.ru",
        title="Переговоры в Вене",
        body="Столтенберг и Умеров обсудили зерновую сделку. ВСУ следят за границей.",
        published="2026-05-20T11:00:00+03:00",
        section="world",
    ),
    article(
        "talks.en",
        title="Talks in Vienna",
        body="Stoltenberg and Umerov discussed the grain deal. The AFU watch the border. Hello from the capital.",
        published="2026-05-20T12:00:00+03:00",
        section="world",
    ),
    article(
        "fair.uk",
        title="Ярмарок у Харкові",
        body="Гості купували мед і горіхи.",
        published="2025-07-05",
        section="life",
    ),
    article(
        "fair.en", title="Fair in Kharkov", body="Guests bought honey and nuts.", published="2025-07-05", section="life"
    ),
    article("secret.uk", status="withheld", title="Прихований Стовбчаненко", body="Клавіатура зламана."),
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found: Path = tmp_path_factory.mktemp("readings")
    indexer.index_articles(ARTICLES, found)
    return found


@pytest.fixture(scope="module")
def archive(path: Path) -> Iterator[search.Archive]:
    with opened(path) as one:
        yield one


def found(archive: search.Archive, query: str, **arguments: object) -> set[str]:
    """Return the ids of all articles that a query finds."""
    page = archive.search(query, group="none", limit=100, **arguments)  # type: ignore[arg-type]
    return {hit.article.id for hit in page.hits}


class TestNames:
    @pytest.mark.parametrize(
        "query", ["Столтенбергом", "Stoltenberg", "столтенберг", "stoltenberg", "Умерову", "Umerov"]
    )
    def test_every_spelling_finds_every_version(self, archive: search.Archive, query: str) -> None:
        assert found(archive, query) == {"talks.uk", "talks.ru", "talks.en"}

    @pytest.mark.parametrize("query", ["Харків", "Kharkiv", "Харьков"])
    def test_a_name_spelled_nearly_alike_is_found(self, archive: search.Archive, query: str) -> None:
        assert found(archive, query) == {"fair.uk", "fair.en"}

    @pytest.mark.parametrize("query", ["Відень", "Вена", "Vienna"])
    def test_another_name_of_a_place_is_found(self, archive: search.Archive, query: str) -> None:
        assert found(archive, query) == {"talks.uk", "talks.ru", "talks.en"}

    @pytest.mark.parametrize("query", ["ЗСУ", "Збройні сили України", "Вооружённые силы Украины", "AFU"])
    def test_an_acronym_and_what_it_stands_for_meet(self, archive: search.Archive, query: str) -> None:
        assert found(archive, query) == {"talks.uk", "talks.ru", "talks.en"}

    def test_names_together_are_told_as_a_word_of_their_own(self, archive: search.Archive) -> None:
        words = archive.search("Збройні сили України").interpretation.words
        (together,) = [word for word in words if word.kind == "name"]
        assert together.typed == "Збройні сили України"
        assert {bridge.by for bridge in together.bridges} == {"alias"}

    def test_names_together_are_switched_off_alone(self, archive: search.Archive) -> None:
        query = "Збройні сили України"
        assert found(archive, query, without=["alias:збройні сили україни", "across"]) == {"talks.uk"}


class TestSmallWords:
    def test_other_languages_are_not_asked_for_prepositions(self, archive: search.Archive) -> None:
        assert "fair.en" in found(archive, "ярмарок у Харкові")
        assert found(archive, "ярмарок у Харкові", without="across") == {"fair.uk"}

    def test_the_own_language_is(self, archive: search.Archive) -> None:
        assert "fair.uk" not in found(archive, "ярмарок від Харкові")


class TestAcronyms:
    def test_capitals_tell_an_acronym_from_the_pronoun(self, build) -> None:
        path = build(
            [
                article("state.en", title="The US and the U.N.", body="A visit."),
                article("we.en", title="All of us", body="A walk."),
            ]
        )
        with opened(path) as archive:
            assert found(archive, "US") == {"state.en"}
            assert found(archive, "U.S.") == {"state.en"}
            assert found(archive, "us", bridges=False) == {"state.en", "we.en"}


class TestTyping:
    def test_latin_letters_find_the_cyrillic_word(self, archive: search.Archive) -> None:
        page = archive.search("yarmarok", group="none")
        assert {hit.article.id for hit in page.hits} == {"fair.uk"}
        assert "typing" in {bridge.by for bridge in page.interpretation.words[0].bridges}

    def test_it_can_be_switched_off(self, archive: search.Archive) -> None:
        assert found(archive, "yarmarok", without="typing") == set()


class TestLayout:
    @pytest.mark.parametrize(
        ("typed", "read", "by"), [("ghbdsn", "привіт", "talks.uk"), ("руддщ", "hello", "talks.en")]
    )
    def test_the_word_that_was_meant_is_searched(self, archive: search.Archive, typed: str, read: str, by: str) -> None:
        page = archive.search(typed, group="none")
        assert by in {hit.article.id for hit in page.hits}
        assert [(each.typed, each.read, each.by, each.on) for each in page.interpretation.corrections] == [
            (typed, read, "layout", True)
        ]

    @pytest.mark.parametrize("without", ["layout", "layout:ghbdsn"])
    def test_it_can_be_undone(self, archive: search.Archive, without: str) -> None:
        page = archive.search("ghbdsn", without=without)
        assert page.total == 0
        assert [each.on for each in page.interpretation.corrections] == [False]

    def test_a_word_that_an_article_has_is_left_alone(self, archive: search.Archive) -> None:
        assert archive.search("honey nuts").interpretation.corrections == ()

    def test_without_bridges_nothing_is_corrected(self, archive: search.Archive) -> None:
        assert archive.search("ghbdsn", bridges=False).interpretation.corrections == ()


class TestTimes:
    def test_words_for_a_time_limit_the_date(self, archive: search.Archive) -> None:
        page = archive.search("переговори минулого місяця")
        assert page.stories == 1
        (reading,) = page.interpretation.dates
        assert (reading.text, reading.on) == ("минулого місяця", True)
        assert page.interpretation.since == reading.since

    def test_the_limit_can_be_taken_back(self, archive: search.Archive) -> None:
        page = archive.search("переговори минулого місяця", without="dates")
        assert [reading.on for reading in page.interpretation.dates] == [False]
        assert page.interpretation.since is None
        assert page.total == 0


class TestRelaxations:
    def test_a_page_with_results_offers_none(self, archive: search.Archive) -> None:
        assert archive.search("мед").relaxations == ()

    def test_filters_that_leave_nothing_are_offered_to_go(self, archive: search.Archive) -> None:
        page = archive.search("мед", section="world", since="2026-01-01")
        assert page.total == 0
        first = page.relaxations[0]
        assert (first.kind, first.query, set(first.drops), first.stories) == ("filters", "мед", {"section", "since"}, 1)

    def test_a_word_too_many_is_offered_to_go(self, archive: search.Archive) -> None:
        kinds = {(each.kind, each.query) for each in archive.search("мед рептилоїди").relaxations}
        assert ("word", "мед") in kinds

    def test_a_question_is_offered_without_its_small_words(self, archive: search.Archive) -> None:
        page = archive.search("what do they buy with honey", bridges=False)
        (small,) = [each for each in page.relaxations if each.kind == "function-words"]
        assert (small.text, small.query, small.stories) == ("what do they with", "buy honey", 1)

    def test_a_query_of_small_words_alone_is_not_emptied(self, archive: search.Archive) -> None:
        assert "function-words" not in {each.kind for each in archive.search("whom whose mine").relaxations}

    def test_everything_offered_finds_what_it_says(self, archive: search.Archive) -> None:
        for query in ("мед рептилоїди", '"горіхи мед"', "title:мед", "мед переговори рептилоїди", "мед -ярмарок"):
            page = archive.search(query, bridges=False)
            assert page.total == 0
            assert page.relaxations, query
            for each in page.relaxations:
                again = archive.search(each.query, bridges="bridges" in each.drops)
                assert (again.total, again.stories) == (each.total, each.stories), each

    def test_what_was_switched_off_is_offered_back(self, archive: search.Archive) -> None:
        page = archive.search("yarmarok", without="typing")
        assert "bridges" in {each.kind for each in page.relaxations}

    def test_few_are_offered(self, archive: search.Archive) -> None:
        assert len(archive.search("мед гості горіхи ярмарок рептилоїди біла").relaxations) <= 4


class TestOwnDictionary:
    def test_a_word_of_the_newsroom_leads_on_after_a_refresh(self, path: Path) -> None:
        with opened(path) as archive:
            assert found(archive, "ласощі") == set()
            add_words(path, "uk\tru\ten\nласощі\tлакомства\tnut\n".encode(), "words.tsv")
            archive.refresh()
            try:
                page = archive.search("ласощі", group="none")
                assert {hit.article.id for hit in page.hits} == {"fair.en"}
                assert [match.by for match in page.hits[0].matched] == ["own"]
                assert found(archive, "ласощі", without="own") == set()
            finally:
                remove_all_words(path)
            archive.refresh()
            assert found(archive, "ласощі") == set()


class TestWhatReadersMustNotSee:
    def test_a_withheld_name_is_not_near_anything(self, path: Path) -> None:
        with opened(path) as readers, opened(path, audience="newsroom") as newsroom:
            query = "Стовбчиненко"
            assert found(readers, query) == set()
            assert "secret.uk" in found(newsroom, query)
            bridges = [bridge for word in readers.search(query).interpretation.words for bridge in word.bridges]
            assert all(bridge.words == () for bridge in bridges)

    def test_a_withheld_word_corrects_no_layout(self, path: Path) -> None:
        with opened(path) as readers, opened(path, audience="newsroom") as newsroom:
            assert readers.search("rkfdsfnehf").total == 0
            assert found(newsroom, "rkfdsfnehf") == {"secret.uk"}

    def test_a_withheld_word_is_no_relaxation(self, archive: search.Archive) -> None:
        assert archive.search("клавіатура рептилоїди").relaxations == ()
