"""
From a text to its tokens: normalise, cut, look up, and bring the offsets back to the original.

The same function serves articles and queries; only the language differs, which a query does not say.
"""

from search.article import parse_language
from search.language.normalize import normalize_with_offsets
from search.language.terms import pieces
from search.language.tokenize import stretches
from search.language.tokens import Token


def analyze(text: str, language: str | None = None) -> tuple[Token, ...]:
    """
    Return the tokens of a text in reading order, with offsets in that very text.

    ``language`` is that of the article; None means a query, whose Cyrillic words are looked up in both languages unless
    letters or a dictionary settle it. No text raises. Terms are at most ``MAX_TERM_CHARACTERS`` long.

    Raises ``UnsupportedLanguage`` for a language other than uk (or ua), ru and en.

    >>> [(token.text, token.terms) for token in analyze("У Києві", "uk")]
    [('У', ('у', 'uk:у')), ('Києві', ('києві', 'uk:кий', 'uk:київ'))]
    """
    language = None if language is None else parse_language(language)
    normalized, starts, ends = normalize_with_offsets(text)
    tokens: list[Token] = []
    for kind, stretch, offset in stretches(normalized):
        for first, last, terms in pieces(kind, stretch, language):
            start, end = offset + first, offset + last
            if starts is not None and ends is not None:
                start, end = starts[start], ends[end - 1]
            tokens.append(Token(text[start:end], start, end, terms))
    return tuple(tokens)
