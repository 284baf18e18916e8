"""The examples in docstrings are true."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for package in ("search", "indexer", "web", "benchmarks/quality")
    for path in (ROOT / package).rglob("*.py")
    if path.parent.name != "migrations"  # Alembic runs these; nobody can import them
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_module_are_true(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(importlib.import_module(name)).failed == 0
