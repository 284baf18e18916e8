"""
How long prior coverage of a draft takes in the library, in CPU time of one process that has answered drafts before.

    python -m benchmarks.prior_coverage [--articles 200000] [--drafts 40] [--folder FOLDER]

The archive is generated (``benchmarks.generate``). A draft has 600 words: the title and paragraphs of one generated
article, then paragraphs of two others, so that whole stories and single sentences are found. "fresh" drafts are seen
for the first time, after as many others; "again" says what the same drafts take the second time.
"""

import argparse
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
    times = []
    for draft in drafts:
        began = time.process_time()
        archive.prior_coverage(draft)
        times.append((time.process_time() - began) * 1000)
    words = statistics.mean(len(draft.split()) for draft in drafts)
    ninety_five = statistics.quantiles(times, n=20)[-1]
    return f"median {statistics.median(times):.0f} ms, 95th percentile {ninety_five:.0f} ms CPU ({words:.0f} words)"


if __name__ == "__main__":
    main()
