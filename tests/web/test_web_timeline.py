"""The timeline: which bars there are, how high, and which are selected."""

from datetime import date

from web.timeline import HEIGHT, MAX_LABELS, draw_timeline


def test_one_month_is_no_timeline() -> None:
    assert draw_timeline([("2024-05", 3)]).bars == ()
    assert draw_timeline([]).bars == ()


def test_bars_stand_in_order_on_a_scale_of_whole_years() -> None:
    timeline = draw_timeline([("2024-06", 1), ("2023-01", 4), ("2024-05", 2)])
    assert [(bar.period.year, bar.period.month) for bar in timeline.bars] == [(2023, 1), (2024, 5), (2024, 6)]
    assert [bar.height for bar in timeline.bars] == [HEIGHT, HEIGHT / 2, HEIGHT / 4]
    assert [label.text for label in timeline.labels] == ["2023", "2024"]
    assert timeline.labels[1].x == 50
    assert all(bar.x >= 0 and bar.x + bar.width <= 100 for bar in timeline.bars)


def test_a_single_story_among_thousands_still_shows() -> None:
    timeline = draw_timeline([("2024-05", 10_000), ("2024-06", 1)])
    assert min(bar.height for bar in timeline.bars) >= 2
    assert all(bar.y + bar.height == HEIGHT for bar in timeline.bars)


def test_long_spans_are_drawn_by_years() -> None:
    timeline = draw_timeline([("1996-05", 1), ("1996-06", 2), ("2024-05", 4)])
    assert [(bar.period.year, bar.period.month, bar.period.results) for bar in timeline.bars] == [
        (1996, None, 3),
        (2024, None, 4),
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
    timeline = draw_timeline(months, since=date(2024, 3, 15), until=date(2024, 3, 31))
    assert [bar.selected for bar in timeline.bars] == [False, True, False]
    assert [bar.selected for bar in draw_timeline(months, since=date(2024, 3, 15)).bars] == [False, True, True]
    assert not any(bar.selected for bar in draw_timeline(months).bars)


def test_what_is_not_a_month_is_passed_over() -> None:
    assert draw_timeline([("", 1), ("2024", 1), ("0000-01", 1), ("2024-13", 1), ("2024-٠١", 1)]).bars == ()
