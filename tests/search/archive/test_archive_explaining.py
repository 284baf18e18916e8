"""Why an article has its score: the same number as the search gives, and nothing told that is hidden."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from small_archive import ARTICLES, NOW, article, opened

import indexer
import search
from search.archive import view
from search.columnar.execute import Executor
from search.columnar.work import LOOK_UP
from search.query.across import SHARE_REQUIRED

QUERIES = [
    "міст",
    "мости Київ",
    "Зеленський у Києві",
    '"прес-служба" OR переговори',
    "міст -Зеленський",
    "мост*",
    "title:bridge",
    "author:Гриценко міст",
    "tag:мости section:society",
    "міст since:2024",
    "bridge 2024",
    "міністр говорив мости зустріч",
    "(міст OR munitions) NOT (talks OR дати)",
    "section:politics",
    "id:bridge.uk OR Dnipro",
    "",
    "*",
    "!!!",
    "нісенітниця",
    '"незакрита',
]


def explanations(archive: search.Archive, query: str, **arguments: object) -> dict[str, search.Explanation]:
    """Return the explanations of all articles that have one."""
    found = {each.id: archive.explain(query, each.id, **arguments) for each in ARTICLES}  # type: ignore[arg-type]
    return {identifier: explanation for identifier, explanation in found.items() if explanation is not None}


def kinds(explanation: search.Explanation) -> Iterator[str]:
    """Yield the kinds of an explanation and of all its parts."""
    yield explanation.kind
    for part in explanation.parts:
        yield from kinds(part)


@pytest.mark.parametrize(
    "arguments",
    [{}, {"bridges": False}, {"without": "glossary"}, {"since": "2024"}, {"until": "2023", "without": "across"}],
    ids=str,
)
@pytest.mark.parametrize("query", QUERIES)
def test_explained_score_is_that_of_the_search(archive: search.Archive, query: str, arguments: dict) -> None:
    page = archive.search(query, group="none", limit=100, **arguments)
    scores = {hit.article.id: hit.score for hit in page.hits}
    found = {identifier: each.value for identifier, each in explanations(archive, query, **arguments).items()}
    assert found == pytest.approx(scores, rel=1e-9)


@pytest.mark.parametrize("limit", [LOOK_UP * 8, 0])
@pytest.mark.parametrize("query", ["Зеленський мости Дніпро Київ рух", "section:politics міст", "міст"])
def test_what_a_search_leaves_out_is_not_in_the_explanation(
    archive: search.Archive, monkeypatch: pytest.MonkeyPatch, query: str, limit: int
) -> None:
    monkeypatch.setattr(view, "Executor", partial(Executor, limit=limit))
    page = archive.search(query, group="none", limit=100)
    assert page.interpretation.notices
    scores = {hit.article.id: hit.score for hit in page.hits}
    found = {identifier: each.value for identifier, each in explanations(archive, query).items()}
    assert found == pytest.approx(scores, rel=1e-9)


def test_age_counts_unless_a_time_is_named(archive: search.Archive) -> None:
    aged = archive.explain("міст", "bridge.uk")
    assert aged and aged.kind == "freshness" and aged.text == "published 2024-05-10"
    undated = archive.explain("міст", "undated.uk")
    assert undated and (undated.text, undated.facts["factor"]) == ("undated", 0.8)
    for named in (archive.explain("міст since:2024", "bridge.uk"), archive.explain("міст", "bridge.uk", since="2024")):
        assert named and "freshness" not in kinds(named)


@pytest.mark.parametrize(
    ("query", "identifier"),
    [
        ("нісенітниця", "bridge.uk"),
        ("Зеленський", "talks.en"),
        ("міст -Київ", "bridge.uk"),
        ("міст", "no-such-article"),
        ("міст", ""),
        ("міст", "\ud800"),
    ],
)
def test_no_explanation_of_what_is_not_found(archive: search.Archive, query: str, identifier: str) -> None:
    assert archive.explain(query, identifier) is None


def test_article_outside_the_dates_is_not_found(archive: search.Archive) -> None:
    assert archive.explain("міст", "bridge.uk", until="2023") is None
    assert archive.explain("міст", "undated.uk", since="2000") is None


def test_empty_query_explains_a_score_of_nothing(archive: search.Archive) -> None:
    assert archive.explain("", "bridge.uk") == search.Explanation("filter", "everything", 0.0, {})


def test_wrong_argument_is_refused(archive: search.Archive) -> None:
    with pytest.raises(ValueError, match="since is not a date"):
        archive.explain("міст", "bridge.uk", since="колись")


def test_json_object_has_the_whole_tree(archive: search.Archive) -> None:
    explanation = archive.explain("мости", "bridge.ru")
    assert explanation
    record = search.explanation_as_dict(explanation)
    assert json.loads(json.dumps(record)) == record
    assert record.keys() == {"kind", "text", "value", "facts", "parts"}
    (word,) = record["parts"]
    assert (record["kind"], word["kind"], word["text"]) == ("freshness", "word", "мости")
    assert word["facts"]["articles"] == len(ARTICLES)
    assert {form["facts"]["by"] for form in word["parts"]} == {"glossary"}


class TestText:
    @pytest.mark.parametrize(
        ("query", "identifier", "lines"),
        [
            (
                "Київ",
                "bridge.uk",
                [
                    "× freshness 0.848 (published 2024-05-10)",
                    "Київ: ",
                    "articles)",
                    "«Києві» by lemma (uk:київ): ",
                    "title: ",
                    "body: ",
                ],
            ),
            ("міст міністр", "talks.uk", ["the sum of", "«мости» by lemma (uk:міст)", "«Міністр» by form (міністр)"]),
            ('"прес-служба мерії"', "bridge.uk", ["прес-служба мерії: ", "1 time × "]),
            ("мост*", "bridge.ru", ["«мост*» by prefix", "2 times × "]),
            ("відкрити міст section:society", "bridge.uk", ["section: society: 0.000 (a filter)"]),
            (
                "міністр оголосив переговори повінь",
                "talks.en",
                ["the sum of 3 of 4 words, which tell ", f"({SHARE_REQUIRED} is enough)"],
            ),
            ("", "talks.en", ["everything: 0.000 (a filter)"]),
        ],
    )
    def test_it_names_what_it_counts(
        self, archive: search.Archive, query: str, identifier: str, lines: list[str]
    ) -> None:
        explanation = archive.explain(query, identifier)
        assert explanation
        text = search.explanation_text(explanation)
        places = [text.find(line) for line in lines]
        assert -1 not in places and places == sorted(places), text

    def test_what_a_number_is_made_of_stands_further_in(self, archive: search.Archive) -> None:
        explanation = archive.explain("Київ", "bridge.uk")
        assert explanation
        depths = [len(line) - len(line.lstrip()) for line in search.explanation_text(explanation).splitlines()]
        assert depths[:4] == [0, 2, 4, 6]


SECRET = [
    article("open.uk", title="Відкрита таємниця"),
    article("plain.uk", title="Новини дня"),
    article("withheld.uk", title="Прихована таємниця", status="withheld"),
    article("later.uk", title="Майбутня таємниця", embargoed_until=NOW + timedelta(hours=1)),
]


class TestHidden:
    @pytest.mark.parametrize("identifier", ["withheld.uk", "later.uk"])
    @pytest.mark.parametrize("query", ["таємниця", "", "-новини"])
    def test_readers_get_no_explanation_of_what_they_may_not_see(
        self, build: Callable, identifier: str, query: str
    ) -> None:
        path = build(SECRET)
        with opened(path) as archive:
            assert archive.explain(query, identifier) is None
        with opened(path, "newsroom") as archive:
            assert archive.explain(query, identifier) is not None

    def test_readers_are_told_of_the_articles_that_they_may_see(self, build: Callable) -> None:
        path = build(SECRET)
        indexer.index_articles(SECRET[:2], path.parent / "open")
        with opened(path) as archive, opened(path, "newsroom") as newsroom, opened(path.parent / "open") as alone:
            for_readers, for_newsroom = archive.explain("таємниця", "open.uk"), newsroom.explain("таємниця", "open.uk")
            assert for_readers == alone.explain("таємниця", "open.uk")
            assert archive.explain("таємниця новини дня", "open.uk") is None
        assert for_readers and for_newsroom
        assert "in 1 of 2 articles" in search.explanation_text(for_readers)
        assert "in 3 of 4 articles" in search.explanation_text(for_newsroom)
