"""Counts of words that are remembered from commit to commit are those that are counted anew."""

import random
from pathlib import Path

import pytest

import search
from indexer import delete_articles, index_articles
from search import Article, Audience
from search.archive import word_counts
from search.archive.understanding import DEFAULT_TEXT_FIELDS
from search.archive.word_counts import WordCounts

WORDS = ("harbour", "bridge", "wheat", "museum", "Reni")


def some_articles(chance: random.Random, number: int, known: int) -> list[Article]:
    """Return articles of a few words, old and new ones, some of which readers may not see."""
    return [
        Article(
            id=f"a-{chance.randrange(known + number)}",
            language="en",
            title=chance.choice(WORDS),
            body=" ".join(chance.choices(WORDS, k=3)),
            status=chance.choice(["usable", "usable", "withheld"]),
        )
        for _ in range(number)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_they_are_right_after_every_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(word_counts, "_LEAST_DOCUMENTS", 8)
    chance = random.Random(seed)
    index_articles(some_articles(chance, 20, 0), tmp_path)
    remembered = 0
    with search.open(tmp_path) as readers:
        for step in range(12):
            new = [Article(id=f"new-{step}", language="en", title=chance.choice(WORDS))]
            index_articles(chance.choice([new, new, some_articles(chance, 12, 20)]), tmp_path)
            delete_articles([f"a-{chance.randrange(40)}"] if chance.random() < 0.3 else [], tmp_path)
            readers.refresh()
            for audience in Audience:
                with readers.seen_by(audience)._view() as view:
                    counts = WordCounts(view)
                    remembered += len(counts._known.words)
                    for word in (term for text in WORDS for token in search.language.analyze(text, "en")
                                 for term in token.terms):  # fmt: skip
                        assert counts.articles_with(word) == view.articles_with((word,), DEFAULT_TEXT_FIELDS)
                    assert counts.articles_with("en:nothing") == 0
    assert remembered, "nothing was remembered, so nothing was tested"
