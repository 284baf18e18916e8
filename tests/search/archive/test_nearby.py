"""The documents of about the time of an article are those that looking at every article finds."""

import random
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

import search
from indexer import delete_articles, index_articles
from search import Article
from search.archive.nearby import WINDOW, Nearby
from search.article import LANGUAGES
from search.columnar.document import microseconds

FIRST = datetime(2024, 5, 1, tzinfo=UTC)
#: Either side of the window from the first moment, none, and one four days after which there is no moment.
MOMENTS: list[datetime | None] = [None, datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)]
MOMENTS += [FIRST + number * WINDOW + timedelta(microseconds=off) for number in range(4) for off in (-1, 0, 1)]


def is_near(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= WINDOW


@pytest.mark.parametrize("seed", range(3))
def test_they_are_what_looking_at_every_article_finds(tmp_path: Path, seed: int) -> None:
    chance, numbers = random.Random(seed), count()
    articles: dict[str, Article] = {}
    for _ in range(4):
        for _ in range(15):
            name = str(next(numbers) % 40)  # the last ones replace the first
            language, published = chance.choice(LANGUAGES), chance.choice(MOMENTS)
            articles[name] = Article(id=name, language=language, title=name, published=published)
        index_articles(list(articles.values()), tmp_path)
    for name in chance.sample(sorted(articles), 5):
        del articles[name]
        delete_articles([name], tmp_path)
    with search.open(tmp_path, audience="newsroom") as archive, archive._view() as view:
        batches: list[list[datetime | None]] = [[None], MOMENTS[1:], *([moment] for moment in MOMENTS[3:])]
        for asked in batches:
            nearby = Nearby(view.snapshot, [microseconds(moment) for moment in asked])
            for moment in asked:
                near = nearby.around(microseconds(moment))
                assert near.documents.tolist() == sorted(near.documents.tolist())
                found = [view.article_at(document) for document in near.documents.tolist()]
                assert {each.id for each in found} == {
                    each.id for each in articles.values() if is_near(moment, each.published)
                }
                assert [LANGUAGES[place] for place in near.languages.tolist()] == [each.language for each in found]
