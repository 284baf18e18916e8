"""Whoever needs an article that a disk has changed is told where the index is damaged, and what helps."""

import json
from pathlib import Path

import pytest

import search
from indexer.rebuild import reindex_into
from search.columnar.snapshot import open_snapshot
from search.errors import IndexDamaged


@pytest.fixture
def damaged(index_copy: Path) -> Path:
    """Return an index of whose stored articles every one was changed; what is searched is sound."""
    (segment,) = open_snapshot(index_copy).segments
    frames = [bytes(segment.stored.frames[number]) for number in range(len(segment))]
    content = segment.path.read_bytes()
    for frame in frames:
        middle = len(frame) // 2
        content = content.replace(frame, frame[:middle] + bytes([frame[middle] ^ 255]) + frame[middle + 1 :])
    segment.path.write_bytes(content)
    return index_copy


@pytest.fixture
def records(sample_index: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in search.export_lines(sample_index)]


def lines(records: list[dict[str, object]]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


COMMANDS = [
    ("index", "changed"),
    ("index", "changed", "--dry-run"),
    ("index", "new"),
    ("learn",),
    ("story", "show", "sample-energy-01.uk"),
    ("export", "-"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_says_what_is_damaged(visti, damaged, records, tmp_path, command):
    sources = {
        "changed": [record | {"title": f"{record['title']} 2"} for record in records],
        "new": [
            {name: value for name, value in record.items() if name not in ("story", "link")}
            | {"id": f"new-{record['id']}"}
            for record in records
        ],
    }
    for name, found in sources.items():
        (tmp_path / f"{name}.jsonl").write_text(lines(found))
    arguments = [str(tmp_path / f"{each}.jsonl") if each in sources else each for each in command]
    result = visti(*arguments, "--index", damaged)
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit), result.exception
    assert "a stored article cannot be read" in result.stderr and f"visti repair --index {damaged}" in result.stderr


def test_a_copy_is_not_made_of_what_cannot_be_read(damaged, tmp_path):
    with pytest.raises(IndexDamaged, match="a stored article cannot be read"):
        reindex_into(damaged, tmp_path / "new")
