"""A folder of sources may hold the index that is made of it, and its backups: what is in those is no source."""

import gzip
import json
from pathlib import Path
from threading import Event, Thread

import pytest

import search
from indexer import index_articles, read_sources
from indexer.errors import SourceUnavailable
from indexer.readers.reading import Remark
from indexer.watching import FolderWatch
from search.article import Article
from search.columnar.backup import back_up


def line(name: str) -> str:
    return json.dumps({"id": name, "language": "en", "title": "A berth"}) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "a.jsonl").write_text(line("a"))
    (tmp_path / "z.jsonl").write_text(line("z") + "{broken\n")
    return tmp_path


def ids(index: Path) -> list[str]:
    return [json.loads(each)["id"] for each in search.export_lines(index)]


def test_the_first_run_and_the_next_ones_read_the_sources_alone(visti, folder):
    first, again = (json.loads(visti("index", folder, "--index", folder / "index", "--json").stdout) for _ in range(2))
    assert (first["added"], first["rejected"]) == (2, 1)
    assert (again["unchanged"], again["rejected"], again["quarantined"]) == (2, 1, 0)
    assert [(each["source"], each["message"]) for each in again["remarks"]] == [
        (str(folder / "index"), "the folder of an index or of backups is passed over")
    ]


@pytest.mark.parametrize("name", ["quarantine.jsonl", "editors-decisions.jsonl", "damaged-2026-01-01/more.jsonl"])
def test_whatever_lies_in_an_index_is_no_source(folder, name):
    index_articles([], folder / "index")
    (folder / "index" / name).parent.mkdir(exist_ok=True)
    (folder / "index" / name).write_text(line("never"))
    assert [each.id for each in read_sources([folder]) if isinstance(each, Article)] == ["z", "a"]


@pytest.mark.parametrize("is_unpacked", [False, True])
def test_backups_are_no_source(folder, is_unpacked):
    index_articles([Article(id="x", language="en", title="A berth")], folder / "index")
    search.set_status(folder / "index", "x", "withheld", who="Olha")
    back_up(folder / "index", folder / "backups")
    if is_unpacked:
        (folder / "backups" / "writing.lock").unlink()
    assert list((folder / "backups" / "files").glob("*.jsonl"))
    remarks = [each for each in read_sources([folder]) if isinstance(each, Remark)]
    assert [each.source for each in remarks] == [str(folder / "backups"), str(folder / "index")]


@pytest.mark.parametrize("name", ["backup.tar", "packed.tar.gz"])
def test_a_backup_in_a_file_is_no_source(folder, name):
    index_articles([Article(id="x", language="uk", title="Міст")], folder / "index")
    search.set_status(folder / "index", "x", "withheld", who="Olha")
    back_up(folder / "index", folder / "backup.tar")
    if name.endswith(".gz"):
        (folder / name).write_bytes(gzip.compress((folder / "backup.tar").read_bytes()))
    (remark,) = read_sources([folder / name])
    assert isinstance(remark, Remark) and "visti restore" in str(remark)


def test_an_index_that_is_named_itself_is_refused(visti, folder):
    index_articles([], folder / "index")
    (refused,) = read_sources([folder / "index"])
    assert isinstance(refused, SourceUnavailable) and "visti export" in str(refused)
    result = visti("watch", folder / "index", "--once", "--index", folder / "other")
    assert result.exit_code == 1 and "the folder of an index" in result.output


@pytest.mark.parametrize("every", [None, 0.1], ids=["told", "polled"])
def test_a_watcher_passes_over_it_and_says_so_once(folder, every):
    stop, troubles, done = Event(), [], Event()
    watch = FolderWatch(
        [folder], folder / "index", stop=stop, told=lambda report: done.set(), troubled=troubles.append, every=every
    )
    thread = Thread(target=watch.run)
    thread.start()
    try:
        assert done.wait(60)
        done.clear()
        (folder / "index" / "quarantine.jsonl").write_text(line("never"))
        (folder / "index" / "damaged-2026-01-01").mkdir()
        (folder / "index" / "damaged-2026-01-01" / "moved.jsonl").write_text(line("never"))
        (folder / "late.jsonl").write_text(line("late"))
        assert done.wait(60)
    finally:
        stop.set()
        thread.join()
    assert sorted(ids(folder / "index")) == ["a", "late", "z"]
    assert troubles == [f"{folder / 'index'} is the folder of an index or of backups, and is passed over"]
