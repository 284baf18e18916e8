"""A small archive whose every answer can be worked out by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import search

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


def article(identifier: str, **fields: Any) -> search.Article:
    """Return an article; the language is the ending of its id, the story the rest."""
    story, _, language = identifier.rpartition(".")
    return search.Article(**{"id": identifier, "story": story, "language": language, "title": identifier, **fields})


ARTICLES = [
    article(
        "bridge.uk",
        title="У Києві відкрили міст через Дніпро",
        lead="Новий міст з’єднав два береги.",
        body="Міст у Києві будували чотири роки.\n\n"
        "Прес-служба мерії повідомила, що рух відкрито.\n\n"
        "Зеленський був там.",
        published="2024-05-10T10:00:00+03:00",
        section="society",
        source="Перша",
        authors=["Олена Гриценко"],
        tags=["Київ", "мости"],
    ),
    article(
        "bridge.ru",
        title="В Киеве открыли мост через Днепр",
        body="Мост в Киеве строили четыре года. Ещё один мост откроют весной.",
        published="2024-05-10T11:00:00+03:00",
        section="society",
        source="Перша",
        authors=["Елена Гриценко"],
        tags=["Киев"],
    ),
    article(
        "bridge.en",
        title="Kyiv opens a bridge over the Dnipro",
        body="The bridge in Kyiv took four years. Munitions were not found on the site.",
        published="2024-05-10T12:00:00+03:00",
        section="society",
        source="Перша",
    ),
    article(
        "talks.uk",
        title="Переговори про мости тривають",
        body="Міністр говорив про мости. Зустріч із Зеленським перенесли.",
        published="2023-01-31T23:30:00+02:00",
        section="politics",
        source="Друга",
        tags=["мости"],
    ),
    article(
        "talks.en",
        title="Talks on bridges continue",
        body="The minister announced talks. Munition depots were not discussed.",
        published="2023-02-01T01:00:00+02:00",
        section="politics",
        source="Друга",
    ),
    article("undated.uk", title="Без дати", body="Тут немає дати, але є міст.", section="politics"),
]


@contextmanager
def opened(path: Path, audience: str = "readers", now: datetime = NOW) -> Iterator[search.Archive]:
    """Open an index at a fixed moment."""
    with search.open(path, audience=audience, clock=lambda: now) as found:
        yield found


def ids(page: search.Page) -> list[str]:
    """Return the ids of a page's hits."""
    return [hit.article.id for hit in page.hits]
