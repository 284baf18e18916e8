"""
Indexing and searching, measured, beside SQLite's FTS5 doing the same work on the same terms in the same run.

    python -m benchmarks.run [--articles 6000]

Prints medians over repeated queries and their ratios. A page of results here is what the site shows: ten stories with
snippets, the exact total, six facets. The engine's line is the part that FTS5 has a counterpart of: the ten best
documents and the exact total.
"""

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import indexer
import search
from benchmarks.generate import generated_articles
from search.archive.documents import article_to_document
from search.archive.pages import DEFAULT_TEXT_FIELDS
from search.archive.view import RANKING
from search.columnar.collect import Order, ordered
from search.columnar.execute import Executor
from search.columnar.snapshot import Snapshot, open_snapshot
from search.query.compile import Leaf, compile_query
from search.query.leaves import Word
from search.query.nodes import And, Node
from search.query.nodes import Word as WordNode

SAMPLES = Path(__file__).parent.parent / "examples" / "archive"
QUERIES = {
    "common word": "України",
    "name": "Зеленський",
    "rare word": "code7",
    "two words": "президент України",
    "three words, ru": "город проект энергетика",
    "English": "museum children",
}
REPETITIONS = 15


def main() -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--articles", type=int, default=6_000)
    number = parser.parse_args().articles
    samples = [item for item in indexer.read_sources([SAMPLES]) if isinstance(item, search.Article)]
    articles = list(generated_articles(samples, number))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        seconds = _timed(lambda: indexer.index_articles(articles, path))
        database, fts_seconds = _fts5(Path(folder) / "fts5.db", articles)
        size = sum(file.stat().st_size for file in path.iterdir())
        print(f"{number:,} generated articles of {sum(len(a.body) for a in articles) // number:,} characters")
        print(f"indexing   {number / seconds:8,.0f} articles/s with all analysis; FTS5 alone took {fts_seconds:.1f} s")
        print(f"size       {size / number / 1000:8.1f} kB an article")
        print(f"opening    {_median(lambda: search.open(path).close()):8.2f} ms")
        _print_queries(path, database)
        database.close()


def _print_queries(path: Path, database: sqlite3.Connection) -> None:
    print(
        f"\n{'query, median of ' + str(REPETITIONS):24}{'page ms':>9}{'engine ms':>11}{'FTS5 ms':>9}{'FTS5/engine':>13}"
    )
    snapshot = open_snapshot(path)
    with search.open(path) as archive:
        for name, query in QUERIES.items():
            tree = _tree(query)
            leaves = compile_query(tree, DEFAULT_TEXT_FIELDS).leaves
            page = _median(lambda query=query: archive.search(query))  # type: ignore[misc]
            engine = _median(lambda tree=tree: _engine(snapshot, tree))  # type: ignore[misc]
            fts5 = _median(lambda leaves=leaves: _search_fts5(database, leaves))  # type: ignore[misc]
            assert _engine(snapshot, tree) == _search_fts5(database, leaves), "the two must count the same"
            print(f"{name:24}{page:9.2f}{engine:11.2f}{fts5:9.2f}{fts5 / engine:13.1f}")


def _tree(query: str) -> Node:
    words = tuple(WordNode(word, 0, 0) for word in query.split())
    return words[0] if len(words) == 1 else And(words)


def _engine(snapshot: Snapshot, tree: Node) -> int:
    """Return the exact total, after finding the ten best documents."""
    matches = Executor(snapshot, RANKING).matches(compile_query(tree, DEFAULT_TEXT_FIELDS).tree)
    ordered(snapshot, matches.documents, Order(matches.scores, ()), 10, grouped=False)
    return len(matches)


def _fts5(path: Path, articles: Iterable[search.Article]) -> tuple[sqlite3.Connection, float]:
    """Put the very same terms into FTS5 and return the seconds that this took, without the analysis."""
    rows = [
        tuple(
            " ".join(_encoded(term) for _, terms in document.text[field] for term in terms)
            for field in DEFAULT_TEXT_FIELDS
        )
        for document in map(article_to_document, articles)
    ]
    database = sqlite3.connect(path)
    database.execute("CREATE VIRTUAL TABLE articles USING fts5(title, lead, body, content='', tokenize='ascii')")
    seconds = _timed(lambda: database.executemany("INSERT INTO articles(title, lead, body) VALUES (?, ?, ?)", rows))
    database.commit()
    return database, seconds


def _search_fts5(database: sqlite3.Connection, leaves: Iterable[Leaf]) -> int:
    groups = []
    for leaf in leaves:
        forms = [form.term for query in leaf.queries if isinstance(query, Word) for form in query.forms]
        groups.append("(" + " OR ".join(f'"{_encoded(form)}"' for form in forms) + ")")
    match = " AND ".join(groups)
    database.execute(
        "SELECT rowid FROM articles WHERE articles MATCH ? ORDER BY bm25(articles, 4, 1.5, 1) LIMIT 10", (match,)
    ).fetchall()
    return int(database.execute("SELECT count(*) FROM articles WHERE articles MATCH ?", (match,)).fetchone()[0])


def _encoded(term: str) -> str:
    """Return a term as one ASCII word, so that FTS5's tokenizer leaves it whole."""
    return "x" + term.encode().hex()


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _median(work: Callable[[], object]) -> float:
    """Return the median time of a piece of work in milliseconds, after one run to warm up."""
    work()
    return statistics.median(_timed(work) for _ in range(REPETITIONS)) * 1000


if __name__ == "__main__":
    main()
