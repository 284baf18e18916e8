"""A page whose query would read too much: the rest is answered exactly, and a notice names what was left out."""

from functools import partial

import pytest
from small_archive import ids

import search
from search.archive import view
from search.columnar.execute import Executor
from search.columnar.work import LOOK_UP

# Room for one word with its lemmas in three languages; "мост*" and "міст" together are too much.
ONE_WORD = LOOK_UP * 8


@pytest.fixture
def short_of_work(archive: search.Archive, monkeypatch: pytest.MonkeyPatch) -> search.Archive:
    monkeypatch.setattr(view, "Executor", partial(Executor, limit=ONE_WORD))
    return archive


def test_word_that_is_too_much_is_left_out_and_named(short_of_work: search.Archive) -> None:
    page = short_of_work.search("Зеленський мости Дніпро Київ рух", bridges=False)
    first = short_of_work.search("Зеленський", bridges=False)
    notices = page.interpretation.notices
    assert {notice.code for notice in notices} == {"left-out"}
    left_out = [notice.text for notice in notices]
    assert left_out and "Зеленський" not in left_out
    assert all("was left out" in notice.message for notice in notices)
    searched = [reading.typed for reading in page.interpretation.words]
    assert searched[0] == "Зеленський" and not set(searched) & set(left_out)
    rest = short_of_work.search(" ".join(searched), bridges=False)
    assert (page.total, ids(page)) == (rest.total, ids(rest))
    assert first.interpretation.notices == ()


def test_notice_stands_among_those_of_the_parser_by_its_place(short_of_work: search.Archive) -> None:
    page = short_of_work.search("Зеленський ) мости Дніпро рух Київ", bridges=False)
    places = [notice.start for notice in page.interpretation.notices]
    assert places == sorted(places)
    assert [notice.code for notice in page.interpretation.notices][:2] == ["unbalanced-bracket", "left-out"]


def test_query_of_which_nothing_is_left_finds_nothing(archive: search.Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "Executor", partial(Executor, limit=0))
    page = archive.search("міст")
    assert (page.total, page.hits, page.suggestion) == (0, (), None)
    assert [notice.code for notice in page.interpretation.notices] == ["left-out"]
    assert page.interpretation.words == ()


def test_filter_is_kept_when_the_words_are_left_out(archive: search.Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "Executor", partial(Executor, limit=0))
    page = archive.search("section:politics міст")
    assert page.total == archive.search("section:politics").total > 0
    assert [notice.text for notice in page.interpretation.notices] == ["міст"]
