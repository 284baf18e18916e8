"""
The page on which a draft is compared with the archive: pasted, as a file, or as an article of the archive.

A draft is secret before it is published. It comes in the body of a POST, so that no address and no log has it, is held
in memory while it is answered, and is stored nowhere.
"""

from io import BytesIO
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from search import Archive, Article, DraftUnreadable, draft_text
from search.article import clean_text
from web.archive import current_archive
from web.i18n import N_, gettext
from web.newsroom.permissions import Role, current_user, requires
from web.presenters.prior_coverage import present_coverage

drafts = Blueprint("drafts", __name__, url_prefix="/newsroom/draft")

#: A Word document with a few pictures; as text it is longer than any book.
MAX_DRAFT_BYTES = 5_000_000
#: A page of stories, and no more than a person looks through.
MAX_STORIES = 20

TOO_LARGE = N_("The draft is larger than %(limit)s MB, which is the most. Paste its text, without pictures.")
NOTHING = N_("There is no draft yet: paste a text, choose a file, or give the address of an article.")
NOT_FOUND = N_(
    "No article of the archive has this address or identifier. Pages are not fetched from other sites: paste the text."
)
UNREADABLE = {
    "empty": N_("There is no text in this file."),
    "binary": N_("This file is no text. Save the draft as .txt, .html or .docx, or paste it."),
    "encoding": N_("The letters of this file cannot be made out. Save it as UTF-8, or paste the text."),
    "document": N_("This document cannot be read. Save the draft as .txt, or paste it."),
}


class _Refused(Exception):
    """There is no draft to compare; the message is one of those above."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


class _Typed(NamedTuple):
    """What stands in the form."""

    text: str = ""
    address: str = ""


_EMPTY = _Typed()


@drafts.url_value_preprocessor
def _take_drafts(endpoint: str | None, values: object) -> None:
    """Let this form be larger than others for who is signed in, before anything reads it; keep its file in memory."""
    if current_user() is None:
        return
    request.max_content_length = request.max_form_memory_size = MAX_DRAFT_BYTES
    request._get_file_stream = lambda *_arguments, **_named: BytesIO()  # type: ignore[method-assign]


@drafts.errorhandler(RequestEntityTooLarge)
def _answer_too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    if current_user() is None:
        return error
    return _form(gettext(TOO_LARGE, limit=MAX_DRAFT_BYTES // 1_000_000)), 413


@drafts.get("/")
@requires(Role.JOURNALIST)
def ask() -> ResponseReturnValue:
    """Ask for a draft."""
    return _form()


@drafts.post("/")
@requires(Role.JOURNALIST)
def compare() -> ResponseReturnValue:
    """Show what the archive has about a draft."""
    typed = _Typed(clean_text(request.form.get("text", "")), request.form.get("address", "").strip())
    archive = current_archive()
    try:
        source = _source(archive, typed)
    except _Refused as refused:
        return _form(gettext(str(refused)), typed), refused.status
    shown = present_coverage(archive.prior_coverage(source, limit=MAX_STORIES))
    return render_template("newsroom/draft.html", shown=shown, typed=typed, problem="")


def _form(problem: str = "", typed: _Typed = _EMPTY) -> str:
    return render_template("newsroom/draft.html", shown=None, typed=typed, problem=problem)


def _source(archive: Archive, typed: _Typed) -> str | Article:
    """Return the draft: the text if there is one, else the file, else the article that is named."""
    if typed.text:
        return typed.text
    file = request.files.get("file")
    if file is not None and file.filename:
        try:
            return draft_text(file.read(), file.filename)
        except DraftUnreadable as error:
            raise _Refused(UNREADABLE[error.kind]) from error
    if not typed.address:
        raise _Refused(NOTHING)
    found = archive.get(typed.address) or archive.get_by_url(typed.address) or _own_page(archive, typed.address)
    if found is None:
        raise _Refused(NOT_FOUND, 404)
    return found


def _own_page(archive: Archive, address: str) -> Article | None:
    """Return the article of which an address of this site is the page."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    _, _, article_id = parts.path.partition("/article/")
    return archive.get(unquote(article_id)) if parts.netloc == request.host and article_id else None
