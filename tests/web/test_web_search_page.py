"""The page of results, as a reader uses it: every state is reached by a link or a form."""

from collections.abc import Callable
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from readers_archive import FILLERS

from web.params import EARLIEST_YEAR, LATEST_YEAR, parse_since

SearchPage = Callable[..., BeautifulSoup]


def headlines(page: BeautifulSoup) -> list[str]:
    return [found.get_text() for found in page.select(".results .headline")]


def count(page: BeautifulSoup) -> str:
    heading = page.h1
    assert heading is not None
    for hidden in heading.select(".hidden"):
        hidden.extract()
    return heading.get_text(strip=True)


def parameters_of(link: Tag) -> dict[str, list[str]]:
    return parse_qs(urlsplit(str(link["href"])).query)


def facet_links(page: BeautifulSoup, title: str) -> dict[str, Tag]:
    section = next(s for s in page.select(".facet") if s.h3 and s.h3.get_text() == title)
    return {link.select_one(".value").get_text(): link for link in section.select("a")}  # type: ignore[union-attr]


def test_an_inflected_word_finds_the_story_in_its_language_with_marks(search_page: SearchPage) -> None:
    page = search_page("Київ")
    assert count(page) == "1 story, 3 language versions"
    headline = page.select_one(".results .headline")
    assert headline is not None
    assert headline["lang"] == "uk"
    assert headline.mark is not None
    assert headline.mark.get_text() == "Києві"
    snippet = page.select_one(".results .snippet")
    assert snippet is not None and snippet["lang"] == "uk" and "Києві" in [m.get_text() for m in snippet.select("mark")]


def test_the_card_names_the_forms_found(search_page: SearchPage) -> None:
    why = search_page("Київ").select_one(".why")
    assert why is not None and "Києві" in why.get_text()


def test_the_card_links_every_language_version(search_page: SearchPage) -> None:
    links = search_page("Київ").select(".card .versions a")
    assert [(link.get_text(), link["hreflang"], link["lang"]) for link in links] == [
        ("ua", "uk", "uk"),
        ("en", "en", "en"),
        ("ru", "ru", "ru"),
    ]
    assert [link.get("aria-current") for link in links] == ["true", None, None]
    assert urlsplit(str(links[1]["href"])).path == "/article/rescuers.en"


def test_the_card_shows_date_section_source_author_and_credit(search_page: SearchPage) -> None:
    card = search_page("Rescuers").select_one(".card")
    assert card is not None
    text = card.get_text(" ", strip=True)
    for expected in ("July 8, 2024", "Society", "Visti", "Olena Hrytsenko", "Photo: ДСНС"):
        assert expected in text
    assert card.time is not None and card.time["datetime"] == "2024-07-08T15:30:00+00:00"


def test_grouping_shows_a_story_once_or_every_version(search_page: SearchPage) -> None:
    grouped = search_page(section="society", source="Visti")
    assert count(grouped) == "1 story, 3 language versions"
    assert len(headlines(grouped)) == 1
    assert len(headlines(search_page(section="society", source="Visti", group="none"))) == 3


def test_where_versions_fit_equally_the_interface_language_is_shown(search_page: SearchPage) -> None:
    assert headlines(search_page(source="Visti", ui="ru")) == ["Спасатели в Киеве"]
    assert headlines(search_page(source="Visti", ui="uk")) == ["Рятувальники у Києві"]


def test_a_facet_link_chooses_and_lets_go(search_page: SearchPage, client: FlaskClient) -> None:
    page = search_page("Київ OR порт OR bulletin")
    link = facet_links(page, "Section")["Economy"]
    assert link.get("aria-current") is None
    assert parameters_of(link)["section"] == ["economy"]
    chosen = BeautifulSoup(client.get(str(link["href"])).get_data(as_text=True), "html.parser")
    assert count(chosen) == "1 story, 1 language version"
    back = facet_links(chosen, "Section")["Economy"]
    assert back["aria-current"] == "true"
    assert "✓" in back.get_text()
    assert "section" not in parameters_of(back)


def test_several_values_of_a_facet_add_up(search_page: SearchPage) -> None:
    one = search_page("Київ OR порт OR bulletin", section="economy")
    both = facet_links(one, "Section")["Society"]
    assert parameters_of(both)["section"] == ["economy", "society"]
    assert (
        count(search_page("Київ OR порт OR bulletin", section=["economy", "society"]))
        == "25 stories, 27 language versions"
    )


def test_facet_numbers_are_what_choosing_gives(search_page: SearchPage, client: FlaskClient) -> None:
    for value, link in facet_links(search_page(), "Source").items():
        number = link.select_one(".number")
        chosen = BeautifulSoup(client.get(str(link["href"])).get_data(as_text=True), "html.parser")
        assert number is not None and count(chosen).split()[0] == number.get_text(), value


def test_long_facets_unfold(search_page: SearchPage) -> None:
    page = search_page("bulletin")
    section = next(s for s in page.select(".facet") if s.h3 and s.h3.get_text() == "Author")
    assert len(section.select("a")) == FILLERS
    assert section.details is not None and len(section.details.select("a")) == FILLERS - 8


def test_a_chosen_value_that_finds_nothing_can_still_be_let_go(search_page: SearchPage) -> None:
    links = facet_links(search_page("Київ", section="no such section"), "Section")
    assert "section" not in parameters_of(links["no such section"])


def test_chips_name_every_limit_and_remove_it(search_page: SearchPage) -> None:
    page = search_page("Київ", language=["uk", "en"], section="society", since="2024-01-01", bridges="0")
    chips = {chip.get_text(" ", strip=True): chip for chip in page.select(".chips a")}
    assert [text.split(" ×")[0] for text in chips] == [
        "Language: Ukrainian",
        "Language: English",
        "Section: Society",
        "From: January 1, 2024",
        "Words: only as written",
        "Clear all",
    ]
    english = next(chip for text, chip in chips.items() if "English" in text)
    assert parameters_of(english) == {
        "q": ["Київ"],
        "language": ["uk"],
        "section": ["society"],
        "since": ["2024-01-01"],
        "bridges": ["0"],
    }
    assert parameters_of(chips["Clear all"]) == {"q": ["Київ"]}


def test_forms_keep_the_rest_of_the_state(search_page: SearchPage) -> None:
    page = search_page("bulletin", section="society", sort="oldest", page="2", since="2022-01-01")
    fields = {
        str(form["class"][0]): sorted((i["name"], i.get("value", "")) for i in form.select("input"))
        for form in page.select("form")
    }
    kept = [("section", "society"), ("sort", "oldest")]
    assert fields["search"] == sorted([("q", "bulletin"), *kept, ("since", "2022-01-01")])
    assert fields["dates"] == sorted([("q", "bulletin"), *kept, ("since", "2022-01-01"), ("until", "")])


def test_every_page_is_reached_and_no_story_is_missed_or_repeated(client: FlaskClient) -> None:
    url, seen, pages = "/search?q=bulletin&sort=oldest&ui=en", [], 0
    while url:
        page = BeautifulSoup(client.get(url).get_data(as_text=True), "html.parser")
        seen += headlines(page)
        pages += 1
        following = page.select_one(".pager a[rel=next]")
        url = str(following["href"]) if following else ""
    assert pages == 3
    assert seen == [f"Weekly bulletin {number}" for number in range(FILLERS)]


def test_the_pager_marks_the_page(search_page: SearchPage) -> None:
    page = search_page("bulletin", page="2")
    current = page.select(".pager [aria-current=page]")
    assert [link.get_text() for link in current] == ["2"]
    assert page.select_one(".pager a[rel=prev]") is not None
    assert page.select_one("head link[rel=next]") is not None
    assert "page" not in parameters_of(page.select_one(".pager a[rel=prev]"))  # type: ignore[arg-type]


def test_past_the_last_page_the_reader_is_sent_to_it(client: FlaskClient) -> None:
    response = client.get("/search?q=bulletin&page=99")
    assert response.status_code == 302
    assert parse_qs(urlsplit(response.location).query) == {"q": ["bulletin"], "page": ["3"]}


def test_order_links(search_page: SearchPage) -> None:
    page = search_page("bulletin", sort="newest")
    orders = {link.get_text(): link for link in page.select(".orders a")}
    assert [text for text, link in orders.items() if link.get("aria-current")] == ["Newest", "Stories"]
    assert parameters_of(orders["Oldest"])["sort"] == ["oldest"]
    assert headlines(page)[0] == f"Weekly bulletin {FILLERS - 1}"
    assert "Most relevant" not in [link.get_text() for link in search_page().select(".orders a")]


def test_the_timeline_links_months_and_repeats_them_as_a_table(search_page: SearchPage) -> None:
    page = search_page("bulletin")
    bars = page.select(".timeline svg a")
    listed = page.select(".timeline tbody th[scope=row] a")
    assert len(bars) == len(listed) == 6
    assert bars[0].title is not None
    assert bars[0].title.get_text() == bars[0]["aria-label"] == "January 2022: 5 stories"
    assert parameters_of(bars[0]) == {"q": ["bulletin"], "since": ["2022-01-01"], "until": ["2022-01-31"]}
    assert listed[-1]["href"] == bars[0]["href"]
    assert [cell.get_text() for cell in page.select(".timeline caption, .timeline thead th")] == [
        "Stories by month",
        "Month",
        "Stories",
    ]
    skip = page.select_one(".skip-timeline")
    assert skip is not None and page.select_one(str(skip["href"])) is not None


def test_bars_count_what_the_page_counts(search_page: SearchPage) -> None:
    names = {
        group: [b["aria-label"] for b in search_page("Київ OR порт", group=group).select(".timeline svg a")]
        for group in ("story", "none")
    }
    assert names["story"][-1] == "July 2024: 1 story"
    assert names["none"][-1] == "July 2024: 3 language versions"


def trail(page: BeautifulSoup) -> list[tuple[str, str | None]]:
    return [(link.get_text(), link.get("aria-current")) for link in page.select(".trail a")]  # type: ignore[misc]


def test_the_timeline_zooms_in_by_its_bars_and_out_by_its_trail(search_page: SearchPage, client: FlaskClient) -> None:
    def follow(link: Tag) -> BeautifulSoup:
        return BeautifulSoup(client.get(str(link["href"])).get_data(as_text=True), "html.parser")

    page = search_page("bulletin", since="2022", until="2022")
    assert trail(page) == [("All dates", None), ("2022", "true")]
    month = follow(page.select(".timeline svg a")[0])
    assert count(month) == "5 stories, 5 language versions"
    assert trail(month) == [("All dates", None), ("2022", None), ("January 2022", "true")]
    days = month.select(".timeline svg a")
    assert [day["aria-label"] for day in days] == [f"January {day}, 2022: 1 story" for day in (1, 8, 15, 22, 29)]
    assert not month.select(".timeline .selected")  # all of it is chosen
    assert [link.get_text(" ", strip=True) for link in month.select(".around a")] == ["February 2022 →"]
    day = follow(days[1])
    assert headlines(day) == ["Weekly bulletin 1"]
    assert [bar["aria-label"] for bar in day.select(".timeline .selected")] == ["January 8, 2022: 1 story"]
    assert len(day.select(".timeline svg a")) == 5
    assert [link.get_text(" ", strip=True) for link in day.select(".around a")] == [
        "← January 1, 2022",
        "January 15, 2022 →",
    ]
    back = follow(day.select(".timeline .selected")[0])  # choosing the chosen day again shows its month
    assert trail(back) == trail(month)
    everything = follow(back.select(".trail a")[0])
    assert count(everything) == "23 stories, 23 language versions"
    assert not everything.select(".trail a")


def test_the_date_inputs_hold_the_period(search_page: SearchPage) -> None:
    page = search_page("bulletin", since="2022-01-01", until="2022-01-31")
    inputs = {str(i["name"]): i for i in page.select(".dates input[type=date]")}
    assert {name: i["value"] for name, i in inputs.items()} == {"since": "2022-01-01", "until": "2022-01-31"}
    for field in inputs.values():  # of the calendar, not of each other: a browser would let nobody change both at once
        assert [parse_since(str(field[limit])).year for limit in ("min", "max")] == [EARLIEST_YEAR, LATEST_YEAR]


def test_a_period_that_ends_before_it_begins_is_told(search_page: SearchPage) -> None:
    page = search_page("bulletin", since="2022-05-01", until="2022-01-01")
    assert count(page) == "Nothing was found"
    assert [notice.get_text() for notice in page.select(".notice")] == [
        "The period ends before it begins, so nothing can be found in it."
    ]


def test_what_was_not_understood_is_said_in_the_language_of_the_page(search_page: SearchPage) -> None:
    texts = {ui: [n.get_text() for n in search_page('"Київ', ui=ui).select(".notice")] for ui in ("en", "uk", "ru")}
    assert texts == {
        "en": ["A quotation mark is not closed; everything after it was read as one phrase."],
        "uk": ["Лапки не закрито; усе після них прочитано як одну фразу."],
        "ru": ["Кавычка не закрыта; всё после неё прочитано как одна фраза."],
    }


def test_a_malformed_date_is_a_notice_not_an_error(search_page: SearchPage) -> None:
    page = search_page("Київ", since="someday")
    assert ["someday" in notice.get_text() for notice in page.select(".notice")] == [True]
    assert count(page) == "1 story, 3 language versions"


def words_of(chip: Tag) -> list[tuple[str | None, str]]:
    return [(each.get("lang"), each.get_text()) for each in chip.select(".leads span")]


class TestReadings:
    def test_a_word_shows_where_it_leads_each_in_its_language(self, search_page: SearchPage) -> None:
        block = search_page("рятувальники").select_one(".readings")
        assert block is not None and block.h2 is not None
        assert block.h2.get_text() == "How the query was read"
        typed, chip = block.select_one(".typed"), block.select_one("a.reading-chip")
        assert typed is not None and chip is not None
        assert (typed.get_text(), typed["lang"]) == ("рятувальники", "uk")
        assert words_of(chip) == [("ru", "спасатель"), ("en", "rescuer")]
        assert chip.get_text(" ", strip=True).startswith("Search without this:")

    def test_a_bridge_goes_off_and_on_again_by_its_links(self, search_page: SearchPage, client: FlaskClient) -> None:
        page = search_page("рятувальники", group="none")
        assert len(headlines(page)) == 3
        link = page.select_one("a.reading-chip")
        for there, strikes in ((1, 1), (3, 0)):
            assert link is not None
            page = BeautifulSoup(client.get(str(link["href"])).get_data(as_text=True), "html.parser")
            assert (len(headlines(page)), len(page.select(".readings s"))) == (there, strikes)
            link = page.select_one("a.reading-chip")
            assert link is not None and words_of(link) == [("ru", "спасатель"), ("en", "rescuer")]

    def test_only_these_words(self, search_page: SearchPage, client: FlaskClient) -> None:
        link = search_page("рятувальники", group="none").select_one(".only-typed")
        assert link is not None
        page = BeautifulSoup(client.get(str(link["href"])).get_data(as_text=True), "html.parser")
        assert len(headlines(page)) == 1
        assert "Words: only as written" in page.select_one(".chips").get_text(" ", strip=True)  # type: ignore[union-attr]
        assert not page.select(".readings")

    def test_most_of_the_words_in_other_languages(self, search_page: SearchPage, client: FlaskClient) -> None:
        page = search_page("рятувальники працювали місто ніч київ")
        chip = page.select_one(".readings p a.reading-chip")
        assert chip is not None and "In Russian and in English" in chip.get_text()
        assert headlines(page)
        page = BeautifulSoup(client.get(str(chip["href"])).get_data(as_text=True), "html.parser")
        assert count(page) == "Nothing was found"
        assert page.select_one(".readings p s") is not None

    @pytest.mark.parametrize("query", ["", '"рятувальники"', "2024-06", "!!!"])
    def test_nothing_is_said_where_there_is_nothing_to_say(self, search_page: SearchPage, query: str) -> None:
        assert not search_page(query).select(".readings, .correction")

    def test_every_state_of_the_page_keeps_what_is_off(self, search_page: SearchPage) -> None:
        page = search_page("bulletin", without="glossary:bulletin")
        links = page.select(
            ".facet a, .timeline a:not(.skip-timeline), .orders a, .pager a, .headline a, head link[type*=atom]"
        )
        assert len(links) > 20
        for link in links:
            assert parameters_of(link).get("without") == ["glossary:bulletin"], link
        for form in page.select("form"):
            assert [field["value"] for field in form.select("input[name=without]")] == ["glossary:bulletin"]

    def test_what_is_off_of_an_older_query_is_not_carried_on(self, search_page: SearchPage) -> None:
        page = search_page("bulletin", without=["glossary:порт", "across"])
        fields = [field["value"] for field in page.select("form.search input[name=without]")]
        assert fields == ["across"]

    def test_a_card_says_by_what_path_it_was_found(self, search_page: SearchPage) -> None:
        why = search_page("рятувальники", language="en").select_one(".why")
        assert why is not None
        assert " ".join(why.get_text().split()) == "Found as: рятувальники → Rescuers · dictionary"
        assert why.b is not None and why.b["lang"] == "en"


def test_the_page_says_how_the_query_was_read(search_page: SearchPage) -> None:
    reading = search_page("Києву").select_one("details.reading")
    assert reading is not None and "київ" in reading.get_text()


def test_filters_alone_that_find_nothing_can_be_removed(search_page: SearchPage) -> None:
    page = search_page(section="economy", language="en", since="2020-01-01", until="2020-01-31")
    assert count(page) == "Nothing was found"
    advice = page.select_one(".empty")
    assert advice is not None and parameters_of(advice.a) == {}  # type: ignore[arg-type]
    assert len(page.select(".chips a")) == 5


def test_an_empty_page_tells_what_to_try(search_page: SearchPage) -> None:
    page = search_page("нісенітниця", section="economy")
    assert count(page) == "Nothing was found"
    advice = page.select_one(".empty")
    assert advice is not None
    assert parameters_of(advice.a) == {"q": ["нісенітниця"]}  # type: ignore[arg-type]
    assert not page.select(".pager")


def test_a_slip_of_the_finger_gets_a_suggestion(search_page: SearchPage) -> None:
    link = search_page("рятувальнки").select_one(".suggestion a")
    assert link is not None
    assert parameters_of(link)["q"] == [link.get_text()]
    assert link.get_text().casefold().startswith("рятувальник")


def test_the_feed_of_the_search_is_announced(search_page: SearchPage) -> None:
    link = search_page("bulletin", section="society", page="2").select_one("head link[type='application/atom+xml']")
    assert link is not None and parameters_of(link) == {"q": ["bulletin"], "section": ["society"]}


@pytest.mark.parametrize("path", ["/search?q=bulletin", "/", "/help", "/article/port.uk?q=порт"])
def test_pages_are_built_of_landmarks_and_ordered_headings(page: Callable[..., BeautifulSoup], path: str) -> None:
    found = page(path)
    for landmark in ("header.masthead", "main#content", "footer.footer", "a.skip[href='#content']"):
        assert len(found.select(landmark)) == 1, landmark
    assert len(found.select("h1")) == 1
    levels = [int(heading.name[1]) for heading in found.select("main h1, main h2, main h3, main h4")]
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    ids = [element["id"] for element in found.select("[id]")]
    assert len(ids) == len(set(ids))
    for control in found.select("input:not([type=hidden])"):
        assert found.select_one(f"label[for={control['id']}]") is not None, control
    for nav in found.select("nav, main aside"):
        assert nav.get("aria-label") or nav.get("aria-labelledby"), nav.get("class")
    assert found.html is not None and found.html["lang"] == "en"


def test_pages_need_nothing_but_themselves(page: Callable[..., BeautifulSoup], client: FlaskClient) -> None:
    for path in ("/", "/search?q=bulletin", "/article/rescuers.en"):
        found = page(path)
        assert not found.select("[style], iframe, object, script:not([type='application/ld+json'], [src])")
        assert not found.select("img")
        for link in found.select("link[rel=stylesheet], link[rel=icon]"):
            assert str(link["href"]).startswith("/static/")
            client.get(str(link["href"])).close()


def test_the_first_page_is_light(client: FlaskClient) -> None:
    sizes = []
    for path in ("/", "/static/style.css", "/static/favicon.svg"):
        with client.get(path) as response:
            sizes.append(len(response.get_data()))
    assert sum(sizes) < 60_000, sizes
