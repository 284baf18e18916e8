"""Parameters: what is read, what is clamped, what is reported, and that one state has one address."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import Group, Sort
from web.params import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    MAX_CHOSEN_BYTES,
    MAX_FACET_VALUES,
    MAX_PAGE,
    MAX_QUERY_CHARACTERS,
    MAX_SWITCH_CHARACTERS,
    MAX_SWITCHED_OFF,
    PARAMETER_NAMES,
    SEARCH_PARAMETERS,
    SearchRequest,
    query_pairs,
    read_limit,
    read_search_request,
)


def read(**parameters: list[str]) -> SearchRequest:
    return read_search_request(parameters)[0]


def problem_codes(**parameters: list[str]) -> list[tuple[str, str]]:
    return [(problem.name, problem.code) for problem in read_search_request(parameters)[1]]


def as_mapping(request: SearchRequest) -> dict[str, list[str]]:
    parameters: dict[str, list[str]] = {}
    for name, value in query_pairs(request):
        parameters.setdefault(name, []).append(value)
    return parameters


def test_no_parameters_are_the_defaults() -> None:
    assert read() == SearchRequest()
    assert problem_codes() == []


def test_a_long_query_is_cut_and_reported() -> None:
    assert len(read(q=["к" * 5000]).query) == MAX_QUERY_CHARACTERS
    assert problem_codes(q=["к" * 5000]) == [("q", "too_long")]


def test_what_cannot_be_shown_goes_out_of_the_query() -> None:
    assert read(q=["ки\x00їв\ud800 \n\t місто"]).query == "київ місто"


@pytest.mark.parametrize(
    ("value", "page"),
    [("3", 3), ("0", 1), ("-1", 1), ("two", 1), ("1_0", 1), ("٣", 1), ("9" * 5000, MAX_PAGE), ("", 1), ("007", 7)],
)
def test_the_page_is_clamped(value: str, page: int) -> None:
    assert read(page=[value]).page == page


def test_unknown_order_and_grouping_are_the_defaults() -> None:
    request = read(sort=["best"], group=["author"])
    assert (request.sort, request.group) == (Sort.RELEVANCE, Group.STORY)
    assert problem_codes(sort=["best"], group=["author"]) == [("sort", "choice"), ("group", "choice")]


@pytest.mark.parametrize(
    "value", ["yesterdayish", "2024-13", "2024-02-30", "24-1-1", "0000-01-01", "9999-12-31", "0999", "2024-05-01T99:00"]
)
def test_what_is_not_a_date_is_left_out_and_reported(value: str) -> None:
    assert read(since=[value], until=[value]).since is None
    assert problem_codes(since=[value], until=[value]) == [("since", "date"), ("until", "date")]


def test_a_year_or_a_month_stands_for_all_its_days() -> None:
    request = read(since=["2024"], until=["2024-02"])
    assert (request.since, request.until) == (date(2024, 1, 1), date(2024, 2, 29))


def test_a_moment_may_be_a_limit() -> None:
    assert isinstance(read(since=["2024-05-31T18:00:00+03:00"]).since, datetime)


def test_a_period_the_wrong_way_round_is_reported() -> None:
    assert problem_codes(since=["2024-05-02"], until=["2024-05-01"]) == [("until", "reversed")]


def test_several_values_are_kept_once_each_in_order() -> None:
    request = read(language=["ua", "en", "uk"], tag=["б", "", "а", "б"])
    assert request.language == ("uk", "en")
    assert request.tag == ("б", "а")


def test_an_unknown_language_is_reported() -> None:
    assert problem_codes(language=["de", "uk"]) == [("language", "language")]


def test_values_that_are_too_long_together_are_left_out_whole() -> None:
    section, author, tag = ["ж" * 400], ["a" * 800], ["t" * 350, "u" * 51, "v" * 10]
    request = read(section=section, author=author, tag=tag)
    assert (request.section, request.author, request.tag) == (("ж" * 400,), ("a" * 800,), ("t" * 350,))
    assert problem_codes(section=section, author=author, tag=tag) == [("tag", "too_many")]
    assert problem_codes(tag=["x" * MAX_CHOSEN_BYTES]) == []
    assert read(tag=["x" * (MAX_CHOSEN_BYTES + 1)]).tag == ()


def test_too_many_values_are_cut() -> None:
    values = [str(number) for number in range(MAX_FACET_VALUES + 5)]
    assert len(read(tag=values).tag) == MAX_FACET_VALUES
    assert problem_codes(tag=values) == [("tag", "too_many")]


@pytest.mark.parametrize(("value", "bridges"), [("0", False), ("off", False), ("No", False), ("1", True), ("", True)])
def test_bridges_can_be_switched_off(value: str, bridges: bool) -> None:
    assert read(bridges=[value]).bridges is bridges


def test_what_is_switched_off_is_kept_once_each_in_order() -> None:
    assert read(without=["glossary:порт", "", "across", "glossary:порт"]).without == ("glossary:порт", "across")


def test_what_is_switched_off_is_bounded() -> None:
    many = [str(number) for number in range(MAX_SWITCHED_OFF + 1)]
    assert read(without=many).without == tuple(many[:-1])
    assert problem_codes(without=many) == [("without", "too_many")]
    longest = "x" * MAX_SWITCH_CHARACTERS
    assert read(without=[longest, longest + "y", "across"]).without == (longest, "across")
    assert problem_codes(without=[longest + "y"]) == [("without", "long_value")]


def test_switching_off_stays_within_the_bounds() -> None:
    full = SearchRequest(query="мир", without=tuple(str(number) for number in range(MAX_SWITCHED_OFF)))
    assert full.switched_off("more") is None
    assert full.switched_off("0") == full
    assert SearchRequest().switched_off("x" * (MAX_SWITCH_CHARACTERS + 1)) is None
    assert full.switched_on("0", "nothing").without == full.without[1:]


def test_filters_are_let_go_without_switching_readings_on() -> None:
    request = SearchRequest(query="мир", tag=("а",), bridges=False, without=("across",))
    assert request.unfiltered() == SearchRequest(query="мир", without=("across",))


def test_choosing_a_value_twice_lets_it_go() -> None:
    request = SearchRequest(query="мир", tag=("а",), page=3)
    assert request.toggled("tag", "б").tag == ("а", "б")
    assert request.toggled("tag", "б").page == 1
    assert request.toggled("tag", "б").toggled("tag", "б") == request.toggled("tag", "а").toggled("tag", "а")


def test_without_words_the_newest_come_first() -> None:
    assert SearchRequest().order is Sort.NEWEST
    assert SearchRequest(query="мир").order is Sort.RELEVANCE
    assert SearchRequest(sort=Sort.OLDEST).order is Sort.OLDEST


@pytest.mark.parametrize(("value", "limit"), [("5", 5), ("0", 10), ("1000", 100), ("x", 10), ("", 10)])
def test_the_limit_is_clamped(value: str, limit: int) -> None:
    assert read_limit({"limit": [value]})[0] == limit


def test_the_table_of_parameters_is_the_request() -> None:
    fields = {PARAMETER_NAMES.get(name, name) for name in SearchRequest.__dataclass_fields__}
    assert {parameter.name for parameter in SEARCH_PARAMETERS} == fields


DAYS = st.none() | st.dates(date(EARLIEST_YEAR, 1, 1), date(LATEST_YEAR, 12, 31))
REQUESTS = st.builds(
    SearchRequest,
    query=st.sampled_from(["", "київ", 'a "b c" -d', "100% & <b>"]),
    language=st.lists(st.sampled_from(["uk", "ru", "en"]), unique=True, max_size=3).map(tuple),
    section=st.lists(st.sampled_from(["politics", "a&b=c", "новини світу"]), unique=True, max_size=2).map(tuple),
    since=DAYS,
    until=DAYS,
    sort=st.sampled_from(Sort),
    group=st.sampled_from(Group),
    page=st.integers(1, MAX_PAGE),
    bridges=st.booleans(),
    without=st.lists(st.sampled_from(["across", "glossary:мир", 'alias:"а&б"']), unique=True, max_size=3).map(tuple),
)


@given(REQUESTS)
@settings(max_examples=60, deadline=None)
def test_a_request_survives_its_own_address(request: SearchRequest) -> None:
    assert read_search_request(as_mapping(request))[0] == request


@given(st.dictionaries(st.sampled_from([p.name for p in SEARCH_PARAMETERS]), st.lists(st.text(), max_size=3)))
@settings(max_examples=80, deadline=None)
def test_any_text_is_read_and_what_was_read_is_within_the_limits(parameters: dict[str, list[str]]) -> None:
    request, _ = read_search_request(parameters)
    assert 1 <= request.page <= MAX_PAGE
    assert len(request.query) <= MAX_QUERY_CHARACTERS
    assert read_search_request(as_mapping(request))[0] == request
