"""
What a word is, in Ukrainian, Russian and English.

``analyze`` gives the tokens of a text as the index and a query both see them; everything else here serves it or looks
at whole texts. No other package cuts or folds words.
"""

from search.language.analysis import analyze, count_positions, positions, tokens_with
from search.language.glossary import translations
from search.language.identification import identify
from search.language.normalize import fold
from search.language.readable import readable_lemmas
from search.language.segmentation import each_paragraph, each_sentence, paragraphs, sentences
from search.language.tokens import Token, lemma_term, split_term
from search.language.version import analysis_version

__all__ = [
    "Token",
    "analysis_version",
    "analyze",
    "count_positions",
    "each_paragraph",
    "each_sentence",
    "fold",
    "identify",
    "lemma_term",
    "paragraphs",
    "positions",
    "readable_lemmas",
    "sentences",
    "split_term",
    "tokens_with",
    "translations",
]
