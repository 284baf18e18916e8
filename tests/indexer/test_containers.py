"""Containers: members are read as files are, bad ones are reported alone, and nothing unpacks without end."""

import gzip
import io
import json
import random
import tarfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import brotli
import pytest
import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from indexer.errors import RecordError
from indexer.readers import Remark, containers, read_sources
from indexer.readers.content_encodings import unencoded
from search.article import Article


def line(id: str, **more: object) -> bytes:
    return json.dumps({"id": id, "language": "en", "title": "A title"} | more).encode() + b"\n"


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        link = tarfile.TarInfo("link.jsonl")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def warc(answers: list[tuple[str, str, str, bytes]], *, packed: bool = False, encoding: str = "") -> bytes:
    """Return a WARC file of answers: address, status line, content type, content, and how that is encoded."""
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("test.warc", {"software": "tests"}))
    for url, status, kind, content in answers:
        encoded = [("Content-Encoding", encoding)] if encoding else []
        headers = StatusAndHeaders(status, [("Content-Type", kind), *encoded], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(url, "response", payload=io.BytesIO(content), http_headers=headers)
        )
    return file.getvalue()


def found(readings: list[object]) -> list[str]:
    return [reading.id if isinstance(reading, Article) else type(reading).__name__ for reading in readings]


def read(path: Path, content: bytes, name: str = "news.zip") -> list[object]:
    (path / name).write_bytes(content)
    return list(read_sources([path / name]))


ENCODED = {
    "identity": bytes,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "br, gzip": lambda content: gzip.compress(brotli.compress(content)),
}
TWO = {"a.jsonl": line("a"), "year/b.jsonl": line("b")}

#: Each holds the articles a and b.
KINDS = {
    "zip": zipped(TWO),
    "tar": tarred(TWO),
    "tar.gz": gzip.compress(tarred(TWO)),
    "tar.zst": zstandard.compress(tarred(TWO)),
    "zip of packed": zipped({"a.jsonl.gz": gzip.compress(line("a")), "b.jsonl.zst": zstandard.compress(line("b"))}),
    "zip in a tar": tarred({"a.jsonl": line("a"), "inner.zip": zipped({"b.jsonl": line("b")})}),
    "tar.gz in a zip": zipped({"inner.tgz": gzip.compress(tarred(TWO))}),
    "names that lead out": zipped({"../../a.jsonl": line("a"), "/etc/b.jsonl": line("b")}),
    "hidden files": zipped({**TWO, "__MACOSX/._a.jsonl": b"\0", ".git/x.jsonl": line("c")}),
}  # fmt: skip


class TestMembers:
    @pytest.mark.parametrize("content", KINDS.values(), ids=KINDS)
    def test_members_are_read_as_files_are(self, tmp_path: Path, content: bytes) -> None:
        assert found(read(tmp_path, content, "news")) == ["a", "b"]
        assert sorted(path.name for path in tmp_path.rglob("*")) == ["news"], "nothing is extracted"

    @pytest.mark.parametrize("content", KINDS.values(), ids=KINDS)
    def test_the_same_from_a_stream_that_cannot_go_back(self, content: bytes) -> None:
        class Pipe(io.BytesIO):
            def seekable(self) -> bool:
                return False

        assert found(list(read_sources(["-"], stdin=Pipe(content)))) == ["a", "b"]

    def test_folder_holds_containers_too(self, tmp_path: Path) -> None:
        for name in ("1.zip", "2.tgz", "3.tar.zst", "4.warc.gz"):
            (tmp_path / name).write_bytes(zipped({"x.jsonl": line(name)}))
        assert found(list(read_sources([tmp_path]))) == ["1.zip", "2.tgz", "3.tar.zst", "4.warc.gz"]

    def test_complaint_names_the_member_and_the_line(self, tmp_path: Path) -> None:
        (error,) = read(tmp_path, tarred({"2019/x.jsonl": line("a")[:-5]}), "news.tar")
        assert isinstance(error, RecordError)
        assert (error.source, error.line) == (f"{tmp_path}/news.tar!2019/x.jsonl", 1)

    def test_members_of_no_format_are_one_remark(self, tmp_path: Path) -> None:
        _, remark = read(tmp_path, zipped({"1.png": b"\x89PNG\r\n", "a.jsonl": line("a"), "2.png": b"\x89PNG\r\n"}))
        assert isinstance(remark, Remark)
        assert "2 members are of no format" in remark.message and "1.png" in remark.message


class TestDamage:
    def test_damaged_member_is_reported_alone(self, tmp_path: Path) -> None:
        content = bytearray(zipped({"a.jsonl": line("a"), "b.jsonl": line("b") * 50, "c.jsonl": line("c")}))
        content[content.index(b"b.jsonl") + 12] ^= 0xFF
        readings = read(tmp_path, bytes(content))
        assert found(readings)[0] == "a" and found(readings)[-1] == "c"
        errors = [each for each in readings if isinstance(each, RecordError)]
        assert len(errors) == 1 and errors[0].source.endswith("news.zip!b.jsonl") and "damaged" in errors[0].reason

    def test_encrypted_member_is_reported_alone(self, tmp_path: Path) -> None:
        content = bytearray(zipped(TWO))
        for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            content[content.index(magic) + offset] |= 1
        error, b = read(tmp_path, bytes(content))
        assert isinstance(error, RecordError) and "encrypted" in error.reason
        assert isinstance(b, Article) and b.id == "b"

    @pytest.mark.parametrize("cut", [3, 40, 700, 1500])
    def test_cut_tar_gives_what_came_before(self, tmp_path: Path, cut: int) -> None:
        content = gzip.compress(tarred({f"{n}.jsonl": line(f"a{n}") * 20 for n in range(40)}))
        readings = read(tmp_path, content[:-cut] if cut < len(content) else content[:20], "news.tar.gz")
        assert any(isinstance(each, RecordError) for each in readings)

    @pytest.mark.parametrize(
        "content",
        [b"PK\x03\x04", b"PK\x05\x06garbage", zipped(TWO)[:60], b"\0" * 257 + b"ustar", b"WARC/1.0\nrubbish\n\nmore"],
        ids=["zip's first bytes", "zip without members", "cut zip", "tar", "WARC"],  # a zip holds the time: no name
    )
    def test_rubbish_is_one_complaint(self, tmp_path: Path, content: bytes) -> None:
        (error,) = read(tmp_path, content, "news")
        assert isinstance(error, RecordError)


class TestBombs:
    def test_member_of_too_high_a_ratio_is_broken_off_and_the_rest_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(containers, "RATIO_COUNTS_FROM_BYTES", 1 << 16)
        bomb = line("x", body=" " * 100).rstrip() + b" " * (8 << 20)
        readings = read(tmp_path, zipped({"a.jsonl": line("a"), "bomb.jsonl": bomb, "b.jsonl": line("b")}))
        assert found(readings) == ["a", "RecordError", "b"]
        assert isinstance(readings[1], RecordError) and "200 times" in readings[1].reason

    @pytest.mark.parametrize("pack", [zipped, tarred])
    def test_sum_and_number_of_members_are_limited(
        self, tmp_path: Path, pack: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        content = pack({f"{n}.jsonl": line(f"a{n}") * 100 for n in range(20)})  # type: ignore[operator]
        for limits in ({"members": 5}, {"bytes": 30_000}):
            monkeypatch.setattr("indexer.readers.sources.Budget", lambda limits=limits: containers.Budget(**limits))
            readings = read(tmp_path, content)
            assert isinstance(readings[-1], RecordError)
            assert 100 <= found(readings).count("RecordError") + sum(isinstance(r, Article) for r in readings) <= 600

    def test_containers_are_opened_three_deep(self, tmp_path: Path) -> None:
        content = line("a")
        for depth in range(3):
            content = zipped({f"{depth}.zip" if depth else "a.jsonl": content})
        assert found(read(tmp_path, content)) == ["a"]
        (error,) = read(tmp_path, zipped({"4.zip": content}))
        assert isinstance(error, RecordError) and "3 deep" in error.reason

    def test_memory_does_not_grow_with_a_member(self, tmp_path: Path) -> None:
        lines = b"".join(line(f"a{n}", body=f"text {n} " * 20) for n in range(20_000))
        (tmp_path / "news.zip").write_bytes(zipped({"big.jsonl": lines}))
        tracemalloc.start()
        try:
            assert sum(isinstance(each, Article) for each in read_sources([tmp_path / "news.zip"])) == 20_000
            assert tracemalloc.get_traced_memory()[1] < 4 << 20 < len(lines) + (1 << 20)
        finally:
            tracemalloc.stop()


PAGE = """<!doctype html><html lang="uk"><head><meta charset="{charset}"><title>Міст відкрито</title>
<meta property="og:type" content="article"></head><body><article><h1>Міст відкрито</h1>
<p>У Києві після ремонту відкрили міст через Дніпро, повідомили в міській адміністрації.</p>
<p>Рух транспорту відновлено в обох напрямках, пішохідна частина буде готова навесні.</p></article></body></html>"""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # warcio's writer leaves files open
class TestWarc:
    @pytest.mark.parametrize("packed", [False, True])
    def test_only_answers_with_200_are_read(self, tmp_path: Path, packed: bool) -> None:
        content = warc(
            [
                ("https://news.example/a", "200 OK", "application/json", line("a")),
                ("https://news.example/gone", "404 Not Found", "application/json", line("gone")),
                ("https://news.example/b", "200 OK", "application/json", line("b")),
            ],
            packed=packed,
        )
        readings = read(tmp_path, content, "crawl.warc")
        assert found(readings) == ["a", "b"]
        assert [each.url for each in readings] == ["https://news.example/a", "https://news.example/b"]

    def test_page_has_its_address_and_the_charset_of_its_header(self, tmp_path: Path) -> None:
        page = PAGE.format(charset="iso-8859-1").encode("cp1251")
        url = "https://news.example/bridge"
        (article,) = read(tmp_path, warc([(url, "200 OK", "text/html; charset=windows-1251", page)]), "crawl.warc")
        assert isinstance(article, Article)
        assert (article.url, article.id, article.story) == (url, url, url)
        assert article.title == "Міст відкрито" and "Дніпро" in article.body

    def test_cut_file_gives_what_came_before(self, tmp_path: Path) -> None:
        answers = [(f"https://news.example/{n}", "200 OK", "application/json", line(f"a{n}")) for n in range(5)]
        content = gzip.compress(warc(answers))
        readings = read(tmp_path, content[:-30], "crawl.warc.gz")
        assert found(readings)[:3] == ["a0", "a1", "a2"] and found(readings)[-1] == "RecordError"

    @pytest.mark.parametrize("encoding", ENCODED)
    def test_content_encodings_are_taken_off(self, tmp_path: Path, encoding: str) -> None:
        answers = [(f"https://news.example/{name}", "200 OK", "application/x-ndjson", line(name)) for name in "ab"]
        packed = [(*answer, ENCODED[encoding](content)) for *answer, content in answers]
        assert found(read(tmp_path, warc(packed, encoding=encoding), "crawl.warc")) == ["a", "b"]
        assert found(read(tmp_path, warc(answers, encoding=encoding), "unpacked.warc")) == ["a", "b"]

    @pytest.mark.parametrize("encoding", [each for each in ENCODED if each != "identity"])
    def test_damaged_or_unknown_encoding_is_reported_alone(self, tmp_path: Path, encoding: str) -> None:
        bodies = (random.Random(number).randbytes(500).hex() for number in range(200))
        whole = ENCODED[encoding](b"".join(line(body[:9], body=body) for body in bodies))
        url, kind = "https://news.example/", "application/x-ndjson"
        for declared, content in ((encoding, whole[:-9]), ("aes128gcm", b"?")):
            damaged = warc([(url, "200 OK", kind, content)], encoding=declared)
            readings = read(tmp_path, damaged + warc([(f"{url}b", "200 OK", kind, line("b"))]), "crawl.warc")
            assert any(isinstance(each, RecordError) for each in readings)
            assert readings[-1].id == "b"

    @pytest.mark.parametrize("encoding", ["br", "deflate"])
    def test_what_unpacks_to_much_comes_in_pieces(self, encoding: str) -> None:
        body = unencoded(io.BytesIO(ENCODED[encoding](bytes(40_000_000))), encoding)
        tracemalloc.start()
        assert sum(map(len, iter(lambda: body.read1(1 << 20), b""))) == 40_000_000
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 10_000_000

    def test_resources_are_pages_too(self, tmp_path: Path) -> None:
        file = io.BytesIO()
        writer = WARCWriter(file, gzip=False)
        for url in ("https://news.example/a", "urn:page:1"):
            content = io.BytesIO(line(url))
            writer.write_record(
                writer.create_warc_record(url, "resource", payload=content, warc_content_type="application/x-ndjson")
            )
        assert found(read(tmp_path, file.getvalue(), "crawl.warc")) == ["https://news.example/a"]

    def test_address_of_a_list_is_the_id_of_none_of_its_articles(self, tmp_path: Path) -> None:
        records = b"".join(json.dumps({"title": title, "language": "en"}).encode() + b"\n" for title in ("One", "Two"))
        url, kind = "https://news.example/all", "application/x-ndjson"
        articles = read(tmp_path, warc([(url, "200 OK", kind, records)]), "crawl.warc")
        assert len({each.id for each in articles}) == 2
        (only,) = read(tmp_path, warc([(url, "200 OK", kind, records.splitlines()[0])]), "crawl.warc")
        assert only.id == only.url == url
