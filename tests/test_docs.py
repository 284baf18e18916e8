"""The documentation says what the program does: pages made anew, examples parsed, links followed, code run."""

import ast
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from search.command import main

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INDENTED_CODE = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)
_INLINE_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"\]\(<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\)|\b(?:src|href|srcset)=\"([^\"]+)\"")

FRAME = main.make_context("visti", [], resilient_parsing=True)
SUBCOMMANDS = {name: main.get_command(FRAME, name) for name in main.list_commands(FRAME)}


def fences(text: str) -> list[tuple[str, str]]:
    """Return the language and the content of each fenced block."""
    return [(language.strip(), content) for language, content in _FENCE.findall(text)]


def commands_in(line: str) -> list[list[str]]:
    """
    Return the commands of a shell line that are ours, as lists of words; pipes and lists are taken apart.

    >>> commands_in("$ zcat a.gz | visti index - && make run PORT=1  # twice")
    [['visti', 'index', '-'], ['make', 'run', 'PORT=1']]
    """
    line = line.strip().removeprefix("$ ")
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split, lexer.commenters = True, "#"
    commands: list[list[str]] = [[]]
    redirected = False
    for word in lexer:
        if set(word) <= set("|&;"):
            commands.append([])
        elif set(word) <= set("<>"):
            redirected = True
            continue
        elif not redirected:
            commands[-1].append(word)
        redirected = False
    ours = [[Path(words[0]).name, *words[1:]] for words in commands if words]
    return [words for words in ours if words[0] in ("visti", "make")]


def shell_commands(text: str) -> list[list[str]]:
    """Return our commands in the code of a page: fenced blocks of the shell, indented blocks, inline code."""
    shells = ("", "sh", "bash", "shell", "console")
    fenced = [content.replace("\\\n", " ") for language, content in fences(text) if language in shells]
    rest = _FENCE.sub("", text)
    code = [line for content in fenced for line in content.splitlines()]
    code += _INDENTED_CODE.findall(rest) + _INLINE_CODE.findall(rest)
    return [words for line in code if is_ours(line) for words in commands_in(line)]


def is_ours(line: str) -> bool:
    """Tell whether a line runs ``visti`` or ``make``, also behind a pipe."""
    return re.search(r"(^|[|&;]\s*)(\$ )?([\w./]*/)?(visti|make)(\s|$)", line.strip()) is not None


def check_command(words: list[str]) -> None:
    """Raise when a command is none: what ``visti`` does not parse, what ``make`` has no target or variable for."""
    program, *arguments = words
    if program == "make":
        check_make(arguments)
        return
    frame = main.make_context("visti", list(arguments), resilient_parsing=False)
    name, command, rest = main.resolve_command(frame, [*frame._protected_args, *frame.args])
    assert command is not None
    command.make_context(name, rest, parent=frame)


def check_make(arguments: list[str]) -> None:
    """Raise when make has no such target, or the Makefile no such variable."""
    for argument in arguments:
        name, assigned, _ = argument.partition("=")
        pattern = rf"^{re.escape(name)}\s*[?:]?=" if assigned else rf"^{re.escape(name)}:"
        assert re.search(pattern, MAKEFILE, re.MULTILINE), f"the Makefile has no {name}"


def examples_of(command: click.Command) -> list[list[str]]:
    """Return the commands that a help text gives as examples."""
    block = (command.help or "").partition("\b")[2]
    return [words for line in block.splitlines() for words in commands_in(re.split(r"\s{3,}", line.strip())[0])]


def name_of(path: Path) -> str:
    """Return the path as it is written in the repository."""
    return str(path.relative_to(ROOT))


class TestHelp:
    def test_page_of_the_command_is_its_help(self):
        # A process of its own: click keeps with a subcommand the help option of its first run, which other tests may
        # have had without the command around it.
        program = [sys.executable, ROOT / "docs" / "generate_cli.py"]
        page = subprocess.run(program, capture_output=True, text=True, encoding="utf-8", check=True)
        written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
        assert written == page.stdout, "docs/cli.md is not what the command says of itself; run: make docs"

    @pytest.mark.parametrize("name", ["visti", *SUBCOMMANDS])
    def test_every_option_has_help(self, name):
        command = SUBCOMMANDS.get(name, main)
        without = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
        assert not without

    @pytest.mark.parametrize("name", SUBCOMMANDS)
    def test_every_subcommand_takes_the_index_or_the_accounts(self, name):
        command = SUBCOMMANDS[name]
        for each in command.commands.values() if isinstance(command, click.Group) else [command]:
            assert any({"--index", "--accounts"} & set(parameter.opts) for parameter in each.params)

    @pytest.mark.parametrize("name", ["visti", *SUBCOMMANDS])
    def test_every_help_has_an_example_that_parses(self, name):
        examples = examples_of(SUBCOMMANDS.get(name, main))
        assert examples
        for words in examples:
            check_command(words)
            assert name in ("visti", words[1]), f"the help of {name} gives an example of {words[1]}"

    @pytest.mark.parametrize("name", SUBCOMMANDS)
    def test_first_sentence_fits_into_the_list_of_commands(self, name):
        assert not SUBCOMMANDS[name].get_short_help_str(limit=60).endswith("...")


class TestCommands:
    @pytest.mark.parametrize("page", PAGES, ids=name_of)
    def test_every_command_of_the_page_is_one(self, page):
        for words in shell_commands(page.read_text(encoding="utf-8")):
            if words[0] == "visti" and (len(words) == 1 or words[1] == "COMMAND"):
                continue  # the program as such
            if len(words) == 2 and words[1] in SUBCOMMANDS:
                continue  # a subcommand as such
            try:
                check_command(words)
            except click.exceptions.Exit:
                pass  # --help and --version
            except (click.UsageError, AssertionError) as error:
                pytest.fail(f"{name_of(page)}: {shlex.join(words)}: {error}")

    def test_readme_has_the_first_steps(self):
        commands = shell_commands(README.read_text(encoding="utf-8"))
        assert ["make", "run"] in commands and ["make", "test"] in commands
        assert {words[1] for words in commands if words[0] == "visti" and len(words) > 1} >= {"index", "search"}

    @pytest.mark.parametrize(
        "line", ["visti serach x", "visti search x --langauge uk", "make rnu", "make run PROT=1", "visti stats extra"]
    )
    def test_wrong_command_would_be_noticed(self, line):
        with pytest.raises((click.UsageError, AssertionError)):
            for words in commands_in(line):
                check_command(words)

    def test_every_make_target_has_a_word_of_help_or_a_reason(self):
        targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()
        for target in targets:
            assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), f"{target} is phony but no target"


class TestLinks:
    @pytest.mark.parametrize("page", PAGES, ids=name_of)
    def test_every_relative_link_leads_to_a_file(self, page):
        text = _FENCE.sub("", page.read_text(encoding="utf-8"))
        targets = [first or second for first, second in _LINK.findall(_INLINE_CODE.sub("", text))]
        for target in targets:
            if re.match(r"[a-z][a-z+.-]*:", target):
                continue
            file, _, anchor = target.partition("#")
            path = (page.parent / file).resolve() if file else page
            assert path.exists(), f"{name_of(page)} links to {target}, which is not there"
            assert path.is_relative_to(ROOT), f"{name_of(page)} links out of the repository: {target}"
            if anchor and path.suffix == ".md":
                assert anchor in anchors(path), f"{name_of(page)} links to {target}, where no such heading is"


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, made as GitHub makes them."""
    headings = re.findall(r"^#+\s+(.*?)\s*$", _FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def python_blocks(page: Path) -> list[str]:
    """Return the Python code of a page."""
    return [content for language, content in fences(page.read_text(encoding="utf-8")) if language == "python"]


def is_runnable(code: str) -> bool:
    """Tell a whole program from a fragment: it imports what it uses, and has no ellipsis in place of code."""
    tree = ast.parse(code)
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    elided = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value is ...]
    return bool(imports) and not elided


class TestPython:
    """Blocks marked ``python``: all are compiled; those that are whole programs (``is_runnable``) are run."""

    def test_readme_shows_the_library(self):
        assert any("search.open" in code and is_runnable(code) for code in python_blocks(README))

    def test_code_of_the_readme_runs_against_the_sample_index(self, index_copy, tmp_path, monkeypatch, capsys):
        """In a folder with ``index`` and ``examples``, as a newcomer has after ``make run``."""
        assert index_copy == tmp_path / "index"
        shutil.copytree(ROOT / "examples", tmp_path / "examples")
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("VISTI_INDEX", raising=False)
        for code in python_blocks(README):
            program = compile(code, "README.md", "exec")
            if is_runnable(code):
                exec(program, {"__name__": "__main__"})

    def test_code_of_the_architecture_runs_against_the_sample_index(self, index_copy, monkeypatch, capsys):
        monkeypatch.chdir(index_copy.parent)
        programs = [code for code in python_blocks(ROOT / "docs" / "architecture.md") if is_runnable(code)]
        assert any("search.open_whoosh" in code for code in programs)
        for code in programs:
            exec(compile(code, "architecture.md", "exec"), {"__name__": "__main__"})
        *titles, count = capsys.readouterr().out.splitlines()
        assert titles and int(count.split()[0]) > 0

    @pytest.mark.parametrize("page", PAGES, ids=name_of)
    def test_code_is_python(self, page):
        for code in python_blocks(page):
            compile(code, name_of(page), "exec")
