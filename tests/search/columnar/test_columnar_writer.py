"""The writer: what it promises about batches, locks, commits and those who read meanwhile."""

import errno
import threading
from pathlib import Path

import pytest
from archives import ANALYSIS, LAYOUT, document, ids_by_number, kept_files, stored_by_id, write

from search.columnar import arrays, merge_policy, writer
from search.columnar import commit as commits
from search.columnar.commit import read_backup, read_commit
from search.columnar.lock import LOCK_NAME
from search.columnar.snapshot import joined_documents, open_snapshot
from search.columnar.verify import verify_index
from search.columnar.writer import Writer
from search.errors import CommitFailed, IndexLocked


@pytest.fixture
def index(tmp_path):
    """Return the folder of an index of two documents."""
    write(tmp_path / "index", [document("a", "кит"), document("b", "ки")])
    return tmp_path / "index"


def opened(index, **options):
    return Writer(index, LAYOUT, ANALYSIS, **options)


def contents(index):
    return {file.name: file.read_bytes() for file in index.iterdir()}


class TestBatch:
    def test_last_of_several_documents_with_one_id_counts(self, tmp_path):
        write(tmp_path, [document("a", "1"), document("b", "1"), document("a", "2"), document("a", "3")])
        assert stored_by_id(tmp_path) == {"a": b"a: 3", "b": b"b: 1"}
        assert open_snapshot(tmp_path).document_of("a") == 3
        assert verify_index(tmp_path).problems == ()

    def test_document_replaced_in_its_batch_can_be_replaced_later(self, tmp_path):
        write(tmp_path, [document("a", "1"), document("a", "2")], [document("a", "3")])
        assert stored_by_id(tmp_path) == {"a": b"a: 3"}
        assert open_snapshot(tmp_path).alive_count == 1

    def test_waiting_document_can_be_deleted(self, index):
        with opened(index) as each:
            each.put(document("c"))
            assert each.delete("c")
            assert not each.delete("c")
            assert each.digest_of("c") is None
            each.commit()
        assert sorted(stored_by_id(index)) == ["a", "b"]

    def test_deleted_document_can_be_added_again_at_once_and_later(self, index):
        with opened(index) as each:
            assert each.delete("a")
            each.put(document("a", "again"))
            each.commit()
            assert each.delete("a")
            each.commit()
            each.put(document("a", "later"))
            each.commit()
        assert stored_by_id(index)["a"] == b"a: later"

    def test_deleting_what_is_not_there_changes_nothing(self, index):
        before = contents(index)
        with opened(index) as each:
            assert not each.delete("nobody")
            assert not each.delete("\udcff")
            each.commit()
        assert contents(index) == before

    def test_digest_is_that_of_the_newest_version(self, index):
        with opened(index) as each:
            assert each.digest_of("a") == document("a", "кит").digest
            assert each.digest_of("nobody") is None
            each.put(document("a", "1"))
            assert each.digest_of("a") == document("a", "1").digest
            each.commit()
            assert each.digest_of("a") == document("a", "1").digest
            each.delete("a")
            assert each.digest_of("a") is None

    def test_nothing_to_do_writes_nothing(self, index):
        before = contents(index)
        with opened(index) as each:
            each.commit()
        assert contents(index) == before

    def test_first_commit_makes_an_index_even_of_nothing(self, tmp_path):
        write(tmp_path, [])
        snapshot = open_snapshot(tmp_path)
        assert snapshot.alive_count == snapshot.size == snapshot.group_count == 0

    def test_segment_without_living_documents_is_dropped(self, index):
        with opened(index) as each:
            each.delete("a")
            each.delete("b")
            each.commit()
        assert read_commit(index).segments == ()
        write(index, [document("c")])
        assert len(list(index.glob("*.segment"))) == 1

    def test_large_batch_becomes_several_segments_at_once(self, index, monkeypatch):
        monkeypatch.setattr(writer, "MAX_SEGMENT_DOCUMENTS", 10)
        monkeypatch.setattr(merge_policy, "MAX_SEGMENT_DOCUMENTS", 10)
        before = stored_by_id(index)
        expected = before | {f"{n:02d}": f"{n:02d}: {n}".encode() for n in range(25)}
        expected |= {"03": b"03: again", "24": b"24: again", "a": b"a: again"}
        del expected["05"]
        with opened(index) as each:
            for number in range(25):
                each.put(document(f"{number:02d}", str(number)))
            assert each.digest_of("03") == document("03", "3").digest
            for identifier in ("03", "24", "a"):
                each.put(document(identifier, "again"))
            assert each.delete("05") and not each.delete("05")
            assert stored_by_id(index) == before
            each.commit()
        assert stored_by_id(index) == expected
        assert max(entry.documents for entry in read_commit(index).segments) <= 10
        assert verify_index(index).problems == ()

    def test_large_batch_that_is_not_committed_leaves_nothing(self, index, monkeypatch):
        monkeypatch.setattr(writer, "MAX_SEGMENT_DOCUMENTS", 10)
        before = stored_by_id(index)
        with opened(index) as each:
            for number in range(25):
                each.put(document(f"{number:02d}"))
        opened(index).close()
        assert stored_by_id(index) == before and {file.name for file in index.iterdir()} == kept_files(index)

    def test_merged_file_that_the_disk_does_not_give_back_replaces_nothing(self, index, monkeypatch, caplog):
        monkeypatch.setattr(merge_policy, "MERGE_FACTOR", 2)
        with monkeypatch.context() as patched:
            patched.setattr(writer, "checksum_on_disk", lambda path: 0)
            write(index, [document("c")])
        assert "not on the disk as it was written" in caplog.text
        assert len(read_commit(index).segments) == 2 and verify_index(index).problems == ()
        assert {file.name for file in index.iterdir()} == kept_files(index)

    def test_files_of_the_commit_before_stay_until_the_next(self, index):
        with opened(index) as each:
            each.delete("a")
            each.commit()
            first = read_commit(index)
            each.put(document("a", "again"))
            each.delete("b")
            each.commit()
            assert read_backup(index) == [read_commit(index), first]
            assert all((index / file.name).exists() for file in first.files())
        with opened(index) as each:  # the next writer keeps them too
            assert all((index / file.name).exists() for file in first.files())
            each.put(document("z"))
            each.commit()
        assert not any((index / file.name).exists() for file in first.files())

    def test_uncommitted_work_is_dropped(self, index):
        before = contents(index)
        with opened(index) as each:
            each.put(document("c"))
            each.delete("a")
            assert each.pending == 1
        assert contents(index) == before
        with opened(index) as each:
            assert each.pending == 0 and each.digest_of("c") is None and each.digest_of("a") is not None


class TestLock:
    def test_second_writer_waits_and_gives_up(self, index):
        with opened(index), pytest.raises(IndexLocked, match=r"0\.2 seconds.*run the same command again") as caught:
            opened(index, wait_seconds=0.2)
        assert str(index) in str(caught.value)

    def test_second_writer_goes_on_when_the_first_ends(self, index):
        first = opened(index)
        first.put(document("c"))
        waiting = threading.Event()

        def end() -> None:
            waiting.wait()
            first.commit()
            first.close()

        thread = threading.Thread(target=end)
        thread.start()
        waiting.set()
        with opened(index, wait_seconds=10) as second:
            assert second.digest_of("c") is not None
        thread.join()

    def test_lock_is_free_after_an_error(self, index):
        with pytest.raises(ZeroDivisionError), opened(index):
            raise ZeroDivisionError
        opened(index, wait_seconds=0).close()

    def test_lock_file_that_a_killed_process_left_is_no_lock(self, index):
        (index / LOCK_NAME).write_text("")
        opened(index, wait_seconds=0).close()


class TestReaders:
    def test_snapshot_outlives_commits_merges_and_removed_files(self, index, monkeypatch):
        monkeypatch.setattr(merge_policy, "MERGE_FACTOR", 2)
        snapshot = open_snapshot(index)
        files = set(index.glob("*.segment"))
        write(index, [document("a", "new"), document("c")], [document("d")])
        assert not files & set(index.iterdir())
        assert ids_by_number(snapshot) == ["a", "b"] and snapshot.alive.all()
        assert snapshot.stored(0) == "a: кит".encode()
        assert snapshot.postings("body", "кит").documents.tolist() == [0]

    def test_newer_snapshot_shares_segments(self, index):
        before = open_snapshot(index)
        with opened(index) as each:
            each.put(document("c"))
            each.delete("a")
            each.commit()
        after = open_snapshot(index, before)
        assert after.segments[0] is before.segments[0]
        assert before.alive.tolist() == [True, True]
        assert after.alive.tolist() == [False, True, True]

    def test_index_built_anew_in_the_same_folder_shares_nothing(self, index):
        before = open_snapshot(index)
        for file in index.iterdir():
            file.unlink()
        write(index, [document("x", "1"), document("y", "2")])
        after = open_snapshot(index, before)
        assert [segment.path.name for segment in after.segments] == [segment.path.name for segment in before.segments]
        assert ids_by_number(after) == ["x", "y"]

    def test_reader_that_lost_a_race_against_a_merge_takes_the_newer_commit(self, index, monkeypatch):
        stale = read_commit(index)
        with opened(index) as each:
            each.delete("a")
            each.delete("b")
            each.put(document("b"))
            each.commit()
            each.put(document("c"))
            each.commit()
        answers = iter([stale])
        monkeypatch.setattr(
            "search.columnar.snapshot.read_commit", lambda path: next(answers, None) or commits.read_commit(path)
        )
        assert ids_by_number(open_snapshot(index)) == ["b", "c"]


class TestFailure:
    """A disk that fails at any one call leaves the last commit, and a writer that can try again."""

    def break_call(self, monkeypatch, number):
        """Let the ``number``-th call that changes the disk fail with a full disk; return the list of calls."""
        calls: list[str] = []

        def failing(name, function):
            def call(*arguments, **options):
                calls.append(name)
                if len(calls) == number:
                    raise OSError(errno.ENOSPC, "No space left on device")
                return function(*arguments, **options)

            return call

        for module, name in (
            (arrays.os, "fsync"),
            (writer, "write_arrays"),
            (writer, "publish_commit"),
            (writer, "write_backup"),
            (writer, "sync_folder"),
            (writer, "Segment"),
            (Path, "replace"),
        ):
            monkeypatch.setattr(module, name, failing(name, getattr(module, name)))
        return calls

    def work(self, each):
        each.put(document("c", "1"))
        each.put(document("c", "2"))
        each.delete("a")
        each.commit()

    @pytest.mark.parametrize("number", range(1, 32))
    @pytest.mark.parametrize("factor", [2, 8], ids=["merging", "not merging"])
    def test_commit_is_whole_or_not_at_all(self, index, monkeypatch, number, factor):
        monkeypatch.setattr(merge_policy, "MERGE_FACTOR", factor)
        old, new = stored_by_id(index), {"b": "b: ки".encode(), "c": b"c: 2"}
        each = opened(index)
        with monkeypatch.context() as patched:
            calls = self.break_call(patched, number)
            try:
                self.work(each)
                failed = False
            except CommitFailed as error:
                failed = True
                assert str(index) in str(error) and "No space left" in str(error)
        if number > len(calls):
            assert not failed  # nothing was broken: the whole is covered
        settled = stored_by_id(index)
        assert settled in ((old, new) if failed else (new,))
        untidy = ("fsync", "sync_folder", "replace", "write_backup")
        self.check_sound(index, tidy=not set(calls[number - 1 : number]) & set(untidy))

        each.commit()  # another try
        assert stored_by_id(index) == new
        each.put(document("d"))
        each.commit()
        each.close()
        with opened(index) as another:
            another.put(document("e"))
            another.commit()
        assert sorted(stored_by_id(index)) == ["b", "c", "d", "e"]
        self.check_sound(index)

    def check_sound(self, index, *, tidy=True):
        # Before the folder is safely on disk, what was there before has to be kept.
        assert verify_index(index).problems == ()
        found = {file.name for file in index.iterdir()}
        assert found == kept_files(index) if tidy else found >= {file.name for file in read_commit(index).files()}

    def test_the_calls_that_fail_are_all_of_them(self, index, monkeypatch):
        monkeypatch.setattr(merge_policy, "MERGE_FACTOR", 2)
        with opened(index) as each:
            calls = self.break_call(monkeypatch, 0)
            self.work(each)
        writing = {"write_arrays", "publish_commit", "write_backup"}
        assert set(calls) == {"fsync", "sync_folder", "Segment", "replace", *writing}
        assert len(calls) < 32

    def test_file_left_by_a_killed_process_is_removed_and_never_reused(self, index):
        left = index / f"{read_commit(index).generation + 1:08d}-0.segment"
        left.write_bytes(b"half a segment")
        with opened(index) as each:
            assert not left.exists()
            left.write_bytes(b"half a segment")
            each.put(document("c"))
            each.commit()
        assert not left.exists()
        assert sorted(stored_by_id(index)) == ["a", "b", "c"]


class TestOddities:
    @pytest.mark.parametrize(
        "term",
        ["", " ", "\0", "\uffff", "\U0010ffff", "e\u0301", "ÿ", "a" * 70_000, "\N{ZERO WIDTH JOINER}", "\n"],
        ids=ascii,
    )
    def test_any_unicode_is_a_term_an_id_a_group_and_a_value(self, tmp_path, term):
        odd = document(term, group=term, text={"body": [[(term,), ("кит",)]]}, keywords={"tag": (term,)}, stored=b"")
        write(tmp_path, [document("a", "кит"), odd], [document("z", "кит")])
        snapshot = open_snapshot(tmp_path)
        assert snapshot.postings("body", term).documents.tolist() == [1]
        assert joined_documents(snapshot.prefix_postings("body", term)).tolist()[-1:] == ([2] if term == "" else [1])
        assert snapshot.document_of(term) == 1 and snapshot.documents_of_group(term) == [1]
        assert snapshot.keywords("tag").values.texts() == [term]
        assert snapshot.stored(1) == b""
        assert verify_index(tmp_path).problems == ()

    def test_documents_without_anything(self, tmp_path):
        write(tmp_path, [document("a", text={}, stored=b"")])
        snapshot = open_snapshot(tmp_path)
        assert snapshot.mean_length("body") == 1.0
        assert len(snapshot.postings("body", "кит").documents) == 0
        assert verify_index(tmp_path).problems == ()

    def test_frequencies_and_positions_beyond_sixteen_bits(self, tmp_path):
        many = [[("кит",)]] * 700 + [[("кит",)] * 69_300]
        write(tmp_path, [document("a", text={"body": many})])
        snapshot = open_snapshot(tmp_path)
        assert snapshot.postings("body", "кит").frequencies.tolist() == [70_000]
        expected = [*range(0, 700 * 101, 101), *range(700 * 101, 700 * 101 + 69_300)]
        assert snapshot.occurrences("body", "кит").positions.tolist() == expected
        assert snapshot.lengths("body").tolist() == [70_000]

    def test_stored_documents_are_of_any_size_and_number(self, tmp_path):
        many = [document(f"{n:03d}", stored=b"\0" * n) for n in range(50)]
        write(tmp_path, many)
        assert stored_by_id(tmp_path) == {each.id: each.stored for each in many}
