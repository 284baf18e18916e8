"""``visti serve``: it says where it is, and what to do when it cannot be there."""

import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from search.command import main

START = "from web.command import serve_command; serve_command()"


def test_the_help_has_an_example() -> None:
    result = CliRunner().invoke(main, ["serve", "--help"])
    assert result.exit_code == 0
    assert "visti serve --index index --port 8080" in result.output


def test_a_missing_index_is_named_with_the_command_that_builds_it(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["serve", "--index", str(tmp_path / "none")])
    assert result.exit_code == 1
    assert str(tmp_path / "none") in result.output and "visti index" in result.output


def test_the_index_of_the_environment_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISTI_INDEX", str(tmp_path / "from-environment"))
    assert "from-environment" in CliRunner().invoke(main, ["serve"]).output


def test_a_port_that_is_taken_is_reported(index_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["serve", "--index", str(index_path), "--port", str(port)])
    assert result.exit_code == 1
    assert f"port {port}" in result.output and "--port" in result.output
    assert "Traceback" not in result.output


def test_wrong_usage_is_status_2() -> None:
    assert CliRunner().invoke(main, ["serve", "--port", "99999"]).exit_code == 2


def test_it_serves_and_prints_its_address(index_path: Path) -> None:
    arguments = [sys.executable, "-c", START, "--index", str(index_path), "--port", "0"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None and server.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+/", server.stderr.readline())
            assert found is not None
            with urlopen(found[0] + "healthz", timeout=60) as response:
                assert response.status == 200
        finally:
            server.terminate()
            output, _ = server.communicate(timeout=60)
        assert output == ""  # the results' channel stays clean
