"""
Samples of formats and what they are read as, as data: ``tests/cases/readers/FORMAT/NAME.SUFFIX`` with
``NAME.expected.json`` beside it.

What is expected is a list in the order of the file: an article as its record; ``{"error": PART, "line", "id"}``,
``{"remark": PART, "line"}`` with a part of the message; ``{"withdrawal": ID, "when", "line"}``.
"""

import json
import os
from io import BytesIO
from itertools import zip_longest
from pathlib import Path

from indexer.errors import RecordError
from indexer.readers.reading import Reader, Reading, Remark, Withdrawal
from search.article import Article, article_to_record

CASES = Path(__file__).parents[1] / "cases" / "readers"
#: Real samples beside the project, never in it.
FEEDS = Path(os.environ.get("VISTI_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data") / "feeds"


def samples(folder: str) -> list[Path]:
    """Return the samples of a format."""
    return sorted(path for path in (CASES / folder).iterdir() if not path.name.endswith(".expected.json"))


def read_bytes(reader: Reader, content: bytes) -> list[Reading]:
    """Return what a reader gives for a content."""
    return list(reader(BytesIO(content), "sample"))


def read_sample(reader: Reader, path: Path) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return what a reader gives for a sample, as it is written down, and what is expected of it."""
    expected = json.loads((path.parent / f"{path.stem}.expected.json").read_text(encoding="utf-8"))
    readings = read_bytes(reader, path.read_bytes())
    return [summary(reading, wanted) for reading, wanted in zip_longest(readings, expected) if reading], expected


def summary(reading: Reading, wanted: dict[str, object] | None) -> dict[str, object]:
    """Return a reading as it is written down: of a message only the part that is ``wanted``, if it is there."""
    if isinstance(reading, Article):
        return article_to_record(reading)
    if isinstance(reading, Withdrawal):
        when = reading.when.isoformat() if reading.when else None
        return {"withdrawal": reading.id, "when": when, "line": reading.line}
    if isinstance(reading, Remark):
        return {"remark": _part(reading.message, (wanted or {}).get("remark")), "line": reading.line}
    assert isinstance(reading, RecordError)
    found = {"error": _part(reading.reason, (wanted or {}).get("error")), "line": reading.line}
    return found if reading.id is None else {**found, "id": reading.id}


def _part(message: str, part: object) -> str:
    return part if isinstance(part, str) and part in message else message
