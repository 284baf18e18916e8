"""
The language of texts that nobody has named one for: names of sources, topics, authors, words of the query.

A screen reader speaks a text with the voice of its ``lang``. On an English page a Ukrainian name, read with an English
voice, is spelt out letter by letter or passed over (WCAG 2.2, 3.1.2).
"""

import re
from functools import lru_cache

from markupsafe import Markup, escape

from search.language import identify
from web.i18n import interface_language

_CYRILLIC = r"[Ѐ-ԯ][Ѐ-ԯ'’ʼ-]*"
_LATIN = r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9'’-]*"
#: Words of one script with nothing but spaces and commas between them.
_RUN = re.compile(rf"{_CYRILLIC}(?:[,\s]+{_CYRILLIC})*|{_LATIN}(?:[,\s]+{_LATIN})*")
_IS_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
#: Letters that one of the two Cyrillic languages has alone: they decide for a single name, too short to be identified.
_OWN_LETTERS = {"uk": re.compile("[іїєґ]", re.IGNORECASE), "ru": re.compile("[ыэёъ]", re.IGNORECASE)}
#: Below it the two Cyrillic languages are not told apart (``search.language.identify``), and the page's is as likely.
LEAST_CONFIDENCE = 0.5


def foreign_language(words: str, page_language: str) -> str | None:
    """
    Return the language of words of one script, None where it may be the page's own.

    >>> foreign_language("Рада Безпеки", "en"), foreign_language("Рада Безпеки", "uk")
    ('uk', None)
    >>> foreign_language("выборы", "uk"), foreign_language("Visti Sample", "uk"), foreign_language("Visti", "en")
    ('ru', 'en', None)
    """
    if _IS_LATIN.match(words):
        return None if page_language == "en" else "en"
    for language in (page_language, *_OWN_LETTERS):
        if language in _OWN_LETTERS and _OWN_LETTERS[language].search(words):
            return None if language == page_language else language
    language, confidence = identify(words)
    if language == page_language or (page_language != "en" and confidence < LEAST_CONFIDENCE):
        return None
    return language


def spoken(text: object, language: str | None = None) -> Markup:
    """
    Return a text as HTML in which words of another language than ``language``, the page's unless given, are marked.

    What is already HTML (``Markup``) comes back as it is. Used in templates as the filter ``spoken``.
    """
    return text if isinstance(text, Markup) else mark_languages(str(text), language or interface_language())


@lru_cache(maxsize=8192)  # the same names and topics stand on page after page; each costs 10 to 80 microseconds
def mark_languages(text: str, page_language: str) -> Markup:
    """
    Mark, in a text of a page, the words of other languages.

    >>> str(mark_languages("“Рада” & co", "en"))
    '“<span lang="uk">Рада</span>” &amp; co'
    """
    parts: list[Markup] = []
    end = 0
    for run in _RUN.finditer(text):
        language = foreign_language(run[0], page_language)
        if language is not None:
            parts.append(escape(text[end : run.start()]))
            parts.append(Markup('<span lang="{}">{}</span>').format(language, run[0]))
            end = run.end()
    return Markup("").join([*parts, escape(text[end:])])
