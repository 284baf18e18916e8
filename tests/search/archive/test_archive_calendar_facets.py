"""Months and days of the results: exactly those of Kyiv, whatever was deleted, is embargoed, filtered or grouped."""

import tempfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_archive import NOW, article, opened

import indexer
import search
from search.settings import KYIV

FACETS = ("month", "day")
#: Around the ends of days, months and years, and where Kyiv changed its clocks or its time.
EDGES = ("2024-03-31", "2024-05-01", "2023-10-29", "2024-01-01", "1981-04-01", "1990-07-01", "1930-06-21", "1900-01-01")
MOMENTS = st.one_of(
    st.builds(
        lambda edge, minutes: datetime.fromisoformat(f"{edge}T00:00:00+00:00") + timedelta(minutes=minutes),
        st.sampled_from(EDGES),
        st.integers(-400, 400),
    ),
    st.datetimes(datetime(2024, 1, 1), datetime(2024, 3, 1), timezones=st.just(UTC)),
)


@st.composite
def archives(draw: st.DrawFn) -> list[list[search.Article]]:
    """Return batches of articles; a later one may replace an earlier one."""
    names = st.builds("{}.{}".format, st.sampled_from("abcde"), st.sampled_from(("uk", "ru", "en")))
    one = st.builds(
        lambda name, published, embargoed_until, status, section: article(
            name, published=published, embargoed_until=embargoed_until, status=status, section=section
        ),
        names,
        st.none() | MOMENTS,
        st.sampled_from((None, None, NOW - timedelta(hours=1), NOW + timedelta(hours=1))),
        st.sampled_from(("usable", "usable", "withheld")),
        st.sampled_from(("x", "y")),
    )
    batch = st.lists(one, min_size=1, max_size=8, unique_by=lambda each: each.id)
    return draw(st.lists(batch, min_size=1, max_size=3))


def expected(found: Iterable[search.Article], length: int) -> dict[str, tuple[int, int]]:
    """Return how many versions and stories there are in each period, article by article."""
    periods = defaultdict(list)
    for each in found:
        if each.published:
            periods[each.published.astimezone(KYIV).date().isoformat()[:length]].append(each.story)
    return {period: (len(stories), len(set(stories))) for period, stories in periods.items()}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    batches=archives(), removed=st.sets(st.sampled_from(("a.uk", "b.en", "c.ru"))), section=st.sampled_from((None, "x"))
)
def test_counts_are_those_of_the_articles_one_by_one(batches, removed, section):
    left = {each.id: each for batch in batches for each in batch if each.id not in removed}
    seen = [
        each
        for each in left.values()
        if each.status == "usable"
        and (each.embargoed_until is None or each.embargoed_until <= NOW)
        and section in (None, each.section)
    ]
    with tempfile.TemporaryDirectory() as folder:
        for batch in batches:
            indexer.index_articles(batch, Path(folder))
        indexer.delete_articles(sorted(removed), Path(folder))
        with opened(Path(folder)) as archive:
            limited = {"since": date(2024, 1, 10), "until": date(2024, 1, 20)}
            for dates in ({}, limited):  # a facet ignores its own filter
                page = archive.search("", section=section, facets=FACETS, **dates)
                for name, length in (("month", 7), ("day", 10)):
                    values = page.facets[name]
                    assert {v.value: (v.count, v.stories) for v in values} == expected(seen, length)
                    assert [v.value for v in values] == sorted((v.value for v in values), reverse=True)


@pytest.mark.parametrize(
    ("dates", "selected"),
    [
        ({}, []),
        ({"since": "2024-05-10"}, ["2024-05-10", "2024-05-11"]),
        ({"until": "2024-05-10"}, ["2024-05-09", "2024-05-10"]),
        ({"since": "2024-05-10", "until": "2024-05-10"}, ["2024-05-10"]),
        ({"since": "2024-05-10T15:00+03:00", "until": "2024-05-11T00:00+03:00"}, ["2024-05-10"]),
    ],
)
def test_days_that_the_dates_touch_are_marked(build, dates, selected):
    days = ("2024-05-09", "2024-05-10", "2024-05-11")
    with opened(build([article(f"{day}.uk", published=f"{day}T23:30:00+03:00") for day in days])) as archive:
        values = archive.search("", facets=("day",), **dates).facets["day"]
    assert [value.value for value in reversed(values)] == list(days)
    assert [value.value for value in reversed(values) if value.selected] == selected


def test_dates_at_the_ends_of_the_calendar_do_no_harm(build):
    ends = [datetime.min.replace(hour=12), datetime.combine(date.max, time(23))]
    path = build([article(f"{n}.uk", published=moment.replace(tzinfo=UTC)) for n, moment in enumerate(ends)])
    with opened(path) as archive:
        facets = archive.search("", facets=FACETS, since=ends[1].replace(tzinfo=UTC)).facets
    assert [value.value for value in facets["month"]] == ["9999-12", "0001-01"]
    assert [value.value for value in facets["day"]] == ["9999-12-31", "0001-01-01"]


def test_days_are_counted_only_if_asked_for(archive):
    assert "day" not in archive.search("").facets
    assert set(search.MORE_FACETS) == {"day"}
