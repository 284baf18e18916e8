"""What is exported, whatever the format: articles with their addresses and notes, under a title."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from search import Article, Version


class Item(NamedTuple):
    """
    One article of an export.

    ``address`` is where it can be read, ``note`` what somebody wrote to it in a collection, ``others`` are the other
    language versions of its story.
    """

    article: Article
    address: str
    note: str = ""
    others: tuple[Version, ...] = ()


class Export(NamedTuple):
    """
    A set of articles to be written down.

    ``number`` tells how many items there are, which are read one after another; ``made`` is aware; ``note`` is of the
    whole; ``address`` is the page on which all this can be found again; ``language`` is that of whoever asked.
    """

    title: str
    number: int
    items: Iterable[Item]
    made: datetime
    address: str
    language: str
    note: str = ""
