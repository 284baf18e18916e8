"""The line that tells how far long work is: on a terminal it is written over, in a log it comes again."""

import contextlib
import os
import sys
import time
from collections.abc import Callable

import click

from indexer.report import Report

# Often enough on a terminal to be alive, seldom enough elsewhere not to fill a log.
SECONDS_BETWEEN_PROGRESS = 1.0
SECONDS_BETWEEN_LOG_LINES = 10.0


class ProgressLine:
    """A line on standard error that says how far a run is: in place on a terminal, in lines of a log elsewhere."""

    def __init__(self) -> None:
        self.started = self._shown = time.monotonic()
        self._on_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def show(self, line: str) -> None:
        """Show a line, if the last time is long enough ago."""
        if self.is_due():
            self._shown = time.monotonic()
            shown = f"\r{_cut(line)}\033[K" if self._on_terminal else line
            click.echo(shown, err=True, nl=not self._on_terminal)

    def is_due(self) -> bool:
        """Return whether the last time is long enough ago."""
        between = SECONDS_BETWEEN_PROGRESS if self._on_terminal else SECONDS_BETWEEN_LOG_LINES
        return time.monotonic() - self._shown >= between

    def end(self) -> None:
        """Make room for what follows."""
        if self._on_terminal:
            click.echo("\r\033[K", err=True, nl=False)


def _cut(line: str) -> str:
    """Return as much of a line as the terminal has room for: of two lines only the second would be written over."""
    with contextlib.suppress(OSError, ValueError):  # ValueError: no file stands behind it
        if width := os.get_terminal_size(sys.stderr.fileno()).columns:  # 0: the terminal does not know
            return line[: width - 1]
    return line


class ProgressShown:
    """
    Says how far the writing of articles is.

    ``share_read`` tells which part of the sources was read, from 0 to 1; where it is known from the beginning how many
    articles there are, ``in_all`` is enough. What was read is not done yet: reading a file of 3,000 articles takes a
    second, and analysing them half a minute.
    """

    def __init__(self, share_read: Callable[[], float | None] | None = None, in_all: int = 0) -> None:
        self._line = ProgressLine()
        self._share_read, self._in_all = share_read, in_all
        self.end = self._line.end

    def show(self, report: Report) -> None:
        """Show the state of the run, if the last time is long enough ago."""
        if self._line.is_due():
            self._line.show(progress_text(report, time.monotonic() - self._line.started, self._share_done(report)))

    def _share_done(self, report: Report) -> float | None:
        if self._in_all:
            return min((report.articles - report.in_work) / self._in_all, 1.0)
        share = self._share_read() if self._share_read else None
        read = report.articles + report.waiting
        return share * (report.articles - report.in_work) / read if share and read else share


def progress_text(report: Report, seconds: float, share: float | None) -> str:
    """
    Return the line of a run that has gone on for some seconds and has done a share of its work, if that is known.

    >>> progress_text(Report(added=400, waiting=2_600), 10.0, 0.1)
    '400 articles, 40 a second, 2,600 waiting, 0 left out, 2 min left'
    >>> progress_text(Report(added=400), 10.0, None)
    '400 articles, 40 a second, 0 left out'
    """
    seconds = max(seconds, 0.001)
    done, not_done = report.articles - report.in_work, report.waiting + report.in_work
    waiting = f", {not_done:,} waiting" if not_done else ""
    left = f", {duration_text(seconds / share - seconds)} left" if share else ""
    return f"{done:,} articles, {done / seconds:,.0f} a second{waiting}, {report.rejected:,} left out{left}"


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
