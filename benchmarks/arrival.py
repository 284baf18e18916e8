"""
How soon an article is found on the running site after it has come: as a file, from a program, in a feed.

    python -m benchmarks.arrival [--articles 3000 200000] [--arrivals 20] [--index FOLDER]

``visti serve`` and ``visti watch`` run as they do for a newsroom, on a copy of a generated archive. Articles come one
after another, and the site is asked for the newest again and again until the article is among them. A feed is asked as
soon as it has the article, so its figure is what comes on top of the time between two polls. docs/performance.md quotes
a run.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen

import search
from benchmarks.generated_index import kept_index, sample_articles
from benchmarks.load import served
from indexer.asking import PolledSource
from indexer.fetching import Fetcher
from indexer.polling import Poller

_VISTI = [sys.executable, "-c", "from search.command import main; main()"]
_STEP_SECONDS = 0.01
#: What has not come in this time never does.
_LONGEST_SECONDS = 30.0
_EVERY = 600.0


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--articles", type=int, nargs="+", default=[3_000, 200_000])
    parser.add_argument("--arrivals", type=int, default=20)
    parser.add_argument("--index", type=Path, help="an index of generated articles; built if none is named")
    options = parser.parse_args()
    print("| archive | how it comes | median, seconds | longest |\n|--:|---|--:|--:|")
    for number in options.articles:
        for how, seconds in _measured(options.index or kept_index(number), options.arrivals):
            print(f"| {number:,} | {how} | {median(seconds):.2f} | {max(seconds):.2f} |", flush=True)


def _measured(archive: Path, arrivals: int) -> Iterator[tuple[str, list[float]]]:
    """Yield for each way how long each arrival took; all that is written goes at the end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index = Path(shutil.copytree(archive, folder / "index"))
        (folder / "incoming").mkdir()
        token = _token(folder / "accounts.sqlite")
        with served(index, workers=1) as server, _watched(folder / "incoming", index), _fed(index) as poll:
            articles = _arriving()
            ways: dict[str, Callable[[search.Article], None]] = {
                "a file written into a watched folder": lambda article: _write(article, folder / "incoming"),
                "a file moved in when it is whole": lambda article: _move_in(article, folder / "incoming"),
                "`POST /api/v1/articles`": lambda article: _post(article, server.address, token),
                "in a feed, from its poll": poll,
            }
            for how, bring in ways.items():
                _found_after(bring, next(articles), server.address)  # the first is told by what is not loaded yet
                yield how, [_found_after(bring, next(articles), server.address) for _ in range(arrivals)]


def _found_after(bring: Callable[[search.Article], None], article: search.Article, address: str) -> float:
    """Return how many seconds after it began to come an article is found."""
    begun = time.perf_counter()
    bring(article)
    while not _is_found(article, address):
        if time.perf_counter() - begun > _LONGEST_SECONDS:
            raise RuntimeError(f"{article.id} was not found")
        time.sleep(_STEP_SECONDS)
    return time.perf_counter() - begun


def _is_found(article: search.Article, address: str) -> bool:
    # Not by its word: one that no article has yet is looked for in other spellings, a second of work after each commit
    with urlopen(f"{address}api/v1/search?sort=newest&group=none&limit=3") as answer:
        return any(hit["id"] == article.id for hit in json.load(answer)["hits"])


def _arriving() -> Iterator[search.Article]:
    """Yield articles of now with a word of their own, which is their id; each is to be linked as others are."""
    samples = sample_articles()
    for number in count():
        sample, word = samples[number * 7 % len(samples)], f"zqarrival{number}"
        now = datetime.now(UTC)
        yield replace(
            sample, id=word, story=word, title=f"{sample.title} {word}", url=None, published=now, updated=None
        )


def _line(article: search.Article) -> bytes:
    record = {"id": article.id, "language": article.language, "title": article.title, "lead": article.lead}
    record |= {"body": article.body, "published": article.published.isoformat() if article.published else ""}
    return json.dumps(record).encode() + b"\n"


def _write(article: search.Article, folder: Path) -> None:
    (folder / f"{article.id}.jsonl").write_bytes(_line(article))


def _move_in(article: search.Article, folder: Path) -> None:
    part = folder / f"{article.id}.part"
    part.write_bytes(_line(article))
    part.rename(folder / f"{article.id}.jsonl")


def _post(article: search.Article, address: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urlopen(Request(f"{address}api/v1/articles", _line(article), headers)) as answer:
        answer.read()


def _token(accounts: Path) -> str:
    """Return the token of an editor's program, on a site that this process starts afterwards."""
    os.environ["VISTI_ACCOUNTS"] = str(accounts)
    _said("user", "add", "olena", "--role", "editor", "--generate")
    said = _said("token", "create", "olena", "--label", "arrivals", "--scope", "write")
    return next(word for word in said.split() if word.startswith("visti_"))


def _said(*arguments: str) -> str:
    return subprocess.run([*_VISTI, *arguments], check=True, capture_output=True, text=True).stdout


@contextmanager
def _watched(folder: Path, index: Path) -> Iterator[None]:
    process = subprocess.Popen([*_VISTI, "watch", str(folder), "--index", str(index)], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def _fed(index: Path) -> Iterator[Callable[[search.Article], None]]:
    """Give a function that puts an article into a feed and has the feed asked."""
    content = [b""]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/feed" else 404)
            self.end_headers()
            self.wfile.write(content[0])

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    fetcher = Fetcher(allow_private=True, sleep=lambda seconds: None)
    source = PolledSource(f"http://127.0.0.1:{server.server_address[1]}/feed", _EVERY)
    poller = Poller(
        [source], index, fetcher, stop=threading.Event(), told=lambda report: None, troubled=print,
        clock=count(0, 2 * int(_EVERY)).__next__,
    )  # fmt: skip

    def poll(article: search.Article) -> None:
        content[0] = _line(article)
        poller.run_once()

    yield poll
    fetcher.close()
    server.shutdown()


if __name__ == "__main__":
    main()
