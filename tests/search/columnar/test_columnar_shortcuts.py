"""What the engine does differently for few and for many documents changes no answer."""

import tempfile
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from archives import RANKING, document, documents, trees, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.columnar import document_sets, execute, words
from search.columnar.document_sets import distinct, is_member, union
from search.columnar.execute import Executor
from search.columnar.scratch import Scratch
from search.columnar.snapshot import open_snapshot
from search.query import leaves

BATCHES = st.lists(documents(), min_size=1, max_size=8, unique_by=lambda each: each.id)
ALWAYS, NEVER = 0, 10**9


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    batches=st.lists(BATCHES, min_size=1, max_size=3),
    asked=st.lists(trees(), min_size=6, max_size=10),
    search=st.sampled_from((ALWAYS, NEVER)),
    dense=st.sampled_from((ALWAYS, NEVER)),
    runs=st.sampled_from((1, 100)),
    choosing=st.sampled_from((ALWAYS, NEVER)),
    chunk=st.sampled_from((1, 3)),
)
def test_thresholds_change_no_answer(batches, asked, search, dense, runs, choosing, chunk):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        write(Path(folder), *batches)
        snapshot = open_snapshot(Path(folder))
        expected = [Executor(snapshot, RANKING).matches(tree) for tree in asked]
        patched.setattr(document_sets, "_SEARCH", search)
        patched.setattr(document_sets, "_DENSE", dense)
        patched.setattr(document_sets, "_FEW_RUNS", runs)
        patched.setattr(words, "_WORTH_CHOOSING", choosing)
        patched.setattr(words, "CHUNK_POSTINGS", chunk)
        for tree, matches in zip(asked, expected, strict=True):
            found = Executor(snapshot, RANKING, alone=True).matches(tree)
            assert found.documents.tolist() == matches.documents.tolist()
            assert found.scores.tolist() == pytest.approx(matches.scores.tolist(), abs=1e-9)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    batches=st.lists(BATCHES, min_size=1, max_size=3),
    asked=st.lists(trees(), min_size=2, max_size=8),
    limit=st.sampled_from((2_000, 6_000, 15_000, 10**9)),
    search=st.sampled_from((ALWAYS, NEVER)),
    room=st.sampled_from((0, 5_000, 10**6)),
)
def test_what_is_remembered_of_words_changes_no_answer(batches, asked, limit, search, room):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        write(Path(folder), *batches)
        snapshot = open_snapshot(Path(folder))
        patched.setattr(document_sets, "_SEARCH", search)
        patched.setattr(execute, "_LEAST_BYTES", room)
        for tree in (*asked, *asked):
            executor, alone = Executor(snapshot, RANKING, limit), Executor(snapshot, RANKING, limit, alone=True)
            found, expected = executor.matches(tree), alone.matches(tree)
            assert found.documents.tolist() == expected.documents.tolist()
            assert found.scores.tolist() == expected.scores.tolist()
            assert executor.left_out == alone.left_out


def test_a_word_is_read_once_and_again_when_something_was_deleted(tmp_path):
    write(tmp_path, [document(f"{number}", "кит" if number else "кит кит") for number in range(3)])
    before, word = open_snapshot(tmp_path), leaves.Word(("body",), (leaves.Form("кит"),))
    first, second = (Executor(before, RANKING).matches(word) for _ in range(2))
    assert first.documents is second.documents
    alive = np.array([True, False, True])
    assert Executor(before.restricted(alive), RANKING).matches(word).documents.tolist() == [0, 2]
    assert Executor(before, RANKING).matches(word).documents is first.documents


SETS = st.lists(st.integers(0, 30), unique=True).map(sorted).map(lambda found: np.array(found, dtype=np.int64))


@given(sets=st.lists(SETS, max_size=5), wanted=st.lists(st.integers(0, 30)))
def test_sets_of_documents_are_sets(sets, wanted):
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), [document(f"{number:02d}") for number in range(31)])
        snapshot = open_snapshot(Path(folder))
    together = set().union(*(each.tolist() for each in sets))
    assert union(snapshot, sets).tolist() == sorted(together)
    asked = np.array(wanted, dtype=np.int64)
    assert is_member(snapshot, asked, union(snapshot, sets)).tolist() == [number in together for number in wanted]
    assert distinct(snapshot, asked).tolist() == sorted(set(wanted))
    assert not snapshot.marks._free or not any(marks.any() for marks in snapshot.marks._free)


def test_scratch_is_clean_again_and_nested_steps_do_not_share_it():
    scratch = Scratch(5, np.int32)
    one, two = np.array([0, 3]), np.array([3, 4])
    with scratch.marking(one, np.array([1, 2])) as outer, scratch.marking(two, np.array([7, 8])) as inner:
        assert outer.tolist() == [1, 0, 0, 2, 0]
        assert inner.tolist() == [0, 0, 0, 7, 8]
    with scratch.marking(one[:0], one[:0]) as again:
        assert again.tolist() == [0] * 5
        assert again is outer or again is inner


def test_scratch_that_may_not_be_clean_is_not_used_again():
    scratch = Scratch(3, bool)
    with pytest.raises(KeyError), scratch.marking(np.array([1]), True) as marks:
        marks[2] = True
        raise KeyError
    with scratch.marking(np.array([0]), True) as marks:
        assert marks.tolist() == [True, False, False]


def test_threads_that_search_one_snapshot_do_not_disturb_each_other(tmp_path):
    write(tmp_path, [document(f"{n:04d}", " ".join(f"w{n % k}" for k in range(1, 9))) for n in range(2_000)])
    snapshot = open_snapshot(tmp_path)
    asked = [leaves.Word(("body",), (leaves.Form(f"w{n}"), leaves.Form(f"w{n + 1}", 0.5))) for n in range(6)]
    expected = [Executor(snapshot, RANKING).matches(word) for word in asked]
    wrong = []

    def search() -> None:
        for _ in range(30):
            for word, matches in zip(asked, expected, strict=True):
                found = Executor(snapshot, RANKING).matches(word)
                if not (
                    np.array_equal(found.documents, matches.documents) and np.allclose(found.scores, matches.scores)
                ):
                    wrong.append(word)

    threads = [Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
