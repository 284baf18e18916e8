"""Folders that are followed: whole files alone, each once, through renames, other writers, restarts and kills."""

import json
import os
import queue
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

import search
from indexer.folder_notices import Arrival, FolderNotices, Notice
from indexer.quarantine import QUARANTINE_NAME, Quarantine
from indexer.watch_state import WatchState
from indexer.watching import CLOSED_SECONDS, SETTLED_SECONDS, STATE_NAME, Candidates, FolderWatch
from indexer.write import Report
from search.columnar.lock import locked

START = "from search.command import main; main()"
#: What does not come in this time never does.
WAIT_SECONDS = 60


def line(name: str, title: str = "A berth") -> bytes:
    return json.dumps({"id": name, "language": "en", "title": title}).encode() + b"\n"


def until(condition: Callable[[], object]) -> None:
    ends = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)


def has(index: Path, name: str, title: str = "A berth") -> bool:
    try:
        with search.open(index) as archive:
            found = archive.get(name)
            return found is not None and found.title == title
    except search.IndexMissing:
        return False


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "incoming").mkdir()
    return tmp_path / "incoming"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture(params=[None, 0.1], ids=["told", "polled"])
def watched(request: pytest.FixtureRequest, folder: Path, index: Path) -> Iterator[list[Report]]:
    stop, reports = Event(), list[Report]()
    watch = FolderWatch(
        [folder], index, stop=stop, told=reports.append, troubled=lambda reason: None, every=request.param
    )
    thread = Thread(target=watch.run)
    thread.start()
    yield reports
    stop.set()
    thread.join(WAIT_SECONDS)
    assert not thread.is_alive()


def test_a_file_is_whole_when_it_has_stood_still(folder: Path) -> None:
    now = [100.0]
    candidates = Candidates(WatchState(folder / STATE_NAME, pytest.fail), lambda: now[0])
    file = folder / "a.jsonl"
    file.write_bytes(line("a"))
    candidates.notice(str(file))
    now[0] += SETTLED_SECONDS / 2
    assert not candidates.whole()
    file.write_bytes(line("a") + line("b"))
    now[0] += SETTLED_SECONDS / 2
    assert not candidates.whole(), "it has grown: the time begins anew"
    now[0] += SETTLED_SECONDS
    found = candidates.whole()
    assert list(found) == [str(file)]
    file.write_bytes(b"")
    candidates.notice(str(file))
    candidates.done(found, ())
    assert len(candidates) == 1, "it has changed while it was read"


def test_what_was_moved_in_is_whole_at_once_and_other_names_are_never(folder: Path) -> None:
    candidates = Candidates(WatchState(folder / STATE_NAME, pytest.fail), lambda: 0.0)
    for name in ("a.jsonl", ".hidden.jsonl", "a.jsonl.part", "b.tmp"):
        (folder / name).write_bytes(line("a"))
        candidates.notice(str(folder / name), Arrival.MOVED)
    (folder / "folder.jsonl").mkdir()
    candidates.notice(str(folder / "folder.jsonl"), Arrival.MOVED)
    assert list(candidates.whole()) == [str(folder / "a.jsonl")]


def test_what_was_closed_is_whole_if_it_is_not_opened_again_at_once(folder: Path) -> None:
    now = [100.0]
    candidates = Candidates(WatchState(folder / STATE_NAME, pytest.fail), lambda: now[0])
    file, empty = folder / "a.jsonl", folder / "empty.jsonl"
    for path, content in ((file, line("a")), (empty, b"")):
        path.write_bytes(content)
        candidates.notice(str(path))
        candidates.notice(str(path), Arrival.CLOSED)
        candidates.notice(str(path))
    assert candidates.seconds_to_wait(9.0) == pytest.approx(CLOSED_SECONDS)
    now[0] += CLOSED_SECONDS * 0.9
    assert not candidates.whole()
    file.write_bytes(line("a") + line("b"))
    candidates.notice(str(file))
    now[0] += CLOSED_SECONDS
    assert not candidates.whole(), "it is being written again"
    candidates.notice(str(file), Arrival.CLOSED)
    now[0] += CLOSED_SECONDS
    assert list(candidates.whole()) == [str(file)], "who makes a file first and writes it then has closed it empty"


def test_the_system_tells_how_a_file_came(folder: Path) -> None:
    events: queue.SimpleQueue[Notice] = queue.SimpleQueue()
    notices = FolderNotices(events)
    notices.follow(folder)
    try:
        for do, path, arrival in (
            (lambda: (folder / "a.jsonl").write_bytes(line("a")), "a.jsonl", Arrival.CLOSED),
            (lambda: (folder / "a.jsonl").rename(folder / "b.jsonl"), "b.jsonl", Arrival.MOVED),
            (lambda: (folder / "b.jsonl").chmod(0o600), "b.jsonl", Arrival.UNKNOWN),
            (lambda: (folder / "b.jsonl").rename(folder.parent / "c.jsonl"), None, None),
            (lambda: (folder.parent / "c.jsonl").rename(folder / "d.jsonl"), "d.jsonl", Arrival.MOVED),
        ):
            do()
            while path and events.get(timeout=WAIT_SECONDS) != Notice(str(folder / path), arrival):
                pass
    finally:
        notices.stop()


def test_what_is_hidden_or_linked_is_passed_over(folder: Path, index: Path, watched: list[Report]) -> None:
    """Also when the system tells of it: there, programs put what is not whole."""
    (folder / "first.jsonl").write_bytes(line("first"))
    until(lambda: has(index, "first"))
    (folder / ".partial").mkdir()
    for path in (folder / ".partial", folder.parent / "moved", folder.parent / "linked"):
        path.mkdir(exist_ok=True)
        (path / f"{path.name}.jsonl".lstrip(".")).write_bytes(line(path.name))
    (folder.parent / "moved").rename(folder / ".moved")
    (folder / "linked").symlink_to(folder.parent / "linked")
    (folder / "last.jsonl").write_bytes(line("last"))
    until(lambda: has(index, "last"))
    (folder / "later.jsonl").write_bytes(line("later"))
    until(lambda: has(index, "later"))
    until(lambda: sum(report.added for report in watched) >= 3)
    with search.open(index) as archive:
        assert archive.count() == 3


def test_files_are_taken_as_they_come_and_change(folder: Path, index: Path, watched: list[Report]) -> None:
    (folder / "a.jsonl").write_bytes(line("a"))
    until(lambda: has(index, "a"))
    (folder / "a.jsonl").write_bytes(line("a", "A longer berth"))
    until(lambda: has(index, "a", "A longer berth"))
    (folder / "b.jsonl.part").write_bytes(line("b"))
    (folder / "b.jsonl.part").rename(folder / "b.jsonl")
    until(lambda: has(index, "b"))
    (folder.parent / "day" / "deep").mkdir(parents=True)
    (folder.parent / "day" / "deep" / "c.jsonl").write_bytes(line("c"))
    (folder.parent / "day").rename(folder / "day")
    until(lambda: has(index, "c"))
    until(lambda: sum(report.added for report in watched) == 3)


def test_what_cannot_be_taken_is_kept(folder: Path, index: Path, watched: list[Report]) -> None:
    (folder / "a.jsonl").write_bytes(line("a") + b'{"id": "b", "title": 5}\n')
    until(lambda: has(index, "a"))
    until(lambda: watched)
    (kept,) = Quarantine(index / QUARANTINE_NAME).read()
    assert (kept.source, kept.line, kept.id) == (str(folder / "a.jsonl"), 2, "b")


def test_another_writer_is_waited_for(folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.jsonl").write_bytes(line("a"))
    index.mkdir()
    troubles, stop = list[str](), Event()
    monkeypatch.setattr("indexer.watching.RETRY_SECONDS", 0.0)
    monkeypatch.setattr("indexer.watching.index_articles", _impatient)
    watch = FolderWatch([folder], index, stop=stop, told=lambda report: None, troubled=troubles.append)
    with locked(index, 1):
        thread = Thread(target=watch.run_once)
        thread.start()
        until(lambda: troubles)
    thread.join(WAIT_SECONDS)
    assert has(index, "a")


def _impatient(*arguments: object, **named: object) -> Report:
    from indexer.write import index_articles

    return index_articles(*arguments, **named, wait_seconds=0.01)  # type: ignore[arg-type]


def test_a_restart_goes_on_and_a_damaged_memory_only_costs_time(folder: Path, index: Path) -> None:
    def reports() -> list[Report]:
        found: list[Report] = []
        FolderWatch([folder], index, stop=Event(), told=found.append, troubled=pytest.fail).run_once()
        return found

    (folder / "a.jsonl").write_bytes(line("a"))
    assert [report.added for report in reports()] == [1]
    assert reports() == []
    (folder / "b.jsonl").write_bytes(line("b") + b"{broken\n")
    assert [(report.added, report.rejected, report.unchanged) for report in reports()] == [(1, 1, 0)]
    (index / STATE_NAME).write_bytes(b"[1")
    assert [(report.added, report.unchanged) for report in reports()] == [(0, 2)]
    (folder / "a.jsonl").unlink()
    (folder / "b.jsonl").write_bytes(line("b"))
    reports()
    assert WatchState(index / STATE_NAME, pytest.fail).names() == [str(folder / "b.jsonl")]


def start(folder: Path, index: Path, *options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", START, "watch", str(folder), "--index", str(index), *options]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ)


def test_sigterm_ends_it(folder: Path, index: Path) -> None:
    (folder / "a.jsonl").write_bytes(line("a"))
    process = start(folder, index)
    until(lambda: has(index, "a"))
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0 and "1 added" in told


def test_a_kill_loses_nothing(folder: Path, index: Path) -> None:
    chance, number = random.Random(3), 0
    for _ in range(3):
        process = start(folder, index)
        for _ in range(3):
            number += 1
            (folder / f"{number}.jsonl").write_bytes(b"".join(line(f"{number}-{each}") for each in range(50)))
            time.sleep(chance.random() / 2)
        until(lambda: index.exists() and (index / STATE_NAME).exists())
        process.kill()
        process.communicate(timeout=WAIT_SECONDS)
    process = start(folder, index, "--once")
    process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0
    assert all(has(index, f"{file}-{each}") for file in range(1, number + 1) for each in (0, 49))
    assert search.repair(index).outcome == "sound"


def test_a_folder_that_is_gone_for_a_while_is_followed_again(
    folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the system's notices: the regular look at everything does not come in the time of a test."""
    monkeypatch.setattr("indexer.watching.FOLDER_SECONDS", 0.05)
    stop, troubles = Event(), list[str]()
    watch = FolderWatch([folder], index, stop=stop, told=lambda report: None, troubled=troubles.append)
    thread = Thread(target=watch.run)
    thread.start()
    (folder / "a.jsonl").write_bytes(line("a"))
    until(lambda: has(index, "a"))
    folder.rename(folder.parent / "away")
    until(lambda: troubles)
    folder.mkdir()
    until(lambda: len(troubles) == 2)
    for name in ("b", "c"):
        (folder / f"{name}.jsonl").write_bytes(line(name))
        until(lambda name=name: has(index, name))
    stop.set()
    thread.join(WAIT_SECONDS)
    assert "is gone" in troubles[0] and "there again" in troubles[1]


def test_a_file_is_looked_at_again_when_it_may_be_read_at_last(folder: Path) -> None:
    candidates, file = Candidates(WatchState(folder / STATE_NAME, pytest.fail), lambda: 0.0), folder / "a.jsonl"
    file.write_bytes(line("a"))
    candidates.notice(str(file), Arrival.MOVED)
    candidates.done(candidates.whole(), [str(file)])
    candidates.notice(str(file), Arrival.MOVED)
    assert not candidates.whole(), "it is told of once"
    time.sleep(0.02)  # the clock of files goes in steps
    file.chmod(0o600)
    candidates.notice(str(file), Arrival.MOVED)
    assert list(candidates.whole()) == [str(file)]


def test_a_folder_that_may_not_be_read_is_told_of(folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "closed").mkdir()
    (folder / "closed" / "a.jsonl").write_bytes(line("a"))
    scandir, closed, troubles = os.scandir, {str(folder / "closed")}, list[str]()

    def refusing(path: str) -> object:
        if os.fspath(path) in closed:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    watch = FolderWatch([folder], index, stop=Event(), told=lambda report: None, troubled=troubles.append)
    watch.run_once()
    watch.run_once()
    (told,) = troubles
    assert told.startswith(f"{folder / 'closed'} may not be read")
    closed.clear()
    watch.run_once()
    assert has(index, "a") and troubles == [told]


def test_files_of_a_folder_that_is_away_are_not_forgotten(folder: Path, index: Path) -> None:
    """A disk that is put back has not to be read again; what was deleted is forgotten."""
    (folder.parent / "disk").mkdir()
    for each in (folder, folder.parent / "disk"):
        (each / "a.jsonl").write_bytes(line(each.name))
        (each / "b.jsonl").write_bytes(line(each.name + "-b"))
    folders = [folder, folder.parent / "disk"]
    FolderWatch(folders, index, stop=Event(), told=lambda report: None, troubled=pytest.fail).run_once()
    (folder / "b.jsonl").unlink()
    (folder.parent / "disk").rename(folder.parent / "taken-out")
    FolderWatch(folders, index, stop=Event(), told=pytest.fail, troubled=pytest.fail).run_once()
    remembered = WatchState(index / STATE_NAME, pytest.fail).names()
    assert sorted(remembered) == sorted(map(str, (folder / "a.jsonl", folders[1] / "a.jsonl", folders[1] / "b.jsonl")))


def test_an_index_that_cannot_be_written_ends_it_with_the_reason(folder: Path, index: Path) -> None:
    (folder / "a.jsonl").write_bytes(line("a"))
    index.mkdir()
    (index / "letter.txt").write_text("Something else.")
    process = start(folder, index)
    _, told = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 1 and "holds something other than an index" in told and "Traceback" not in told
