"""Figures about an archive, for ``visti stats`` and for the curious."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from search.archive.view import View
from search.article import parse_moment
from search.columnar.collect import count_of
from search.columnar.document import NO_MOMENT


@dataclass(frozen=True, slots=True)
class Statistics:
    """
    Figures about an archive, as its audience sees it.

    ``articles`` counts language versions; ``languages``, ``sections`` and ``sources`` count them by value. ``size`` is
    the size of the index files in bytes, ``terms`` the number of different index terms of the text fields (a term
    counts once for each field and segment), ``deleted`` how many replaced or deleted articles still take room.
    """

    articles: int
    stories: int
    languages: Mapping[str, int]
    sections: Mapping[str, int]
    sources: Mapping[str, int]
    first: datetime | None
    last: datetime | None
    segments: int
    deleted: int
    terms: int
    size: int
    generation: int
    analysis: str

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        moments = {"first": self.first, "last": self.last}
        return asdict(self) | {name: moment.isoformat() if moment else None for name, moment in moments.items()}


def statistics_of(view: View) -> Statistics:
    """Return the figures of what a view shows."""
    snapshot = view.snapshot
    documents = view.visible.nonzero()[0]
    moments = snapshot.moments("published")[documents]
    moments = moments[moments != NO_MOMENT]
    count = count_of(snapshot, documents)
    return Statistics(
        articles=count.documents,
        stories=count.groups,
        languages=_counts(view, "language"),
        sections=_counts(view, "section"),
        sources=_counts(view, "source"),
        first=_moment(int(moments.min())) if len(moments) else None,
        last=_moment(int(moments.max())) if len(moments) else None,
        segments=len(snapshot.segments),
        deleted=snapshot.deleted_count,
        terms=sum(len(segment.terms) for segment in snapshot.segments),
        size=sum(file.size for file in snapshot.commit.files()),
        generation=snapshot.commit.generation,
        analysis=snapshot.commit.analysis,
    )


def _counts(view: View, field: str) -> dict[str, int]:
    column = view.snapshot.keywords(field)
    counts = column.document_counts(view.visible.nonzero()[0]).tolist()
    values = [(value, count) for value, count in zip(column.values.texts(), counts, strict=False) if count]
    return dict(sorted(values, key=lambda pair: (-pair[1], pair[0])))


def _moment(microseconds: int) -> datetime:
    return parse_moment("1970-01-01T00:00:00Z") + timedelta(microseconds=microseconds)
