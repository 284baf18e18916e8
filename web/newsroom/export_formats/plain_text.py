"""Articles as plain text: to be read, printed or pasted into a letter. UTF-8, paragraphs parted by blank lines."""

from collections.abc import Iterator
from datetime import datetime

from web.i18n import gettext
from web.newsroom.export_formats.export import Export, Item
from web.newsroom.export_formats.headings import byline, summary
from web.presenters.texts import image_credit, substitute_title

_RULE = "─" * 60


def write_text(export: Export) -> Iterator[str]:
    """Yield the title and what the export is, then each article after a rule."""
    yield _paragraphs(export.title, *summary(export), export.note)
    for number, item in enumerate(export.items, start=1):
        yield _paragraphs(_RULE, f"{number}. {substitute_title(item.article)}", *_article(item, export.made))


def _article(item: Item, now: datetime) -> Iterator[str]:
    article = item.article
    yield byline(article, now)
    if item.note:
        yield gettext("Note: %(note)s", note=item.note)
    yield article.lead
    yield article.body
    if credit := image_credit(article):
        yield gettext("Photo: %(credit)s", credit=credit)
    yield item.address


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text) + "\n\n"
