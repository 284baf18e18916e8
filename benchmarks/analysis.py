"""
The speed of the analysis of text, in tokens a second on one core, for each language.

    python -m benchmarks.analysis [--articles examples/archive]

One half of the articles is analysed with nothing in memory, then the other half, whose text is new but whose words are
partly known, then that half again; the articles are in an order by chance, and the tokens of each paragraph are
consumed before those of the next. How fast unseen text is depends on how many of its words are new, so the last column
says how many tokens there were. The times are of the processor, so that other programs disturb them less.
"""

import argparse
import gc
import random
import time
from collections.abc import Sequence
from pathlib import Path

import indexer
import search
from search.language import analyze, paragraphs

SAMPLES = Path(__file__).parent.parent / "examples" / "archive"


def main() -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--articles", type=Path, default=SAMPLES, help="any source that visti index takes")
    source = parser.parse_args().articles
    articles = [item for item in indexer.read_sources([source]) if isinstance(item, search.Article)]
    print(f"{'tokens/s':<10}{'from nothing':>14}{'unseen text':>14}{'known text':>14}{'tokens':>12}")
    for language in search.LANGUAGES:
        chosen = [article for article in articles if article.language == language]
        random.Random(1).shuffle(chosen)
        half = len(chosen) // 2
        first, second = _texts(chosen[:half]), _texts(chosen[half:])
        analyze("слово word", language)  # loads the dictionary
        gc.freeze()  # all articles at once, which only a benchmark keeps, are not for the collector to walk
        speeds = [_tokens_per_second(part, language) for part in (first, second, second)]
        tokens = sum(len(analyze(text, language)) for text in first + second)
        print(f"{language:<10}" + "".join(f"{speed:>14,.0f}" for speed in speeds) + f"{tokens:>12,}")


def _texts(articles: Sequence[search.Article]) -> list[str]:
    """Return the paragraphs of articles, article after article."""
    fields = (text for article in articles for text in (article.title, article.lead, article.body))
    return [text[start:end] for text in fields for start, end in paragraphs(text)]


def _tokens_per_second(texts: Sequence[str], language: str) -> float:
    started = time.process_time()
    tokens = sum(len(analyze(text, language)) for text in texts)
    return tokens / max(time.process_time() - started, 1e-9)


if __name__ == "__main__":
    main()
