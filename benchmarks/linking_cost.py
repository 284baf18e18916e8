"""
What it costs to link articles that a program sends without a story, beside what sending them costs otherwise.

    python -m benchmarks.linking_cost [--articles 3000 200000] [--index FOLDER] [--source FILE]

Articles come as requests of one and of a hundred, into copies of a generated archive: once without a story, and once
with a story of their own each, so that nothing is compared. They are generated as the archive is, by another seed, or
read from a source. The figures are processor time, so that other work on the machine matters little.
docs/performance.md quotes a run.
"""

import argparse
import gc
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, median

import indexer
import search
from benchmarks.generate import generated_articles
from benchmarks.generated_index import kept_index, sample_articles
from search import Article

_SINGLE, _TOGETHER = 30, 100
#: What comes first is told by what the process has not loaded yet.
_BEFORE = 20
_SEED = 2


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--articles", type=int, nargs="+", default=[3_000, 200_000])
    parser.add_argument("--index", type=Path, help="an index of generated articles; built if none is named")
    parser.add_argument("--source", type=Path, help="the articles that are sent; generated if none is named")
    options = parser.parse_args()
    articles = _articles(options.source)
    words = mean(len(f"{each.lead} {each.body}".split()) for each in articles)
    print(f"articles of {words:.0f} words\n")
    print("| archive | request of | linked, ms an article | not linked |\n|--:|--:|--:|--:|")
    for number in options.articles:
        archive = options.index or kept_index(number)
        linked, otherwise = (_measured(archive, articles, own_story) for own_story in (False, True))
        for size, ours, others in zip((1, _TOGETHER), linked, otherwise, strict=True):
            print(f"| {number:,} | {size} | {ours:.1f} | {others:.1f} |", flush=True)


def _articles(source: Path | None) -> list[Article]:
    """Return the articles to send: of a source those that came last, since what has no date is near to everything."""
    number = _BEFORE + _SINGLE + _TOGETHER
    if source is None:
        return list(generated_articles(sample_articles(), number, seed=_SEED, prefix="sent"))
    read = [each for each in indexer.read_sources([source]) if isinstance(each, Article) and each.published]
    return sorted(read, key=lambda each: str(each.published))[-number:]


def _measured(archive: Path, articles: Sequence[Article], own_story: bool) -> tuple[float, float]:
    """Return what an article costs that comes alone (median), and one of many in a request, in milliseconds."""
    sent = [replace(each, story=f"story of {each.id}" if own_story else each.id) for each in articles]
    with tempfile.TemporaryDirectory() as name:
        index = Path(shutil.copytree(archive, Path(name) / "index"))
        with search.open(index) as opened:
            for article in sent[:_BEFORE]:
                _cost(opened, index, [article])
            gc.collect()
            gc.freeze()  # as the server does
            alone = [_cost(opened, index, [article]) for article in sent[_BEFORE : _BEFORE + _SINGLE]]
            together = _cost(opened, index, sent[_BEFORE + _SINGLE :])
    return median(alone), together / len(sent[_BEFORE + _SINGLE :])


def _cost(opened: search.Archive, index: Path, articles: Sequence[Article]) -> float:
    begun = time.process_time()
    received = search.receive(index, articles, archive=opened, link_seconds=1_000.0)
    took = time.process_time() - begun
    if received.not_compared:
        raise RuntimeError(f"{received.not_compared} articles were not compared")
    opened.refresh()
    return 1_000 * took


if __name__ == "__main__":
    main()
