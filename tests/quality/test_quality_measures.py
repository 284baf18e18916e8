"""The measures of quality are right on examples."""

import pytest

from benchmarks.quality import edge_cases, known_items, languages, word_forms
from search.article import Article
from search.language import analyze


class TestConflation:
    def test_forms_of_one_word_are_found_and_nothing_else(self) -> None:
        found = word_forms.conflation({("cities", "city"): 2, ("city", "city"): 1, ("road", "road"): 2}, "en")
        assert found[:4] == (1.0, 1.0, 1.0, 1.0)
        assert found.terms_per_token == 2.0

    def test_a_form_that_is_missed_costs_recall(self) -> None:
        found = word_forms.conflation({("cities", "city"): 1, ("town", "city"): 1}, "en")
        assert (found.recall, found.precision) == (0.0, 1.0)

    def test_a_form_that_is_joined_wrongly_costs_precision(self) -> None:
        found = word_forms.conflation({("leaves", "leaf"): 1, ("leave", "leave"): 1, ("leaf", "leaf"): 1}, "en")
        assert found.recall == 1.0
        assert found.precision == pytest.approx((1 / 2 + 0 + 1) / 3)

    def test_words_of_several_positions_meet_position_by_position(self) -> None:
        found = word_forms.conflation({("long-term", "long-term"): 1, ("long", "long"): 1}, "en")
        assert found.precision == 1.0


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [("two towns", "in two towns today", True), ("two towns", "two old towns", False), ("towns", "town", True)],
)
def test_a_query_matches_successive_words(query: str, text: str, found: bool) -> None:
    assert edge_cases.matches(analyze(query), analyze(text, "en")) is found


def test_languages_of_a_query() -> None:
    assert languages.languages_of("закон") == {"uk", "ru"}
    assert languages.languages_of("вони") == {"uk"}
    assert languages.languages_of("law") == set()


class TestContentWords:
    def test_function_words_have_no_content(self) -> None:
        assert known_items.content_words("Повінь, яка була на сході", "uk") == ["Повінь", "сході"]
        assert known_items.content_words("The flood that was in the east", "en") == ["flood", "east"]

    def test_a_word_of_no_dictionary_may_be_a_name(self) -> None:
        assert known_items.content_words("Хаймарсенко", "uk") == ["Хаймарсенко"]


class TestDraws:
    ARTICLE = Article(id="a", language="en", title="Flood", body="Rescuers evacuate villages along rivers after storms")

    def test_queries_are_the_same_every_time(self) -> None:
        drawn = list(known_items.draws(self.ARTICLE, "uk"))
        assert drawn == list(known_items.draws(self.ARTICLE, "uk"))
        assert drawn != list(known_items.draws(self.ARTICLE, "ru"))

    def test_queries_are_different_words_of_the_text(self) -> None:
        for words in known_items.draws(self.ARTICLE, "uk"):
            assert len(set(words)) == known_items.WORDS
            assert set(words) <= set(f"{self.ARTICLE.title} {self.ARTICLE.body}".split())


def test_every_story_is_in_one_half() -> None:
    articles = [Article(story=f"s{n}", language=code, title="t") for n in range(20) for code in ("uk", "en")]
    stories = known_items.by_story(articles)
    halves = [set(known_items.of_half(stories, half)) for half in (0, 1)]
    assert all(halves) and not halves[0] & halves[1] and halves[0] | halves[1] == set(stories)
