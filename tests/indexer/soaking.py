"""
A soak: a writer that is killed again and again, readers and backups beside it, and a model of what must be there.

``Soak`` thinks of operations by a seed and gives them to a writer process, which says when each is done. The model
follows. After a kill the operation that was under way is done or not, never half, and what the index says of that is
held against the model; so is every answer that a reader got on the way, and every backup: each must be that of a state
that the archive was in, and nobody goes back in time. At the end all of the archive must be what the model has.

    python soaking.py write INDEX             takes operations on standard input
    python soaking.py read INDEX AUDIENCE     prints answers until it is ended
"""

import contextlib
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import search
from indexer import delete_articles, index_articles
from search.article import article_from_record, article_to_record
from search.columnar.verify import verify_index

ROOT = Path(__file__).parents[2]
IDS = 60
NEVER = "2999-01-01T00:00:00+00:00"  # the end of an embargo
WORDS = ("дамба", "порт", "вокзал")
#: Who has not looked at the archive in this time never does.
WAIT_SECONDS = 60
SECTIONS = ("society", "sport", "war")
STATUSES = ("usable", "withheld", "canceled")

Record = dict[str, Any]
State = dict[str, Record]


def visible(state: State, audience: str) -> list[Record]:
    """Return what an audience may see of a state: the model's own reading of the rule."""
    if audience == "newsroom":
        return list(state.values())
    return [each for each in state.values() if each["status"] == "usable" and "embargoed_until" not in each]


def expected_answer(state: State, audience: str) -> str:
    """Return what a reader of a state must be told."""
    seen = visible(state, audience)
    return digest(
        [sorted([each["id"], each["title"], each["body"], each["status"]] for each in seen)],
        len(seen),
        len({each["story"] for each in seen}),
        dict(Counter(each["section"] for each in seen)),
        {word: sorted(each["id"] for each in seen if word in each["title"]) for word in WORDS},
    )


def answer(archive: search.Archive) -> str:
    """Return what an archive tells: everything, the counts, a facet, and what each word finds."""
    page = archive.search("", group="none", sort="newest", limit=1000)
    found = {
        word: sorted(hit.article.id for hit in archive.search(f"title:{word}", group="none", limit=1000).hits)
        for word in WORDS
    }
    articles = [hit.article for hit in page.hits]
    return digest(
        [sorted([each.id, each.title, each.body, str(each.status)] for each in articles)],
        page.total,
        page.stories,
        {value.value: value.count for value in page.facets["section"] if value.count},
        found,
    )


def digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass
class Model:
    """What the index holds, and what editors have decided; ``pending`` is a decision that the index lacks."""

    state: State = field(default_factory=dict)
    decided: dict[str, str] = field(default_factory=dict)
    decisions: int = 0
    pending: str | None = None

    def after(self, operation: Record) -> State:
        """Return the state after an operation, which catches up with a pending decision if it looks for one."""
        state = {identifier: dict(record) for identifier, record in self.state.items()}
        if self.pending in state and operation["do"] != "delete":
            state[self.pending]["status"] = self.decided[self.pending]
        if operation["do"] == "index":
            for record in operation["articles"]:
                status = self.decided.get(record["id"], record["status"])
                state[record["id"]] = record | {"status": status}
        elif operation["do"] == "delete":
            for identifier in operation["ids"]:
                state.pop(identifier, None)
        elif operation["do"] == "status":
            state[operation["id"]]["status"] = operation["status"]
        return state


class Soak:
    """One run: ``operations`` of them, by a seed."""

    def __init__(self, folder: Path, seed: int, operations: int) -> None:
        self.index = folder / "index"
        self._folder, self._chance, self._operations = folder, random.Random(seed), operations
        self._model, self._version = Model(), 0
        self._history: list[State] = [{}]
        self.kills = self.undone = self.observations = self.backups = 0
        self._backups: list[State] = []
        self._failure: BaseException | None = None

    def run(self) -> None:
        """Run, and raise ``AssertionError`` where the archive is not what it must be."""
        index_articles([], self.index)
        outputs = {audience: self._folder / audience for audience in ("readers", "newsroom")}
        readers = [child("read", self.index, audience, output=path) for audience, path in outputs.items()]
        stop = threading.Event()
        keeper = threading.Thread(target=self._keep_backups, args=(stop,))
        keeper.start()
        try:
            self._write()
            self._wait_for(outputs)
        finally:
            stop.set()
            keeper.join()
            for reader in readers:
                killed(reader)
        if self._failure:
            raise self._failure
        self._check_end()
        for audience, path in outputs.items():
            self._check_answers(audience, path.read_text().splitlines())
        self._check_backups()

    def _write(self) -> None:
        writer, spare = child("write", self.index), child("write", self.index)
        try:
            for _ in range(self._operations):
                operation = self._operation()
                writer.stdin.write(json.dumps(operation) + "\n")
                writer.stdin.flush()
                if self._chance.random() < 0.12:
                    time.sleep(self._chance.random() * 0.06)
                    told = killed(writer)
                    self.kills += 1
                    self._settle(operation, done=bool(told))
                    writer, spare = spare, child("write", self.index)
                else:
                    told = writer.stdout.readline()
                    assert told, f"the writer died of {operation}"
                    self._done(operation)
        finally:
            for process in (writer, spare):
                killed(process)

    def _operation(self) -> Record:
        chance, known = self._chance, sorted(self._model.state)
        kind = chance.choices(("index", "delete", "status"), (8, 2, 2))[0]
        if kind == "delete" and known:
            return {"do": "delete", "ids": chance.sample(known, min(len(known), chance.randint(1, 4)))}
        if kind == "status" and known:
            return {"do": "status", "id": chance.choice(known), "status": chance.choice(STATUSES)}
        return {"do": "index", "articles": [self._article() for _ in range(chance.randint(1, 12))]}

    def _article(self) -> Record:
        self._version += 1
        number = self._chance.randrange(IDS)
        record = {
            "id": f"a{number}",
            "story": f"s{number // 3}",
            "language": ("uk", "ru", "en")[number % 3],
            "title": f"{self._chance.choice(WORDS)} {self._version}",
            "body": f"Версія {self._version}. " * self._chance.randint(1, 30),
            "section": self._chance.choice(SECTIONS),
            "status": self._chance.choices(STATUSES, (8, 1, 1))[0],
            "published": f"2024-05-{1 + number % 28:02d}T10:00:00+00:00",
        }
        if self._chance.random() < 0.1:
            record["embargoed_until"] = NEVER
        return article_to_record(article_from_record(record))

    def _done(self, operation: Record) -> None:
        model, was_pending = self._model, self._model.pending
        if operation["do"] == "status":
            if was_pending in model.state:  # which is committed alone, before
                self._history.append(model.after({"do": "catch up"}))
            self._decide(operation)
        self._become(model.after(operation))
        if operation["do"] != "delete":
            model.pending = None

    def _decide(self, operation: Record) -> None:
        model = self._model
        if model.decided.get(operation["id"]) == operation["status"] == self._status_of(operation["id"]):
            return  # nothing is written down twice
        if model.pending:
            model.state = model.after({"do": "catch up"})
            model.pending = None
        model.decided[operation["id"]] = operation["status"]
        model.decisions += 1

    def _status_of(self, identifier: str) -> str:
        return str(self._model.after({"do": "catch up"})[identifier]["status"])

    def _become(self, state: State) -> None:
        self._model.state = state
        self._history.append(state)

    def _settle(self, operation: Record, *, done: bool) -> None:
        """After a kill, see whether the operation under way was done, and let the model follow."""
        model, found = self._model, exported(self.index)
        if done or found == model.after(operation) != model.state:
            assert found == model.after(operation), f"{operation} was said to be done"
            self._done(operation)
        else:
            caught_up = model.after({"do": "catch up"})
            assert found in (model.state, caught_up), f"{operation} was half done"
            if found != model.state:
                model.pending = None
                self._become(caught_up)
            self.undone += 1
            if len(search.decisions(self.index)) > model.decisions:
                self._decide(operation)
                model.pending = operation["id"]
        assert len(search.decisions(self.index)) == model.decisions, operation

    def _keep_backups(self, stop: threading.Event) -> None:
        """Make backups and restore each, until an event; a failure is told at the end."""
        try:
            while not stop.wait(0.2):
                self._keep_backup()
        except BaseException as error:
            self._failure = error

    def _keep_backup(self) -> None:
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            search.back_up(self.index, self._folder / "backups", keep=2)
            search.restore(self._folder / "backups", Path(name) / "index")
            self._backups.append(exported(Path(name) / "index"))

    def _check_end(self) -> None:
        assert exported(self.index) == self._model.state
        found = verify_index(self.index)
        assert found.problems == (), found.problems
        index_articles([], self.index)  # rubbish of killed writers goes with the next one
        assert not list(self.index.glob("*.building")) and not list(self.index.glob(".r*"))

    def _wait_for(self, outputs: dict[str, Path]) -> None:
        """Wait until the readers see the last commit; they never do only if they are wrong."""
        end = time.monotonic() + WAIT_SECONDS
        for audience, path in outputs.items():
            last = expected_answer(self._model.state, audience)
            while not path.read_text().endswith(f"{last}\n"):
                assert time.monotonic() < end, f"{audience} do not see what was committed last"
                time.sleep(0.02)

    def _check_answers(self, audience: str, answers: list[str]) -> None:
        expected: dict[str, list[int]] = {}
        for number, state in enumerate(self._history):
            expected.setdefault(expected_answer(state, audience), []).append(number)
        last = 0
        for given in answers:
            numbers = [number for number in expected.get(given, ()) if number >= last]
            assert given in expected, f"{audience} were told what the archive never held"
            assert numbers, f"{audience} went back in time"
            last = numbers[0]
            self.observations += 1

    def _check_backups(self) -> None:
        last = 0
        for backup in self._backups:
            numbers = [number for number, state in enumerate(self._history) if state == backup and number >= last]
            assert numbers, "a backup holds what the archive never held"
            last = numbers[0]
            self.backups += 1


def exported(index: Path) -> State:
    return {record["id"]: record for record in map(json.loads, search.export_lines(index))}


def child(*arguments: object, output: Path | None = None) -> "subprocess.Popen[str]":
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


def write(index: Path) -> None:
    """Take operations from standard input, a JSON object a line, and say on standard output when each is done."""
    for line in sys.stdin:
        operation = json.loads(line)
        if operation["do"] == "index":
            index_articles(map(article_from_record, operation["articles"]), index)
        elif operation["do"] == "delete":
            delete_articles(operation["ids"], index, may_return=True)
        else:
            search.set_status(index, operation["id"], operation["status"], who="Olha")
        print("done", flush=True)


def read(index: Path, audience: str) -> None:
    """Print what the archive tells, whenever it tells something else, until the process is ended."""
    last = ""
    with search.open(index, audience=audience) as archive:
        while True:
            if (now := answer(archive)) != last:
                print(now, flush=True)
                last = now
            archive.refresh()


if __name__ == "__main__":
    role, index_folder, *rest = sys.argv[1:]
    write(Path(index_folder)) if role == "write" else read(Path(index_folder), *rest)
