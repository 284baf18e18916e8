"""How fast articles go in: the analysis, each engine alone, commits of a few articles, opening, size and memory."""

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from benchmarks.engines import Engine, LogQuery, size_of
from benchmarks.measure import Usage, timed, usage
from search.archive.documents import article_to_document
from search.article import Article
from search.columnar.document import Document

BATCH = 5_000  # what the indexer commits at a time
SMALL_COMMIT = 50


@dataclass(slots=True)
class Indexed:
    """What indexing took: ``prepare`` is the making of the engine's own form of documents, ``engine`` the rest."""

    analysis: Usage = field(default_factory=Usage)
    prepare: dict[str, Usage] = field(default_factory=dict)
    engine: dict[str, Usage] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    stored_bytes: int = 0


class Opening(NamedTuple):
    """Until a commit can be searched, and the first page after that, on which caches are filled; milliseconds."""

    seen: float
    first_page: float


@dataclass(frozen=True, slots=True)
class IndexingResult:
    """All about the way in, by engine."""

    articles: int
    indexed: Indexed
    opening: dict[str, Opening]
    commits: dict[str, Opening]


def index_all(engines: Sequence[Engine], articles: Iterable[Article]) -> Indexed:
    """Index articles with all engines, batch after batch, so that only one batch is in memory."""
    indexed = Indexed(
        prepare={engine.name: Usage() for engine in engines}, engine={engine.name: Usage() for engine in engines}
    )
    for batch in _batches(articles, BATCH):
        documents = _analyzed(batch, indexed)
        for engine in engines:
            _index(engine, documents, indexed)
    for engine in engines:
        with usage() as used:
            engine.finish()
        indexed.engine[engine.name].add(used)
        indexed.bytes[engine.name] = size_of(engine.path)
    return indexed


def opening_times(engines: Sequence[Engine], query: LogQuery) -> dict[str, Opening]:
    """Open the index with each engine several times, and ask for a page."""
    return {engine.name: _opening([_seen(engine, query, engine.open) for _ in range(5)]) for engine in engines}


def commit_times(engines: Sequence[Engine], articles: Iterable[Article], query: LogQuery) -> dict[str, Opening]:
    """Commit a few articles at a time until a search sees them, and ask for a page."""
    batches = [[article_to_document(article) for article in batch] for batch in _batches(articles, SMALL_COMMIT)]
    return {engine.name: _opening([_commit(engine, batch, query) for batch in batches]) for engine in engines}


def _opening(times: Sequence[Opening]) -> Opening:
    return Opening(*map(statistics.median, zip(*times, strict=True)))


def _commit(engine: Engine, documents: Sequence[Document], query: LogQuery) -> Opening:
    prepared = [engine.prepared_document(document) for document in documents]

    def commit() -> None:
        engine.add(prepared)
        engine.refresh()

    return _seen(engine, query, commit)


def _seen(engine: Engine, query: LogQuery, work: Callable[[], None]) -> Opening:
    asked = engine.prepared_query(query)
    return Opening(timed(work) * 1000, timed(lambda: engine.page(asked)) * 1000)


def _analyzed(articles: Sequence[Article], indexed: Indexed) -> list[Document]:
    with usage() as used:
        documents = [article_to_document(article) for article in articles]
    indexed.analysis.add(used)
    indexed.stored_bytes += sum(len(document.stored) for document in documents)
    return documents


def _index(engine: Engine, documents: Sequence[Document], indexed: Indexed) -> None:
    with usage() as used:
        prepared = [engine.prepared_document(document) for document in documents]
    indexed.prepare[engine.name].add(used)
    with usage() as used:
        engine.add(prepared)
    indexed.engine[engine.name].add(used)


def _batches(articles: Iterable[Article], size: int) -> Iterator[list[Article]]:
    waiting = iter(articles)
    while batch := list(islice(waiting, size)):
        yield batch
