"""
Which column of a table is which field of an article: by the field's own name, a usual one, or as the command was told.
"""

import re
from collections.abc import Mapping, Sequence

from search.article import ARTICLE_FIELDS

# What columns are called in the exports of content systems and spreadsheets of newsrooms, beside the fields' names; of
# two columns of a table that are named here for one field, the one named first is it.
_OTHER_NAMES: Mapping[str, Sequence[str]] = {
    "id": ("guid", "номер", "код", "ідентифікатор", "идентификатор"),
    "language": ("lang", "locale", "мова", "язык"),
    "title": ("headline", "заголовок", "назва", "название"),
    "lead": ("excerpt", "summary", "лід", "лид", "анонс", "підзаголовок", "подзаголовок"),
    "body": (
        *("fulltext", "full text", "text", "content"),
        *("повний текст", "полный текст", "текст", "зміст", "содержание"),
    ),
    "published": (
        *("published at", "publish date", "publication date", "pubdate", "дата публікації", "дата публикации"),
        *("опубліковано", "опубликовано", "date", "дата", "created", "created at"),
    ),
    "updated": ("modified", "updated at", "modified at", "оновлено", "обновлено", "дата оновлення", "дата обновления"),
    "url": ("link", "permalink", "address", "посилання", "ссылка", "адреса", "адрес"),
    "section": ("category", "rubric", "рубрика", "розділ", "раздел", "категорія", "категория"),
    "source": ("site", "джерело", "источник", "видання", "издание"),
    "place": ("city", "місце", "место", "місто", "город"),
    "image_url": ("image", "picture", "зображення", "изображение"),
    "image_credit": ("photo", "фото", "автор фото"),
    "authors": ("author", "author name", "byline", "автор", "автори", "авторы"),
    "tags": ("tag", "keywords", "теги", "мітки", "метки", "ключові слова", "ключевые слова"),
    "status": ("статус",),
}


def plain_name(column: str) -> str:
    """
    Return how a column is looked for: "Image_URL", "image-url" and "image url" are one.

    >>> plain_name("Image_URL")
    'image url'
    """
    return " ".join(re.sub("[_-]", " ", column).casefold().split())


#: The field of each name that a column may have without being named to the command, as ``plain_name`` gives it.
FIELD_OF_NAME: Mapping[str, str] = {
    **{name: field for field, names in _OTHER_NAMES.items() for name in names},
    **{plain_name(field): field for field in ARTICLE_FIELDS},
}


_RANKS = {name: rank for names in _OTHER_NAMES.values() for rank, name in enumerate(names, 1)}


def parse_columns(text: str) -> dict[str, str]:
    """
    Return the column of each field that a text names, as ``FIELD=COLUMN`` parted by commas, or one on each line.

    This is what ``--columns`` of the command should take, itself or out of a file. Raises ``ValueError``.

    >>> parse_columns("title=Заголовок, body=Текст")
    {'title': 'Заголовок', 'body': 'Текст'}
    """
    columns: dict[str, str] = {}
    for pair in filter(str.strip, text.splitlines() if "\n" in text.strip() else text.split(",")):
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column or field not in ARTICLE_FIELDS:
            raise ValueError(f"{pair.strip()!r} is not FIELD=COLUMN; the fields are {', '.join(ARTICLE_FIELDS)}")
        if field in columns:
            raise ValueError(f"the field {field!r} is given two columns; a field has one")
        columns[field] = column
    return columns


def fields_of(header: Sequence[str], columns: Mapping[str, str]) -> list[str | None]:
    """
    Return the field of each column.

    Raises ``ValueError`` when a column that was asked for is not there, and when nothing would be a title or a body.
    """
    given = {column.casefold(): field for field, column in columns.items()}
    names = [name.casefold() for name in header]
    found: list[str | None] = []
    for name in names:
        own = name if name in ARTICLE_FIELDS and name not in columns else None
        found.append(given.get(name, own))
    others = {position: plain_name(name) for position, name in enumerate(names)}
    for position in sorted(others, key=lambda each: _RANKS.get(others[each], 0)):
        field = FIELD_OF_NAME.get(others[position])  # another name counts where no column has the field's own
        if found[position] is None and field and field not in found and field not in columns:
            found[position] = field
    absent = [column for column in given if column not in names]
    shown = ", ".join(header)[:300]
    if header and absent:
        raise ValueError(f"there is no column {columns[given[absent[0]]]!r}; the columns are {shown}")
    double = next((name for name in found if name and found.count(name) > 1), None)
    if double:
        raise ValueError(f"two columns are the field {double!r}; rename one of them")
    if header and not {"title", "body"} & set(found):
        raise ValueError(f"no column is a title or a body; say which: --columns title=COLUMN. The columns are {shown}")
    return found
