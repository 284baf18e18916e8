"""What a run did, counted: in all, by source, and by reason for what could not be taken."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from indexer.errors import IndexerError
from indexer.readers.reading import Remark

# A run over a wrong file must not fill the memory with a million reasons; the count stays exact.
MAX_ERRORS = 1_000
# Reasons are counted by their wording without what they quote; a reader has a few dozen wordings.
MAX_REASONS = 100
OTHER_REASONS = "other reasons"
# A command line may name many thousand files.
MAX_SOURCES = 1_000
OTHER_SOURCES = "other sources"

# Field names and the names of formats (ISO 8601, NewsML-G2) are the wording itself.
_QUOTED = re.compile(r"(?P<wording>\bfield '\w+')|'(?:[^'\\]|\\.)*'(?:\.\.\.)?|\"(?:[^\"\\]|\\.)*\"(?:\.\.\.)?")
_NUMBER = re.compile(r"(?<![\w.,-])(?<!\bISO )\d[\d,.]*(?<![,.])")


@dataclass(slots=True)
class SourceCounts:
    """What became of the articles of one source, as it was named to the run (a folder is one)."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    rejected: int = 0


@dataclass(slots=True)
class Report:
    """
    What a run did, in articles.

    ``removed`` counts deletions, ``rejected`` what could not be taken (``reasons``: how often for which reason),
    ``duplicates`` the articles that came after another with the same id in this run (the last one wins), ``stale``
    those that are older than what the archive has and did not replace it, ``withdrawn`` those that a kill has canceled,
    ``kept_out`` those that were deleted before and stay away, ``linked`` those that were put into a story by their
    content. ``errors`` are the reasons for the rejections and ``duplicate_ids`` the ids that came again, ``remarks``
    are other things worth knowing: the first ``MAX_ERRORS`` of each. ``sources`` has the counts of each source, where
    the sources are known. While a run goes on, ``waiting`` says how many articles were read that it has not looked at
    yet, and ``in_work`` how many of the others are being analysed by other processes.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    stale: int = 0
    kept_out: int = 0
    withdrawn: int = 0
    linked: int = 0
    duplicates: int = 0
    waiting: int = 0
    in_work: int = 0
    duplicate_ids: list[str] = field(default_factory=list)
    errors: list[IndexerError] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    sources: dict[str, SourceCounts] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether the index is different now."""
        return bool(self.added or self.updated or self.removed)

    @property
    def articles(self) -> int:
        """How many articles were looked at."""
        return self.added + self.updated + self.unchanged + self.stale + self.kept_out

    def of_source(self, source: str) -> SourceCounts:
        """Return the counts of a source, which are made if need be."""
        if source not in self.sources and len(self.sources) >= MAX_SOURCES:
            source = OTHER_SOURCES
        return self.sources.setdefault(source, SourceCounts())

    def reject(self, error: IndexerError) -> None:
        """Count what could not be taken, and keep the reason."""
        self.rejected += 1
        error.record = None  # the quarantine has it: a thousand of the longest would take 16 GB
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(error)
        kind = kind_of_reason(error.reason)
        self.reasons[kind if kind in self.reasons or len(self.reasons) < MAX_REASONS else OTHER_REASONS] += 1

    def remark(self, remark: Remark) -> None:
        """Keep a remark."""
        if len(self.remarks) < MAX_ERRORS:
            self.remarks.append(remark)

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "rejected": self.rejected,
            "stale": self.stale,
            "kept_out": self.kept_out,
            "withdrawn": self.withdrawn,
            "linked": self.linked,
            "duplicates": self.duplicates,
            "duplicate_ids": self.duplicate_ids,
            "reasons": dict(self.reasons.most_common()),
            "sources": {name: asdict(counts) for name, counts in self.sources.items()},
            "errors": [
                {"source": e.source, "line": e.line, "id": e.id, "reason": e.reason, "message": str(e)}
                for e in self.errors
            ],
            "remarks": [{"source": r.source, "line": r.line, "message": r.message} for r in self.remarks],
        }


Progress = Callable[[Report], None]


def kind_of_reason(reason: str) -> str:
    """
    Return a reason without what it quotes and counts, so that reasons of one kind are the same.

    >>> kind_of_reason("language: 'de' (the languages are uk, ru and en)")
    'language: … (the languages are uk, ru and en)'
    >>> kind_of_reason("field 'published': is not a date in ISO 8601 (year 0 is out of range); got '0000-01-01'")
    "field 'published': is not a date in ISO 8601 (year N is out of range); got …"
    >>> kind_of_reason("the line has 17,000,001 bytes")
    'the line has N bytes'
    """
    return _NUMBER.sub("N", _QUOTED.sub(lambda found: found["wording"] or "…", reason))[:200]
