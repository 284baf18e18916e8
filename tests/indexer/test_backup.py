"""Backups: whole and of one moment whatever is written meanwhile, and restored at once or not at all."""

import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest

import search
from indexer import index_articles
from search.article import Article
from search.columnar import backup as backup_module
from search.columnar import restore as restore_module
from search.columnar.backup import back_up
from search.columnar.backup_store import FILES_FOLDER, FolderStore
from search.columnar.commit import read_commit
from search.columnar.restore import check_backup, list_backups, restore
from search.columnar.verify import verify_index
from search.errors import BackupDamaged, BackupFailed, IndexDamaged, IndexLocked, IndexUnavailable

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("VISTI_KILLS", "15"))


def lines(index: Path) -> set[bytes]:
    return set(search.export_lines(index))


def article(identifier: object, title: str = "Новина") -> Article:
    return Article(id=str(identifier), language="uk", title=title, body="Дамба стоїть.")


def beside(index: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in index.glob("*-*.*") if each.suffix in (".jsonl", ".tsv")}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Return an index with several segments, deletions, a decision and a dictionary."""
    path = tmp_path / "index"
    for start in (0, 10, 20):
        index_articles(map(article, range(start, start + 10)), path)
    index_articles([article(3, "Виправлено"), article(33)], path)
    search.set_status(path, "5", "withheld", who="Olha")
    (path / "own-dictionary.tsv").write_text("not read here")
    return path


@pytest.fixture(params=["folder", "file.tar"])
def target(request, tmp_path: Path) -> Path:
    return tmp_path / "backups" / request.param if request.param == "folder" else tmp_path / request.param


class TestBackup:
    def test_restored_index_is_the_same(self, index, target, tmp_path):
        made = back_up(index, target)
        assert made.backup.articles == 31 and made.backup.generation == read_commit(index).generation
        assert check_backup(target) == (made.backup, [])
        restore(target, tmp_path / "again")
        assert lines(tmp_path / "again") == lines(index) and beside(tmp_path / "again") == beside(index)
        assert verify_index(tmp_path / "again").problems == ()
        assert not list((tmp_path / "again").glob(".*"))
        index_articles([article("new")], tmp_path / "again")
        assert len(lines(tmp_path / "again")) == 32

    def test_only_what_has_changed_is_copied(self, index, tmp_path):
        first = back_up(index, tmp_path / "backups")
        assert first.copied_files == len(first.backup.files) and first.copied_bytes == first.backup.bytes
        assert back_up(index, tmp_path / "backups").copied_files == 0
        index_articles([article("new")], index)
        third = back_up(index, tmp_path / "backups")
        assert third.copied_files == 2  # the commit and a segment
        assert len(list_backups(tmp_path / "backups")) == 3

    def test_earlier_ones_can_be_restored_and_the_oldest_go(self, index, tmp_path):
        states, backups = [], tmp_path / "backups"
        for number in range(4):
            index_articles([article("new", f"Новина {number}")], index)
            made = back_up(index, backups, keep=3)
            states.append((made.backup.name, lines(index)))
        assert [each.name for each in list_backups(backups)] == [name for name, _ in states[:0:-1]]
        for name, expected in states[1:]:
            restore(backups, tmp_path / "again", name=name.removesuffix(".json"), force=True)
            assert lines(tmp_path / "again") == expected
        kept = {file.kept_name for each in list_backups(backups) for file in each.files}
        assert {file.name for file in (backups / FILES_FOLDER).iterdir()} == kept

    def test_a_damaged_file_of_a_backup_is_found_and_copied_again(self, index, tmp_path):
        back_up(index, tmp_path / "backups")
        file = next((tmp_path / "backups" / FILES_FOLDER).glob("*.segment"))
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        assert len(check_backup(tmp_path / "backups")[1]) == 1
        with pytest.raises(BackupDamaged, match="was changed"):
            restore(tmp_path / "backups", tmp_path / "again")
        assert [file.name for file in (tmp_path / "again").iterdir()] == ["writing.lock"]
        assert back_up(index, tmp_path / "backups").copied_files == 1
        assert check_backup(tmp_path / "backups")[1] == []

    @pytest.mark.parametrize("place", [0.2, 0.5, 0.99])
    def test_a_damaged_index_makes_no_backup(self, index, target, place):
        before = back_up(index, target).backup
        index_articles([article("new")], index)
        file = max(index.glob("*.segment"))
        content = bytearray(file.read_bytes())
        content[int(len(content) * place)] ^= 1
        file.write_bytes(content)
        with pytest.raises(IndexDamaged, match="visti repair"):
            back_up(index, target)
        assert list_backups(target) == [before] and check_backup(target)[1] == []

    def test_half_of_a_copy_does_not_stay_on_a_full_disk(self, index, tmp_path, monkeypatch):
        def full(descriptor):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(BackupFailed, match="No space left"):
            back_up(index, tmp_path / "backups")
        assert list((tmp_path / "backups" / FILES_FOLDER).iterdir()) == []

    def test_a_dictionary_that_goes_meanwhile_is_no_damage(self, index, target, monkeypatch):
        found = backup_module.files_beside
        monkeypatch.setattr(backup_module, "files_beside", lambda path: [*found(path), path / "learned-pairs.tsv"])
        assert "learned-pairs.tsv" not in [file.name for file in back_up(index, target).backup.files]

    @pytest.mark.parametrize("name", ["before.tar.gz", "before.TGZ", "before.zip"])
    def test_a_name_of_a_packed_file_makes_no_folder(self, index, tmp_path, name):
        with pytest.raises(BackupFailed, match=r"ends in \.tar"):
            back_up(index, tmp_path / name)
        assert not (tmp_path / name).exists()

    def test_a_missing_file_is_damage_and_not_waited_for(self, index, target):
        max(index.glob("*.segment")).unlink()
        with pytest.raises(IndexDamaged):
            back_up(index, target)

    @pytest.mark.parametrize("place", ["index/backups", "index", "full"])
    def test_folder_that_cannot_be_one_is_refused(self, index, tmp_path, place):
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "letter.doc").touch()
        with pytest.raises(BackupFailed):
            back_up(index, tmp_path / place)
        index_articles([article("new")], index)  # the index is none the worse

    def test_a_tar_file_unpacked_is_a_folder_of_backups(self, index, tmp_path):
        made = back_up(index, tmp_path / "a.tar").backup
        with tarfile.open(tmp_path / "a.tar") as archive:
            archive.extractall(tmp_path / "unpacked", filter="data")
        assert check_backup(tmp_path / "unpacked") == (made, [])

    def test_backups_made_beside_a_writer_are_each_of_one_commit(self, tmp_path):
        """Each commit puts a number into two articles; a decision follows it in the files beside."""
        index, backups, stop = tmp_path / "index", tmp_path / "backups", threading.Event()
        made: list[search.Backup] = []
        index_articles([article("a", "0"), article("b", "0")], index)

        def write() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                index_articles([article("a", str(number)), article("b", str(number))], index)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            while len({each.generation for each in made}) < 5:  # the machine may be busy
                made.append(back_up(index, backups).backup)
        finally:
            stop.set()
            writer.join()
        seen = set()
        for each in list_backups(backups):
            restore(backups, tmp_path / "again", name=each.name, force=True)
            titles = [json.loads(line)["title"] for line in lines(tmp_path / "again")]
            assert len(titles) == 2 and len(set(titles)) == 1
            seen.add(titles[0])
        assert len(seen) > 2  # some of five: a merge is a commit too


class TestRestore:
    def test_an_index_is_replaced_only_by_force(self, index, target, tmp_path):
        back_up(index, target)
        index_articles([article("new")], index)
        before, commit = lines(index), read_commit(index)
        with pytest.raises(IndexUnavailable, match="--force"):
            restore(target, index)
        assert lines(index) == before and read_commit(index) == commit
        with search.open(index, audience="newsroom") as archive:
            restored = restore(target, index, force=True)
            assert restored.generation > commit.generation
            assert archive.count() == 32 and archive.refresh() and archive.count() == 31

    def test_decisions_without_an_index_are_not_replaced_either(self, index, target, tmp_path):
        back_up(index, target)
        (tmp_path / "again").mkdir()
        (tmp_path / "again" / "editors-decisions.jsonl").touch()
        with pytest.raises(IndexUnavailable, match="decisions"):
            restore(target, tmp_path / "again")

    def test_what_lies_beside_is_that_of_the_backup(self, index, target):
        back_up(index, target)
        before = beside(index)
        (index / "own-dictionary.tsv").write_text("later")
        (index / "learned-pairs.tsv").write_text("later")
        search.set_status(index, "6", "withheld", who="Olha")
        restore(target, index, force=True)
        assert beside(index) == before

    @pytest.mark.parametrize("damage", ["commit", "segment", "format"])
    def test_a_damaged_or_outdated_index_can_be_replaced(self, index, target, damage):
        back_up(index, target)
        expected = lines(index)
        if damage == "segment":
            max(index.glob("*.segment")).write_bytes(b"")
        else:
            (index / "visti.json").write_text('{"format": 99}' if damage == "format" else "{")
        with pytest.raises(IndexUnavailable, match="--force"):
            restore(target, index)
        restore(target, index, force=True)
        assert lines(index) == expected and verify_index(index).problems == ()

    def test_a_backup_that_cannot_be_read_leaves_the_others(self, visti, index, tmp_path):
        backups = tmp_path / "backups"
        older, newer = back_up(index, backups).backup, back_up(index, backups).backup
        (backups / newer.name).write_text("{")
        assert list_backups(backups) == [older]
        result = visti("restore", backups, "--index", tmp_path / "again")
        assert result.exit_code == 0 and f"Note: {newer.name} cannot be read" in result.stderr
        assert lines(tmp_path / "again") == lines(index)

    def test_somebody_who_writes_is_waited_for(self, index, target):
        back_up(index, target)
        with search.columnar.lock.locked(index, 0), pytest.raises(IndexLocked):
            restore(target, index, force=True, wait_seconds=0)

    def test_folder_that_holds_something_else_is_refused(self, index, target, tmp_path):
        back_up(index, target)
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "letter.doc").touch()
        with pytest.raises(IndexUnavailable, match=r"letter\.doc"):
            restore(target, tmp_path / "full", force=True)

    @pytest.mark.parametrize("content", [b"", b"{}", b"no tar"])
    def test_what_is_no_backup_is_refused(self, tmp_path, content):
        (tmp_path / "a.tar").write_bytes(content)
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "backup-20260101T000000Z.json").write_bytes(content)
        (tmp_path / "empty").mkdir()
        for name in ("a.tar", "folder", "empty", "none"):
            with pytest.raises(BackupDamaged) as told:
                restore(tmp_path / name, tmp_path / "again")
            assert "Errno" not in str(told.value)

    @staticmethod
    def forged(backups: Path, change) -> None:
        """Write something else into a backup, with the right checksum."""
        place = next(backups.glob("backup-*"))
        record = json.loads(place.read_text())
        del record["check"]
        change(record)
        record["check"] = backup_module.zlib.crc32(json.dumps(record, sort_keys=True).encode())
        place.write_text(json.dumps(record))

    @pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "own-../x", "visti-backup.json", ".hidden"])
    def test_a_backup_that_names_other_files_is_none(self, index, tmp_path, name):
        back_up(index, tmp_path / "backups")
        self.forged(tmp_path / "backups", lambda record: record["files"][0].update(name=name))
        with pytest.raises(BackupDamaged, match="not an index's"):
            restore(tmp_path / "backups", tmp_path / "again")

    @pytest.mark.parametrize(
        "change",
        [
            lambda record: record.update(generation="x"),
            lambda record: record.update(generation=10**30),
            lambda record: record.update(articles=None),
            lambda record: record["files"][0].update(size=-5),
            lambda record: record["files"][0].update(checksum="x"),
            lambda record: record["files"].append(record["files"][0]),
        ],
    )
    def test_a_backup_that_says_what_cannot_be_is_none(self, index, tmp_path, change):
        back_up(index, tmp_path / "backups")
        self.forged(tmp_path / "backups", change)
        with pytest.raises(BackupDamaged, match=r"numbers that cannot be|names a file twice"):
            restore(tmp_path / "backups", tmp_path / "again")

    def test_a_file_that_is_none_in_a_tar_file_is_the_fault_of_the_backup(self, index, tmp_path):
        back_up(index, tmp_path / "whole.tar")
        with tarfile.open(tmp_path / "whole.tar") as whole, tarfile.open(tmp_path / "links.tar", "w") as links:
            for member in whole.getmembers():
                if member.name.endswith(".segment"):
                    member.type, member.linkname, member.size = tarfile.SYMTYPE, "/etc/passwd", 0
                links.addfile(member, whole.extractfile(member) if member.isreg() else None)
        with pytest.raises(BackupDamaged, match="segment"):
            restore(tmp_path / "links.tar", tmp_path / "again")

    def test_what_the_disk_refuses_to_read_is_the_fault_of_the_backup(self, index, tmp_path, monkeypatch):
        back_up(index, tmp_path / "backups")

        def refused(store, file):
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(FolderStore, "opened", refused)
        with pytest.raises(BackupDamaged, match="Input/output error"):
            restore(tmp_path / "backups", tmp_path / "again")

    @pytest.mark.parametrize(
        "function", ["_copy", "_renamed", "_begin_index", "publish_commit", "settle_restoring", "sync_folder"]
    )
    def test_killed_at_any_step_it_leaves_the_old_or_the_new_one(self, index, tmp_path, monkeypatch, function):
        class Killed(BaseException):
            pass

        def killed(*arguments):
            raise Killed

        back_up(index, tmp_path / "backups")
        new, new_beside = lines(index), beside(index)
        index_articles([article("later")], index)
        (index / "learned-pairs.tsv").write_text("later")
        old, old_beside = lines(index), beside(index)
        with monkeypatch.context() as patched:
            patched.setattr(restore_module, function, killed)
            with pytest.raises(Killed):
                restore(tmp_path / "backups", index, force=True)
        assert lines(index) == (new if function == "settle_restoring" else old)
        index_articles([], index)  # the next writer ends what was begun, or clears it away
        assert (lines(index), beside(index)) == ((new, new_beside) if lines(index) == new else (old, old_beside))
        assert not list(index.glob(".restoring-*")) and verify_index(index).problems == ()
        restore(tmp_path / "backups", index, force=True)
        assert (lines(index), beside(index)) == (new, new_beside)


CHILD = """
import sys
from pathlib import Path
from search.columnar.backup import back_up
from search.columnar.restore import restore
print("ready", flush=True)
if sys.argv[1] == "backup":
    back_up(Path(sys.argv[2]), Path(sys.argv[3]))
else:
    restore(Path(sys.argv[3]), Path(sys.argv[2]), force=True)
"""


def kill_in(what: str, index: Path, backups: Path, chance: random.Random) -> None:
    """Run a backup or a restoring in a process that is killed somewhere in the midst of it, or soon after."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", CHILD, what, str(index), str(backups)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout.readline() == b"ready\n"
        try:
            process.wait(chance.random() * 0.06)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        assert not process.stderr.read()


def test_killed_backups_and_restorings_leave_what_was_there(index, tmp_path):
    chance = random.Random(4)
    backups = tmp_path / "backups"
    back_up(index, backups)
    backed_up = lines(index), beside(index)
    for kill in range(max(KILLS // 3, 3)):
        index_articles([article("later", str(kill))], index)
        later = lines(index), beside(index)
        copy = Path(shutil.copytree(backups, tmp_path / "copies" / str(kill)))
        kill_in("backup", index, copy, chance)
        for each in list_backups(copy):
            assert check_backup(copy, each.name)[1] == []
        back_up(index, copy)
        kill_in("restore", index, backups, chance)
        assert lines(index) in (later[0], backed_up[0])
        index_articles([], index)
        assert (lines(index), beside(index)) in (later, backed_up)
        assert verify_index(index).problems == ()


class TestCommands:
    def test_backup_list_check_and_restore(self, visti, index, tmp_path):
        backups = tmp_path / "backups"
        made = json.loads(visti("backup", backups, "--index", index, "--json").stdout)
        assert made["articles"] == 31 and made["copied_files"] == made["files"] and made["removed"] == []
        assert "0 files copied" in visti("backup", backups, "--keep", "1", "--index", index).stdout
        listed = json.loads(visti("restore", backups, "--list", "--json").stdout)["backups"]
        assert len(listed) == 1 and listed[0]["articles"] == 31
        assert ": sound" in visti("restore", backups, "--check").stdout
        result = visti("restore", backups, "--index", tmp_path / "again")
        assert result.exit_code == 0 and result.stdout.startswith("31 articles of ")
        assert lines(tmp_path / "again") == lines(index)
        result = visti("restore", backups, "--index", index)
        assert result.exit_code == 1 and "--force" in result.stderr

    def test_a_damaged_backup_is_a_problem(self, visti, index, tmp_path):
        visti("backup", tmp_path / "backups", "--index", index)
        next((tmp_path / "backups" / FILES_FOLDER).glob("*.segment")).unlink()
        result = visti("restore", tmp_path / "backups", "--check")
        assert result.exit_code == 1 and "1 problem" in result.stdout and ".segment" in result.stdout
        result = visti("restore", tmp_path / "backups", "--index", tmp_path / "again")
        assert result.exit_code == 1 and "missing" in result.stderr

    def test_wrong_usage(self, visti, index, tmp_path):
        assert visti("backup", tmp_path / "a.tar", "--keep", "2", "--index", index).exit_code == 2
