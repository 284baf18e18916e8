"""
What can go wrong in the library, as one tree.

    SearchError
      ArticleInvalid          a record breaks a rule of the article        field, value
      IndexUnavailable        the folder cannot be used as an index        path
        IndexMissing            nothing is there, or it is not an index
        IndexOutdated           another format or another analysis
        IndexDamaged            a file is gone or fails its checksum
        IndexUnreadable         this user may not read a file of it
        IndexLocked             another writer did not finish in time
      CommitFailed            the articles could not be written            path
      ExportFailed            an export could not be written               path
      BackupFailed            a backup could not be made                   path
      BackupDamaged           a backup cannot be used                      path
      EditRefused             an editor's decision cannot be followed      path
      DraftUnreadable         a file holds no text that can be compared    name, kind
      UnsupportedLanguage     not uk, ru or en                             language

Every message says what is wrong, where, and which command helps.
"""

from pathlib import Path
from typing import ClassVar


class SearchError(Exception):
    """Any error that this package raises on purpose."""


class ArticleInvalid(SearchError, ValueError):
    """A record breaks a rule of the article; ``field`` and ``value`` say which."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        self.field = field
        self.value = value
        self.reason = reason
        super().__init__(f"field {field!r}: {reason}; got {_shortened(value)}")


class IndexUnavailable(SearchError):
    """The folder ``path`` cannot be used as an index now."""

    def __init__(self, path: Path | str, message: str) -> None:
        self.path = Path(path)
        super().__init__(message)


class IndexMissing(IndexUnavailable):
    """There is no index in the folder; ``foreign`` says that something else is there."""

    def __init__(self, path: Path | str, found: str = "there is no index", *, foreign: bool = False) -> None:
        folder = "NEW_FOLDER" if foreign else path
        super().__init__(path, f"{path}: {found}. Build one: visti index SOURCE --index {folder}")


class IndexOutdated(IndexUnavailable):
    """
    The index was written by another version of Visti.

    ``rebuildable`` says that this program can read the articles that are stored in it.
    """

    def __init__(self, path: Path | str, what: str, found: object, needed: object, *, rebuildable: bool = True) -> None:
        help_ = (
            f"It holds its articles; rebuild it from them: visti reindex --index {path}"
            if rebuildable
            else "A newer program may have made it: update Visti; or build it in a new folder: "
            "visti index SOURCE --index NEW_FOLDER"
        )
        super().__init__(path, f"The index at {path} has {what} {found}, this program needs {needed}. {help_}")


class IndexDamaged(IndexUnavailable):
    """A file of the index is missing, cut or changed."""

    def __init__(self, path: Path | str, detail: str) -> None:
        super().__init__(
            path,
            f"The index at {path} is damaged: {detail}. See all that is wrong: visti verify --index {path}; "
            f"bring back what can be read: visti repair --index {path}",
        )


class IndexUnreadable(IndexUnavailable):
    """A file of the index may be sound, but this user may not read it: nothing is to be repaired."""

    def __init__(self, path: Path | str, file: str) -> None:
        super().__init__(
            path,
            f"The index at {path} may not be read by this user: {file}: Permission denied. Run this as the user whose "
            f"index it is, or give the right to read it: chmod -R u+rX,g+rX {path}",
        )


class IndexLocked(IndexUnavailable):
    """Another writer holds the index."""

    def __init__(self, path: Path | str, waited_seconds: float) -> None:
        super().__init__(
            path,
            f"Another process has been writing to {path} for the {waited_seconds:g} seconds that this one waited. "
            f"Nothing was changed; run the same command again when it has finished.",
        )


class CommitFailed(SearchError):
    """The articles could not be written; what was committed before is untouched."""

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path = Path(path)
        super().__init__(
            f"The articles could not be written to {path}: {reason}. Everything committed before is intact; "
            f"make room or mend the folder, then run the same command again."
        )


class ExportFailed(SearchError):
    """An export could not be written to the file ``path``; what was there before is untouched."""

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path = Path(path)
        super().__init__(
            f"The export could not be written to {path}: {reason}. Nothing is left of it; make room or name another "
            f"file: visti export FILE"
        )


class BackupFailed(SearchError):
    """A backup could not be made in the folder or file ``path``; those that are there are untouched."""

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path = Path(path)
        super().__init__(
            f"The backup in {path} could not be made: {reason}. Earlier backups are intact; make room or name another "
            f"folder, then run the same command again: visti backup FOLDER"
        )


class BackupDamaged(SearchError):
    """The backup in the folder or file ``path`` is none, or a file of it is missing or was changed."""

    def __init__(self, path: Path | str, detail: str) -> None:
        self.path = Path(path)
        super().__init__(
            f"The backup in {path} cannot be used: {detail}. No index was changed. Look which backups there are: "
            f"visti restore FOLDER --list; and whether one is sound: visti restore FOLDER --backup NAME --check"
        )


class EditRefused(SearchError, ValueError):
    """What an editor asks for cannot be: an article is not there, or there is nothing to join or to part."""

    def __init__(self, path: Path | str, reason: str, help_: str) -> None:
        self.path = Path(path)
        super().__init__(f"{reason} Nothing was changed. {help_}")


class DraftUnreadable(SearchError, ValueError):
    """
    A file ``name`` holds no draft.

    ``kind`` is ``"empty"``, ``"binary"`` (no text), ``"encoding"`` (none of the usual ones) or ``"document"`` (a
    document of Word that cannot be read).
    """

    REASONS: ClassVar[dict[str, str]] = {
        "empty": "has no text in it",
        "binary": "is no text; save the draft as .txt, .html or .docx",
        "encoding": "is in an encoding that is not understood; save it as UTF-8",
        "document": "is no document of Word that can be read; save the draft as .txt",
    }

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind = name, kind
        super().__init__(f"{name or 'The draft'} {self.REASONS[kind]}")


class UnsupportedLanguage(SearchError, ValueError):
    """A language other than uk, ru and en was asked for."""

    def __init__(self, language: object) -> None:
        self.language = language
        super().__init__(f"{language!r} is not a language of the archive; use uk (or ua), ru or en")


def _shortened(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} characters)"
