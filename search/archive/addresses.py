"""
The article at an address: found by reading all cards, since addresses are no terms of the index.

200,000 cards are read in some hundredths of a second: enough for a person who gives an address, too slow for a list.
"""

import json
from urllib.parse import urlsplit

from search.archive.documents import card_to_version
from search.archive.view import View
from search.article import Article


def article_at_address(view: View, address: str) -> Article | None:
    """
    Return the article that was published at an address, or None if there is none that may be seen.

    http or https, www or not, a slash at the end and what stands behind # make no difference; what stands behind ?
    only if no article has it, as marks of campaigns are put there.
    """
    wanted = bare_address(address)
    if not wanted:
        return None
    return _article_at(view, wanted) or (_article_at(view, wanted.partition("?")[0]) if "?" in wanted else None)


def _article_at(view: View, wanted: str) -> Article | None:
    piece = json.dumps(wanted, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass")
    for document in view.snapshot.documents_with_card(piece):
        url = card_to_version(view.snapshot.card(document)).url
        if view.visible[document] and url and bare_address(url) == wanted:
            return view.article_at(document)
    return None


def bare_address(address: str) -> str:
    """
    Return what tells the address of a page from others; nothing of what is none.

    >>> bare_address("https://www.example.org/news/12/#top"), bare_address("HTTP://Example.org/?id=1")
    ('example.org/news/12', 'example.org?id=1')
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    query = f"?{parts.query}" if parts.query else ""
    return parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/") + query
