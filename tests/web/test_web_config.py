"""The site's set-up: options over environment over file, and errors that name the place."""

from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from search.command import main
from web.config import SiteConfig
from web.config_sources import _KINDS, _TYPES, PREFIX, ConfigError, read_config

SERVING = Path(__file__).parents[2] / "docs" / "serving.md"
NAMES = [field.name for field in fields(SiteConfig)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "visti.toml"
    path.write_text('port = 81\nworkers = 3\ntrusted_hosts = ["news.example", ".example.org"]\nhttps_only = true\n')
    return path


def test_without_anything_the_defaults_hold() -> None:
    assert read_config(None, {}, {}) == SiteConfig()


def test_options_count_more_than_the_environment_and_this_more_than_the_file(file: Path) -> None:
    config = read_config(file, {"VISTI_PORT": "82", "VISTI_WORKERS": "2"}, {"port": 83, "host": None})
    assert (config.port, config.workers, config.host) == (83, 2, "127.0.0.1")
    assert config.trusted_hosts == ("news.example", ".example.org")
    assert config.https_only is True


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("VISTI_HTTPS_ONLY", "yes", True),
        ("VISTI_HTTPS_ONLY", "0", False),
        ("VISTI_TRUSTED_HOSTS", "a.example, b.example,", ("a.example", "b.example")),
        ("VISTI_RATE_LIMIT", "0", 0),
        ("VISTI_HOST", "::", "::"),
        ("VISTI_PORT", "", 8000),
    ],
)
def test_variables_are_texts_of_every_type(variable: str, text: str, value: object) -> None:
    config = read_config(None, {variable: text}, {})
    assert getattr(config, variable.removeprefix(PREFIX).lower()) == value


@pytest.mark.parametrize(
    ("content", "must_contain"),
    [
        ("threds = 80", ["visti.toml", "'threds'", "Did you mean threads?"]),
        ("[server]\nport = 80", ["visti.toml", "'server'"]),
        ('port = "80"', ["visti.toml: port", "whole number", "'80'"]),
        ("port = true", ["port", "whole number"]),
        ("port = 70000", ["port", "from 0 to 65535", "70000"]),
        ("rate_limit = -1", ["rate_limit", "from 0 to"]),
        ("https_only = 1", ["https_only", "true or false"]),
        ('trusted_hosts = "a.example"', ["trusted_hosts", "list of texts"]),
        ("trusted_hosts = [1]", ["trusted_hosts", "list of texts"]),
        ('access_log_format = "xml"', ["access_log_format", "text, json", "'xml'"]),
        ("port = ", ["visti.toml", "TOML"]),
    ],
)
def test_a_file_that_is_wrong_is_named_with_the_key(tmp_path: Path, content: str, must_contain: list[str]) -> None:
    path = tmp_path / "visti.toml"
    path.write_text(content)
    with pytest.raises(ConfigError) as caught:
        read_config(path, {}, {})
    for part in must_contain:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "text", "must_contain"),
    [
        ("VISTI_PORT", "eighty", "whole number"),
        ("VISTI_HTTPS_ONLY", "perhaps", "true or false"),
        ("VISTI_TRUSTED_PROXY", "1", "Did you mean VISTI_TRUSTED_PROXIES?"),
    ],
)
def test_a_variable_that_is_wrong_is_named(variable: str, text: str, must_contain: str) -> None:
    with pytest.raises(ConfigError, match=variable) as caught:
        read_config(None, {variable: text}, {})
    assert must_contain in str(caught.value)


def test_variables_of_others_are_left_alone() -> None:
    assert read_config(None, {"VISTI_SHARED_DATA": "/data", "VISTI_CONFIG": "x", "HOME": "/"}, {}) == SiteConfig()


def test_the_command_says_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["serve", "--config", str(tmp_path / "none.toml")])
    assert result.exit_code == 1
    assert "none.toml" in result.output and "Traceback" not in result.output


def test_a_log_that_cannot_be_written_is_named(
    tmp_path: Path, index_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISTI_ACCESS_LOG", str(tmp_path / "none" / "access.log"))
    result = CliRunner().invoke(main, ["serve", "--index", str(index_path)])
    assert result.exit_code == 1
    assert "access_log" in result.output and str(tmp_path / "none") in result.output


def test_the_index_of_the_file_is_taken_where_nothing_else_names_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "visti.toml"
    path.write_text(f'index = "{tmp_path}/of-file"')
    assert "of-file" in CliRunner().invoke(main, ["serve", "--config", str(path)]).output
    monkeypatch.setenv("VISTI_INDEX", str(tmp_path / "of-environment"))
    assert "of-environment" in CliRunner().invoke(main, ["serve", "--config", str(path)]).output
    given = str(tmp_path / "of-option")
    assert "of-option" in CliRunner().invoke(main, ["serve", "--config", str(path), "--index", given]).output


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_of_a_type_that_can_be_read_and_is_documented(name: str) -> None:
    assert _TYPES[name] in _KINDS
    assert f"| `{name}` |" in SERVING.read_text(encoding="utf-8"), f"explain {name} in docs/serving.md"
