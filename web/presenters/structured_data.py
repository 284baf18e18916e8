"""
An article as schema.org data in JSON-LD, for search engines and other programs that read pages.

Only what the record says. ``articleBody`` is left out: the text is on the page itself and would be sent twice. Which
version of a story is the original is not known, so its versions are each other's ``workTranslation`` and none is said
to be a ``translationOfWork``.
"""

import json
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from search import Article, Version
from web.presenters.texts import substitute_title
from web.urls import article_url, web_address


def json_ld(article: Article, versions: Sequence[Version]) -> Markup:
    """
    Return the article as schema.org NewsArticle in JSON-LD, safe inside a script element.

    ``<``, ``>`` and ``&`` are written as escapes, so that no text can close the element or open a comment.
    """
    text = json.dumps(_news_article(article, versions), ensure_ascii=False)
    for mark in ("<", ">", "&", "\N{LINE SEPARATOR}", "\N{PARAGRAPH SEPARATOR}"):
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(text)  # the loop above made it safe


def _news_article(article: Article, versions: Sequence[Version]) -> dict[str, Any]:
    image = web_address(article.image_url)
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": substitute_title(article),
        "description": article.lead,
        "inLanguage": article.language,
        "datePublished": article.published.isoformat() if article.published else None,
        "dateModified": article.updated.isoformat() if article.updated else None,
        "author": [{"@type": "Person", "name": author} for author in article.authors],
        "publisher": {"@type": "Organization", "name": article.source} if article.source else None,
        "articleSection": article.section,
        "keywords": list(article.tags),
        "dateline": article.place,
        "contentLocation": {"@type": "Place", "name": article.place} if article.place else None,
        "wordCount": len(f"{article.lead} {article.body}".split()),
        "isAccessibleForFree": True,
        "image": {"@type": "ImageObject", "url": image, "creditText": article.image_credit} if image else None,
        "mainEntityOfPage": article_url(article.id, external=True),
        "url": web_address(article.url),
        "workTranslation": [
            {
                "@type": "NewsArticle",
                "inLanguage": version.language,
                "headline": version.title,
                "url": article_url(version.id, external=True),
            }
            for version in versions
            if version.id != article.id
        ],
    }
    return {name: value for name, value in described.items() if value}
