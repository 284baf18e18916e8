"""What other programs rely on: names, signatures, attributes, the package, and the tidiness of the repository."""

import dataclasses
import importlib
import importlib.metadata
import inspect
import subprocess
import tomllib
from pathlib import Path

import pytest

import indexer
import search
import search.language

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MAX_TRACKED_BYTES = 1_000_000


def parameters(function) -> dict[str, object]:
    """Return the parameters of a function and their defaults; ``...`` is none."""
    return {
        name: ... if parameter.default is inspect.Parameter.empty else parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "self"
    }


class TestDoor:
    @pytest.mark.parametrize("package", [search, indexer, search.language], ids=lambda package: package.__name__)
    def test_names_are_sorted_and_exist(self, package):
        # as ruff sorts them: constants, classes, functions
        def kind(name: str) -> int:
            return 0 if name.isupper() else 1 if name[0].isupper() else 2

        assert list(package.__all__) == sorted(package.__all__, key=lambda name: (kind(name), name))
        assert all(hasattr(package, name) for name in package.__all__)

    @pytest.mark.parametrize("package", [search, indexer, search.language], ids=lambda package: package.__name__)
    def test_everything_is_documented(self, package):
        assert package.__doc__
        for name in package.__all__:
            value = getattr(package, name)
            if callable(value):
                own = value.__doc__
                generated = f"{name}(" if dataclasses.is_dataclass(value) else "\0"
                assert own and not own.startswith(generated), f"{package.__name__}.{name} has no docstring"

    def test_public_methods_are_documented(self):
        for name, method in inspect.getmembers(search.Archive, inspect.isfunction):
            assert name.startswith("_") or method.__doc__, f"Archive.{name} has no docstring"

    def test_every_error_of_the_library_has_one_base(self):
        names = [
            n
            for n in search.__all__
            if inspect.isclass(getattr(search, n)) and issubclass(getattr(search, n), Exception)
        ]
        assert len(names) >= 8
        assert all(issubclass(getattr(search, name), search.SearchError) for name in names)

    @pytest.mark.parametrize("package", ["search", "indexer", "web"])
    def test_package_says_that_it_is_typed(self, package):
        assert (ROOT / package / "py.typed").exists()


class TestContract:
    def test_article_has_the_fields_of_the_exchange_format(self):
        assert [field.name for field in dataclasses.fields(search.Article)] == [
            "id", "story", "language", "title", "lead", "body", "published", "updated", "url", "section", "source",
            "place", "image_url", "image_credit", "authors", "tags", "status", "embargoed_until",
        ]  # fmt: skip
        assert search.LANGUAGES == ("uk", "ru", "en")
        assert [str(status) for status in search.Status] == ["usable", "withheld", "canceled"]

    def test_open_needs_no_argument_and_takes_a_path(self):
        assert next(iter(parameters(search.open).items())) == ("path", None)

    def test_open_whoosh_takes_what_open_takes(self):
        assert list(parameters(search.open_whoosh)) == list(parameters(search.open))

    def test_parameters_of_search(self):
        expected = {
            "query": "", "language": None, "section": None, "source": None, "author": None, "tag": None,
            "since": None, "until": None, "sort": "relevance", "group": "story",
            "facets": ("language", "section", "source", "author", "tag", "month"),
            "limit": 10, "offset": 0, "bridges": True,
        }  # fmt: skip
        found = parameters(search.Archive.search)
        assert {name: found[name] for name in expected} == expected
        keyword_only = [
            name
            for name, parameter in inspect.signature(search.Archive.search).parameters.items()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        ]
        assert set(expected) - {"query"} <= set(keyword_only)

    def test_other_calls_of_the_archive(self):
        assert list(parameters(search.Archive.get)) == ["article_id"]
        assert parameters(search.Archive.related) == {"text_or_article": ..., "limit": 10, "prefer": None}
        assert parameters(search.Archive.coverage) == {"article": ..., "limit": 10, "prefer": None}
        for name in ("count", "refresh", "close"):
            assert parameters(getattr(search.Archive, name)) == {}

    def test_page_and_hit(self, sample_archive):
        page = sample_archive.search("Херсон", section=["energy"])
        assert (type(page.total), type(page.stories)) == (int, int)
        assert page.suggestion is None and page.interpretation.query == "Херсон"
        for hit in page.hits:
            assert isinstance(hit.article, search.Article) and hit.score > 0 and hit.snippet
            assert hit.article.id in [version.id for version in hit.versions]
            assert hit.matched[0].word == "Херсон"

    def test_facet_value(self, sample_archive):
        value = sample_archive.search("", section="energy").facets["section"][0]
        assert value._fields[:3] == ("value", "count", "selected")
        assert (value.value, value.selected) == ("energy", True) and value.count > 0

    def test_archive_gives_articles_and_counts(self, sample_archive):
        assert sample_archive.get("sample-energy-01.uk").language == "uk"
        assert sample_archive.get("none") is None
        assert sample_archive.count() == sample_archive.search("").total
        assert sample_archive.refresh() is False

    def test_analyze(self):
        assert parameters(search.language.analyze) == {"text": ..., "language": None}
        text = "У Києві"
        token = search.language.analyze(text, "uk")[1]
        assert (token.text, text[token.start : token.end]) == ("Києві", "Києві")
        assert len(token.terms) > 1 and all(isinstance(term, str) for term in token.terms)

    def test_identify(self):
        language, confidence = search.language.identify("Верховна Рада ухвалила закон")
        assert language == "uk" and 0 < confidence <= 1

    def test_index_articles(self, tmp_path):
        assert list(parameters(indexer.index_articles))[:2] == ["articles", "path"]
        article = search.Article(id="a", language="en", title="News")
        report = indexer.index_articles([article], tmp_path / "index")
        assert (report.added, report.updated, report.unchanged, report.removed, report.rejected) == (1, 0, 0, 0, 0)


class TestDistribution:
    def test_installed_version_is_that_of_the_project(self):
        assert importlib.metadata.version("visti") == PROJECT["version"], "run: make install-dev"

    def test_every_entry_point_can_be_loaded(self):
        declared = PROJECT["entry-points"]["visti.commands"] | PROJECT["scripts"]
        for reference in declared.values():
            module, _, name = reference.partition(":")
            assert callable(getattr(importlib.import_module(module), name))

    def test_installed_commands_are_those_of_the_project(self):
        installed = {entry.name: entry.value for entry in importlib.metadata.entry_points(group="visti.commands")}
        assert installed == PROJECT["entry-points"]["visti.commands"], "run: make install-dev"

    def test_readme_and_licence_exist(self):
        assert (ROOT / PROJECT["readme"]).is_file()
        assert all((ROOT / name).is_file() for name in PROJECT["license-files"])


def tracked_files() -> list[Path]:
    """Return what is, or after the next commit would be, in version control."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, check=True,
        ).stdout  # fmt: skip
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this is no git checkout ({error})")
    paths = [ROOT / name for name in listed.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


#: Samples of what readers must cope with: old character sets, and a file that was cut in the middle of a letter.
ODD_ON_PURPOSE = {
    "tests/cases/readers/feeds/cut.xml",
    "tests/cases/readers/feeds/rss-1-ru.xml",
    "tests/cases/readers/html/old-table-1251.html",
    "tests/cases/readers/html/site-first-1251.html",
}


class TestRepository:
    def test_no_index_is_tracked(self):
        tracked = {path.name for path in tracked_files() if path.parent == ROOT / "index"}
        assert tracked == {"README.md", ".gitignore"}

    def test_no_file_is_large(self):
        large = [str(path) for path in tracked_files() if path.stat().st_size > MAX_TRACKED_BYTES]
        assert not large

    def test_texts_are_utf8_with_line_feeds_and_no_trailing_blanks(self):
        problems = []
        for path in tracked_files():
            content = path.read_bytes()
            if b"\0" in content:
                continue  # a picture or another binary file
            name = path.relative_to(ROOT)
            if name.as_posix() in ODD_ON_PURPOSE:
                continue
            try:
                content.decode()
            except UnicodeDecodeError:
                problems.append(f"{name} is not UTF-8")
            if b"\r" in content:
                problems.append(f"{name} has carriage returns")
            if content and not content.endswith(b"\n"):
                problems.append(f"{name} does not end with a line end")
            numbers = [n for n, line in enumerate(content.split(b"\n"), 1) if line.endswith((b" ", b"\t"))]
            if numbers:
                problems.append(f"{name} has blanks at the end of lines {numbers[:5]}")
        assert not problems, "\n".join(problems)
