"""Imports run one way: between the packages, and between the layers of ``search``; Whoosh stays behind its wall."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: What each package may import of the others.
ALLOWED = {"search": set(), "indexer": {"search"}, "web": {"search"}}

#: Inside ``search``, from the ground up: a layer imports itself and those before it.
LAYERS = [
    {"errors", "article", "settings"},
    {"language"},
    {"query"},
    {"columnar"},
    {"archive"},
    {"__init__"},  # the door
    {"command", "coverage_command", "export_command", "quotes_command"},
]

#: The only modules that may know the engine's name.
WHOOSH = {
    "search/query/leaves.py",
    "search/query/compile.py",
    "search/query/footprint.py",
    "search/archive/whoosh_api.py",
}
WHOOSH_FOLDER = "search/columnar/"

#: Each has one home: a change of library must touch one place.
HOMES = {
    "pymorphy3": "search/language/",
    "snowballstemmer": "search/language/",
    "trafilatura": "indexer/readers/page_text.py",
    "ftfy": "indexer/readers/mojibake.py",
    "feedparser": "indexer/readers/feed.py",
    "rapidfuzz": "search/archive/spelling.py",
    "threadpoolctl": "search/archive/prior.py",
    "filelock": "search/columnar/lock.py",
    "flask": "web/",
    "flask_compress": "web/compression.py",
    "babel": ("web/", "search/language/aliases.py"),  # its formats for pages, its names of places for queries
    "flask_babel": "web/i18n.py",
    "jinja2": "web/templating.py",
    "fpdf": "web/newsroom/export_formats/clippings.py",
    "gunicorn": "web/server.py",
    "markdown_it": "web/presenters/tips.py",
    "prometheus_client": "web/metrics.py",
    "sqlalchemy": "web/newsroom/",
    "alembic": "web/newsroom/",
    "argon2": "web/newsroom/passwords.py",
    "authlib": "web/newsroom/oidc.py",
    "lxml": "indexer/readers/",
    "joserfc": "web/newsroom/oidc.py",
    "requests": "web/newsroom/oidc.py",
    "watchdog": "indexer/folder_notices.py",
    "httpx": ("indexer/fetching.py", "indexer/connecting.py"),
    "httpcore": ("indexer/fetching.py", "indexer/connecting.py"),
    "protego": "indexer/robots.py",
    "warcio": "indexer/readers/containers.py",
    "brotli": "indexer/readers/content_encodings.py",
    "flask_wtf": "web/newsroom/__init__.py",
}

FILES = sorted(path for package in ALLOWED for path in (ROOT / package).rglob("*.py"))


def imported_modules(source: str) -> set[str]:
    """
    Return the dotted name of every module imported anywhere in a source, functions included.

    ``from a import b`` gives ``a.b``, which may be a module or a name in one.

    >>> sorted(imported_modules("import a.b\\ndef f():\\n    from c import d, e"))
    ['a.b', 'c.d', 'c.e']
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full, so that they can be found"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


@cache
def imports_of(path: Path) -> set[str]:
    """Return what a file imports; each is asked for once a library, and read once."""
    return imported_modules(path.read_text(encoding="utf-8"))


def libraries_of(path: Path) -> set[str]:
    """Return the packages that a file imports something of."""
    return {module.partition(".")[0] for module in imports_of(path)}


def layer_of(module: str) -> int:
    """Return the layer of a dotted name inside ``search``; what is no module of it is a name that the door gives."""
    first = module.split(".")[1] if "." in module else "__init__"
    for number, layer in enumerate(LAYERS):
        if first in layer:
            return number
    return next(number for number, layer in enumerate(LAYERS) if "__init__" in layer)


def name_of(path: Path) -> str:
    """Return the path as it is written in the repository."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_packages_import_only_downwards(path):
    package = path.relative_to(ROOT).parts[0]
    imported = libraries_of(path)
    sideways = imported & (set(ALLOWED) - ALLOWED[package] - {package})
    assert not sideways, f"{name_of(path)} imports {sorted(sideways)}"


@pytest.mark.parametrize("path", sorted((ROOT / "search").rglob("*.py")), ids=name_of)
def test_layers_of_search_import_only_downwards(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    own = layer_of(".".join(parts))
    for module in imports_of(path):
        if module.partition(".")[0] == "search":
            assert layer_of(module) <= own, f"{name_of(path)} imports {module}, which lies above it"


def test_every_module_of_search_has_a_layer():
    known = set().union(*LAYERS)
    found = {
        path.stem for path in (ROOT / "search").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert found == known


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_the_engine_knows_whoosh(path):
    imported = libraries_of(path)
    if "whoosh" in imported:
        assert name_of(path) in WHOOSH or name_of(path).startswith(WHOOSH_FOLDER), f"{name_of(path)} imports whoosh"


@pytest.mark.parametrize("library", HOMES)
def test_library_has_one_home(library):
    users = {name_of(path) for path in FILES if library in libraries_of(path)}
    strangers = {user for user in users if not user.startswith(HOMES[library])}
    assert not strangers, f"{library} belongs to {HOMES[library]}"


def test_neither_tests_nor_documentation_are_imported():
    for path in FILES:
        imported = libraries_of(path)
        assert not imported & {"tests", "docs", "benchmarks", "examples", "pytest", "hypothesis"}, name_of(path)
