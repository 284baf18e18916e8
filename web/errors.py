"""
Answers to what goes wrong: a page for readers, ``{"error": {"code", "message"}}`` for programs, which are also told
the ``parameter`` that was wrong.

Paths and tracebacks go to the log, never into an answer.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from flask import Flask, Response, jsonify, make_response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, SecurityError

from search import IndexUnavailable
from web.i18n import N_
from web.templating import render_template

logger = logging.getLogger(__name__)

#: An index that is being rebuilt or mended is back in about this time; asking more often helps nobody.
RETRY_AFTER_SECONDS = 30


class BadParameter(Exception):
    """A parameter of the API has a value that it may not have."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        super().__init__(reason if reason.startswith(name) else f"{name}: {reason}")


@dataclass(frozen=True, slots=True)
class InvalidItem:
    """
    One thing that is wrong with what was sent: in which item (from 0), on which line (from 1) if it was sent by lines.

    ``id`` and ``field`` are there where they are known.
    """

    index: int
    line: int | None
    id: str | None
    field: str | None
    message: str

    def as_dict(self) -> dict[str, object]:
        """Return what is known of it, for JSON."""
        return {name: value for name, value in asdict(self).items() if value is not None}


class ItemsInvalid(Exception):
    """What was sent to the API holds items that cannot be taken; ``errors`` are all reasons."""

    def __init__(self, message: str, errors: Sequence[InvalidItem]) -> None:
        self.errors = tuple(errors)
        super().__init__(message)


class ErrorText(NamedTuple):
    """What an error page says: what happened, and what to do."""

    title: str
    advice: str


PAGE_TEXTS = {
    404: ErrorText(
        N_("There is no such page"), N_("The article may have been withdrawn, or the address has a mistake in it.")
    ),
    403: ErrorText(N_("This is not for your account"), N_("An editor of the newsroom can give you the role for it.")),
    429: ErrorText(
        N_("Too many requests"),
        N_("So many have come from your network that this one must wait. Please try in a minute."),
    ),
    500: ErrorText(N_("Something went wrong here"), N_("It has been written down. Please try again a little later.")),
    503: ErrorText(
        N_("The archive cannot be searched right now"),
        N_("Please try again in a minute. If you look after this site: the log says which command helps."),
    ),
}
OTHER_TEXT = ErrorText(N_("This request could not be answered"), N_("Please start again from the search page."))

#: Stable codes of the API's errors, by status.
CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_articles",
    429: "too_many_requests",
    500: "internal",
    503: "index_unavailable",
}
_UNTRUSTED = "The site is not known by the name that this request asks for."
_UNAVAILABLE = "The archive cannot be searched right now. Try again later."
_INTERNAL = "Something went wrong on the server; it has been logged."
#: Paths outside /api whose answers programs read.
_MACHINE_PATHS = ("/healthz", "/readyz", "/metrics", "/openapi.json")


#: What an HTTP error says in headers, beside its page.
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


def init_errors(app: Flask) -> None:
    """Let an application answer errors in the right shape."""
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(SecurityError, _answer_untrusted_host)
    app.register_error_handler(500, _answer_internal)
    app.register_error_handler(IndexUnavailable, _answer_unavailable)
    app.register_error_handler(BadParameter, _answer_bad_parameter)
    app.register_error_handler(ItemsInvalid, _answer_invalid_items)


def _answer_http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:  # a redirect is an HTTPException too
        return error
    response = _answer(status, error.description or error.name)
    response.headers.extend((name, value) for name, value in error.get_headers() if name in _KEPT_HEADERS)
    return response


def _answer_untrusted_host(error: Exception) -> Response:
    """Answer in one sentence: without a name that the site knows, no page can be written, since it has addresses."""
    return _error_object(400, _UNTRUSTED) if _is_for_programs() else Response(_UNTRUSTED, 400, mimetype="text/plain")


def _answer_internal(error: Exception) -> Response:
    return _answer(500, _INTERNAL)  # Flask has logged the traceback


def _answer_unavailable(error: Exception) -> Response:
    logger.error("%s", error)
    response = _answer(503, _UNAVAILABLE)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _answer_bad_parameter(error: Exception) -> Response:
    return _answer(400, str(error), parameter=error.name if isinstance(error, BadParameter) else None)


def _answer_invalid_items(error: Exception) -> Response:
    errors = error.errors if isinstance(error, ItemsInvalid) else ()
    return _error_object(422, str(error), errors=[each.as_dict() for each in errors])


def _answer(status: int, message: str, parameter: str | None = None) -> Response:
    if _is_for_programs():
        return _error_object(status, message, parameter)
    if not _can_link():
        return Response(f"{status} {message}\n", status, mimetype="text/plain")
    text = PAGE_TEXTS.get(status, OTHER_TEXT)
    return make_response(render_template("error.html", text=text, status=status), status)


def _is_for_programs() -> bool:
    return request.path.startswith("/api/") or request.path in _MACHINE_PATHS


def _error_object(
    status: int, message: str, parameter: str | None = None, errors: Sequence[dict[str, object]] = ()
) -> Response:
    told: dict[str, object] = {"code": CODES.get(status, "error"), "message": message}
    if parameter:
        told["parameter"] = parameter
    if errors:
        told["errors"] = errors
    response = make_response(jsonify({"error": told}), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _can_link() -> bool:
    """Tell whether addresses can be written: not if the request's Host header is none, such as one of 8,000 letters."""
    try:
        url_for("pages.start")
    except (AttributeError, RuntimeError):  # Flask has no adapter for such a request
        return False
    return True
