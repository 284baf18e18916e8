"""
tantivy, through its Python binding: pre-tokenized text at true positions, fast fields, one indexing thread.

Its binding has no way to collect hits and facets in one pass, so a page takes two: ``search`` and ``aggregate``.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import tantivy

from benchmarks.engines import HITS, KEYWORD_FIELDS, TEXT_FIELDS, Answer, LogQuery, month_of, slots_of
from benchmarks.text_snippets import text_snippets
from search.archive.view import RANKING
from search.columnar.document import Document, positions
from search.query.compile import Leaf
from search.query.leaves import Beginning

# What Lucene and tantivy users give a writer; at this size 5,000 articles make one segment.
HEAP_BYTES = 256_000_000
_FACETS = {
    name: {"terms": {"field": name, "size": 10_000, "segment_size": 10_000}} for name in (*KEYWORD_FIELDS, "month")
}


class Prepared(NamedTuple):
    """A query, and whether the newest come first."""

    query: tantivy.Query
    newest: bool


class Tantivy:
    """tantivy."""

    name = "tantivy"

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self._schema = _schema()
        self._index = tantivy.Index(self._schema, path=str(path))
        self._writer: tantivy.IndexWriter | None = self._index.writer(HEAP_BYTES, 1)
        self._searcher = self._index.searcher()

    def prepared_document(self, document: Document) -> tantivy.Document:
        """Return tantivy's form of a document."""
        made = tantivy.Document()
        for name in TEXT_FIELDS:
            tokens = [
                tantivy.Token(term, place, 0, 0) for place, terms in positions(document.text[name]) for term in terms
            ]
            made.add_pre_tokenized_text(name, tantivy.PreTokenizedString("", tokens))
        for name in KEYWORD_FIELDS:
            for value in document.keywords[name]:
                made.add_text(name, value)
        made.add_text("month", month_of(document))
        made.add_integer("published", document.moments["published"])
        made.add_bytes("stored", document.stored)
        return made

    def add(self, documents: Sequence[tantivy.Document]) -> None:
        """Add documents and commit."""
        if self._writer is None:
            self._writer = self._index.writer(HEAP_BYTES, 1)
        for document in documents:
            self._writer.add_document(document)
        self._writer.commit()

    def finish(self) -> None:
        """Wait for the merges."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def open(self) -> None:
        """Open the index anew."""
        self._index = tantivy.Index.open(str(self.path))
        self._searcher = self._index.searcher()

    def refresh(self) -> None:
        """See the last commit."""
        self._index.reload()
        self._searcher = self._index.searcher()

    def prepared_query(self, query: LogQuery) -> Prepared:
        """Return tantivy's form of a query."""
        occurs = tantivy.Occur.Should if query.any_word else tantivy.Occur.Must
        words = [(occurs, self._leaf(leaf)) for leaf in query.leaves]
        parts = [(tantivy.Occur.Must, tantivy.Query.boolean_query(words))] if query.any_word else words
        parts += [(tantivy.Occur.Must, found) for found in self._filters(query)]
        if not parts:
            return Prepared(tantivy.Query.all_query(), query.newest)
        return Prepared(parts[0][1] if len(parts) == 1 else tantivy.Query.boolean_query(parts), query.newest)

    def top(self, query: Prepared) -> Answer:
        """Find the ten first documents and the exact total."""
        return Answer(self._found(query).count)

    def page(self, query: Prepared) -> Answer:
        """Find all of a page of results but the snippets."""
        found = self._found(query)
        counted = self._searcher.aggregate(query.query, _FACETS)
        return Answer(
            found.count,
            [self._searcher.doc(address)["stored"][0] for _, address in found.hits],
            {name: {part["key"]: part["doc_count"] for part in counted[name]["buckets"]} for name in _FACETS},
        )

    def snippets(self, query: LogQuery, answer: Answer) -> Sequence[str]:
        """Return a snippet for each hit, from its stored text."""
        return text_snippets(query, answer)

    def close(self) -> None:
        """Finish writing."""
        self.finish()

    def _found(self, query: Prepared) -> Any:
        if query.newest:
            return self._searcher.search(query.query, limit=HITS, order_by_field="published")
        return self._searcher.search(query.query, limit=HITS)

    def _leaf(self, leaf: Leaf) -> tantivy.Query:
        searched = leaf.queries[0]
        parts = []
        for name in TEXT_FIELDS:
            for weight, query in self._in_field(searched, leaf, name):
                boosted = tantivy.Query.boost_query(query, RANKING.fields[name].weight * weight)
                parts.append((tantivy.Occur.Should, boosted))
        return tantivy.Query.boolean_query(parts)

    def _in_field(self, searched: object, leaf: Leaf, name: str) -> list[tuple[float, tantivy.Query]]:
        if isinstance(searched, Beginning):
            return [(1.0, tantivy.Query.regex_query(self._schema, name, re.escape(searched.text) + ".*"))]
        slots = slots_of(leaf)
        if len(slots) > 1:
            words: list[Any] = [slot[0].term for slot in slots]
            return [(1.0, tantivy.Query.phrase_query(self._schema, name, words))]
        return [(form.weight, tantivy.Query.term_query(self._schema, name, form.term, "freq")) for form in slots[0]]

    def _filters(self, query: LogQuery) -> list[tantivy.Query]:
        found = []
        if query.section is not None:
            found.append(tantivy.Query.term_query(self._schema, "section", query.section, "basic"))
        if query.since is not None:
            integer = tantivy.FieldType.Integer
            found.append(
                tantivy.Query.range_query(
                    self._schema, "published", integer, query.since, query.until, include_upper=False
                )
            )
        return [tantivy.Query.const_score_query(part, 0.0) for part in found]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in (*KEYWORD_FIELDS, "month"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("published", indexed=True, fast=True)
    builder.add_bytes_field("stored", stored=True, indexed=False)
    return builder.build()
