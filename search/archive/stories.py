"""What there is to know of a story before an editor joins or parts it: its articles, why they are in it, decisions."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.archive.decisions import Decision, decisions
from search.archive.documents import document_to_article, link_of
from search.archive.links import Link
from search.archive.view import open_current
from search.article import LANGUAGES, Article
from search.errors import EditRefused


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story; ``link`` says why it is in it, where its source did not say so, nor an editor."""

    article: Article
    link: Link | None

    def as_dict(self) -> dict[str, Any]:
        """Return the member for JSON."""
        article = self.article
        return {
            "id": article.id,
            "language": article.language,
            "title": article.title,
            "published": article.published.isoformat() if article.published else None,
            "status": str(article.status),
            "link": self.link.as_dict() if self.link else None,
        }


@dataclass(frozen=True, slots=True)
class Story:
    """A story: its key, its articles (uk, ru, en), and the decisions about any of them, the oldest first."""

    key: str
    members: tuple[Member, ...]
    decisions: tuple[Decision, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the story for JSON."""
        return {
            "story": self.key,
            "members": [each.as_dict() for each in self.members],
            "decisions": [each.as_dict() for each in self.decisions],
        }


def story_of(path: Path | str, article_id: str) -> Story:
    """
    Return the story of an article as the newsroom may see it: withheld and embargoed versions too.

    Raises ``EditRefused`` for an id that is not there, and what ``search.open`` raises.
    """
    path = Path(path)
    snapshot = open_current(path)
    document = snapshot.document_of(article_id)
    if document is None:
        raise EditRefused(
            path, f"Not in the index at {path}: {article_id}.", "Find the right id: visti search WORDS --newsroom"
        )
    found = [snapshot.stored(each) for each in snapshot.members(document)]
    members = [Member(document_to_article(stored), link_of(stored)) for stored in found]
    members.sort(key=lambda each: (LANGUAGES.index(each.article.language), each.article.id))
    ids = {each.article.id for each in members}
    about = tuple(each for each in decisions(path) if ids & {*each.ids, *each.stories})
    return Story(members[0].article.story, tuple(members), about)
