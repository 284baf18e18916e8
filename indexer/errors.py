"""
What can go wrong while articles are brought in, as one tree.

    IndexerError
      RecordError             one record cannot be taken; the others are     source, line, reason, id
      SourceUnavailable       a whole file or folder cannot be read          source, line, reason, id

The readers hand these on as values, so that one bad line or file never stops the rest. Writing has errors of its own:
``search.errors``.
"""


class IndexerError(Exception):
    """
    Any error that this package raises, or hands on, on purpose.

    ``source`` is the path as it was given (``"-"`` is standard input), ``line`` counts from 1 and is None where no one
    line is to blame, ``id`` is the record's own if it was legible. ``record`` is what could not be taken, if the reader
    has it, ``format`` what it was read as and ``address`` where a page was fetched: what the quarantine keeps.
    """

    def __init__(
        self,
        source: str,
        line: int | None,
        reason: str,
        id: str | None = None,
        *,
        record: bytes | None = None,
        format: str | None = None,
    ) -> None:
        self.source = source
        self.line = line
        self.reason = reason
        self.id = id
        self.record = record
        self.format = format
        self.address: str | None = None
        place = source if line is None else f"{source}:{line}"
        # A file name need not be valid text; a message always is, so that it can be printed and logged.
        super().__init__(f"{place}: {reason}".encode("utf-8", "backslashreplace").decode("utf-8"))


class RecordError(IndexerError):
    """One record, or one stretch of a file, cannot be taken."""


class SourceUnavailable(IndexerError):
    """A file or folder cannot be read at all; the reason says what to do."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(source, None, reason)
