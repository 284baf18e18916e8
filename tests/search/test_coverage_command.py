"""``visti coverage``: what its subcommands print for people, for programs and for spreadsheets."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import indexer
import search
from search.coverage_command import coverage_command

ARTICLES = [
    search.Article(
        id="fire.uk", story="fire", language="uk", title="=Пожежа", section="city", published="2023-05-10T10:00",
        body="У будинку на околиці Полтави згоріла крівля. Рятувальники вивели 5 осіб з приміщення.",
    ),
    search.Article(
        id="fire.en", story="fire", language="en", title="Fire", section="city", published="2023-05-10T12:00",
        body="A roof burned down in a house on the outskirts of Poltava. Rescuers led 6 people out of the premises.",
    ),
    search.Article(id="fair.ru", language="ru", title="Ярмарка", section="city", published="2024-05-10T12:00"),
    search.Article(id="secret.uk", language="uk", title="Таємне", published="2024-05-10T12:00", status="withheld"),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("coverage")
    indexer.index_articles(ARTICLES, path)
    return path


def run(folder: Path, *arguments: str, input: bytes | None = None) -> Result:
    names = ["-h", "--help"]  # as main has them; click remembers them with the command
    return CliRunner().invoke(
        coverage_command, [*arguments, "--index", str(folder)], input=input, help_option_names=names
    )


def rows(result: Result) -> list[list[str]]:
    assert result.exit_code == 0, result.output
    return list(csv.reader(io.StringIO(result.stdout)))


class TestText:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["gaps"], "2 stories; 1 lack uk, 1 lack ru, 1 lack en; 2 lack something"),
            (["gaps", "--newsroom"], "3 stories"),
            (["gaps", "--lacking", "en"], "Stories to work off (1 of 1)"),
            (["differences", "fire.uk"], "uk  fire.uk: 13 words, 1 paragraph"),
            (["differences", "fair.ru"], "Nothing is said differently that could be seen."),
            (["differences"], "Of 1 story with several versions 1 were read."),
            (["headlines"], "0 headlines were changed after publication"),
            (["headlines", "fire.uk"], "Its headline was not changed"),
            (["on-this-day", "2025-05-10"], "2023-05-10: 1 story\n  =Пожежа (uk/en, 20 words)  fire.uk"),
            (["on-this-day", "2025-06-10"], "Nothing was published on this day before 2025."),
            (["compare", "fire", "Ярмарка", "--step", "year"], "Ярмарка: 1 story, 1 version"),
        ],
    )
    def test_each_report(self, folder, arguments, expected):
        result = run(folder, *arguments)
        assert result.exit_code == 0, result.output
        assert expected in result.stdout

    def test_names(self, folder):
        result = run(folder, "names", "-", input="Полтава\n12\n".encode())
        assert "Полтава: 1 story, 2 versions, 2 times\n  Poltava 1; Полтави 1" in result.stdout
        assert "line 2: '12' has no letters" in result.stderr

    @pytest.mark.parametrize(
        ("arguments", "status", "expected"),
        [
            (["differences", "nobody"], 1, "there is no article and no story 'nobody'"),
            (["gaps", "--languages", "de"], 2, "'de' is not a language of the archive"),
            (["on-this-day", "May"], 2, "'May' is not a date; write it as 2024-05-17"),
            (["compare", *"abcdef"], 2, "compare from 1 to 5 queries; got 6"),
            (["compare", "a", "--since", "soon"], 2, "since is not a date"),
        ],
    )
    def test_what_cannot_be_is_explained(self, folder, arguments, status, expected):
        result = run(folder, *arguments)
        assert (result.exit_code, expected in result.stderr) == (status, True), result.stderr

    def test_list_without_names_is_explained(self, folder):
        result = run(folder, "names", "-", input=b"1\n2\n")
        assert result.exit_code == 1
        assert "there are no names in the list: line 1: '1' has no letters; this is no name" in result.stderr


class TestData:
    @pytest.mark.parametrize(
        "arguments",
        [["gaps"], ["differences", "fire"], ["differences"], ["headlines"], ["on-this-day"], ["compare", "fire"]],
        ids=" ".join,
    )
    def test_json_is_the_report_of_the_library(self, folder, arguments):
        found = json.loads(run(folder, *arguments, "--json").stdout)
        assert isinstance(found, dict) and found

    def test_gaps_as_csv(self, folder):
        stories = rows(run(folder, "gaps", "--csv", "stories"))
        assert [row[1] for row in stories] == ["id", "fair.ru", "fire.uk"]
        counts = rows(run(folder, "gaps", "--csv", "counts"))
        assert counts[1] == ["2024-05", "city", "1", "1", "1", "0", "1"]
        lags = rows(run(folder, "gaps", "--csv", "lags"))
        assert lags[1][:6] == ["en", "", "", "1", "2.0", "2.0"]

    def test_no_cell_is_calculated(self, folder):
        stories = rows(run(folder, "gaps", "--csv", "stories"))
        assert stories[2][3] == "'=Пожежа"

    def test_compare_as_csv(self, folder):
        found = rows(run(folder, "compare", "Пожежа OR Ярмарка", "--step", "year", "--no-bridges", "--csv"))
        assert found[1:] == [["2023", "1", "2", "1", "1", "100.0"], ["2024", "1", "1", "1", "1", "100.0"]]

    def test_names_as_csv(self, folder, tmp_path):
        file = tmp_path / "names.csv"
        file.write_bytes("ПІБ;\nПолтава;\n".encode("cp1251"))
        found = rows(run(folder, "names", str(file), "--csv"))
        assert found == [
            ["line", "name", "stories", "versions", "occurrences", "forms", "2023 uk", "2023 ru", "2023 en"],
            ["2", "Полтава", "1", "2", "2", "Poltava 1; Полтави 1", "1", "0", "1"],
        ]

    def test_disagreements_and_differences_as_csv(self, folder):
        assert [row[5::3] for row in rows(run(folder, "differences", "--csv"))[1:]] == [["5", "6"]]
        assert [row[:3] for row in rows(run(folder, "differences", "fire", "--csv"))[1:]] == [["number", "uk", "5"]]
