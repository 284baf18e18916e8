"""Figures about an archive, for ``visti stats`` and for the curious."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from search.archive.facets import month_column
from search.archive.index_files import json_lines
from search.archive.view import View
from search.archive.withdrawals import Reason, tombstones
from search.article import parse_moment
from search.columnar.arrays import Array
from search.columnar.beside import QUARANTINE
from search.columnar.collect import count_of
from search.columnar.columns import KeywordColumn
from search.columnar.commit import COMMIT_NAME, FORMAT
from search.columnar.document import NO_MOMENT


@dataclass(frozen=True, slots=True)
class Statistics:
    """
    Figures about an archive, as its audience sees it.

    ``articles`` counts language versions; ``languages``, ``sections``, ``sources``, ``statuses`` and ``months`` (of
    Kyiv, in which they were published, the earliest first) count them by value. ``size`` is the size of the index
    files in bytes, ``terms`` the number of index terms (a term counts once for each segment), ``deleted`` how many
    replaced or deleted articles still take room. ``generation`` is the number of the commit and ``committed`` when it
    was written.
    """

    articles: int
    stories: int
    languages: Mapping[str, int]
    sections: Mapping[str, int]
    sources: Mapping[str, int]
    statuses: Mapping[str, int]
    months: Mapping[str, int]
    first: datetime | None
    last: datetime | None
    segments: int
    deleted: int
    terms: int
    size: int
    generation: int
    committed: datetime | None
    format: int
    analysis: str

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        moments = {"first": self.first, "last": self.last, "committed": self.committed}
        return asdict(self) | {name: moment.isoformat() if moment else None for name, moment in moments.items()}


def statistics_of(view: View, path: Path) -> Statistics:
    """Return the figures of what a view of the index in a folder shows."""
    snapshot = view.snapshot
    documents = view.visible.nonzero()[0]
    moments = snapshot.moments("published")[documents]
    moments = moments[moments != NO_MOMENT]
    count = count_of(snapshot, documents)

    def counts(name: str) -> dict[str, int]:
        found = _counts(snapshot.keywords(name), documents)
        return dict(sorted(found, key=lambda pair: (-pair[1], pair[0])))

    return Statistics(
        articles=count.documents,
        stories=count.groups,
        languages=counts("language"),
        sections=counts("section"),
        sources=counts("source"),
        statuses=counts("status"),
        months=dict(sorted(_counts(month_column(snapshot), documents))),
        first=_moment(int(moments.min())) if len(moments) else None,
        last=_moment(int(moments.max())) if len(moments) else None,
        segments=len(snapshot.segments),
        deleted=snapshot.deleted_count,
        terms=sum(len(segment.terms) for segment in snapshot.segments),
        size=sum(file.size for file in snapshot.commit.files()),
        generation=snapshot.commit.generation,
        committed=_written(path / COMMIT_NAME),
        format=FORMAT,
        analysis=snapshot.commit.analysis,
    )


def waiting_beside(path: Path) -> dict[str, int]:
    """
    Return how many articles are not in the index at ``path`` for a reason that is written down beside it.

    ``killed`` before they came, ``deleted_for_good``, ``quarantined`` as they could not be taken.
    """
    reasons = Counter(each.reason for each in tombstones(path))
    return {
        "killed": reasons[Reason.KILLED],
        "deleted_for_good": reasons[Reason.DELETED],
        "quarantined": json_lines(path / QUARANTINE.name)[0],
    }


def _counts(column: KeywordColumn, documents: Array) -> Iterable[tuple[str, int]]:
    counts = column.document_counts(documents).tolist()
    return [(value, count) for value, count in zip(column.values.texts(), counts, strict=False) if count]


def _written(file: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return None


def _moment(microseconds: int) -> datetime:
    return parse_moment("1970-01-01T00:00:00Z") + timedelta(microseconds=microseconds)
