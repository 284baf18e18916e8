"""
Between articles and the engine's documents: which fields there are, and how an article fills them.

The indexer calls ``article_to_document``, the archive ``document_to_article``; both sides read the layout from here.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from search.archive.links import Link
from search.archive.results import Version
from search.article import Article, article_from_stored, article_to_record
from search.columnar.document import Document, Layout, Paragraph, microseconds
from search.language import Quotation, paragraph_language, paragraphs, positions, quotations

LAYOUT = Layout(
    text=("title", "lead", "body", "author", "tag", "place", "credit", "speaker", "quote"),
    keywords=("language", "section", "source", "author", "tag", "status"),
    moments=("published", "embargo"),
)
#: Fields of sentences, in which a paragraph may quote another language. Elsewhere are names, in the article's language.
PROSE = frozenset({"title", "lead", "body"})


def article_to_document(article: Article, stored: bytes | None = None) -> Document:
    """
    Return the document of an article, each paragraph of its text analysed in its language.

    ``stored`` is what ``stored_article`` gave for it, if that was asked for before.
    """
    stored = stored_article(article) if stored is None else stored
    language = article.language
    return Document(
        id=article.id,
        group=article.story,
        digest=digest_of_stored(stored),
        stored=stored,
        card=_card(article),
        text=_said(article)
        | {
            name: [positions(text, paragraph_language(text, language) if name in PROSE else language) for text in texts]
            for name, texts in field_paragraphs(article).items()
        },
        keywords={
            "language": (language,),
            "section": (article.section,) if article.section else (),
            "source": (article.source,) if article.source else (),
            "author": article.authors,
            "tag": article.tags,
            "status": (str(article.status),),
        },
        moments={
            "published": microseconds(article.published),
            "embargo": microseconds(article.embargoed_until),
        },
    )


def field_paragraphs(article: Article) -> dict[str, Sequence[str]]:
    """Return the paragraphs of an article's text fields, as the index counts them; each author and tag is one."""
    return {
        "title": [article.title],
        "lead": _paragraphs(article.lead),
        "body": _paragraphs(article.body),
        "author": article.authors,
        "tag": article.tags,
        "place": [article.place] if article.place else [],
        "credit": [article.image_credit] if article.image_credit else [],
    }


def said_in(article: Article) -> list[tuple[str, Quotation]]:
    """Return the quotations of an article as the index counts them, each with the field in which it stands."""
    return [
        (name, each)
        for name in ("title", "lead", "body")
        for each in quotations(getattr(article, name), article.language)
    ]


def _said(article: Article) -> dict[str, list[Paragraph]]:
    """
    Return the fields of the quotations: paragraph *n* of ``speaker`` names who said paragraph *n* of ``quote``.

    A speaker who is not known is an empty paragraph.
    """
    said = [each for _, each in said_in(article)]
    return {
        "speaker": [positions(each.speaker or "", each.language) for each in said],
        "quote": [positions(each.text, paragraph_language(each.text, article.language)) for each in said],
    }


def document_to_article(stored: bytes) -> Article:
    """Return the article that ``article_to_document`` stored."""
    return article_from_stored(_value_of(stored))


def card_to_version(card: bytes) -> Version:
    """Return what the card of a document says: enough for a link to the article."""
    identifier, language, title, url, published = _value_of(card)
    return Version(identifier, language, title, url, datetime.fromisoformat(published) if published else None)


def article_digest(article: Article) -> int:
    """Return the 64-bit digest of an article's whole content; equal articles have equal ones."""
    return digest_of_stored(stored_article(article))


def article_to_version(article: Article) -> Version:
    """Return what the card of an article's document says."""
    return Version(article.id, article.language, article.title, article.url, article.published)


def _value_of(stored: bytes) -> Any:
    return _raw_decode(stored.decode())[0]


# What we wrote begins and ends with the value itself: ``json.loads`` looks for blanks and for the encoding first.
_raw_decode = json.JSONDecoder().raw_decode


def _card(article: Article) -> bytes:
    published = article.published.isoformat() if article.published else None
    values = (article.id, article.language, article.title, article.url, published)
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def stored_article(article: Article, link: Link | None = None) -> bytes:
    """
    Return what is stored for an article: its record, as JSON that is the same for equal articles.

    ``link`` is kept with it, as ``link``, which no article has: why it is in its story, if nobody said so.
    """
    record = article_to_record(article)
    if link:
        record["link"] = link.as_dict()
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def link_of(stored: bytes) -> Link | None:
    """Return why a stored article was put into its story, or None if its source or an editor did so."""
    link = _value_of(stored).get("link")
    return Link(link["to"], link["score"], tuple(link["by"])) if link else None


def digest_of_stored(stored: bytes) -> int:
    """Return the 64-bit digest of what is stored for an article."""
    return int.from_bytes(hashlib.blake2b(stored, digest_size=8).digest(), "little")


def _paragraphs(text: str) -> list[str]:
    return [text[start:end] for start, end in paragraphs(text)]
