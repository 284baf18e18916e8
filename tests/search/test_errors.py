"""Every error says what is wrong, where, and which command helps."""

from pathlib import Path

import pytest

from search import errors
from search.errors import (
    ArticleInvalid,
    BackupDamaged,
    BackupFailed,
    CommitFailed,
    DraftUnreadable,
    EditRefused,
    ExportFailed,
    IndexDamaged,
    IndexLocked,
    IndexMissing,
    IndexOutdated,
    IndexUnavailable,
    IndexUnreadable,
    SearchError,
    UnsupportedLanguage,
)

PATH = Path("/archives/мій індекс")


@pytest.mark.parametrize(
    ("error", "must_contain"),
    [
        (IndexMissing(PATH), (str(PATH), "there is no index", f"visti index SOURCE --index {PATH}")),
        (IndexMissing(PATH, "an old one"), (str(PATH), "an old one", "visti index SOURCE")),
        (IndexOutdated(PATH, "format", 1, 2), (str(PATH), "format 1", "needs 2.", f"visti reindex --index {PATH}")),
        (
            IndexOutdated(PATH, "format", 9, 2, rebuildable=False),
            (str(PATH), "format 9", "needs 2.", "update Visti", "visti index SOURCE --index NEW_FOLDER"),
        ),
        (IndexUnreadable(PATH, "x.segment"), (str(PATH), "x.segment", "chmod -R u+rX,g+rX")),
        (
            IndexDamaged(PATH, "x is missing"),
            (str(PATH), "x is missing", f"visti verify --index {PATH}", f"visti repair --index {PATH}"),
        ),
        (IndexLocked(PATH, 2.5), (str(PATH), "2.5 seconds", "run the same command again")),
        (BackupFailed(PATH, "No space left"), (str(PATH), "No space left", "intact", "visti backup FOLDER")),
        (BackupDamaged(PATH, "x is missing"), (str(PATH), "x is missing", "visti restore FOLDER --list", "--check")),
        (ExportFailed(PATH, "No space left"), (str(PATH), "No space left", "Nothing is left", "visti export FILE")),
        (CommitFailed(PATH, "No space left"), (str(PATH), "No space left", "intact", "run the same command again")),
        (
            EditRefused(PATH, "Not there: a.", "See visti story show."),
            ("a.", "Nothing was changed", "visti story show"),
        ),
        (DraftUnreadable("draft.pdf", "binary"), ("draft.pdf", "is no text", "save the draft as .txt")),
        (ArticleInvalid("published", "yesterday", "not a date"), ("'published'", "not a date", "'yesterday'")),
        (UnsupportedLanguage("de"), ("'de'", "uk (or ua), ru or en")),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_message_says_what_where_and_what_next(error, must_contain):
    for part in must_contain:
        assert part in str(error)
    assert isinstance(error, SearchError)


def test_every_class_has_a_tested_message():
    classes = {value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, SearchError)}
    abstract = {SearchError, IndexUnavailable}
    tested = {type(p[0]) for p in test_message_says_what_where_and_what_next.pytestmark[0].args[1]}
    assert classes - abstract == tested


def test_tree_on_top_of_the_module_names_every_class():
    for value in list(vars(errors).values()):
        if isinstance(value, type) and issubclass(value, SearchError):
            assert value.__name__ in errors.__doc__


@pytest.mark.parametrize("kind", [IndexMissing, IndexDamaged, IndexLocked, IndexOutdated])
def test_index_errors_share_the_path(kind):
    arguments = {IndexMissing: (), IndexDamaged: ("x",), IndexLocked: (1.0,), IndexOutdated: ("a", 1, 2)}[kind]
    error = kind(str(PATH), *arguments)
    assert isinstance(error, IndexUnavailable) and error.path == PATH


def test_wrong_arguments_are_value_errors_too():
    assert issubclass(ArticleInvalid, ValueError) and issubclass(UnsupportedLanguage, ValueError)


def test_long_values_are_shortened():
    assert len(str(ArticleInvalid("body", "я" * 100_000, "too long"))) < 200
