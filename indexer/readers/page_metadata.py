"""
What a page says of its article outside the text, as the page has it, and which of several sayings counts.

JSON-LD is asked first, then Open Graph and other ``meta`` elements, then microdata: sites write JSON-LD for search
engines that check it, and let the rest grow old.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

# Types of schema.org that are the report of a newsroom; subtypes such as ReportageNewsArticle end like them.
_ARTICLE_ENDINGS = ("Article", "BlogPosting", "Report")
#: Types of pages that list articles.
LIST_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ItemList", "ProfilePage"})


@dataclass(slots=True)
class PageMetadata:
    """The sayings of one source about an article; dates and addresses are as written."""

    title: str = ""
    description: str = ""
    published: str = ""
    updated: str = ""
    language: str = ""
    address: str = ""
    section: str = ""
    source: str = ""
    place: str = ""
    image: str = ""
    image_credit: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    lead: str = ""
    body: str = ""
    #: Whether the source calls the page an article.
    article: bool = False


_NAMES = tuple(field.name for field in fields(PageMetadata))


def merged(*sources: PageMetadata) -> PageMetadata:
    """
    Return for each field what the first source says that says anything.

    >>> merged(PageMetadata(title="A"), PageMetadata(title="B", section="C")).section
    'C'
    """
    values: dict[str, Any] = {}
    for name in _NAMES:
        values[name] = next((value for each in sources if (value := getattr(each, name))), getattr(sources[0], name))
    return PageMetadata(**values)


def split_tags(text: str) -> Iterator[str]:
    """
    Yield the tags that stand in one text, parted by commas or semicolons.

    >>> list(split_tags("Київ, метро; мости"))
    ['Київ', 'метро', 'мости']
    """
    return (tag.strip() for tag in re.split("[,;]", text) if tag.strip())


def is_article_type(name: str) -> bool:
    """
    Tell whether a type of schema.org, with or without its address, is a report of a newsroom.

    >>> is_article_type("https://schema.org/ReportageNewsArticle"), is_article_type("WebSite")
    (True, False)
    """
    return name.endswith(_ARTICLE_ENDINGS)
