"""
What an archive must hold after each operation of a soak: an oracle of plain dicts.

It knows the record format, in which all dates of a soak are in one form and so can be compared as they stand, and the
rules as docs/ingest.md and docs/newsroom.md tell them; no code of the archive. ``soaking`` drives it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]
State = dict[str, Record]

#: Operations of editors; what they decide is written down before the archive follows.
DECISIONS = ("status", "join", "split")
#: What stands in for the key of a story that the archive makes up.
MADE = "a key that nobody has"


@dataclass
class Decision:
    """What an editor decides: statuses or stories by id; ``before`` is where joined articles were."""

    statuses: dict[str, str] = field(default_factory=dict)
    stories: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        return [*self.statuses, *self.stories]


@dataclass
class Model:
    """
    What the index holds and what editors have decided; ``pending`` are ids of a decision that the index lacks.

    ``deleted`` are the ids of articles that are to stay away, in the order in which they were deleted. The last may be
    in the index, if a kill has left it there: the next run takes it out.
    """

    state: State = field(default_factory=dict)
    deleted: tuple[str, ...] = ()
    decided: int = 0
    pending: list[str] = field(default_factory=list)
    _statuses: dict[str, str] = field(default_factory=dict)
    _stories: dict[str, str] = field(default_factory=dict)
    _dissolved: dict[str, str] = field(default_factory=dict)
    _before: dict[str, str] = field(default_factory=dict)

    def caught_up(self) -> State:
        """Return the state with the decision that the index lacks."""
        return self._following(self.state, self.pending)

    def after(self, operation: Record) -> State:
        """Return the state after an operation that is no editor's."""
        if operation["do"] == "index":
            return self._indexed(operation["items"])
        if operation["do"] == "receive":
            return self._received(operation["articles"])[0]
        gone = operation.get("ids", ())
        return {identifier: record for identifier, record in self.state.items() if identifier not in gone}

    def deleted_after(self, operation: Record) -> tuple[str, ...]:
        """Return what is to stay away after an operation."""
        named = [*operation.get("ids", ()), *(article["id"] for article in operation.get("articles", ()))]
        if operation["do"] == "withdraw":
            named = [each for each in named if each in self.state]
            return (*(each for each in self.deleted if each not in named), *named)
        lifts = operation["do"] in ("delete", "receive")
        return tuple(each for each in self.deleted if not (lifts and each in named))

    def outcomes(self, operation: Record) -> list[str]:
        """Return what a program that sends articles is told about each."""
        return self._received(operation["articles"])[1]

    def decision(self, operation: Record) -> Decision | None:
        """Return what an editor's operation decides; None if it is refused, or holds already."""
        state = self.caught_up()
        named = list(dict.fromkeys(operation["ids"]))
        if not set(named) <= set(state):
            return None
        if operation["do"] == "join":
            return self._join(state, named)
        if operation["do"] == "split":
            return self._split(state, named)
        (identifier,), status = named, operation["status"]
        holds = self._statuses.get(identifier) == status == state[identifier]["status"]
        return None if holds else Decision(statuses={identifier: status})

    def follow(self, decision: Decision) -> State:
        """Follow a decision from now on, and return the state in which the archive does so, too."""
        self.state, self.pending = self.caught_up(), []
        self.decided += 1
        self._statuses |= decision.statuses
        self._stories |= decision.stories
        for key in decision.stories.values():
            self._dissolved.pop(key, None)
        if decision.before:
            into = next(iter(decision.stories.values()))
            gone = set(decision.before.values()) - {into}
            for key, leads_to in self._dissolved.items():
                self._dissolved[key] = into if leads_to in gone else leads_to
            self._dissolved |= dict.fromkeys(gone, into)
            self._before |= {each: key for each, key in decision.before.items() if key != into}
        return self._following(self.state, decision.ids)

    def _join(self, state: State, named: list[str]) -> Decision | None:
        keys = {state[each]["story"] for each in named}
        into = state[named[0]]["story"]
        before = {each: record["story"] for each, record in state.items() if record["story"] in keys}
        if len(named) < 2 or all(self._stories.get(each) == key == into for each, key in before.items()):
            return None
        return Decision(stories=dict.fromkeys(before, into), before=before)

    def _split(self, state: State, named: list[str]) -> Decision | None:
        keys = {state[each]["story"] for each in named}
        members = [each for each, record in state.items() if record["story"] in keys]
        if len(keys) > 1 or len(named) == len(members):
            return None
        (key,) = keys
        earlier = {self._before[each] for each in named if each in self._before}
        wanted = [*(earlier if len(earlier) == 1 else ()), named[0]]
        free = (each for each in wanted if each != key and not _others(state, each, named))
        return Decision(stories=dict.fromkeys(members, key) | dict.fromkeys(named, next(free, MADE)))

    def _applied(self, record: Record) -> Record:
        """Return a record as the editors want it."""
        identifier, story = record["id"], record["story"]
        story = self._stories.get(identifier) or self._dissolved.get(story, story)
        return record | {"story": story, "status": self._statuses.get(identifier, record["status"])}

    def _following(self, state: State, ids: Iterable[str]) -> State:
        return state | {each: self._applied(state[each]) for each in ids if each in state}

    def _indexed(self, items: Iterable[Record]) -> State:
        """One run of indexing: of several versions the newest counts, and a kill cancels what is not newer."""
        state, batch, kills = self.caught_up(), {}, {}
        state.pop(self.deleted[-1] if self.deleted else "", None)
        for item in items:
            identifier, waiting = item["id"], batch.get(item["id"])
            if "withdrawn" not in item:
                if identifier in self.deleted:
                    continue
                record = _killed(item, kills.get(identifier))
                if not (waiting and _is_older(record, waiting)):
                    batch[identifier] = record
            elif waiting:
                batch[identifier] = _killed(waiting, item["withdrawn"])
            else:
                kills[identifier] = item["withdrawn"]
        for identifier in kills.keys() & state.keys() - batch.keys():
            batch[identifier] = _killed(state[identifier], kills[identifier])
        for record in map(self._applied, batch.values()):
            if not _is_stale(record, state.get(record["id"])):
                state[record["id"]] = record
        return state

    def _received(self, articles: Iterable[Record]) -> tuple[State, list[str]]:
        """What a program sends in one request: one after the other."""
        state, outcomes = self.caught_up(), []
        for record in map(self._applied, articles):
            known = state.get(record["id"])
            if record == known:
                outcomes.append("unchanged")
            elif _is_stale(record, known):
                outcomes.append("stale")
            else:
                outcomes.append("updated" if known else "added")
                state[record["id"]] = record
        return state, outcomes


def told(state: State, audience: str, moment: str) -> list[Any]:
    """Return what somebody of an audience must be told of a state at a moment: the model's own reading of the rule."""
    seen = [each for each in state.values() if audience == "newsroom" or _is_public(each, moment)]
    return [
        sorted([each["id"], each["story"], each["title"], each["body"], each["status"]] for each in seen),
        len(seen),
        len({each["story"] for each in seen}),
        dict(Counter(each["section"] for each in seen)),
    ]


def _is_public(record: Record, moment: str) -> bool:
    return record["status"] == "usable" and record.get("embargoed_until", "") <= moment


def _others(state: State, key: str, ids: Iterable[str]) -> bool:
    """Return whether other articles than these are the story of a key."""
    return any(record["story"] == key and each not in ids for each, record in state.items())


def _version(record: Record) -> str:
    return str(record.get("updated") or record["published"])


def _is_older(record: Record, known: Record) -> bool:
    if "updated" not in known:
        return False
    if known["status"] == "canceled" != record["status"]:
        return _version(record) <= known["updated"]
    return _version(record) < known["updated"]


def _is_stale(record: Record, known: Record | None) -> bool:
    return known is not None and record != known and _is_older(record, known)


def _killed(record: Record, when: str | None) -> Record:
    """Return a record as a kill leaves it: one that is newer, or was killed before, as it is."""
    if when is None or record["status"] == "canceled" or _version(record) > when:
        return record
    return record | {"status": "canceled", "updated": max(when, record.get("updated", when))}
