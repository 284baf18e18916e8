"""What a view says of the terms of an archive: how many articles have them, and whether any has."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from small_archive import NOW, article

import indexer
import search
from search.archive.understanding import DEFAULT_TEXT_FIELDS
from search.archive.view import make_view, open_current
from search.archive.visibility import Audience

# Behind so many withheld articles that a look at the first ones does not meet those that may be seen.
HIDDEN = [article(f"hidden{n}.en", body="shared secret", status="withheld") for n in range(150)]
SEEN = [article("seen.en", title="Shared", body="shared plain"), article("other.en", body="other plain")]


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize(
    "terms", [(), ("shared",), ("secret",), ("plain",), ("absent",), ("absent", "secret", "other")]
)
def test_there_are_articles_if_their_number_is_not_zero(
    build: Callable[[Iterable[search.Article]], Path], audience: Audience, terms: tuple[str, ...]
) -> None:
    view = make_view(open_current(build([*HIDDEN, *SEEN])), audience, NOW)
    number = view.articles_with(terms, DEFAULT_TEXT_FIELDS)
    assert view.has_articles_with(terms, DEFAULT_TEXT_FIELDS) == (number > 0)


def test_an_article_counts_once_though_several_fields_have_a_word(
    build: Callable[[Iterable[search.Article]], Path],
) -> None:
    view = make_view(open_current(build([*HIDDEN, *SEEN])), Audience.READERS, NOW)
    assert view.articles_with(("shared",), DEFAULT_TEXT_FIELDS) == 1


def test_an_article_is_read_once_and_again_when_it_has_changed(
    build: Callable[[Iterable[search.Article]], Path],
) -> None:
    path = build([article("old.en", body="Old."), article("other.en", body="Other.")])
    with search.open(path, clock=lambda: NOW) as archive:
        first = {hit.article.id: hit.article for hit in archive.search().hits}
        indexer.index_articles([article("old.en", body="New."), article("added.en", body="Added.")], path)
        archive.refresh()
        second = {hit.article.id: hit.article for hit in archive.search().hits}
    assert second["other.en"] is first["other.en"]
    assert (first["old.en"].body, second["old.en"].body) == ("Old.", "New.")
    with search.open(path, clock=lambda: NOW) as again:
        assert {hit.article.id: hit.article for hit in again.search().hits} == second


def test_indexes_of_one_process_do_not_mix(tmp_path: Path) -> None:
    for body in ("One.", "Two."):
        indexer.index_articles([article("a.en", body=body)], tmp_path / body)
    for body in ("One.", "Two."):
        with search.open(tmp_path / body, clock=lambda: NOW) as archive:
            assert [hit.article.body for hit in archive.search().hits] == [body]
