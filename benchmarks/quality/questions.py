"""
Questions and their paragraphs: does a question find the paragraph that answers it, in its own language and in another?

    python -m benchmarks.quality.questions DATA

A question is asked as the OR of its content words through ``archive.search``, since people's questions have words that
no answer has; a success is its paragraph among the first ten of all paragraphs of a language. The texts are of an
encyclopaedia, not news, and no rule or table was made by them.
"""

import gzip
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import search
from benchmarks.quality.across_languages import finds
from benchmarks.quality.figures import Figure
from benchmarks.quality.known_items import content_words, share
from indexer import index_articles
from search.article import Article

LANGUAGES = ("ru", "en")


class Question(NamedTuple):
    """A question, and the number of the paragraph that answers it."""

    text: str
    paragraph: int


def measure(data: Path) -> Iterator[Figure]:
    """Yield the share of questions that find their paragraph, by the languages of both."""
    paragraphs, questions = {}, {}
    for language in LANGUAGES:
        paragraphs[language], questions[language] = _read(data / f"xquad.{language}.json.gz", language)
    with tempfile.TemporaryDirectory() as folder:
        index_articles([article for articles in paragraphs.values() for article in articles], Path(folder))
        with search.open(folder) as archive:
            for source, target in product(LANGUAGES, repeat=2):
                found = [
                    finds(archive, " OR ".join(content_words(each.text, source)), paragraphs[target][each.paragraph])
                    for each in questions[source]
                ]
                yield Figure(
                    "questions", f"{source} → {target}: OR of the content words, among the first ten", share(found)
                )


def _read(path: Path, language: str) -> tuple[Sequence[Article], Sequence[Question]]:
    """Return the paragraphs as articles, and the questions."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        texts = [paragraph for article in json.load(file)["data"] for paragraph in article["paragraphs"]]
    articles = [
        Article(id=f"{number}.{language}", story=str(number), language=language, body=text["context"])
        for number, text in enumerate(texts)
    ]
    asked = [Question(each["question"], number) for number, text in enumerate(texts) for each in text["qas"]]
    return articles, asked


if __name__ == "__main__":
    for figure in measure(Path(sys.argv[1])):
        print(f"{figure.name:<60}{figure.value:>8.4f}")
