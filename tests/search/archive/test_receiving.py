"""Articles that come one by one are linked as an indexing run links them, and none is lost on the way."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

import search
from indexer import index_articles, link_archive, read_sources
from search import Article, CommitFailed, Outcome, article_from_record, receive
from search.archive.linking import LINKED_IN_PASSING, Linker
from search.columnar.commit import publish_commit
from search.columnar.verify import verify_index

#: Three versions of one story, and another story.
VERSIONS = Path(__file__).parents[2] / "cases" / "versions.jsonl"
UK, RU, EN, OTHER = (article_from_record(json.loads(line)) for line in VERSIONS.read_text("utf-8").splitlines())
BERTH = (UK, RU, EN)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the folder of an empty archive."""
    index_articles([], tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture(scope="session")
def sample_articles(sample_source: Path) -> list[Article]:
    """Return some stories of the sample archive, without their stories."""
    articles = [each for each in read_sources([sample_source]) if isinstance(each, Article)]
    return [replace(each, story="") for each in articles[:24]]


def stored(path: Path) -> dict[str, tuple[Article, object]]:
    """Return all that an archive has of its articles, and why they are where they are."""
    with search.open(path, audience="newsroom") as archive:
        articles = [hit.article for hit in archive.search("", group="none", limit=1_000).hits]
    links = {member.article.id: member.link for each in articles for member in search.story_of(path, each.id).members}
    return {each.id: (each, links[each.id]) for each in articles}


def stories(path: Path) -> set[frozenset[str]]:
    """Return the ids of the articles of each story."""
    found: dict[str, set[str]] = {}
    for article, _ in stored(path).values():
        found.setdefault(article.story, set()).add(article.id)
    return {frozenset(ids) for ids in found.values()}


def one_by_one(path: Path, articles: Sequence[Article]) -> list[str]:
    """Send articles, each by itself, and return the story that each was said to be in."""
    return [story for article in articles for story in receive(path, [article]).stories]


BERTH_AND_OTHER = {frozenset(each.id for each in BERTH), frozenset([OTHER.id])}


@pytest.mark.parametrize("order", [(UK, RU, EN), (EN, RU, UK), (RU, EN, UK)])
def test_versions_that_come_one_after_another_are_one_story(path: Path, order: tuple[Article, ...]) -> None:
    assert one_by_one(path, [*order, OTHER]) == [order[0].id] * 3 + [OTHER.id]
    assert stories(path) == BERTH_AND_OTHER
    with search.open(path) as archive:
        page = archive.search("Reni")
        assert page.stories == 1 and len(page.hits[0].versions) == 3


def test_versions_that_come_together_are_one_story_in_one_commit(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[int] = []

    def publish_and_look(folder: Path, commit: object) -> None:
        publish_commit(folder, commit)  # type: ignore[arg-type]
        with search.open(folder) as archive:
            shown.append(archive.search("").stories)

    monkeypatch.setattr("search.columnar.writer.publish_commit", publish_and_look)
    received = receive(path, [*BERTH, OTHER])
    assert shown == [2] and len(set(received.stories)) == 2
    assert stories(path) == BERTH_AND_OTHER
    assert not verify_index(path).problems


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside an open archive"])
def test_whatever_comes_together_it_is_linked_as_an_indexing_run_links_it(
    tmp_path: Path, sample_articles: list[Article], seed: int, beside: bool
) -> None:
    chance, left = random.Random(seed), list(sample_articles)
    chance.shuffle(left)
    sent, indexed = tmp_path / "sent", tmp_path / "indexed"
    for folder in (sent, indexed):
        index_articles(left[:6], folder, link=True)
    with search.open(sent) as archive:  # it stays at this commit
        while left:
            some, left = left[: chance.randint(1, 7)], left[chance.randint(1, 7) :]  # some come twice, some never
            received = receive(sent, some, archive=archive if beside else None)
            index_articles(some, indexed, link=True)
            now = stored(sent)
            assert now == stored(indexed)
            assert list(received.stories) == [now[each.id][0].story for each in some]
    assert any(len(ids) > 1 for ids in stories(sent))


def test_an_article_with_a_story_keeps_it_and_others_join_it(path: Path) -> None:
    assert one_by_one(path, [replace(UK, story="given"), RU]) == ["given", "given"]
    assert one_by_one(path, [replace(EN, story="its own")]) == ["its own"]
    assert stories(path) == {frozenset([UK.id, RU.id]), frozenset([EN.id])}


def test_what_was_linked_and_comes_again_is_unchanged(path: Path) -> None:
    one_by_one(path, BERTH)
    before = stored(path)
    again = receive(path, BERTH)
    assert set(again.outcomes) == {Outcome.UNCHANGED} and set(again.stories) == {UK.id}
    assert stored(path) == before
    corrected = replace(EN, title="The port of Reni has a new berth", updated="2026-03-16T08:00:00Z")
    assert receive(path, [corrected]).stories == (UK.id,)
    late = receive(path, [EN])
    assert (late.outcomes, late.stories) == ((Outcome.STALE,), (UK.id,))
    assert stories(path) == {frozenset(each.id for each in BERTH)}


def test_of_an_article_that_comes_twice_at_once_the_later_version_counts(path: Path) -> None:
    receive(path, [UK])
    received = receive(path, [RU, replace(RU, title="Причал в порту Рени открыт", updated="2026-03-16T08:00:00Z")])
    assert received.outcomes == (Outcome.ADDED, Outcome.UPDATED) and received.stories == (UK.id, UK.id)
    given = receive(path, [EN, replace(EN, story="its own", updated="2026-03-16T08:00:00Z")])
    assert given.stories == ("its own", "its own")


def test_an_editor_who_has_split_is_not_overruled(path: Path) -> None:
    receive(path, BERTH)
    search.split_story(path, EN.id, who="Olha")
    before = stories(path)
    for changed in (BERTH, [replace(each, updated="2026-03-16T08:00:00Z") for each in BERTH]):
        receive(path, changed)
        assert stories(path) == before


class TestMoreThanAreLinkedInPassing:
    """A large batch: all of it is committed first, then linked in further commits."""

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let two be few."""
        for module in ("linking", "receiving"):
            monkeypatch.setattr(f"search.archive.{module}.LINKED_IN_PASSING", 2)

    def test_it_is_linked_and_said_so(self, path: Path) -> None:
        received = receive(path, [*BERTH, OTHER])
        with search.open(path) as archive:
            assert archive.generation == received.generation
        assert stories(path) == BERTH_AND_OTHER
        assert received.not_compared == 0
        assert [received.stories.count(story) for story in received.stories] == [3, 3, 3, 1]

    def test_without_time_it_is_safe_and_the_command_links_it(self, path: Path) -> None:
        received = receive(path, [*BERTH, OTHER], link_seconds=0)
        assert received.not_compared == 4 and received.stories == (UK.id, RU.id, EN.id, OTHER.id)
        assert len(stories(path)) == 4
        assert link_archive(path) == 2
        assert stories(path) == BERTH_AND_OTHER

    @pytest.mark.parametrize("failure", [KeyboardInterrupt, CommitFailed("index", "no room"), OSError("no room")])
    def test_what_ends_it_between_the_commits_loses_nothing(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException | type[BaseException]
    ) -> None:
        with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
            patched.setattr(Linker, "moved", raising(failure))
            assert receive(path, [*BERTH, OTHER]).not_compared == 4
        assert set(stored(path)) == {each.id for each in (*BERTH, OTHER)}
        assert set(receive(path, [*BERTH, OTHER]).outcomes) == {Outcome.UNCHANGED}
        assert link_archive(path) == 2

    def test_what_ends_it_after_the_first_of_them_is_told_as_it_is(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        moved, calls = Linker.moved, iter(range(9))
        monkeypatch.setattr(
            Linker, "moved", lambda *given: moved(*given) if next(calls) == 0 else raising(OSError("no room"))()
        )
        received = receive(path, [UK, RU, EN, OTHER])
        assert received.not_compared == 2
        assert dict(zip([each.id for each in (*BERTH, OTHER)], received.stories, strict=True)) == {
            identifier: article.story for identifier, (article, _) in stored(path).items()
        }


def test_what_ends_it_before_the_commit_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Linker, "moved", raising(CommitFailed("index", "no room")))
    with pytest.raises(CommitFailed):
        receive(path, BERTH)
    assert stored(path) == {}
    assert len(BERTH) <= LINKED_IN_PASSING


def test_an_article_is_not_refused_because_what_it_is_compared_with_is_damaged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Linker, "moved", raising(IndexError("beyond the end of a file")))
        assert receive(path, BERTH).not_compared == 3
    assert link_archive(path) == 2


def raising(failure: BaseException | type[BaseException]) -> Callable[..., Iterator[object]]:
    """Return a function that raises something."""

    def fail(*_: object) -> Iterator[object]:
        raise failure

    return fail
