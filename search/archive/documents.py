"""
Between articles and the engine's documents: which fields there are, and how an article fills them.

The indexer calls ``article_to_document``, the archive ``document_to_article``; both sides read the layout from here.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from search.archive.results import Version
from search.article import Article, article_from_stored, article_to_record
from search.columnar.document import Document, Layout, TermsAt, microseconds
from search.language import paragraphs, positions

LAYOUT = Layout(
    text=("title", "lead", "body", "author", "tag", "place", "credit"),
    keywords=("language", "section", "source", "author", "tag", "status"),
    moments=("published", "embargo"),
)

# Positions left free between paragraphs (and between authors, tags): no phrase reaches over them, slop included.
PARAGRAPH_GAP = 100


def article_to_document(article: Article, stored: bytes | None = None) -> Document:
    """
    Return the document of an article, its text analysed in the article's language.

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
        text={
            "title": list(_positions([article.title], language)),
            "lead": list(_positions(_paragraphs(article.lead), language)),
            "body": list(_positions(_paragraphs(article.body), language)),
            "author": list(_positions(article.authors, language)),
            "tag": list(_positions(article.tags, language)),
            "place": list(_positions([article.place or ""], language)),
            "credit": list(_positions([article.image_credit or ""], language)),
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


def document_to_article(stored: bytes) -> Article:
    """Return the article that ``article_to_document`` stored."""
    return article_from_stored(json.loads(stored))


def card_to_version(card: bytes) -> Version:
    """Return what the card of a document says: enough for a link to the article."""
    identifier, language, title, url, published = json.loads(card)
    return Version(identifier, language, title, url, datetime.fromisoformat(published) if published else None)


def article_digest(article: Article) -> int:
    """Return the 64-bit digest of an article's whole content; equal articles have equal ones."""
    return digest_of_stored(stored_article(article))


def _card(article: Article) -> bytes:
    published = article.published.isoformat() if article.published else None
    values = (article.id, article.language, article.title, article.url, published)
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def stored_article(article: Article) -> bytes:
    """Return what is stored for an article: its record, as JSON that is the same for equal articles."""
    return json.dumps(article_to_record(article), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of_stored(stored: bytes) -> int:
    """Return the 64-bit digest of what is stored for an article."""
    return int.from_bytes(hashlib.blake2b(stored, digest_size=8).digest(), "little")


def _paragraphs(text: str) -> list[str]:
    return [text[start:end] for start, end in paragraphs(text)]


def _positions(texts: Iterable[str], language: str) -> Iterator[TermsAt]:
    position = 0
    for text in texts:
        for terms in positions(text, language):
            yield position, terms
            position += 1
        position += PARAGRAPH_GAP
