"""What the newsroom is told of an article that readers do not see: why, and until when."""

from search import Article, Status
from web.archive import current_moment
from web.i18n import N_, gettext, moment_text

WHY_HIDDEN = {
    Status.WITHHELD: N_("Withheld: readers do not see it"),
    Status.CANCELED: N_("Cancelled: readers do not see it"),
}


def why_hidden(article: Article) -> str:
    """Return why readers do not see an article; nothing if they do."""
    if article.status in WHY_HIDDEN:
        return gettext(WHY_HIDDEN[article.status])
    if article.embargoed_until is None or article.embargoed_until <= current_moment():
        return ""
    return gettext("Under embargo until %(moment)s", moment=moment_text(article.embargoed_until))
