"""Which of the three languages a text is in, where its source declares one: the text is believed more."""

from typing import NamedTuple

from search.archive.checking import identified_language
from search.article import LANGUAGES, parse_language
from search.errors import ArticleInvalid, UnsupportedLanguage
from search.language import identify

# An identification that is less sure than this does not speak against what is declared.
_SURE = 0.8


class BelievedLanguage(NamedTuple):
    """A language, and what the newsroom should know about it; None if nothing."""

    language: str
    remark: str | None = None


def believed_language(declared: str, text: str) -> BelievedLanguage:
    """
    Return the language of a text whose source declares one, or nothing.

    Raises ``ArticleInvalid`` for a language that is not one of the three, and when none can be told.

    >>> believed_language("en-US", "Верховна Рада ухвалила закон про освіту в першому читанні.").language
    'uk'
    """
    if not declared:
        return BelievedLanguage(identified_language(text))
    found, confidence = identify(text)
    try:
        language = parse_language(declared)
    except UnsupportedLanguage:
        if found == "en" or confidence < _SURE:
            raise ArticleInvalid("language", declared, f"the languages are {', '.join(LANGUAGES)}") from None
        language = declared
    if language == found or confidence < _SURE:
        return BelievedLanguage(language)
    remark = f"declares the language {declared!r}, but its text is in {found!r}, which was believed"
    return BelievedLanguage(found, remark)
