"""Editors' decisions: what they change, that nothing that comes later undoes them, that a crash loses none."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import search
from indexer import index_articles, reindex
from search import Article, EditRefused
from search.archive import editing
from search.archive.decisions import DECISIONS_NAME, decision_notices
from search.archive.receiving import receive
from search.columnar.commit import COMMIT_NAME
from search.columnar.lock import IndexLock
from search.columnar.verify import verify_index
from search.errors import CommitFailed, IndexLocked, IndexMissing

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
ARTICLES = [
    Article(id=f"{story}.{language}", story=story, language=language, title=f"Story {story}", body="Text.")
    for story in ("a", "b", "c")
    for language in ("uk", "en")
]


@pytest.fixture
def index(tmp_path) -> Path:
    """Return the folder of an index of three stories in two languages."""
    path = tmp_path / "index"
    index_articles(ARTICLES, path)
    return path


def stories(path: Path) -> dict[str, str]:
    """Return the story of every article."""
    with search.open(path, audience="newsroom") as archive:
        page = archive.search("", group="none", limit=100)
        return {hit.article.id: hit.article.story for hit in page.hits}


def groups(path: Path) -> set[frozenset[str]]:
    """Return the articles of each story, whatever its key."""
    found: dict[str, set[str]] = {}
    for identifier, story in stories(path).items():
        found.setdefault(story, set()).add(identifier)
    return {frozenset(each) for each in found.values()}


class TestJoining:
    def test_all_versions_of_both_stories_become_one(self, index):
        edit = search.join_stories(index, ["a.uk", "b.en"], who="Olha", when=WHEN)
        assert {each.after.id: each.after.story for each in edit.changed} == {"b.uk": "a", "b.en": "a"}
        assert stories(index) == {each.id: "a" if each.story == "b" else each.story for each in ARTICLES}
        assert search.decisions(index) == [edit.decision]
        assert (edit.decision.who, edit.decision.when, edit.decision.ids) == ("Olha", WHEN, ("a.uk", "b.en"))

    def test_it_is_one_commit(self, index):
        with search.open(index) as archive:
            before = archive.generation
            search.join_stories(index, ["a.uk", "b.en"], who="Olha")
            archive.refresh()
            assert archive.generation == before + 1
            assert archive.search("").stories == 2

    def test_indexing_again_changes_nothing(self, index):
        search.join_stories(index, ["a.uk", "b.en"], who="Olha")
        report = index_articles(ARTICLES, index)
        assert (report.unchanged, report.changed) == (len(ARTICLES), False)

    def test_a_later_version_of_a_joined_story_follows(self, index):
        search.join_stories(index, ["a.uk", "b.en"], who="Olha")
        search.join_stories(index, ["c.uk", "a.en"], who="Olha")
        index_articles([Article(id="b.ru", story="b", language="ru", title="История")], index)
        assert stories(index)["b.ru"] == "c"

    def test_splitting_undoes_it(self, index):
        before = stories(index)
        search.join_stories(index, ["a.uk", "b.en"], who="Olha")
        search.split_story(index, ["b.uk", "b.en"], who="Olha")
        assert stories(index) == before
        index_articles([Article(id="b.ru", story="b", language="ru", title="История")], index)
        assert stories(index)["b.ru"] == "b"

    def test_saying_it_twice_writes_it_once(self, index):
        search.join_stories(index, ["a.uk", "b.en"], who="Olha")
        assert search.join_stories(index, ["b.uk", "a.en"], who="Ivan") == search.Edit(None, ())
        assert len(search.decisions(index)) == 1

    @pytest.mark.parametrize(
        ("ids", "complaint"),
        [
            (["a.uk"], "at least two articles"),
            (["a.uk", "a.uk"], "at least two articles"),
            (["a.uk", "x", "y"], "Not in the index at .*: x, y"),
        ],
    )
    def test_what_cannot_be_joined_is_refused(self, index, ids, complaint):
        with pytest.raises(EditRefused, match=complaint):
            search.join_stories(index, ids, who="Olha")
        assert search.decisions(index) == []


class TestSplitting:
    def test_an_article_becomes_a_story_of_its_own(self, index):
        search.split_story(index, "a.en", who="Olha")
        assert stories(index)["a.en"] == "a.en"
        assert index_articles(ARTICLES, index).unchanged == len(ARTICLES)

    def test_the_one_whose_id_is_the_key_leaves_too(self, tmp_path):
        index_articles([replace(each, story="a.uk") for each in ARTICLES[:2]], tmp_path)
        search.split_story(tmp_path, "a.uk", who="Olha")
        assert groups(tmp_path) == {frozenset({"a.uk"}), frozenset({"a.en"})}
        assert index_articles(ARTICLES[:1], tmp_path).unchanged == 1

    def test_the_key_that_is_made_up_is_nobodys(self, tmp_path):
        named = [Article(id=each, story="a", language="en", title="News") for each in "abcd"]
        index_articles(named[:3], tmp_path)
        search.split_story(tmp_path, "a", who="Olha")  # to a made key, where the others follow
        search.join_stories(tmp_path, ["a", "b"], who="Olha")
        search.split_story(tmp_path, "a", who="Olha")  # back to its own
        index_articles(named[3:], tmp_path)
        search.split_story(tmp_path, "a", who="Olha")  # again to a made key, but the others have the first
        assert groups(tmp_path) == {frozenset("a"), frozenset("bc"), frozenset("d")}

    @pytest.mark.parametrize(
        ("ids", "complaint"),
        [
            (["a.uk", "a.en"], "They are the whole of it"),
            (["a.uk", "b.en"], "of 2 stories"),
            ([], "at least one"),
            (["x"], "Not in the index"),
        ],
    )
    def test_what_cannot_be_split_is_refused(self, index, ids, complaint):
        with pytest.raises(EditRefused, match=complaint):
            search.split_story(index, ids, who="Olha")

    def test_a_story_of_one_has_nothing_to_part(self, index):
        search.split_story(index, "a.en", who="Olha")
        with pytest.raises(EditRefused, match="no other version"):
            search.split_story(index, "a.en", who="Olha")


class TestStatus:
    @pytest.mark.parametrize("send", [receive, lambda index, articles: index_articles(articles, index)])
    def test_a_text_is_corrected_whatever_the_editor_said_of_the_status(self, index, send):
        article = replace(ARTICLES[0], updated=WHEN)
        send(index, [article])
        search.set_status(index, article.id, "canceled", who="Olha")
        send(index, [replace(article, title="Of the same minute")])  # no kill of its source, which would be newer
        with search.open(index, audience="newsroom") as archive:
            found = archive.get(article.id)
        assert found and (found.title, str(found.status)) == ("Of the same minute", "canceled")

    def test_readers_stop_seeing_it_whatever_the_source_says(self, index):
        edit = search.set_status(index, "a.uk", "withheld", who="Olha")
        assert [str(each.after.status) for each in edit.changed] == ["withheld"]
        index_articles([replace(ARTICLES[0], title="Corrected")], index)
        with search.open(index) as archive, search.open(index, audience="newsroom") as newsroom:
            assert archive.get("a.uk") is None
            assert newsroom.get("a.uk").title == "Corrected"

    def test_the_opposite_takes_it_back(self, index):
        before = stories(index)
        search.set_status(index, "a.uk", "canceled", who="Olha")
        search.set_status(index, "a.uk", "usable", who="Olha")
        assert index_articles(ARTICLES, index).unchanged == len(ARTICLES)
        assert stories(index) == before

    def test_bad_input_is_refused(self, index):
        with pytest.raises(EditRefused, match="Not in the index"):
            search.set_status(index, "x", "usable", who="Olha")
        with pytest.raises(ValueError, match="gone"):
            search.set_status(index, "a.uk", "gone", who="Olha")
        with pytest.raises(EditRefused, match="name of who"):
            search.set_status(index, "a.uk", "usable", who=" \n")
        with pytest.raises(IndexMissing):
            search.set_status(index / "nowhere", "a.uk", "usable", who="Olha")
        assert not (index / "nowhere").exists()

    def test_another_writer_is_waited_for(self, index):
        lock = IndexLock(index, 0)
        try:
            with pytest.raises(IndexLocked):
                search.set_status(index, "a.uk", "withheld", who="Olha", wait_seconds=0)
        finally:
            lock.release()
        assert search.decisions(index) == []


class TestFile:
    def test_rebuilding_and_repairing_keep_the_decisions(self, index):
        search.join_stories(index, ["a.uk", "b.en"], who="Olha")
        commit = json.loads((index / COMMIT_NAME).read_text())
        (index / COMMIT_NAME).unlink()
        search.repair(index)
        assert (json.loads((index / COMMIT_NAME).read_text())["generation"]) == commit["generation"]
        assert len(search.decisions(index)) == 1
        assert index_articles(ARTICLES, index).unchanged == len(ARTICLES)

    def test_an_outdated_index_is_rebuilt_with_what_was_decided(self, index, monkeypatch):
        search.join_stories(index, ["a.uk", "b.en"], who="Olha")
        before = stories(index)
        for module in ("indexer.rebuild", "indexer.write", "search.archive.view", "search.archive.editing"):
            monkeypatch.setattr(f"{module}.analysis_version", lambda: "another")
        assert reindex(index) == len(ARTICLES)
        assert stories(index) == before
        assert len(search.decisions(index)) == 1
        assert index_articles(ARTICLES, index).unchanged == len(ARTICLES)

    def test_a_line_that_a_crash_cut_off_goes(self, index):
        search.set_status(index, "a.uk", "withheld", who="Olha")
        whole = (index / DECISIONS_NAME).read_bytes()
        (index / DECISIONS_NAME).write_bytes(whole + whole[:40])
        assert len(search.decisions(index)) == 1 and decision_notices(index) == []
        search.set_status(index, "b.uk", "withheld", who="Olha")
        assert (index / DECISIONS_NAME).read_bytes().startswith(whole)
        assert [each.ids for each in search.decisions(index)] == [("a.uk",), ("b.uk",)]

    @pytest.mark.parametrize("damage", [b"{}", b"[1", b'{"act": "status", "check": 1}', b"\xff\x00", b""])
    def test_a_damaged_line_is_told_and_the_others_hold(self, index, damage):
        for identifier in ("a.uk", "b.uk", "c.uk"):
            search.set_status(index, identifier, "withheld", who="Olha")
        lines = (index / DECISIONS_NAME).read_bytes().split(b"\n")
        lines[1] = damage
        (index / DECISIONS_NAME).write_bytes(b"\n".join(lines))
        assert [each.ids for each in search.decisions(index)] == [("a.uk",), ("c.uk",)]
        assert "lines 2 are damaged" in decision_notices(index)[0]

    def test_a_changed_line_is_not_followed(self, index):
        search.set_status(index, "a.uk", "withheld", who="Olha")
        changed = (index / DECISIONS_NAME).read_bytes().replace(b"a.uk", b"b.uk")
        (index / DECISIONS_NAME).write_bytes(changed)
        assert search.decisions(index) == []

    def test_a_commit_that_fails_takes_the_decision_back(self, index, monkeypatch):
        search.set_status(index, "b.uk", "withheld", who="Olha")
        with monkeypatch.context() as patched:
            patched.setattr(editing.Writer, "commit", fail)
            with pytest.raises(CommitFailed):
                search.set_status(index, "a.uk", "withheld", who="Olha")
        assert [each.ids for each in search.decisions(index)] == [("b.uk",)]
        assert stories(index).keys() == {each.id for each in ARTICLES}

    @pytest.mark.parametrize("next_writer", ["index", "edit"])
    def test_what_a_kill_kept_from_the_index_is_followed_by_the_next_writer(self, index, monkeypatch, next_writer):
        with monkeypatch.context() as patched:
            patched.setattr(editing.Writer, "commit", fail)
            patched.setattr(editing, "take_back_decision", lambda path, size: None)
            with pytest.raises(CommitFailed):
                search.join_stories(index, ["a.uk", "b.en"], who="Olha")
        assert stories(index)["b.en"] == "b"
        if next_writer == "index":
            index_articles([], index)
        else:
            search.set_status(index, "c.uk", "withheld", who="Olha")
        assert stories(index)["b.en"] == "a"
        assert not verify_index(index).problems


def fail(writer) -> None:
    """Stand in for a commit on a full disk."""
    raise CommitFailed(writer.path, "No space left on device")


@st.composite
def acts(draw) -> tuple[str, list[str]]:
    """Draw a decision about the articles of the three stories."""
    ids = [each.id for each in ARTICLES]
    return draw(st.sampled_from(["join", "split"])), draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(acts(), max_size=6))
def test_stories_are_what_sets_of_articles_would_be(tmp_path_factory, made):
    """Against plain sets: joining is their union, splitting takes out; indexing all again changes nothing."""
    path = tmp_path_factory.mktemp("law")
    index_articles(ARTICLES, path)
    expected = {frozenset(each.id for each in ARTICLES if each.story == story) for story in "abc"}
    for act, ids in made:
        touched = {group for group in expected if group & set(ids)}
        try:
            (search.join_stories if act == "join" else search.split_story)(path, ids, who="Olha")
        except EditRefused:
            whole = act == "split" and (len(touched) > 1 or set(ids) in touched)
            assert whole or (act == "join" and len(set(ids)) < 2)
            continue
        if act == "join":
            expected = (expected - touched) | {frozenset().union(*touched)}
        else:
            (group,) = touched
            expected = (expected - touched) | {frozenset(ids), group - set(ids)}
        assert groups(path) == expected
    assert index_articles(ARTICLES, path).unchanged == len(ARTICLES)


class TestCommand:
    def test_join_show_split_and_list(self, visti, index):
        joined = visti("story", "join", "a.uk", "b.en", "--who", "Olha", "--index", index)
        assert joined.exit_code == 0
        assert joined.stdout.splitlines() == ["b.en: story b → a", "b.uk: story b → a"]
        shown = visti("story", "show", "b.en", "--index", index)
        assert shown.stdout.startswith("Story a: 4 articles\n") and "Olha: join a.uk b.en" in shown.stdout
        again = visti("story", "join", "a.uk", "b.en", "--index", index)
        assert (again.exit_code, again.stdout) == (0, "Nothing has changed: this was decided before, and it holds.\n")
        split = visti("story", "split", "b.en", "b.uk", "--index", index, "--json")
        assert {each["id"]: each["story"] for each in json.loads(split.stdout)["changed"]} == {
            "b.en": {"before": "a", "after": "b"},
            "b.uk": {"before": "a", "after": "b"},
        }
        listed = json.loads(visti("story", "list", "--index", index, "--json").stdout)["decisions"]
        assert [each["act"] for each in listed] == ["join", "split"]

    def test_status(self, visti, index):
        result = visti("status", "a.uk", "withheld", "--index", index)
        assert (result.exit_code, result.stdout) == (0, "a.uk: status usable → withheld\n")
        shown = json.loads(visti("story", "show", "a.en", "--index", index, "--json").stdout)
        assert [each["status"] for each in shown["members"]] == ["withheld", "usable"]

    def test_damage_is_told(self, visti, index):
        (index / DECISIONS_NAME).write_bytes(b"{}\n")
        result = visti("story", "list", "--index", index)
        assert result.exit_code == 0 and "lines 1 are damaged" in result.stderr

    @pytest.mark.parametrize(
        ("arguments", "status", "message"),
        [
            (["story", "join", "a.uk", "x"], 1, "Not in the index"),
            (["story", "join", "a.uk"], 2, "join takes at least 2 IDs"),
            (["story", "split", "a.uk", "a.en"], 1, "the whole of it"),
            (["story", "split"], 2, "at least one ID"),
            (["story", "show", "x"], 1, "Not in the index"),
            (["story", "show"], 2, "show takes one ID"),
            (["story", "list", "a.uk"], 2, "list takes no ID"),
            (["story", "merge", "a.uk"], 2, "merge"),
            (["status", "a.uk", "gone"], 2, "gone"),
            (["status", "x", "usable"], 1, "Not in the index"),
        ],
    )
    def test_bad_input_is_told(self, visti, index, arguments, status, message):
        result = visti(*arguments, "--index", index)
        assert result.exit_code == status
        assert message in result.stderr

    def test_a_busy_index_is_told(self, visti, index):
        lock = IndexLock(index, 0)
        try:
            result = visti("status", "a.uk", "withheld", "--index", index, "--wait", "0")
        finally:
            lock.release()
        assert result.exit_code == 1 and "Another process" in result.stderr
