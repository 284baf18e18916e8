"""
The e-mail of a mailing, in the language of its search: text and HTML, the same in both.

Rendered when it is sent, so that it holds nothing that may not be seen any more by then.
"""

import hmac
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple

from flask import render_template, url_for

from search import Archive, Article
from web.i18n import ngettext, number_text
from web.newsroom.alerts.tables import Mailing
from web.newsroom.database import current_database
from web.newsroom.export_formats.headings import state
from web.newsroom.saved_searches import SavedSearch
from web.presenters.texts import shortened, substitute_title
from web.urls import article_url

#: A longer e-mail is not read; the page of the mailing has all.
MAX_ITEMS = 50
MAX_EXCERPT = 240
_KEY = "unsubscribe"


class Item(NamedTuple):
    """A story of a mailing, as the article that was found; ``state`` says what readers do not see yet."""

    article: Article
    title: str
    excerpt: str
    url: str
    state: str


def items_of(archive: Archive, mailing: Mailing, now: datetime) -> list[Item]:
    """Return what of a mailing may be seen, the newest first."""
    articles = [found for find in mailing.finds if (found := archive.get(find.article_id))]
    articles.sort(key=lambda each: (each.published is not None, each.published, each.id), reverse=True)
    return [item_of(article, now) for article in articles]


def item_of(article: Article, now: datetime) -> Item:
    """Return an article as an item of a list."""
    excerpt = shortened(article.lead or article.body, MAX_EXCERPT)
    return Item(
        article, substitute_title(article), excerpt, article_url(article.id, external=True), state(article, now)
    )


def message_of(mailing: Mailing, items: list[Item], sender: str, now: datetime) -> EmailMessage:
    """Return the e-mail of a mailing; ``items`` are all that may be seen of it, at least one."""
    saved = mailing.search
    unsubscribe = unsubscribe_url(saved, mailing.email)
    message = EmailMessage()
    message["Subject"] = subject(saved, len(items))
    message["From"] = sender
    user, _, domain = mailing.email.rpartition("@")
    message["To"] = Address(username=user, domain=domain)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = mailing.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    message["List-Unsubscribe"] = f"<{unsubscribe}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    values = {
        "heading": subject(saved, len(items)),
        "items": items[:MAX_ITEMS],
        "more": len(items) - MAX_ITEMS,
        "page": url_for("saved_searches.mailing", number=saved.id, mailing=mailing.id, _external=True),
        "unsubscribe": unsubscribe,
    }
    message.set_content(render_template("newsroom/alert_email.txt", **values))
    message.add_alternative(render_template("newsroom/alert_email.html", **values), subtype="html")
    return message


def subject(saved: SavedSearch, number: int) -> str:
    """Return how many stories are new, and in what."""
    return ngettext("%(count)s new story: %(name)s", "%(count)s new stories: %(name)s", number,
                    count=number_text(number), name=saved.name)  # fmt: skip


def unsubscribe_url(saved: SavedSearch, email: str) -> str:
    """Return the address at which whoever gets the e-mails can stop them."""
    token = unsubscribe_token(saved.id, email)
    return url_for("alert_links.unsubscribe", number=saved.id, token=token, _external=True)


def unsubscribe_token(number: int, email: str) -> str:
    """Return what only an e-mail to an address about a search tells."""
    key = bytes.fromhex(current_database().secret(_KEY))
    return hmac.digest(key, f"{number} {email}".encode(), "sha256").hex()[:32]
