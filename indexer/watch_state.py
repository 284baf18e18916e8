"""
What ``visti watch`` remembers beside the index: a file of JSON Lines, of which the last line of a name counts.

A line is added after the commit that it speaks of, so a process that was killed in between looks at something twice
rather than never. What is damaged is passed over: losing all of it costs one more look at everything. The file goes
with its index: if another is put in place, as restoring a backup does, what it remembers counts from then on.
"""

import contextlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from search.archive.dictionaries import replace_file
from search.columnar.appending import append_lines
from search.columnar.beside import Stamp, stamp_of
from search.columnar.lock import WAIT_SECONDS, locked

# A file that has grown so much since it was last written whole is written whole again, without what no longer counts:
# a source with many pages has a line of 200 KB.
_GROWTH_BYTES = 1_000_000


class WatchState:
    """
    Values of JSON by name, in a file; in memory alone while the file cannot be written, which ``troubled`` is told.

    Its name begins with a dot, so that the folder of the index stays one.
    """

    def __init__(self, path: Path, troubled: Callable[[str], None]) -> None:
        self.path, self._troubled = path, troubled
        self._failed = False
        self._values: dict[str, Any] = {}
        self._stamp: Stamp | None = None
        self._whole_bytes = 0
        self.refresh()

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str) -> Any:
        """Return the value of a name, or None."""
        return self._values.get(name)

    def names(self) -> list[str]:
        """Return what is remembered."""
        return list(self._values)

    def refresh(self) -> bool:
        """Read the file again if somebody else has changed or removed it; return whether that was so."""
        stamp = stamp_of(self.path)
        if stamp == self._stamp:
            return False
        self._stamp, self._values = stamp, dict(_lines_of(self.path))
        return True

    def add(self, values: Mapping[str, Any]) -> None:
        """
        Remember values; those that there were under the same names no longer count.

        If another index was put in place meanwhile, they are not remembered: it may not have what they speak of. Raises
        ``IndexLocked``.
        """
        if not values:
            return
        with locked(self.path.parent, WAIT_SECONDS):
            if self.refresh():
                return
            self._values |= values
            size = None if self._failed else self._written(lambda: append_lines(self.path, _encoded(values)))
            if size is None or size > 2 * self._whole_bytes + _GROWTH_BYTES:
                self._write_all()

    def keep(self, names: set[str]) -> None:
        """Forget everything else. Raises ``IndexLocked``."""
        if names.issuperset(self._values):
            return
        with locked(self.path.parent, WAIT_SECONDS):
            self.refresh()
            self._values = {name: value for name, value in self._values.items() if name in names}
            self._write_all()

    def _write_all(self) -> None:
        content = _encoded(self._values)
        self._whole_bytes = self._written(lambda: replace_file(self.path.parent, self.path.name, content)) or 0

    def _written(self, write: Callable[[], object]) -> int | None:
        """Return how large the file is then; None if it could not be written."""
        try:
            write()
            size = self.path.stat().st_size
        except OSError as error:
            if not self._failed:
                self._troubled(
                    f"{self.path} cannot be written ({error.strerror or error}). What was taken is in the index; after "
                    f"a restart it is looked at once more. Let this user write to {self.path.parent}"
                )
            self._failed = True
            return None
        finally:
            self._stamp = stamp_of(self.path)
        self._failed = False
        return size


def _lines_of(path: Path) -> list[tuple[str, Any]]:
    lines: list[tuple[str, Any]] = []
    try:
        content = path.read_bytes()
    except OSError:
        return lines
    for line in content.splitlines():
        with contextlib.suppress(ValueError, TypeError, RecursionError):
            name, value = json.loads(line)
            if isinstance(name, str):
                lines.append((name, value))
    return lines


def _encoded(values: Mapping[str, Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in values.items())
