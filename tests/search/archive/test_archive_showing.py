"""How results are shown: snippets, highlights, interpretation, suggestions, related stories."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_archive import article, ids, opened

import search
from search.archive.results import Snippet, Span


class TestSnippet:
    def test_is_escaped_html_with_marks(self) -> None:
        snippet = Snippet.marked('<b>"R&D"</b> у Києві', [Span(15, 20)])
        assert snippet == '&lt;b&gt;"R&amp;D"&lt;/b&gt; у <mark>Києві</mark>'
        assert snippet.text == '<b>"R&D"</b> у Києві'
        assert snippet.__html__() == snippet

    @settings(max_examples=200, deadline=None)
    @given(text=st.text(), cuts=st.lists(st.integers(0, 50)))
    def test_marks_can_be_taken_off_again(self, text: str, cuts: list[int]) -> None:
        places = sorted({min(cut, len(text)) for cut in cuts})
        spans = [Span(start, end) for start, end in zip(places[::2], places[1::2], strict=False)]
        plain = Snippet.marked(text, spans).replace("<mark>", "").replace("</mark>", "")
        assert plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


class TestHits:
    def test_marks_the_forms_that_are_there(self, archive: search.Archive) -> None:
        (hit,) = archive.search("Київ").hits
        assert "<mark>Києві</mark>" in hit.headline
        assert "Міст у <mark>Києві</mark> будували чотири роки." in hit.snippet
        assert search.Match("Київ", "Києві", "lemma") in hit.matched

    def test_tells_typed_form_from_lemma(self, archive: search.Archive) -> None:
        (hit,) = archive.search("Києві").hits
        assert hit.matched == (search.Match("Києві", "Києві", "form"),)

    def test_snippet_prefers_the_sentence_with_all_words(self, archive: search.Archive) -> None:
        (hit,) = archive.search("рух прес-служба").hits
        assert "рух" in hit.snippet.text
        assert "Прес-служба мерії повідомила" in hit.snippet.text

    def test_second_sentence_of_a_snippet_brings_the_words_that_the_first_lacks(self, build) -> None:
        said = (
            "The bridge over the Dnipro opened. The bridge over the Dnipro is long. The bridge over the Dnipro is new."
        )
        path = build([article("a.en", body=f"{said} Trams were repainted."), article("b.en", body="Trams again.")])
        with opened(path) as archive:
            (hit,) = archive.search("bridge Dnipro trams").hits
            assert hit.snippet.text == "The bridge over the Dnipro opened. … Trams were repainted."

    def test_snippet_without_words_is_the_opening(self, archive: search.Archive) -> None:
        hit = archive.search("section:society", prefer="uk").hits[0]
        assert hit.snippet.startswith("Новий міст з’єднав два береги.")
        assert not hit.snippet.highlights

    def test_opening_passes_over_salutations_date_lines_and_subheads(self, build) -> None:
        greeting = "Friday, 10 May 2024\n\nUkrainians!\n\nFour years of work"
        body = f"{greeting}\n\nThe bridge has opened.\n\nCars are waiting in line."
        path = build([article("a.en", body=body), article("b.en", title="Bridge", body="Hello!")])
        with opened(path) as archive:
            page = archive.search("", sort="oldest")
            assert {hit.article.id: hit.snippet.text for hit in page.hits} == {
                "a.en": "The bridge has opened. … Cars are waiting in line.",
                "b.en": "Hello!",
            }

    def test_excluded_word_is_not_marked(self, archive: search.Archive) -> None:
        page = archive.search("мост OR (Зеленським -Київ)")
        assert all("Київ" not in match.word for hit in page.hits for match in hit.matched)

    def test_word_in_a_field_is_marked_only_there(self, archive: search.Archive) -> None:
        (hit,) = archive.search("title:Київ").hits
        assert "<mark>" in hit.headline
        assert "<mark>" not in hit.snippet

    def test_phrase_marks_only_the_phrase(self, build) -> None:
        path = build([article("a.uk", body="Новий міст закрили. Старий новий міст стоїть. Міст новий.")])
        with opened(path) as archive:
            (hit,) = archive.search('"старий новий"').hits
            assert hit.snippet.count("<mark>") == 2
            assert "<mark>Старий</mark> <mark>новий</mark> міст" in hit.snippet

    def test_markup_in_an_article_is_text(self, build) -> None:
        path = build([article("a.en", title="<script>bridge</script>", body="<img src=x onerror=alert(1)> bridge")])
        with opened(path) as archive:
            (hit,) = archive.search("bridge").hits
            assert "<script>" not in hit.headline
            assert "<img" not in hit.snippet
            assert "&lt;img src=x onerror=alert(1)&gt; <mark>bridge</mark>" in hit.snippet

    def test_endless_sentence_is_cut_around_its_marks(self, build) -> None:
        path = build(
            [
                article("a.en", body="word " * 400 + "bridge" + " word" * 400),
                article("b.en", body="x" * 5000 + " bridge"),
            ]
        )
        with opened(path) as archive:
            for hit in archive.search("bridge").hits:
                assert "<mark>bridge</mark>" in hit.snippet
                assert len(hit.snippet.text) < 400


class TestHighlight:
    def test_marks_the_whole_article(self, archive: search.Archive) -> None:
        found = archive.get("bridge.uk")
        assert found
        marked = archive.highlight(found, "Зеленського міст")
        assert "<mark>міст</mark>" in marked.title
        assert "<mark>міст</mark>" in marked.lead
        assert [paragraph.count("<mark>") for paragraph in marked.paragraphs] == [1, 0, 1]

    def test_without_a_query_nothing_is_marked(self, archive: search.Archive) -> None:
        found = archive.get("bridge.uk")
        assert found
        assert "<mark>" not in "".join(archive.highlight(found, "").paragraphs)


class TestInterpretation:
    def test_says_how_each_word_was_read(self, archive: search.Archive) -> None:
        reading = archive.search("Києві").interpretation.words[0]
        assert (reading.typed, reading.kind, reading.found) == ("Києві", "word", 3)  # also Киев and Kyiv
        assert "київ" in reading.lemmas["uk"]
        assert archive.search("Києві").interpretation.languages == ("uk",)

    def test_says_what_was_not_understood(self, archive: search.Archive) -> None:
        notices = archive.search('"міст').interpretation.notices
        assert [notice.code for notice in notices] == ["unclosed-quote"]

    def test_dates_of_the_query_are_there(self, archive: search.Archive) -> None:
        interpretation = archive.search("date:2023 міст").interpretation
        assert interpretation.since and interpretation.since.isoformat() == "2022-12-31T22:00:00+00:00"
        assert interpretation.until and interpretation.until.isoformat() == "2023-12-31T22:00:00+00:00"


class TestDidYouMean:
    @pytest.mark.parametrize(
        ("query", "suggestion"),
        [
            ("Переговоои", "Переговори"),
            ("Munitoins", "Munitions"),
            ("bridgge Kyiv", "bridge Kyiv"),
            ("міст", None),
            ("рептилоїди", None),
            ("кіт", None),
        ],
    )
    def test_suggests_a_near_word_of_the_archive(
        self, archive: search.Archive, query: str, suggestion: str | None
    ) -> None:
        assert archive.search(query).suggestion == suggestion

    def test_a_misspelt_word_is_mended_also_where_others_found_something(self, archive: search.Archive) -> None:
        page = archive.search("Munitoins OR bridge")
        assert page.total
        assert page.suggestion == "Munitions OR bridge"

    def test_a_near_word_that_finds_nothing_with_the_others_is_not_suggested(self, build) -> None:
        prime = [article(f"{number}.en", body="Prime ministers met.") for number in range(3)]
        path = build(
            [*prime, article("nobel.en", body="The Nobel prize was awarded."), article("b.en", body="Bridges.")]
        )
        with opened(path) as archive:
            assert archive.search("nobel prihe").suggestion == "nobel prize"
            assert archive.search("prihe").suggestion == "prime"
            assert archive.search("bridges prihe").suggestion is None

    def test_only_the_misspelt_word_is_replaced(self, build) -> None:
        path = build([article("a.uk", body="Обстріли та обстріляні міста. Обстріл.")])
        with opened(path) as archive:
            assert archive.search("обстріляні обстрі").suggestion == "обстріляні обстріл"
            assert archive.search("обстірляні обсріли").suggestion == "обстріляні обстріли"

    def test_suggestion_has_results(self, archive: search.Archive) -> None:
        suggestion = archive.search("brigde").suggestion
        assert suggestion and archive.search(suggestion).total


class TestSuggest:
    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("мос", ("мости", "У Києві відкрили міст через Дніпро")),
            ("переговори про", ("Переговори про мости тривають",)),
            ("грицен", ("Олена Гриценко", "Елена Гриценко")),
            ("", ()),
            ("   ", ()),
        ],
    )
    def test_completes(self, archive: search.Archive, typed: str, expected: tuple[str, ...]) -> None:
        found = archive.suggest(typed)
        assert set(found) >= set(expected[:1])
        assert found == () if not expected else True

    def test_is_limited(self, archive: search.Archive) -> None:
        assert len(archive.suggest("м", limit=1)) == 1
        assert archive.suggest("м", limit=0) == ()


class TestRelated:
    @pytest.fixture
    def path(self, build):
        energy = "Енергетики відновили мережу після аварії на станції, повідомили в компанії."
        sport = "Футболісти виграли матч чемпіонату, тренер похвалив команду та воротаря."
        return build(
            [
                article("energy-1.uk", title="Аварія на станції", body=energy),
                article(
                    "energy-2.uk",
                    title="Після аварії",
                    body="Про аварію на станції: компанія відновила мережу енергетикам.",
                ),
                article("energy-1.en", title="An accident at the plant", body="Engineers repaired the grid."),
                article("sport-1.uk", title="Матч", body=sport),
                article(
                    "sport-2.uk", title="Чемпіонат", body="Команда і тренер: матчі чемпіонату, футболіст, воротар."
                ),
            ]
        )

    def test_finds_the_other_story_on_the_subject(self, path) -> None:
        with opened(path) as archive:
            found = archive.get("energy-1.uk")
            assert found
            assert [hit.article.id for hit in archive.related(found)] == ["energy-2.uk"]

    def test_text_finds_by_other_forms_of_its_words(self, path) -> None:
        with opened(path) as archive:
            hits = archive.related("Тренера команди та воротарів хвалили за матчі чемпіонатів.")
            assert {hit.article.id for hit in hits} == {"sport-1.uk", "sport-2.uk"}

    def test_nothing_in_common_is_nothing_related(self, path) -> None:
        with opened(path) as archive:
            assert archive.related("Погода буде сонячною.") == archive.related("") == ()


def test_page_as_dict_has_the_names_of_the_contract(archive: search.Archive) -> None:
    data = archive.search("Київ").as_dict()
    assert set(data) == {"query", "total", "stories", "hits", "facets", "interpretation", "suggestion", "relaxations"}
    contract = {"id", "story", "language", "title", "url", "published", "section", "score", "snippet", "versions"}
    assert contract <= set(data["hits"][0])
    assert ids(archive.search("Київ")) == [data["hits"][0]["id"]]
