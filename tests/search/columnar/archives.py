"""Small archives for the tests of the engine: a layout, documents, trees, and ways to write and read an index."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import whoosh.query
from hypothesis import strategies as st

from search.columnar.arrays import Array
from search.columnar.collect import Count, Selection, value_counts
from search.columnar.columns import KeywordColumn
from search.columnar.commit import BACKUP_NAME, COMMIT_NAME, read_backup, read_commit
from search.columnar.document import PARAGRAPH_GAP, Document, Layout, microseconds
from search.columnar.lock import LOCK_NAME
from search.columnar.ranking import Bm25f, FieldWeight
from search.columnar.snapshot import Snapshot, open_snapshot
from search.columnar.writer import Writer
from search.query import leaves

LAYOUT = Layout(text=("title", "body"), keywords=("section", "tag"), moments=("published",))
RANKING = Bm25f({"title": FieldWeight(3.0, 0.3)})  # the body has the weight of a field that has none of its own
ANALYSIS = "test"

# Few words, so that they meet; prefixes of each other, a lemma term, letters of two bytes and of four.
WORDS = ("a", "ab", "abc", "b", "ки", "кит", "uk:кит", "uk:ки", "\N{BOOKS}")
IDS = tuple("abcdefgh")
GROUPS = ("g1", "g2", "гурт")
SECTIONS = ("Світ", "світ", "War", "Straße", "STRASSE")
MOMENTS = tuple(datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=days) for days in range(4))


def document(identifier: str, words: str = "", **changes) -> Document:
    """Return a document whose body has ``words``, one at each position."""
    fields = {
        "id": identifier,
        "group": identifier,
        "digest": hash((identifier, words)) % 2**64,
        "stored": f"{identifier}: {words}".encode(),
        "card": identifier.encode(),
        "text": {"body": [[(word,) for word in words.split()]]},
    }
    return Document(**(fields | changes))


def write(path: Path, *batches: Iterable[Document]) -> None:
    """Write batches of documents to an index, one commit each."""
    with Writer(path, LAYOUT, ANALYSIS, wait_seconds=0.1) as writer:
        for batch in batches:
            for each in batch:
                writer.put(each)
            writer.commit()


def ids_by_number(snapshot: Snapshot) -> list[str]:
    """Return the ids of all documents of a snapshot, deleted ones included, by document number."""
    return [identifier.decode() for segment in snapshot.segments for identifier in segment.ids]


def stored_by_id(path: Path) -> dict[str, bytes]:
    """Return what an index has: the stored bytes of every living document."""
    snapshot = open_snapshot(path)
    numbered = enumerate(ids_by_number(snapshot))
    return {identifier: snapshot.stored(number) for number, identifier in numbered if snapshot.alive[number]}


def kept_files(path: Path) -> set[str]:
    """Return the names that belong in the folder of an index: those of its last commit and of the one before."""
    commits = [read_commit(path), *read_backup(path)]
    return {COMMIT_NAME, BACKUP_NAME, LOCK_NAME, *(file.name for commit in commits for file in commit.files())}


def keyword_counts(snapshot: Snapshot, column: KeywordColumn, documents: Array) -> dict[str, Count]:
    """Return how many of ``documents``, and how many of their groups, have each value of a column that any has."""
    counts, texts = value_counts(column, Selection(snapshot.grouping, documents)), column.values.texts()
    having = np.flatnonzero(counts.documents)
    pairs = zip(counts.documents[having].tolist(), counts.groups[having].tolist(), strict=True)
    return {texts[number]: Count(*pair) for number, pair in zip(having.tolist(), pairs, strict=True)}


@st.composite
def texts(draw) -> list[list[tuple[str, ...]]]:
    """Draw paragraphs, some empty; at a position stand one to three terms."""
    terms = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True).map(tuple)
    words = draw(st.lists(terms, max_size=7))
    cuts = sorted(draw(st.lists(st.integers(0, len(words)), max_size=2)))
    return [words[start:end] for start, end in pairwise([0, *cuts, len(words)])] if words else []


@st.composite
def documents(draw) -> Document:
    """Draw a document."""
    moment = draw(st.none() | st.sampled_from(MOMENTS))
    return Document(
        id=draw(st.sampled_from(IDS)),
        group=draw(st.sampled_from(GROUPS)),
        digest=draw(st.sampled_from((0, 1, 2**64 - 1))),
        stored=draw(st.binary(max_size=5)),
        card=draw(st.binary(max_size=2)),
        text={name: draw(texts()) for name in LAYOUT.text if draw(st.integers(0, 5))},
        keywords={
            "section": (draw(st.sampled_from(SECTIONS)),),
            "tag": tuple(draw(st.lists(st.sampled_from(("x", "y", "ї")), unique=True, max_size=3))),
        },
        moments={"published": microseconds(moment)} if moment or draw(st.booleans()) else {},
    )


def whoosh_leaves() -> st.SearchStrategy[whoosh.query.Query]:
    """Draw a leaf of Whoosh's own."""
    q = whoosh.query
    field, word = st.sampled_from(LAYOUT.text), st.sampled_from((*WORDS, "absent"))
    beginning = st.sampled_from(("", "a", "ab", "к", "uk:", "uk:к", "z"))
    boost = st.sampled_from((1.0, 1.0, 2.5))
    patterns = ("*", "a*", "?", "?и", "*т", "[ab]*", "uk:*", "a?c", "*z*", "abc")
    end = st.none() | st.sampled_from(("a", "ab", "b", "к", "кит", "ю"))
    moment = st.none() | st.sampled_from([moment.replace(tzinfo=None) for moment in MOMENTS])
    exclusive = st.booleans()
    return st.one_of(
        st.builds(q.Term, field, word, boost),
        st.builds(q.Term, st.just("section"), st.sampled_from((*SECTIONS, "Світ "))),
        st.builds(q.Term, st.just("tag"), st.sampled_from(("x", "y", "ї", "X"))),
        st.builds(q.Term, st.just("id"), st.sampled_from((*IDS, "\ud800"))),
        st.builds(q.Term, st.just("published"), st.sampled_from([moment.replace(tzinfo=None) for moment in MOMENTS])),
        st.builds(q.Prefix, field, beginning, boost),
        st.builds(q.Prefix, st.just("section"), st.sampled_from(("С", "S", "St"))),
        st.builds(q.Wildcard, field, st.sampled_from(patterns), boost),
        st.builds(q.Wildcard, st.sampled_from(("section", "tag", "id")), st.sampled_from(("*", "?", "S*", "[a-c]"))),
        st.builds(q.Regex, field, st.sampled_from((".*", "a(b|c)+", "к", "^.и$"))),
        st.builds(q.FuzzyTerm, field, word, maxdist=st.integers(1, 2), prefixlength=st.integers(0, 3), boost=boost),
        st.builds(q.Variations, field, word),
        st.builds(q.TermRange, field, end, end, exclusive, exclusive, boost),
        st.builds(q.TermRange, st.just("section"), end, end, exclusive, exclusive),
        st.builds(
            q.Phrase,
            field,
            st.lists(word, min_size=1, max_size=3),
            slop=st.sampled_from((1, 2, 3, 4, PARAGRAPH_GAP + 2)),
            boost=boost,
        ),
        st.builds(q.DateRange, st.just("published"), moment, moment, exclusive, exclusive),
        st.builds(q.Every, st.sampled_from((None, *LAYOUT.text, *LAYOUT.keywords, *LAYOUT.moments, "id"))),
        st.just(q.NullQuery),
    )


def own_leaves() -> st.SearchStrategy[whoosh.query.Query]:
    """Draw one of our leaves."""
    word = st.sampled_from((*WORDS, "absent"))
    fields = st.sampled_from((("title",), ("body",), ("title", "body")))
    forms = st.lists(st.builds(leaves.Form, word, st.sampled_from((1.0, 0.9, 0.4))), max_size=3).map(tuple)
    beginning = st.sampled_from(("", "a", "ab", "к", "uk:", "uk:к", "z"))
    limit = st.none() | st.sampled_from(MOMENTS)
    slops = st.sampled_from((0, 1, 2, 3, 4, PARAGRAPH_GAP, PARAGRAPH_GAP + 2, 2 * PARAGRAPH_GAP))
    return st.one_of(
        st.builds(leaves.Word, fields, forms),
        st.builds(leaves.Sequence, fields, st.lists(forms, min_size=1, max_size=3).map(tuple), slops),
        st.builds(leaves.Beginning, fields, beginning, st.lists(beginning.filter(bool), max_size=2).map(tuple)),
        st.builds(leaves.Keyword, st.just("section"), st.lists(st.sampled_from(SECTIONS)).map(tuple)),
        st.builds(leaves.Keyword, st.just("tag"), st.sampled_from((("X",), ("Ї", "y"), ("absent",)))),
        st.builds(leaves.Between, st.just("published"), limit, limit),
        st.builds(leaves.Identifier, st.sampled_from((*IDS, "\ud800")), st.just(False)),
        st.builds(leaves.Identifier, st.sampled_from((*GROUPS, "\ud800")), st.just(True)),
    )


def same_paragraph() -> st.SearchStrategy[whoosh.query.Query]:
    """Draw what one paragraph must answer, with words that are there often enough."""
    word = st.sampled_from((*WORDS, *WORDS, "absent"))
    fields = st.sampled_from((("title",), ("body",), ("title", "body")))
    forms = st.lists(st.builds(leaves.Form, word), min_size=1, max_size=3).map(tuple)
    leaf = st.one_of(
        st.builds(leaves.Word, fields, forms),
        st.builds(leaves.Word, fields, forms),
        st.builds(leaves.Sequence, fields, st.lists(forms, min_size=1, max_size=2).map(tuple), st.sampled_from((0, 2))),
        st.builds(leaves.Beginning, fields, st.sampled_from(("", "a", "к")), st.just(("ab",))),
    )
    kinds = st.sampled_from((whoosh.query.And, whoosh.query.And, whoosh.query.Or, whoosh.query.DisjunctionMax))

    def grown(inner: st.SearchStrategy[whoosh.query.Query]) -> st.SearchStrategy[whoosh.query.Query]:
        return st.builds(lambda kind, nodes: kind(nodes), kinds, st.lists(inner, min_size=1, max_size=3))

    return st.builds(leaves.SameParagraph, st.recursive(leaf, grown, max_leaves=5))


def trees(leaf: st.SearchStrategy[whoosh.query.Query] | None = None) -> st.SearchStrategy[whoosh.query.Query]:
    """Draw a query tree; its leaves are ours and Whoosh's, if none are given."""

    def grown(inner: st.SearchStrategy[whoosh.query.Query]) -> st.SearchStrategy[whoosh.query.Query]:
        children = st.lists(inner | inner.map(whoosh.query.Not), max_size=4)
        kinds = st.sampled_from((whoosh.query.And, whoosh.query.Or, whoosh.query.DisjunctionMax))
        pairs = st.sampled_from((whoosh.query.AndNot, whoosh.query.AndMaybe, whoosh.query.Require))
        return st.one_of(
            st.builds(lambda kind, nodes, boost: kind(nodes, boost), kinds, children, st.sampled_from((1.0, 3.0))),
            st.builds(leaves.Most, children.map(tuple), st.sampled_from((0.1, 0.34, 0.5, 0.9, 1.0)), inner),
            st.builds(lambda kind, a, b: kind(a, b), pairs, inner, inner),
            st.builds(whoosh.query.ConstantScoreQuery, inner, st.sampled_from((0.0, 2.0))),
            inner.map(whoosh.query.Not),
        )

    drawn = own_leaves() | whoosh_leaves() if leaf is None else leaf
    return st.recursive(drawn | same_paragraph(), grown, max_leaves=8)
