"""``visti quotes``, as somebody at a shell calls it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from search.quotes_command import quotes_command


@pytest.fixture
def quotes(sample_index: Path):
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(quotes_command, [*arguments, "--index", str(sample_index)])

    return run


def test_quotations_of_a_speaker_are_printed(quotes) -> None:
    result = quotes("--speaker", "Соколюк", "--language", "uk")
    assert result.exit_code == 0
    assert result.stdout.startswith("1 quotation in 1 story\n\nзасновниця музею Лідія Соколюк: Люди приходили")


def test_words_are_looked_for_in_what_was_said(quotes) -> None:
    found = json.loads(quotes("шоколадку", "--group", "none", "--json").stdout)
    assert found["total"] == len(found["quotes"]) >= 1
    assert all("<mark>" in each["snippet"] for each in found["quotes"])
    assert json.loads(quotes("шоколадку", "--until", "1999", "--json").stdout)["total"] == 0


def test_dates_that_are_none_are_wrong_usage(quotes) -> None:
    result = quotes("--since", "someday")
    assert result.exit_code == 2
    assert "2024-05-17" in result.stderr


def test_what_was_not_understood_is_said(quotes) -> None:
    assert "Note: " in quotes('"шоколадку').stdout
