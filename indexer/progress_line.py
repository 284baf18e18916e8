"""The line that tells how far long work is: on a terminal it is written over, in a log it comes again."""

import sys
import time

import click

from indexer.job import Job
from indexer.report import Report

# Often enough on a terminal to be alive, seldom enough elsewhere not to fill a log.
SECONDS_BETWEEN_PROGRESS = 1.0
SECONDS_BETWEEN_LOG_LINES = 10.0


class ProgressLine:
    """A line on standard error that says how far a run is: in place on a terminal, in lines of a log elsewhere."""

    def __init__(self) -> None:
        self.started = self._shown = time.monotonic()
        self._on_terminal = sys.stderr.isatty()

    def show(self, line: str) -> None:
        """Show a line, if the last time is long enough ago."""
        if self.is_due():
            self._shown = time.monotonic()
            click.echo(f"\r{line}\033[K" if self._on_terminal else line, err=True, nl=not self._on_terminal)

    def is_due(self) -> bool:
        """Return whether the last time is long enough ago."""
        between = SECONDS_BETWEEN_PROGRESS if self._on_terminal else SECONDS_BETWEEN_LOG_LINES
        return time.monotonic() - self._shown >= between

    def end(self) -> None:
        """Make room for what follows."""
        if self._on_terminal:
            click.echo("\r\033[K", err=True, nl=False)


class ProgressShown:
    """Says how far the writing of articles is."""

    def __init__(self, job: Job | None = None) -> None:
        self._line = ProgressLine()
        self._job = job
        self.end = self._line.end

    def show(self, report: Report) -> None:
        """Show the state of the run, if the last time is long enough ago."""
        if not self._line.is_due():
            return
        seconds = max(time.monotonic() - self._line.started, 0.001)
        share = self._job.share_done() if self._job else None
        left = f", {duration_text(seconds / share - seconds)} left" if share else ""
        articles = report.articles + report.waiting
        rate = articles / seconds
        self._line.show(f"{articles:,} articles, {rate:,.0f} a second, {report.rejected:,} left out{left}")


def duration_text(seconds: float) -> str:
    """
    Return a time to wait, no more exact than it is known.

    >>> duration_text(42.3), duration_text(200), duration_text(9_000)
    ('42 s', '3 min', '2 h 30 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
