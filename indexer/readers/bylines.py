"""
Bylines as names: ``By Olena Hrytsenko and Pavlo Deineka, Visti`` has two authors.
"""

import re

_BEGINNING = re.compile(r"(?:by|from|von|text by|автори?|авторка|текст|авторы|автор)\s*:\s*|by\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*;\s*|\s*/\s+|\s+/\s*|\s+(?:and|та|і|й|и|&)\s+", re.IGNORECASE)
_NAME = re.compile(r"(?:[^\W\d_][\w.’'ʼ-]*\s+){1,3}[^\W\d_][\w.’'ʼ-]*")


def authors_of_byline(byline: str) -> tuple[str, ...]:
    """
    Return the names in a byline, in their order.

    What follows a comma is an author if it looks like a name of two to four words with capitals and is not an article
    and a noun, else a post or an agency, which is left out.

    >>> authors_of_byline("By Olena Hrytsenko and Pavlo Deineka, Staff")
    ('Olena Hrytsenko', 'Pavlo Deineka')
    >>> authors_of_byline("Автор: Олена Гриценко, Павло Дейнека")
    ('Олена Гриценко', 'Павло Дейнека')
    >>> authors_of_byline("Visti")
    ('Visti',)
    """
    text = " ".join(byline.split()).strip(" ,;.")
    text = text[beginning.end() :] if (beginning := _BEGINNING.match(text)) else text
    authors: list[str] = []
    for piece in _BETWEEN.split(text):
        first, *others = (part.strip() for part in piece.split(","))
        authors += [first, *(other for other in others if _looks_like_a_name(other))]
    return tuple(dict.fromkeys(filter(None, authors)))


def names_of(author: str) -> tuple[str, ...]:
    """
    Return the names in a field that should have one: of several people all, of a person the name without the post.

    What is not surely people's names stays as it is, since a part of an organisation's name is none.

    >>> names_of("Олена Гриценко, Павло Дейнека"), names_of("Бюро досліджень та аналітики"), names_of("Reuters, AP")
    (('Олена Гриценко', 'Павло Дейнека'), ('Бюро досліджень та аналітики',), ('Reuters, AP',))
    """
    names = authors_of_byline(author)
    return names if names and all(map(_looks_like_a_name, names)) else (author,)


def _looks_like_a_name(text: str) -> bool:
    words = text.split()
    if not _NAME.fullmatch(text) or words[0].lower() in ("the", "a"):
        return False
    return all(word[0].isupper() for word in words) and not any(word.isupper() and len(word) > 2 for word in words)
