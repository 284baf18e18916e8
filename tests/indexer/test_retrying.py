"""``visti index --retry``: what was mended comes in, as the run read it, and nothing else; what was not, stays."""

import json
from pathlib import Path

import pytest

import search
from indexer.errors import RecordError
from indexer.quarantine import QUARANTINE_NAME, Quarantine, refused_of
from indexer.readers.sources import read_stream
from indexer.report import Report

PAGE = (
    '<html lang="uk"><meta property="og:type" content="article">'
    "<body><article><h1>Новий міст відкрили</h1>{}</article></body></html>"
)
TEXT = "<p>Міст через річку відкрили вранці у вівторок.</p><p>Рухом задоволені всі водії міста.</p>"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def kept(index: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (index / QUARANTINE_NAME).read_bytes().splitlines()]


def ids(index: Path) -> set[str]:
    with search.open(index, audience="newsroom") as archive:
        return {hit.article.id for hit in archive.search("", limit=100).hits}


@pytest.fixture
def retry(visti, index):
    """Return a function that takes what is in quarantine again, and gives the report and what was told."""

    def retry() -> tuple[dict[str, object], str]:
        result = visti("index", "--retry", "--index", index, "--json")
        return json.loads(result.stdout), result.stderr

    return retry


def line(identifier: str, language: str = "uk", title: str = "Міст") -> str:
    return json.dumps({"id": identifier, "language": language, "title": title}) + "\n"


class TestUsage:
    def test_a_mistyped_folder_is_not_made_an_index(self, visti, index):
        result = visti("index", "--retry", "--index", index)
        assert (result.exit_code, index.exists()) == (1, False)
        assert "there is no index" in result.stderr

    def test_a_quarantine_that_is_not_there_is_wrong_usage(self, visti, index, tmp_path):
        result = visti("index", "--retry", "--quarantine", tmp_path / "none.jsonl", "--index", index)
        assert result.exit_code == 2 and "none.jsonl is none" in result.stderr

    def test_an_empty_quarantine_is_told_as_that(self, visti, index, retry, tmp_path):
        visti("index", "-", "--index", index, input=line("a"))
        report, told = retry()
        assert (report["released"], "nothing is in quarantine" in told) == (0, True)


class TestPlaces:
    """Rows of a table are places: they are read from their source again."""

    ROWS = "id;title;published\na;Міст;2024-05-01\nb;Дорога;{}\nc;Порт;2019-01-01\n"

    def test_a_source_that_may_not_be_read_keeps_its_lines(self, visti, index, retry, tmp_path, monkeypatch):
        table = tmp_path / "t.csv"
        table.write_text(self.ROWS.format("колись"))
        visti("index", table, "--index", index)
        allowed = Path.open

        def opened(path, *arguments, **options):
            if path == table:
                raise PermissionError(13, "Permission denied", str(path))
            return allowed(path, *arguments, **options)

        monkeypatch.setattr(Path, "open", opened)
        report, told = retry()
        assert (report["released"], report["rejected"], len(kept(index))) == (0, 1, 1)
        assert "reading is not allowed" in told

    @pytest.mark.parametrize("folder", ["news", "Breaking!", "a!b"])
    def test_a_mark_of_containers_in_the_name_of_a_folder(self, visti, index, retry, tmp_path, folder):
        table = tmp_path / folder / "t.csv"
        table.parent.mkdir()
        table.write_text(self.ROWS.format("колись"))
        visti("index", table.parent, "--index", index)
        table.write_text(self.ROWS.format("2024-05-02"))
        report, _ = retry()
        assert (report["added"], report["released"], kept(index)) == (1, 1, [])

    def test_the_columns_of_the_run_count_again(self, visti, index, retry, tmp_path):
        table = tmp_path / "t.csv"
        rows = "Тема;Коли\nМіст;2024-05-01\nДорога;{}\n"
        table.write_text(rows.format("колись"))
        visti("index", table, "--columns", "title=Тема,published=Коли", "--index", index)
        assert retry()[0]["released"] == 0
        table.write_text(rows.format("2024-05-02"))
        report, _ = retry()
        assert (report["added"], report["released"], kept(index)) == (1, 1, [])

    def test_what_the_run_passed_over_as_too_old_does_not_come_in(self, visti, index, retry, tmp_path):
        table = tmp_path / "t.csv"
        table.write_text(self.ROWS.format("колись"))
        visti("index", table, "--since", "2024-01-01", "--index", index)
        table.write_text(self.ROWS.format("2024-05-02"))
        report, _ = retry()
        assert (report["added"], report["released"], ids(index)) == (1, 1, {"a", "b"})

    def test_a_source_with_other_faults_now(self, visti, index, retry, tmp_path):
        table = tmp_path / "t.csv"
        table.write_text(self.ROWS.format("колись"))
        visti("index", table, "--index", index)
        table.write_text("id;title;published\nx;Міст;якось\ny;Порт;десь\nb;Дорога;2024-05-02\n")
        report, _ = retry()
        assert (report["added"], report["released"], report["quarantined"]) == (1, 1, 2)
        assert [each["line"] for each in kept(index)] == [2, 3]


class TestRecords:
    def test_what_was_mended_by_hand_does_not_come_back_from_its_source(self, visti, index, retry, tmp_path):
        source = tmp_path / "news.jsonl"
        source.write_text(line("a", "de") + line("b", "de", "слово " * 400_000))  # the second is kept as a place
        visti("index", source, "--index", index)
        file = index / QUARANTINE_NAME
        file.write_bytes(file.read_bytes().replace(b'\\"de\\"', b'\\"uk\\"'))
        report, _ = retry()
        assert (report["added"], report["released"], [each["line"] for each in kept(index)]) == (1, 1, [2])

    def test_other_reason_takes_the_place_of_the_first(self, visti, index, retry):
        visti("index", "-", "--index", index, input=line("a", "de"))
        file = index / QUARANTINE_NAME
        file.write_bytes(file.read_bytes().replace(b'\\"de\\"', b'\\"fr\\"'))
        for _ in range(2):
            assert retry()[0]["released"] == 0
            (only,) = kept(index)
            assert "'fr'" in only["reason"]

    def test_a_page_of_a_dump_keeps_its_address(self, visti, index, retry, tmp_path):
        body = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{PAGE.format('')}".encode()
        head = (
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://news.example/most\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        dump = tmp_path / "site.warc"
        dump.write_bytes(head.encode() + body + b"\r\n\r\n")
        visti("index", dump, "--index", index)
        (refused,) = kept(index)
        assert refused["address"] == "https://news.example/most"
        (index / QUARANTINE_NAME).write_text(json.dumps(refused | {"text": PAGE.format(TEXT)}) + "\n")
        report, _ = retry()
        assert (report["released"], ids(index)) == (1, {"https://news.example/most"})


class TestRoom:
    def test_a_document_with_many_faults_is_kept_once(self, visti, index, retry, tmp_path):
        feed = tmp_path / "feed.xml"
        items = "".join(f"<item><title></title><guid>{number}</guid></item>" for number in range(50))
        feed.write_text(f'<rss version="2.0"><channel><title>f</title>{items}</channel></rss>')
        report = json.loads(visti("index", feed, "--index", index, "--json").stdout)
        assert (report["rejected"], report["quarantined"], len(kept(index))) == (50, 1, 1)
        report, _ = retry()
        assert (report["rejected"], report["released"], len(kept(index))) == (1, 0, 1)

    def test_a_document_that_was_read_in_part_is_not_kept_as_the_whole(self, tmp_path):
        def broken_off(stream, source):
            stream.read(10)
            yield RecordError(source, None, "is of no use")

        page = tmp_path / "page.html"
        page.write_bytes(b"<html>" + b" " * (1 << 19))
        with page.open("rb") as stream:
            (error,) = read_stream(stream, str(page), lambda head, name: broken_off)
        assert error.record is None

    def test_a_report_holds_no_records(self):
        report = Report()
        report.reject(RecordError("x", 1, "bad", record=b"{"))
        assert report.errors[0].record is None

    def test_long_records_do_not_wait_in_memory(self, tmp_path):
        quarantine = Quarantine(tmp_path / QUARANTINE_NAME)
        for number in range(20):
            quarantine.add(refused_of(RecordError("x", number, "bad", record=b"%d" % number + b"x" * ((1 << 20) - 9))))
        assert quarantine.path.stat().st_size >= 16 << 20


@pytest.mark.parametrize("wrong", [{"since": "soon"}, {"columns": ["title"]}, {"columns": 5}])
def test_a_line_that_says_wrongly_how_it_was_read_is_no_record(tmp_path, wrong):
    quarantine = Quarantine(tmp_path / QUARANTINE_NAME)
    quarantine.path.write_text(json.dumps({"source": "t.csv", "line": 3, "reason": "bad"} | wrong) + "\n")
    assert (quarantine.count(), quarantine.unreadable()) == (0, 1)
