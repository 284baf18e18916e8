"""``visti index`` and ``visti delete``: what they report, and that bad input stops nothing but itself."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import filelock
import pytest

import search
from indexer import command_options, index_articles, progress_line
from search.columnar import commit
from search.columnar.lock import LOCK_NAME
from search.columnar.verify import verify_index

REPORT_KEYS = {
    "added", "updated", "unchanged", "removed", "rejected", "stale", "kept_out", "withdrawn", "linked", "duplicates",
    "duplicate_ids", "reasons", "sources", "errors", "remarks", "seconds", "bytes", "earlier", "quarantine",
    "quarantined", "released", "dry_run",
}  # fmt: skip


def record(number: int = 1, **fields: object) -> dict[str, object]:
    """Return a record that can be taken."""
    return {"id": f"a{number}", "language": "uk", "title": f"Новина номер {number}", "body": "Текст новини."} | fields


#: Where the tests run in the background, a shell has told all their programs to ignore Ctrl-C.
HEED_CONTROL_C = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)"
#: Files may not grow beyond some kilobytes: to a program that is a full disk, a write that fails.
FULL_DISK = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, 16_384))"
#: Takes from a process, before it becomes another program, what lets root pass over the rights on files: the bounding
#: set loses CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH (PR_CAPBSET_DROP is 24 in linux/prctl.h, they are 1 and 2).
DROP_FILE_CAPABILITIES = "import ctypes; [ctypes.CDLL(None).prctl(24, each, 0, 0, 0) for each in (1, 2)]"


def prepared(*statements: str) -> list[str]:
    """
    Return the words before a command with which its process does something and then becomes the command.

    Not ``preexec_fn``, which runs in a copy of this process: with threads in it, as under pytest-xdist, that may hang,
    and Python 3.12 warns of it.
    """
    return [sys.executable, "-c", "; ".join([*statements, "import os, sys", "os.execvp(sys.argv[1], sys.argv[1:])"])]


def lines(*records: object) -> str:
    """Return JSON Lines; a text among the records stands as it is."""
    return "".join((r if isinstance(r, str) else json.dumps(r, ensure_ascii=False)) + "\n" for r in records)


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a source file and gives its path."""

    def write_file(content: str | bytes, name: str = "articles.jsonl") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode(errors="surrogatepass") if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def index(tmp_path) -> Path:
    """Return the folder for a new index."""
    return tmp_path / "new-index"


def count(index: Path) -> int:
    """Return the number of articles in a sound index."""
    assert not verify_index(index).problems
    with search.open(index, audience="newsroom") as archive:
        return archive.count()


class TestReport:
    def test_first_run_adds_everything(self, visti, sample_source, index):
        result = visti("index", sample_source, "--index", index)
        assert result.exit_code == 0
        assert result.stdout == f"{count(index)} added, 0 updated, 0 unchanged, 0 left out; the index is at {index}.\n"
        assert result.stderr == ""

    def test_second_run_changes_nothing_and_says_so(self, visti, sample_source, index_copy):
        before = {path.name: path.read_bytes() for path in index_copy.iterdir()}
        result = visti("index", sample_source, "--index", index_copy)
        assert result.exit_code == 0
        assert result.stdout.startswith(f"Nothing has changed in {index_copy}: ")
        assert {path.name: path.read_bytes() for path in index_copy.iterdir()} == before

    def test_changed_article_is_the_only_one_updated(self, visti, write, index):
        visti("index", write(lines(record(1), record(2), record(3))), "--index", index)
        changed = write(lines(record(1), record(2, title="Новий заголовок"), record(3)))
        result = visti("index", changed, "--index", index)
        assert result.stdout.startswith("0 added, 1 updated, 2 unchanged, 0 left out")
        with search.open(index) as archive:
            assert archive.get("a2").title == "Новий заголовок"
            assert archive.count() == 3

    def test_json_is_one_object_with_every_figure(self, visti, write, index):
        result = visti("index", write(lines(record(1), "{", record(2, extra=1))), "--index", index, "--json")
        report = json.loads(result.stdout)
        assert set(report) == REPORT_KEYS
        assert (report["added"], report["rejected"]) == (2, 1)
        assert [(error["line"], error["id"]) for error in report["errors"]] == [(2, None)]
        assert [remark["line"] for remark in report["remarks"]] == [3]

    def test_long_work_shows_how_far_it_is_on_standard_error(self, visti, sample_source, index, monkeypatch):
        monkeypatch.setattr(progress_line, "SECONDS_BETWEEN_LOG_LINES", 0.0)
        result = visti("index", sample_source, "--index", index)
        assert "100 articles, " in result.stderr and " a second, 0 left out" in result.stderr
        assert result.stdout.count("\n") == 1

    def test_sources_of_several_kinds_in_one_run(self, visti, write, index):
        plain = write(lines(record(1)))
        packed = write(gzip.compress(lines(record(2)).encode()), "more.jsonl.gz")
        result = visti("index", plain, packed, "-", "--index", index, input=lines(record(3)))
        assert result.stdout.startswith("3 added")

    def test_environment_variable_names_the_index(self, visti, write, index):
        visti("index", write(lines(record())), VISTI_INDEX=str(index))
        assert count(index) == 1


ONE_BAD_RECORD = [
    ("wrong JSON", '{"id": "b", "title": "x"', "not JSON"),
    ("no object", "[1, 2]", "one object per line"),
    ("unknown language", record(9, language="de"), "the languages are uk (or ua), ru and en"),
    ("language that cannot be told", {"id": "b", "title": "12345"}, "so add it"),
    ("no text", {"id": "b", "language": "uk"}, "needs a title or a body"),
    ("text of blanks and controls", record(9, title=" \x00\x01 ", body="\x02"), "needs a title or a body"),
    ("title that is no text", record(9, title=["a"]), "must be text"),
    ("wrong date", record(9, published="вчора"), "ISO 8601"),
    ("wrong status", record(9, status="deleted"), "must be one of usable, withheld, canceled"),
    ("id of 600 bytes", record(9, id="x" * 600), "longer than 512 bytes"),
    ("body of 50 MB", record(9, body="слово " * 4_700_000), "more than the 16,777,216"),
    ("body of 3 million characters", record(9, body="a" * 3_000_000), "longer than 2,000,000 characters"),
    ("invalid UTF-8", b'{"id": "b", "language": "uk", "title": "\xff\xfe"}', "UTF-8"),
]


class TestBadInput:
    @pytest.mark.parametrize(
        ("bad", "reason"), [case[1:] for case in ONE_BAD_RECORD], ids=[c[0] for c in ONE_BAD_RECORD]
    )
    def test_bad_record_is_left_out_with_place_and_reason_and_the_rest_goes_in(self, visti, write, index, bad, reason):
        middle = bad + b"\n" if isinstance(bad, bytes) else lines(bad).encode()
        source = write(lines(record(1)).encode() + middle + lines(record(2)).encode())
        result = visti("index", source, "--index", index)
        assert result.exit_code == 0
        assert result.stdout.startswith("2 added, 0 updated, 0 unchanged, 1 left out")
        complaint = result.stderr.splitlines()[0]
        assert complaint.startswith(f"Left out: {source}:2: ")
        assert reason in complaint
        assert len(result.stderr) < 500, "a record of any size gives a short message"
        assert count(index) == 2

    def test_control_characters_are_cleaned_away(self, visti, write, index):
        source = write(
            '{"id": "a1", "language": "uk", "title": "Но\\u0000ви\\u200bна", "body": "один\u0007два\\ud800"}\n'
        )
        assert visti("index", source, "--index", index).stdout.startswith("1 added")
        with search.open(index) as archive:
            article = archive.get("a1")
        assert article.body == "одиндва"
        assert "\x00" not in article.title

    def test_same_id_twice_in_a_run_the_last_one_counts_and_is_reported(self, visti, write, index):
        source = write(lines(record(1, title="Перша"), record(2), record(1, title="Остання")))
        result = visti("index", source, "--index", index)
        assert result.stdout.startswith("2 added, 0 updated, 0 unchanged, 0 left out")
        assert "1 article came with an id that this run had already" in result.stderr and "(a1)" in result.stderr
        with search.open(index) as archive:
            assert archive.get("a1").title == "Остання"

    def test_same_id_twice_does_not_make_the_second_run_a_change(self, visti, write, index):
        source = write(lines(record(1, title="Перша"), record(2), record(1, title="Остання")))
        visti("index", source, "--index", index)
        assert visti("index", source, "--index", index).stdout.startswith("Nothing has changed")

    def test_many_reasons_are_not_all_printed_but_counted(self, visti, write, index):
        result = visti("index", write(lines(record(1), *["{"] * 500)), "--index", index)
        assert "500 left out" in result.stdout
        assert result.stderr.count("Left out: ") == command_options.MAX_PRINTED
        assert "480 more; --json lists the reasons" in result.stderr

    def test_unknown_field_is_noted_once(self, visti, write, index):
        result = visti("index", write(lines(record(1, rubric="x"), record(2, rubric="y"))), "--index", index)
        assert result.exit_code == 0
        assert result.stderr.count("rubric") == 1

    @pytest.mark.parametrize("name", ["empty.jsonl", "empty.txt", "empty.jsonl.gz"])
    def test_empty_file_is_noted_and_no_problem(self, visti, write, index, name):
        result = visti("index", write(b"", name), write(lines(record())), "--index", index)
        assert result.exit_code == 0
        assert f"{name}: the file is empty" in result.stderr
        assert count(index) == 1

    def test_empty_standard_input(self, visti, index):
        result = visti("index", "-", "--index", index, input="")
        assert result.exit_code == 0
        assert "-: the file is empty" in result.stderr
        assert result.stdout == f"Nothing has changed in {index}: these sources have no articles.\n"

    def test_missing_source_does_not_stop_the_others(self, visti, write, index, tmp_path):
        result = visti("index", tmp_path / "none.jsonl", write(lines(record())), "--index", index)
        assert result.exit_code == 0
        assert "none.jsonl: there is no such file or folder; check the name" in result.stderr
        assert count(index) == 1

    def test_nothing_but_missing_sources_is_a_problem(self, visti, index, tmp_path):
        result = visti("index", tmp_path / "none.jsonl", tmp_path / "nothing", "--index", index)
        assert result.exit_code == 1
        assert result.stderr.count("there is no such file") == 2
        assert "nothing could be taken" in result.stderr

    def test_no_source_is_wrong_usage(self, visti, index):
        result = visti("index", "--index", index)
        assert result.exit_code == 2
        assert "SOURCE" in result.stderr

    def test_cut_archive_gives_what_came_before_the_cut(self, visti, write, index):
        packed = gzip.compress(lines(*(record(n, body=os.urandom(300).hex()) for n in range(200))).encode())
        result = visti("index", write(packed[:-5000], "cut.jsonl.gz"), "--index", index)
        assert result.exit_code == 0
        assert "end too early" in result.stderr and "fetch the file anew" in result.stderr
        assert 0 < count(index) < 200

    def test_foreign_format_says_what_is_read(self, visti, write, index):
        result = visti("index", write(b"\x7fELF\r\n\x1a\n" + bytes(100), "program"), "--index", index)
        assert result.exit_code == 1
        assert ".jsonl" in result.stderr and ".txt" in result.stderr


class TestIndexThatCannotBeWritten:
    @pytest.fixture
    def source(self, write) -> Path:
        return write(lines(record()))

    def test_file_in_place_of_a_folder(self, visti, source):
        result = visti("index", source, "--index", source)
        assert result.exit_code == 2
        assert "is a file" in result.stderr

    def test_foreign_folder_is_left_alone(self, visti, source, tmp_path):
        folder = tmp_path / "documents"
        folder.mkdir()
        (folder / "letter.doc").touch()
        result = visti("index", source, "--index", folder)
        assert result.exit_code == 1
        assert "letter.doc" in result.stderr and "name an empty or new folder with --index" in result.stderr
        assert [path.name for path in folder.iterdir()] == ["letter.doc"]

    @pytest.mark.parametrize("command", [("index", "-"), ("delete", "x"), ("search", "x"), ("stats",), ("verify",)])
    def test_older_format_names_the_command_that_rebuilds(self, visti, index_copy, command):
        alter_commit(index_copy, format=0)
        result = visti(*command, "--index", index_copy)
        assert result.exit_code == 1
        assert "has format 0" in result.stderr and "visti index SOURCE --index NEW_FOLDER" in result.stderr

    @pytest.mark.parametrize("command", [("index", "-"), ("delete", "x"), ("search", "x"), ("stats",), ("verify",)])
    def test_format_that_can_be_rebuilt_names_the_command_for_that(self, visti, index_copy, command, monkeypatch):
        monkeypatch.setattr(commit, "FORMAT", 99)
        monkeypatch.setattr(commit.read_commit, "__defaults__", ((99,),))
        result = visti(*command, "--index", index_copy)
        assert result.exit_code == 1
        assert "this program needs 99" in result.stderr and f"visti reindex --index {index_copy}" in result.stderr

    @pytest.mark.parametrize("command", [("index", "-"), ("delete", "x"), ("search", "x"), ("stats",)])
    def test_other_analysis_names_the_command_that_rebuilds(self, visti, index_copy, command):
        alter_commit(index_copy, analysis="rules-0")
        result = visti(*command, "--index", index_copy)
        assert result.exit_code == 1
        assert "rules-0" in result.stderr and f"visti reindex --index {index_copy}" in result.stderr

    def test_damaged_index_is_left_as_it_is(self, visti, source, index_copy):
        segment = next(index_copy.glob("*.segment"))
        os.truncate(segment, 1000)
        result = visti("index", source, "--index", index_copy)
        assert result.exit_code == 1
        assert "visti verify" in result.stderr and f"visti repair --index {index_copy}" in result.stderr
        assert segment.stat().st_size == 1000

    def test_second_writer_waits_and_then_says_so(self, visti, source, index_copy):
        before = count(index_copy)
        with filelock.FileLock(index_copy / LOCK_NAME):
            result = visti("index", source, "--index", index_copy, "--wait", "0.2")
        assert result.exit_code == 1
        assert "0.2 seconds" in result.stderr and "run the same command again" in result.stderr
        assert count(index_copy) == before

    def test_second_writer_gets_its_turn_within_the_wait(self, visti, source, index_copy):
        holder = (
            "import filelock, sys, time\n"
            "with filelock.FileLock(sys.argv[1]):\n"
            "    print('held', flush=True)\n"
            "    time.sleep(0.3)\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", holder, str(index_copy / LOCK_NAME)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout.readline() == b"held\n"
            result = visti("index", source, "--index", index_copy, "--wait", "30")
        assert result.exit_code == 0, result.stderr
        assert result.stdout.startswith("1 added")

    def test_readers_are_not_kept_waiting_by_a_writer(self, visti, index_copy):
        with filelock.FileLock(index_copy / LOCK_NAME):
            assert visti("search", "Херсон", "--index", index_copy).exit_code == 0


def alter_commit(index: Path, **values: object) -> None:
    """Change visti.json as another version of the program would have written it, with the right checksum."""
    path = index / "visti.json"
    data = json.loads(path.read_text(encoding="utf-8")) | values
    del data["checksum"]
    data["checksum"] = zlib.crc32(json.dumps(data, sort_keys=True).encode())
    path.write_text(json.dumps(data), encoding="utf-8")


def test_altered_commit_is_a_sound_one(visti, index_copy):
    """Else the tests of other formats would see nothing but a wrong checksum."""
    alter_commit(index_copy, generation=77)
    assert visti("verify", "--index", index_copy).exit_code == 0


class TestDelete:
    def test_known_ids_go_and_unknown_ones_are_named(self, visti, index_copy):
        before = count(index_copy)
        result = visti("delete", "sample-energy-01.uk", "no-such-id", "sample-energy-01.ru", "--index", index_copy)
        assert result.exit_code == 0
        assert result.stdout == f"2 articles removed from {index_copy}.\n"
        assert result.stderr == "Not in the index: no-such-id\n"
        assert count(index_copy) == before - 2

    def test_json(self, visti, index_copy):
        result = visti("delete", "sample-energy-01.uk", "no-such-id", "--json", "--index", index_copy)
        assert json.loads(result.stdout) == {
            "removed": 1, "deleted": ["sample-energy-01.uk"], "missing": ["no-such-id"],
        }  # fmt: skip

    @pytest.mark.parametrize("identifier", ["no-such-id", "", "a\udcff", "x" * 10_000])
    def test_only_unknown_ids_is_a_problem(self, visti, index_copy, identifier):
        before = (index_copy / "visti.json").read_bytes()
        result = visti("delete", identifier, "--index", index_copy)
        assert result.exit_code == 1
        assert "visti search" in result.stderr
        assert (index_copy / "visti.json").read_bytes() == before

    def test_deleted_article_comes_back_with_its_source_if_it_may(self, visti, sample_source, index_copy):
        visti("delete", "--may-return", "sample-energy-01.uk", "--index", index_copy)
        result = visti("index", sample_source, "--index", index_copy)
        assert result.stdout.startswith("1 added, 0 updated")

    def test_mistyped_folder_is_not_made(self, visti, tmp_path):
        result = visti("delete", "x", "--index", tmp_path / "none")
        assert result.exit_code == 1
        assert "there is no index" in result.stderr
        assert not (tmp_path / "none").exists()


class TestInterrupted:
    def test_control_c_leaves_a_sound_index_and_a_clear_word(self, visti_program, index_copy):
        before = count(index_copy)
        with subprocess.Popen(
            [*prepared(HEED_CONTROL_C), visti_program, "index", "-", "--index", str(index_copy)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            process.stdin.write(lines(record(1)).encode())
            process.stdin.flush()  # and no end: the program waits for more
            wait_until_writing(index_copy)
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
            output, complaints = process.stdout.read(), process.stderr.read().decode()
        assert process.returncode == 1
        assert output == b""
        assert "Stopped." in complaints and "run the same command again" in complaints
        assert "Traceback" not in complaints
        assert count(index_copy) == before

    def test_what_was_committed_before_stays(self, index):
        def articles():
            for number in range(25):
                yield search.article_from_record(record(number))
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            index_articles(articles(), index, commit_every=10)
        assert count(index) == 20

    def test_killed_program_leaves_the_last_commit_and_no_lock(self, visti, visti_program, write, index_copy):
        before = count(index_copy)
        with subprocess.Popen(
            [visti_program, "index", "-", "--index", str(index_copy)], stdin=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            wait_until_writing(index_copy)
            process.kill()
        assert count(index_copy) == before
        result = visti("index", write(lines(record())), "--index", index_copy, "--wait", "0")
        assert result.stdout.startswith("1 added")


def wait_until_writing(index: Path) -> None:
    """Wait until another process holds the lock of an index."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with filelock.FileLock(index / LOCK_NAME, timeout=0):
                pass
        except filelock.Timeout:
            return
        time.sleep(0.02)
    pytest.fail("the program did not begin to write")


class TestDiskAndRights:
    """In processes of their own, which a limit or a lack of rights can be put on."""

    def run(self, *command: object, **options):
        return subprocess.run(
            list(map(str, command)), capture_output=True, encoding="utf-8", check=False, timeout=120, **options
        )

    def test_full_disk_leaves_the_last_commit(self, visti_program, write, index_copy):
        before = count(index_copy)
        source = write(lines(*(record(n, body=os.urandom(200).hex()) for n in range(300))))
        result = self.run(*prepared(FULL_DISK), visti_program, "index", source, "--index", index_copy)
        assert result.returncode == 1
        assert "could not be written" in result.stderr and "make room" in result.stderr
        assert "Everything committed before is intact" in result.stderr
        assert "Traceback" not in result.stderr
        assert count(index_copy) == before
        assert len(list(index_copy.glob("*.segment"))) == 1, "nothing half written is left behind"

    def test_run_goes_on_when_there_is_room_again(self, visti_program, visti, write, index):
        source = write(lines(*(record(n, body=os.urandom(200).hex()) for n in range(300))))
        self.run(*prepared(FULL_DISK), visti_program, "index", source, "--index", index)
        assert visti("index", source, "--index", index).stdout.startswith("300 added")

    @pytest.fixture
    def powerless(self, tmp_path) -> list[str]:
        """Return the words before a command with which the rights on files bind root too."""
        if os.geteuid() != 0:
            return []
        before = prepared(DROP_FILE_CAPABILITIES)
        closed = tmp_path / "closed"
        closed.touch(mode=0)
        if self.run(*before, "cat", closed).returncode == 0:
            pytest.skip("this is root, whom no right on a file binds here")
        return before

    def test_unreadable_file_does_not_stop_the_others(self, visti_program, powerless, write, tmp_path):
        secret = write(lines(record(1)), "secret.jsonl")
        secret.chmod(0)
        open_one = write(lines(record(2)), "open.jsonl")
        result = self.run(*powerless, visti_program, "index", secret, open_one, "--index", tmp_path / "new")
        assert result.returncode == 0, result.stderr
        assert "secret.jsonl: reading is not allowed" in result.stderr and "chmod" in result.stderr
        assert result.stdout.startswith("1 added")

    def test_folder_that_may_not_be_written_to(self, visti_program, powerless, write, index_copy):
        for path in index_copy.iterdir():
            path.chmod(0o444)
        index_copy.chmod(0o555)
        before = count(index_copy)
        result = self.run(
            *powerless, visti_program, "index", write(lines(record())), "--index", index_copy, "--wait", "0"
        )
        assert result.returncode == 1
        assert "Traceback" not in result.stderr
        assert str(index_copy) in result.stderr and "--index" in result.stderr
        index_copy.chmod(0o755)
        assert count(index_copy) == before

    def test_folder_that_may_only_be_read_can_be_searched(self, visti_program, powerless, index_copy):
        for path in index_copy.iterdir():
            path.chmod(0o444)
        index_copy.chmod(0o555)
        result = self.run(*powerless, visti_program, "search", "Херсон", "--index", index_copy)
        assert result.returncode == 0, result.stderr

    def test_folder_that_cannot_be_made(self, visti_program, powerless, write, tmp_path):
        tmp_path.chmod(0o555)
        result = self.run(*powerless, visti_program, "index", "-", "--index", tmp_path / "new", input=lines(record()))
        tmp_path.chmod(0o755)
        assert result.returncode == 1
        assert "Traceback" not in result.stderr
        assert "Permission denied" in result.stderr and "name another folder with --index" in result.stderr

    def test_folder_that_may_not_be_read(self, visti_program, powerless, index_copy):
        index_copy.chmod(0)
        result = self.run(*powerless, visti_program, "stats", "--index", index_copy)
        index_copy.chmod(0o755)
        assert result.returncode == 1
        assert "Permission denied" in result.stderr
        assert "Traceback" not in result.stderr
