"""Visti's engine, driven below ``search.Archive``: the part of its work for which the others have a counterpart."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import whoosh.query

from benchmarks.engines import HITS, Answer, LogQuery
from search.archive.answers import indexed_answers
from search.archive.documents import LAYOUT, document_to_article
from search.archive.facets import facet_values, filter_masks
from search.archive.request import FACETS, SearchRequest, make_request
from search.archive.results import Snippet
from search.archive.snippets import Excerpts, snippet_of
from search.archive.understanding import DEFAULT_TEXT_FIELDS
from search.archive.view import RANKING
from search.columnar.arrays import Array
from search.columnar.collect import Collected, Order, collect, ordered
from search.columnar.document import Document
from search.columnar.execute import Executor
from search.columnar.snapshot import Snapshot, open_snapshot
from search.columnar.writer import Writer
from search.language import analysis_version
from search.query.compile import compile_query


class Prepared(NamedTuple):
    """A query for the executor, and the request that holds its filters."""

    tree: whoosh.query.Query
    request: SearchRequest
    newest: bool


class Visti:
    """Our engine."""

    name = "visti"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.snapshot: Snapshot | None = None
        self._plain = _request({})

    def prepared_document(self, document: Document) -> Document:
        """Return the document: it is made for this engine."""
        return document

    def add(self, documents: Sequence[Document]) -> None:
        """Add documents as the indexer does, which looks first whether there is one already, and commit."""
        with Writer(self.path, LAYOUT, analysis_version()) as writer:
            for document in documents:
                if writer.digest_of(document.id) != document.digest:
                    writer.put(document)
            writer.commit()

    def finish(self) -> None:
        """Do nothing: the commits have merged."""

    def open(self) -> None:
        """Open the index."""
        self.snapshot = open_snapshot(self.path)

    def refresh(self) -> None:
        """See the last commit; segments that are open stay so."""
        self.snapshot = open_snapshot(self.path, self.snapshot)

    def prepared_query(self, query: LogQuery) -> Prepared:
        """Return the query's tree and filters."""
        tree = compile_query(query.tree, DEFAULT_TEXT_FIELDS).tree
        filters = {name: value for name, value in query.arguments.items() if name != "sort"}
        return Prepared(tree, _request(filters), query.newest)

    def top(self, query: Prepared) -> Answer:
        """Find the ten first documents and the exact total."""
        collected = self._collected(query)
        self._first(collected, query)
        return Answer(len(collected.matches))

    def page(self, query: Prepared) -> Answer:
        """Find all of a page of results but the snippets."""
        collected = self._collected(query)
        first = self._first(collected, query)
        # The filters of the site's facets ignore their own; here all apply, as in the other engines.
        inside = Collected(collected.snapshot, collected.matches, {}, collected.matches)
        facets = facet_values(inside, self._plain)
        return Answer(
            len(collected.matches),
            [collected.snapshot.stored(document) for document in first.tolist()],
            {name: {value.value: value.count for value in values} for name, values in facets.items()},
            first.tolist(),
        )

    def snippets(self, query: LogQuery, answer: Answer) -> list[Snippet]:
        """Return a snippet for each hit, from the positions in the index."""
        assert self.snapshot is not None, "open() comes first"
        articles = [document_to_article(stored) for stored in answer.stored]
        excerpts = Excerpts(query.leaves, dict.fromkeys(range(len(query.leaves)), 1.0))
        answers = indexed_answers(self.snapshot, answer.documents, articles, query.leaves)
        return [snippet_of(excerpts.best_sentences(*each)) for each in zip(articles, answers, strict=True)]

    def close(self) -> None:
        """Let go of the index."""
        self.snapshot = None

    def _collected(self, query: Prepared) -> Collected:
        assert self.snapshot is not None, "open() comes first"
        # Alone, because the others have no memory of words either, and each query is asked several times.
        matches = Executor(self.snapshot, RANKING, alone=True).matches(query.tree)
        return collect(self.snapshot, matches, filter_masks(self.snapshot, query.request))

    def _first(self, collected: Collected, query: Prepared) -> Array:
        moments = collected.snapshot.moments("published")[collected.matches.documents]
        order = Order(moments, ()) if query.newest else Order(collected.matches.scores, (moments,))
        found: Array = np.asarray(
            ordered(collected.snapshot, collected.matches.documents, order, HITS, grouped=False), dtype=np.int64
        )
        return found


def _request(filters: dict[str, str]) -> SearchRequest:
    chosen = {name: filters[name] for name in ("section",) if name in filters}
    return make_request(
        "",
        chosen,
        since=filters.get("since"),
        until=filters.get("until"),
        sort="relevance",
        group="none",
        facets=FACETS,
        limit=HITS,
        offset=0,
        prefer=None,
        bridges=True,
        without=None,
        today=datetime.now(UTC).date(),
    )
