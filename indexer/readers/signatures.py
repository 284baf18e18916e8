"""
Lines of a text that sign it: who wrote it, and whose the photos are.

Content systems have fields for both, and newsrooms write them below the text all the same: «Автор: Олена Гриценко»,
"Photo: Reuters". Whoever searches for a name wants the article by its author and not the one that ends with it.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from indexer.readers.bylines import authors_of_byline

MAX_CAPTION_CHARACTERS = 400
# The name of an agency or a person; more words tell what is to be seen: "Photo: Ice on the river by the old mill".
_MAX_CREDIT_WORDS = 6
# How many paragraphs from either end a line with the author stands; further in, "Author:" is a speaker's name.
_EDGE = 3
_MAX_LINE_CHARACTERS = 200
_AUTHOR = re.compile(
    r"(?:(?:authors?|(?:written |text )?by|text|автор(?:и|ы|ка)?|текст)\s*:\s*|(?:written )?by\s+)(?P<names>.+)",
    re.IGNORECASE,
)
_PHOTO = re.compile(
    r"(?:photos?|image|picture|фото(?:граф(?:[іи]я)?)?|знімок|зображення|изображение|(?:джерело|источник) фото)"
    r"(?: credit| by)?\s*:\s*(?P<name>.*)",
    re.IGNORECASE,
)
# "Текст: Олена Гриценко, фото: Іван Мельник"
_SECOND_LABEL = re.compile(r"[\s,;.|/]+(?=(?:authors?|text|photos?|автор(?:и|ы|ка)?|текст|фото)\s*:)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=\w\w)[.!?…][\"»”)]?(?:\s|$)")  # not the points of initials
_NAME_WORD = re.compile(r"[^\W\d_][\w.’'ʼ`-]*")
_SMALL_NAME_WORDS = frozenset({"de", "van", "von", "der", "де", "ван", "фон", "дер"})


class Signed(NamedTuple):
    """A text without its signatures, the authors that they name, and whom they name for the first photo."""

    paragraphs: list[str]
    authors: tuple[str, ...]
    image_credit: str


def take_signatures(paragraphs: Sequence[str]) -> Signed:
    """
    Take the lines that sign a text out of its paragraphs: those of photos anywhere, those of authors near its ends.

    >>> take_signatures(["Міст відкрито.", "Він має сто метрів.", "Текст: Ю. Сич, фото: Getty Images"])
    Signed(paragraphs=['Міст відкрито.', 'Він має сто метрів.'], authors=('Ю. Сич',), image_credit='Getty Images')
    >>> take_signatures(["Автор: Дякую за розмову."]).paragraphs
    ['Автор: Дякую за розмову.']
    """
    kept: list[str] = []
    authors: list[str] = []
    credits: list[str] = []
    for position, paragraph in enumerate(paragraphs):
        at_an_end = min(position, len(paragraphs) - 1 - position) < _EDGE
        lines = [line for line in paragraph.split("\n") if not _take(line, authors, credits, at_an_end=at_an_end)]
        kept += ["\n".join(lines)] if lines else []
    return Signed(kept, tuple(dict.fromkeys(authors)), next(filter(None, credits), ""))


def _take(line: str, authors: list[str], credits: list[str], *, at_an_end: bool) -> bool:
    """Tell whether a line is nothing but signatures, and add what they name."""
    if len(line) > MAX_CAPTION_CHARACTERS:
        return False
    named: list[str] = []
    photos: list[str] = []
    for part in _SECOND_LABEL.split(line.strip()):
        if (credit := photo_credit(part)) is not None:
            photos.append(credit)
        elif at_an_end and (names := signed_authors(part)):
            named += names
        else:
            return False
    authors += named
    credits += photos
    return True


def signed_authors(line: str) -> tuple[str, ...]:
    """
    Return the names in a line that says who has written the text; nothing if it is none, or reads like a sentence.

    >>> signed_authors("Автор: Олена Гриценко, журналістка"), signed_authors("Автори: Ю. Сич та О. Коваль")
    (('Олена Гриценко',), ('Ю. Сич', 'О. Коваль'))
    >>> signed_authors("By the river nobody slept."), signed_authors("By Ann Lee")
    ((), ('Ann Lee',))
    """
    found = _AUTHOR.fullmatch(line.strip())
    if not found or len(line) > _MAX_LINE_CHARACTERS:
        return ()
    names = authors_of_byline(found["names"])
    labelled = ":" in line and not _SENTENCE_END.search(line)
    return names if all(is_name(name, 1 if labelled else 2) for name in names) else ()


def photo_credit(line: str) -> str | None:
    """
    Return whom a line names for a photo, if it is nothing but that or a caption: an empty text if nobody; else None.

    >>> photo_credit("Фото: Марія Коваль"), photo_credit("Photo: Ice on the river by the old mill")
    ('Марія Коваль', '')
    >>> photo_credit("Photo: the mayor has lost. He did not know it.")
    """
    found = _PHOTO.fullmatch(line.strip())
    if not found or len(line) > MAX_CAPTION_CHARACTERS or _SENTENCE_END.search(found["name"].rstrip(". ")):
        return None
    name = found["name"].rstrip(" .;,")
    return credit_in_brackets(name) or (name if len(name.split()) <= _MAX_CREDIT_WORDS else "")


def credit_in_brackets(caption: str) -> str | None:
    """
    Return what stands in the last brackets at the end of a caption, inner brackets and all.

    >>> credit_in_brackets("Kyiv (centre) today (Photo: Reuters (archive)).")
    'Reuters (archive)'
    """
    caption = caption.rstrip(" .")
    depth = 0
    for position in range(len(caption) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(caption[position], 0)
        if depth == 0:
            inside = caption[position + 1 : -1].strip()
            label = _PHOTO.fullmatch(inside)
            return (label["name"] if label else inside) or None if caption[position] == "(" else None
    return None


def is_name(text: str, least_words: int) -> bool:
    """
    Tell whether a text looks like the name of a person: up to four words with capitals.

    >>> is_name("Ю. Сич", 2), is_name("Вчора", 2), is_name("Дякую за розмову", 2)
    (True, False, False)
    """
    words = text.split()
    return least_words <= len(words) <= 4 and all(
        _NAME_WORD.fullmatch(word) and (word[0].isupper() or word in _SMALL_NAME_WORDS) for word in words
    )
