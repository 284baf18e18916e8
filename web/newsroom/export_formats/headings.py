"""The lines that stand over a report and over each article in it, in the language of whoever reads the report."""

from collections.abc import Iterator
from datetime import datetime

from search import Article, Status
from web.i18n import gettext, moment_text, ngettext, number_text
from web.newsroom.export_formats.export import Export


def summary(export: Export) -> Iterator[str]:
    """Yield how much there is, when it was made, and where it can be found again."""
    yield articles_text(export.number)
    yield gettext("Made on %(moment)s", moment=moment_text(export.made))
    yield export.address


def articles_text(number: int) -> str:
    """Return how many articles there are, in words of the interface's language."""
    return ngettext("%(count)s article", "%(count)s articles", number, count=number_text(number))


def byline(article: Article, now: datetime) -> str:
    """Return when, by whom and where an article was published, and what it is if readers may not see it yet."""
    published = moment_text(article.published) if article.published else gettext("no date")
    parts = [published, ", ".join(article.authors), article.source or "", article.section or "", state(article, now)]
    return " · ".join(part for part in parts if part)


def state(article: Article, now: datetime) -> str:
    """Return a word for an article that readers do not see: withheld, canceled or under an embargo; else nothing."""
    if article.status is Status.WITHHELD:
        return gettext("withheld")
    if article.status is Status.CANCELED:
        return gettext("canceled")
    if article.embargoed_until and article.embargoed_until > now:
        return gettext("embargoed until %(moment)s", moment=moment_text(article.embargoed_until))
    return ""
