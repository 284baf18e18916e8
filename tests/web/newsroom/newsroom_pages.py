"""
Every kind of page of the newsroom, as a table, and a newsroom at work that has something to show on each.

A new page gets a row here; ``test_newsroom_browser.test_every_page_is_in_the_table`` says so.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from flask import Flask
from newsroom_client import NewsroomClient
from readers_archive import articles

from indexer import index_articles
from search import Article
from web.newsroom.alerts.messages import unsubscribe_url
from web.newsroom.alerts.run import run_alerts
from web.newsroom.database import current_database
from web.newsroom.saved_searches import SavedSearch

#: The other words have no place to be parted at.
LONG_WORD = "електрогідродинамоперетворювальний" * 3
DRAFT = """Рятувальники працювали в Києві всю ніч. У порту Одеси відкрили новий причал, він приймає перші судна.

«Ми відновимо рух до п’ятниці», — сказав він.
Музей паперових зміїв у Жашкові збудують у 2031 році за 7 мільйонів гривень."""


class NewsroomPage(NamedTuple):
    """A page over ``fill_newsroom``; ``shows`` finds what makes it this kind, ``typed`` is sent by its form before."""

    name: str
    endpoint: str
    path: str
    shows: str
    typed: tuple[str, str] | None = None


NEWSROOM_PAGES = (
    NewsroomPage("sign-in", "sign_in.login", "/newsroom/login", "#password"),
    NewsroomPage("first page", "newsroom.home", "/newsroom/", ".tools"),
    NewsroomPage("account", "account.show", "/newsroom/account/", ".records"),
    NewsroomPage("accounts", "users.index", "/newsroom/users/", ".records"),
    NewsroomPage("audit trail", "audit.index", "/newsroom/audit/", ".records"),
    NewsroomPage("desk", "desk.show", "/newsroom/desk/?id=rescuers.uk", "#member-3"),
    NewsroomPage("article", "pages.article", "/article/withheld", ".not-public"),
    NewsroomPage("results", "pages.search", "/search?q=secret", ".newsroom-tools"),
    NewsroomPage("draft", "drafts.ask", "/newsroom/draft/", ".draft-form"),
    NewsroomPage("draft, compared", "drafts.compare", "/newsroom/draft/", ".sentence-new", ("#text", DRAFT)),
    NewsroomPage("draft, unknown", "drafts.compare", "/newsroom/draft/", "#stories + p", ("#text", "Zxcv qwrty.")),
    NewsroomPage("saved searches", "saved_searches.index", "/newsroom/searches/", ".kept-list .new-mark"),
    NewsroomPage("a search's name", "saved_searches.name", "/newsroom/searches/new?q=порт", "#name"),
    NewsroomPage("saved search", "saved_searches.show", "/newsroom/searches/1", ".kept-list .new-mark"),
    NewsroomPage("saved search, troubled", "saved_searches.show", "/newsroom/searches/2", ".problem"),
    NewsroomPage("e-mail", "saved_searches.mailing", "/newsroom/searches/1/mailings/1", ".kept-list"),
    NewsroomPage("stop e-mails", "alert_links.unsubscribe", "{unsubscribe}", "main button"),
    NewsroomPage("collections", "collections.index", "/newsroom/collections/", ".kept-list"),
    NewsroomPage("into a collection", "collections.choose", "/newsroom/collections/add?article=port.uk", ".kept-list"),
    NewsroomPage("collection", "collections.show", "/newsroom/collections/1", ".note-form"),
    NewsroomPage("export", "exports.search", "/newsroom/export?q=Київ", "#format-csv"),
    NewsroomPage("export, too much", "exports.search", "/newsroom/export?format=pdf", ".problem"),
    NewsroomPage("quotations", "quotes.index", "/newsroom/quotes/?speaker=Гнатюк", "blockquote"),
    NewsroomPage("missing versions", "coverage.gaps", "/newsroom/coverage/", ".records"),
    NewsroomPage("disagreements", "coverage.differences", "/newsroom/coverage/differences", ".kept-list"),
    NewsroomPage(
        "disagreements of a story", "coverage.differences", "/newsroom/coverage/differences?story=plant.uk", "q.said"
    ),
    NewsroomPage("changed headlines", "coverage.headlines", "/newsroom/coverage/headlines", "del, .kept-list"),
    NewsroomPage("on this day", "coverage.on_this_day", "/newsroom/coverage/on-this-day?day=2026-07-08", ".kept-list"),
    NewsroomPage("comparison", "coverage.compare", "/newsroom/coverage/compare?q=bulletin&q=Київ", "svg"),
    NewsroomPage("comparison, empty", "coverage.compare", "/newsroom/coverage/compare", "#q1, form"),
    NewsroomPage("list of names", "coverage.names", "/newsroom/coverage/names", "#names"),
    NewsroomPage(
        "list of names, counted", "coverage.names", "/newsroom/coverage/names", ".records",
        ("#names", f"Гнатюк\nОлена Гриценко; Елена Гриценко\n{LONG_WORD}"),
    ),
)  # fmt: skip
#: Endpoints that answer with a file, or send the browser on.
FILES = {"audit.table", "exports.collection", "alert_links.feed", "oidc.begin", "oidc.callback"}
BLUEPRINTS = {
    *("sign_in", "newsroom", "account", "users", "audit", "desk", "drafts", "saved_searches", "collections", "exports"),
    *("quotes", "coverage", "alert_links", "oidc"),
}


def newsroom_articles() -> Iterator[Article]:
    """Yield the archive of the readers, and a story whose versions disagree, with a quotation."""
    yield from articles()
    texts = {
        "uk": ("На заводі у Полтаві сталася пожежа", "Постраждали 12 людей. «Завод запрацює за місяць», — заявив "
               "міністр енергетики Петро Гнатюк. Пожежу гасили 40 рятувальників."),
        "en": ("Fire at a plant in Poltava", "15 people were injured. “The plant will work in a month”, energy "
               "minister Petro Hnatiuk said. The fire was fought by 40 rescuers."),
    }  # fmt: skip
    for language, (title, body) in texts.items():
        yield Article(
            id=f"plant.{language}", story="plant", language=language, title=title, body=body, section="economy",
            published=datetime(2026, 5, 4, 9, tzinfo=UTC), source="Visti",
        )  # fmt: skip


def fill_newsroom(app: Flask, index: Path, client: NewsroomClient) -> dict[str, str]:
    """Save, collect, publish and mail, as an editor who is signed in; return what paths of the table have in braces."""
    run_alerts(app)
    client.submit("/newsroom/account/tokens", label="Digest", scope="read", days="30")
    _save_searches(client)
    _collect(client)
    _publish(index)
    run_alerts(app)  # no mail server answers, so the e-mail waits
    with app.test_request_context(), current_database().session() as session:
        troubled = session.get(SavedSearch, 2)
        assert troubled is not None
        troubled.problem, troubled.reading = "550 5.1.1 No such user here", "read otherwise"
        return {"unsubscribe": unsubscribe_url(troubled, troubled.email).removeprefix("http://localhost")}


def _save_searches(client: NewsroomClient) -> None:
    for number, name in enumerate(("порт", f"{LONG_WORD} завод"), 1):
        client.submit(f"/newsroom/searches/?q={name}", name=name)
        fields = {"name": name, "version": "1", "frequency": "at_once", "email": "editor@example.org", "shared": "on"}
        assert client.submit(f"/newsroom/searches/{number}", **fields, hidden_too="on").status_code == 303


def _collect(client: NewsroomClient) -> None:
    client.submit("/newsroom/collections/", name="Порти Одещини", article="port.uk")
    client.submit("/newsroom/collections/", name=f"Про {LONG_WORD}")
    for article in ("rescuers.uk", "withheld"):
        client.submit("/newsroom/collections/1/articles", article=article, note="Спитати в порту, чи так досі.")


def _publish(index: Path) -> None:
    """Publish what the saved search finds, and another headline of what is there."""
    berth = next(each for each in articles() if each.id == "berth.uk")
    crane = replace(berth, id="crane.uk", story="crane", title="У порту Одеси новий кран")
    other = replace(berth, title="Причал в Одесі ремонтуватимуть до весни", updated=datetime(2026, 10, 2, tzinfo=UTC))
    index_articles([crane, other], index)
