"""
Collections: articles that somebody put together under a name, with notes, for themselves or for the whole newsroom.

A collection keeps what names an article, so that one that has left the archive is still there to be read about. What is
shared may be added to and annotated by every journalist; its name is for its owner and editors to change.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from search import Article
from web.i18n import N_
from web.newsroom.accounts import Role, User
from web.newsroom.database import Base
from web.newsroom.permissions import CurrentUser
from web.presenters.texts import shortened, substitute_title

MAX_NAME = 200
MAX_NOTE = 5_000
MAX_ARTICLES = 2_000
_MAX_TITLE = 500
_MAX_ID = 512


class CollectionError(ValueError):
    """What was wanted of a collection cannot be done; the message is one for ``gettext``."""


class Collection(Base):
    """A named set of articles."""

    __tablename__ = "collections"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    note: Mapped[str] = mapped_column(String(MAX_NOTE), default="")
    shared: Mapped[bool] = mapped_column(default=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created: Mapped[datetime]
    changed: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    """Counts the changes of name and note: who changes an older one than they saw is told."""

    owner: Mapped[User] = relationship()
    articles: Mapped[list["CollectedArticle"]] = relationship(
        back_populates="collection", cascade="all, delete-orphan", order_by="CollectedArticle.added"
    )


class CollectedArticle(Base):
    """An article in a collection, as it was called when it was put there."""

    __tablename__ = "collected_articles"

    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id", ondelete="CASCADE"), primary_key=True)
    article_id: Mapped[str] = mapped_column(String(_MAX_ID), primary_key=True)
    title: Mapped[str] = mapped_column(String(_MAX_TITLE))
    language: Mapped[str] = mapped_column(String(2))
    note: Mapped[str] = mapped_column(String(MAX_NOTE), default="")
    added: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(ForeignKey("users.id"))

    collection: Mapped[Collection] = relationship(back_populates="articles")


def collections_of(session: Session, user: CurrentUser) -> Sequence[Collection]:
    """Return the collections that somebody may see, the last changed first."""
    seen = Collection.shared | (Collection.owner_id == user.id)
    return session.scalars(select(Collection).where(seen).order_by(Collection.changed.desc(), Collection.id)).all()


def find_collection(session: Session, number: int, user: CurrentUser) -> Collection | None:
    """Return a collection that somebody may see."""
    found = session.get(Collection, number)
    return found if found is not None and (found.shared or found.owner_id == user.id) else None


def may_change(collection: Collection, user: CurrentUser) -> bool:
    """Return whether somebody may rename, share or delete a collection."""
    return collection.owner_id == user.id or user.role >= Role.EDITOR


def make_collection(session: Session, name: str, user: CurrentUser, now: datetime) -> Collection:
    """Make an empty collection, shared. Raises ``CollectionError``."""
    made = Collection(name=_checked_name(name), owner_id=user.id, created=now, changed=now)
    session.add(made)
    session.flush()
    return made


def change_collection(
    collection: Collection, name: str, note: str, *, shared: bool, version: int, now: datetime
) -> None:
    """Change a collection as its form says, which showed ``version`` of it. Raises ``CollectionError``."""
    if collection.version != version:
        raise CollectionError(
            N_(
                "Somebody else has changed this collection since you opened it. "
                "Your text stands below, theirs above it: save again to replace theirs."
            )
        )
    collection.name, collection.note, collection.shared = _checked_name(name), _checked_note(note), shared
    collection.version += 1
    collection.changed = now


def collect(collection: Collection, article: Article, note: str, user: CurrentUser, now: datetime) -> None:
    """Put an article into a collection; one that is there gets the new note. Raises ``CollectionError``."""
    note = _checked_note(note)
    before = collected(collection, article.id)
    if before is not None:
        before.note = note or before.note
    elif len(collection.articles) >= MAX_ARTICLES:
        raise CollectionError(N_("This collection is full: it has 2,000 articles. Begin another one."))
    else:
        title = shortened(substitute_title(article), _MAX_TITLE - 1)
        collection.articles.append(
            CollectedArticle(
                article_id=article.id, title=title, language=article.language, note=note, added=now, added_by=user.id
            )
        )
    collection.changed = now


def annotate(collection: Collection, article_id: str, note: str, now: datetime) -> None:
    """Change the note to an article. Raises ``CollectionError``."""
    found = collected(collection, article_id)
    if found is None:
        raise CollectionError(N_("This article is no longer in the collection."))
    found.note, collection.changed = _checked_note(note), now


def remove(collection: Collection, article_id: str, now: datetime) -> None:
    """Take an article out of a collection, if it is there."""
    found = collected(collection, article_id)
    if found is not None:
        collection.articles.remove(found)
        collection.changed = now


def collected(collection: Collection, article_id: str) -> CollectedArticle | None:
    """Return an article's place in a collection."""
    return next((each for each in collection.articles if each.article_id == article_id), None)


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise CollectionError(N_("A collection needs a name."))
    if len(name) > MAX_NAME:
        raise CollectionError(N_("The name is too long: it may have 200 characters."))
    return name


def _checked_note(note: str) -> str:
    note = note.replace("\r\n", "\n").strip()
    if len(note) > MAX_NOTE:
        raise CollectionError(N_("The note is too long: it may have 5,000 characters."))
    return note
