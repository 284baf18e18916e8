"""What is owed to a host that is asked: one request at a time, a pause after each, and to be left alone at times."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Lock

#: Between two requests to one host, unless robots.txt asks for more; what asks for longer than this would hold up all.
PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 30.0
#: For so long a host is left alone that says that we ask too often and not how long it wants, or that fails so often in
#: a row; never longer than an hour, since a page that is away for a day is not to keep us from the feed.
REST_SECONDS = 60.0
MAX_REST_SECONDS = 3600.0
MAX_FAILURES = 3


@dataclass(slots=True)
class Host:
    """
    A host, by the turns of who asks it: seconds are those of a clock that only grows.

    ``pause`` lies between two requests, the end of the last of which was ``last``.
    """

    turn: Lock = field(default_factory=Lock)
    pause: float = PAUSE_SECONDS
    last: float = float("-inf")
    rests_until: float = float("-inf")
    failures: int = 0

    def answered(self, status: int, retry_after: float | None, now: float) -> None:
        """Note how it answered, and for how many seconds it does not want to be asked, if it said so."""
        self.failures = self.failures + 1 if status >= 500 else 0
        if status == 429 and retry_after is None:
            retry_after = REST_SECONDS
        self._rest(retry_after if status in (429, 503) else None, now)

    def failed(self, now: float) -> None:
        """Note that there was no answer, or no whole one."""
        self.failures += 1
        self._rest(None, now)

    def _rest(self, wait: float | None, now: float) -> None:
        if self.failures >= MAX_FAILURES:
            self.failures, wait = 0, max(wait or 0.0, REST_SECONDS)
        if wait is not None:
            self.rests_until = max(self.rests_until, now + min(wait, MAX_REST_SECONDS))


def seconds_of(retry_after: str) -> float | None:
    """Return the seconds of a header ``Retry-After``, a number or a date (RFC 9110, 10.2.3); None if it is neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
