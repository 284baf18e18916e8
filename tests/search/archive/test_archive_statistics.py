"""Figures of an archive, against counting its articles, its terms and its files one by one."""

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest

import search
from indexer import index_articles
from search.article import Article, Status
from search.columnar.commit import read_commit
from search.columnar.snapshot import open_snapshot
from search.language.tokens import split_term, term_kind
from search.settings import KYIV

COUNTED = {"languages": "language", "sections": "section", "sources": "source", "statuses": "status"}


@pytest.fixture
def archive_path(index_copy):
    """Return the sample archive with more segments, deletions and articles that readers do not see."""
    index_articles([Article(id="w", language="en", title="Withheld", status=Status.WITHHELD)], index_copy)
    index_articles([Article(id="x", language="uk", title="Скасовано", status=Status.CANCELED)], index_copy)
    with search.open(index_copy) as archive:
        first = archive.search("", limit=1).hits[0].article.id
    index_articles([Article(id=first, language="en", title="Corrected"), Article(id="y", language="ru", title="Опека")],
                   index_copy)  # fmt: skip
    return index_copy


@pytest.mark.parametrize("audience", ["readers", "newsroom"])
def test_counts_are_those_of_the_articles(archive_path, audience):
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    records = [json.loads(line) for line in search.export_lines(archive_path, audience=audience, now=now)]
    with search.open(archive_path, audience=audience, clock=lambda: now) as archive:
        found = archive.statistics()
    assert found.articles == len(records) and found.stories == len({record["story"] for record in records})
    for counts, name in COUNTED.items():
        assert getattr(found, counts) == Counter(record[name] for record in records if name in record)
    published = [datetime.fromisoformat(record["published"]) for record in records if "published" in record]
    months = Counter(f"{moment.astimezone(KYIV):%Y-%m}" for moment in published)
    assert found.months == months and list(found.months) == sorted(months)
    assert (found.first, found.last) == (min(published), max(published))


def test_vocabulary_counts_every_term_once(archive_path):
    snapshot = open_snapshot(archive_path)
    assert len(snapshot.segments) > 1
    expected = defaultdict(set)
    for name in snapshot.commit.layout.text:
        terms = {term.decode() for segment in snapshot.segments for term in segment.vocabulary([name])}
        for term in terms:
            kind = term_kind(term)
            for field in (name, "all"):
                expected[field, split_term(term)[0] if kind == "lemma" else kind].add(term)
    with search.open(archive_path) as archive:
        found = archive.vocabulary()
    assert found.keys() == {"all", *snapshot.commit.layout.text}
    for field, kinds in found.items():
        assert kinds == {kind: len(expected[field, kind]) for kind in ("uk", "ru", "en", "name", "bare")}, field


def test_every_byte_in_the_folder_is_counted_with_its_kind(archive_path):
    for name in (
        "own-dictionary.tsv",
        "editors-decisions.jsonl",
        "notes.txt",
        "00000009.building",
        "00000001-7.segment",
    ):
        (archive_path / name).write_bytes(b"12345")
    (archive_path / "damaged-2026-01-01").mkdir()
    (archive_path / "damaged-2026-01-01" / "00000001-0.segment").write_bytes(b"123")
    with search.open(archive_path) as archive:
        found = archive.file_sizes()
    assert sum(found.values()) == sum(file.stat().st_size for file in archive_path.rglob("*") if file.is_file())
    commit = read_commit(archive_path)
    assert found["segments"] == sum(entry.file.size for entry in commit.segments)
    assert found["deletions"] == sum(entry.deletions.size for entry in commit.segments if entry.deletions)
    assert {name: found[name] for name in ("dictionaries", "decisions", "building", "damaged", "earlier")} == {
        "dictionaries": 5, "decisions": 5, "building": 5, "damaged": 3, "earlier": 5,
    }  # fmt: skip
    assert found["other"] == 5


def test_empty_index_has_figures(tmp_path, visti):
    index_articles([], tmp_path)
    assert json.loads(visti("stats", "--json", "--index", tmp_path).stdout)["months"] == {}
    assert "0 in 0 stories" in visti("stats", "--index", tmp_path).stdout


def test_text_says_what_the_figures_say(visti, archive_path):
    text = visti("stats", "--newsroom", "--index", archive_path).stdout
    figures = json.loads(visti("stats", "--newsroom", "--json", "--index", archive_path).stdout)
    assert f"segments {figures['sizes']['segments']:,} bytes" in text
    assert f"canceled {figures['statuses']['canceled']}" in text and figures["analysis"] in text
    commit = read_commit(archive_path)
    assert (figures["generation"], figures["format"]) == (commit.generation, 2)
    written = datetime.fromisoformat(figures["committed"])
    assert written.timestamp() == pytest.approx((archive_path / "visti.json").stat().st_mtime, abs=1e-3)
    years = Counter()
    for month, count in figures["months"].items():
        years[month[:4]] += count
    assert all(f"{year} {count}" in text for year, count in years.items())
