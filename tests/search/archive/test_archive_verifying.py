"""Verification of the whole folder: articles against what is searched for them, and the files beside the index."""

import dataclasses
import json
import threading

import pytest

import search
from indexer import index_articles
from search.archive.documents import LAYOUT, article_to_document, stored_article
from search.archive.verifying import verify_archive
from search.article import Article
from search.columnar import verify
from search.columnar.commit import BACKUP_NAME
from search.columnar.writer import Writer
from search.language import analysis_version

ARTICLE = Article(id="a", language="uk", title="Дамба", section="war", authors=("Б", "А"), published="2024-05-01")


@pytest.fixture
def index(tmp_path):
    index_articles([ARTICLE, Article(id="b", language="ru", title="Порт")], tmp_path / "index")
    search.set_status(tmp_path / "index", "b", "withheld", who="Olha")
    index_articles([Article(id="a", language="uk", title="Дамба встояла")], tmp_path / "index")
    return tmp_path / "index"


def put(index, **changes):
    """Put an article into an index as a faulty program would."""
    document = article_to_document(ARTICLE, stored_article(ARTICLE))
    with Writer(index, LAYOUT, analysis_version()) as writer:
        writer.put(dataclasses.replace(document, **changes))
        writer.commit()


def test_sound_index_has_nothing_to_tell(index, sample_index):
    found = verify_archive(index)
    assert (found.problems, found.notes) == ((), ())
    assert found.counted == {"decisions": 1, "headlines": 1, "learned": 0, "own": 0, "quarantine": 0, "withdrawals": 0}
    assert verify_archive(sample_index).problems == ()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"group": "another"}, "group"),
        ({"keywords": {"language": ("ru",), "status": ("usable",), "section": ("war",), "author": ("А", "Б")}},
         "language"),
        ({"moments": {"published": 5}}, "published"),
        ({"digest": 5}, "digest"),
        ({"card": b'["a","uk","Another",null,null]'}, "card"),
        ({"stored": b"{}"}, "language"),
        ({"stored": b"[]"}, "cannot be read"),
        ({"id": "c"}, "id"),
    ],
)  # fmt: skip
def test_an_article_that_is_searched_as_another_is_named(index, changes, named):
    put(index, **changes)
    problems = verify_archive(index).problems
    assert problems and any(named in problem for problem in problems), problems
    assert all(repr(changes.get("id", "a")) in problem for problem in problems)


def test_many_of_a_kind_are_counted(index):
    document = article_to_document(ARTICLE, stored_article(ARTICLE))
    with Writer(index, LAYOUT, analysis_version()) as writer:
        for number in range(20):
            writer.put(dataclasses.replace(document, id=f"c{number}"))
        writer.commit()
    assert len(verify_archive(index).problems) == 5 * 1 + 1


def test_the_command_names_what_helps(visti, index):
    put(index, digest=5)
    result = visti("verify", "--index", index)
    assert result.exit_code == 1 and f"visti reindex --force --index {index}" in result.stderr
    assert visti("reindex", "--force", "--index", index).exit_code == 0
    assert visti("verify", "--index", index).exit_code == 0


def test_a_damaged_decision_is_a_problem_of_what_lies_beside(visti, index):
    path = index / "editors-decisions.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Olha", b"Oleh"))
    found = json.loads(visti("verify", "--json", "--index", index).stdout)
    assert len(found["problems"]) == 1 and "editors-decisions.jsonl" in found["problems"][0]
    result = visti("verify", "--index", index)
    assert result.exit_code == 1 and "is sound, but not what lies beside it" in result.stderr


def test_what_harms_nobody_is_noted(visti, index):
    (index / "own-dictionary.tsv").write_text("no dictionary")
    (index / "headlines-changed.jsonl").write_bytes(b"torn\n" + (index / "headlines-changed.jsonl").read_bytes())
    (index / BACKUP_NAME).write_text("{")
    (index / "damaged-2026-01-01").mkdir()
    (index / "damaged-2026-01-01" / "00000001-0.segment").write_bytes(b"123")
    (index / "00000001.building").write_bytes(b"1234")
    result = visti("verify", "--index", index)
    assert result.exit_code == 0 and result.stderr.count("Note: ") == 5
    for named in ("own-dictionary.tsv", "1 lines", BACKUP_NAME, "3 bytes", "4 bytes"):
        assert named in result.stderr


def test_a_decision_that_the_index_does_not_follow_is_noted(index):
    lines = (index / "editors-decisions.jsonl").read_bytes()
    search.set_status(index, "b", "usable", who="Olha")
    (index / "editors-decisions.jsonl").write_bytes(lines)
    assert any("(b)" in note for note in verify_archive(index).notes)
    index_articles([], index)
    assert verify_archive(index).notes == ()


def test_what_a_writer_takes_away_meanwhile_is_verified_all_the_same(index, monkeypatch):
    """A large index takes longer than many commits, of which each may bring merges."""
    read, written = verify.checksum_of_rest, []

    def with_commits(file):
        for _ in range(3):
            written.append(index_articles([Article(id=f"n{len(written)}", language="uk", title="Дамба")], index))
        return read(file)

    before = {file.name for file in index.glob("*.segment")}
    monkeypatch.setattr(verify, "checksum_of_rest", with_commits)
    assert verify_archive(index).problems == ()
    assert written and not before & {file.name for file in index.glob("*.segment")}, "all of it was replaced"


def test_who_writes_meanwhile_makes_no_problem(index):
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            index_articles([Article(id="a", language="uk", title=f"Дамба {number}")], index)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert [verify_archive(index).problems for _ in range(20)] == [()] * 20
    finally:
        stop.set()
        writer.join()
