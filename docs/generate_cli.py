"""
Print docs/cli.md: an introduction, then the help of every subcommand as the program itself gives it.

    python docs/generate_cli.py > docs/cli.md

``tests/test_docs.py`` fails when the page and the program differ.
"""

import click

from search.command import main

# The width of the help in the page; on a terminal it follows the window.
COLUMNS = 100

INTRODUCTION = """\
# The command `visti`

<!-- Written by docs/generate_cli.py from the command's own help: change that, then run `make docs`. -->

Everything the library does for a newsroom, from a shell: building an index, searching it, serving the search page,
and looking after it. `visti --help` and `visti COMMAND --help` print what stands below.

**Where the index is.** Every subcommand takes `--index DIR`. Without it the folder is `$VISTI_INDEX`, and without that
`index` in the current folder.

**What goes where.** Results go to standard output, progress, notes and errors to standard error, so that
`visti search 'Одеса' --json | jq .total` sees nothing but the result. Wherever there is `--json`, the output is one
JSON object on one line.

**Exit status.**

| status | meaning |
|---|---|
| 0 | done; a search that finds nothing is done too |
| 1 | a problem that the message explains, with what to do next |
| 2 | wrong usage: an unknown subcommand or option, or a value that cannot be |

**Many at a time.** Any number of processes may search while one writes: a search sees the last commit, whole. A second
writer waits for the first (`--wait`). Interrupting `visti index` is harmless: what was committed stays, and the same
command run again goes on from there.
"""


def page() -> str:
    """Return docs/cli.md."""
    frame = _context("visti", main)
    sections = [INTRODUCTION, _section(frame)]
    for name in main.list_commands(frame):
        command = main.get_command(frame, name)
        assert command is not None, f"the entry point of {name} is no command"
        context = _context(name, command, frame)
        sections.append(_section(context))
        if isinstance(command, click.Group):
            sections += [_section(_context(each, command.commands[each], context)) for each in sorted(command.commands)]
    return "\n".join(sections)


def _context(name: str, command: click.Command, parent: click.Context | None = None) -> click.Context:
    return command.make_context(name, [], parent, resilient_parsing=True, terminal_width=COLUMNS)


def _section(context: click.Context) -> str:
    return f"## {context.command_path}\n\n```text\n{context.get_help()}\n```\n"


if __name__ == "__main__":
    print(page(), end="")
