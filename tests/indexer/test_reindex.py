"""Rebuilding an outdated index from its own articles, and repairing one by the command."""

import contextlib
import dataclasses
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import indexer.rebuild
import search
from indexer import delete_articles, index_articles, read_sources, rebuild_damaged, reindex, reindex_into
from search.archive.documents import document_to_article
from search.columnar import commit, rebuild
from search.columnar.remains import Remains
from search.columnar.verify import verify_index
from search.columnar.writer import Writer
from search.errors import CommitFailed, IndexDamaged, IndexMissing, IndexOutdated
from search.language import analysis_version

#: Made by the program of format 1: 24 articles in two commits, of which two are replaced and one is deleted.
FORMAT_1 = Path(__file__).parents[1] / "data" / "index-format-1"
ARTICLES = 21


def alter(index, **values):
    path = index / "visti.json"
    data = json.loads(path.read_text(encoding="utf-8")) | values
    del data["checksum"]
    data["checksum"] = zlib.crc32(json.dumps(data, sort_keys=True).encode())
    path.write_text(json.dumps(data), encoding="utf-8")


@pytest.fixture
def old(tmp_path):
    """Return a copy of the index of format 1, of another analysis too, so that every program has to rebuild it."""
    path = Path(shutil.copytree(FORMAT_1, tmp_path / "index"))
    alter(path, analysis="rules-0")
    return path


@pytest.fixture(scope="module")
def articles():
    """Return the living articles of the old index by id, read without the engine."""
    deleted = {0, 1, 2}
    first, second = sorted(FORMAT_1.glob("*.segment"))
    stored = [text for number, text in enumerate(Remains(first).stored()) if number not in deleted]
    return {article.id: article for article in map(document_to_article, [*stored, *Remains(second).stored()])}


def held(index):
    with search.open(index, audience="newsroom") as archive:
        ids = [hit.article.id for hit in archive.search("", group="none", limit=1000).hits]
        return {identifier: archive.get(identifier) for identifier in ids}


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


class TestReindex:
    def test_old_index_is_refused_with_the_command_that_rebuilds_it(self, old):
        with pytest.raises(IndexOutdated, match=f"visti reindex --index {old}"):
            search.open(old)

    def test_every_article_of_format_1_is_in_the_new_index(self, old, articles):
        assert len(articles) == ARTICLES
        assert reindex(old) == ARTICLES
        assert held(old) == articles
        assert verify_index(old).problems == ()
        with search.open(old) as archive:  # the readers' view: one is withheld
            assert archive.count() == ARTICLES - 1
            assert archive.search("Усик").total

    def test_nothing_but_the_new_index_stays(self, old):
        reindex(old)
        named = {file.name for file in commit.read_commit(old).files()}
        assert {file.name for file in old.iterdir()} == named | {"visti.json", "visti-backup.json", "writing.lock"}

    def test_current_index_needs_nothing(self, index_copy):
        before = commit.read_commit(index_copy)
        assert reindex(index_copy) is None
        assert commit.read_commit(index_copy) == before

    def test_several_processes_give_the_same(self, old, articles, monkeypatch):
        monkeypatch.setattr("indexer.parallel.WORTH_SHARING", 5)
        assert reindex(old, jobs=2) == ARTICLES
        assert held(old) == articles

    def test_generation_goes_on(self, old):
        before = commit.read_commit(old, commit.REBUILDABLE_FORMATS).generation
        reindex(old)
        assert commit.read_commit(old).generation > before

    @pytest.mark.parametrize("function", ["publish_commit", "write_backup", "sync_folder", "verify_index"])
    def test_crash_at_the_end_leaves_the_old_or_the_new_one(self, old, articles, monkeypatch, function):
        class Killed(BaseException):
            pass

        def killed(*arguments):
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(rebuild, function, killed)
            with pytest.raises(Killed):
                reindex(old)
        if function != "write_backup":
            with pytest.raises(IndexOutdated):
                search.open(old)
            assert reindex(old) == ARTICLES
        assert held(old) == articles and verify_index(old).problems == ()

    def test_interrupted_run_goes_on_with_what_it_had(self, old, articles, monkeypatch):
        def interrupted(taken, *arguments, **options):
            def some():
                for number, article in enumerate(taken):
                    if number == 10:
                        raise KeyboardInterrupt
                    yield article

            return index_articles(some(), *arguments, commit_every=4, **options)

        with monkeypatch.context() as patched:
            patched.setattr(indexer.rebuild, "index_articles", interrupted)
            with pytest.raises(KeyboardInterrupt):
                reindex(old)
        reports = []
        assert reindex(old, progress=lambda report: reports.append((report.unchanged, report.added))) == ARTICLES
        assert reports[-1] == (8, ARTICLES - 8)
        assert held(old) == articles

    def test_full_disk_leaves_the_old_index(self, old, monkeypatch):
        before = {file.name: file.read_bytes() for file in old.glob("*.*ed*")}

        def full(*arguments):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr("search.columnar.writer.write_arrays", full)
            with pytest.raises(search.CommitFailed, match="No space left"):
                reindex(old)
        assert {file.name: file.read_bytes() for file in old.glob("*.*ed*")} == before
        assert reindex(old) == ARTICLES

    def test_damaged_one_names_repair(self, old):
        flip(next(old.glob("*.segment")), 20_000)
        with pytest.raises(IndexDamaged, match="visti repair"):
            reindex(old)

    def test_missing_and_newer_ones_are_refused(self, old, tmp_path):
        with pytest.raises(IndexMissing):
            reindex(tmp_path / "nothing")
        alter(old, format=99)
        with pytest.raises(IndexOutdated, match="update Visti"):
            reindex(old)


class TestNobodyIsLeftOut:
    """Who reads and who writes while an index is being rebuilt in its place."""

    def test_writers_are_told_to_come_again_or_wait_and_lose_nothing(self, index_copy):
        before, waiting = held(index_copy), []
        late = search.Article(id="late", language="en", title="It came while the index was being rebuilt")

        def progress(report):
            with pytest.raises(search.IndexLocked, match="run the same command again"):
                index_articles([late], index_copy, wait_seconds=0)
            if not waiting:
                waiting.append(threading.Thread(target=index_articles, args=([late], index_copy)))
                waiting[0].start()

        assert reindex(index_copy, force=True, progress=progress) == len(before)
        waiting[0].join()
        assert held(index_copy) == before | {"late": late}

    def test_readers_go_on_and_see_the_new_one(self, index_copy):
        expected = held(index_copy)
        with search.open(index_copy, audience="newsroom") as archive:
            generation = archive.generation
            seen = []

            def progress(report):
                archive.refresh()
                seen.append((archive.generation, archive.search("Херсон").total))

            reindex(index_copy, force=True, progress=progress)
            assert set(seen) == {(generation, seen[0][1])} and seen[0][1]
            assert archive.search("Херсон").total == seen[0][1]  # its files are gone, and it has them open
            assert archive.refresh() and archive.generation > generation
            assert archive.search("Херсон").total == seen[0][1]
        assert held(index_copy) == expected


class TestInto:
    @pytest.fixture
    def outdated(self, index_copy):
        """Return an index of another analysis, to which a program of that analysis still writes."""
        alter(index_copy, analysis="rules-0")
        return index_copy

    @staticmethod
    def write_to(index, write):
        """Write to an index as the program of its analysis would."""
        alter(index, analysis=analysis_version())
        write()
        alter(index, analysis="rules-0")

    @staticmethod
    def lines(index):
        return sorted(search.export_lines(index))

    def test_new_index_holds_the_same_and_the_old_one_is_left_alone(self, outdated, tmp_path):
        before = {file.name: file.read_bytes() for file in outdated.iterdir()}
        report = reindex_into(outdated, tmp_path / "new")
        assert self.lines(tmp_path / "new") == self.lines(outdated) and report.added == len(self.lines(outdated))
        assert {file.name: file.read_bytes() for file in outdated.iterdir()} == before
        with search.open(tmp_path / "new") as archive:
            assert archive.search("Херсон").total
        assert verify_index(tmp_path / "new").problems == ()

    def test_again_it_takes_over_what_has_changed(self, outdated, tmp_path):
        ids = sorted(json.loads(line)["id"] for line in self.lines(outdated))
        reindex_into(outdated, tmp_path / "new")

        def write():
            change = search.Article(id=ids[0], language="en", title="Corrected")
            index_articles([change, search.Article(id="late", language="en", title="Late")], outdated)
            delete_articles(ids[1:3], outdated)
            search.set_status(outdated, ids[3], "withheld", who="Olha")

        self.write_to(outdated, write)
        report = reindex_into(outdated, tmp_path / "new")
        assert (report.added, report.updated, report.removed) == (1, 1, 2)  # the decision is followed before it counts
        assert self.lines(tmp_path / "new") == self.lines(outdated)
        for name in ("editors-decisions.jsonl", "headlines-changed.jsonl"):
            assert (tmp_path / "new" / name).read_bytes() == (outdated / name).read_bytes()
        again = reindex_into(outdated, tmp_path / "new")
        assert not again.changed and again.unchanged == len(self.lines(outdated))

    def test_again_it_takes_over_what_was_put_back_to_an_older_version(self, outdated, tmp_path):
        (identifier, *_) = [json.loads(line)["id"] for line in self.lines(outdated)]
        newer = search.Article(
            id=identifier, language="en", title="Corrected", updated=datetime(2990, 1, 2, tzinfo=UTC)
        )
        self.write_to(outdated, lambda: index_articles([newer], outdated))
        reindex_into(outdated, tmp_path / "new")

        def put_back():
            delete_articles([identifier], outdated, may_return=True)
            index_articles([replace(newer, title="First", updated=datetime(2990, 1, 1, tzinfo=UTC))], outdated)

        self.write_to(outdated, put_back)
        assert reindex_into(outdated, tmp_path / "new").updated == 1
        assert self.lines(tmp_path / "new") == self.lines(outdated)

    @pytest.mark.parametrize("content", ["an index", "a letter", "a copy of another"])
    def test_folder_that_is_no_copy_is_refused(self, outdated, index_copy, sample_index, tmp_path, content):
        new = tmp_path / "new"
        if content == "an index":
            index_articles([search.Article(id="a", language="en", title="News")], new)
        elif content == "a letter":
            new.mkdir()
            (new / "letter.doc").touch()
        else:
            reindex_into(sample_index, new)
        files = sorted(file.name for file in new.iterdir())
        with pytest.raises(search.IndexUnavailable, match="no copy"):
            reindex_into(outdated, new)
        assert sorted(file.name for file in new.iterdir()) == files

    @pytest.mark.parametrize("name", [".copy-of.json", "own-dictionary.tsv"])
    def test_a_full_disk_is_told(self, outdated, tmp_path, monkeypatch, name):
        (outdated / "own-dictionary.tsv").write_text("not read here")
        sync = os.fsync

        def full(descriptor):
            if any(file.name.startswith(name) for file in (tmp_path / "new").iterdir()):
                raise OSError(28, "No space left on device")
            sync(descriptor)

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(CommitFailed, match="No space left"):
            reindex_into(outdated, tmp_path / "new")
        assert not [file for file in (tmp_path / "new").iterdir() if file.name.endswith(".new")]
        monkeypatch.undo()
        assert reindex_into(outdated, tmp_path / "new").added == 131

    def test_interrupted_it_goes_on(self, outdated, tmp_path):
        def interrupted(report):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            reindex_into(outdated, tmp_path / "new", progress=interrupted)
        reindex_into(outdated, tmp_path / "new")
        assert self.lines(tmp_path / "new") == self.lines(outdated)

    def test_command(self, visti, outdated, tmp_path):
        result = visti("reindex", "--index", outdated, "--into", tmp_path / "new", "--json")
        assert json.loads(result.stdout)["added"] == len(self.lines(outdated))
        result = visti("reindex", "--index", outdated, "--into", tmp_path / "new")
        assert result.exit_code == 0 and "0 added, 0 updated, 0 removed" in result.stdout
        assert visti("reindex", "--index", outdated, "--force").exit_code == 0


class TestRebuildDamaged:
    def test_what_can_be_read_of_an_old_damaged_index_comes_back(self, old, articles):
        first = min(old.glob("*.segment"))
        places = Remains(first)._places
        flip(first, places["stored.blocks"].start + 100)  # in the first of two blocks: 16 articles, 13 of them alive
        repair = rebuild_damaged(old)
        assert repair.outcome == "rebuilt" and repair.lost == 13 and repair.articles == ARTICLES - 13
        assert {each.id for each in repair.lost_articles} == articles.keys() - held(old).keys()
        assert all(each.title for each in repair.lost_articles)
        assert (repair.moved_to / first.name).exists() and verify_index(old).problems == ()

    def test_without_its_commit_the_files_are_enough(self, old, articles):
        (old / "visti.json").unlink()
        result = search.repair(old)
        assert result.outcome == "salvaged" and result.lost == 0
        assert held(old).keys() >= articles.keys()


class TestCommands:
    def test_reindex(self, visti, old):
        result = visti("reindex", "--index", old, "--json")
        assert result.exit_code == 0 and json.loads(result.stdout) == {"rebuilt": True, "articles": ARTICLES}
        result = visti("reindex", "--index", old)
        assert result.exit_code == 0 and "needs no rebuilding" in result.stdout

    def test_repair_of_a_sound_index_says_so(self, visti, index_copy):
        result = visti("repair", "--index", index_copy)
        assert result.exit_code == 0 and "is sound" in result.stdout and not result.stderr

    def test_repair_restores_the_commit(self, visti, index_copy):
        (index_copy / "visti.json").write_text("{}")
        result = visti("repair", "--index", index_copy)
        assert result.exit_code == 0 and "restored from its backup" in result.stdout
        assert "visti.json cannot be understood" in result.stderr

    def test_repair_lists_what_is_lost_and_names_the_next_command(self, visti, index_copy):
        before = held(index_copy)
        segment = next(index_copy.glob("*.segment"))
        places = Remains(segment)._places
        start = next(places[name].start for name in ("stored", "stored.blocks") if name in places)
        flip(segment, start + 500)
        result = visti("repair", "--index", index_copy)
        after = held(index_copy)
        assert result.exit_code == 1 and f"visti index SOURCE --index {index_copy}" in result.stderr
        for identifier in before.keys() - after.keys():
            assert f"Lost: {identifier} {before[identifier].title}" in result.stderr
        assert f"{len(before) - len(after)} lost" in result.stdout and after.items() <= before.items()
        assert visti("verify", "--index", index_copy).exit_code == 0

    def test_repair_of_an_old_index_rebuilds_it(self, visti, old):
        result = visti("repair", "--index", old, "--json")
        record = json.loads(result.stdout)
        assert result.exit_code == 0 and record["outcome"] == "rebuilt" and record["articles"] == ARTICLES
        assert record["lost"] == 0 and not record["problems"]

    def test_missing_index_is_not_repaired(self, visti, tmp_path):
        result = visti("repair", "--index", tmp_path / "nothing")
        assert result.exit_code == 1 and "there is no index" in result.stderr


class TestCommitPolicy:
    def test_slow_stream_is_visible_before_it_ends(self, sample_source, tmp_path):
        articles = [item for item in read_sources([sample_source]) if isinstance(item, search.Article)][:6]
        seen = []

        def slowly():
            for article in articles:
                yield article
                seen.append(commit.read_commit(tmp_path).generation)

        index_articles(slowly(), tmp_path, commit_seconds=0)
        assert seen == [2, 3, 4, 5, 6, 7]

    def test_quick_stream_is_committed_by_number(self, sample_source, tmp_path):
        index_articles(read_sources([sample_source]), tmp_path, commit_seconds=3600)
        assert commit.read_commit(tmp_path).generation == 2

    def test_each_id_is_looked_up_once(self, index_copy, sample_source, monkeypatch):
        looked_up = []
        find = Writer._found_place
        monkeypatch.setattr(
            Writer, "_found_place", lambda writer, identifier: looked_up.append(identifier) or find(writer, identifier)
        )
        articles = [item for item in read_sources([sample_source]) if isinstance(item, search.Article)]
        changed = [dataclasses.replace(article, title=f"{article.title} 2") for article in articles]
        report = index_articles(changed, index_copy)
        assert report.updated == len(articles) and len(looked_up) == len(articles)


REINDEXING = """
import sys, indexer
from search.language import analyze
analyze("Київ", "uk"), analyze("Киев", "ru"), analyze("Kyiv", "en")  # the dictionaries are loaded now
print("ready", flush=True)
indexer.reindex(sys.argv[1])
"""


def test_killed_reindexing_leaves_the_old_or_the_new_index(old, articles):
    for _ in range(max(int(os.environ.get("VISTI_KILLS", "15")) // 5, 1)):
        environment = os.environ | {"PYTHONPATH": str(FORMAT_1.parents[2])}
        command = [sys.executable, "-c", REINDEXING, str(old)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout.readline() == b"ready\n"
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(random.random() * 0.3)
            process.kill()
        if commit.read_commit(old, commit.REBUILDABLE_FORMATS).analysis != "rules-0":
            assert held(old) == articles
            alter(old, analysis="rules-0")  # once more
    assert reindex(old) == ARTICLES
    assert held(old) == articles and verify_index(old).problems == ()
