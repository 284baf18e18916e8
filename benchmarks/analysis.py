"""
The speed of the analysis of text, in tokens a second on one core, for each language.

    python -m benchmarks.analysis [--articles examples/archive]

One half of the articles is analysed with nothing in memory, then the other half, whose text is new but whose words are
partly known, then that half again. The times are of the processor, so that other programs disturb them less.
"""

import argparse
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
        texts = _texts(articles, language)
        analyze("слово word", language)  # loads the dictionary
        half = len(texts) // 2
        speeds = [_tokens_per_second(part, language) for part in (texts[:half], texts[half:], texts[half:])]
        tokens = sum(len(analyze(text, language)) for text in texts)
        print(f"{language:<10}" + "".join(f"{speed:>14,.0f}" for speed in speeds) + f"{tokens:>12,}")


def _texts(articles: Sequence[search.Article], language: str) -> list[str]:
    """Return the paragraphs of the articles in a language, article after article in an order by chance."""
    chosen = [article for article in articles if article.language == language]
    random.Random(1).shuffle(chosen)
    fields = (text for article in chosen for text in (article.title, article.lead, article.body))
    return [text[start:end] for text in fields for start, end in paragraphs(text)]


def _tokens_per_second(texts: Sequence[str], language: str) -> float:
    started = time.process_time()
    tokens = sum(len(analyze(text, language)) for text in texts)
    return tokens / max(time.process_time() - started, 1e-9)


if __name__ == "__main__":
    main()
