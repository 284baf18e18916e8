"""Stock Whoosh, with its own files, matchers and facets; only the analysis of text is ours."""

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from whoosh import analysis, fields, index, query, sorting

from benchmarks.engines import (
    HITS,
    KEYWORD_FIELDS,
    TEXT_FIELDS,
    Answer,
    LogQuery,
    month_of,
    positions_in_sequence,
    slots_of,
)
from benchmarks.text_snippets import text_snippets
from search.archive.view import RANKING
from search.columnar.document import Document
from search.query.compile import Leaf
from search.query.leaves import Beginning

_LISTS = ("author", "tag")
_SEPARATOR = "\x1f"  # parts values and terms, which hold commas and other signs themselves


class Positions(analysis.Analyzer):  # type: ignore[misc]  # Whoosh has no types
    """Terms parted by separators stand at one position, positions are parted by line ends."""

    def __call__(self, value: str, positions: bool = False, chars: bool = False, **others: Any) -> Iterator[Any]:
        token = analysis.Token(positions, chars, mode=others.get("mode", ""))
        for token.pos, terms in enumerate(value.split("\n")):
            for text in filter(None, terms.split(_SEPARATOR)):
                token.text, token.boost, token.stopped = text, 1.0, False
                yield token


class Prepared(NamedTuple):
    """A query, and how its results are sorted and counted."""

    query: Any
    sorting: dict[str, Any]


class Whoosh:
    """Stock Whoosh."""

    name = "whoosh"

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self._index = index.create_in(str(path), _schema())
        self._searcher = self._index.searcher()

    def prepared_document(self, document: Document) -> dict[str, Any]:
        """Return the values of Whoosh's fields."""
        values: dict[str, Any] = {
            name: "\n".join(map(_SEPARATOR.join, positions_in_sequence(document, name))) for name in TEXT_FIELDS
        }
        for name in KEYWORD_FIELDS:
            values[name] = _SEPARATOR.join(document.keywords[name]) or None
        return values | {
            "month": month_of(document),
            "published": document.moments["published"],
            "stored": document.stored,
        }

    def add(self, documents: Sequence[dict[str, Any]]) -> None:
        """Add documents and commit."""
        writer = self._index.writer(limitmb=256)
        for values in documents:
            writer.add_document(**values)
        writer.commit()

    def finish(self) -> None:
        """Do nothing: the commits have merged."""

    def open(self) -> None:
        """Open the index anew."""
        self._searcher.close()
        self._index = index.open_dir(str(self.path))
        self._searcher = self._index.searcher()

    def refresh(self) -> None:
        """See the last commit."""
        self._searcher = self._searcher.refresh()

    def prepared_query(self, asked: LogQuery) -> Prepared:
        """Return Whoosh's form of a query."""
        words = [_leaf(leaf) for leaf in asked.leaves]
        parts = [query.Or(words)] if asked.any_word else words
        if asked.section is not None:
            parts.append(query.ConstantScoreQuery(query.Term("section", asked.section), 0.0))
        if asked.since is not None and asked.until is not None:
            parts.append(query.ConstantScoreQuery(query.NumericRange("published", asked.since, asked.until - 1), 0.0))
        newest = {"sortedby": sorting.FieldFacet("published", reverse=True)} if asked.newest else {}
        return Prepared(reduce(lambda left, right: query.And([left, right]), parts) if parts else query.Every(), newest)

    def top(self, asked: Prepared) -> Answer:
        """Find the ten first documents and the exact total."""
        return Answer(len(self._searcher.search(asked.query, limit=HITS, **asked.sorting)))

    def page(self, asked: Prepared) -> Answer:
        """Find all of a page of results but the snippets; Whoosh may give more hits than asked for when it groups."""
        found = self._searcher.search(asked.query, limit=HITS, groupedby=_facets(), **asked.sorting)
        facets = {name: dict(found.groups(name)) for name in (*KEYWORD_FIELDS, "month")}
        return Answer(len(found), [hit["stored"] for hit in islice(found, HITS)], facets)

    def snippets(self, query: LogQuery, answer: Answer) -> Sequence[str]:
        """Return a snippet for each hit, from its stored text."""
        return text_snippets(query, answer)

    def close(self) -> None:
        """Close the searcher."""
        self._searcher.close()


def _schema() -> Any:
    texts = {name: fields.TEXT(analyzer=Positions()) for name in TEXT_FIELDS}
    lists = {name: fields.KEYWORD(analyzer=Positions()) for name in _LISTS}
    single = {name: fields.ID(sortable=True) for name in (*KEYWORD_FIELDS, "month") if name not in _LISTS}
    published = fields.NUMERIC(int, bits=64, sortable=True)
    return fields.Schema(**texts, **lists, **single, published=published, stored=fields.STORED)


def _facets() -> Any:
    facets = sorting.Facets()
    for name in (*KEYWORD_FIELDS, "month"):
        facets.add_facet(name, sorting.FieldFacet(name, maptype=sorting.Count, allow_overlap=name in _LISTS))
    return facets


def _leaf(leaf: Leaf) -> Any:
    searched = leaf.queries[0]
    parts = []
    for name in TEXT_FIELDS:
        boost = RANKING.fields[name].weight
        if isinstance(searched, Beginning):
            parts.append(query.Prefix(name, searched.text, boost=boost))
        elif len(slots := slots_of(leaf)) > 1:
            parts.append(query.Phrase(name, [slot[0].term for slot in slots], boost=boost))
        else:
            parts += [query.Term(name, form.term, boost=boost * form.weight) for form in slots[0]]
    return query.Or(parts)
