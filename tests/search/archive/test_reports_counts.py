"""Gaps, days, and counts over time, against a reckoning by hand and one article by one over random archives."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from math import ceil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_archive import article, opened

import indexer
import search
from search.archive.reports.periods import first_day, period_name, period_of
from search.settings import KYIV

STORIES = [
    article("bridge.uk", title="Міст", published="2024-05-10T10:00:00+03:00", section="society"),
    article("bridge.ru", title="Мост", published="2024-05-10T11:30:00+03:00", section="society"),
    article("bridge.en", title="Bridge", published="2024-05-12T10:00:00+03:00", section="world"),
    article("talks.en", title="Talks", published="2023-05-10T23:59:00+03:00", section="politics"),
    article("talks.uk", title="Перемовини", published="2023-05-11T00:59:00+03:00", section="politics"),
    article("sport.ru", title="Спорт", published="2023-05-10T00:00:00+03:00"),
    article("plan.uk", title="План", body="Один два три", published="2023-05-10T12:00:00+03:00", status="withheld"),
    article("plan.en", title="Plan", published="2023-05-10T14:00:00+03:00"),
    article("gone.uk", title="Зникло", published="2023-05-10T12:00:00+03:00", section="politics"),
    article("gone.ru", title="Исчезло", published="2023-05-10T13:00:00+03:00", status="canceled"),
    article("later.uk", title="Пізніше", published="2023-05-10T10:00:00+03:00", embargoed_until="2030-01-01"),
    article("undated.en", title="Undated"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reports")
    indexer.index_articles(STORIES, path)
    return path


class TestGaps:
    def test_stories_that_lack_a_version_come_newest_first(self, folder):
        with opened(folder) as archive:
            found = archive.gaps()
        assert [(each.story, each.has, each.lacking) for each in found.items] == [
            ("talks", ("uk", "en"), ("ru",)),
            ("plan", ("en",), ("uk", "ru")),
            ("gone", ("uk",), ("ru", "en")),
            ("sport", ("ru",), ("uk", "en")),
            ("undated", ("en",), ("uk", "ru")),
        ]
        assert (found.stories, found.incomplete, found.listed) == (6, 5, 5)
        assert found.lacking == {"uk": 3, "ru": 4, "en": 2}

    def test_newsroom_sees_hidden_versions_but_none_that_was_taken_back(self, folder):
        with opened(folder, "newsroom") as archive:
            has = {each.story: each.has for each in archive.gaps().items}
        assert has["plan"] == ("uk", "en")
        assert has["later"] == ("uk",)
        assert has["gone"] == ("uk",)

    def test_list_of_one_language(self, folder):
        with opened(folder) as archive:
            found = archive.gaps(["uk", "en"], lacking="en")
        assert [each.story for each in found.items] == ["gone", "sport"]
        assert found.lacking == {"uk": 3, "en": 2}

    def test_section_and_month_are_those_of_the_first_version(self, folder):
        with opened(folder) as archive:
            cells = {(each.section, each.month): each for each in archive.gaps("ru").cells}
            assert archive.gaps(section="world").stories == 0
            assert archive.gaps(section="society", since="2024-05", until="2024-05").stories == 1
        assert cells["politics", "2023-05"][2:] == (2, 2, {"ru": 2})
        assert cells["society", "2024-05"][2:] == (1, 0, {"ru": 0})
        assert cells[None, None][2:] == (1, 1, {"ru": 1})
        assert next(iter(cells)) == ("society", "2024-05")

    def test_lags_in_hours(self, folder):
        with opened(folder) as archive:
            found = archive.gaps()
        assert {lag.language: (lag.versions, lag.median, lag.p90) for lag in found.lags} == {
            "uk": (1, 1.0, 1.0),
            "ru": (1, 1.5, 1.5),
            "en": (1, 48.0, 48.0),
        }
        english = next(lag for lag in found.lags if lag.language == "en")
        assert english.histogram == (0, 0, 0, 0, 0, 0, 1, 0, 0)
        assert ("en", "society", None) in [lag[:3] for lag in found.lags_by_section]
        assert ("uk", None, "2023-05") in [lag[:3] for lag in found.lags_by_month]

    def test_pages_follow_each_other(self, folder):
        with opened(folder) as archive:
            pages = [archive.gaps(limit=2, offset=offset).items for offset in (0, 2, 4, 6)]
            assert sum(pages, ()) == archive.gaps().items

    @pytest.mark.parametrize("arguments", [{"languages": "de"}, {"lacking": ["fr"]}, {"since": "soon"}, {"limit": -1}])
    def test_wrong_arguments_raise(self, folder, arguments):
        with opened(folder) as archive, pytest.raises(ValueError):
            archive.gaps(**arguments)


class TestOnThisDay:
    def test_earlier_years_of_kyiv(self, folder):
        with opened(folder) as archive:
            found = archive.on_this_day(date(2025, 5, 10))
        assert [(year.year, year.stories) for year in found.years] == [(2024, 1), (2023, 4)]
        assert [each.story for each in found.years[1].items] == ["talks", "sport", "plan", "gone"]
        assert found.years[0].items[0].languages == ("uk", "ru", "en")

    def test_year_itself_and_hidden_articles_are_not_in_it(self, folder):
        with opened(folder) as archive:
            assert archive.on_this_day(date(2023, 5, 10)).years == ()
            assert {each.story for each in archive.on_this_day(date(2024, 5, 10)).years[0].items} == {
                "talks", "sport", "plan", "gone",
            }  # fmt: skip
        with opened(folder, "newsroom") as archive:
            assert archive.on_this_day(date(2024, 5, 10)).years[0].stories == 5

    def test_limit_and_section(self, folder):
        with opened(folder) as archive:
            year = archive.on_this_day(date(2025, 5, 10), section="politics", limit=1).years[0]
        assert (year.stories, [each.story for each in year.items]) == (2, ["talks"])

    @pytest.mark.parametrize("day", [date(2024, 2, 29), date(1, 1, 1), date(9999, 12, 31)])
    def test_odd_days(self, folder, day):
        with opened(folder) as archive:
            assert archive.on_this_day(day).years == ()


class TestOverTime:
    def test_counts_and_shares(self, folder):
        with opened(folder) as archive:
            found = archive.over_time(["language:uk", "talks OR Спорт"], step="year")
        assert [(each.name, each.stories, each.versions) for each in found.periods] == [("2023", 4, 5), ("2024", 1, 3)]
        ukrainian, others = found.lines
        assert ukrainian.points == ((2, 2, 0.5), (1, 1, 1.0))
        assert [point.stories for point in others.points] == [2, 0]
        assert (others.stories, others.undated) == (2, 0)

    def test_zeros_are_filled_in(self, folder):
        with opened(folder) as archive:
            months = archive.over_time(["language:uk"], step="month")
            days = archive.over_time(["нічого"], step="day", since="2024-05-01", until="2024-05-03")
        assert len(months.periods) == 13
        assert sum(point.versions for point in months.lines[0].points) == 3
        assert [period.name for period in days.periods] == ["2024-05-01", "2024-05-02", "2024-05-03"]
        assert all(point == (0, 0, 0.0) for point in days.lines[0].points)

    def test_nothing_found_has_no_periods(self, folder):
        with opened(folder) as archive:
            assert archive.over_time(["нічого"]).periods == ()

    def test_undated_articles_are_told(self, folder):
        with opened(folder) as archive:
            assert archive.over_time(["undated"]).lines[0].undated == 1

    @pytest.mark.parametrize(
        "arguments",
        [
            {"queries": []},
            {"queries": ["a"] * 6},
            {"queries": "міст"},
            {"queries": ["міст"], "step": "hour"},
            {"queries": ["міст"], "since": "1900", "step": "day"},
            {"queries": ["міст"], "since": "soon"},
        ],
    )
    def test_wrong_arguments_raise(self, folder, arguments):
        with opened(folder) as archive, pytest.raises(ValueError):
            archive.over_time(**arguments)


HOURS = st.integers(min_value=0, max_value=24 * 40)
DRAWN = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(search.LANGUAGES),
        st.none() | HOURS,
        st.sampled_from([None, "politics", "sport"]),
        st.sampled_from(["usable", "usable", "usable", "withheld", "canceled"]),
    ),
    max_size=14,
)
BEGINNING = datetime(2024, 2, 20, 21, 30, tzinfo=UTC)


def drawn_articles(rows) -> list[search.Article]:
    return [
        search.Article(
            id=f"{number}", story=f"story-{story}", language=language, title="Слово" if number % 2 else "Word",
            published=None if hour is None else BEGINNING + timedelta(hours=hour), section=section, status=status,
        )
        for number, (story, language, hour, section, status) in enumerate(rows)
    ]  # fmt: skip


def first_of(versions: list[search.Article]) -> search.Article:
    dated = [each for each in versions if each.published]
    return min(dated, key=lambda each: (each.published, int(each.id))) if dated else versions[0]


def month_of(one: search.Article) -> str | None:
    return one.published.astimezone(KYIV).strftime("%Y-%m") if one.published else None


def by_story(articles: list[search.Article]) -> dict[str, list[search.Article]]:
    found = defaultdict(list)
    for each in articles:
        found[each.story].append(each)
    return found


@settings(max_examples=60, deadline=None)
@given(rows=DRAWN, audience=st.sampled_from(["readers", "newsroom"]))
def test_reports_are_those_of_counting_one_by_one(rows, audience):
    articles = drawn_articles(rows)
    seen = [each for each in articles if audience == "newsroom" or str(each.status) == "usable"]
    stories = by_story([each for each in seen if str(each.status) != "canceled"])
    with TemporaryDirectory() as path:
        indexer.index_articles(articles, path)
        with opened(Path(path), audience) as archive:
            gaps = archive.gaps(limit=100)
            line = archive.over_time(["слово"], step="week", bridges=False)
            day = archive.on_this_day(date(2025, 3, 1), limit=100)

    lacking = {
        story: {language for language in search.LANGUAGES if language not in {each.language for each in versions}}
        for story, versions in stories.items()
    }
    assert {each.story: set(each.lacking) for each in gaps.items} == {k: v for k, v in lacking.items() if v}
    assert gaps.stories == len(stories)
    cells = Counter((first_of(versions).section, month_of(first_of(versions))) for versions in stories.values())
    assert {(each.section, each.month): each.stories for each in gaps.cells} == cells
    assert_lags(gaps, stories)

    wanted = [each for each in seen if each.title == "Слово" and each.published]
    weeks = Counter(each.published.astimezone(KYIV).strftime("%G-W%V") for each in wanted)
    points = {period.name: point for period, point in zip(line.periods, line.lines[0].points, strict=True)}
    assert {name: point.versions for name, point in points.items() if point.versions} == weeks
    for name in weeks:
        inside = {each.story for each in wanted if each.published.astimezone(KYIV).strftime("%G-W%V") == name}
        assert points[name].stories == len(inside)

    on_day = {
        story
        for story, versions in stories.items()
        if (one := first_of(versions).published) and one.astimezone(KYIV).date() == date(2024, 3, 1)
    }
    assert {each.story for year in day.years for each in year.items} == on_day


def assert_lags(gaps: search.Gaps, stories: dict[str, list[search.Article]]) -> None:
    for lag in gaps.lags:
        hours = sorted(
            (one.published - first_of(versions).published).total_seconds() / 3600
            for versions in stories.values()
            if (own := [each for each in versions if each.language == lag.language])
            and (one := first_of(own)) is not first_of(versions)
            and one.published
        )
        assert lag.versions == len(hours) == sum(lag.histogram)
        assert lag.median == pytest.approx(median(hours))
        assert lag.p90 == pytest.approx(hours[ceil(0.9 * len(hours)) - 1])
        edges = [sum(hour < edge for hour in hours) for edge in search.LAG_HOURS]
        assert list(lag.histogram) == [b - a for a, b in zip([0, *edges], [*edges, len(hours)], strict=True)]


@given(day=st.dates(), step=st.sampled_from(list(search.Step)))
def test_period_holds_its_day_and_begins_with_its_first(day, step):
    number = period_of(day, step)
    first = first_day(number, step)
    assert first <= day
    assert period_of(first, step) == number
    if first > date.min:
        assert period_of(first - timedelta(days=1), step) == number - 1
    names = {"year": "%Y", "month": "%Y-%m", "week": "%G-W%V", "day": "%Y-%m-%d"}
    assert period_name(number, step).lstrip("0") == day.strftime(names[step]).lstrip("0")


def test_groups_of_the_oracle_are_sound():
    assert [key for key, _ in groupby(sorted(by_story(STORIES)))] == sorted(by_story(STORIES))
