"""English stems: the two implementations that the stemmer has give the same."""

import re

import pytest
import snowballstemmer
from hypothesis import example, given
from hypothesis import strategies as st
from snowballstemmer.english_stemmer import EnglishStemmer

import indexer
import search

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
