"""Sources: files, folders, standard input, compression; and that nothing wrong with one stops the others."""

import gzip
import io
import json
import os
import tempfile
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import IndexerError, RecordError, SourceUnavailable
from indexer.readers import Remark, read_sources
from indexer.readers.sources import MAX_UNKNOWN_FIELDS
from search.article import LANGUAGES, Article, Status, article_to_record

PAGE = "A headline\n\nThe body of this article has a sentence."


def line(id):
    return json.dumps({"id": id, "language": "en", "title": "A title"}).encode() + b"\n"


LINES = line("a") + line("b")
PACKED = {"plain": bytes, "gz": gzip.compress, "zst": zstandard.compress}


def ids(readings):
    return [reading.id if isinstance(reading, Article) else type(reading).__name__ for reading in readings]


def read_file(folder, content, name="news.jsonl"):
    path = folder / name
    path.write_bytes(content)
    return list(read_sources([path]))


class TestNames:
    def test_sources_are_read_in_their_order_and_a_missing_one_stops_nothing(self, tmp_path):
        (tmp_path / "a.jsonl").write_bytes(line("a"))
        (tmp_path / "b.jsonl").write_bytes(line("b"))
        readings = list(read_sources([tmp_path / "b.jsonl", "no/such/file", str(tmp_path / "a.jsonl")]))
        assert ids(readings) == ["b", "SourceUnavailable", "a"]
        assert str(readings[1]) == "no/such/file: there is no such file or folder; check the name"

    @pytest.mark.parametrize("name", ["", "nul\0.jsonl", "x" * 5000, "\udcff"])
    def test_name_that_cannot_be_one_is_an_error(self, name):
        (error,) = read_sources([name])
        assert isinstance(error, SourceUnavailable)
        assert error.source == name

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_file_without_the_right_to_read_says_how_to_give_it(self, tmp_path):
        path = tmp_path / "news.jsonl"
        path.write_bytes(LINES)
        path.chmod(0)
        (error,) = read_sources([path])
        assert "chmod" in str(error)

    def test_refused_right_says_how_to_give_it(self, tmp_path, monkeypatch):
        def refuse(*_):
            raise PermissionError(13, "Permission denied")

        path = tmp_path / "news.jsonl"
        path.write_bytes(LINES)
        monkeypatch.setattr(Path, "open", refuse)
        (error,) = read_sources([path])
        assert isinstance(error, SourceUnavailable) and "chmod" in str(error)


class TestFolders:
    def test_folder_is_read_recursively_in_order_without_hidden_and_foreign_files(self, tmp_path):
        for name in ["b.jsonl", "a.NDJSON", "z/c.jsonl", "k/d.jsonl", ".hidden.jsonl", ".git/x.jsonl", "notes.md"]:
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(line(name))
        (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(line("gz")))
        (tmp_path / "packed.jsonl.zst").write_bytes(zstandard.compress(line("zst")))
        (tmp_path / "page.txt").write_text(PAGE)
        found = ids(read_sources([tmp_path]))
        assert found[:4] == ["a.NDJSON", "b.jsonl", "gz", "zst"]
        assert found[4].startswith("sha256:")
        assert found[5:] == ["k/d.jsonl", "z/c.jsonl"]

    def test_folder_without_a_file_to_read_is_an_error(self, tmp_path):
        (tmp_path / "notes.md").write_text("notes")
        (error,) = read_sources([tmp_path])
        assert isinstance(error, SourceUnavailable)
        assert ".jsonl" in str(error)

    def test_broken_link_is_an_error_and_a_pipe_is_passed_by(self, tmp_path):
        (tmp_path / "a.jsonl").symlink_to(tmp_path / "gone")
        os.mkfifo(tmp_path / "b.jsonl")
        (tmp_path / "c.jsonl").write_bytes(line("c"))
        assert ids(read_sources([tmp_path])) == ["SourceUnavailable", "c"]

    def test_linked_folder_does_not_lead_round_in_a_circle(self, tmp_path):
        (tmp_path / "a.jsonl").write_bytes(line("a"))
        (tmp_path / "loop").symlink_to(tmp_path)
        assert ids(read_sources([tmp_path])) == ["a"]


class TestStandardInput:
    @pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
    def test_json_lines_are_read_packed_or_not(self, pack):
        stdin = io.BytesIO(pack(LINES + b"oops\n"))
        *articles, error = read_sources(["-"], stdin=stdin)
        assert ids(articles) == ["a", "b"]
        assert str(error).startswith("-:3: ")
        assert not stdin.closed

    def test_the_process_has_its_own(self, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LINES)))
        assert ids(read_sources(["-"])) == ["a", "b"]

    def test_process_without_one_is_an_error(self, monkeypatch):
        monkeypatch.setattr("sys.stdin", None)
        assert ids(read_sources(["-"])) == ["SourceUnavailable"]


class TestFormats:
    def test_content_counts_more_than_the_name(self, tmp_path):
        assert ids(read_file(tmp_path, LINES, "page.txt")) == ["a", "b"]
        assert ids(read_file(tmp_path, LINES, "export.json")) == ["a", "b"]
        assert ids(read_file(tmp_path, gzip.compress(LINES), "news.jsonl.zst")) == ["a", "b"]
        assert ids(read_file(tmp_path, zstandard.compress(LINES), "news")) == ["a", "b"]

    def test_packed_page_dump_is_read(self, tmp_path):
        (article,) = read_file(tmp_path, gzip.compress(PAGE.encode()), "page.txt.gz")
        assert article.title == "A headline"

    def test_unknown_format_says_what_is_known(self, tmp_path):
        (error,) = read_file(tmp_path, b"hello\n", "letter.xyz")
        assert isinstance(error, SourceUnavailable)
        assert "of no format that is read: " in str(error) and "JSON Lines (.jsonl .ndjson)" in str(error)

    def test_json_list_says_how_to_make_lines_of_it(self, tmp_path):
        (error,) = read_file(tmp_path, b'[\n{"title": "A"}\n]', "export.json")
        assert "jq -c '.[]'" in str(error)

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
    def test_utf_16_is_read_like_utf_8(self, tmp_path, encoding):
        assert read_file(tmp_path, LINES.decode().encode(encoding)) == read_file(tmp_path, LINES)

    @pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.html", "a.xml"])
    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
    def test_texts_of_other_formats_are_read_in_utf_16(self, tmp_path, name, encoding):
        sentence = "Рух мостом через Ворсклу відновили у вівторок зранку, ремонт тривав вісім місяців."
        item = f"<item><title>Міст</title><description>{sentence}</description></item>"
        meta = '<meta charset="utf-16"><meta property="og:type" content="article">'
        text = {
            "a.csv": f'title,body\nМіст,"{sentence}"\n',
            "a.txt": f"Міст\n\n{sentence}\n\n{sentence}",
            "a.html": f"<!DOCTYPE html><html lang=uk><head>{meta}</head><h1>Міст</h1><p>{sentence}</p></html>",
            "a.xml": f'<?xml version="1.0" encoding="UTF-16"?><rss version="2.0"><channel>{item}</channel></rss>',
        }[name]
        path = tmp_path / name
        mark = "" if encoding == "utf-16" else "\ufeff"
        path.write_bytes((mark + text).encode(encoding))
        article = next(read_sources([path]))
        assert (article.title, article.language) == ("Міст", "uk")
        assert sentence in article.body + article.lead

    @pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
    def test_empty_file_is_remarked(self, tmp_path, pack):
        (remark,) = read_file(tmp_path, pack(b""))
        assert isinstance(remark, Remark)
        assert str(remark).endswith("news.jsonl: the file is empty")


class TestUnknownFields:
    def test_each_name_is_remarked_once_in_all_sources(self, tmp_path):
        for name in ("a", "b"):
            record = {"id": name, "language": "en", "title": "T", "headline": 1}
            (tmp_path / f"{name}.jsonl").write_text(f"{json.dumps(record)}\n" * 3)
        readings = list(read_sources([tmp_path]))
        remarks = [reading for reading in readings if isinstance(reading, Remark)]
        assert len(readings) == 7
        assert [(remark.field, remark.line) for remark in remarks] == [("'headline'", 1)]

    def test_names_without_end_are_not_remarked_without_end(self, tmp_path):
        lines = (json.dumps({"language": "en", "title": "T", f"field{n}": 1}) for n in range(MAX_UNKNOWN_FIELDS * 2))
        readings = read_file(tmp_path, "\n".join(lines).encode())
        remarks = [reading for reading in readings if isinstance(reading, Remark)]
        assert len(remarks) == MAX_UNKNOWN_FIELDS + 1
        assert "in silence" in remarks[-1].message


class TestDamage:
    @pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])
    def test_cut_file_keeps_what_stood_before_the_cut(self, tmp_path, pack):
        # texts that do not pack well, so that the cut is well behind the first records
        records = [line(os.urandom(2000).hex()[:500]) for _ in range(2000)]
        readings = read_file(tmp_path, pack(b"".join(records))[:-2000])
        assert isinstance(readings[-1], RecordError)
        assert len(readings) > 1000
        assert all(isinstance(reading, Article) for reading in readings[:-1])
        assert readings[-1].line == len(readings)
        assert "end too early" in str(readings[-1]) and "lines before this one were read" in str(readings[-1])

    @pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])
    def test_short_file_with_its_last_byte_cut_off_keeps_its_records(self, tmp_path, pack):
        readings = read_file(tmp_path, pack(LINES + os.urandom(300_000))[:-1])
        assert ids(readings[:2]) == ["a", "b"]
        assert "end too early" in str(readings[-1])

    def test_file_cut_within_its_first_bytes_is_an_error(self, tmp_path):
        for content in (gzip.compress(LINES)[:5], zstandard.compress(LINES)[:5]):
            (error,) = read_file(tmp_path, content)
            assert isinstance(error, RecordError) and "end too early" in str(error)

    def test_cut_page_dump_is_an_error_that_does_not_speak_of_lines(self, tmp_path):
        (error,) = read_file(tmp_path, gzip.compress(PAGE.encode())[:-3], "page.txt.gz")
        assert isinstance(error, RecordError)
        assert "end too early; fetch the file anew" in str(error) and "lines" not in str(error)

    def test_garbage_behind_the_packed_data_is_an_error(self, tmp_path):
        for pack in (gzip.compress, zstandard.compress):
            *articles, error = read_file(tmp_path, pack(LINES) + b"garbage")
            assert ids(articles) == ["a", "b"]
            assert isinstance(error, RecordError) and "damaged" in str(error)

    def test_wrong_checksum_is_an_error(self, tmp_path):
        content = bytearray(gzip.compress(LINES))
        content[-8] ^= 1
        *articles, error = read_file(tmp_path, bytes(content))
        assert ids(articles) == ["a", "b"]
        assert "damaged" in str(error)

    def test_several_members_and_frames_are_one_file(self, tmp_path):
        for pack in (gzip.compress, zstandard.compress):
            assert ids(read_file(tmp_path, pack(line("a")) + pack(line("b")))) == ["a", "b"]
        skippable = b"\x50\x2a\x4d\x18\x04\x00\x00\x00skip"
        assert ids(read_file(tmp_path, skippable + zstandard.compress(LINES))) == ["a", "b"]

    @pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])
    def test_bomb_costs_little_memory(self, tmp_path, pack):
        content = line("a") + b"x" * 200_000_000 + b"\n" + line("b")
        packed = pack(content)
        del content
        tracemalloc.start()
        try:
            readings = read_file(tmp_path, packed)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert ids(readings) == ["a", "RecordError", "b"]
        assert "200,000,001 bytes" in str(readings[1])
        assert peak < 120_000_000


MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
# Identifiers and lists have rules of their own; every other text is free.
NAMES = st.from_regex(r"[\w:/.-]{1,20}", fullmatch=True)
TEXTS = st.text(max_size=40)
ARTICLES = st.builds(
    Article,
    id=NAMES,
    story=NAMES,
    language=st.sampled_from(LANGUAGES),
    title=TEXTS.map("T{}".format),
    lead=TEXTS,
    body=TEXTS,
    published=st.none() | MOMENTS,
    updated=st.none() | MOMENTS,
    url=st.none() | TEXTS,
    image_credit=st.none() | TEXTS,
    authors=st.lists(TEXTS, max_size=3).map(tuple),
    tags=st.lists(TEXTS, max_size=3).map(tuple),
    status=st.sampled_from(Status),
    embargoed_until=st.none() | MOMENTS,
)


class TestLaws:
    @settings(max_examples=40, deadline=None)
    @given(
        articles=st.lists(ARTICLES, min_size=1, max_size=5), pack=st.sampled_from(sorted(PACKED)), ascii=st.booleans()
    )
    def test_articles_written_as_json_lines_come_back_equal(self, articles, pack, ascii):
        text = "".join(json.dumps(article_to_record(article), ensure_ascii=ascii) + "\n" for article in articles)
        assert list(read_sources(["-"], stdin=io.BytesIO(PACKED[pack](text.encode())))) == articles

    @settings(max_examples=150, deadline=None)
    @given(
        start=st.sampled_from(
            [b"", b"{", b'{"title": "', b"[", b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd", b"\xef\xbb\xbf"]
        ),
        content=st.binary(max_size=300) | st.text(max_size=200).map(str.encode),
        name=st.sampled_from(["a.jsonl", "a.txt", "a.jsonl.gz", "a"]),
    )
    def test_no_bytes_raise(self, start, content, name):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            path.write_bytes(start + content)
            for reading in read_sources([path]):
                assert isinstance(reading, Article | IndexerError | Remark)
                assert str(reading).encode("utf-8", "strict" if not isinstance(reading, Article) else "replace")

    @settings(max_examples=150, deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
            lambda values: (
                st.lists(values, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["id", "language", "title", "body", "published", "authors", "status", "url", "x"]),
                    values,
                )
            ),
        )
    )
    def test_no_json_value_raises(self, value):
        readings = list(read_sources(["-"], stdin=io.BytesIO(json.dumps(value).encode())))
        assert sum(isinstance(reading, Article | IndexerError) for reading in readings) == 1
        assert all(str(reading) for reading in readings)
