"""
Editors' decisions on the archive: the status of an article, stories joined and parted.

A decision is written beside the index first (``search.archive.decisions``), then the articles that it concerns are
rewritten in one commit, under the lock of the index: readers see all of it or nothing. A decision that the index cannot
follow is taken back; one that a crash kept from the index is followed by the next writer (``catch_up``).
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import chain, count
from pathlib import Path
from typing import Any

from search.archive.decisions import Act, Decision, Rules, append_decision, read_rules, take_back_decision
from search.archive.documents import LAYOUT, article_to_document, document_to_article, link_of, stored_article
from search.archive.links import LinkedArticle
from search.article import Article, Status
from search.columnar.commit import read_commit
from search.columnar.lock import WAIT_SECONDS
from search.columnar.snapshot import Snapshot, open_snapshot
from search.columnar.writer import Writer
from search.errors import EditRefused
from search.language import analysis_version

#: A name, an address or a note of who decided; more is pasted text.
MAX_WHO_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Edited:
    """An article that a decision has changed, as it was and as it is."""

    before: Article
    after: Article

    def as_dict(self) -> dict[str, Any]:
        """Return what has changed, for JSON."""
        changed: dict[str, Any] = {"id": self.after.id, "language": self.after.language, "title": self.after.title}
        for name in ("story", "status"):
            before, after = str(getattr(self.before, name)), str(getattr(self.after, name))
            if before != after:
                changed[name] = {"before": before, "after": after}
        return changed


@dataclass(frozen=True, slots=True)
class Edit:
    """
    What became of a decision: the articles that are different now, and the decision as it was written down.

    ``decision`` is None where the same was decided before and still holds.
    """

    decision: Decision | None
    changed: tuple[Edited, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the edit for JSON."""
        return {
            "decision": self.decision.as_dict() if self.decision else None,
            "changed": [each.as_dict() for each in self.changed],
        }


def set_status(
    path: Path | str,
    article_id: str,
    status: Status | str,
    *,
    who: str,
    when: datetime | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> Edit:
    """
    Give an article a status, for good: whatever its source says later. Another decision takes it back.

    ``who`` names the editor, ``when`` is now unless said (aware). Raises ``EditRefused``, ``ValueError`` for a status
    that there is not, ``IndexMissing``, ``IndexLocked``, ``IndexOutdated``, ``IndexDamaged``, ``CommitFailed``.
    """
    wanted = Status(status)
    with _editing(path, who, when, wait_seconds) as desk:
        article = desk.article(article_id)
        if desk.rules.statuses.get(article.id) is wanted and article.status is wanted:
            return Edit(None, ())
        before = {article.id: str(article.status)}
        return desk.decide(Act.STATUS, (article.id,), status=wanted, statuses_before=before)


def join_stories(
    path: Path | str,
    ids: Iterable[str],
    *,
    who: str,
    when: datetime | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> Edit:
    """
    Make one story of the stories of some articles, all of their versions included; it has the key of the first one's.

    Later versions that come with a key of the others follow. ``split_story`` parts them again. The arguments and errors
    are those of ``set_status``.
    """
    with _editing(path, who, when, wait_seconds) as desk:
        named = desk.articles(ids)
        if len(named) < 2:
            raise EditRefused(path, "Joining takes at least two articles.", "Name one of each story by its id.")
        into = named[0].story
        members = {each.id: each for article in named for each in desk.members(article.story)}
        stories = dict.fromkeys(members, into)
        if all(desk.rules.stories.get(each.id) == each.story == into for each in members.values()):
            return Edit(None, ())
        return desk.decide(Act.JOIN, tuple(a.id for a in named), stories=stories, stories_before=_stories(members))


def split_story(
    path: Path | str,
    ids: str | Iterable[str],
    *,
    who: str,
    when: datetime | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> Edit:
    """
    Take an article, or several together, out of their story: they become a story of their own.

    It has the key that they had before they were joined, if nobody has that now, else the first one's id, or one made
    of it. The arguments and errors are those of ``set_status``; articles of several stories are refused, and so is
    taking all articles out of one.
    """
    with _editing(path, who, when, wait_seconds) as desk:
        named = {each.id: each for each in desk.articles([ids] if isinstance(ids, str) else ids)}
        if not named:
            raise EditRefused(path, "Splitting takes at least one article.", "Name it by its id.")
        if len(keys := set(_stories(named).values())) > 1:
            raise EditRefused(
                path, f"These articles are of {len(keys)} stories.", "Split one story at a time: visti story show ID"
            )
        (story,) = keys
        if len(named) == len(desk.members(story)):
            them = "It has no other version" if len(named) == 1 else "They are the whole of it"
            raise EditRefused(path, f"Nothing is left of the story {story!r}. {them}.", "See it: visti story show ID")
        members = {each.id: each for each in desk.members(story)}
        # Those that stay are decided about too, so that none of them is linked to those that go
        stories = dict.fromkeys(members, story) | dict.fromkeys(named, desk.own_key(list(named), story))
        return desk.decide(Act.SPLIT, tuple(named), stories=stories, stories_before=_stories(members))


def catch_up(writer: Writer, snapshot: Snapshot, rules: Rules) -> int:
    """
    Put what the last decision concerns into a writer's batch where the index does not follow it yet; return how many.

    Only a crash between the decision and its commit leaves that, and only the last decision can be in that state.
    """
    last = rules.last
    ids = dict.fromkeys((*last.ids, *last.stories)) if last else {}
    return len(_rewrite(writer, snapshot, rules, ids))


def followed_rules(writer: Writer) -> Rules:
    """
    Return the decisions beside the index of a writer; what a crash kept from the index is in the next commit.

    Raises ``IndexUnavailable`` when they cannot be read.
    """
    rules = read_rules(writer.path)
    if rules.last:
        catch_up(writer, open_snapshot(writer.path), rules)
    return rules


def as_decided(item: LinkedArticle, rules: Rules, stored_of: Callable[[str], bytes | None]) -> LinkedArticle:
    """
    Return an article that comes in as the editors want it, in the story it was linked to before if it has no other.

    ``stored_of`` gives what the index has under an id.
    """
    article, link = rules.applied(item.article), item.link
    is_decided = article.id in rules.stories
    if link or not (is_decided or article.story == article.id):
        return LinkedArticle(article, link)
    stored = stored_of(article.id)
    link = link_of(stored) if stored else None
    if stored is None or link is None:
        return LinkedArticle(article)
    story = document_to_article(stored).story
    if not is_decided:
        article = replace(article, story=story)
    return LinkedArticle(article, link if article.story == story else None)


class _Desk:
    """A writer with what a decision needs to know: the archive as it is, and the decisions until now."""

    def __init__(self, writer: Writer, who: str, when: datetime) -> None:
        self._writer, self._who, self._when = writer, who, when
        self._path = writer.path
        self.rules = read_rules(self._path)
        self._snapshot = open_snapshot(self._path)
        if catch_up(writer, self._snapshot, self.rules):
            writer.commit()
            self._snapshot = open_snapshot(self._path)

    def article(self, article_id: str) -> Article:
        """Return an article by its id. Raises ``EditRefused``."""
        return self.articles([article_id])[0]

    def articles(self, ids: Iterable[str]) -> list[Article]:
        """Return articles by their ids, each once. Raises ``EditRefused`` naming all that are not there."""
        wanted = list(dict.fromkeys(ids))
        documents = [self._snapshot.document_of(each) for each in wanted]
        missing = [each for each, document in zip(wanted, documents, strict=True) if document is None]
        if missing:
            raise EditRefused(
                self._path,
                f"Not in the index at {self._path}: {', '.join(missing)}.",
                "Find the right ids: visti search WORDS --newsroom",
            )
        return [self._article_at(document) for document in documents if document is not None]

    def members(self, story: str) -> list[Article]:
        """Return the articles of a story."""
        return [self._article_at(document) for document in self._snapshot.documents_of_group(story)]

    def own_key(self, ids: list[str], story: str) -> str:
        """Return a key for articles that leave a story."""
        earlier = {before for each in ids if (before := self.rules.before_joining(each))}
        own = (*(earlier if len(earlier) == 1 else ()), ids[0])
        made = (_made_key(story, ids[0], number) for number in count())
        candidates: Iterator[str] = chain(own, made)
        return next(key for key in candidates if key != story and not set(self._ids_of(key)) - set(ids))

    def decide(self, act: Act, ids: tuple[str, ...], **what: Any) -> Edit:
        """Write a decision down, rewrite the articles that it concerns, and say what has changed."""
        decision = Decision(self._who, self._when, act, ids, **what)
        size = append_decision(self._path, decision)
        try:
            self.rules.add(decision)
            changed = _rewrite(self._writer, self._snapshot, self.rules, dict.fromkeys((*ids, *decision.stories)))
            self._writer.commit()
        except BaseException:
            with contextlib.suppress(OSError):
                take_back_decision(self._path, size)
            raise
        return Edit(decision, tuple(changed))

    def _ids_of(self, story: str) -> list[str]:
        return [each.id for each in self.members(story)]

    def _article_at(self, document: int) -> Article:
        return document_to_article(self._snapshot.stored(document))


@contextmanager
def _editing(path: Path | str, who: str, when: datetime | None, wait_seconds: float) -> Iterator[_Desk]:
    name = " ".join(who.split())
    if not name or len(name) > MAX_WHO_CHARACTERS:
        raise EditRefused(
            path,
            f"A decision needs the name of who made it, at most {MAX_WHO_CHARACTERS} characters.",
            "Give it: --who NAME",
        )
    read_commit(Path(path))  # the writer would make a new index in a folder whose name was mistyped
    with Writer(path, LAYOUT, analysis_version(), wait_seconds=wait_seconds) as writer:
        yield _Desk(writer, name, (when or datetime.now(UTC)).astimezone(UTC))


def _rewrite(writer: Writer, snapshot: Snapshot, rules: Rules, ids: Iterable[str]) -> list[Edited]:
    """Put the articles that are not as the rules want them into a writer's batch, and return them."""
    changed = []
    for identifier in ids:
        document = snapshot.document_of(identifier)
        if document is None:
            continue
        stored = snapshot.stored(document)
        before = document_to_article(stored)
        after = rules.applied(before)
        if after is not before:
            link = link_of(stored) if after.story == before.story else None  # an editor put it where it is now
            writer.put(article_to_document(after, stored_article(after, link)))
            changed.append(Edited(before, after))
    return changed


def _made_key(story: str, article_id: str, number: int) -> str:
    """Return a key for an article that leaves a story; another one for each number, should that be taken."""
    basis = f"{story}\n{article_id}" + (f"\n{number}" if number else "")
    return "story-" + blake2b(basis.encode(), digest_size=8).hexdigest()


def _stories(articles: Mapping[str, Article]) -> dict[str, str]:
    return {each.id: each.story for each in articles.values()}
