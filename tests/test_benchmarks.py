"""The benchmark runs, names every class, and its engines find the same; it is not timed here."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import reading, run
from benchmarks.engines import Answer
from benchmarks.measure import percentile
from benchmarks.queries import CLASSES
from benchmarks.searching import WORK, compared_parts
from benchmarks.steps import STEPS

ARTICLES = 60
PEERS = ["fts5", *(["tantivy"] if importlib.util.find_spec("tantivy") else [])]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run the benchmark on a few articles, with what it prints under ``printed``."""
    path: Path = tmp_path_factory.mktemp("benchmark") / "results.json"
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr("builtins.print", lambda line="": printed.append(str(line)))
        patch.setattr("benchmarks.measure.REPETITIONS", 2)
        run.main(["--articles", str(ARTICLES), "--queries", "2", "--peers", ",".join(PEERS), "--json", str(path)])
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return figures | {"printed": "\n".join(printed)}


def test_engines_agree_about_totals_hits_and_facets(results: dict[str, Any]) -> None:
    assert results["queries"]["disagreements"] == []
    assert results["queries"]["compared"] >= len(CLASSES) * len(PEERS)


def test_every_class_is_measured_for_every_engine_and_printed(results: dict[str, Any]) -> None:
    for work in WORK:
        assert list(results["queries"]["times"][work]) == list(CLASSES)
        assert all(set(times) == {"visti", *PEERS} for times in results["queries"]["times"][work].values())
    for name in (*CLASSES, *PEERS):
        assert name in results["printed"]


def test_queries_find_something_and_the_empty_one_everything(results: dict[str, Any]) -> None:
    totals = results["queries"]["totals"]
    assert totals["no words"] == [ARTICLES]
    for kind in set(CLASSES) - {"word, one year", "word, section"}:  # a filter may leave nothing of a few articles
        assert all(totals[kind]), f"{kind}: {results['queries']['queries'][kind]} found {totals[kind]}"


def test_peer_that_is_too_slow_or_missing_is_named_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    absent = run.absences(["tantivy", "fts5", "whoosh"], articles=6_000, whoosh_limit=5_000)
    assert set(absent) == {"tantivy", "whoosh"}
    assert "make bench" in absent["tantivy"] and "--whoosh-limit" in absent["whoosh"]


def test_unknown_peer_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run.main(["--peers", "lucene"])
    assert "the peers are tantivy, fts5, whoosh" in capsys.readouterr().err


def test_differences_are_noticed_in_totals_hits_and_facets() -> None:
    class Query:
        newest = True

    ours, theirs = Answer(2, [b"a", b"b"], {"tag": {"x": 2}}), Answer(1, [b"b"], {"tag": {"x": 1}})
    different = [what for what, one, other in compared_parts(Query(), ours, theirs) if one != other]  # type: ignore[arg-type]
    assert different == ["total", "hits", "values of tag", "newest articles"]


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2), (0.95, 4), (0.0, 1), (1.0, 4)])
def test_percentile_is_one_of_the_values(share: float, expected: int) -> None:
    assert percentile([4, 1, 3, 2], share) == expected


def test_page_about_performance_names_what_is_measured(root: Path) -> None:
    page = (root / "docs" / "performance.md").read_text(encoding="utf-8")
    for name in (*CLASSES, *run.PEERS, *STEPS):
        assert f"| {name} |" in page, f"docs/performance.md has no {name}: write it anew from a run"


def test_reading_is_told_from_the_run_that_it_is_part_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measured = reading.measure(30, tmp_path)
    assert 0 < measured.within < measured.run and measured.alone > 0 and measured.articles == 30
    assert measured.engine == measured.run - measured.within
    reading.main(["--articles", "30"])
    assert "of what the engine takes" in capsys.readouterr().out
