"""How the page says what was read: labels as data, and that every link does what it says."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readers_archive import plain_spaces

import search
from search import Bridge, Correction, DateReading, Group, Interpretation, Match, Page, Reading, Relaxation
from search.query.across import Across
from search.query.bridges import switch
from web.i18n import INTERFACE_LANGUAGES
from web.params import MAX_SWITCH_CHARACTERS, MAX_SWITCHED_OFF, SearchRequest, read_search_request
from web.presenters.cards import forms_found
from web.presenters.filters import date_chips
from web.presenters.readings import (
    RELAXATION_LABELS,
    SHOWN_WORDS,
    Chip,
    ReadingsView,
    period_text,
    present_readings,
    present_relaxations,
    without_stale_switches,
)

CASES = json.loads((Path(__file__).parents[1] / "cases" / "web" / "readings.json").read_text(encoding="utf-8"))
NOTHING = Interpretation("", (), (), None, None, ())


def read(url_query: str) -> SearchRequest:
    return read_search_request(parse_qs(url_query))[0]


def request_of(url: str | None) -> SearchRequest:
    """Return the request to which a link leads."""
    assert url is not None
    return read(urlsplit(url).query)


def word(typed: str, *bridges: Bridge, **lemmas: tuple[str, ...]) -> Reading:
    return Reading(typed, "word", lemmas, 1, bridges)


def bridge(
    typed: str, by: str = "glossary", *, on: bool = True, words: tuple[tuple[str | None, str], ...] = ()
) -> Bridge:
    return Bridge(switch(by, typed), by, on, words or (("en", f"{typed} in English"),))


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def interpretation_of(case: Mapping[str, Any]) -> Interpretation:
    words = tuple(
        Reading(
            each["typed"],
            "word",
            {language: tuple(lemmas) for language, lemmas in each["lemmas"].items()},
            1,
            tuple(
                bridge(each["typed"], b["by"], on=b.get("on", True), words=tuple(map(tuple, b["words"])))
                for b in each["bridges"]
            ),
        )
        for each in case.get("words", ())
    )
    corrections = tuple(
        Correction(switch(each["by"], each["typed"]), each["by"], each["typed"], each["read"], each.get("on", True))
        for each in case.get("corrections", ())
    )
    dates = tuple(
        DateReading(
            switch("dates", each["text"]),
            each["text"],
            moment(each["since"]),
            moment(each["until"]),
            each.get("on", True),
        )
        for each in case.get("dates", ())
    )
    across = tuple(Across(language, 3) for language in case.get("across", ()))
    return replace(NOTHING, words=words, corrections=corrections, dates=dates, across=across)


def shown(chip: Chip) -> str:
    text = ", ".join(each for _, each in chip.words) + (f" · {chip.kind}" if chip.kind else "")
    return f"{text} ×" if chip.on else f"({text}) +"


def lines(view: ReadingsView) -> list[str]:
    """Return what stands on the page, a line each; what is off is in brackets."""
    corrected = [line.text + (f" [{line.link.label}]" if line.link else "") for line in view.corrections]
    words = [f"{line.typed} → {' '.join(map(shown, line.chips))}" for line in (*view.words, *view.more_words)]
    return [plain_spaces(line) for line in (*corrected, *words, *([shown(view.across)] if view.across else []))]


@pytest.fixture
def speaking(app: Flask) -> Callable[[str], Any]:
    """Return a function that makes the context of a request in a language of the interface."""
    return lambda ui: app.test_request_context(f"/?ui={ui}", headers={"Cookie": f"ui={ui}"})


@pytest.mark.parametrize(
    ("case", "ui"), [pytest.param(case, ui, id=f"{case['label']}, {ui}") for case in CASES for ui in case["shows"]]
)
def test_the_page_says_what_was_read(speaking: Callable[[str], Any], case: Mapping[str, Any], ui: str) -> None:
    with speaking(ui):
        view = present_readings(read(case.get("parameters", "")), interpretation_of(case))
    assert [line.replace("\N{THIN SPACE}", " ") for line in lines(view)] == case["shows"][ui]


@pytest.mark.parametrize("ui", INTERFACE_LANGUAGES)
def test_a_click_says_what_it_does(speaking: Callable[[str], Any], ui: str) -> None:
    says = {
        "uk": ("Шукати без цього", "Знову шукати з цим"),
        "ru": ("Искать без этого", "Снова искать с этим"),
        "en": ("Search without this", "Search with this again"),
    }
    words = (word("а", bridge("а")), word("б", bridge("б", on=False)))
    with speaking(ui):
        view = present_readings(SearchRequest(query="а б"), replace(NOTHING, words=words))
    assert tuple(line.chips[0].says for line in view.words) == says[ui]


FULL = SearchRequest(
    query="повінь",
    language=("en",),
    tag=("вода",),
    sort=search.Sort.NEWEST,
    group=Group.NONE,
    page=3,
    without=("across",),
)


class TestLinks:
    def test_a_bridge_is_switched_off_and_all_else_stays(self, speaking: Callable[[str], Any]) -> None:
        with speaking("en"):
            view = present_readings(FULL, replace(NOTHING, words=(word("повінь", bridge("повінь")),)))
        without = request_of(view.words[0].chips[0].url)
        assert without == replace(FULL, page=1, without=("across", "glossary:повінь"))

    @pytest.mark.parametrize("name", ["glossary:повінь", "glossary"])
    def test_a_bridge_is_switched_on_by_whatever_name_it_is_off(
        self, speaking: Callable[[str], Any], name: str
    ) -> None:
        off = replace(FULL, without=("across", name))
        with speaking("en"):
            view = present_readings(off, replace(NOTHING, words=(word("повінь", bridge("повінь", on=False)),)))
        assert request_of(view.words[0].chips[0].url) == replace(FULL, page=1)

    def test_across_is_switched_off_and_on(self, speaking: Callable[[str], Any]) -> None:
        on = replace(FULL, page=1, without=())
        reading = replace(NOTHING, words=(word("мир"),), across=(Across("en", 3),))
        with speaking("en"):
            off = request_of(present_readings(on, reading).across.url)  # type: ignore[union-attr]
            again = request_of(present_readings(off, reading).across.url)  # type: ignore[union-attr]
        assert off == replace(on, without=("across",))
        assert again == on

    def test_a_correction_is_undone_and_done_again(self, speaking: Callable[[str], Any]) -> None:
        asked = SearchRequest(query="ghbdtn cdsn")
        typed = [Correction(switch("layout", each), "layout", each, "…", True) for each in ("ghbdtn", "cdsn")]
        for those, names in ((typed[:1], ("layout:ghbdtn",)), (typed, ("layout",))):
            off = [correction._replace(on=False) for correction in those]
            with speaking("en"):
                (undo,) = present_readings(asked, replace(NOTHING, corrections=tuple(those))).corrections
                undone = request_of(undo.link and undo.link.url)
                (redo,) = present_readings(undone, replace(NOTHING, corrections=tuple(off))).corrections
                redone = request_of(redo.link and redo.link.url)
            assert undone == replace(asked, without=names)
            assert redone == asked

    def test_a_time_is_a_filter_that_can_be_removed(self, speaking: Callable[[str], Any]) -> None:
        dates = (
            DateReading(
                "dates:торік", "торік", moment("2025-01-01T00:00+02:00"), moment("2026-01-01T00:00+02:00"), True
            ),
            DateReading(
                "dates:учора", "учора", moment("2026-10-31T00:00+02:00"), moment("2026-11-01T00:00+02:00"), False
            ),
        )
        with speaking("en"):
            (chip,) = date_chips(SearchRequest(query="вибори торік"), dates)
        assert (chip.name, chip.label) == ("Date", "торік → 2025")
        assert request_of(chip.url).without == ("dates:торік",)

    def test_only_these_words(self, speaking: Callable[[str], Any]) -> None:
        bridged = replace(NOTHING, words=(word("а", bridge("а")),))
        with speaking("en"):
            link = present_readings(FULL, bridged).only_typed
            assert request_of(link) == replace(FULL, page=1, bridges=False)
            assert present_readings(replace(FULL, bridges=False), NOTHING).only_typed is None
            assert (
                present_readings(SearchRequest(query="2024"), replace(NOTHING, words=(word("2024"),))).only_typed
                is None
            )

    @pytest.mark.parametrize(
        ("asked", "name"),
        [
            (SearchRequest(query="а", without=tuple(map(str, range(MAX_SWITCHED_OFF)))), "а"),
            (SearchRequest(query="а"), "а" * (MAX_SWITCH_CHARACTERS + 1)),
        ],
        ids=["as many as fit are off", "too long a name"],
    )
    def test_what_no_address_can_name_has_no_link(
        self, speaking: Callable[[str], Any], asked: SearchRequest, name: str
    ) -> None:
        reading = replace(
            NOTHING,
            words=(word("а", bridge("а")._replace(id=name)),),
            corrections=(Correction(name, "layout", "f", "а", True),),
        )
        since = moment("2025-01-01T00:00+02:00")
        with speaking("en"):
            view = present_readings(asked, reading)
            (chip,) = date_chips(asked, [DateReading(name, "торік", since, None, True)])
        assert view.words[0].chips[0].url is view.corrections[0].link is chip.url is None

    @given(typed=st.text(min_size=1, max_size=300))
    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_link_names_the_reading_of_any_query(self, speaking: Callable[[str], Any], typed: str) -> None:
        query = read_search_request({"q": [typed]})[0].query
        for each in query.split():
            with speaking("en"):
                view = present_readings(SearchRequest(query=query), replace(NOTHING, words=(word(each, bridge(each)),)))
            assert request_of(view.words[0].chips[0].url).without == (switch("glossary", each),)


class TestFolding:
    @pytest.mark.parametrize(
        ("count", "seen", "folded"),
        [(0, 0, 0), (SHOWN_WORDS, 3, 0), (SHOWN_WORDS + 1, 4, 0), (SHOWN_WORDS + 2, 3, 2), (30, 3, 27)],
    )
    def test_a_long_list_unfolds(self, speaking: Callable[[str], Any], count: int, seen: int, folded: int) -> None:
        words = tuple(word(f"w{number}", bridge(f"w{number}")) for number in range(count))
        with speaking("en"):
            view = present_readings(SearchRequest(query="w"), replace(NOTHING, words=words))
        assert (len(view.words), len(view.more_words), view.unfolded) == (seen, folded, False)

    def test_it_is_unfolded_where_something_is_switched_off(self, speaking: Callable[[str], Any]) -> None:
        words = tuple(word(f"w{number}", bridge(f"w{number}", on=number != 5)) for number in range(7))
        with speaking("en"):
            assert present_readings(SearchRequest(query="w"), replace(NOTHING, words=words)).unfolded


class TestStaleSwitches:
    READ = replace(
        NOTHING,
        words=(word("повінь", bridge("повінь", on=False)),),
        corrections=(Correction("layout:ghbdtn", "layout", "ghbdtn", "привіт", False),),
        dates=(DateReading("dates:торік", "торік", None, None, False),),
    )

    def test_words_that_are_gone_go_and_kinds_stay(self) -> None:
        here = ("glossary:повінь", "across", "layout:ghbdtn", "dates:торік")
        asked = SearchRequest(query="повінь", without=("glossary:війна", *here, "dates:учора"))
        assert without_stale_switches(asked, self.READ).without == here

    def test_while_all_bridges_are_off_nothing_is_forgotten(self) -> None:
        asked = SearchRequest(query="повінь", bridges=False, without=("glossary:війна",))
        assert without_stale_switches(asked, NOTHING) == asked


@pytest.mark.parametrize(
    ("since", "until", "text"),
    [
        ("2026-11-16T00:00+02:00", "2026-11-23T00:00+02:00", "16–22 лист. 2026 р."),
        ("2026-11-15T22:00+00:00", "2026-11-22T22:00+00:00", "16–22 лист. 2026 р."),
        ("2026-11-16T00:00+02:00", "2026-11-17T00:00+02:00", "16 листопада 2026 р."),
        ("2022-03-01T00:00+02:00", "2022-04-01T00:00+03:00", "березень 2022 р."),
        ("2025-01-01T00:00+02:00", "2026-01-01T00:00+02:00", "2025"),
        ("2025-12-29T00:00+02:00", "2026-01-05T00:00+02:00", "29 груд. 2025 – 4 січ. 2026 рр."),
        ("2026-11-16T00:00+02:00", None, "З: 16 листопада 2026 р."),
        (None, "2026-11-16T00:00+02:00", "До: 15 листопада 2026 р."),
    ],
)
def test_a_period_is_written_in_days_of_kyiv(
    speaking: Callable[[str], Any], since: str | None, until: str | None, text: str
) -> None:
    with speaking("uk"):
        assert plain_spaces(period_text(moment(since), moment(until))).replace("\N{THIN SPACE}", " ") == text


def page_with(*relaxations: Relaxation) -> Page:
    return Page("", 0, 0, (), {}, NOTHING, None, 10, 0, "story", relaxations)


class TestRelaxations:
    ASKED = SearchRequest(
        query='"мирний план" вода', section=("world",), language=("uk",), without=("across",), page=2, bridges=False
    )

    @pytest.mark.parametrize(
        ("ui", "kind", "text", "label", "count"),
        [
            ("uk", "word", "вода", "без слова «вода»", "12 матеріалів"),
            ("ru", "word", "вода", "без слова «вода»", "12 материалов"),
            ("en", "word", "вода", "without the word “вода”", "12 stories"),
            ("uk", "any", "а OR б", "будь-яке зі слів", "12 матеріалів"),
            ("ru", "filters", "", "без фильтров", "12 материалов"),
            ("uk", "phrase", '"мирний план"', 'слова фрази окремо: "мирний план"', "12 матеріалів"),
            ("en", "something new", "", "план", "12 stories"),
        ],
    )
    def test_it_says_what_is_let_go_and_how_much_is_found(
        self, speaking: Callable[[str], Any], ui: str, kind: str, text: str, label: str, count: str
    ) -> None:
        with speaking(ui):
            (link,) = present_relaxations(self.ASKED, page_with(Relaxation(kind, text, "план", (), 14, 12)))
        assert (link.label, plain_spaces(link.found)) == (label, count)

    def test_versions_are_counted_where_they_are_the_results(self, speaking: Callable[[str], Any]) -> None:
        asked = replace(self.ASKED, group=Group.NONE)
        with speaking("uk"):
            (link,) = present_relaxations(asked, page_with(Relaxation("any", "", "план", (), 3, 1)))
        assert plain_spaces(link.found) == "3 мовні версії"

    @pytest.mark.parametrize(
        ("drops", "left"),
        [
            ((), {}),
            (("section",), {"section": ()}),
            (("section", "language"), {"section": (), "language": ()}),
            (("bridges", "without"), {"bridges": True, "without": ()}),
            (("since", "until", "unheard of"), {}),
        ],
    )
    def test_it_keeps_what_it_does_not_drop(
        self, speaking: Callable[[str], Any], drops: tuple[str, ...], left: dict[str, Any]
    ) -> None:
        with speaking("en"):
            (link,) = present_relaxations(self.ASKED, page_with(Relaxation("filters", "", "план вода", drops, 1, 1)))
        assert request_of(link.url) == replace(self.ASKED, **{"query": "план вода", "page": 1, **left})

    def test_it_says_so_where_the_filters_go_too(self, speaking: Callable[[str], Any]) -> None:
        looser = [Relaxation("any", "", "а OR б", drops, 1, 1) for drops in ((), ("section",))]
        with speaking("uk"):
            labels = [link.label for link in present_relaxations(self.ASKED, page_with(*looser))]
        assert labels == ["будь-яке зі слів", "будь-яке зі слів, без фільтрів"]

    @pytest.mark.parametrize("ui", INTERFACE_LANGUAGES)
    @pytest.mark.parametrize("kind", RELAXATION_LABELS)
    def test_every_kind_has_words(self, speaking: Callable[[str], Any], ui: str, kind: str) -> None:
        with speaking(ui):
            (link,) = present_relaxations(self.ASKED, page_with(Relaxation(kind, "ТЕКСТ", "план", (), 1, 1)))
        assert link.label and "%" not in link.label and link.label != "план"


@pytest.mark.parametrize(
    ("matched", "found"),
    [
        ([("київ", "Києві", "lemma")], [("", (("київ", "Києві"),))]),
        ([("київ", "Київ", "form")], []),
        ([("порт", "port", "glossary")], [("dictionary", (("порт", "port"),))]),
        (
            [("порт", "port", "glossary"), ("порт", "порту", "lemma"), ("судно", "ship", "glossary")],
            [("", (("порт", "порту"),)), ("dictionary", (("порт", "port"), ("судно", "ship")))],
        ),
        ([("НАТО", "NATO", "alias")], [("another name", (("НАТО", "NATO"),))]),
        ([("порт", "ПОРТУ", "lemma")], [("", (("порт", "порту"),))]),
        ([("порт", "port", "rhyme")], [("", (("порт", "port"),))]),
        (
            [("а", f"форма{number}", "lemma") for number in range(8)],
            [("", (("а", "форма0, форма1, форма2, форма3, форма4, форма5 …"),))],
        ),
    ],
)
def test_a_card_says_by_what_path_it_was_found(
    speaking: Callable[[str], Any],
    sample_archive: search.Archive,
    matched: list[tuple[str, str, str]],
    found: list[tuple[str, Any]],
) -> None:
    hit = replace(sample_archive.search(limit=1).hits[0], matched=tuple(Match(*each) for each in matched))
    with speaking("en"):
        assert [tuple(each) for each in forms_found(hit)] == found
