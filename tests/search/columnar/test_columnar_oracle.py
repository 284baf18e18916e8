"""The engine and the oracle give the same answers, whatever was written, replaced, deleted and merged."""

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from archives import ANALYSIS, GROUPS, IDS, LAYOUT, RANKING, document, documents, ids_by_number, trees, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Oracle, first_of_each_group, passes

from search.columnar import merge
from search.columnar.collect import Collected, Order, collect, count_of, keyword_counts, ordered
from search.columnar.document import NO_MOMENT, Document
from search.columnar.execute import Executor
from search.columnar.snapshot import Snapshot, open_snapshot
from search.columnar.verify import verify_index
from search.columnar.writer import Writer
from search.query import leaves

# A longer search for disagreements: VISTI_ORACLE_EXAMPLES=5000 pytest tests/search/columnar/test_columnar_oracle.py
EXAMPLES = int(os.environ.get("VISTI_ORACLE_EXAMPLES", "150"))

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
        within = collected.documents_without(name)
        expected = inside(*(collected.masks.keys() - {name}))
        assert count_of(collected.snapshot, within) == oracle.count(expected)
        column = collected.snapshot.keywords(name)
        assert keyword_counts(collected.snapshot, column, within) == oracle.facet(name, expected)


def check_order(snapshot: Snapshot, oracle: Oracle, found: np.ndarray, scores: np.ndarray) -> None:
    ids = ids_by_number(snapshot)
    moments = snapshot.moments("published")[found]
    for keys, ties in ((scores, (moments,)), (moments, (scores,)), (moments, ())):
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


@pytest.fixture
def early_merges(monkeypatch):
    monkeypatch.setattr(merge, "MERGE_FACTOR", 2)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(steps=st.lists(STEPS, max_size=24), asked=st.lists(trees(), min_size=4, max_size=8))
def test_engine_agrees_with_oracle(early_merges, steps, asked):
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(Path(folder))
        pair.run(steps)
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
