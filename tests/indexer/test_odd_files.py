"""
Files that a newsroom has among its articles and that are none, or broken ones: each is told what it is, and what comes
beside it is taken.

The cases are ``tests/cases/readers/odd_files.json``: a name, the content (``text``, ``hex`` or the members of a
``zip``), and a part of the ``error`` or ``remark``.
"""

import io
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

import search
from indexer import index_articles
from indexer.errors import IndexerError
from indexer.index_command import index_command
from indexer.readers import Remark, read_sources
from indexer.watch_command import watch_command
from search.article import Article

CASES = json.loads((Path(__file__).parents[1] / "cases" / "readers" / "odd_files.json").read_text(encoding="utf-8"))
GOOD = '{"id": "good", "language": "uk", "title": "Міст відкрито"}\n'


def content_of(case: dict) -> bytes:
    if "zip" in case:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, text in case["zip"].items():
                archive.writestr(name, text)
        return packed.getvalue()
    return bytes.fromhex(case["hex"]) if "hex" in case else case["text"].encode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_odd_file_is_told_and_what_is_beside_it_is_taken(tmp_path, case):
    odd, good = tmp_path / case["name"], tmp_path / "good.jsonl"
    odd.write_bytes(content_of(case))
    good.write_text(GOOD, encoding="utf-8")
    readings = list(read_sources([odd, good]))
    kind, part = (Remark, case["remark"]) if "remark" in case else (IndexerError, case["error"])
    (told,) = (reading for reading in readings if isinstance(reading, kind))
    assert part in str(told)
    assert str(told).startswith(str(odd))
    assert [reading.id for reading in readings if isinstance(reading, Article)] == ["good"]


@pytest.mark.parametrize("published", ["9999-12-31", "0001-01-03", None])
def test_dates_that_stand_for_none_are_taken_and_compared(tmp_path, published):
    articles = [
        Article(id=f"{language}-{published}", language=language, title=title, body=title, published=published)
        for language, title in (("uk", "Міст через Ворсклу відкрили"), ("ru", "Мост через Ворсклу открыли"))
    ]
    assert index_articles(articles, tmp_path / "index").added == 2
    with search.open(tmp_path / "index") as archive:
        assert archive.search("Ворскла", group="none").total == 2


@pytest.mark.parametrize(
    ("code", "language"), [("ua", "uk"), ("uk-UA", "uk"), ("ukr", "uk"), ("RUS", "ru"), ("", "uk")]
)
def test_language_codes_of_content_systems(code, language):
    record = {"id": "1", "language": code, "title": "Верховна Рада ухвалила закон про освіту"}
    content = io.BytesIO(json.dumps(record).encode())
    (article,) = read_sources(["-"], stdin=content)
    assert isinstance(article, Article)
    assert article.language == language


def test_reports_for_scripts_are_json_and_nothing_else(tmp_path):
    incoming, index = tmp_path / "in", str(tmp_path / "index")
    incoming.mkdir()
    (incoming / "a.jsonl").write_text(GOOD + '{"language": "be", "title": "А"}\n', encoding="utf-8")
    watched = CliRunner().invoke(watch_command, [str(incoming), "--once", "--json", "--index", index])
    (line,) = watched.stdout.splitlines()
    told = json.loads(line)
    assert (told["added"], told["rejected"], watched.exit_code) == (1, 1, 0)
    indexed = CliRunner().invoke(index_command, [str(incoming), "--json", "--index", index])
    report = json.loads(indexed.stdout)
    assert (report["unchanged"], report["rejected"], indexed.exit_code) == (1, 1, 0)
    assert set(told) - {"when"} <= set(report)
    assert list(report["reasons"]) == ["field 'language': the languages are uk (or ua), ru and en; got …"]
