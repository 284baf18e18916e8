"""A kill without its text cancels the article that the archive has or will have; what was deleted stays away."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import search
from indexer import delete_articles, index_articles, reindex_into
from indexer.readers.reading import Withdrawal
from search.archive import withdrawals
from search.archive.verifying import verify_archive
from search.archive.withdrawals import Reason, Tombstone, Withdrawals, tombstones
from search.article import Article, Status
from search.columnar.backup import back_up
from search.columnar.beside import WITHDRAWN
from search.columnar.restore import restore
from search.columnar.writer import Writer
from search.errors import CommitFailed

WHEN = datetime(2026, 5, 2, 9, tzinfo=UTC)
ARTICLE = Article(id="a", language="en", title="A report", published=datetime(2026, 5, 1, tzinfo=UTC))
KILL = Withdrawal("a", WHEN, "wire.json", 7)


def test_an_article_in_the_index_is_canceled(tmp_path: Path):
    index_articles([ARTICLE], tmp_path)
    report = index_articles([KILL], tmp_path)
    assert (report.updated, report.rejected) == (1, 0)
    with search.open(tmp_path).seen_by("newsroom") as archive:
        article = archive.get("a")
        assert article and (article.status, article.updated, article.title) == (Status.CANCELED, WHEN, "A report")


def test_an_article_of_the_same_run_is_canceled(tmp_path: Path):
    index_articles([ARTICLE, KILL], tmp_path)
    with search.open(tmp_path) as archive:
        assert archive.get("a") is None


def test_an_article_under_the_id_that_it_had_is_canceled_and_an_unknown_one_not_remembered(tmp_path: Path):
    planned = replace(ARTICLE, id="https://paper.example/?p=26", embargoed_until=WHEN + timedelta(days=9999))
    former = replace(KILL, id=planned.id, when=None, is_former_id=True)
    index_articles([planned], tmp_path)
    report = index_articles([ARTICLE, former, replace(former, id="https://paper.example/?p=27")], tmp_path)
    assert (report.added, report.updated, report.remarks, tombstones(tmp_path)) == (1, 1, [], [])
    with search.open(tmp_path) as archive:
        assert archive.get("a") and archive.get(planned.id) is None
    assert status_of(tmp_path, planned.id) is Status.CANCELED


NEWER = replace(ARTICLE, title="A report, corrected", updated=WHEN + timedelta(hours=1))


def status_of(path: Path, identifier: str = "a") -> Status | None:
    with search.open(path, audience="newsroom") as archive:
        found = archive.get(identifier)
        return found.status if found else None


class TestKilledBeforeItCame:
    def test_is_remarked_and_counted(self, visti, tmp_path: Path):
        report = index_articles([KILL], tmp_path)
        assert [str(remark) for remark in report.remarks] == [
            "wire.json:7: the article 'a' is withdrawn before it has come, and will stay so"
        ]
        assert tombstones(tmp_path) == [Tombstone("a", Reason.KILLED, WHEN)]
        figures = json.loads(visti("stats", "--json", "--index", tmp_path).stdout)
        assert (figures["killed"], figures["deleted_for_good"], figures["quarantined"]) == (1, 0, 0)
        assert "1 killed before they came" in visti("stats", "--index", tmp_path).stdout

    def test_is_not_shown_when_a_later_run_brings_it(self, tmp_path: Path):
        index_articles([KILL], tmp_path)
        report = index_articles([ARTICLE], tmp_path)
        assert (report.added, report.withdrawn) == (1, 1) and status_of(tmp_path) is Status.CANCELED
        assert tombstones(tmp_path) == [], "now the article itself says so"
        assert index_articles([ARTICLE], tmp_path).stale == 1 and status_of(tmp_path) is Status.CANCELED

    def test_is_shown_in_a_version_that_is_newer(self, tmp_path: Path):
        index_articles([KILL], tmp_path)
        index_articles([NEWER], tmp_path)
        assert status_of(tmp_path) is Status.USABLE

    @pytest.mark.parametrize(("article", "outcome", "status"), [
        (ARTICLE, search.Outcome.WITHDRAWN, Status.CANCELED),
        (NEWER, search.Outcome.ADDED, Status.USABLE),
        (replace(ARTICLE, status=Status.CANCELED), search.Outcome.ADDED, Status.CANCELED),
    ])  # fmt: skip
    def test_so_it_is_for_a_program_that_sends_it(self, tmp_path: Path, article, outcome, status):
        index_articles([KILL], tmp_path)
        assert search.receive(tmp_path, [article]).outcomes == (outcome,)
        assert status_of(tmp_path) is status
        if outcome is search.Outcome.WITHDRAWN:
            assert search.receive(tmp_path, [article]).outcomes == (search.Outcome.STALE,)

    def test_a_dry_run_writes_nothing_down(self, visti, tmp_path: Path):
        (tmp_path / "kill.jsonl").write_text('{"id": "a", "status": "canceled", "updated": "2026-05-02T09:00:00Z"}\n')
        visti("index", "--dry-run", tmp_path / "kill.jsonl", "--index", tmp_path / "index")
        assert not (tmp_path / "index").exists()
        visti("index", tmp_path / "kill.jsonl", "--index", tmp_path / "index")
        assert tombstones(tmp_path / "index") == [Tombstone("a", Reason.KILLED, WHEN)]

    def test_the_kill_that_holds_for_most_versions_counts(self, tmp_path: Path):
        for when, expected in ((WHEN, WHEN), (WHEN - timedelta(1), WHEN), (WHEN + timedelta(1), WHEN + timedelta(1)),
                               (None, None), (WHEN, None)):  # fmt: skip
            index_articles([replace(KILL, when=when)], tmp_path)
            assert tombstones(tmp_path) == [Tombstone("a", Reason.KILLED, expected)]
        assert len((tmp_path / WITHDRAWN.name).read_bytes().splitlines()) == 3, "and nothing is written that is known"

    def test_the_newest_are_kept(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(withdrawals, "MAX_KILLED", 3)
        monkeypatch.setattr(withdrawals, "_MAX_IDLE_LINES", 2)
        index_articles([ARTICLE], tmp_path)
        delete_articles(["a"], tmp_path)
        for number in range(20):
            index_articles([replace(KILL, id=str(number))], tmp_path)
        assert [each.id for each in tombstones(tmp_path)] == ["a", "17", "18", "19"]
        assert len((tmp_path / WITHDRAWN.name).read_bytes().splitlines()) < 12, "the file does not grow for ever"


class TestDeleted:
    @pytest.fixture
    def index(self, tmp_path: Path) -> Path:
        index_articles([ARTICLE, replace(ARTICLE, id="b")], tmp_path / "index")
        assert delete_articles(["a", "never there"], tmp_path / "index") == ["a"]
        return tmp_path / "index"

    @pytest.mark.parametrize("article", [ARTICLE, NEWER])
    def test_stays_away_whatever_version_a_source_brings(self, index: Path, article: Article):
        report = index_articles([article], index)
        assert (report.kept_out, report.added, report.changed) == (1, 0, False) and status_of(index) is None
        assert [each.id for each in tombstones(index)] == ["a"]

    def test_what_was_not_there_is_not_remembered(self, index: Path):
        assert index_articles([replace(ARTICLE, id="never there")], index).added == 1

    def test_a_kill_changes_nothing(self, index: Path):
        index_articles([KILL, NEWER], index)
        assert status_of(index) is None

    def test_a_program_that_sends_it_brings_it_back(self, index: Path):
        assert search.receive(index, [ARTICLE]).outcomes == (search.Outcome.ADDED,)
        assert status_of(index) is Status.USABLE and tombstones(index) == []
        assert index_articles([NEWER], index).updated == 1

    def test_by_a_program_it_stays_away_too(self, index: Path):
        assert search.withdraw(index, "b") and search.withdraw(index, "b") is None
        assert index_articles([replace(ARTICLE, id="b")], index).kept_out == 1

    def test_may_return(self, visti, index: Path, tmp_path: Path):
        (tmp_path / "a.jsonl").write_text('{"id": "a", "language": "en", "title": "A report"}\n')
        told = visti("index", tmp_path / "a.jsonl", "--index", index)
        assert told.exit_code == 0 and "1 kept out that had been deleted" in told.stdout
        assert visti("delete", "--may-return", "a", "--index", index).exit_code == 0
        assert "1 added" in visti("index", tmp_path / "a.jsonl", "--index", index).stdout
        assert visti("delete", "--may-return", "a", "--index", index).exit_code == 0
        assert status_of(index) is None and tombstones(index) == []

    def test_a_deletion_that_failed_is_forgotten(self, index: Path, monkeypatch: pytest.MonkeyPatch):
        before = (index / WITHDRAWN.name).read_bytes()

        def commit(*arguments: object, **named: object) -> None:
            raise CommitFailed(index, "the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(Writer, "commit", commit)
            with pytest.raises(CommitFailed):
                delete_articles(["b"], index)
        assert (index / WITHDRAWN.name).read_bytes() == before and status_of(index, "b") is Status.USABLE
        assert index_articles([replace(NEWER, id="b")], index).updated == 1

    def test_a_deletion_that_was_killed_before_its_commit_is_ended(self, index: Path):
        kept_out = Withdrawals(index)
        kept_out.delete("b", WHEN)
        kept_out.write()
        assert status_of(index, "b") is Status.USABLE
        index_articles([], index)
        assert status_of(index, "b") is None

    def test_backups_and_copies_have_it(self, index: Path, tmp_path: Path):
        back_up(index, tmp_path / "backup.tar")
        restore(tmp_path / "backup.tar", tmp_path / "restored")
        reindex_into(index, tmp_path / "copy")
        for each in (tmp_path / "restored", tmp_path / "copy"):
            assert tombstones(each) == tombstones(index) and index_articles([ARTICLE], each).kept_out == 1

    def test_a_copy_that_follows_does_not_keep_out_what_comes_again(self, index: Path, tmp_path: Path):
        reindex_into(index, tmp_path / "copy")
        delete_articles(["b"], index, may_return=True)
        reindex_into(index, tmp_path / "copy")
        assert index_articles([replace(ARTICLE, id="b")], tmp_path / "copy").added == 1

    def test_lines_that_are_damaged_are_passed_over_and_noted(self, index: Path):
        with (index / WITHDRAWN.name).open("ab") as file:
            file.write(b'{"id": "b", "rea')
        index_articles([replace(KILL, id="c")], index)
        assert [each.id for each in tombstones(index)] == ["a", "c"]
        assert any("1 lines of withdrawn-articles.jsonl" in note for note in verify_archive(index).notes)


def test_an_export_takes_it_along(visti, tmp_path: Path):
    index, again = tmp_path / "index", tmp_path / "again"
    index_articles([ARTICLE, replace(ARTICLE, id="b"), replace(KILL, id="c"), replace(KILL, id="d", when=None)], index)
    delete_articles(["a"], index)
    assert [json.loads(each)["id"] for each in search.export_lines(index)] == ["b"], "unless it is asked for"
    assert visti("export", "--withdrawals", "--public", "--index", index).exit_code == 2
    visti("export", "--withdrawals", tmp_path / "all.jsonl", "--index", index)
    visti("index", tmp_path / "all.jsonl", "--no-link", "--index", again)
    assert tombstones(again) == tombstones(index)
    visti("export", "--withdrawals", tmp_path / "again.jsonl", "--index", again)
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "all.jsonl").read_bytes()
