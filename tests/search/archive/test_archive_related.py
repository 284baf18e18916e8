"""Related stories: the same events in other languages, what came before and after, and what must not be related."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import search
from indexer import index_articles

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
STORM = {
    "uk": (
        "Буря зірвала дахи в Очакові",
        "У ніч на четвер буря зірвала дахи дванадцяти будинків в Очакові.\n\nМер Очакова Сергій Бичков сказав, що "
        "рятувальники прибрали повалені дерева. Електрику повернули 3400 родинам. Школа відкриється у понеділок.",
    ),
    "ru": (
        "Буря сорвала крыши в Очакове",
        "В ночь на четверг буря сорвала крыши двенадцати домов в Очакове.\n\nМэр Очакова Сергей Бычков сказал, что "
        "спасатели убрали поваленные деревья. Электричество вернули 3400 семьям. Школа откроется в понедельник.",
    ),
    "en": (
        "Storm tears off roofs in Ochakiv",
        "In the night to Thursday a storm tore the roofs off twelve houses in Ochakiv.\n\nThe mayor of Ochakiv, Serhii "
        "Bychkov, said that rescuers had removed fallen trees. Electricity was returned to 3400 families. The school "
        "opens on Monday.",
    ),
}


def storm(language: str, **fields: Any) -> search.Article:
    title, body = STORM[language]
    return search.Article(**{"id": f"storm.{language}", "language": language, "title": title, "body": body, **fields})


def articles() -> Iterator[search.Article]:
    yield storm("uk", published="2026-05-07")
    yield storm("ru", published="2026-05-08")
    yield storm("en", published="2026-05-05")
    for number in range(40):
        yield search.Article(
            id=f"market.{number}",
            language=("uk", "ru", "en")[number % 3],
            title=("Ціни на ринку", "Цены на рынке", "Prices at the market")[number % 3],
            body=(
                f"Картопля й морква подешевшали, а яблука подорожчали до {number} гривень.",
                f"Картофель и морковь подешевели, а яблоки подорожали до {number} гривен.",
                f"Potatoes and carrots became cheaper, and apples cost {number} hryvnias.",
            )[number % 3],
            published="2026-04-01",
        )


def opened(path: Path, extra: Iterator[search.Article] | list[search.Article], **options: Any) -> search.Archive:
    index_articles([*articles(), *extra], path)
    return search.open(path, clock=lambda: NOW, **options)


def named(archive: search.Archive, article_id: str) -> search.Article:
    found = archive.get(article_id)
    assert found is not None
    return found


def ids(hits: tuple[search.Hit, ...]) -> list[str]:
    return [hit.article.id for hit in hits]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.Archive]:
    with opened(tmp_path_factory.mktemp("related") / "index", []) as archive:
        yield archive


@pytest.mark.parametrize("language", ["uk", "ru", "en"])
def test_the_same_events_are_found_in_the_other_languages(archive: search.Archive, language: str) -> None:
    related = archive.related(named(archive, f"storm.{language}"))
    assert set(ids(related)) == {f"storm.{other}" for other in STORM if other != language}


def test_the_reasons_name_the_bridges(archive: search.Archive) -> None:
    hits = {hit.article.language: hit for hit in archive.related(named(archive, "storm.uk"))}
    matched = {(match.word, match.form): match.by for match in hits["en"].matched}
    assert matched["дахи", "roofs"] == "glossary"
    assert matched["Очакові", "Ochakiv"] in ("name", "alias", "glossary")
    assert {match.by for hit in hits.values() for match in hit.matched} <= {
        "form", "lemma", "name", "alias", "glossary", "cognate",
    }  # fmt: skip


def test_scores_are_shares_and_fall(archive: search.Archive) -> None:
    title, body = STORM["uk"]
    scores = [hit.score for hit in archive.related(f"{title}\n\n{body}")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_a_draft_finds_the_events_in_all_languages(archive: search.Archive) -> None:
    draft = "Після бурі в Очакові мер Бичков розповів, як рятувальники прибирали дерева й ремонтували дахи будинків."
    assert set(ids(archive.related(draft))) == {"storm.uk", "storm.ru", "storm.en"}


def test_a_story_is_given_once_in_the_language_of_its_reader(tmp_path: Path) -> None:
    versions = [storm(language, id=f"second.{language}", story="second") for language in STORM]
    with opened(tmp_path / "index", versions) as archive:
        source = named(archive, "storm.uk")
        for prefer, wanted in ((None, "uk"), ("uk", "uk"), ("en", "en"), ("ru", "ru")):
            found = [hit for hit in archive.related(source, prefer=prefer) if hit.article.story == "second"]
            assert [hit.article.id for hit in found] == [f"second.{wanted}"]
            assert [version.language for version in found[0].versions] == ["uk", "ru", "en"]
        assert not set(ids(archive.related(versions[0]))) & {version.id for version in versions}


def test_an_unknown_language_is_refused(archive: search.Archive) -> None:
    with pytest.raises(search.UnsupportedLanguage):
        archive.related("буря", prefer="de")
    with pytest.raises(search.UnsupportedLanguage):
        archive.coverage(named(archive, "storm.uk"), prefer="de")


def test_a_few_common_words_relate_nothing(archive: search.Archive) -> None:
    assert archive.related("Школа мистецтв у четвер показала виставу про мандри капітана Немо навколо світу.") == ()
    assert archive.related("") == archive.related("!!!") == ()


def test_coverage_is_parted_by_date(archive: search.Archive) -> None:
    coverage = archive.coverage(named(archive, "storm.uk"))
    assert (ids(coverage.earlier), ids(coverage.later)) == (["storm.en"], ["storm.ru"])
    assert coverage.related == ()


def test_what_is_nearest_in_time_comes_first(tmp_path: Path) -> None:
    days = {"a": 1, "b": 6, "c": 9, "d": 20}
    more = [storm("uk", id=name, published=datetime(2026, 5, day, tzinfo=UTC)) for name, day in days.items()]
    with opened(tmp_path / "index", more) as archive:
        coverage = archive.coverage(named(archive, "storm.uk"))
        assert [name for name in ids(coverage.earlier) if name in days] == ["b", "a"]
        assert [name for name in ids(coverage.later) if name in days] == ["c", "d"]


def test_without_a_date_nothing_is_earlier_or_later(tmp_path: Path) -> None:
    with opened(tmp_path / "index", [storm("uk", id="dateless")]) as archive:
        assert "dateless" in ids(archive.coverage(named(archive, "storm.uk")).related)
        coverage = archive.coverage(named(archive, "dateless"))
        assert not coverage.earlier and not coverage.later and "storm.uk" in ids(coverage.related)


@pytest.mark.parametrize(
    "hidden", [{"status": "withheld"}, {"status": "canceled"}, {"embargoed_until": NOW + timedelta(hours=1)}]
)
def test_readers_see_nothing_hidden(tmp_path: Path, hidden: dict[str, Any]) -> None:
    secret = storm("uk", id="secret", story="storm.ru", published="2026-05-06", **hidden)
    with opened(tmp_path / "index", [secret]) as archive:
        source = named(archive, "storm.en")
        coverage = archive.coverage(source)
        for hit in (*archive.related(source, prefer="uk"), *coverage.earlier, *coverage.later, *coverage.related):
            assert hit.article.id != "secret"
            assert "secret" not in {version.id for version in hit.versions}
    with search.open(tmp_path / "index", audience="newsroom", clock=lambda: NOW) as archive:
        hits = archive.related(source, prefer="uk")
        assert "secret" in {version.id for hit in hits for version in hit.versions}


def test_words_of_hidden_articles_alone_open_no_bridge(tmp_path: Path) -> None:
    index = tmp_path / "index"
    moments = [NOW]
    index_articles([*articles(), storm("uk", id="embargoed", embargoed_until=NOW + timedelta(hours=1))], index)
    with search.open(index, clock=lambda: moments[0]) as archive:
        source = named(archive, "storm.en")
        assert "embargoed" not in ids(archive.related(source))
        moments[0] += timedelta(hours=2)
        assert "embargoed" in ids(archive.related(source))
