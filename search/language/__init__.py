"""
What a word is, in Ukrainian, Russian and English.

``analyze`` gives the tokens of a text as the index and a query both see them; everything else here serves it or looks
at whole texts. No other package cuts or folds words.
"""

from search.language.analysis import analyze, count_positions, positions, tokens_with, words_of_chunk
from search.language.chunks import chunks
from search.language.folded_words import folded_words, word_spans
from search.language.function_words import is_function_word
from search.language.glossary import translations
from search.language.identification import identify, paragraph_language
from search.language.names import fold_key, name_terms, near_name_terms, similarity, skeletons
from search.language.normalize import fold
from search.language.quotations import Quotation, quotations
from search.language.readable import readable_lemmas
from search.language.segmentation import each_paragraph, each_sentence, paragraphs, sentences
from search.language.tokens import (
    DERIVED_PREFIXES,
    Token,
    lemma_term,
    name_term,
    split_name_term,
    split_term,
    term_kind,
)
from search.language.version import analysis_version

__all__ = [
    "DERIVED_PREFIXES",
    "Quotation",
    "Token",
    "analysis_version",
    "analyze",
    "chunks",
    "count_positions",
    "each_paragraph",
    "each_sentence",
    "fold",
    "fold_key",
    "folded_words",
    "identify",
    "is_function_word",
    "lemma_term",
    "name_term",
    "name_terms",
    "near_name_terms",
    "paragraph_language",
    "paragraphs",
    "positions",
    "quotations",
    "readable_lemmas",
    "sentences",
    "similarity",
    "skeletons",
    "split_name_term",
    "split_term",
    "term_kind",
    "tokens_with",
    "translations",
    "word_spans",
    "words_of_chunk",
]
