"""Words to suggest are those of the archive as it is, and are read once for each segment."""

from pathlib import Path

import pytest

import search
from indexer import delete_articles, index_articles
from search import Article
from search.columnar.segment import Segment


def suggested(archive: search.Archive, query: str) -> str | None:
    archive.refresh()
    return archive.search(query).suggestion


def test_a_commit_costs_the_words_of_its_own_segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Segment] = []
    vocabulary = Segment.vocabulary
    monkeypatch.setattr(Segment, "vocabulary", lambda self, names: (read.append(self), vocabulary(self, names))[1])
    index_articles([Article(id="a", language="uk", title="Паровоз", body="Паровоз стоїть у депо.")], tmp_path / "index")
    with search.open(tmp_path / "index") as archive:
        assert suggested(archive, "парвоз") == "паровоз"
        assert suggested(archive, "криголма") is None
        index_articles(
            [Article(id="b", language="uk", title="Криголам", body="Криголам стоїть у порту.")], tmp_path / "index"
        )
        assert suggested(archive, "криголма") == "криголам"
        assert suggested(archive, "парвоз") == "паровоз"
        assert len(read) == len(set(map(id, read))) == 2
        delete_articles(["b"], tmp_path / "index")
        assert suggested(archive, "криголма") is None
