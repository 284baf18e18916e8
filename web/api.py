"""
The JSON API, /api/v1: the same answers as the pages and the command, for programs.

Strict where the pages are lenient: a parameter with a value that it may not have is refused with status 400.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from search import FACETS, Archive, Article, Page, Position, article_as_dict
from search.article import clean_text
from web.archive import current_archive
from web.bodies import whole_body
from web.conditional import conditional
from web.cursors import MAX_CURSOR_CHARACTERS, read_cursor, write_cursor
from web.errors import BadParameter
from web.exports import CSV_TYPE, NDJSON_TYPE, csv_lines, ndjson_lines
from web.i18n import N_, interface_language
from web.params import (
    LIMIT_PARAMETER,
    MAX_EXPORT,
    MAX_LIMIT,
    MAX_QUERY_CHARACTERS,
    PAGE_SIZE,
    SEARCH_PARAMETERS,
    ParameterInfo,
    ParameterProblem,
    SearchRequest,
    read_limit,
    read_speaker,
)
from web.presenters.suggestions import suggested_items
from web.query import asked, parameters, run_quotes, run_search
from web.urls import api_search_url

api = Blueprint("api", __name__, url_prefix="/api/v1")

MAX_SUGGESTIONS = 8
SUGGESTION_FORMATS = ("json", "opensearch")
SUGGESTIONS_TYPE = "application/x-suggestions+json"

RELATED_PARAMETERS = (
    ParameterInfo("id", N_("The article whose prior coverage is wanted."), {"type": "string"}),
    ParameterInfo("url", N_("Or the address at which an article of the archive was published."), {"type": "string"}),
    ParameterInfo("text", N_("Or a text, such as a draft; POST one that is too long for a URL."), {"type": "string"}),
    LIMIT_PARAMETER,
)
# Quotations have one order, and one format.
_NOT_OF_QUOTES = ("q", "sort", "fold")
QUOTE_PARAMETERS = (
    ParameterInfo(
        "q",
        N_("Words of the quotation; fields such as section: limit the articles."),
        {"type": "string", "maxLength": MAX_QUERY_CHARACTERS},
    ),
    ParameterInfo(
        "speaker",
        N_("Words of the name of whoever said it, in any form, script or language."),
        {"type": "string", "maxLength": MAX_QUERY_CHARACTERS},
    ),
    *(parameter for parameter in SEARCH_PARAMETERS if parameter.name not in _NOT_OF_QUOTES),
    LIMIT_PARAMETER,
)
SUGGEST_PARAMETERS = (
    ParameterInfo("q", N_("What has been typed so far."), {"type": "string", "maxLength": MAX_QUERY_CHARACTERS}),
    ParameterInfo(
        "format",
        N_("opensearch gives the array that browsers' search boxes expect."),
        {"type": "string", "enum": list(SUGGESTION_FORMATS), "default": SUGGESTION_FORMATS[0]},
    ),
)


class Format(StrEnum):
    """How results are written."""

    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


MEDIA_TYPES = {Format.JSON: "application/json", Format.NDJSON: NDJSON_TYPE, Format.CSV: CSV_TYPE}
#: What a pipe or a spreadsheet gets that does not say how much it wants.
EXPORT_SIZE = 100
SEARCH_API_PARAMETERS = (
    *SEARCH_PARAMETERS,
    ParameterInfo(
        "limit",
        N_("How many results to return: as JSON up to 100 (10 if not said), as lines up to 1000 (100 if not said)."),
        {"type": "integer", "minimum": 1, "maximum": MAX_EXPORT},
    ),
    ParameterInfo(
        "cursor",
        N_("Go on after the last result of an answer, whose next has it. Takes the place of page."),
        {"type": "string", "maxLength": MAX_CURSOR_CHARACTERS},
    ),
    ParameterInfo(
        "format",
        N_(
            "json: one object; ndjson: each result on a line; csv: a table. "
            "If it is missing, the Accept header decides."
        ),
        {"type": "string", "enum": list(Format), "default": Format.JSON.value},
    ),
    ParameterInfo(
        "bom",
        N_("1 begins CSV with a byte order mark, by which Excel knows UTF-8."),
        {"type": "string", "enum": ["0", "1"], "default": "0"},
    ),
)


def wanted_format() -> Format:
    """Return the format that the URL asks for, else the one that the client prefers. Raises ``BadParameter``."""
    given = request.args.get("format")
    if not given:
        preferred = request.accept_mimetypes.best_match(MEDIA_TYPES.values())
        return next((form for form, kind in MEDIA_TYPES.items() if kind == preferred), Format.JSON)
    if given not in list(Format):
        raise BadParameter("format", f"must be one of {', '.join(Format)}")
    return Format(given)


@api.get("/search")
@conditional(wanted_format, vary="Accept")
def search() -> ResponseReturnValue:
    """Search the archive."""
    search_request, problems = asked()
    _refuse(problems)
    form = wanted_format()
    is_page = form is Format.JSON
    limit = _limit() if is_page else _limit(EXPORT_SIZE, MAX_EXPORT)
    after, mark = _after(search_request), _bom()
    facets = FACETS if is_page else ()
    page = run_search(current_archive(), search_request, limit=limit, facets=facets, after=after)
    following = _next(search_request, page)
    response = jsonify({**page.as_dict(), "next": following}) if is_page else _lines(page, form, mark=mark)
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def _after(search_request: SearchRequest) -> Position | None:
    cursor = request.args.get("cursor")
    if not cursor:
        return None
    if search_request.page > 1:
        raise BadParameter("cursor", "takes the place of page; give one of them")
    try:
        return read_cursor(search_request, cursor)
    except ValueError as error:
        raise BadParameter("cursor", f"{error}; begin again without it") from error


def _bom() -> bool:
    given = request.args.get("bom") or "0"
    if given not in ("0", "1"):
        raise BadParameter("bom", "must be 1 or 0")
    return given == "1"


def _next(search_request: SearchRequest, page: Page) -> str | None:
    """Return the address of what comes after a page, in the same format and of the same length."""
    if page.last is None:
        return None
    kept = [(name, value) for name in ("limit", "format", "bom") if (value := request.args.get(name))]
    return api_search_url(search_request, ("cursor", write_cursor(search_request, page.last)), *kept)


def _lines(page: Page, form: Format, *, mark: bool) -> Response:
    if form is Format.NDJSON:
        return Response(ndjson_lines(page.hits), content_type=NDJSON_TYPE)
    response = Response(csv_lines(page.hits, mark=mark), content_type=f"{CSV_TYPE}; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="visti.csv"'
    return response


@api.get("/articles/<path:article_id>")
@conditional()
def article(article_id: str) -> ResponseReturnValue:
    """Get an article and the list of its language versions."""
    archive = current_archive()
    found = _existing(archive, article_id)
    return jsonify(article_as_dict(found, archive.versions(found)))


@api.route("/related", methods=["GET", "POST"])
@conditional()
def related() -> ResponseReturnValue:
    """Find prior coverage of an article or a text, in all languages; every story comes with its other versions."""
    archive = current_archive()
    return jsonify(archive.prior_coverage(_subject(archive), limit=_limit()).as_dict())


@api.get("/quotes")
@conditional()
def quotes() -> ResponseReturnValue:
    """Find who said what: quotations, those of the newest articles first."""
    search_request, problems = asked()
    _refuse(problems)
    page = run_quotes(current_archive(), search_request, read_speaker(parameters()), limit=_limit())
    return jsonify(page.as_dict())


@api.get("/suggest")
@conditional(interface_language)
def suggest() -> ResponseReturnValue:
    """Complete what is being typed with people, places, sections, tags and headlines."""
    typed = clean_text(request.args.get("q", ""))[:MAX_QUERY_CHARACTERS]
    form = request.args.get("format") or SUGGESTION_FORMATS[0]
    if form not in SUGGESTION_FORMATS:
        raise BadParameter("format", f"must be one of {', '.join(SUGGESTION_FORMATS)}")
    items = suggested_items(current_archive(), typed, MAX_SUGGESTIONS)
    found = list(dict.fromkeys(item["text"] for item in items if item["kind"] != "section"))  # words to search for
    if form == "opensearch":
        response = current_app.json.response([typed, found])
        response.content_type = SUGGESTIONS_TYPE
        return response
    return jsonify({"query": typed, "suggestions": found, "items": items})


def _limit(default: int = PAGE_SIZE, most: int = MAX_LIMIT) -> int:
    limit, problems = read_limit(parameters(), default, most)
    _refuse(problems)
    return limit


def _existing(archive: Archive, article_id: str) -> Article:
    found = archive.get(article_id)
    if found is None:
        abort(404, "There is no such article, or it is not published.")
    return found


def _subject(archive: Archive) -> Article | str:
    """Return what prior coverage is wanted of: an article of the archive, or a text."""
    given = _related_to()
    if given.get("id"):
        return _existing(archive, given["id"])
    if given.get("url"):
        found = archive.get_by_url(given["url"])
        if found is None:
            abort(404, "No article of the archive has this address. Nothing is fetched: give the text.")
        return found
    text = clean_text(given.get("text", ""))
    if not text:
        raise BadParameter("text", "name an article with id or url, or give a text")
    return text


def _refuse(problems: Sequence[ParameterProblem]) -> None:
    if problems:
        raise BadParameter(problems[0].name, problems[0].message)


def _related_to() -> Mapping[str, str]:
    """Return ``id``, ``url`` and ``text`` as given: in the URL, or posted as JSON, as a form or as plain text."""
    if request.method in ("GET", "HEAD"):
        return request.args
    if request.is_json:
        whole_body()
        body = request.get_json()  # of the same, which the request keeps
        if not isinstance(body, dict):
            raise BadParameter("body", 'post a JSON object such as {"text": "..."}')
        given = {name: body[name] for name in ("id", "url", "text") if body.get(name) is not None}
        for name, value in given.items():
            if not isinstance(value, str):
                raise BadParameter(name, "must be text")
        return given
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return request.form
    if request.mimetype not in ("", "text/plain"):
        abort(415, "Post a text as application/json, as a form or as text/plain.")
    return {"text": whole_body().decode("utf-8", errors="replace")}
