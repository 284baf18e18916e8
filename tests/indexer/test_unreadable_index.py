"""A file that this user may not read is not damaged: every command says so, and none repairs, restores or rebuilds."""

from pathlib import Path

import pytest

import search
from indexer import index_articles
from indexer.rebuild import reindex, reindex_into
from indexer.write import check_articles, delete_articles
from search.archive.upkeep import repair
from search.archive.verifying import verify_archive
from search.article import Article
from search.columnar.backup import back_up
from search.errors import BackupFailed, IndexUnreadable


def article(identifier: object) -> Article:
    return Article(id=str(identifier), language="uk", title="Новина", body="Дамба стоїть.")


def opened(path: Path) -> None:
    with search.open(path):
        pass


COMMANDS = {
    "search": opened,
    "verify": verify_archive,
    "export": search.export_lines,
    "backup": lambda path: back_up(path, path.parent / "backups"),
    "index": lambda path: index_articles([article(9)], path),
    "dry run": lambda path: check_articles([article(9)], path),
    "delete": lambda path: delete_articles(["1"], path),
    "repair": repair,
    "reindex": lambda path: reindex(path, force=True),
    "reindex into": lambda path: reindex_into(path, path.parent / "new"),
}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    path = tmp_path / "index"
    index_articles(map(article, range(5)), path)
    delete_articles(["3"], path)
    return path


@pytest.fixture
def forbid(monkeypatch):
    """Return a function that forbids this process to open the files that match a pattern."""
    allowed = Path.open

    def forbid(pattern: str) -> None:
        def opening(self, *arguments, **options):
            if self.match(pattern):
                raise PermissionError(13, "Permission denied", str(self))
            return allowed(self, *arguments, **options)

        monkeypatch.setattr(Path, "open", opening)

    return forbid


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("pattern", ["visti.json", "*.segment", "*.deleted"])
def test_what_may_not_be_read_is_not_damage(index, forbid, command, pattern):
    before = {file.name: file.read_bytes() for file in index.iterdir()}
    forbid(pattern)
    with pytest.raises(IndexUnreadable, match=r"may not be read by this user: .*Permission denied.*chmod"):
        COMMANDS[command](index)
    forbid("nothing")
    assert {file.name: file.read_bytes() for file in index.iterdir()} == before


@pytest.mark.parametrize("command", ["backup", "reindex into"])
def test_what_lies_beside_and_may_not_be_read_is_named(index, forbid, command):
    (index / "own-dictionary.tsv").write_text("not read here")
    forbid("index/own-dictionary.tsv")
    with pytest.raises(IndexUnreadable, match=r"own-dictionary\.tsv"):
        COMMANDS[command](index)


def test_a_folder_of_backups_that_may_not_be_written_to_is_named_as_such(index, tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: path != tmp_path / "backups")
    with pytest.raises(BackupFailed, match="Permission denied"):
        back_up(index, tmp_path / "backups")
