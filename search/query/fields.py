"""
The fields that a query can name, and what they are called in the three languages.

Only names and their kind; what a field holds is the archive's matter.
"""

from search.article import parse_language
from search.errors import UnsupportedLanguage

#: Searched by words, in all their forms.
TEXT_FIELDS = ("title", "lead", "body", "author", "tag", "place", "credit", "speaker", "quote")
#: Searched where a query names no field.
DEFAULT_TEXT_FIELDS = ("title", "lead", "body")
#: Of these text fields, what is required together is required of one quotation.
QUOTATION_FIELDS = ("speaker", "quote")
#: Compared as a whole.
KEYWORD_FIELDS = ("section", "source", "language", "id", "story", "status")
#: Limits on the date of publication.
DATE_FIELDS = ("date", "since", "until", "after", "before")

FIELD_ALIASES: dict[str, tuple[str, ...]] = {
    "title": ("headline", "заголовок", "назва", "название"),
    "lead": ("лід", "лид"),
    "body": ("text", "текст"),
    "author": ("автор",),
    "tag": ("тег", "мітка", "метка"),
    "place": ("місце", "место"),
    "credit": ("photo", "фото"),
    "speaker": ("мовець", "спікер", "спикер"),
    "quote": ("цитата",),
    "section": ("розділ", "раздел", "рубрика"),
    "source": ("джерело", "источник"),
    "language": ("lang", "мова", "язык"),
    "id": (),
    "story": ("сюжет",),
    "status": ("статус",),
    "date": ("дата",),
    "since": ("from", "від", "от"),
    "until": ("до", "по"),
    "after": ("після", "после"),
    "before": ("перед",),
}

_FIELDS = {name: field for field, aliases in FIELD_ALIASES.items() for name in (field, *aliases)}

_LANGUAGE_NAMES = {
    "ukrainian": "uk",
    "українська": "uk",
    "украинский": "uk",
    "russian": "ru",
    "російська": "ru",
    "русский": "ru",
    "english": "en",
    "англійська": "en",
    "английский": "en",
}


def find_field(name: str) -> str | None:
    """
    Return the field that a name in any case and language means, or None.

    >>> find_field("Заголовок"), find_field("autor")
    ('title', None)
    """
    return _FIELDS.get(name.casefold())


def find_language(name: str) -> str | None:
    """
    Return the code of the language that a code or a name means, or None.

    >>> find_language("UA"), find_language("Російська"), find_language("de")
    ('uk', 'ru', None)
    """
    try:
        return _LANGUAGE_NAMES.get(name.casefold()) or parse_language(name)
    except UnsupportedLanguage:
        return None
