"""English words: one spelling and the right lemmas; the stemmer's two implementations give the same."""

import re

import pytest
import snowballstemmer
from hypothesis import example, given
from hypothesis import strategies as st
from snowballstemmer.english_stemmer import EnglishStemmer

import indexer
import search
from search.language.english import english_lemmas, overrides
from search.language.english_lexicon import is_english, lexicon
from search.language.english_spelling import american_spelling

FAST, PURE = snowballstemmer.stemmer("english"), EnglishStemmer()


def test_the_fast_implementation_is_the_one_in_use():
    assert type(FAST).__module__ == "Stemmer"


@pytest.fixture(scope="module")
def words(request):
    articles = indexer.read_sources([request.config.rootpath / "examples" / "archive"])
    texts = [article.body for article in articles if isinstance(article, search.Article)]
    return sorted({word for text in texts for word in re.findall(r"[a-z'-]+", text.lower())})


def test_both_implementations_agree_on_the_words_of_the_sample_archive(words):
    assert len(words) > 1_000
    assert {word: FAST.stemWord(word) for word in words} == {word: PURE.stemWord(word) for word in words}


@given(st.text("abcdegilnorstuvyé'-", max_size=12))
@example("")
@example("naïve")
def test_both_implementations_agree_on_anything(word):
    assert FAST.stemWord(word) == PURE.stemWord(word)


def test_the_american_spelling_is_american():
    lemmas = {lemma for found in lexicon().values() for lemma in found}
    changed = {lemma for lemma in lemmas if american_spelling(lemma) != lemma}
    assert 400 < len(changed) < 1_000, "a rule went too far, or is gone"
    assert not [lemma for lemma in changed if american_spelling(american_spelling(lemma)) != american_spelling(lemma)]


@pytest.mark.parametrize(
    "word", ["four", "pour", "flour", "source", "mourn", "advise", "premise", "rise", "taller", "acre"]
)
def test_words_that_only_look_british_stay(word):
    assert american_spelling(word) == word


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("defences", "defense"),
        ("organising", "organize"),
        ("programmes", "program"),
        ("taking", "take"),
        ("taken", "take"),
        ("crises", "crisis"),
        ("isn't", "be"),
        ("won't", "will"),
        ("vlogs", "~vlog"),
        ("vlogged", "~vlog"),
        ("tokenizing", "~tokeniz"),
        ("tokenized", "~tokeniz"),
    ],
)
def test_lemma_of_a_form(form, lemma):
    assert english_lemmas(form) == (lemma,)


def test_overrides_change_something():
    same = [form for form, lemmas in overrides().items() if lexicon().get(form) == lemmas]
    assert not same


def test_only_unknown_words_have_stems(words):
    stems = {word: english_lemmas(word)[0] for word in words if "'" not in word and "-" not in word}
    assert {word for word, lemma in stems.items() if lemma.startswith("~")} == {
        word for word in stems if not is_english(word) and word not in overrides()
    }


@given(st.text(max_size=60))
def test_any_text_has_lemmas_or_is_too_long(word):
    lemmas = english_lemmas(word)
    assert all(lemmas)
    assert bool(lemmas) == (len(word) <= 50)
