"""
The fields of an index as Whoosh's schema: what each is called there, and of which type it is.

A name that is both a text and a keyword field (an author's words, the author's whole name) is the text in the schema;
the whole values are called ``NAME_exact``.
"""

from datetime import UTC, datetime
from typing import Any

import whoosh.analysis
import whoosh.fields

from search.columnar.document import Layout

ID = "id"

#: What a column gives for a document without a moment: later than all, so that it comes last.
MISSING_MOMENT = (1 << 63) - 1


class Moment(whoosh.fields.DATETIME):  # type: ignore[misc]  # Whoosh has no types
    """A point in time. Whoosh's have no zone: they are UTC, and an aware one is converted."""

    def prepare_datetime(self, x: Any) -> Any:
        """Return Whoosh's number for a moment."""
        if isinstance(x, datetime) and x.tzinfo is not None:
            x = x.astimezone(UTC).replace(tzinfo=None)
        return super().prepare_datetime(x)

    def from_column_value(self, x: Any) -> datetime | None:
        """Return the moment of a column's number, None where it is not known."""
        return None if x == MISSING_MOMENT else super().from_column_value(x)


def keyword_names(layout: Layout) -> dict[str, str]:
    """Return the name in the schema of each keyword field, as the key, and its own."""
    return {f"{name}_exact" if name in layout.text else name: name for name in layout.keywords}


def schema_of(layout: Layout, analyzer: whoosh.analysis.Analyzer | None = None) -> whoosh.fields.Schema:
    """Return the schema of an index; ``analyzer`` cuts what is looked for in text fields, by default not at all."""
    words = analyzer or whoosh.analysis.IDAnalyzer()
    fields = {name: whoosh.fields.TEXT(words, stored=True, multitoken_query="phrase") for name in layout.text}
    fields |= {name: whoosh.fields.ID(stored=True, sortable=True) for name in keyword_names(layout)}
    fields |= {name: Moment(stored=True, sortable=True) for name in layout.moments}
    return whoosh.fields.Schema(**fields, **{ID: whoosh.fields.ID(stored=True, unique=True)})
