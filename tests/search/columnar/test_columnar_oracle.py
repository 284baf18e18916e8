"""The engine and the oracle give the same answers, whatever was written, replaced, deleted and merged."""

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import whoosh.query
from archives import (
    ANALYSIS,
    GROUPS,
    IDS,
    LAYOUT,
    RANKING,
    document,
    documents,
    ids_by_number,
    keyword_counts,
    trees,
    write,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Oracle, first_of_each_group, passes

from search.columnar import merge_policy
from search.columnar.collect import Collected, Order, collect, count_of, ordered
from search.columnar.document import NO_MOMENT, Document
from search.columnar.execute import Executor
from search.columnar.snapshot import Snapshot, open_snapshot
from search.columnar.verify import verify_index
from search.columnar.writer import Writer
from search.query import leaves

# A longer search for disagreements: VISTI_ORACLE_EXAMPLES=5000 pytest tests/search/columnar/test_columnar_oracle.py
EXAMPLES = int(os.environ.get("VISTI_ORACLE_EXAMPLES", "120"))

LEAF = whoosh.query.Term("body", "a")
FILTERS = {"section": leaves.Keyword("section", ("Світ", "War")), "tag": leaves.Keyword("tag", ("x", "y"))}


@dataclass
class Pair:
    """An index on disk, and what ought to be in it."""

    path: Path
    committed: dict[str, Document] = field(default_factory=dict)
    pending: dict[str, Document] = field(default_factory=dict)

    def run(self, steps) -> None:
        """Take steps; after the last one the documents that wait are committed."""
        steps = [*steps, ("commit", None)]
        while steps:
            with Writer(self.path, LAYOUT, ANALYSIS) as writer:
                self.pending = dict(self.committed)
                steps = self._run_until_reopened(writer, steps)

    def _run_until_reopened(self, writer: Writer, steps):
        for number, (what, value) in enumerate(steps):
            if what == "put":
                writer.put(value)
                self.pending[value.id] = value
            elif what == "delete":
                assert writer.delete(value) == (self.pending.pop(value, None) is not None)
            elif what == "commit":
                writer.commit()
                self.committed = dict(self.pending)
            else:
                return steps[number + 1 :]
            for identifier in IDS:
                expected = self.pending.get(identifier)
                assert writer.digest_of(identifier) == (expected.digest if expected else None)
        return []


def check_tree(snapshot: Snapshot, oracle: Oracle, tree) -> None:
    ids = ids_by_number(snapshot)
    matches = Executor(snapshot, RANKING).matches(tree)
    expected = oracle.scores(tree)
    assert (np.diff(matches.documents) > 0).all()
    assert sorted(ids[number] for number in matches.documents) == sorted(expected)
    for number, score in zip(matches.documents, matches.scores, strict=True):
        assert score == pytest.approx(expected[ids[number]], abs=1e-6)
    check_counts(collect(snapshot, matches, {}), oracle, expected)
    masks = {name: mask_of(snapshot, oracle, node) for name, node in FILTERS.items()}
    check_counts(collect(snapshot, matches, masks), oracle, expected)
    check_order(snapshot, oracle, matches.documents, matches.scores)


def mask_of(snapshot: Snapshot, oracle: Oracle, node) -> np.ndarray:
    documents = [oracle.documents.get(identifier) for identifier in ids_by_number(snapshot)]
    return np.array([each is not None and passes(node, each) for each in documents], dtype=bool)


def check_counts(collected: Collected, oracle: Oracle, found) -> None:
    def inside(*dimensions):
        return [i for i in found if all(passes(FILTERS[name], oracle.documents[i]) for name in dimensions)]

    assert collected.count() == oracle.count(inside(*collected.masks))
    for name in FILTERS:
        within = collected.without(name).documents
        expected = inside(*(collected.masks.keys() - {name}))
        assert count_of(collected.snapshot, within) == oracle.count(expected)
        column = collected.snapshot.keywords(name)
        assert keyword_counts(collected.snapshot, column, within) == oracle.facet(name, expected)


def check_order(snapshot: Snapshot, oracle: Oracle, found: np.ndarray, scores: np.ndarray) -> None:
    ids = ids_by_number(snapshot)
    moments = snapshot.moments("published")[found]
    parity = found % 2
    for keys, ties in ((scores, (moments,)), (moments, ()), (parity, (moments, scores)), (parity, (scores, moments))):
        ranked = sorted(zip(keys, *ties, found, strict=True), reverse=True)
        everything = [ids[row[-1]] for row in ranked]
        for grouped in (False, True):
            expected = first_of_each_group(everything, oracle.documents) if grouped else everything
            for needed in (0, 1, 3, len(ids)):
                best = ordered(snapshot, found, Order(keys, ties), needed, grouped=grouped)
                assert [ids[number] for number in best] == expected[:needed]


def check_snapshot(snapshot: Snapshot, expected: dict[str, Document]) -> None:
    numbered = [(number, i) for number, i in enumerate(ids_by_number(snapshot)) if snapshot.alive[number]]
    assert {i: snapshot.stored(number) for number, i in numbered} == {i: d.stored for i, d in expected.items()}
    assert {i: snapshot.card(number) for number, i in numbered} == {i: d.card for i, d in expected.items()}
    assert len(numbered) == snapshot.alive_count == len(expected)
    moments = snapshot.moments("published")
    for number, identifier in numbered:
        assert snapshot.document_of(identifier) == number
        assert moments[number] == expected[identifier].moments.get("published", NO_MOMENT)
    for identifier in set(IDS) - expected.keys():
        assert snapshot.document_of(identifier) is None
    for group in GROUPS:
        members = {identifier for identifier, each in expected.items() if each.group == group}
        assert {ids_by_number(snapshot)[number] for number in snapshot.documents_of_group(group)} == members


STEPS = st.one_of(
    st.tuples(st.just("put"), documents()),
    st.tuples(st.just("put"), documents()),
    st.tuples(st.just("put"), documents()),
    st.tuples(st.just("delete"), st.sampled_from(IDS)),
    st.tuples(st.just("commit"), st.none()),
    st.tuples(st.just("reopen"), st.none()),
)


BATCHES = st.lists(documents(), min_size=3, max_size=8, unique_by=lambda each: each.id)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    batch=BATCHES | st.just([]),
    steps=st.lists(STEPS, max_size=20),
    factor=st.sampled_from((2, 3, 100)),  # merging at once drops deletions, so that most archives must not
    asked=st.lists(trees(), min_size=6, max_size=10),
)
def test_engine_agrees_with_oracle(batch, steps, factor, asked):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(merge_policy, "MERGE_FACTOR", factor)
        pair = Pair(Path(folder))
        pair.run([*(("put", each) for each in batch), ("commit", None), *steps])
        assert verify_index(pair.path).problems == ()
        snapshot = open_snapshot(pair.path)
        check_snapshot(snapshot, pair.committed)
        for tree in asked:
            check_tree(snapshot, Oracle(pair.committed, RANKING), tree)


def test_order_takes_more_candidates_when_groups_make_the_first_ones_too_few(tmp_path):
    many = [document(f"{n:04d}", "a", group="one" if n < 900 else f"g{n % 10}") for n in range(1000)]
    write(tmp_path, many)
    snapshot = open_snapshot(tmp_path)
    found = np.arange(1000)
    best = ordered(snapshot, found, Order(-found, ()), 11, grouped=True)
    assert best.tolist() == [0, *range(900, 910)]


def test_ties_decide_in_their_sequence(tmp_path):
    write(tmp_path, [document(identifier) for identifier in "abc"])
    order = Order(np.zeros(3), (np.array([1, 2, 2]), np.array([9, 3, 4])))
    assert ordered(open_snapshot(tmp_path), np.arange(3), order, 3, grouped=False).tolist() == [2, 1, 0]


@pytest.fixture
def partly_deleted(tmp_path):
    """Return a snapshot of three documents of which the long one is deleted, but still in its segment."""
    tags = {"tag": ("x",)}
    write(tmp_path, [document("a", "кит ки", keywords=tags), document("b", "кит " * 50, keywords=tags), document("c")])
    with Writer(tmp_path, LAYOUT, ANALYSIS) as writer:
        writer.delete("b")
        writer.commit()
    return open_snapshot(tmp_path)


@pytest.mark.parametrize(
    "tree",
    [
        leaves.Keyword("tag", ("X",)),
        leaves.Between("published", None, None),
        leaves.Word(("body",), (leaves.Form("кит"),)),
        leaves.Beginning(("body",), "к"),
        leaves.Sequence(("body",), ((leaves.Form("кит"),), (leaves.Form("кит"),))),
        leaves.Identifier("b"),
        leaves.Identifier("b", group=True),
        whoosh.query.Every(),
        whoosh.query.Not(leaves.Word(("body",), (leaves.Form("ки"),))),
    ],
    ids=lambda tree: type(tree).__name__,
)
def test_deleted_document_matches_nothing(partly_deleted, tree):
    assert 1 not in Executor(partly_deleted, RANKING).matches(tree).documents


def test_deleted_document_does_not_count_in_the_mean_length(partly_deleted):
    assert partly_deleted.mean_length("body") == 2.0


@pytest.mark.parametrize(
    ("words", "asked", "slop", "matches"),
    [
        ("кит", "кит кит", 0, False),  # one word is not two
        ("кит кит", "кит кит", 0, True),
        ("a кит b", "a b", 0, False),
        ("a кит b", "a b", 1, True),
        ("a кит b", "b a", 5, False),  # in their sequence
        ("a ки b ки ab", "a b ab", 1, False),  # slop is for all slots together
        ("a ки b ки ab", "a b ab", 2, True),
        ("a a ки b", "a b", 1, True),  # from the nearer of two first words
    ],
)
def test_sequence_with_slop(tmp_path, words, asked, slop, matches):
    write(tmp_path, [document("1", "a b ab"), document("2", words), document("3", "b кит")])
    slots = tuple((leaves.Form(word),) for word in asked.split())
    found = Executor(open_snapshot(tmp_path), RANKING).matches(leaves.Sequence(("body",), slots, slop))
    assert (1 in found.documents) == matches


@pytest.mark.parametrize(
    ("text", "without", "numbers"),
    [
        ("", ("uk:",), [0, 2]),
        ("к", (), [0]),
        ("uk:к", ("uk:",), []),  # what is left out reaches further than what is asked for
        ("uk:", ("uk:ки", "uk:кит"), []),
        ("", ("ки", "uk:", "a"), []),
        ("a", ("к",), [2]),
    ],
)
def test_beginning_without(tmp_path, text, without, numbers):
    write(tmp_path, [document("1", "кит"), document("2", "uk:кит"), document("3", "abc")])
    found = Executor(open_snapshot(tmp_path), RANKING).matches(leaves.Beginning(("body",), text, without))
    assert found.documents.tolist() == numbers


def test_unknown_kind_of_query_is_refused(tmp_path):
    write(tmp_path, [])
    with pytest.raises(TypeError, match="Otherwise is not a query that Visti evaluates"):
        Executor(open_snapshot(tmp_path), RANKING).matches(whoosh.query.Otherwise(whoosh.query.Every(), LEAF))


@pytest.mark.parametrize(
    "tree",
    [
        whoosh.query.Term("nowhere", "a"),
        whoosh.query.Prefix("nowhere", "a"),
        whoosh.query.Wildcard("nowhere", "*"),
        whoosh.query.Phrase("nowhere", ["a", "b"]),
        whoosh.query.Phrase("body", []),
        whoosh.query.Phrase("body", ["a", "\ud800"]),
        whoosh.query.NumericRange("nowhere", 1, 2),
        whoosh.query.Every("nowhere"),
    ],
    ids=repr,
)
def test_what_cannot_be_in_the_index_matches_nothing(tmp_path, tree):
    write(tmp_path, [document("a", "a b")])
    assert len(Executor(open_snapshot(tmp_path), RANKING).matches(tree)) == 0


@pytest.mark.parametrize("tree", [whoosh.query.Phrase("tag", ["x", "y"]), whoosh.query.NumericRange("tag", 1, 2)])
def test_query_that_its_field_cannot_answer_is_refused(tmp_path, tree):
    write(tmp_path, [])
    with pytest.raises(whoosh.query.QueryError, match="'tag' has no"):
        Executor(open_snapshot(tmp_path), RANKING).matches(tree)


def test_words_of_a_phrase_need_not_be_the_nearest_ones(tmp_path):
    write(tmp_path, [document("1", "a b b x c"), document("2", "a b x x c")])
    found = Executor(open_snapshot(tmp_path), RANKING).matches(whoosh.query.Phrase("body", ["a", "b", "c"], slop=2))
    assert found.documents.tolist() == [0]


def test_missing_moment_is_the_oldest_in_an_order(tmp_path):
    write(tmp_path, [document("a"), document("b", moments={"published": -5}), document("c", moments={"published": 5})])
    snapshot = open_snapshot(tmp_path)
    order = Order(snapshot.moments("published"), ())
    assert ordered(snapshot, np.arange(3), order, 3, grouped=False).tolist() == [2, 1, 0]


def test_answers_are_remembered_only_within_one_executor(tmp_path):
    write(tmp_path, [document("a", "кит")])
    snapshot = open_snapshot(tmp_path)
    executor, word = Executor(snapshot, RANKING), leaves.Word(("body",), (leaves.Form("кит"),))
    assert executor.matches(word) is executor.matches(leaves.Word(("body",), (leaves.Form("кит"),)))
    write(tmp_path, [document("b", "кит")])
    assert len(executor.matches(word)) == 1
    assert len(Executor(open_snapshot(tmp_path), RANKING).matches(word)) == 2
