"""
What looking after an archive takes: figures, verification, export, backup and restoring, of 200,000 generated articles.

    python -m benchmarks.operations [--articles N]

The index is built once and kept (``generated_index``); all that this writes lies in a folder for temporary files and
goes at the end. Time of the processor stands beside that of the clock: on a shared machine it tells more.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import search
from benchmarks.generated_index import kept_index
from search.archive.verifying import verify_archive


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--articles", type=int, default=200_000)
    index = kept_index(parser.parse_args().articles)
    print("| what | seconds | of the processor | bytes |\n|---|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for what, step in _steps(index, folder).items():
            clock, processor = time.perf_counter(), time.process_time()
            size = step()
            seconds = time.perf_counter() - clock, time.process_time() - processor
            print(f"| {what} | {seconds[0]:.1f} | {seconds[1]:.1f} | {size:,} |", flush=True)


def _steps(index: Path, folder: Path) -> dict[str, Callable[[], int]]:
    """Return what is measured; each step returns how many bytes it read or wrote."""

    def export(suffix: str) -> Callable[[], int]:
        return lambda: search.write_export(search.export_lines(index), folder / f"all.jsonl{suffix}")

    def restored(source: str) -> Callable[[], int]:
        return lambda: search.restore(folder / source, folder / f"from {source}").backup.bytes

    return {
        "visti stats": lambda: _stats(index),
        "visti verify": lambda: verify_archive(index).index.bytes,
        "visti export all.jsonl": export(""),
        "visti export all.jsonl.zst": export(".zst"),
        "visti export all.jsonl.gz": export(".gz"),
        "visti backup FOLDER, the first time": lambda: search.back_up(index, folder / "backups").copied_bytes,
        "the same, when nothing has changed": lambda: search.back_up(index, folder / "backups").copied_bytes,
        "visti backup FILE.tar": lambda: search.back_up(index, folder / "one.tar").copied_bytes,
        "visti restore FOLDER --check": lambda: search.check_backup(folder / "backups")[0].bytes,
        "visti restore FOLDER": restored("backups"),
        "visti restore FILE.tar": restored("one.tar"),
    }


def _stats(index: Path) -> int:
    with search.open(index) as archive:
        archive.statistics()
        archive.vocabulary()
        return sum(archive.file_sizes().values())


if __name__ == "__main__":
    main()
