"""
A soak: a writer that is killed again and again, readers, copies and backups beside it, and a model of what must be.

``Soak`` thinks of operations by a seed and gives them to a writer process, which says what became of each: articles
that come in a run with kills among them, or are sent, or deleted, what editors decide, rebuilding. The model
(``soak_model``) follows. After a kill the operation that was under way is done or not, never half, and what the index
says of that is held against the model; so is every answer that a reader got on the way, and every backup: each must be
that of a state of its time, and nobody goes back. Meanwhile the index is rebuilt into another folder, where everything
goes on when that has caught up. At the end all of the archive must be what the model has.
"""

import json
import random
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from click.testing import CliRunner
from soak_model import DECISIONS, MADE, Decision, Model, Record, State, told
from soak_processes import IDS, WORDS, digest, killed, start

import search
from indexer import index_articles, reindex_into
from search.archive.withdrawals import tombstones
from search.article import article_from_record, article_to_record
from search.command import main

#: Who has not looked at the archive in this time never does.
WAIT_SECONDS = 60
#: A kill comes so long after an operation has begun, at most; most take less.
KILL_WITHIN_SECONDS = 0.06
AUDIENCES = ("readers", "newsroom")
SECTIONS = ("society", "sport", "war")
STATUSES = ("usable", "withheld", "canceled")
_FIRST = datetime(2024, 6, 1, tzinfo=UTC)  # the first article is corrected then, and all a minute apart


@dataclass(frozen=True)
class Moment:
    """A state of the archive: it is there at the earliest after ``begun`` and at the latest at ``known``."""

    state: State
    begun: float
    known: float


class Soak:
    """One run: ``operations`` of them, by a seed."""

    def __init__(self, folder: Path, seed: int, operations: int, moves: int = 1) -> None:
        self.index = folder / "index"
        self._folder, self._chance, self._operations, self._moves = folder, random.Random(seed), operations, moves
        self._model, self._version = Model(), 0
        self._history = [Moment({}, 0.0, 0.0)]
        self.kills = self.undone = self.observations = self.backups = self.copies = 0
        self.done: dict[str, int] = {}
        self._backups: list[tuple[float, State, float]] = []
        self._answers: dict[str, list[Path]] = {audience: [] for audience in AUDIENCES}
        self._failure: BaseException | None = None

    def run(self) -> None:
        """Run, and raise ``AssertionError`` where the archive is not what it must be."""
        index_articles([], self.index)
        per_stage = -(-self._operations // (self._moves + 1))
        for stage in range(self._moves + 1):
            new = self._folder / f"index-{stage + 1}"
            self._stage(min(per_stage, self._operations - stage * per_stage), new)
            if stage < self._moves:
                self._move_to(new)
        self._check_end()
        for audience, outputs in self._answers.items():
            self._check_answers(audience, [line for path in outputs for line in _lines(path)])
        self._check_backups()

    def _stage(self, operations: int, new: Path) -> None:
        """Do operations in one folder, while it is read, copied and saved."""
        outputs = {audience: self._folder / f"{audience}-{new.name}" for audience in AUDIENCES}
        readers = [start("read", self.index, audience, output=path) for audience, path in outputs.items()]
        stop = threading.Event()
        helpers = [
            threading.Thread(target=self._repeat, args=(stop, work))
            for work in (self._back_up, lambda: self._copy_to(new))
        ]
        for helper in helpers:
            helper.start()
        try:
            self._write(operations)
            self._wait_for(list(outputs.values()))
        finally:
            stop.set()
            for helper in helpers:
                helper.join()
            for reader in readers:
                killed(reader)
        for audience, path in outputs.items():
            self._answers[audience].append(path)
        if self._failure:
            raise self._failure

    def _write(self, operations: int) -> None:
        writer, spare = start("write"), start("write")
        try:
            for _ in range(operations):
                operation, begun = self._operation(), time.time()
                writer.stdin.write(json.dumps(operation | {"index": str(self.index)}) + "\n")
                writer.stdin.flush()
                if self._chance.random() < 0.12:
                    time.sleep(self._chance.random() * KILL_WITHIN_SECONDS)
                    said = killed(writer)
                    self.kills += 1
                    self._settle(operation, begun, done=bool(said))
                    writer, spare = spare, start("write")
                else:
                    said = writer.stdout.readline()
                    assert said, f"the writer died of {operation}"
                    self._check_said(operation, json.loads(said))
                    self._done(operation, begun)
                self.done[operation["do"]] = self.done.get(operation["do"], 0) + 1
        finally:
            for process in (writer, spare):
                killed(process)

    def _operation(self) -> Record:
        chance, known = self._chance, sorted(self._model.state)
        kinds = ("index", "receive", "delete", "withdraw", "status", "join", "split", "reindex")
        kind = chance.choices(kinds, (8, 4, 2, 1, 3, 2, 2, 0.4))[0]
        if kind == "reindex":
            return {"do": kind}
        if kind == "delete" and known:
            return {"do": kind, "ids": chance.sample(known, min(len(known), chance.randint(1, 4)))}
        if kind in ("withdraw", "join", "split"):
            return {"do": kind, "ids": chance.sample(IDS, 1 if kind == "withdraw" else chance.randint(1, 2))}
        if kind == "status":
            return {"do": kind, "ids": [chance.choice(IDS)], "status": chance.choice(STATUSES)}
        if kind == "receive":
            return {"do": kind, "articles": [self._sent_article() for _ in range(chance.randint(1, 3))]}
        return {"do": "index", "items": [self._item() for _ in range(chance.randint(1, 12))]}

    def _item(self) -> Record:
        known = sorted(self._model.state)
        if self._chance.random() < 0.1 and known:  # of an article that has come: the model remembers no others
            return {"id": self._chance.choice(known), "withdrawn": self._written(self._version).isoformat()}
        if self._chance.random() < 0.1 and known:  # the source comes again
            return self._model.state[self._chance.choice(known)]
        return self._article()

    def _sent_article(self) -> Record:
        """Return an article with a story: another would be linked by its content, of which the model knows nothing."""
        article = self._article()
        return article | {"story": f"s{IDS.index(article['id']) // 3}"}

    def _article(self) -> Record:
        self._version += 1
        chance = self._chance
        number = chance.randrange(len(IDS))
        record = {
            "id": IDS[number],
            "story": f"s{number // 3}" if chance.random() < 0.8 else IDS[number],
            "language": ("uk", "ru", "en")[number % 3],
            "title": f"{chance.choice(WORDS)} {self._version}",
            "body": f"Версія {self._version}. " * chance.randint(1, 30),
            "section": chance.choice(SECTIONS),
            "status": chance.choices(STATUSES, (8, 1, 1))[0],
            "published": f"2024-05-{1 + number % 28:02d}T10:00:00+00:00",
        }
        if chance.random() < 0.7:  # some come late
            record["updated"] = self._written(self._version - chance.choice((0, 0, 0, 40))).isoformat()
        if chance.random() < 0.15:
            ends = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=chance.choice((2, 4, 8, 10**9)))
            record["embargoed_until"] = ends.isoformat()
        return article_to_record(article_from_record(record))

    def _written(self, version: int) -> datetime:
        return _FIRST + timedelta(minutes=version)

    def _check_said(self, operation: Record, said: object) -> None:
        """Hold what the writer was told against the model, which has not followed yet."""
        model, kind = self._model, operation["do"]
        expected: dict[str, Callable[[], object]] = {
            "receive": lambda: model.outcomes(operation),
            "withdraw": lambda: operation["ids"][0] in model.state,
            "delete": lambda: operation["ids"],
            "reindex": lambda: len(model.state),
        }
        decided = dict.fromkeys(DECISIONS, lambda: model.decision(operation) is not None)
        assert kind == "index" or said == (expected | decided)[kind](), f"{operation}: {said}"

    def _done(self, operation: Record, begun: float) -> None:
        model = self._model
        if operation["do"] in DECISIONS:
            self._become(model.caught_up(), begun)  # which is committed alone, before
            model.pending = []
            if decision := model.decision(operation):
                self._become(model.follow(self._as_written(decision)), begun)
            return
        state, deleted = model.after(operation), model.deleted_after(operation)
        self._become(state, begun)
        if operation["do"] in ("index", "receive"):
            model.pending = []
        model.deleted = deleted

    def _as_written(self, decision: Decision) -> Decision:
        """Return a decision with the key that the archive has made up, if it had to: one that nobody has."""
        named = [each for each, key in decision.stories.items() if key == MADE]
        if named:
            made = search.decisions(self.index)[-1].stories[named[0]]
            assert made not in {record["story"] for record in self._model.state.values()}, f"{made} is another story"
            decision.stories |= dict.fromkeys(named, made)
        return decision

    def _become(self, state: State, begun: float) -> None:
        self._model.state = state
        self._history.append(Moment(state, begun, time.time()))

    def _settle(self, operation: Record, begun: float, *, done: bool) -> None:
        """After a kill, see whether the operation under way was done, and let the model follow."""
        model, found = self._model, exported(self.index)
        if operation["do"] in DECISIONS:
            self._settle_decision(operation, begun, found)
        elif done or found == model.after(operation) != model.state:
            assert found == model.after(operation), f"{operation} was said to be done"
            self._done(operation, begun)
        else:
            assert found == model.state, f"{operation} was half done"
            self.undone += 1
            self._settle_deletions(operation)
        assert len(search.decisions(self.index)) == model.decided, operation

    def _settle_deletions(self, operation: Record) -> None:
        """See whether what stays away was written down before the kill; that comes before the commit."""
        model, found = self._model, tuple(each.id for each in tombstones(self.index))
        assert found in (model.deleted, model.deleted_after(operation)), f"{operation} has deleted something else"
        model.deleted = found

    def _settle_decision(self, operation: Record, begun: float, found: State) -> None:
        model, decision = self._model, None
        if len(search.decisions(self.index)) > model.decided:
            self._become(model.caught_up(), begun)  # a decision is written down after that
            decision = model.decision(operation)
            assert decision, f"{operation} decides nothing, and was written down"
            followed, before = model.follow(self._as_written(decision)), model.state
            assert found in (followed, before), f"{operation} was half done"
            if found == followed:
                self._become(followed, begun)
            else:
                model.pending = decision.ids
                self.undone += 1
            return
        assert found in (model.state, model.caught_up()), f"{operation} was half done"
        if found != model.state:
            self._become(found, begun)
            model.pending = []
        self.undone += 1

    def _repeat(self, stop: threading.Event, work: Callable[[], None]) -> None:
        """Do something until an event; a failure is told at the end of the stage."""
        try:
            while not stop.wait(0.2):
                work()
        except BaseException as error:
            self._failure = error

    def _back_up(self) -> None:
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            begun = time.time()
            search.back_up(self.index, self._folder / "backups", keep=2)
            ended = time.time()
            search.restore(self._folder / "backups", Path(name) / "index")
            self._backups.append((begun, exported(Path(name) / "index"), ended))

    def _copy_to(self, new: Path) -> None:
        """Rebuild the index into another folder, as it is or was a moment ago; every third time that is killed."""
        copying = start("copy", self.index, new, output=self._folder / "copying")
        self.copies += 1
        if self.copies % 3 == 0:
            time.sleep(0.8 + self.copies % 7 * 0.1)  # it takes half a second to begin
            copying.kill()
        assert copying.wait() <= 0, "copying ended with an error"

    def _move_to(self, new: Path) -> None:
        """Let the copy catch up, and go on with it; the old index is left as it is."""
        begun = time.time()
        reindex_into(self.index, new)
        assert exported(new) == self._model.caught_up(), "the copy is not what the index is"
        assert exported(self.index) == self._model.state, "copying has changed the index"
        self.index = new
        self._become(self._model.caught_up(), begun)
        self._model.pending = []

    def _check_end(self) -> None:
        assert exported(self.index) == self._model.state
        index_articles([], self.index)  # what a crash left undone is done with the next run, and its rubbish goes
        assert exported(self.index) == self._model.caught_up()
        assert not list(self.index.glob("*.building")) and not list(self.index.glob(".r*"))
        verified = CliRunner().invoke(main, ["verify", "--index", str(self.index), "--json"])
        found = json.loads(verified.stdout)
        assert (verified.exit_code, found["problems"], found["notes"]) == (0, [], []), verified.output

    def _wait_for(self, outputs: list[Path]) -> None:
        """Wait until the readers have looked after the last commit; they never do only if they died."""
        last, end = time.time(), time.monotonic() + WAIT_SECONDS
        for path in outputs:
            while not (lines := _lines(path)[-1:]) or json.loads(lines[0])[0] < last:
                assert time.monotonic() < end, f"nobody has read for {path.name} after the last commit"
                time.sleep(0.1)

    def _check_answers(self, audience: str, answers: list[str]) -> None:
        @lru_cache(maxsize=1_000)
        def expected(number: int, moment: str) -> str:
            return digest(told(self._history[number].state, audience, moment))

        last = 0
        for line in answers:
            asked, moment, given, known = json.loads(line)
            numbers = self._possible(last, asked, known)
            seen = next((number for number in numbers if expected(number, moment) == given), None)
            assert seen is not None, f"{audience} were told at {moment} what the archive did not hold then"
            self.observations += 1
            last = seen

    def _check_backups(self) -> None:
        last = 0
        for begun, backup, ended in self._backups:
            numbers = self._possible(last, begun, ended)
            seen = next((number for number in numbers if self._history[number].state == backup), None)
            assert seen is not None, "a backup holds what the archive did not hold then"
            self.backups += 1
            last = seen

    def _possible(self, last: int, begun: float, ended: float) -> range:
        """Return which states somebody can have seen in a span of time who saw the state ``last`` before."""
        while last + 1 < len(self._history) and self._history[last + 1].known <= begun:
            last += 1
        end = last + 1
        while end < len(self._history) and self._history[end].begun <= ended:
            end += 1
        return range(last, end)


def exported(index: Path) -> State:
    """Return what an index holds."""
    return {record["id"]: record for record in map(json.loads, search.export_lines(index))}


def _lines(path: Path) -> list[str]:
    """Return the lines that were written to their end."""
    return path.read_text().split("\n")[:-1]
