"""
Paragraphs of a page that belong to the page, not to the article: links to other articles, buttons, calls to subscribe,
and what content systems add by themselves.
"""

import re
from collections.abc import Sequence

# Paragraphs that are furniture wherever they stand: a label with a link's text, or exactly one of these words.
_LINK = re.compile(
    r"(?:read (?:also|more)|see also|also read|related(?: news| stories)?|читайте (?:також|также|ще|ещё|еще)"
    r"|(?:також|также) читайте|див(?:іться|ись) також|смотрите также"
    r"|(?:матеріали |материалы |більше |больше |також |также )?(?:по темі|за темою|по теме))"
    r"(?:\s*[:.|–—\n].{0,300})?",
    re.IGNORECASE | re.DOTALL,
)
# What WordPress adds to each entry of a feed, in its own translations.
_FIRST_APPEARED = re.compile(
    r"(?:the post|запис|допис|запись|сообщение)\s.{1,400}\s(?:appeared first on|first appeared on"
    r"|(?:спершу|вперше) з.?яви(?:ться|вся|лася|лося) на|появил(?:ись|ась|ось|ся) сначала на"
    r"|впервые появил(?:ось|ась|ся) на)\s.{1,200}",
    re.IGNORECASE,
)
# A paragraph that begins by telling the reader to do so and names the channel is not news of it.
_FOLLOW_US = re.compile(
    r"(?:підпис(?:уйтес[ья]|уйтеся|атис[ья] на)|підпишіться|подписывайтесь|подпишитесь|долучайтес[ья]|приєднуйтес[ья]"
    r"|присоединяйтесь|стежте за нами|следите за нами|читайте нас|subscribe to|follow us|join (?:us|our))\b.{0,150}"
    r"\b(?:telegram|телеграм|viber|вайбер|facebook|фейсбук|instagram|інстаграм|инстаграм|youtube|ютуб|twitter"
    r"|whatsapp|google|newsletter|розсилк|рассылк|канал|x\b).{0,100}",
    re.IGNORECASE,
)
_REPORT_MISTAKE = re.compile(
    r"(?:якщо ви|если вы|if you|знайшли|помітили|нашли|заметили)\b.{0,150}"
    r"ctrl\s*\+\s*enter.{0,100}",
    re.IGNORECASE,
)
_WHOLE = (_LINK, _FIRST_APPEARED, _FOLLOW_US, _REPORT_MISTAKE)
_BUTTONS = frozenset(
    {"share", "share this", "print", "tweet", "copy link"}
    | {"поділитися", "поділитись", "друк", "друкувати", "скопіювати посилання"}
    | {"поделиться", "печать", "распечатать", "скопировать ссылку"}
)


def is_furniture(lines: Sequence[str]) -> bool:
    """
    Tell whether the lines of a paragraph are a link to another article, buttons, or a site's word to its reader.

    >>> is_furniture(["Читайте також: Метро знову їздить"]), is_furniture(["Print"]), is_furniture(["Print runs grew."])
    (True, True, False)
    >>> is_furniture(["Підписуйтесь на наш Telegram-канал!"]), is_furniture(["Підписуйтесь: мер закликав до канікул."])
    (True, False)
    >>> is_furniture(["Читайте також", "Метро знову їздить"])
    True
    """
    text = " ".join(lines)
    is_word_to_reader = any(each.fullmatch(text) for each in _WHOLE) or bool(_LINK.fullmatch("\n".join(lines)))
    return is_word_to_reader or all(line.casefold().strip(" .:") in _BUTTONS for line in lines)


def without_furniture(text: str) -> str:
    """
    Return a text without those of its paragraphs, and of the lines inside them, that are furniture.

    >>> without_furniture("Порт відкрито.\\nЧитайте також: Мости\\n\\nShare\\n\\nПором іде.")
    'Порт відкрито.\\n\\nПором іде.'
    """
    paragraphs = (paragraph.split("\n") for paragraph in text.split("\n\n"))
    lines = ([line for line in each if not is_furniture([line])] for each in paragraphs if not is_furniture(each))
    return "\n\n".join("\n".join(each) for each in lines if each)
