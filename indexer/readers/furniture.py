"""Paragraphs of a page that belong to the page, not to the article: links to other articles and buttons."""

import re
from collections.abc import Sequence

# Paragraphs that are furniture wherever they stand: a label with a link's text, or exactly one of these words.
_LINK = re.compile(
    r"(?:read (?:also|more)|see also|also read|читайте (?:також|также|ще|ещё|еще)|див(?:іться|ись) також"
    r"|смотрите также)\s*:.{0,300}",
    re.IGNORECASE,
)
_BUTTONS = frozenset(
    {"share", "share this", "print", "tweet", "copy link"}
    | {"поділитися", "поділитись", "друк", "друкувати", "скопіювати посилання"}
    | {"поделиться", "печать", "распечатать", "скопировать ссылку"}
)


def is_furniture(lines: Sequence[str]) -> bool:
    """
    Tell whether the lines of a paragraph are a link to another article, or buttons.

    >>> is_furniture(["Читайте також: Метро знову їздить"]), is_furniture(["Print"]), is_furniture(["Print runs grew."])
    (True, True, False)
    """
    return bool(_LINK.fullmatch(" ".join(lines))) or all(line.casefold().strip(" .:") in _BUTTONS for line in lines)


def without_furniture(text: str) -> str:
    """
    Return a text without those of its paragraphs, and of the lines inside them, that are furniture.

    >>> without_furniture("Порт відкрито.\\nЧитайте також: Мости\\n\\nShare\\n\\nПором іде.")
    'Порт відкрито.\\n\\nПором іде.'
    """
    paragraphs = (paragraph.split("\n") for paragraph in text.split("\n\n"))
    lines = ([line for line in each if not is_furniture([line])] for each in paragraphs if not is_furniture(each))
    return "\n\n".join("\n".join(each) for each in lines if each)
