"""
Suggestions while typing: tags, authors and headlines of the archive that complete what was typed.

Only what may be seen is suggested. Tags and authors are compared as they are shown, headlines by their words.
"""

from collections.abc import Iterator

from search.archive.view import View
from search.columnar.collect import Order, ordered
from search.language import DERIVED_PREFIXES, fold
from search.query.leaves import Beginning, every

# Names and tags before headlines, but headlines must have room.
MAX_NAMES = 3
MAX_TYPED_CHARACTERS = 100


def suggestions(view: View, typed: str, limit: int) -> tuple[str, ...]:
    """Return at most ``limit`` completions of what was typed, tags and authors first; none for nothing typed."""
    words = [fold(word) for word in typed[:MAX_TYPED_CHARACTERS].split()]
    words = [word for word in words if word]
    if not words or limit <= 0:
        return ()
    found = dict.fromkeys([*list(_names(view, " ".join(words)))[:MAX_NAMES], *_headlines(view, words, limit)])
    return tuple(found)[:limit]


def _names(view: View, typed: str) -> Iterator[str]:
    """Yield tags and authors of which a word begins as typed, the most frequent first."""
    for field in ("tag", "author"):
        column = view.snapshot.keywords(field)
        counts = column.document_counts(view.visible.nonzero()[0]).tolist()
        seen = ((value, count) for value, count in zip(column.values.texts(), counts, strict=False) if count)
        fitting = [(-count, value) for value, count in seen if f" {typed}" in f" {fold(value)}"]
        yield from (value for _, value in sorted(fitting))


def _headlines(view: View, words: list[str], limit: int) -> Iterator[str]:
    """Yield the newest headlines that have words beginning with each of those typed."""
    documents = view.seen(
        view.executor.matches(every(Beginning(("title",), word, DERIVED_PREFIXES) for word in words))
    ).documents
    moments = view.snapshot.moments("published")[documents]
    for document in ordered(view.snapshot, documents, Order(moments, ()), limit, grouped=False).tolist():
        yield view.article_at(document).title
