"""The laws of ``analyze``, for any text whatever."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.article import LANGUAGES
from search.errors import UnsupportedLanguage
from search.language import Token, analysis_version, analyze, identify, split_term
from search.language.normalize import MAX_TERM_CHARACTERS

# Letters of both scripts, what joins and parts words, marks, digits, controls, a lone surrogate, an astral letter.
awkward = st.sampled_from(
    "аеиіїєґёыъйсСХxXcCoOiI'’ʼ-\u2011–.,:/@#_+$%€ \n\t\u00a0\u00ad\u200b\u0300\u0301\u0306\u0308"
    "0125\u0663²½№ﬁßİ\x00\x1f\x85\ud800\U00010400日本के&=?()"
)
fragments = st.sampled_from(
    [
        "https://",
        "www.",
        ".com",
        "@",
        "F-16",
        "С-300",
        "2 000",
        "1,5",
        "го",
        "'s",
        "прем'єр",
        "Київ",
        "U.S.",
        "#",
        "uk:",
        "-мм",
    ]
)
texts = st.one_of(
    st.text(alphabet=awkward, max_size=60),
    st.lists(fragments | st.text(alphabet=awkward, max_size=3), max_size=12).map("".join),
    st.text(max_size=60),
    st.text(alphabet=st.characters(), max_size=40),
)
languages = st.sampled_from((None, *LANGUAGES))

LONG_TEXTS = {
    "one word": "ж" * 1_000_000,
    "one Latin word": "w" * 1_000_000,
    "one number": "7" * 1_000_000,
    "full stops": "." * 300_000,
    "initials": "а." * 300_000,
    "a chain of hyphens": "а-" * 200_000,
    "grouped digits": "1 000" + " 000" * 200_000 + "0",
    "apostrophes": "а'" * 200_000,
    "at signs": "a@" * 200_000,
    "an address": "https://a.ua/" + "a/" * 300_000,
    "a tag": "#" + "Ab" * 100_000,
    "marks": "е" + "\u0301" * 300_000,
    "invisible": "\u00ad" * 300_000,
    "letters and digits": "a1" * 300_000,
}


def check_tokens(text: str, tokens: tuple[Token, ...]) -> None:
    previous = 0
    for token in tokens:
        assert text[token.start : token.end] == token.text
        assert previous <= token.start < token.end <= len(text)
        previous = token.start
        assert token.terms
        assert len(set(token.terms)) == len(token.terms)
        for place, term in enumerate(token.terms):
            assert term == "".join(term.split()) != ""
            assert len(split_term(term)[1]) <= MAX_TERM_CHARACTERS
            assert term.isprintable() or not term.isascii()
            term.encode()  # no lone surrogates: an index cannot write them
            assert place > 0 or split_term(term)[0] is None, "the first term is the bare word"


@given(texts, languages)
@settings(deadline=None, max_examples=400)
def test_any_text_gives_sound_tokens(text: str, language: str | None) -> None:
    check_tokens(text, analyze(text, language))


@pytest.mark.parametrize("label", LONG_TEXTS)
def test_long_runs_give_sound_tokens(label: str) -> None:
    # Nothing is timed: a rule that takes quadratic time would keep this from ever ending.
    text = LONG_TEXTS[label]
    tokens = analyze(text, "uk")
    check_tokens(text, tokens[:1000])
    check_tokens(text, tokens[-1000:])


@given(texts, languages)
@settings(deadline=None, max_examples=100)
def test_the_same_text_gives_the_same_tokens(text: str, language: str | None) -> None:
    assert analyze(text, language) == analyze(text, language)


@given(texts, st.sampled_from(LANGUAGES))
@settings(deadline=None, max_examples=200)
def test_a_query_shares_a_term_with_the_same_text_in_any_language(text: str, language: str) -> None:
    article, query = analyze(text, language), analyze(text)
    assert [(token.start, token.end) for token in article] == [(token.start, token.end) for token in query]
    for there, asked in zip(article, query, strict=True):
        assert set(there.terms) & set(asked.terms)


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [
        ("київ", "Києві", "uk"),
        ("банку", "банками", "uk"),
        ("банку", "банками", "ru"),
        ("шольц", "Шольцем", "ru"),
        ("шольц", "Шольцом", "uk"),
        ("харьков", "Харьковом", "ru"),
        ("stoltenberg's", "Stoltenberg", "en"),
    ],
)
def test_an_undecided_query_shares_a_lemma_with_another_form(query: str, text: str, language: str) -> None:
    shared = set(analyze(query)[0].terms) & set(analyze(text, language)[0].terms)
    assert any(split_term(term)[0] == language for term in shared)


@pytest.mark.parametrize("form", ["Київ", "Києва", "Києву", "Києвом", "Києві"])
def test_decisive_letters_give_one_language(form: str) -> None:
    assert {split_term(term)[0] for term in analyze(form)[0].terms} == {None, "uk"}


def test_regional_and_old_codes_of_languages_are_understood() -> None:
    assert analyze("Київ", "ua") == analyze("Київ", "uk-UA") == analyze("Київ", "uk")


def test_unsupported_language_is_refused() -> None:
    with pytest.raises(UnsupportedLanguage, match="'pl'"):
        analyze("Kijów", "pl")


def test_version_names_rules_data_and_dictionaries() -> None:
    names = [part.rpartition("-")[0] for part in analysis_version().split()]
    assert names == [
        "rules",
        "data",
        "pymorphy3-dicts-uk",
        "pymorphy3-dicts-ru",
        "snowballstemmer",
        "PyStemmer",
        "lemminflect",
    ]


def test_import_loads_no_dictionary_and_use_warns_of_nothing() -> None:
    program = (
        "import sys; from search.language import analyze, identify; "
        "assert not {'pymorphy3', 'snowballstemmer'} & set(sys.modules), 'loaded too early'; "
        "analyze('у Києві', 'uk'); analyze('в Киеве', 'ru'); analyze('in Kyiv', 'en'); identify('банк')"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@given(texts)
@settings(deadline=None, max_examples=100)
def test_any_text_has_a_language(text: str) -> None:
    language, confidence = identify(text)
    assert language in LANGUAGES
    assert 0.0 <= confidence <= 1.0
