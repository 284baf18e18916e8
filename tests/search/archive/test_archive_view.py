"""What a view says of the terms of an archive: how many articles have them, and whether any has."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from small_archive import NOW, article

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
