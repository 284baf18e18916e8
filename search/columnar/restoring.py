"""
The end of restoring a backup: what lies beside an index takes its place after the index itself.

The index is switched by one renaming (``visti.json``), as every commit is; decisions, dictionaries and headlines are
files of their own and come after it, from the folder ``.restoring-NUMBER``. So whoever gets the lock of an index looks
there first: if the commit of that number is in force, a restoring was killed behind its switch, and is ended; if not,
it was killed before, and what it had copied is rubbish.
"""

import contextlib
import json
import shutil
from pathlib import Path

from search.columnar.arrays import sync_folder
from search.columnar.beside import BESIDE
from search.columnar.commit import read_commit, remove_unused_files, write_backup
from search.errors import IndexUnavailable

RESTORING_PREFIX = ".restoring-"
#: The list of the files that lie beside the restored index; the others of such names go.
BESIDE_LIST_NAME = "beside.json"


def restoring_folder(path: Path, generation: int) -> Path:
    """Return the folder in which an index that shall be commit ``generation`` is made ready."""
    return path / f"{RESTORING_PREFIX}{generation:08d}"


def settle_restoring(path: Path) -> None:
    """End what a restoring that was killed has left; the caller has the lock of the index. Raises ``OSError``."""
    for folder in path.glob(f"{RESTORING_PREFIX}*"):
        with contextlib.suppress(IndexUnavailable):
            if restoring_folder(path, read_commit(path).generation) == folder:
                _take_over(path, folder)
        shutil.rmtree(folder)


def _take_over(path: Path, folder: Path) -> None:
    try:
        wanted = json.loads((folder / BESIDE_LIST_NAME).read_bytes())
    except ValueError as error:
        raise OSError(f"{folder / BESIDE_LIST_NAME} was changed; restore the backup again ({error})") from error
    for each in BESIDE:
        if each.backed_up and each.name not in wanted:
            (path / each.name).unlink(missing_ok=True)
    for name in wanted:
        with contextlib.suppress(FileNotFoundError):  # moved before it was killed
            (folder / name).replace(path / name)
    commit = read_commit(path)
    sync_folder(path)
    write_backup(path, [commit])
    remove_unused_files(path, commit)
