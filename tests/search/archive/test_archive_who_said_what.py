"""``speaker:`` and ``quote:``: what is asked together is asked of one quotation, in every language and audience."""

from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path

import pytest
from small_archive import article, ids, opened

import search
from search.archive.documents import said_in
from search.language import analyze

Build = Callable[[Iterable[search.Article]], Path]

ARTICLES = [
    article(
        "dam.uk",
        title="Греблю відремонтують",
        body="«Гребля витримає повінь», – сказав президент Володимир Зеленський.\n\n"
        "«Перемога буде за нами», – заявив мер Віталій Кличко.",
        published="2024-05-10T10:00:00+03:00",
        section="society",
    ),
    article(
        "dam.en",
        title="The dam will be mended",
        body='"The dam will withstand the flood," President Volodymyr Zelensky said.\n\n"Victory will be ours," '
        "said Mayor Vitali Klitschko.",
        published="2024-05-10T12:00:00+03:00",
        section="society",
    ),
    article(
        "victory.uk",
        title="Зеленський звернувся до громадян",
        body="За словами Зеленського, «перемога потребує кожного з нас».",
        published="2023-05-10T10:00:00+03:00",
        section="politics",
    ),
    article(
        "silent.uk",
        title="Зеленський про перемогу",
        body="Президент Зеленський говорив про перемогу, та його слів ніхто не записав.",
        published="2022-05-10T10:00:00+03:00",
    ),
    article(
        "hidden.uk",
        title="Закрите",
        body="«Перемога вже близько», – сказав Зеленський.",
        published="2021-05-10T10:00:00+03:00",
        status="withheld",
    ),
]


@pytest.fixture
def archive(build: Build) -> Iterable[search.Archive]:
    with opened(build(ARTICLES)) as found:
        yield found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("speaker:Зеленський", {"dam.uk", "dam.en", "victory.uk"}),
        ("speaker:Zelensky", {"dam.uk", "dam.en", "victory.uk"}),
        ("спикер:Зеленский", {"dam.uk", "dam.en", "victory.uk"}),
        ("quote:перемога", {"dam.uk", "dam.en", "victory.uk"}),
        ("speaker:Зеленський quote:перемога", {"victory.uk"}),
        ('мовець:зеленський цитата:"перемога"', {"victory.uk"}),
        ("speaker:Кличко quote:перемога", {"dam.uk", "dam.en"}),
        ("speaker:Зеленський speaker:Кличко", set()),
        ("speaker:(Зеленський OR Кличко) quote:перемога", {"dam.uk", "dam.en", "victory.uk"}),
        ("speaker:Зеленський (quote:повінь OR quote:перемога)", {"dam.uk", "dam.en", "victory.uk"}),
        ("(speaker:Зеленський quote:повінь) OR quote:кожного", {"dam.uk", "dam.en", "victory.uk"}),
        ("speaker:Зеленський -quote:повінь", {"victory.uk"}),
        ("speaker:Зеленський -(speaker:Зеленський quote:перемога)", {"dam.uk", "dam.en"}),
        ("speaker:Зеленський quote:перем*", {"victory.uk"}),
        ("speaker:Зеленський quote:перемога дата:2024", set()),
        ("speaker:Зеленський section:society", {"dam.uk", "dam.en"}),
        ("speaker:мер", {"dam.uk", "dam.en"}),
        ("quote:(повінь витримає)", {"dam.uk", "dam.en"}),
        ("quote:(повінь нами)", set()),
        ("-quote:перемога перемога", {"silent.uk"}),
    ],
)
def test_one_quotation_answers(archive: search.Archive, query: str, found: set[str]) -> None:
    assert set(ids(archive.search(query, group="none", limit=20))) == found


def test_every_found_article_has_an_explanation(archive: search.Archive) -> None:
    for hit in archive.search("speaker:Зеленський quote:повінь", group="none").hits:
        explanation = archive.explain("speaker:Зеленський quote:повінь", hit.article.id)
        assert explanation is not None
        assert explanation.value == pytest.approx(hit.score)
    assert archive.explain("speaker:Зеленський quote:повінь", "victory.uk") is None


def test_what_was_said_is_marked_in_the_snippet(archive: search.Archive) -> None:
    (hit,) = archive.search("speaker:Зеленський quote:кожного").hits
    assert "<mark>Зеленського</mark>" in hit.snippet and "<mark>кожного</mark>" in hit.snippet


def test_the_index_answers_as_looking_at_every_quotation_does(archive: search.Archive) -> None:
    readable = [each for each in ARTICLES if each.status == "usable"]
    words = ("перемога", "повінь", "гребля", "нас", "слово")
    for speaker, word in product(("Зеленський", "Кличко", "мер", "Ніхто"), words):
        expected = {
            each.id
            for each in readable
            for _, quotation in said_in(each)
            if _has(quotation.speaker or "", speaker, each.language) and _has(quotation.text, word, each.language)
        }
        page = archive.search(f"speaker:{speaker} quote:{word}", group="none", bridges=False)
        assert set(ids(page)) == expected
        quotes = archive.search_quotes(word, speaker=speaker, group="none", bridges=False).quotes
        assert {each.article.id for each in quotes} == expected


def _has(text: str, word: str, language: str) -> bool:
    """Return whether a text has a word in a form that a query without bridges finds."""
    (wanted,) = analyze(word)
    terms = {term for term in wanted.terms if not term.startswith("name:")}
    return any(not terms.isdisjoint(token.terms) for token in analyze(text, language))


def test_quotations_are_found_newest_first_once_a_story(archive: search.Archive) -> None:
    page = archive.search_quotes(speaker="Zelensky", prefer="en")
    assert [(each.article.id, each.speaker) for each in page.quotes] == [
        ("dam.en", "President Volodymyr Zelensky"),
        ("victory.uk", "Зеленського"),
    ]
    assert (page.total, page.stories) == (2, 2)
    assert [version.language for version in page.quotes[0].versions] == ["uk", "en"]


def test_words_are_looked_for_in_the_quotation_and_marked(archive: search.Archive) -> None:
    (quote,) = archive.search_quotes("перемоги", speaker="Кличко", prefer="uk").quotes
    assert str(quote.text) == "<mark>Перемога</mark> буде за нами"
    assert quote.as_dict()["article"]["id"] == "dam.uk"


def test_pages_of_quotations_are_apart_and_complete(archive: search.Archive) -> None:
    whole = archive.search_quotes(group="none", limit=20)
    pages = [archive.search_quotes(group="none", limit=2, offset=offset).quotes for offset in (0, 2, 4)]
    assert tuple(each for page in pages for each in page) == whole.quotes
    assert whole.total == len(whole.quotes) == 5


def test_quotations_are_filtered(archive: search.Archive) -> None:
    assert archive.search_quotes(since="2024", language="uk").total == 2
    assert archive.search_quotes("section:politics").total == 1
    assert archive.search_quotes(until="2023").total == 1
    with pytest.raises(ValueError, match="since"):
        archive.search_quotes(since="soon")


def test_what_is_withheld_is_quoted_to_the_newsroom_only(build: Build) -> None:
    path = build(ARTICLES)
    with opened(path) as readers, opened(path, "newsroom") as newsroom:
        assert readers.search_quotes("близько").total == 0
        assert newsroom.search_quotes("близько").total == 1
        draft = "«Перемога вже зовсім близько», – сказав Зеленський."
        assert readers.attributions(draft)[0].known == ()
        assert newsroom.attributions(draft)[0].known == ()  # three words are too few to be known by
        longer = "«Перемога потребує кожного з нас», – сказав Зеленський."
        assert [each.article.id for each in readers.attributions(longer)[0].known] == ["victory.uk"]


def test_a_draft_that_gives_words_to_somebody_else_is_told(archive: search.Archive) -> None:
    (right,) = archive.attributions("«Перемога потребує кожного з нас», – наголосив Зеленський.")
    (wrong,) = archive.attributions("«Перемога потребувала кожного з нас», – наголосив Кличко.")
    (unknown,) = archive.attributions("«Такого в архіві ніхто ніколи не казав», – наголосив Кличко.")
    assert [(each.resemblance, each.same_speaker) for each in right.known] == [(1.0, True)]
    assert not right.differs and wrong.differs and not unknown.differs
    assert wrong.known[0].speaker == "Зеленського"
    assert unknown.known == ()
    with pytest.raises(search.UnsupportedLanguage):
        archive.attributions("", language="de")


@pytest.mark.parametrize(
    "query", ["-", '"', "speaker:", "quote:(", "-speaker:а* OR quote:", "quote:" * 50, "дата:2024", "*", "-*"]
)
def test_no_query_raises(archive: search.Archive, query: str) -> None:
    page = archive.search_quotes(query, speaker=query)
    assert page.total >= len(page.quotes)
