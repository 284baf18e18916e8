"""
SQLite's FTS5: a contentless table of terms, one of metadata to filter, count and sort by, and one of stored articles.

FTS5 cannot be given several terms at one position from Python, so each text field has two columns: the words as they
stand, by which phrases are found, and everything else that the analysis gives for them. Terms are encoded as ASCII
words, which its tokenizer leaves whole.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

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
from search.columnar.document import Document
from search.query.compile import Leaf
from search.query.leaves import Beginning

_MORE = tuple(f"{name}_more" for name in TEXT_FIELDS)
_WEIGHTS = "4, 1.5, 1, 4, 1.5, 1"
_SINGLE = ("language", "section", "source", "month")
_LISTS = ("author", "tag")
_GAP = "x"  # stands between paragraphs, so that no phrase reaches over them; no term is encoded so

_TABLES = f"""
PRAGMA journal_mode = wal;
PRAGMA synchronous = full;
PRAGMA cache_size = -256000;
PRAGMA mmap_size = 8000000000;
CREATE VIRTUAL TABLE IF NOT EXISTS articles USING fts5({", ".join(TEXT_FIELDS + _MORE)}, content='', tokenize='ascii');
CREATE TABLE IF NOT EXISTS metadata(id INTEGER PRIMARY KEY, language, section, source, month, published INTEGER);
CREATE INDEX IF NOT EXISTS by_date ON metadata(published);
CREATE TABLE IF NOT EXISTS author(id INTEGER, value, PRIMARY KEY (id, value)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tag(id INTEGER, value, PRIMARY KEY (id, value)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stored(id INTEGER PRIMARY KEY, article BLOB);
"""


class Row(NamedTuple):
    """A document as rows: of the text table, of the metadata, and its authors and tags."""

    texts: tuple[str, ...]
    metadata: tuple[str | int | None, ...]
    lists: dict[str, Sequence[str]]
    stored: bytes


class Prepared(NamedTuple):
    """A query as SQL: what gives the ten first, the total, and the facets."""

    first: str
    total: str
    facets: str
    parameters: dict[str, Any]


class Fts5:
    """SQLite with FTS5."""

    name = "fts5"

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self._size = 0
        self._connect()

    def prepared_document(self, document: Document) -> Row:
        """Return the rows of a document."""
        positions = {name: list(positions_in_sequence(document, name)) for name in TEXT_FIELDS}
        words = tuple(_joined(terms[:1] or None for terms in positions[name]) for name in TEXT_FIELDS)
        more = tuple(_joined(terms[1:] for terms in positions[name]) for name in TEXT_FIELDS)
        single = tuple(next(iter(document.keywords[name]), None) for name in _SINGLE[:3])
        metadata = (*single, month_of(document), document.moments["published"])
        return Row(words + more, metadata, {name: document.keywords[name] for name in _LISTS}, document.stored)

    def add(self, documents: Sequence[Row]) -> None:
        """Add rows and commit."""
        numbered = list(enumerate(documents, self._size + 1))
        self._size += len(documents)
        columns = ", ".join(TEXT_FIELDS + _MORE)
        with self._database as database:
            database.executemany(
                f"INSERT INTO articles(rowid, {columns}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((number, *row.texts) for number, row in numbered),
            )
            database.executemany(
                "INSERT INTO metadata VALUES (?, ?, ?, ?, ?, ?)", ((number, *row.metadata) for number, row in numbered)
            )
            for name in _LISTS:
                pairs = ((number, value) for number, row in numbered for value in row.lists[name])
                database.executemany(f"INSERT INTO {name} VALUES (?, ?)", pairs)
            database.executemany("INSERT INTO stored VALUES (?, ?)", ((number, row.stored) for number, row in numbered))

    def finish(self) -> None:
        """Merge the index into one tree, and let the planner know the tables."""
        with self._database as database:
            database.execute("INSERT INTO articles(articles) VALUES ('optimize')")
            database.execute(f"INSERT INTO articles(articles, rank) VALUES ('rank', 'bm25({_WEIGHTS})')")
            database.execute("ANALYZE")
        self._database.execute("PRAGMA wal_checkpoint(truncate)")

    def open(self) -> None:
        """Open the database anew and read something."""
        self._database.close()
        self._connect()
        self._database.execute("SELECT count(*) FROM articles WHERE articles MATCH 'xnothing'").fetchone()

    def refresh(self) -> None:
        """Do nothing: a new statement sees the last commit."""

    def prepared_query(self, query: LogQuery) -> Prepared:
        """Return the statements of a query."""
        parameters = {"match": _match(query), "section": query.section, "since": query.since, "until": query.until}
        source, condition = _source(query)
        order = "published DESC" if query.newest else "rank"
        return Prepared(
            f"SELECT {_number(query)} FROM {_with_dates(source) if query.newest else source} {condition} "
            f"ORDER BY {order} LIMIT {HITS}",
            f"SELECT count(*) FROM {source} {condition}",
            _facets(f"SELECT {_number(query)} AS id FROM {source} {condition}"),
            parameters,
        )

    def top(self, query: Prepared) -> Answer:
        """Find the ten first documents and the exact total."""
        self._database.execute(query.first, query.parameters).fetchall()
        return Answer(self._database.execute(query.total, query.parameters).fetchone()[0])

    def page(self, query: Prepared) -> Answer:
        """Find all of a page of results but the snippets; the facets give the total: each article has one language."""
        first = self._database.execute(query.first, query.parameters).fetchall()
        facets: dict[str, dict[str, int]] = {name: {} for name in (*KEYWORD_FIELDS, "month")}
        for name, value, count in self._database.execute(query.facets, query.parameters):
            if value is not None:
                facets[name][value] = count
        read = "SELECT article FROM stored WHERE id = ?"
        stored = [self._database.execute(read, number).fetchone()[0] for number in first]
        return Answer(sum(facets["language"].values()), stored, facets)

    def snippets(self, query: LogQuery, answer: Answer) -> Sequence[str]:
        """Return a snippet for each hit, from its stored text."""
        return text_snippets(query, answer)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _connect(self) -> None:
        self._database = sqlite3.connect(self.path / "articles.db")
        self._database.executescript(_TABLES)


def _joined(positions: Iterable[Sequence[str] | None]) -> str:
    return " ".join(_encoded(term) if term else _GAP for terms in positions for term in (terms or ("",)) if terms != ())


def _encoded(term: str) -> str:
    return "x" + term.encode().hex()


def _match(query: LogQuery) -> str:
    return (" OR " if query.any_word else " AND ").join(map(_leaf, query.leaves))


def _leaf(leaf: Leaf) -> str:
    searched = leaf.queries[0]
    if isinstance(searched, Beginning):
        return f"{_encoded(searched.text)}*"
    slots = [[_encoded(form.term) for form in slot] for slot in slots_of(leaf)]
    if len(slots) == 1:
        return "(" + " OR ".join(slots[0]) + ")"
    return "({" + " ".join(TEXT_FIELDS) + '} : "' + " ".join(slot[0] for slot in slots) + '")'


def _number(query: LogQuery) -> str:
    return "articles.rowid" if query.leaves else "metadata.id"


def _source(query: LogQuery) -> tuple[str, str]:
    """Return the tables that a query needs and its condition."""
    conditions = ["articles MATCH :match"] if query.leaves else []
    conditions += ["metadata.section = :section"] if query.section else []
    conditions += ["metadata.published >= :since", "metadata.published < :until"] if query.since is not None else []
    source = "articles" if query.leaves else "metadata"
    filtered = query.section is not None or query.since is not None
    return _with_dates(source) if filtered else source, f"WHERE {' AND '.join(conditions)}" if conditions else ""


def _with_dates(source: str) -> str:
    return "articles JOIN metadata ON metadata.id = articles.rowid" if source == "articles" else source


def _facets(matching: str) -> str:
    """Return one statement for all facets, so that the matching documents are found once."""
    single = [f"SELECT '{name}', {name}, count(*) FROM found JOIN metadata USING (id) GROUP BY 2" for name in _SINGLE]
    lists = [f"SELECT '{name}', value, count(*) FROM found JOIN {name} USING (id) GROUP BY 2" for name in _LISTS]
    return f"WITH found AS MATERIALIZED ({matching}) " + " UNION ALL ".join(single + lists)
