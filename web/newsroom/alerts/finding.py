"""
Which saved searches find which of the articles that have come, in one transaction with the record of what is known.

A story is new to a search if none of its versions was found before: neither told, nor there when the search was saved.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from search import Archive, Arrivals, Audience, StandingSearch
from web.newsroom.accounts import User
from web.newsroom.alerts.tables import Find, Known
from web.newsroom.database import Database
from web.newsroom.saved_searches import SavedSearch


def find_new(database: Database, archive: Archive, now: datetime) -> int:
    """
    Find what is new in all saved searches, and return how many stories that are.

    Searching takes place between the transactions, so nobody has to wait for it; if it is interrupted, nothing of it is
    kept and the next run finds the same.
    """
    return sum(_find_for(database, archive.seen_by(audience), now) for audience in Audience)


def settle_new_search(session: Session, archive: Archive, saved: SavedSearch) -> None:
    """Put down what has come since the last run and a search finds as found already when the search was saved."""
    seen = archive.seen_by(_audience(saved))
    arrived = seen.arrivals(_known(session, seen))
    saved.footprint = seen.prepared(saved.standing).footprint
    for story, article in _stories(seen, [saved.standing], arrived)[0].items():
        if session.get(Find, (saved.id, story)) is None:
            session.add(Find(search_id=saved.id, story=story, article_id=article, found=saved.created, old=True))


def _find_for(database: Database, archive: Archive, now: datetime) -> int:
    with database.session() as session:
        known = _known(session, archive)
        of_people = select(SavedSearch).join(User).where(~User.disabled)
        saved = [each for each in session.scalars(of_people) if _audience(each) is archive.audience]
        prepared = {each.id: archive.prepared(each.standing) for each in saved}
        for each in saved:
            each.footprint = prepared[each.id].footprint
    arrived = archive.arrivals(known)
    found = dict(zip(prepared, _stories(archive, list(prepared.values()), arrived), strict=True))
    with database.session() as session:
        if arrived.known != known:
            session.merge(Known(audience=str(archive.audience), record=arrived.known))
        # One may have been deleted meanwhile, and one saved after this run began
        created = {row.id: row.created for row in session.execute(select(SavedSearch.id, SavedSearch.created))}
        return sum(
            _put_down(session, number, stories, max(now, created[number]))
            for number, stories in found.items()
            if number in created
        )


def _put_down(session: Session, number: int, stories: dict[str, str], now: datetime) -> int:
    if not stories:
        return 0
    told = set(session.scalars(select(Find.story).where(Find.search_id == number, Find.story.in_(stories))))
    new = {story: article for story, article in stories.items() if story not in told}
    session.add_all(
        Find(search_id=number, story=story, article_id=article, found=now) for story, article in new.items()
    )
    return len(new)


def _stories(archive: Archive, searches: Sequence[StandingSearch], arrived: Arrivals) -> list[dict[str, str]]:
    """Return for each search the stories that it finds only now, each with the article that it finds."""
    if not arrived.articles:
        return [{} for _ in searches]
    stories = {article.id: article.story for article in arrived.articles}
    earlier = {known: article.story for article in arrived.articles for known in article.earlier}
    found = archive.matching(searches, [*stories, *earlier])
    return [_new_stories(ids, stories, earlier) for ids in found]


def _new_stories(ids: Iterable[str], stories: dict[str, str], earlier: dict[str, str]) -> dict[str, str]:
    ids = list(ids)
    old = {earlier[each] for each in ids if each in earlier}
    new: dict[str, str] = {}
    for each in ids:
        if each in stories and stories[each] not in old:
            new.setdefault(stories[each], each)
    return new


def _audience(saved: SavedSearch) -> Audience:
    return Audience.NEWSROOM if saved.hidden_too else Audience.READERS


def _known(session: Session, archive: Archive) -> bytes:
    found = session.get(Known, str(archive.audience))
    return found.record if found else b""
