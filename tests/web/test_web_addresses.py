"""Addresses and numbers, which pages write by short cuts: they are what Flask, the URL's rules and Babel give."""

from babel.numbers import format_decimal
from flask import Flask, url_for
from hypothesis import example, given, settings
from hypothesis import strategies as st

from web.i18n import INTERFACE_LANGUAGES, number_text
from web.params import FACETS, SearchRequest
from web.urls import article_url, choosing_url, search_url

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
REQUESTS = st.builds(
    SearchRequest,
    query=TEXTS,
    section=st.lists(TEXTS, max_size=2, unique=True).map(tuple),
    author=st.lists(TEXTS, max_size=2, unique=True).map(tuple),
    page=st.integers(1, 5),
    bridges=st.booleans(),
)


def is_in_path(article_id: str) -> bool:
    return not any(segment in (".", "..") for segment in article_id.split("/"))


@given(article_id=TEXTS.filter(is_in_path))
@example(article_id="https://example.org/news//2024/1?page=2#top")
@example(article_id="/100% «так» & ні+")
@settings(deadline=None)
def test_article_has_the_address_that_flask_gives_it(app: Flask, article_id: str) -> None:
    with app.test_request_context(base_url="https://example.org/news/"):
        assert article_url(article_id) == url_for("pages.article", article_id=article_id)
        assert article_url(article_id, external=True) == url_for("pages.article", article_id=article_id, _external=True)


@given(request=REQUESTS, facet=st.sampled_from(FACETS), value=TEXTS, ui=st.sampled_from(["", "?ui=en"]))
@settings(deadline=None)
def test_choosing_a_value_leads_to_the_search_with_it(
    app: Flask, request: SearchRequest, facet: str, value: str, ui: str
) -> None:
    with app.test_request_context(f"/search{ui}"):
        if value not in request.chosen(facet):
            assert choosing_url(request, facet)(value) == search_url(request.toggled(facet, value))


@given(number=st.integers(-(10**15), 10**15), language=st.sampled_from(INTERFACE_LANGUAGES))
@example(number=1_234, language="uk")
@example(number=-1_234_567, language="en")
@settings(deadline=None)
def test_numbers_are_written_as_babel_writes_them(app: Flask, number: int, language: str) -> None:
    with app.test_request_context(f"/?ui={language}"):
        assert number_text(number) == format_decimal(number, locale=language)
