"""Adding lines to a file that only ever grows, durably, whatever a crash has left at its end."""

import contextlib
import os
from pathlib import Path

from search.columnar.arrays import sync_folder


def append_lines(path: Path, content: bytes) -> int:
    """
    Write lines behind what is there, durably, and return how many bytes the file had before.

    A last line that was torn by a crash or a full disk is ended first, so that it takes no other with it. The caller
    sees to it that nobody else writes. Raises ``OSError`` with the file as it was.
    """
    is_new = not path.exists()
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            content = content if file.read(1) == b"\n" else b"\n" + content
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                file.truncate(size)
            raise
    if is_new:
        sync_folder(path.parent)
    return size
