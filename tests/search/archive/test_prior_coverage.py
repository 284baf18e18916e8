"""Prior coverage of a draft: what each story is to it, why, and which of its sentences were reported."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import search
from indexer import index_articles
from search import Relation, SentenceState

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
FERRY = {
    "uk": (
        "Пором «Лиман» знову ходить через Дністровський лиман",
        "Пором «Лиман» у понеділок відновив перевезення між Затокою та Овідіополем після ремонту двигуна.\n\n"
        "Капітан Остап Гайдамаченко сказав, що судно перевозить за рейс 60 пасажирів і 14 автомобілів.\n\n"
        "Квиток коштує 45 гривень, діти до шести років їдуть безкоштовно. "
        "Обласна адміністрація виділила на ремонт 2,3 мільйона гривень.\n\n"
        "Перший рейс зустріли рибалки та учні місцевої школи. "
        "Восени пором ходитиме тричі на день, якщо дозволить погода.",
    ),
    "ru": (
        "Паром «Лиман» снова ходит через Днестровский лиман",
        "Паром «Лиман» в понедельник возобновил перевозки между Затокой и Овидиополем после ремонта двигателя.\n\n"
        "Капитан Остап Гайдамаченко сказал, что судно перевозит за рейс 60 пассажиров и 14 автомобилей.\n\n"
        "Билет стоит 45 гривен, дети до шести лет едут бесплатно. "
        "Областная администрация выделила на ремонт 2,3 миллиона гривен.\n\n"
        "Первый рейс встретили рыбаки и ученики местной школы. "
        "Осенью паром будет ходить три раза в день, если позволит погода.",
    ),
    "en": (
        "Lyman ferry crosses the Dnister estuary again",
        "On Monday the ferry Lyman resumed transport between Zatoka and Ovidiopol after the repair of its engine.\n\n"
        "Captain Ostap Haidamachenko said that the vessel carries 60 passengers and 14 cars on each trip.\n\n"
        "A ticket costs 45 hryvnias, children under six years travel free of charge. "
        "The regional administration allocated 2.3 million hryvnias for the repair.\n\n"
        "The first trip was met by fishermen and pupils of the local school. "
        "In autumn the ferry will cross three times a day if the weather allows.",
    ),
}
LATER = search.Article(
    id="ferry.strike",
    language="uk",
    title="Екіпаж порома «Лиман» вимагає вищої платні",
    body="Екіпаж порома «Лиман» в Овідіополі зупинив рейси до Затоки.\n\nКапітан Остап Гайдамаченко вимагає від "
    "обласної адміністрації підняти платню мотористам. Пасажири чекали на березі пів дня.",
    published="2026-05-20",
    authors=("Ольга Синиця",),
)


def ferry(language: str, **fields: Any) -> search.Article:
    title, body = FERRY[language]
    return search.Article(**{"id": f"ferry.{language}", "language": language, "title": title, "body": body, **fields})


def draft_of(language: str) -> str:
    return "\n\n".join(FERRY[language])


def others() -> Iterator[search.Article]:
    for number in range(60):
        yield search.Article(
            id=f"harvest.{number}",
            language=("uk", "ru", "en")[number % 3],
            title=("Жнива на Поділлі", "Жатва на Подолье", "Harvest in Podillia")[number % 3],
            body=(
                f"Фермери зібрали {number} тонн пшениці, ячмінь іще стоїть. Ціна зерна у порту не змінилася.",
                f"Фермеры собрали {number} тонн пшеницы, ячмень еще стоит. Цена зерна в порту не изменилась.",
                f"Farmers brought in {number} tons of wheat, the barley still stands. The price of grain in the port "
                "stayed.",
            )[number % 3],
            published="2026-04-01",
        )


def opened(path: Path, articles: list[search.Article], audience: str = "readers") -> search.Archive:
    index_articles([*others(), *articles], path)
    return search.open(path, clock=lambda: NOW, audience=audience)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.Archive]:
    versions = [ferry("uk", published="2026-05-11", authors=("Ірина Лоза",)), LATER]
    with opened(tmp_path_factory.mktemp("prior") / "index", versions) as archive:
        yield archive


def relations(coverage: search.PriorCoverage) -> dict[str, Relation]:
    return {story.hit.article.id: story.relation for story in coverage.stories}


def states(coverage: search.PriorCoverage) -> list[str]:
    return [sentence.state.value for sentence in coverage.sentences]


def sentence(coverage: search.PriorCoverage, beginning: str) -> search.DraftSentence:
    return next(each for each in coverage.sentences if coverage.text[each.start :].startswith(beginning))


class TestRelations:
    def test_the_same_text(self, archive: search.Archive) -> None:
        coverage = archive.prior_coverage(draft_of("uk").replace("рибалки", "журналісти"))
        assert relations(coverage)["ferry.uk"] is Relation.SAME_TEXT

    def test_a_rewriting(self, archive: search.Archive) -> None:
        draft = (
            "Після ремонту двигуна пором «Лиман» у понеділок відновив перевезення між Овідіополем та Затокою.\n\n"
            "За рейс судно перевозить 14 автомобілів і 60 пасажирів, сказав капітан Остап Гайдамаченко.\n\n"
            "Обласна адміністрація виділила на цей ремонт 2,3 мільйона гривень. Міст відкриють навесні наступного року."
        )
        assert relations(archive.prior_coverage(draft))["ferry.uk"] is Relation.REWRITTEN

    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_a_translation(self, archive: search.Archive, language: str) -> None:
        coverage = archive.prior_coverage(draft_of(language))
        assert relations(coverage)["ferry.uk"] is Relation.TRANSLATED
        assert coverage.language == language and coverage.recognised

    def test_another_report_is_neither(self, archive: search.Archive) -> None:
        found = relations(archive.prior_coverage(draft_of("uk")))
        assert found["ferry.strike"] in (Relation.SAME_STORY, Relation.RELATED)

    def test_stories_are_those_of_related(self, archive: search.Archive) -> None:
        draft = draft_of("en")
        hits = archive.related(draft)
        assert [story.hit for story in archive.prior_coverage(draft).stories] == list(hits)

    def test_an_article_is_not_its_own_coverage(self, archive: search.Archive) -> None:
        article = archive.get("ferry.uk")
        assert article is not None
        coverage = archive.prior_coverage(article)
        assert "ferry.uk" not in relations(coverage)
        assert not any(each.report and each.report.version.id == "ferry.uk" for each in coverage.sentences)


class TestReasons:
    def test_names_are_given_in_both_spellings(self, archive: search.Archive) -> None:
        why = archive.prior_coverage(draft_of("en")).stories[0].why
        assert search.SharedWord("Ostap Haidamachenko", "Остап Гайдамаченко") in why.names
        assert "60" in {number.word for number in why.numbers}
        assert why.phrases == () and (why.sentences, why.of_sentences) >= (5, 7)

    def test_phrases_are_the_drafts_own(self, archive: search.Archive) -> None:
        draft = (
            "У суботу журналісти розпитали, чому Квиток коштує 45 гривень, діти до шести років їдуть безкоштовно, "
            "а судно перевозить за рейс не всіх, хто чекає на причалі в Овідіополі та Затоці."
        )
        phrases = archive.prior_coverage(draft).stories[0].why.phrases
        assert phrases[0] == "Квиток коштує 45 гривень, діти до шести років їдуть безкоштовно"
        assert all(phrase in draft for phrase in phrases)


class TestSentences:
    def test_of_a_copy_all_are_reported_where_they_stand(self, archive: search.Archive) -> None:
        coverage = archive.prior_coverage(draft_of("uk"))
        assert set(states(coverage)) == {"reported"}
        for each in coverage.sentences:
            assert each.report is not None and each.report.version.id == "ferry.uk"
            assert each.report.text == coverage.text[each.start : each.end]

    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_of_a_translation_most_are(self, archive: search.Archive, language: str) -> None:
        coverage = archive.prior_coverage(draft_of(language))
        assert states(coverage).count("reported") >= 5

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("60 пасажирів", "160 пасажирів"),
            ("Остап Гайдамаченко", "Остап Вакуленко"),
            ("судно перевозить", "судно не перевозить"),
        ],
    )
    def test_what_changes_the_news_makes_a_sentence_new(self, archive: search.Archive, old: str, new: str) -> None:
        coverage = archive.prior_coverage(draft_of("uk").replace(old, new))
        assert sentence(coverage, "Капітан").state is SentenceState.NEW
        assert states(coverage).count("new") == 1

    def test_a_new_sentence_is_new_and_a_short_one_tells_nothing(self, archive: search.Archive) -> None:
        coverage = archive.prior_coverage(
            draft_of("uk") + "\n\nВласник порома продав пристань фірмі з Ізмаїла за 12 мільйонів. Так і було."
        )
        assert states(coverage)[-2:] == ["new", "short"]

    def test_a_sentence_is_found_in_an_article_that_is_not_related(self, archive: search.Archive) -> None:
        draft = "Капітан Остап Гайдамаченко вимагає від обласної адміністрації підняти платню."
        coverage = archive.prior_coverage(draft, limit=0)
        (only,) = coverage.sentences
        assert coverage.stories == ()
        assert only.report is not None and only.report.version.id == "ferry.strike"

    def test_offsets_are_those_of_the_text(self, archive: search.Archive) -> None:
        draft = f"\ufeff  {draft_of('ru')}\r\n"
        coverage = archive.prior_coverage(draft)
        assert coverage.text == draft
        assert [draft[each.start : each.end] for each in coverage.sentences][1].startswith(
            "Паром «Лиман» в понедельник"
        )


class TestQuotes:
    WORDS = "Ми чекали на цей двигун цілу зиму й нарешті виходимо в лиман без буксира"

    @pytest.fixture
    def said(self, tmp_path: Path) -> Iterator[search.Archive]:
        body = f"Пором вийшов у рейс. «{self.WORDS}», – сказав капітан Остап Гайдамаченко.\n\n" + FERRY["uk"][1]
        with opened(tmp_path / "index", [ferry("uk", id="said", body=body, published="2026-05-11")]) as archive:
            yield archive

    def test_are_attributed_as_the_archive_does(self, said: search.Archive) -> None:
        draft = f"Пором знову ходить.\n\n«{self.WORDS}», – почули ми на причалі в Овідіополі від команди порома."
        (quote,) = said.prior_coverage(draft).quotes
        assert "Остап Гайдамаченко" in quote.speaker and quote.version.id == "said"
        assert draft[quote.start : quote.end] == self.WORDS == quote.said

    def test_other_words_are_nobodys(self, said: search.Archive) -> None:
        draft = (
            "«Ми чекали на цей ремонт усе літо, бо пасажирів ніхто не питав», – почули ми на причалі порома «Лиман»."
        )
        assert said.prior_coverage(draft).quotes == ()


class TestTimeline:
    def test_is_of_what_reports_the_same_by_date(self, tmp_path: Path) -> None:
        versions = [
            ferry("uk", published="2026-05-11"),
            ferry("ru", id="second", published="2026-05-09"),
            ferry("uk", id="dateless"),
            LATER,
        ]
        with opened(tmp_path / "index", versions) as archive:
            coverage = archive.prior_coverage(draft_of("uk"), prefer="uk")
            timeline = [story.hit.article.id for story in coverage.timeline]
            assert timeline[:2] == ["second", "ferry.uk"] and timeline[-1] == "dateless"
            assert {story.relation for story in coverage.timeline} <= set(Relation) - {Relation.RELATED}


class TestVisibility:
    HIDDEN = (
        {"status": "withheld"},
        {"embargoed_until": "2026-07-01T00:00:00+03:00"},
    )

    @pytest.mark.parametrize("fields", HIDDEN)
    def test_readers_see_nothing_of_what_is_hidden(self, tmp_path: Path, fields: dict[str, Any]) -> None:
        with opened(tmp_path / "with", [ferry("uk", **fields)]) as archive, opened(tmp_path / "without", []) as never:
            for language in FERRY:
                draft = draft_of(language)
                assert archive.prior_coverage(draft).as_dict() == never.prior_coverage(draft).as_dict()

    @pytest.mark.parametrize("fields", HIDDEN)
    def test_the_newsroom_sees_it_marked(self, tmp_path: Path, fields: dict[str, Any]) -> None:
        with opened(tmp_path / "index", [ferry("uk", **fields)], audience="newsroom") as archive:
            (hit,) = archive.prior_coverage(draft_of("uk")).as_dict()["hits"]
            assert hit["relation"] == "same-text"
            assert hit.get("status") == fields.get("status") and bool(hit.get("embargoed_until")) == (
                "embargoed_until" in fields
            )


class TestOddDrafts:
    @pytest.mark.parametrize("draft", ["", " \n", "!!!", "12", "а", "\ud800", "x" * 50_000, "слово " * 30_000])
    def test_say_nothing_and_fail_nowhere(self, archive: search.Archive, draft: str) -> None:
        coverage = archive.prior_coverage(draft)
        assert coverage.text == draft and not coverage.count(SentenceState.REPORTED)

    @pytest.mark.parametrize(
        ("draft", "recognised"),
        [
            ("Die Fähre fährt am Montag wieder nach Owidiopol, sagte Kapitän Ostap Haidamachenko.", False),
            ("W poniedziałek prom wrócił do Owidiopola, powiedział kapitan statku, który nie chciał mówić.", False),
            ("On Monday the ferry returned to Ovidiopol, said the captain of the vessel.", True),
            ("У понеділок пором повернувся до Овідіополя.", True),
        ],
    )
    def test_another_language_is_noticed(self, archive: search.Archive, draft: str, recognised: bool) -> None:
        assert archive.prior_coverage(draft).recognised is recognised

    def test_an_unknown_language_is_refused(self, archive: search.Archive) -> None:
        with pytest.raises(search.UnsupportedLanguage):
            archive.prior_coverage("буря", prefer="de")

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        draft=st.lists(st.sampled_from([*draft_of("uk").split(), *draft_of("en").split(), "\n\n", "."])).map(" ".join)
    )
    def test_sentences_cover_the_draft_in_order(self, archive: search.Archive, draft: str) -> None:
        coverage = archive.prior_coverage(draft)
        ends = [0]
        for each in coverage.sentences:
            assert ends[-1] <= each.start < each.end <= len(draft)
            assert not draft[ends[-1] : each.start].strip()
            assert (each.report is not None) == (each.state is SentenceState.REPORTED)
            ends.append(each.end)
        assert not draft[ends[-1] :].strip()
