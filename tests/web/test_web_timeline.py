"""The timeline: on what scale it is drawn, which bars there are, how high, and which are selected."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.timeline import HEIGHT, MAX_LABELS, Period, Timeline, Unit, draw_timeline, period_of, shows_days

#: Twenty years of months, and two months of days.
MONTHS = [(f"{year}-{month:02}", 1) for year in range(2004, 2024) for month in range(1, 13)]
DAYS = [((date(2023, 4, 1) + timedelta(n)).isoformat(), 1) for n in range(61)]


def starts(timeline: Timeline) -> list[str]:
    return [bar.period.since.isoformat() for bar in timeline.bars]


def whole(first: str, last: str) -> dict[str, date]:
    return {"since": date.fromisoformat(first), "until": date.fromisoformat(last)}


def test_one_month_is_no_timeline() -> None:
    assert draw_timeline([("2024-05", 3)]).bars == ()
    assert draw_timeline([]).bars == ()


def test_bars_stand_in_order_on_a_scale_of_whole_years() -> None:
    timeline = draw_timeline([("2024-06", 1), ("2023-01", 4), ("2024-05", 2)])
    assert starts(timeline) == ["2023-01-01", "2024-05-01", "2024-06-01"]
    assert [bar.height for bar in timeline.bars] == [HEIGHT, HEIGHT / 2, HEIGHT / 4]
    assert [label.period for label in timeline.labels] == [Period(Unit.YEAR, date(year, 1, 1)) for year in (2023, 2024)]
    assert timeline.labels[1].x == 50
    assert all(bar.x >= 0 and bar.x + bar.width <= 100 for bar in timeline.bars)


def test_a_single_story_among_thousands_still_shows() -> None:
    timeline = draw_timeline([("2024-05", 10_000), ("2024-06", 1)])
    assert min(bar.height for bar in timeline.bars) >= 2
    assert all(bar.y + bar.height == HEIGHT for bar in timeline.bars)


def test_long_spans_are_drawn_by_years() -> None:
    timeline = draw_timeline([("1996-05", 1), ("1996-06", 2), ("2024-05", 4)])
    assert [(bar.period.unit, bar.period.since.year, bar.results) for bar in timeline.bars] == [
        (Unit.YEAR, 1996, 3),
        (Unit.YEAR, 2024, 4),
    ]
    assert timeline.bars[0].period.until == date(1996, 12, 31)
    assert len(timeline.labels) <= MAX_LABELS


def test_no_label_sticks_out_at_the_right() -> None:
    for first in range(1900, 2024):
        labels = draw_timeline([(f"{first}-01", 1), ("2024-12", 1)]).labels
        assert labels and all(label.x <= 90 for label in labels)


def test_a_bar_covers_its_month() -> None:
    bar = draw_timeline([("2024-02", 1), ("2024-03", 1)]).bars[0]
    assert (bar.period.since, bar.period.until) == (date(2024, 2, 1), date(2024, 2, 29))


def test_bars_of_the_chosen_period_are_selected() -> None:
    months = [("2024-02", 1), ("2024-03", 1), ("2024-04", 1)]
    timeline = draw_timeline(months, since=date(2024, 3, 15), until=date(2024, 3, 31))  # the days are not known
    assert [bar.selected for bar in timeline.bars] == [False, True, False]
    assert [bar.selected for bar in draw_timeline(months, since=date(2024, 3, 15)).bars] == [False, True, True]
    assert not any(bar.selected for bar in draw_timeline(months).bars)


def test_what_is_not_a_month_is_passed_over() -> None:
    assert draw_timeline([("", 1), ("2024", 1), ("0000-01", 1), ("2024-13", 1), ("2024-٠١", 1)]).bars == ()


@pytest.mark.parametrize(
    ("chosen", "unit", "first", "last", "bars"),
    [
        ({}, Unit.YEAR, "2004-01-01", "2023-01-01", 20),
        (whole("2023-01-01", "2023-12-31"), Unit.MONTH, "2023-01-01", "2023-12-01", 12),
        (whole("2023-04-01", "2023-04-30"), Unit.DAY, "2023-04-01", "2023-04-30", 30),
        (whole("2023-04-20", "2023-05-05"), Unit.DAY, "2023-04-01", "2023-05-31", 61),
        (whole("2023-04-20", "2023-04-20"), Unit.DAY, "2023-04-01", "2023-04-30", 30),
        (whole("2023-03-01", "2023-06-30"), Unit.MONTH, "2023-01-01", "2023-12-01", 12),
        (whole("2010-05-01", "2015-05-01"), Unit.MONTH, "2010-01-01", "2015-12-01", 72),
        (whole("2010-05-01", "2016-05-01"), Unit.YEAR, "2004-01-01", "2023-01-01", 20),
        ({"since": date(2022, 6, 1)}, Unit.MONTH, "2022-01-01", "2023-12-01", 24),
        ({"until": date(2004, 6, 1)}, Unit.MONTH, "2004-01-01", "2004-12-01", 12),
        # nothing is there, so the whole is drawn
        (whole("1990-01-01", "1990-12-31"), Unit.YEAR, "2004-01-01", "2023-01-01", 20),
        (whole("2024-04-01", "2024-04-30"), Unit.YEAR, "2004-01-01", "2023-01-01", 20),
        (whole("2023-12-31", "2023-01-01"), Unit.MONTH, "2023-01-01", "2023-12-01", 12),
    ],
)
def test_the_scale_is_that_of_the_chosen_period(
    chosen: dict[str, date], unit: Unit, first: str, last: str, bars: int
) -> None:
    timeline = draw_timeline(MONTHS, DAYS, **chosen)
    assert (timeline.unit, len(timeline.bars)) == (unit, bars)
    assert (starts(timeline)[0], starts(timeline)[-1]) == (first, last)


def test_what_is_chosen_is_selected_on_a_scale_that_is_wider() -> None:
    selected = [
        bar.period.since.day
        for bar in draw_timeline(MONTHS, DAYS, **whole("2023-04-29", "2023-04-30")).bars
        if bar.selected
    ]
    assert selected == [29, 30]
    assert not any(bar.selected for bar in draw_timeline(MONTHS, DAYS, **whole("2023-04-01", "2023-04-30")).bars)


@pytest.mark.parametrize(
    ("chosen", "labels"),
    [
        (whole("2023-04-01", "2023-04-30"), [(Unit.DAY, 1), (Unit.DAY, 8), (Unit.DAY, 15), (Unit.DAY, 22)]),
        (whole("2023-04-20", "2023-05-05"), [(Unit.MONTH, 4), (Unit.MONTH, 5)]),
        (whole("2023-01-01", "2023-12-31"), [(Unit.MONTH, 1), (Unit.MONTH, 4), (Unit.MONTH, 7), (Unit.MONTH, 10)]),
        (whole("2022-01-01", "2023-12-31"), [(Unit.YEAR, 2022), (Unit.YEAR, 2023)]),
    ],
)
def test_labels_name_the_larger_unit_if_there_are_several(
    chosen: dict[str, date], labels: list[tuple[Unit, int]]
) -> None:
    found = [label.period for label in draw_timeline(MONTHS, DAYS, **chosen).labels]
    assert [(period.unit, getattr(period.since, period.unit)) for period in found][: len(labels)] == labels
    assert len(found) <= len(labels) + 1  # the 29th, if there is room


@pytest.mark.parametrize(
    ("first", "last", "unit"),
    [
        ("2024-01-01", "2024-12-31", Unit.YEAR),
        ("2024-02-01", "2024-02-29", Unit.MONTH),
        ("2024-01-01", "2024-01-31", Unit.MONTH),
        ("2024-01-01", "2024-01-01", Unit.DAY),
        ("2024-02-15", "2024-02-29", None),
        ("2024-02-15", "2024-12-31", None),
        ("2024-01-01", "2024-03-31", None),
    ],
)
def test_a_period_may_be_a_year_a_month_or_a_day(first: str, last: str, unit: Unit | None) -> None:
    since, until = date.fromisoformat(first), date.fromisoformat(last)
    assert period_of(since, until) == (unit and Period(unit, since))


def test_half_a_period_is_none() -> None:
    assert period_of(None, date(2024, 1, 1)) is period_of(date(2024, 1, 1), None) is None
    assert not shows_days(None, date(2024, 1, 1)) and not shows_days(date(2024, 1, 1), None)
    assert not shows_days(date(2024, 1, 2), date(2024, 1, 1))


WHEN = st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1)) | st.dates()


@given(
    days=st.dictionaries(st.dates(date(2010, 1, 1), date(2024, 12, 31)) | st.dates(), st.integers(1, 9), max_size=9),
    since=WHEN,
    until=WHEN,
)
def test_bars_keep_to_the_drawing_and_to_the_counts(
    days: dict[date, int], since: date | None, until: date | None
) -> None:
    months: dict[str, int] = {}
    for day, number in days.items():
        months[day.isoformat()[:7]] = months.get(day.isoformat()[:7], 0) + number
    timeline = draw_timeline(months.items(), [(day.isoformat(), number) for day, number in days.items()], since, until)
    for bar in timeline.bars:
        there = [number for day, number in days.items() if bar.period.since <= day <= bar.period.until]
        assert bar.results == sum(there) > 0
        assert bar.x >= 0 and bar.x + bar.width <= 100.001
        assert 0 < bar.height <= HEIGHT and bar.y >= 0
    assert starts(timeline) == sorted(starts(timeline))
    assert len(timeline.labels) <= MAX_LABELS
