"""
How long prior coverage of a draft takes in the library, in one process that has answered other drafts before.

    python -m benchmarks.prior_coverage [--articles 200000] [--drafts 40] [--folder FOLDER]

The archive is generated (``benchmarks.generate``). A draft has 600 words: the title and paragraphs of one generated
article, then paragraphs of two others, so that whole stories and single sentences are found. "fresh" drafts are seen
for the first time, after as many others; "again" says what the same drafts take the second time. What the warm process
has is put out of the garbage collector's reach, as ``visti serve`` does.
"""

import argparse
import gc
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import search
from benchmarks.generated_index import kept_index

WORDS = 600


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--drafts", type=int, default=40)
    parser.add_argument("--folder", type=Path, help="where generated indexes are kept")
    options = parser.parse_args()
    with search.open(kept_index(options.articles, options.folder), audience="newsroom") as archive:
        drafts = list(_drafts(archive, options.articles, 2 * options.drafts))
        for draft in drafts[: options.drafts]:
            archive.prior_coverage(draft)
        gc.collect()
        gc.freeze()
        for name in ("fresh", "again"):
            print(f"{name:<6} {_told(archive, drafts[options.drafts :])}")


def _drafts(archive: search.Archive, articles: int, number: int) -> Iterator[str]:
    chance = random.Random(1)
    while number:
        # The versions of a story stand side by side, three to a story; so the other two are in the same language.
        first = chance.randrange(articles - 6)
        found = [archive.get(f"generated-{first + step}") for step in (0, 3, 6)]
        pieces = [piece for article in found if article for piece in (article.title, *article.body.split("\n\n"))]
        yield " ".join(" \n\n ".join(pieces).split(" ")[: WORDS + WORDS // 8])
        number -= 1


def _told(archive: search.Archive, drafts: Sequence[str]) -> str:
    clocks = {"CPU": time.process_time, "wall": time.perf_counter}
    times: dict[str, list[float]] = {name: [] for name in clocks}
    for draft in drafts:
        began = {name: clock() for name, clock in clocks.items()}
        archive.prior_coverage(draft)
        for name, clock in clocks.items():
            times[name].append((clock() - began[name]) * 1000)
    words = statistics.mean(len(draft.split()) for draft in drafts)
    told = (
        f"{name} median {statistics.median(each):.0f} ms, 95th percentile {statistics.quantiles(each, n=20)[-1]:.0f} ms"
        for name, each in times.items()
    )
    return f"{'; '.join(told)} ({words:.0f} words)"


if __name__ == "__main__":
    main()
