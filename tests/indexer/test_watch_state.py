"""What is remembered beside the index: whatever happens to its file, nothing wrong is remembered and nothing raised."""

from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.watch_state import WatchState

NAMES = st.sampled_from(["a", "b", "папка/в.jsonl", 'quote"'])


def read(path: Path) -> dict[str, object]:
    state = WatchState(path, pytest.fail)
    return {name: state.get(name) for name in state.names()}


@given(steps=st.lists(st.dictionaries(NAMES, st.integers()) | st.sets(NAMES)), growth=st.sampled_from([0, 1_000_000]))
def test_it_is_as_a_dictionary_would_be(
    steps: list[dict[str, int] | set[str]], growth: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path, expected = tmp_path_factory.mktemp("state") / "state", dict[str, int]()
    state = WatchState(path, pytest.fail)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.watch_state._GROWTH_BYTES", growth)
        for step in steps:
            if isinstance(step, dict):
                state.add(step)
                expected |= step
            else:
                state.keep(step)
                expected = {name: value for name, value in expected.items() if name in step}
            assert read(path) == expected


@pytest.mark.parametrize("damage", [b"[", b'["b", 2', b"\xff\n", b"[1, 2]\n", b"null\n", b'["b"]\n', b"[" * 100_000])
def test_damage_costs_only_what_it_hits(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "state"
    WatchState(path, pytest.fail).add({"a": 1})
    path.write_bytes(path.read_bytes() + damage)
    WatchState(path, pytest.fail).add({"c": 3})
    assert read(path) == {"a": 1, "c": 3}


def test_what_no_longer_counts_is_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.watch_state._GROWTH_BYTES", 100)
    state = WatchState(tmp_path / "state", pytest.fail)
    for number in range(1_000):
        state.add({"a": number})
    content = (tmp_path / "state").read_bytes()
    assert len(content) < 300
    assert read(tmp_path / "state") == {"a": 999}


def refuse(path: Path, *_: object) -> NoReturn:
    raise PermissionError(13, "Permission denied", str(path))


def test_a_file_that_cannot_be_written_is_told_of_once_and_caught_up_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles: list[str] = []
    path = tmp_path / "state"
    state = WatchState(path, troubles.append)
    monkeypatch.setattr(Path, "open", refuse)
    for number, name in enumerate("abc"):
        state.add({name: number})
    monkeypatch.undo()
    assert len(troubles) == 1 and str(path) in troubles[0] and state.get("c") == 2
    state.add({"d": 3})
    assert read(path) == {"a": 0, "b": 1, "c": 2, "d": 3}


def test_what_is_put_in_its_place_counts_from_then_on(tmp_path: Path) -> None:
    state = WatchState(tmp_path / "state", [].append)
    state.add({"a": 1})
    earlier = (tmp_path / "state").read_bytes()
    state.add({"b": 2})
    (tmp_path / "state").unlink()
    (tmp_path / "state").write_bytes(earlier)
    state.add({"c": 3})
    assert state.get("b") is None and state.get("c") is None, "the index put in place may not have them"
    state.add({"d": 4})
    assert read(tmp_path / "state") == {"a": 1, "d": 4}
