"""Folders that are followed: whole files alone, each once, through renames, other writers, restarts and kills."""

import json
import os
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
from indexer.watching import SETTLED_SECONDS, STATE_NAME, Candidates, FolderWatch, Taken
from indexer.write import Report
from search.columnar.lock import locked

START = "from indexer.watch_command import watch_command; watch_command()"
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
    candidates = Candidates(Taken(folder / STATE_NAME), lambda: now[0])
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
    candidates = Candidates(Taken(folder / STATE_NAME), lambda: 0.0)
    for name in ("a.jsonl", ".hidden.jsonl", "a.jsonl.part", "b.tmp"):
        (folder / name).write_bytes(line("a"))
        candidates.notice(str(folder / name), whole=True)
    (folder / "folder.jsonl").mkdir()
    candidates.notice(str(folder / "folder.jsonl"), whole=True)
    assert list(candidates.whole()) == [str(folder / "a.jsonl")]


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
    assert list(json.loads((index / STATE_NAME).read_bytes())["files"]) == [str(folder / "b.jsonl")]


def start(folder: Path, index: Path, *options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", START, str(folder), "--index", str(index), *options]
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
