"""
Indexing and searching, measured beside tantivy, SQLite's FTS5 and stock Whoosh: one process, one run, the same terms.

    python -m benchmarks.run [--articles 5000] [--peers tantivy,fts5,whoosh] [--json results.json]

Every engine gets the same analysed documents and queries and does the same work. docs/performance.md says what is
measured and quotes a run.
"""

import argparse
import importlib.util
import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.engines import Engine
from benchmarks.fts5 import Fts5
from benchmarks.generate import generated_articles
from benchmarks.generated_index import sample_articles
from benchmarks.indexing import IndexingResult, commit_times, index_all, opening_times
from benchmarks.ours import Visti
from benchmarks.queries import query_log
from benchmarks.report import print_indexing, print_profile, print_queries
from benchmarks.searching import measure_queries
from benchmarks.steps import profile_of_pages

PEERS = ("tantivy", "fts5", "whoosh")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--articles", type=int, default=5_000)
    parser.add_argument("--peers", default=",".join(PEERS), help="engines to compare with: " + ", ".join(PEERS))
    parser.add_argument("--whoosh-limit", type=int, default=5_000, help="leave slow Whoosh out above so many articles")
    parser.add_argument("--queries", type=int, default=8, help="queries of each class")
    parser.add_argument("--json", type=Path, help="write all figures to this file too")
    options = parser.parse_args(arguments)
    names = [name for name in options.peers.split(",") if name]
    if unknown := set(names) - set(PEERS):
        parser.error(f"there is no peer {', '.join(sorted(unknown))}; the peers are {', '.join(PEERS)}")
    absent = absences(names, options.articles, options.whoosh_limit)
    results = run([name for name in names if name not in absent], options.articles, options.queries)
    results["absent"] = absent
    for name, reason in absent.items():
        print(f"{name} is not in this run: {reason}")
    if options.json:
        options.json.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def absences(peers: Sequence[str], articles: int, whoosh_limit: int) -> dict[str, str]:
    """Return the peers that cannot be in a run, and why."""
    absent = {}
    if "tantivy" in peers and importlib.util.find_spec("tantivy") is None:
        absent["tantivy"] = "it is not installed; make bench installs it, or pip install 'visti[bench]'"
    if "whoosh" in peers and articles > whoosh_limit:
        absent["whoosh"] = f"it is slow and left out above --whoosh-limit {whoosh_limit:,} articles"
    return absent


def run(peers: Sequence[str], number: int, per_class: int) -> dict[str, Any]:
    """Measure, print tables on the way, and return all figures."""
    samples = sample_articles()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        engines: list[Engine] = [_maker(name)(Path(folder) / name) for name in ("visti", *peers)]
        for engine in engines:
            stack.callback(engine.close)
        indexed = index_all(engines, generated_articles(samples, number))
        for engine in engines:
            engine.open()
        visti = engines[0]
        assert isinstance(visti, Visti) and visti.snapshot is not None
        log = query_log(visti.snapshot, per_class)
        opening = opening_times(engines, log[-1])
        searched = measure_queries(engines, visti.path, log)
        print_queries(searched)
        profile = profile_of_pages(visti.path, log)
        print_profile(profile)
        extra = generated_articles(samples, 250, seed=2, prefix="later")
        result = IndexingResult(number, indexed, opening, commit_times(engines, extra, log[-1]))
        print_indexing(result)
        return {"indexing": asdict(result), "queries": asdict(searched), "profile": profile}


def _maker(name: str) -> Callable[[Path], Engine]:
    if name == "tantivy":
        from benchmarks.tantivy_peer import Tantivy  # installed for benchmarks alone

        return Tantivy
    if name == "whoosh":
        from benchmarks.whoosh_peer import Whoosh  # slow to import, and not wanted in most runs

        return Whoosh
    return Visti if name == "visti" else Fts5


if __name__ == "__main__":
    main()
