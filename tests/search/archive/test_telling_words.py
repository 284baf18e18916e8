"""The words that tell most are those that counting every word of a text in the archive finds."""

import random
from math import log
from pathlib import Path

import pytest

import search
from indexer import delete_articles, index_articles
from search import Article
from search.archive import telling
from search.archive.telling import MAX_SHARE, MAX_WORDS, MIN_MAX_ARTICLES, MIN_SHARED_WORDS, RAREST_ARTICLES
from search.archive.understanding import DEFAULT_TEXT_FIELDS
from search.archive.view import View
from search.article import Status
from search.columnar.ranking import idf

#: Words of all frequencies: of two that follow each other the second is the rarer one.
WORDS = [f"{first}{second}" for first in ("harbour", "ferry", "wheat", "Reni") for second in "bcdfghjklmnpqrst"]


def expected(view: View, article: Article, most_postings: int) -> list[str]:
    """Return the words that tell most, each counted."""
    size, found = view.snapshot.alive_count, []
    for terms, counted in telling._counted(article.title, article.body, article.language).items():
        having = max(view.articles_with((term,), DEFAULT_TEXT_FIELDS) for term in terms)
        if having <= max(MAX_SHARE * size, MIN_MAX_ARTICLES):
            worth = (1.0 + log(counted.times)) * idf(size, max(having, RAREST_ARTICLES))
            found.append((-worth, terms, counted.token.text, having))
    shown: list[str] = []
    postings = 0
    for _, _, text, having in sorted(found)[:MAX_WORDS]:
        postings += having
        if postings > most_postings and len(shown) >= MIN_SHARED_WORDS:
            break
        shown.append(text)
    return shown


@pytest.mark.parametrize("most_postings", [15_000, 40])
@pytest.mark.parametrize("seed", range(3))
def test_they_are_what_counting_every_word_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, most_postings: int
) -> None:
    monkeypatch.setattr(telling, "MAX_POSTINGS", most_postings)
    chance = random.Random(seed)
    weights = [1 / place for place in range(1, len(WORDS) + 1)]

    def some(number: int) -> str:
        return " ".join(chance.choices(WORDS, weights, k=number))

    for step in range(3):
        articles = [
            Article(id=str(place + 20 * step), language="en", title=some(3), lead=some(4), body=some(25),
                    status=chance.choice([Status.USABLE, Status.USABLE, Status.WITHHELD]))
            for place in range(30)
        ]  # fmt: skip
        index_articles(articles, tmp_path)
    delete_articles(["3", "25", "44"], tmp_path)
    for audience in search.Audience:
        with search.open(tmp_path, audience=audience) as archive, archive._view() as view:
            for article in articles:
                words = telling.telling_words(view, article.title, article.body, "en")
                assert [word.shown for word in words] == expected(view, article, most_postings)
