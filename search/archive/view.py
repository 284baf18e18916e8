"""What one call on the archive works on: a snapshot, seen by an audience at a moment."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np
import zstandard

from search.archive.dictionaries import NO_DICTIONARIES, Dictionaries
from search.archive.documents import article_to_version, card_to_version, document_to_article
from search.archive.results import Version
from search.archive.visibility import Audience, visible_snapshot
from search.article import LANGUAGES, Article
from search.columnar.arrays import Array
from search.columnar.commit import FileEntry, require_analysis
from search.columnar.document_sets import union
from search.columnar.execute import Executor, Matches
from search.columnar.ranking import Bm25f, FieldWeight
from search.columnar.recent import Recent
from search.columnar.snapshot import LocalPostings, Snapshot, joined_documents, open_snapshot
from search.language import analysis_version
from search.query.leaves import Query
from search.settings import KYIV

# A headline is written to say what the article is about, a lead to repeat it: an occurrence there tells more, and its
# length tells less. docs/architecture.md, "How are results ranked?", has the measurements.
RANKING = Bm25f({"title": FieldWeight(4.0, 0.3), "lead": FieldWeight(1.5, 0.5), "body": FieldWeight(1.0, 0.75)})


# Unpacking and reading the articles of a page and the cards of their other versions takes a millisecond, and what is
# shown once is shown again: of the articles, by the bytes that are stored of them, some 4,000 of news.
_REMEMBERED_BYTES = 12 << 20
_REMEMBERED_CARDS = 8192
_articles: Recent[tuple[FileEntry, int], Article] = Recent(_REMEMBERED_BYTES)
_version_of_card = lru_cache(_REMEMBERED_CARDS)(card_to_version)

#: What reading mapped files can raise if they were changed behind our back; arguments are checked before that.
DAMAGE = (IndexError, KeyError, ValueError, OverflowError, MemoryError, struct.error, zstandard.ZstdError)

# Looking at these costs no more than the call that looks.
_LOOKED_AT_FIRST = 64


class Opened(NamedTuple):
    """What a process has read of an index already: a writer need not read it again. It may be of an earlier commit."""

    snapshot: Snapshot
    dictionaries: Dictionaries


@dataclass(frozen=True, slots=True)
class View:
    """
    A snapshot in which only what may be seen is alive, the mask of that, the moment of the call (UTC), and an executor.

    ``dictionaries`` are those that lie beside the index, ``found`` the numbers of articles that were counted.
    """

    snapshot: Snapshot
    visible: Array
    now: datetime
    executor: Executor
    dictionaries: Dictionaries
    found: dict[Query, int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day it is in Kyiv."""
        return self.now.astimezone(KYIV).date()

    @property
    def hour(self) -> datetime:
        """
        The beginning of the hour (UTC), at which ages are reckoned: so an answer stays the same for an hour.

        In an hour a new article loses a hundred-thousandth of its score. A day of Kyiv begins with an hour, too.
        """
        return self.now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)

    def seen(self, matches: Matches) -> Matches:
        """Return the matches that may be seen."""
        if self._sees_all_living:
            return matches
        inside = self.visible.take(matches.documents)
        return Matches(matches.documents.compress(inside), matches.scores.compress(inside))

    def articles_found(self, query: Query) -> int:
        """Return how many articles that may be seen a query finds; asked again, it is not counted again."""
        if query not in self.found:
            documents = self.executor.documents(query)
            seen = documents if self._sees_all_living else documents.compress(self.visible.take(documents))
            self.found[query] = len(seen)
        return self.found[query]

    @property
    def _sees_all_living(self) -> bool:
        """Whether all that the executor finds may be seen: it is, in the views that ``make_view`` gives."""
        return self.visible is self.snapshot.alive

    def articles_with(self, terms: Iterable[str], fields: Sequence[str], segments: slice = slice(None)) -> int:
        """
        Return how many articles that may be seen have the commonest of some terms in some text fields.

        Only those in some of the snapshot's segments are counted, if that is asked for.
        """
        return max((self._articles_with(term, fields, segments) for term in terms), default=0)

    def _articles_with(self, term: str, fields: Sequence[str], segments: slice) -> int:
        found = self.snapshot.term_postings(term, fields, segments)
        having = [joined_documents(pieces) for pieces in found if pieces]
        return int(np.count_nonzero(self.visible.take(union(self.snapshot, having)))) if having else 0

    def has_articles_with(self, terms: Iterable[str], fields: Sequence[str]) -> bool:
        """Return whether an article that may be seen has any of some terms; of a common word that takes one look."""
        lists = (piece for term in terms for piece in self.snapshot.each_posting_list(term, fields))
        return any(map(self._may_see, lists))

    def _may_see(self, piece: LocalPostings) -> bool:
        """Return whether any document of a piece may be seen. Most may be, so the first ones mostly tell."""
        visible = self.visible[piece.base :]
        first, rest = piece.documents[:_LOOKED_AT_FIRST], piece.documents[_LOOKED_AT_FIRST:]
        return bool(visible.take(first).any()) or bool(visible.take(rest).any())

    def article_at(self, document: int) -> Article:
        """Return the article with a document number; one that was read lately is not read again."""
        key = self.snapshot.lasting_name(document)
        found = _articles.get(key)
        if found is None:
            stored = self.snapshot.stored(document)
            found = document_to_article(stored)
            _articles.keep(key, found, len(stored))
        return found

    def article(self, article_id: str) -> Article | None:
        """Return the article with an id, or None if there is none that may be seen."""
        document = self.snapshot.document_of(article_id)
        return self.article_at(document) if document is not None and self.visible[document] else None

    def versions(self, story: str) -> tuple[Version, ...]:
        """Return the versions of a story that may be seen: uk, ru, en."""
        return self._versions(self.snapshot.documents_of_group(story))

    def versions_with(self, document: int, article: Article) -> tuple[Version, ...]:
        """Return the versions of the story of a document, which is an article, that may be seen: uk, ru, en."""
        others = (member for member in self.snapshot.members(document) if member != document)
        return self._versions(others, article_to_version(article))

    def _versions(self, documents: Iterable[int], *known: Version) -> tuple[Version, ...]:
        card, visible = self.snapshot.card, self.visible
        versions = [*known, *(_version_of_card(card(document)) for document in documents if visible[document])]
        if len(versions) > 1:
            versions.sort(key=_in_order_of_languages)
        return tuple(versions)

    def without_story(self, story: str) -> Array:
        """Return the mask of the documents that may be seen and do not belong to a story."""
        mask = np.array(self.visible)
        mask[self.snapshot.documents_of_group(story)] = False
        return mask


def _in_order_of_languages(version: Version) -> tuple[int, str]:
    return LANGUAGES.index(version.language), version.id


def open_current(path: Path, before: Snapshot | None = None) -> Snapshot:
    """
    Open the last commit of an index whose terms this program's analysis made; see ``open_snapshot``.

    Raises ``IndexOutdated`` when another analysis made them.
    """
    snapshot = open_snapshot(path, before)
    require_analysis(path, snapshot.commit, analysis_version())
    return snapshot


def make_view(
    snapshot: Snapshot, audience: Audience, now: datetime, dictionaries: Dictionaries = NO_DICTIONARIES
) -> View:
    """Return the view of an audience at a moment."""
    seen = visible_snapshot(snapshot, audience, now)
    return View(seen, seen.alive, now, Executor(seen, RANKING), dictionaries)


def state_of(view: View) -> str:
    """Return a name of all that an answer depends on besides the question (16 hexadecimal digits)."""
    snapshot = view.snapshot
    commit = snapshot.derived("state", lambda: repr(snapshot.commit))
    seen = snapshot.alive_count  # within a commit it only grows, by each embargo that ends
    parts = (commit, sorted(view.dictionaries.states.items()), seen, view.hour.isoformat())
    return blake2b(repr(parts).encode(), digest_size=8).hexdigest()
