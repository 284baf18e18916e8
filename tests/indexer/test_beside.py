"""What lies beside an index: no file that Visti writes there is unknown, and none outlives the index it belongs to."""

import ast
import json
import re
from pathlib import Path
from threading import Event

import pytest

import search
from indexer import index_articles
from indexer.quarantine import Quarantine, Refused
from indexer.rebuild import reindex_into
from indexer.watching import FolderWatch
from search.archive.index_files import kind_of
from search.archive.verifying import verify_archive
from search.article import Article
from search.columnar.backup import back_up
from search.columnar.beside import BESIDE, NAMES, POLLED, QUARANTINE, WATCHED, beside_of
from search.columnar.restore import restore

ROOT = Path(__file__).parents[2]
#: The name of a file as it may lie beside an index.
FILE_NAME = re.compile(r"\.?[a-z]+(?:-[a-z]+)*\.(?:jsonl|json|tsv|lock|db|sqlite)")
#: Names in the code that are none: what the engine itself knows, a list inside ``.restoring-NUMBER``, a file of the
#: language's own data, what feeds call theirs.
ELSEWHERE = {"visti.json", "visti-backup.json", "writing.lock", "beside.json"}


def line(name: str) -> bytes:
    return json.dumps({"id": name, "language": "en", "title": f"A berth {name}"}).encode() + b"\n"


def watch_once(folder: Path, index: Path) -> int:
    """Return how many articles a watcher adds that looks at a folder once."""
    reports = []
    FolderWatch([folder], index, stop=Event(), told=reports.append, troubled=pytest.fail).run_once()
    return sum(report.added for report in reports)


def has(index: Path) -> set[str]:
    with search.open(index) as archive:
        return {hit.article.id for hit in archive.search("berth", limit=100, group="none").hits}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "incoming").mkdir()
    (tmp_path / "incoming" / "a.jsonl").write_bytes(line("a"))
    return tmp_path / "incoming"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_names_of_files_stand_in_the_list_alone():
    found = {
        (node.value, path.relative_to(ROOT).as_posix())
        for package in ("search/archive", "search/columnar", "indexer")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "beside.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and FILE_NAME.fullmatch(node.value)
    }
    strangers = {each for each in found if each[0] not in ELSEWHERE}
    assert not strangers, "a file beside an index belongs into search/columnar/beside.py, or its name into ELSEWHERE"
    assert {name for name, _ in found} == ELSEWHERE, "and what is gone, out of it"


def test_everything_that_visti_writes_is_known(visti, folder, index, tmp_path):
    """Every command that writes is run once; nothing in the folder may be ``other``."""
    (folder / "a.jsonl").write_bytes(line("a") + line("b") + line("c") + b"{broken\n")
    (tmp_path / "words.tsv").write_text("полк\tполк\tregiment\n", encoding="utf-8")
    for arguments in (
        ["watch", folder, "--once"],
        ["index", folder],
        ["index", "--retry"],
        ["status", "a", "withheld"],
        ["story", "join", "a", "b"],
        ["dictionary", "add", tmp_path / "words.tsv"],
        ["learn"],
        ["delete", "c"],
        ["backup", tmp_path / "backups"],
        ["restore", tmp_path / "backups", "--force"],
        ["reindex", "--force"],
        ["reindex", "--into", tmp_path / "copy"],
        ["repair"],
    ):
        index_options = ["--index", index]
        result = visti(*arguments, *index_options)
        assert result.exit_code == 0 or arguments[:2] == ["index", "--retry"], (arguments, result.output)
        for each in (index, tmp_path / "copy"):
            names = [file.name for file in each.iterdir()] if each.exists() else []
            assert [name for name in names if kind_of(name) == "other"] == [], arguments
    there = {each.name for each in BESIDE if (index / each.name).exists() or (tmp_path / "copy" / each.name).exists()}
    not_made_here = {"headlines-changed.jsonl", "learned-pairs.tsv", POLLED.name, NAMES.name}
    assert there >= {each.name for each in BESIDE} - not_made_here


def test_a_name_in_the_list_is_known_also_on_its_way_into_place():
    for each in BESIDE:
        assert beside_of(each.name) is beside_of(f"{each.name}.new") is each
    assert beside_of("own-notes.txt") is None


def test_a_restored_index_is_given_what_it_lacks(folder, index, tmp_path):
    assert watch_once(folder, index) == 1
    back_up(index, tmp_path / "backups")
    (folder / "b.jsonl").write_bytes(line("b"))
    assert watch_once(folder, index) == 1
    restore(tmp_path / "backups", index, force=True)
    assert has(index) == {"a"}
    reports = []
    FolderWatch([folder], index, stop=Event(), told=reports.append, troubled=pytest.fail).run_once()
    assert has(index) == {"a", "b"}
    assert [(report.added, report.unchanged) for report in reports] == [(1, 0)], "and only what it lacks"


def test_so_it_is_by_a_backup_from_before_there_was_a_watcher(folder, index, tmp_path):
    index_articles([Article(id="old", language="en", title="A berth")], index)
    back_up(index, tmp_path / "backup.tar")
    assert watch_once(folder, index) == 1
    restore(tmp_path / "backup.tar", index, force=True)
    assert not (index / WATCHED.name).exists()
    assert watch_once(folder, index) == 1 and has(index) == {"old", "a"}


def test_a_watcher_that_is_running_sees_that_another_index_was_restored(folder, index, tmp_path):
    index_articles([Article(id="old", language="en", title="A berth")], index)
    back_up(index, tmp_path / "backup.tar")
    watch = FolderWatch([folder], index, stop=Event(), told=lambda report: None, troubled=pytest.fail)
    watch.run_once()
    restore(tmp_path / "backup.tar", index, force=True)
    assert has(index) == {"old"}
    watch.run_once()
    assert has(index) == {"old", "a"}


def test_what_was_taken_before_a_restoring_is_not_written_down_after_it(folder, index, tmp_path, monkeypatch):
    index_articles([Article(id="old", language="en", title="A berth")], index)
    (index / WATCHED.name).write_text('{"files": {}}')
    back_up(index, tmp_path / "backup.tar")
    watch = FolderWatch([folder], index, stop=Event(), told=lambda report: None, troubled=pytest.fail)
    restored = []

    def index_and_restore(*arguments, **named):
        report = index_articles(*arguments, **named)
        if not restored:
            restored.append(restore(tmp_path / "backup.tar", index, force=True))
        return report

    monkeypatch.setattr("indexer.watching.index_articles", index_and_restore)
    watch.run_once()
    watch.run_once()
    assert restored and has(index) == {"old", "a"}


def test_a_repair_that_lost_articles_has_everything_taken_again(folder, index):
    watch_once(folder, index)
    (folder / "b.jsonl").write_bytes(line("b"))
    watch_once(folder, index)
    max(index.glob("*.segment")).write_bytes(b"")
    repair = search.repair(index)
    assert repair.lost and has(index) == {"a"}
    watch_once(folder, index)
    assert has(index) == {"a", "b"}


def refused(number: int) -> Refused:
    return Refused("feed", number, "it is broken", "jsonlines", None, "2026-01-02T00:00:00+00:00", b"{" * 100)


def test_the_quarantine_is_backed_up_restored_copied_and_verified(index, tmp_path):
    index_articles([Article(id="old", language="en", title="A berth")], index)
    quarantine = Quarantine(index / QUARANTINE.name)
    quarantine.add(refused(1))
    quarantine.flush()
    before = quarantine.path.read_bytes()
    back_up(index, tmp_path / "backups")
    with quarantine.path.open("ab") as file:
        file.write(b"[1]\n{cut")
    found = verify_archive(index)
    assert found.counted["quarantine"] == 1 and any("2 lines of quarantine.jsonl" in note for note in found.notes)
    reindex_into(index, tmp_path / "copy")
    assert (tmp_path / "copy" / QUARANTINE.name).read_bytes() == before + b"[1]\n{cut"
    restore(tmp_path / "backups", index, force=True)
    assert quarantine.path.read_bytes() == before and not verify_archive(index).notes


def test_what_the_watcher_cannot_read_any_more_is_noted(index):
    index_articles([Article(id="old", language="en", title="A berth")], index)
    (index / WATCHED.name).write_bytes(b"{")
    assert any(f"1 lines of {WATCHED.name}" in note for note in verify_archive(index).notes)
    (index / WATCHED.name).write_bytes(b'["a", [1, 2]]\n\n["b", [1, 2]]\n')  # as it is written
    assert not verify_archive(index).notes
