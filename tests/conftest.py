"""
What all tests share: one real index of the sample archive, and the command.

``sample_index`` and ``sample_archive`` are only read; a test that writes takes ``index_copy``.
"""

import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, settings

import search
from indexer import index_articles, read_sources
from search.command import main

ROOT = Path(__file__).parents[1]
SAMPLE_SOURCE = ROOT / "examples" / "archive"
#: After the newest article of the sample archive, so that nothing in it is in the future.
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)

# No property is timed, whatever its test says or leaves out: on a busy machine any example may take long.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def sample_source() -> Path:
    """Return the folder of the sample archive, as JSON Lines."""
    return SAMPLE_SOURCE


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an index of the sample archive; nobody may change it."""
    path = tmp_path_factory.mktemp("sample") / "index"
    report = index_articles(read_sources([SAMPLE_SOURCE]), path)
    assert report.added and not report.rejected and not report.remarks, report.as_dict()
    return path


@pytest.fixture(scope="session")
def sample_archive(sample_index: Path) -> Iterator[search.Archive]:
    """Open the sample archive for readers, at ``NOW``."""
    with search.open(sample_index, clock=lambda: NOW) as archive:
        yield archive


@pytest.fixture
def index_copy(sample_index: Path, tmp_path: Path) -> Path:
    """Return the folder of an index of the sample archive that a test may change."""
    return Path(shutil.copytree(sample_index, tmp_path / "index"))


class Visti(Protocol):
    """Runs ``visti`` with arguments in this process, and gives what it printed and its exit status."""

    def __call__(self, *arguments: object, input: str | bytes | None = None, **environment: str) -> Result: ...


@pytest.fixture(scope="session")
def visti() -> Visti:
    """Return a function that runs the command in this process, where no ``$VISTI_INDEX`` is set."""

    def run(*arguments: object, input: str | bytes | None = None, **environment: str) -> Result:
        runner = CliRunner(env={"VISTI_INDEX": None, **environment})
        return runner.invoke(main, [str(argument) for argument in arguments], input=input, prog_name="visti")

    return run


@pytest.fixture(scope="session")
def visti_program() -> str:
    """Return the installed program, which stands beside the interpreter that runs the tests."""
    program = Path(sys.executable).with_name("visti")
    assert program.exists(), f"{program} is missing: run make install-dev"
    return str(program)
