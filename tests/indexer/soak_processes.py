"""
The processes of a soak: each does one thing until it is killed. ``soaking`` starts them.

    python soak_processes.py write                    takes operations on standard input, and says what became of each
    python soak_processes.py read INDEX AUDIENCE      prints answers until it is ended
    python soak_processes.py copy INDEX NEW           rebuilds the index into another folder
"""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import search
from indexer import delete_articles, index_articles, reindex, reindex_into
from indexer.readers.reading import Withdrawal
from search.archive.receiving import receive, withdraw
from search.article import article_from_record

ROOT = Path(__file__).parents[2]
WORDS = ("дамба", "порт", "вокзал")
#: All articles that there ever are.
IDS = tuple(f"a{number}" for number in range(60))


def answer(archive: search.Archive) -> str:
    """Return what an archive tells: everything, the counts, a facet, then what each word and each id finds."""
    page = archive.search("", group="none", sort="newest", limit=1000)
    articles = [hit.article for hit in page.hits]
    told = [
        sorted([each.id, each.story, each.title, each.body, str(each.status)] for each in articles),
        page.total,
        page.stories,
        {value.value: value.count for value in page.facets["section"] if value.count},
    ]
    found = {
        word: sorted(hit.article.id for hit in archive.search(f"title:{word}", group="none", limit=1000).hits)
        for word in WORDS
    }
    wrong = [word for word in WORDS if found[word] != sorted(each.id for each in articles if word in each.title)]
    by_id = {each.id: each for each in articles}
    wrong += [each for each in IDS if archive.get(each) != by_id.get(each)]
    return digest([*told, *wrong])


def digest(told: list[Any]) -> str:
    """Return what stands for an answer."""
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def start(*arguments: object, output: Path | None = None) -> "subprocess.Popen[str]":
    """Start this module as a process."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(Path(__file__).parent)))}
    command = [sys.executable, __file__, *map(str, arguments)]
    if output:
        with output.open("w") as file:
            return subprocess.Popen(command, stdout=file, text=True, env=environment)
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def killed(process: "subprocess.Popen[str]") -> str:
    """Kill a process at once, and return what it has said until then."""
    process.kill()
    told = process.stdout.read() if process.stdout else ""
    with contextlib.suppress(BrokenPipeError), process:
        pass  # closes what leads to it
    assert process.wait() < 0, "the process ended by itself"
    return told


def _index(index: str, operation: dict[str, Any]) -> None:
    items = [
        Withdrawal(each["id"], datetime.fromisoformat(each["withdrawn"]), "wire", None)
        if "withdrawn" in each
        else article_from_record(each)
        for each in operation["items"]
    ]
    index_articles(items, index)


def _receive(index: str, operation: dict[str, Any]) -> list[str]:
    return [str(each) for each in receive(index, map(article_from_record, operation["articles"])).outcomes]


def _withdraw(index: str, operation: dict[str, Any]) -> bool:
    return withdraw(index, operation["ids"][0]) is not None


def _decide(index: str, operation: dict[str, Any]) -> bool:
    ids, who = operation["ids"], "Olha"
    try:
        if operation["do"] == "status":
            return search.set_status(index, ids[0], operation["status"], who=who).decision is not None
        decide = search.join_stories if operation["do"] == "join" else search.split_story
        return decide(index, ids, who=who).decision is not None
    except search.EditRefused:
        return False


_DO: dict[str, Callable[[str, dict[str, Any]], Any]] = {
    "index": _index,
    "receive": _receive,
    "delete": lambda index, operation: delete_articles(operation["ids"], index),
    "withdraw": _withdraw,
    "status": _decide,
    "join": _decide,
    "split": _decide,
    "reindex": lambda index, operation: reindex(index, force=True),
}


def write() -> None:
    """Take operations from standard input, a JSON object a line, and say on standard output what became of each."""
    for line in sys.stdin:
        operation = json.loads(line)
        print(json.dumps(_DO[operation["do"]](operation["index"], operation)), flush=True)


def read(index: Path, audience: str) -> None:
    """Print when the archive was asked, what it told, and when that was known, until the process is ended."""
    moment = datetime.now(UTC)
    with search.open(index, audience=audience, clock=lambda: moment) as archive:
        while True:
            asked, moment = time.time(), datetime.now(UTC)
            archive.refresh()
            told = answer(archive)
            print(json.dumps([asked, moment.isoformat(), told, time.time()]), flush=True)


if __name__ == "__main__":
    role, *rest = sys.argv[1:]
    {"write": write, "read": read, "copy": reindex_into}[role](*rest)  # type: ignore[operator]
