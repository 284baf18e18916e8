"""
What a page makes of an article's own texts: what stands for a missing title, credits, subheads, excerpts.

Knows articles and nothing of requests, links or languages of the interface.
"""

import re

from search import Article

#: Subheads of newsrooms fit a line of a newspaper page; a longer line without a full stop is a caption or a list.
MAX_SUBHEAD_CHARACTERS = 80
#: Where an article has neither a title nor a lead, the start of its text stands for the title.
SUBSTITUTE_TITLE_CHARACTERS = 90

_PHOTO = re.compile(r"^(?:photo|фото|світлина)\s*:\s*", re.IGNORECASE)


def substitute_title(article: Article) -> str:
    """Return the title of an article, or the start of its text where it has none."""
    return article.title or shortened(article.lead or article.body, SUBSTITUTE_TITLE_CHARACTERS)


def image_credit(article: Article) -> str:
    """Return the image's credit without the word "Photo:" that many newsrooms keep in it; the page says it itself."""
    return _PHOTO.sub("", article.image_credit or "")


def shortened(text: str, limit: int) -> str:
    """
    Return a text in one line, cut between words if it is longer than ``limit`` characters.

    >>> shortened("Рада ухвалила бюджет", 15)
    'Рада ухвалила…'
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[:limit]
    return (cut.rpartition(" ")[0] or cut) + "…"


def is_subhead(text: str) -> bool:
    """
    Tell whether a paragraph is a subhead: one short line that does not end as a sentence or start as a list item.

    >>> is_subhead("Взаємодія НАТО та України"), is_subhead("Так і сталося."), is_subhead("— так, —")
    (True, False, False)
    """
    if not text or len(text) > MAX_SUBHEAD_CHARACTERS or "\n" in text or text[0] in "-–—•*":
        return False
    return text.rstrip("»”\"')’]")[-1:] not in ("", *".!?…:;,-–—")
