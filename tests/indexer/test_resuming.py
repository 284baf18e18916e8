"""A run that was killed or stopped in the midst of a file is started again, and ends as if it had not been."""

import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from test_containers import line, tarred, warc, zipped

import search
from indexer import index_articles, read_sources

# warcio's writer leaves files open
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ROOT = Path(__file__).parents[2]
COUNT, COMMIT_EVERY, AFTER = 100, 20, 70
#: Indexes a source, and sends itself a signal before a certain article.
CHILD = """
import os, sys
from indexer import index_articles, read_sources
source, index, number, after, commit_every = sys.argv[1:3] + [int(each) for each in sys.argv[3:]]

def until_told():
    for count, reading in enumerate(read_sources([source])):
        if count == after:
            os.kill(os.getpid(), number)
        yield reading

index_articles(until_told(), index, link=True, commit_every=commit_every)
"""

LINES = [line(f"{number:03}", body=f"The harbour master has counted {number} ships.") for number in range(COUNT)]
IN_FILES = {f"{number:03}.jsonl": content for number, content in enumerate(LINES)}


def answers() -> list[tuple[str, str, str, bytes]]:
    return [
        (f"https://news.example/{name}", "200 OK", "application/x-ndjson", content)
        for name, content in IN_FILES.items()
    ]


def packed_by_record() -> bytes:
    """Return a WARC file of which each record is a frame of its own, as archives of the web keep them."""
    return b"".join(zstandard.compress(warc([each])) for each in answers())


SOURCES: dict[str, Callable[[], bytes]] = {
    "a.jsonl": lambda: b"".join(LINES),
    "a.jsonl.gz": lambda: gzip.compress(b"".join(LINES)),
    "a.zip": lambda: zipped(IN_FILES),
    "a.tar": lambda: tarred(IN_FILES),
    "a.warc.gz": lambda: warc(answers(), packed=True),
    "a.warc.zst": packed_by_record,
}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("name", SOURCES)
def test_the_second_run_goes_on(tmp_path, name, number):
    source = tmp_path / name
    source.write_bytes(SOURCES[name]())
    index_articles(read_sources([source]), tmp_path / "whole", link=True)
    arguments = [str(source), str(tmp_path / "index"), *map(str, (int(number), AFTER, COMMIT_EVERY))]
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments], capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert ended.returncode != 0
    with search.open(tmp_path / "index") as archive:
        safe = archive.count()
    assert AFTER // COMMIT_EVERY * COMMIT_EVERY <= safe <= AFTER
    report = index_articles(read_sources([source]), tmp_path / "index", link=True)
    assert (report.unchanged, report.added, report.updated, report.rejected) == (safe, COUNT - safe, 0, 0)
    assert set(search.export_lines(tmp_path / "index")) == set(search.export_lines(tmp_path / "whole"))
    again = index_articles(read_sources([source]), tmp_path / "index", link=True)
    assert again.unchanged == COUNT and not again.changed


def test_frames_of_any_size_are_one_file(tmp_path):
    (tmp_path / "a.warc.zst").write_bytes(packed_by_record())
    (tmp_path / "b.warc.zst").write_bytes(zstandard.compress(warc(answers())))
    first, second = (
        [each.id for each in read_sources([tmp_path / name]) if isinstance(each, search.Article)]
        for name in ("a.warc.zst", "b.warc.zst")
    )
    assert first == second == sorted(first) and len(first) == COUNT
