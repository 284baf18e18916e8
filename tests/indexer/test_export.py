"""Exports: nothing is lost or changed on the way out and in again, and a part is the part that was asked for."""

import gzip
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

import search
from indexer import index_articles, read_sources
from search.archive.documents import stored_article
from search.archive.incoming import is_older
from search.archive.links import Link, LinkedArticle
from search.article import Article, Status
from search.columnar.commit import read_commit
from search.columnar.remains import Remains
from search.columnar.verify import verify_index

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
# Letters that cleaning, composing, JSON, lines and compression could stumble over.
ODD = "\u0344\u0301\u0958\ufb1d\U0001d160\u2028\u0085\xa0\u3000\u200f\ufeff\U0001f468\u200d\U0001f469'\"\\/\t\r\nЇїëé漢"
texts = st.text(st.sampled_from(ODD + "abcЖжіґ  ,.") | st.characters(codec="utf-8"), max_size=60)
names = st.text(st.sampled_from("abЖї.- \u0301"), max_size=12)
moments = st.none() | st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))


@st.composite
def articles(draw) -> Article | LinkedArticle:
    """Draw an article, some of them put into their story by content."""
    title = draw(texts) + draw(st.sampled_from(["", "Дамба"]))
    number = draw(st.integers(0, 12))
    article = Article(
        id=draw(st.sampled_from(["", f"a{number}", f"адреса/{number}", "https://example.org/?q=1&x=%D1"])),
        story=draw(st.sampled_from(["", "", "s1", "історія 2"])),
        language=draw(st.sampled_from(search.LANGUAGES)),
        title=title,
        lead=draw(texts),
        body=draw(texts) + ("" if title.endswith("Дамба") else f" body {number}"),
        url=draw(st.none() | names),
        section=draw(st.none() | names),
        source=draw(st.none() | names),
        place=draw(st.none() | names),
        authors=draw(st.lists(names, max_size=2)),
        tags=draw(st.lists(names, max_size=3)),
        status=draw(st.sampled_from(Status)),
        published=draw(moments),
        updated=draw(moments),
        embargoed_until=draw(moments),
    )
    scores = st.integers(0, 1) | st.floats(0, 1)
    if draw(st.integers(0, 3)):
        return article
    return LinkedArticle(article, Link(draw(names), draw(scores), tuple(draw(st.lists(names, max_size=2)))))


def exported(index: Path, **filters) -> list[bytes]:
    return list(search.export_lines(index, **filters))


def brought_back(lines: list[bytes], folder: Path) -> Path:
    """Make an index of exported lines, as the command does."""
    search.write_export(lines, folder / "all.jsonl")
    report = index_articles(read_sources([folder / "all.jsonl"]), folder / "again")
    assert not report.rejected and report.added == len(lines), report.as_dict()
    assert all("is empty" in str(remark) for remark in report.remarks), report.remarks
    return folder / "again"


class TestRoundTrip:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.lists(articles(), max_size=8), min_size=1, max_size=3))
    def test_index_of_an_export_exports_the_same_bytes(self, batches):
        with TemporaryDirectory() as name:
            folder, expected = Path(name), {}
            for batch in batches:
                index_articles(batch, folder / "index")
                linked = [each if isinstance(each, LinkedArticle) else LinkedArticle(each) for each in batch]
                newest: dict[str, LinkedArticle] = {}
                for each in linked:  # the last one of a run counts, unless it is older than another
                    same = newest.get(each.article.id)
                    if same is None or not is_older(each.article, same.article):
                        newest[each.article.id] = each
                for each in newest.values():
                    known = expected.get(each.article.id)
                    if known and is_older(each.article, known.article):
                        continue
                    if not each.link and known and known.link and each.article.story == each.article.id:
                        # what was linked stays so when its source sends it again without a story
                        story = known.article.story
                        each = LinkedArticle(Article(**{**_fields(each.article), "story": story}), known.link)
                    expected[each.article.id] = each
            lines = exported(folder / "index")
            assert sorted(lines) == sorted(stored_article(*each) + b"\n" for each in expected.values())
            again = brought_back(lines, folder)
            assert exported(again) == lines

    def test_of_the_sample_archive_by_the_command(self, visti, sample_index, tmp_path):
        result = visti("export", tmp_path / "all.jsonl.zst", "--index", sample_index, "--json")
        told = json.loads(result.stdout)
        assert told["articles"] and told["bytes"] == (tmp_path / "all.jsonl.zst").stat().st_size
        index = tmp_path / "index"
        assert visti("index", tmp_path / "all.jsonl.zst", "--no-link", "--index", index).exit_code == 0
        outputs = [visti("export", "--index", each).stdout_bytes for each in (index, sample_index)]
        assert outputs[0] == outputs[1] and outputs[0].count(b"\n") == told["articles"]
        # of what was exported, nothing is new
        again = json.loads(visti("index", tmp_path / "all.jsonl.zst", "--index", sample_index, "--json").stdout)
        assert (again["unchanged"], again["added"], again["updated"]) == (told["articles"], 0, 0)

    def test_several_processes_and_merges_keep_the_order(self, tmp_path, monkeypatch):
        monkeypatch.setattr("indexer.parallel.WORTH_SHARING", 5)
        news = [Article(id=f"{n:03d}", language="en", title=f"News {n}", body="Rain in Kyiv.") for n in range(120)]
        random.Random(5).shuffle(news)
        index_articles(news, tmp_path / "index", commit_every=7)
        index_articles(news[:20], tmp_path / "index")
        lines = exported(tmp_path / "index")
        search.write_export(lines, tmp_path / "all.jsonl")
        index_articles(read_sources([tmp_path / "all.jsonl"]), tmp_path / "again", jobs=2, commit_every=50)
        assert exported(tmp_path / "again") == lines and len(lines) == 120

    def test_stories_given_by_content_are_told_from_those_of_the_source(self, tmp_path):
        link = Link("b", 0.75, ("дамба", "1972"))
        by_content = Article(id="a", story="s", language="en", title="The dam of 1972")
        by_source = Article(id="b", story="s", language="uk", title="Дамба 1972 року")
        index_articles([LinkedArticle(by_content, link), by_source], tmp_path / "index")
        records = {record["id"]: record for record in map(json.loads, exported(tmp_path / "index"))}
        assert records["a"]["link"] == {"to": "b", "score": 0.75, "by": ["дамба", "1972"]}
        assert records["b"]["story"] == "s" and "link" not in records["b"]
        again = brought_back(exported(tmp_path / "index"), tmp_path)
        assert [member.link for member in search.story_of(again, "a").members] == [None, link]
        assert all("link" not in json.loads(line) for line in exported(again, audience="readers"))

    @pytest.mark.parametrize("link", ["https://example.org/a", {"to": "b"}, {"to": 1, "score": 0.5, "by": []}, 7])
    def test_another_link_is_an_unknown_field(self, tmp_path, link):
        record = {"id": "a", "language": "en", "title": "News", "link": link}
        (tmp_path / "a.jsonl").write_text(json.dumps(record), encoding="utf-8")
        report = index_articles(read_sources([tmp_path / "a.jsonl"]), tmp_path / "index")
        assert report.added == 1 and "'link' is not part of the format" in str(report.remarks[0])


def _fields(article: Article) -> dict[str, object]:
    return {name: getattr(article, name) for name in Article.__dataclass_fields__}


def ids(lines: list[bytes]) -> set[str]:
    return {json.loads(line)["id"] for line in lines}


@pytest.fixture
def small(tmp_path) -> Path:
    """Return an index of six articles that differ in what the filters look at."""

    def article(number: int, **changes) -> Article:
        fields = {
            "id": str(number), "language": "uk", "title": f"Новина {number}", "section": "society",
            "published": datetime(2024, 5, 31, 20, 59, 59, tzinfo=UTC) + timedelta(seconds=number),
        }  # fmt: skip
        return Article(**{**fields, **changes})

    index_articles(
        [
            article(0),
            article(1, language="en", section="Sport"),
            article(2, status=Status.WITHHELD),
            article(3, status=Status.CANCELED, published=None),
            article(4, embargoed_until=NOW + timedelta(hours=1)),
            article(5, language="ru"),
        ],
        tmp_path / "index",
    )
    return tmp_path / "index"


class TestPart:
    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({}, "012345"),
            ({"language": "ua"}, "0234"),
            ({"language": ["uk", "ru"], "status": "usable"}, "045"),
            ({"section": "Sport"}, "1"),
            ({"status": ["withheld", Status.CANCELED]}, "23"),
            ({"until": "2024-05"}, "0"),  # the first of June begins in Kyiv with number 1
            ({"since": "2024-06", "until": "2024"}, "1245"),
            ({"ids": ["5", "0", "9", "5"]}, "05"),
            ({"ids": ["5", "0"], "language": "ru"}, "5"),
            ({"ids": []}, ""),
            ({"audience": "readers", "now": NOW}, "015"),
            ({"audience": "readers", "now": NOW + timedelta(hours=2)}, "0145"),
        ],
    )
    def test_filters(self, small, filters, expected):
        assert ids(exported(small, **filters)) == set(expected)

    def test_ids_that_are_not_there_are_named(self, small):
        assert search.export_lines(small, ids=["9", "0", "2"], audience="readers").missing == ("9", "2")

    @pytest.mark.parametrize("filters", [{"language": "de"}, {"status": "secret"}, {"since": "soon"}])
    def test_filter_that_cannot_be_is_refused(self, small, filters):
        with pytest.raises(ValueError, match=r"de|secret|soon"):
            exported(small, **filters)

    def test_what_comes_meanwhile_changes_nothing(self, small):
        lines = search.export_lines(small)
        before, some = exported(small), iter(lines)
        taken = [next(some)]
        files = set(small.glob("*.segment"))
        for number in range(20):  # until the files that are being read are gone from the folder
            index_articles([Article(id=str(number), language="uk", title="Виправлено")], small)
        assert files.isdisjoint(small.iterdir())
        assert [*taken, *some] == before

    def test_index_of_another_analysis_is_exported(self, small, monkeypatch):
        monkeypatch.setattr("search.archive.view.analysis_version", lambda: "rules-99")
        with pytest.raises(search.IndexOutdated):
            search.open(small)
        assert len(exported(small)) == 6


class TestFile:
    def test_suffix_names_the_compression_and_the_bytes_are_always_the_same(self, small, tmp_path):
        lines, whole = exported(small), {}
        for name in ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst"):
            sizes = {search.write_export(lines, tmp_path / name) for _ in range(2)}
            whole[name] = (tmp_path / name).read_bytes()
            assert sizes == {len(whole[name])}
        plain = b"".join(lines)
        assert whole["a.jsonl"] == plain == gzip.decompress(whole["a.jsonl.gz"])
        assert zstandard.ZstdDecompressor().decompressobj().decompress(whole["a.jsonl.zst"]) == plain

    def test_failure_leaves_the_file_of_before_and_no_rubbish(self, small, tmp_path):
        def some():
            yield b"{}\n"
            raise OSError(28, "No space left on device")

        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "a.jsonl").write_text("before")
        with pytest.raises(search.SearchError, match="No space left"):
            search.write_export(some(), tmp_path / "out" / "a.jsonl")
        assert [(each.name, each.read_text()) for each in (tmp_path / "out").iterdir()] == [("a.jsonl", "before")]

    def test_folder_that_is_not_there(self, visti, small, tmp_path):
        result = visti("export", tmp_path / "none" / "a.jsonl", "--index", small)
        assert result.exit_code == 1 and "could not be written" in result.stderr

    def test_damaged_article_is_named_as_damage(self, index_copy):
        segment = next(index_copy.glob("*.segment"))
        before = len(exported(index_copy))
        entry = read_commit(index_copy).segments[0]
        place = Remains(segment)._places["stored"].start + 500
        content = bytearray(segment.read_bytes())
        content[place] ^= 1
        segment.write_bytes(content)
        assert before == entry.documents
        with pytest.raises(search.IndexDamaged, match="visti repair"):
            exported(index_copy)


class TestCommand:
    def test_ids_from_a_file_and_what_is_missing(self, visti, small, tmp_path):
        (tmp_path / "ids").write_text("0\n\n 5 \nnobody\n", encoding="utf-8-sig")
        result = visti("export", "--ids", tmp_path / "ids", "--index", small)
        assert result.exit_code == 0, result.output
        assert ids(result.stdout_bytes.splitlines()) == {"0", "5"}
        assert "Not among the articles: nobody" in result.stderr

    def test_public_is_what_readers_see(self, visti, small):
        result = visti("export", "--public", "--language", "uk", "--index", small)
        assert ids(result.stdout_bytes.splitlines()) >= {"0"}
        assert not ids(result.stdout_bytes.splitlines()) & {"2", "3"}

    @pytest.mark.parametrize(
        "options", [("--language", "de"), ("--since", "soon"), ("--status", "secret"), ("--json",)]
    )
    def test_wrong_usage(self, visti, small, options):
        assert visti("export", *options, "--index", small).exit_code == 2

    def test_ids_that_cannot_be_read(self, visti, small, tmp_path):
        (tmp_path / "ids").write_bytes(b"\xff")
        for name in ("ids", "none"):
            result = visti("export", "--ids", tmp_path / name, "--index", small)
            assert result.exit_code == 1 and "one id a line" in result.stderr

    def test_an_index_made_of_it_is_sound(self, visti, small, tmp_path):
        visti("export", tmp_path / "all.jsonl", "--index", small)
        visti("index", tmp_path / "all.jsonl", "--index", tmp_path / "again")
        assert verify_index(tmp_path / "again").problems == ()
