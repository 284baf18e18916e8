"""What several subcommands of ``visti`` that write an index share: options, and how much they print."""

import os
from datetime import datetime

import click

from indexer.readers.table_columns import parse_columns
from search.article import parse_moment
from search.columnar.lock import WAIT_SECONDS

# Reasons printed one by one; all of them (up to the report's own limit) are in --json.
MAX_PRINTED = 20


class Moment(click.ParamType[datetime]):
    """A date or a moment in ISO 8601, of Kyiv if it names no zone."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment; fail as click wants it for anything else."""
        if isinstance(value, datetime):
            return value
        try:
            return parse_moment(str(value))
        except ValueError as error:
            self.fail(f"{value!r} is no date; write 2024-05-17 or 2024-05-17T12:00 ({error})", param, ctx)


class Columns(click.ParamType[dict[str, str]]):
    """Which columns of a table are which fields."""

    name = "columns"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, str]:
        """Return the column of each field; fail as click wants it for anything else."""
        if isinstance(value, dict):
            return value
        try:
            return parse_columns(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=WAIT_SECONDS,
    show_default=True,
    help="Seconds to wait for another writer.",
)


jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=lambda: os.cpu_count() or 1,
    show_default="one for each core",
    help="Processes that share the analysis of a large number of articles.",
)
