"""
Looking after an index: repairing a damaged one, and reading the articles out of one that is too old to be searched.

The engine does the work (``columnar.salvage``); here it learns what the stored bytes mean.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from search.archive.documents import LAYOUT, article_to_document, card_to_version, digest_of_stored, document_to_article
from search.columnar.beside import forget_progress
from search.columnar.lock import WAIT_SECONDS, locked
from search.columnar.salvage import Contents, Named, Repair, repair_index
from search.language import analysis_version


def repair(path: Path | str, *, wait_seconds: float = WAIT_SECONDS) -> Repair:
    """
    Make a damaged index sound, losing nothing that can be read, and say what was done and what is lost.

    The damaged files are moved to a folder ``damaged-DATE`` in that of the index. If articles are lost, what ``visti
    watch`` has taken is forgotten, so that what it follows comes in once more.

    Raises ``IndexMissing``, ``IndexOutdated`` (``indexer.reindex`` rebuilds it), ``IndexLocked``, ``CommitFailed``.
    """
    path = Path(path)
    repair = repair_index(path, LAYOUT, analysis_version(), CONTENTS, date.today(), wait_seconds=wait_seconds)
    if repair.lost or repair.uncounted:
        with locked(path, wait_seconds):
            forget_progress(path)
    return repair


def _split(stored: bytes) -> list[bytes]:
    """Take JSON objects apart that follow each other without anything in between."""
    return [document.encode() for document in _objects(stored.decode())]


def _objects(text: str) -> Iterator[str]:
    decoder, start = json.JSONDecoder(), 0
    while start < len(text):
        _, end = decoder.raw_decode(text, start)
        yield text[start:end]
        start = end


def _named(card: bytes) -> Named:
    try:
        version = card_to_version(card)
    except (TypeError, AttributeError) as error:  # JSON, but no card
        raise ValueError(str(error)) from error
    return Named(str(version.id), str(version.title))


#: What the engine has to know of stored articles.
CONTENTS = Contents(
    split=_split,
    digest=digest_of_stored,
    document=lambda stored: article_to_document(document_to_article(stored), stored),
    named=_named,
)
