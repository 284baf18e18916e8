"""Durability: a process killed at any instant, and a disk that is full, leave every commit that was announced."""

import contextlib
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from archives import document, kept_files, stored_by_id, write
from committing import KEPT
from test_columnar_salvage import build, flip, postings_byte, repaired, segment_files

from search.columnar.verify import verify_index

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
# More kills: VISTI_KILLS=1000 pytest tests/search/columnar/test_columnar_durability.py
KILLS = int(os.environ.get("VISTI_KILLS", "15"))


def child(*arguments: object) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(HERE)))}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def test_killed_process_loses_nothing_that_it_announced(tmp_path):
    index, announced = tmp_path / "index", -1
    for kill in range(KILLS):
        process = child(HERE / "committing.py", index, announced + 1)
        lines = [process.stdout.readline() for _ in range(random.randrange(1, 12))]
        # Killed somewhere in the next commit, which takes a few milliseconds, or in one soon after it.
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(random.random() * 0.015)
        process.kill()
        # Not communicate(): it would pass over lines that readline() has buffered.
        with process:
            rest, errors = process.stdout.read(), process.stderr.read()
        assert not errors, errors
        announced = int("".join([*lines, rest]).split()[-1])
        check(index, announced, kill)
        announced = max(announced, int(newest(index)))


def newest(index: Path) -> str:
    return stored_by_id(index)["shared"].decode().removeprefix("shared: ")


def check(index: Path, announced: int, kill: int) -> None:
    assert verify_index(index).problems == (), kill
    last = int(newest(index))
    # The commit after the announced one may have been switched to before its announcement.
    assert last in (announced, announced + 1), kill
    kept = range(max(last - KEPT + 1, 0), last + 1)
    assert stored_by_id(index).keys() == {"shared", *map(str, kept)}, kill


@pytest.mark.parametrize("limit", [0, 1, 700, 1_500, 3_000, 20_000, 100_000])
def test_process_that_may_write_no_more_keeps_the_last_commit(tmp_path, limit):
    write(tmp_path / "index", [document("a", "кит")])
    script = f"""
import resource, signal, sys
from archives import document, write
from pathlib import Path
from search.errors import CommitFailed
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    write(Path(sys.argv[1]), [document(f"{{n:04d}}", " ".join(map(str, range(n)))) for n in range(100)])
except CommitFailed as error:
    print(error)
"""
    process = child("-c", script, tmp_path / "index")
    output, errors = process.communicate()
    assert not errors, errors
    if output:
        assert "File too large" in output and str(tmp_path / "index") in output
        assert stored_by_id(tmp_path / "index") == {"a": "a: кит".encode()}
    else:
        assert len(stored_by_id(tmp_path / "index")) == 101
    assert bool(output) == (limit < 50_000)
    assert verify_index(tmp_path / "index").problems == ()
    assert {file.name for file in (tmp_path / "index").iterdir()} == kept_files(tmp_path / "index")
    write(tmp_path / "index", [document("b")])
    assert "b" in stored_by_id(tmp_path / "index")


REPAIRING = """
import sys
from datetime import date
from pathlib import Path
from archives import ANALYSIS, LAYOUT
from test_columnar_salvage import CONTENTS
from search.columnar.salvage import repair_index
print("ready", flush=True)
repair_index(Path(sys.argv[1]), LAYOUT, ANALYSIS, CONTENTS, date(2026, 11, 1))
"""


def test_killed_repair_loses_nothing_and_can_be_run_again(tmp_path):
    for kill in range(max(KILLS // 5, 1)):
        index = tmp_path / str(kill)
        expected = build(index)
        path = segment_files(index)[1]
        flip(path, postings_byte(path))
        with child("-c", REPAIRING, index) as process:
            assert process.stdout.readline() == "ready\n"
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(random.random() * 0.03)
            process.kill()
        repaired(index)
        assert stored_by_id(index) == expected


def test_readers_see_whole_commits_while_the_writer_commits_and_merges(tmp_path):
    index = tmp_path / "index"
    with child(HERE / "committing.py", index, 0) as process:
        assert process.stdout.readline() == "0\n"
        for _ in range(KILLS * 10):
            last = int(newest(index))
            kept = {str(number) for number in range(max(last - KEPT + 1, 0), last + 1)}
            found = stored_by_id(index)
            assert int(found["shared"].decode().removeprefix("shared: ")) >= last
            assert len(found) <= KEPT + 1 and (found.keys() == {"shared", *kept} or int(newest(index)) > last)
        process.kill()
