"""Every piece of text has the ``lang`` of its language: what screen readers speak it by."""

import re
from html import unescape

import pytest
from bs4 import BeautifulSoup, NavigableString
from bs4.element import PreformattedString
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from page_kinds import KIND_NAMES, PAGE_KINDS, PageKind, in_language

from search.language import identify
from web.i18n import INTERFACE_LANGUAGES
from web.presenters.spoken import mark_languages

ONLY = {"uk": re.compile("[іїєґ]", re.I), "ru": re.compile("[ыэёъ]", re.I)}
LATIN_PHRASE = re.compile(r"[A-Za-z]{3,} [a-z]{3,}")
SPAN = re.compile(r'<span lang="(?:uk|ru|en)">|</span>')
CYRILLIC = re.compile(r"[Ѐ-ԯ]")
#: Enough letters for ``identify`` to be trusted.
LONG, SURE = 60, 0.9


def wrong_language(text: str, language: str) -> bool:
    """Tell whether a text is surely not in the language that its ``lang`` says."""
    if language == "en":
        return bool(CYRILLIC.search(text))
    if LATIN_PHRASE.search(text) and not CYRILLIC.search(text):
        return True
    other = "ru" if language == "uk" else "uk"
    found, confidence = identify(text)
    return bool(ONLY[other].search(text)) or (len(text) > LONG and found == other and confidence > SURE)


@pytest.mark.parametrize("ui", INTERFACE_LANGUAGES)
@pytest.mark.parametrize("kind", PAGE_KINDS, ids=KIND_NAMES)
def test_every_text_has_its_language(client: FlaskClient, kind: PageKind, ui: str) -> None:
    soup = BeautifulSoup(client.get(in_language(kind.path, ui)).get_data(as_text=True), "html.parser")
    texts = [
        (text.strip(), text.find_parent(lang=True)["lang"])
        for text in soup.body.find_all(string=True)
        if type(text) is NavigableString and not isinstance(text, PreformattedString) and text.strip()
    ]
    assert len(texts) > 10
    assert [(text, language) for text, language in texts if wrong_language(text, language)] == []


@pytest.mark.parametrize("ui", INTERFACE_LANGUAGES)
def test_names_of_sources_and_topics_are_spoken_in_their_language(client: FlaskClient, ui: str) -> None:
    soup = BeautifulSoup(client.get(f"/search?q=порт&ui={ui}").get_data(as_text=True), "html.parser")
    value = next(value for value in soup.select(".facet .value") if value.text == "Порт")
    marked = value.select_one("[lang]")
    assert (marked["lang"] if marked else ui) == ("uk" if ui == "en" else ui)


@given(st.text(alphabet=st.sampled_from("abZ АяіІы<>&\"',-1")), st.sampled_from(INTERFACE_LANGUAGES))
def test_marking_languages_changes_no_text_and_lets_nothing_out(text: str, ui: str) -> None:
    html = str(mark_languages(text, ui))
    assert unescape(SPAN.sub("", html)) == text
    assert "<" not in SPAN.sub("", html)
