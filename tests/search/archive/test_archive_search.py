"""What a script gets from ``archive.search``: matching, counts, filters, groups, order, pages."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_archive import ARTICLES, NOW, article, ids, opened

import indexer
import search


class TestWords:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("Київ", {"bridge.uk"}),
            ("Києві", {"bridge.uk"}),
            ("мостами", {"bridge.uk", "bridge.ru", "talks.uk", "undated.uk"}),
            ("Киевом", {"bridge.ru"}),
            ("еще", {"bridge.ru"}),
            ("munition", {"bridge.en", "talks.en"}),
            ("announcing", {"talks.en"}),
            ("Зеленського", {"bridge.uk", "talks.uk"}),
            ("міст Київ", {"bridge.uk"}),
            ("міст -Київ", {"talks.uk", "undated.uk"}),
            ("мост OR talks", {"bridge.ru", "talks.en"}),
            ('"у Києві"', {"bridge.uk"}),
            ('"Київ"', set()),
            ('"міст Київ"', set()),
            ("прес-служба", {"bridge.uk"}),
            ("пресслужба", {"bridge.uk"}),
            ("служба", {"bridge.uk"}),
            ("перегов*", {"talks.uk"}),
            ("title:munitions", set()),
            ("body:munitions", {"bridge.en", "talks.en"}),
            ("author:Гриценко", {"bridge.uk", "bridge.ru"}),
            ("tag:мости", {"bridge.uk", "talks.uk"}),
            ("section:politics мости", {"talks.uk", "undated.uk"}),
            ("language:en", {"bridge.en", "talks.en"}),
            ("id:bridge.ru", {"bridge.ru"}),
            ("story:talks", {"talks.uk", "talks.en"}),
            ("date:2023-01", {"talks.uk"}),
            ("date:2023", {"talks.uk", "talks.en"}),
            ("рептилоїди", set()),
            ("", {one.id for one in ARTICLES}),
        ],
    )
    def test_query_finds_exactly(self, archive: search.Archive, query: str, expected: set[str]) -> None:
        page = archive.search(query, group="none", limit=100, bridges=False)
        assert set(ids(page)) == expected
        assert page.total == len(expected)

    def test_phrase_does_not_reach_over_a_paragraph(self, archive: search.Archive) -> None:
        assert archive.search('"роки прес-служба"').total == 0
        assert archive.search('"чотири роки"').total == 1

    def test_sign_behind_a_number_must_be_there(self, build) -> None:
        path = build(
            [article("a.en", body="It grew by 10% in a year."), article("b.en", body="There were 10 of them.")]
        )
        with opened(path) as archive:
            assert ids(archive.search("10%")) == ["a.en"]
            assert archive.search("10").total == 2

    def test_number_is_found_however_its_thousands_are_parted(self, build) -> None:
        path = build([article("a.uk", body="Прийшли 8\N{NO-BREAK SPACE}400 людей."), article("b.uk", body="8 з 400.")])
        with opened(path) as archive:
            for query in ("8 400", "8400", "8\N{NO-BREAK SPACE}400 людей", '"8 400 людей"'):
                assert ids(archive.search(query)) == ["a.uk"], query

    def test_quoted_possessive_is_not_the_bare_word(self, build) -> None:
        path = build(
            [article("a.en", body="It’s late, the mayor's men said."), article("b.en", body="It was the mayor.")]
        )
        with opened(path) as archive:
            assert ids(archive.search('"it\'s"')) == ids(archive.search('"the mayor’s men"')) == ["a.en"]
            assert archive.search("it's").total == 2

    def test_typed_form_outranks_other_forms(self, build) -> None:
        same = "Слово про {} сказали двічі."
        path = build([article("a.uk", body=same.format("мостом")), article("b.uk", body=same.format("мосту"))])
        with opened(path) as archive:
            assert ids(archive.search("мосту")) == ["b.uk", "a.uk"]
            assert ids(archive.search("мостом")) == ["a.uk", "b.uk"]

    def test_word_in_the_headline_outranks_the_same_in_the_body(self, build) -> None:
        path = build(
            [
                article("body.en", title="Something else", body="A bridge was opened in town."),
                article("title.en", title="A bridge opened", body="Something else happened in town."),
            ]
        )
        with opened(path) as archive:
            assert ids(archive.search("bridge")) == ["title.en", "body.en"]

    def test_newer_of_two_equal_articles_comes_first(self, build) -> None:
        path = build(
            [
                article(f"{year}.en", title="Bridge", body="Same.", published=f"{year}-01-01")
                for year in (2022, 2025, 2023)
            ]
        )
        with opened(path) as archive:
            assert ids(archive.search("bridge")) == ["2025.en", "2023.en", "2022.en"]

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        query=st.text(max_size=60)
        | st.lists(
            st.sampled_from(["міст", '"', "(", ")", "-", "OR", "NOT", "title:", "*", "date:2023..", "Київ", ":"])
        ).map(" ".join)
    )
    def test_no_query_raises(self, archive: search.Archive, query: str) -> None:
        page = archive.search(query)
        assert page.total >= page.stories >= len(page.hits)
        assert page.as_dict()["query"] == query


class TestStories:
    def test_versions_of_a_story_are_one_hit(self, archive: search.Archive) -> None:
        page = archive.search("")
        assert (page.total, page.stories, page.results) == (6, 3, 3)
        assert [hit.article.story for hit in page.hits] == ["bridge", "talks", "undated"]
        assert [version.language for version in page.hits[0].versions] == ["uk", "ru", "en"]

    def test_versions_are_listed_even_if_they_do_not_match(self, archive: search.Archive) -> None:
        (hit,) = archive.search("Киевом").hits
        assert [version.id for version in hit.versions] == ["bridge.uk", "bridge.ru", "bridge.en"]

    def test_preferred_language_is_shown_where_it_matches(self, archive: search.Archive) -> None:
        assert ids(archive.search("", prefer="ru")) == ["bridge.ru", "talks.en", "undated.uk"]
        assert ids(archive.search("Dnipro OR Дніпро", prefer="uk")) == ["bridge.uk"]
        assert ids(archive.search("Dnipro OR Дніпро", prefer="en")) == ["bridge.en"]
        assert ids(archive.search("Дніпро", prefer="en")) == ["bridge.uk"]

    def test_without_grouping_every_version_is_a_hit(self, archive: search.Archive) -> None:
        page = archive.search("", group="none")
        assert len(page.hits) == page.results == 6

    def test_pages_together_are_the_whole(self, archive: search.Archive) -> None:
        for group in ("story", "none"):
            whole = ids(archive.search("", group=group, limit=100))
            pages = [ids(archive.search("", group=group, limit=2, offset=offset)) for offset in range(0, 8, 2)]
            assert [identifier for page in pages for identifier in page] == whole


class TestFilters:
    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"language": "uk"}, {"bridge.uk", "talks.uk", "undated.uk"}),
            ({"language": "ua"}, {"bridge.uk", "talks.uk", "undated.uk"}),
            ({"language": ["ru", "en"]}, {"bridge.ru", "bridge.en", "talks.en"}),
            ({"section": "politics", "language": "en"}, {"talks.en"}),
            ({"author": "Олена Гриценко"}, {"bridge.uk"}),
            ({"tag": ["Київ", "Киев"]}, {"bridge.uk", "bridge.ru"}),
            ({"source": "nobody"}, set()),
            ({"since": "2024"}, {"bridge.uk", "bridge.ru", "bridge.en"}),
            ({"since": date(2023, 2, 1), "until": date(2023, 2, 1)}, {"talks.en"}),
            ({"until": "2023-01-31"}, {"talks.uk"}),
            ({"until": datetime(2023, 1, 31, 21, 30, tzinfo=UTC)}, set()),
            ({"since": "2023-01-31T23:30:00+02:00", "until": "2023-01-31"}, {"talks.uk"}),
        ],
    )
    def test_filter_leaves_exactly(self, archive: search.Archive, filters: dict, expected: set[str]) -> None:
        page = archive.search("", group="none", **filters)
        assert set(ids(page)) == expected
        assert page.total == len(expected)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"sort": "best"}, "relevance, newest, oldest"),
            ({"group": "stories"}, "story, none"),
            ({"facets": ["colour"]}, "language, section"),
            ({"facets": "section"}, "list of names"),
            ({"since": "whenever"}, "2024-05-17"),
            ({"limit": -1}, "negative"),
            ({"offset": -1}, "negative"),
            ({"language": "pl"}, "uk (or ua), ru or en"),
        ],
    )
    def test_wrong_argument_says_what_is_possible(self, archive: search.Archive, arguments: dict, message: str) -> None:
        with pytest.raises(ValueError, match=re.escape(message)):
            archive.search("міст", **arguments)


class TestFacets:
    def counts(self, page: search.Page, name: str) -> dict[str, tuple[int, int]]:
        return {value.value: (value.count, value.stories) for value in page.facets[name]}

    def test_counts_are_of_versions_and_of_stories(self, archive: search.Archive) -> None:
        page = archive.search("")
        assert self.counts(page, "language") == {"uk": (3, 3), "ru": (1, 1), "en": (2, 2)}
        assert self.counts(page, "section") == {"politics": (3, 2), "society": (3, 1)}
        assert self.counts(page, "tag") == {"мости": (2, 2), "Київ": (1, 1), "Киев": (1, 1)}
        assert self.counts(page, "month") == {"2024-05": (3, 1), "2023-02": (1, 1), "2023-01": (1, 1)}

    def test_facet_ignores_its_own_filter_and_no_other(self, archive: search.Archive) -> None:
        page = archive.search("", section="politics", language="uk")
        assert self.counts(page, "section") == {"politics": (2, 2), "society": (1, 1)}
        assert self.counts(page, "language") == {"uk": (2, 2), "en": (1, 1)}
        assert [value.value for value in page.facets["section"] if value.selected] == ["politics"]

    def test_several_values_of_a_facet_add_up(self, archive: search.Archive) -> None:
        counts = self.counts(archive.search(""), "language")
        page = archive.search("", language=["ru", "en"])
        assert page.total == counts["ru"][0] + counts["en"][0]

    def test_chosen_value_without_results_stays_in_sight(self, archive: search.Archive) -> None:
        page = archive.search("Київ", section="sport")
        assert search.FacetValue("sport", 0, True, 0) in page.facets["section"]

    def test_timeline_ignores_the_dates_and_marks_them(self, archive: search.Archive) -> None:
        page = archive.search("", since="2023-02-01", until="2023-02-28")
        assert [(value.value, value.selected) for value in page.facets["month"]] == [
            ("2024-05", False),
            ("2023-02", True),
            ("2023-01", False),
        ]

    def test_only_the_facets_asked_for(self, archive: search.Archive) -> None:
        assert set(archive.search("", facets=("tag",)).facets) == {"tag"}
        assert archive.search("", facets=()).facets == {}


class TestOrder:
    def test_newest_and_oldest_put_undated_last(self, archive: search.Archive) -> None:
        newest = ids(archive.search("", group="none", sort="newest"))
        oldest = ids(archive.search("", group="none", sort="oldest"))
        assert newest == ["bridge.en", "bridge.ru", "bridge.uk", "talks.en", "talks.uk", "undated.uk"]
        assert oldest == ["talks.uk", "talks.en", "bridge.uk", "bridge.ru", "bridge.en", "undated.uk"]

    def test_empty_query_lists_the_newest_first(self, archive: search.Archive) -> None:
        assert ids(archive.search("")) == ids(archive.search("", sort="newest"))


class TestWhatReadersSee:
    @pytest.fixture
    def path(self, build) -> Path:
        return build(
            [
                article("open.uk", title="Відкрита таємниця", tags=["таємниця"], section="society"),
                article("open.en", title="Open secret"),
                article("withheld.uk", story="open", title="Прихована таємниця", tags=["прихована"], section="hidden"),
                article("canceled.uk", status="canceled", title="Скасована таємниця"),
                article("later.uk", title="Майбутня таємниця", embargoed_until=NOW + timedelta(hours=1)),
                article("now.uk", title="Нова таємниця", embargoed_until=NOW),
                article("withheld.ru", story="open", status="withheld", title="Скрытая тайна", tags=["скрытое"]),
            ]
        )

    def test_readers_see_only_published_articles(self, path: Path) -> None:
        indexer.index_articles(
            [article("withheld.uk", story="open", status="withheld", title="Прихована таємниця")], path
        )
        with opened(path) as archive:
            page = archive.search("таємниця", group="none", bridges=False)
            assert set(ids(page)) == {"open.uk", "now.uk"}
            assert page.total == 2
            assert archive.count() == 3
            assert [version.id for version in archive.versions("open")] == ["open.uk", "open.en"]
            assert archive.get("withheld.uk") is None
            assert archive.get("later.uk") is None
            assert archive.suggest("приход") == archive.suggest("скрыт") == ()
            assert archive.suggest("майбут") == ()
            assert archive.search("status:withheld").total == 0
            assert archive.search("скасованв").suggestion is None
            assert {value.value for value in archive.search("").facets["tag"]} == {"таємниця"}
            assert archive.statistics().articles == 3

    def test_embargo_ends_at_its_moment(self, path: Path) -> None:
        with opened(path, now=NOW + timedelta(hours=1)) as archive:
            assert archive.get("later.uk") is not None
        with opened(path, now=NOW - timedelta(seconds=1)) as archive:
            assert archive.get("now.uk") is None

    def test_embargo_that_ends_changes_the_first_page_of_an_open_archive(self, path: Path) -> None:
        before, later = NOW - timedelta(seconds=1), NOW + timedelta(hours=1)
        clock = Mock(return_value=NOW)
        with search.open(path, clock=clock) as archive:
            seen = []
            for clock.return_value in (before, NOW, NOW, later, before):
                page = archive.search("", group="none")
                languages = {value.value: (value.count, value.stories) for value in page.facets["language"]}
                assert page.total == page.stories + 2 == len(page.hits) == sum(count for count, _ in languages.values())
                seen.append((page.total, languages["uk"]))
            assert seen == [(3, (2, 1)), (4, (3, 2)), (4, (3, 2)), (5, (4, 3)), (3, (2, 1))]

    def test_newsroom_sees_everything(self, path: Path) -> None:
        with opened(path, audience="newsroom") as archive:
            assert archive.count() == 7
            assert archive.search("status:canceled").total == 1


class TestRefresh:
    def test_first_page_is_the_same_as_that_of_a_new_archive(self, build) -> None:
        """It is worked out from the one before the commit."""
        months = [f"2024-{month:02}-15" for month in range(1, 13)]
        path = build(
            [
                article(f"{n}.en", story=f"s{n // 3}", tags=[f"t{n % 5}", "all"], section=f"x{n % 2}", published=month)
                for n, month in enumerate(months)
            ]
        )
        with opened(path) as archive:
            archive.search("")
            changes = [
                [article("1.en", story="s0", tags=["t1"], published="2024-02-15")],
                [article("new.en", story="s1", tags=["all", "new"], section="x1", published="1999-12-31")],
                [article("2.en", story="s9", status="withheld"), article("3.uk", story="s1", tags=["t3"])],
            ]
            for change in changes:
                indexer.index_articles(change, path)
                archive.refresh()
                with opened(path) as anew:
                    for arguments in (
                        {},
                        {"sort": "oldest"},
                        {"group": "none", "limit": 4, "offset": 3},
                        {"prefer": "uk"},
                    ):
                        assert archive.search("", **arguments) == anew.search("", **arguments)

    def test_new_articles_are_seen_after_refresh(self, build) -> None:
        path = build([article("one.en")])
        with opened(path) as archive:
            indexer.index_articles([article("two.en")], path)
            assert archive.count() == 1
            assert archive.refresh() is True
            assert archive.count() == 2
            assert archive.refresh() is False

    def test_update_replaces_and_delete_removes(self, build) -> None:
        path = build([article("one.en", body="bridge"), article("two.en", body="bridge")])
        indexer.index_articles([article("one.en", body="tunnel")], path)
        with opened(path) as archive:
            assert ids(archive.search("bridge")) == ["two.en"]
            assert ids(archive.search("tunnel")) == ["one.en"]
        assert indexer.delete_articles(["two.en", "three.en"], path) == ["two.en"]
        with opened(path) as archive:
            assert archive.search("bridge").total == 0
            assert archive.get("two.en") is None


def test_article_comes_back_as_it_went_in(archive: search.Archive) -> None:
    for one in ARTICLES:
        assert archive.get(one.id) == one


def test_empty_index_answers(build) -> None:
    with opened(build([])) as archive:
        page = archive.search("міст")
        assert (page.total, page.stories, page.hits) == (0, 0, ())
        assert archive.related("міст") == archive.suggest("міст") == ()
        assert archive.statistics().articles == 0
