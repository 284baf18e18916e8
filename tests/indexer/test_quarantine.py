"""The quarantine and the other sides of a run: what is kept, what comes back, and what is only looked at."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import search
from indexer import check_articles, index_articles
from indexer.errors import RecordError
from indexer.quarantine import QUARANTINE_NAME, Quarantine, refused_of
from indexer.readers.reading import Withdrawal
from search.archive.incoming import is_older
from search.article import Article, Status

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def record(id: str, **more: object) -> dict[str, object]:
    return {"id": id, "language": "uk", "title": f"Новина {id}", "body": "Текст новини."} | more


def lines(*records: object) -> bytes:
    return b"".join(
        r + b"\n" if isinstance(r, bytes) else json.dumps(r, ensure_ascii=False).encode() + b"\n" for r in records
    )


def article(id: str = "a", days: int | None = 0, **more: object) -> Article:
    updated = None if days is None else DAY + timedelta(days=days)
    return Article(**(record(id) | {"updated": updated} | more))  # type: ignore[arg-type]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "news.jsonl"
    path.write_bytes(lines(record("a"), record("b", language="de"), b'{"title": "\xff"}', record("c")))
    return path


def kept(index: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (index / QUARANTINE_NAME).read_bytes().splitlines()]


class TestQuarantine:
    def test_refused_records_are_kept_with_place_reason_and_content(self, visti, source, tmp_path):
        index = tmp_path / "index"
        result = visti("index", source, "--index", index)
        assert f"2 of what was left out went to {index / QUARANTINE_NAME}" in result.stderr
        first, second = kept(index)
        assert (first["source"], first["line"], first["id"]) == (str(source), 2, "b")
        assert json.loads(first["text"])["language"] == "de" and "language" in first["reason"]
        assert first["format"] == "JSON Lines"
        assert "base64" in second and "UTF-8" in second["reason"]

    def test_same_records_are_kept_once_between_runs(self, visti, source, tmp_path):
        index = tmp_path / "index"
        for _ in range(3):
            visti("index", source, "--index", index)
        assert len(kept(index)) == 2
        assert visti("verify", "--index", index).exit_code == 0

    def test_what_is_repaired_by_hand_leaves_on_retry_and_the_rest_stays(self, visti, source, tmp_path):
        index = tmp_path / "index"
        visti("index", source, "--index", index)
        path = index / QUARANTINE_NAME
        path.write_bytes(path.read_bytes().replace(b'\\"de\\"', b'\\"uk\\"'))
        result = visti("index", "--retry", "--index", index, "--json")
        report = json.loads(result.stdout)
        assert (report["added"], report["rejected"], report["released"]) == (1, 1, 1)
        assert len(kept(index)) == 1
        with search.open(index) as archive:
            assert archive.get("b").title == "Новина b"
        assert json.loads(visti("index", "--retry", "--index", index, "--json").stdout)["released"] == 0
        assert len(kept(index)) == 1

    def test_document_of_its_own_is_kept_whole_and_names_its_format(self, visti, tmp_path):
        page = tmp_path / "short.txt"
        page.write_text("Тільки заголовок")
        visti("index", page, "--index", tmp_path / "index")
        (refused,) = kept(tmp_path / "index")
        assert (refused["text"], refused["format"]) == ("Тільки заголовок", "a page dump")

    def test_too_long_a_record_is_read_from_its_source_again(self, visti, tmp_path):
        source = tmp_path / "news.jsonl"
        source.write_bytes(lines(record("a", language="de", body="слово " * 400_000)))
        visti("index", source, "--index", tmp_path / "index")
        (refused,) = kept(tmp_path / "index")
        assert "text" not in refused and "base64" not in refused
        source.write_bytes(lines(record("a")))
        report = json.loads(visti("index", "--retry", "--index", tmp_path / "index", "--json").stdout)
        assert (report["added"], report["released"]) == (1, 1)
        assert kept(tmp_path / "index") == []

    def test_other_file_or_none(self, visti, source, tmp_path):
        visti("index", source, "--index", tmp_path / "index", "--quarantine", "none")
        assert not (tmp_path / "index" / QUARANTINE_NAME).exists()
        visti("index", source, "--index", tmp_path / "index", "--quarantine", tmp_path / "other.jsonl")
        assert len((tmp_path / "other.jsonl").read_bytes().splitlines()) == 2

    @pytest.mark.parametrize("torn", [b'{"source": "x", "te', b"[]", b"\xff", b'{"source": 1, "text": 5}'])
    def test_torn_line_stops_nothing_and_is_not_lost(self, tmp_path, torn):
        quarantine = Quarantine(tmp_path / QUARANTINE_NAME)
        quarantine.path.write_bytes(torn)
        quarantine.add(refused_of(RecordError("x.jsonl", 1, "bad", record=b"{")))
        quarantine.flush()
        assert quarantine.count() == 1
        quarantine.revise(lambda refused: None)
        assert quarantine.path.read_bytes() == torn + b"\n"

    def test_missing_source_stays_in_quarantine(self, tmp_path, visti):
        index_articles([article()], tmp_path)
        quarantine = Quarantine(tmp_path / QUARANTINE_NAME)
        quarantine.add(refused_of(RecordError("https://news.example/feed", 3, "bad")))
        quarantine.flush()
        result = visti("index", "--retry", "--index", tmp_path)
        assert "is not there to be read again" in result.stderr
        assert quarantine.count() == 1

    @pytest.mark.parametrize(
        "options",
        [
            [],
            ["x.jsonl", "--retry"],
            ["--retry", "--limit", "3"],
            ["x.jsonl", "--quarantine", "/nonexistent/q.jsonl"],
            ["x.jsonl", "--quarantine", "/"],
        ],
    )
    def test_wrong_usage_is_refused_before_anything_is_read(self, visti, options, tmp_path):
        assert visti("index", *options, "--index", tmp_path / "index").exit_code == 2
        assert not (tmp_path / "index").exists()


VERSIONS = [
    # known: days of updating and status; coming: the same; whether what comes is stale
    ((5, "usable"), (4, "usable"), True),
    ((5, "usable"), (5, "usable"), False),
    ((5, "usable"), (6, "usable"), False),
    ((5, "usable"), (None, "usable"), False),
    ((None, "usable"), (1, "usable"), False),
    ((5, "canceled"), (5, "usable"), True),
    ((5, "canceled"), (None, "usable"), True),
    ((5, "canceled"), (6, "usable"), False),
    ((5, "canceled"), (5, "canceled"), False),
    ((None, "canceled"), (None, "usable"), False),
]


@pytest.mark.parametrize(("known", "coming", "stale"), VERSIONS)
@pytest.mark.parametrize("at_once", [True, False])
def test_older_version_never_replaces_a_newer_one(tmp_path, known, coming, stale, at_once):
    first = article(days=known[0], status=known[1], title="Перша")
    second = article(days=coming[0], status=coming[1], title="Друга")
    assert is_older(second, first) is stale
    if at_once:
        stale_count = index_articles([first, second], tmp_path).stale
    else:
        index_articles([first], tmp_path)
        stale_count = index_articles([second], tmp_path).stale
    with search.open(tmp_path, audience="newsroom") as archive:
        assert archive.get("a").title == ("Перша" if stale else "Друга")
    assert stale_count == stale


class TestKill:
    def test_kill_keeps_the_text_and_an_older_version_does_not_undo_it(self, tmp_path):
        original = article(days=0)
        index_articles([original], tmp_path)
        kill = Withdrawal("a", DAY + timedelta(hours=1), "feed", 1)
        for items in ([kill], [kill], [original], [original, kill], [kill, original]):
            report = index_articles(items, tmp_path)
            assert not report.rejected
            with search.open(tmp_path, audience="newsroom") as archive:
                assert archive.get("a").status is Status.CANCELED
                assert archive.get("a").body == original.body
            with search.open(tmp_path) as archive:
                assert archive.get("a") is None
        assert index_articles([article(days=1)], tmp_path).updated == 1

    def test_kill_that_comes_before_its_article_holds_in_the_same_run(self, tmp_path):
        report = index_articles([Withdrawal("a", DAY, "feed", 1), article(days=0)], tmp_path, commit_every=1)
        assert (report.added, report.withdrawn, report.remarks) == (1, 1, [])
        with search.open(tmp_path, audience="newsroom") as archive:
            assert archive.get("a").status is Status.CANCELED

    def test_kill_older_than_the_version_is_stale(self, tmp_path):
        index_articles([article(days=2)], tmp_path)
        assert index_articles([Withdrawal("a", DAY, "feed", 1)], tmp_path).stale == 1


class TestColumns:
    TABLE = "Заголовок;Текст;Мова\nНовий міст;Міст відкрили.;uk\n"
    COLUMNS = "title=Заголовок,body=Текст,language=Мова"

    def test_table_with_other_columns_is_read_from_a_file_and_from_standard_input(self, visti, tmp_path):
        table = tmp_path / "export.csv"
        table.write_text(self.TABLE, encoding="utf-8")
        result = visti("index", table, "--columns", self.COLUMNS, "--index", tmp_path / "index")
        assert result.stdout.startswith("1 added")
        again = visti("index", "-", "--columns", self.COLUMNS, "--index", tmp_path / "index", input=self.TABLE)
        assert "1 article is as it was" in again.stdout

    def test_field_that_articles_do_not_have_is_wrong_usage(self, visti, tmp_path):
        result = visti("index", "x.csv", "--columns", "headline=Заголовок", "--index", tmp_path / "index")
        assert result.exit_code == 2
        assert "the fields are id, story" in result.stderr


class TestSelection:
    def test_dry_run_reports_what_a_run_reports_and_writes_nothing(self, visti, source, tmp_path):
        index = tmp_path / "index"
        for _ in range(2):
            before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
            dry = json.loads(visti("index", source, "--index", index, "--dry-run", "--json").stdout)
            assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
            real = json.loads(visti("index", source, "--index", index, "--json").stdout)
            for name in ("added", "updated", "unchanged", "rejected", "stale", "reasons", "sources", "errors"):
                assert dry[name] == real[name], name

    def test_dry_run_sees_what_it_would_have_written(self, tmp_path):
        items = [article(f"a{n}") for n in range(5_000)] + [article("a0", days=-1), article("a1", days=1)]
        report = check_articles(items, tmp_path / "none")
        assert (report.added, report.updated, report.unchanged) == (5_000, 2, 0)
        assert not (tmp_path / "none").exists()

    @pytest.mark.parametrize(
        ("options", "ids"),
        [
            (["--since", "2026-03-02"], ["b", "c"]),
            (["--since", "2026-03-02T12:00Z", "--limit", "1"], ["b"]),
            (["--limit", "2"], ["a", "b"]),
        ],
    )
    def test_since_and_limit(self, visti, tmp_path, options, ids):
        source = tmp_path / "news.jsonl"
        source.write_bytes(
            lines(
                record("a", published="2026-03-01"),
                record("b", published="2026-03-02T15:00"),
                record("c", published="2026-03-01", updated="2026-03-05"),
                record("d"),
            )
        )
        visti("index", source, "--index", tmp_path / "index", *options)
        with search.open(tmp_path / "index") as archive:
            assert sorted(hit.article.id for hit in archive.search("").hits) == ids

    def test_text_says_why_nothing_came_in(self, visti, source, tmp_path):
        index = tmp_path / "index"
        run = ("index", source, "--index", index)
        assert visti(*run, "--dry-run").stdout == (
            "Nothing was written; a run would give: 2 added, 0 updated, 0 unchanged, 2 left out.\n"
        ), "there is no index yet that it could name"
        earlier = visti(*run, "--since", "2099-01-01").stdout
        assert earlier == f"Nothing has changed in {index}: 2 from before --since, 2 left out.\n"
        visti(*run)
        told = f"in {index}: 2 articles are as they were, 2 left out.\n"
        assert visti(*run).stdout == f"Nothing has changed {told}"
        assert visti(*run, "--dry-run").stdout == f"Nothing was written; a run would change nothing {told}"

    def test_report_counts_by_source_and_reason(self, visti, source, tmp_path):
        other = tmp_path / "other.jsonl"
        other.write_bytes(lines(record("x"), record("y", language="fr")))
        report = json.loads(visti("index", source, other, "--index", tmp_path / "index", "--json").stdout)
        assert report["sources"][str(source)] == {"added": 2, "updated": 0, "unchanged": 0, "stale": 0, "rejected": 2}
        assert report["sources"][str(other)]["added"] == report["sources"][str(other)]["rejected"] == 1
        assert sorted(report["reasons"].values()) == [1, 2]
        assert report["bytes"] == source.stat().st_size + other.stat().st_size


def test_lines_that_nobody_can_read_stay_and_are_told(visti, tmp_path):
    source, file = tmp_path / "a.jsonl", tmp_path / "index" / QUARANTINE_NAME
    source.write_text('{"id": "a", "language": "en", "title": "A"}\n{"id": "b", "language": "en"}\n')
    visti("index", source, "--index", tmp_path / "index")
    mended = json.loads(file.read_bytes()) | {"text": '{"id": "b", "language": "en", "title": "B"}'}
    file.write_text(json.dumps(mended) + '\n[1]\n{"source": "cut')
    told = visti("index", "--retry", "--index", tmp_path / "index").stderr
    assert "1 of 1 left the quarantine" in told and "2 lines of" in told and "mend or delete them" in told
    assert file.read_text() == '[1]\n{"source": "cut\n'
