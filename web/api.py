"""
The JSON API, /api/v1: the same answers as the pages and the command, for programs.

Strict where the pages are lenient: a parameter with a value that it may not have is refused with status 400.
"""

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from search import Archive, Article, article_as_dict, hit_as_dict
from search.article import clean_text
from web.archive import current_archive
from web.errors import BadParameter
from web.params import (
    LIMIT_PARAMETER,
    MAX_QUERY_CHARACTERS,
    SEARCH_PARAMETERS,
    ParameterInfo,
    ParameterProblem,
    read_limit,
)
from web.query import asked, parameters, run_search

api = Blueprint("api", __name__, url_prefix="/api/v1")

MAX_SUGGESTIONS = 8
SUGGESTION_FORMATS = ("json", "opensearch")
SUGGESTIONS_TYPE = "application/x-suggestions+json"

RELATED_PARAMETERS = (
    ParameterInfo("id", "The article whose prior coverage is wanted.", {"type": "string"}),
    ParameterInfo("text", "Or a text, such as a draft; POST one that is too long for a URL.", {"type": "string"}),
    LIMIT_PARAMETER,
)
SUGGEST_PARAMETERS = (
    ParameterInfo("q", "What has been typed so far.", {"type": "string", "maxLength": MAX_QUERY_CHARACTERS}),
    ParameterInfo(
        "format",
        "opensearch gives the array that browsers' search boxes expect.",
        {"type": "string", "enum": list(SUGGESTION_FORMATS), "default": SUGGESTION_FORMATS[0]},
    ),
)
SEARCH_API_PARAMETERS = (*SEARCH_PARAMETERS, LIMIT_PARAMETER)


@api.get("/search")
def search() -> ResponseReturnValue:
    """Search the archive."""
    search_request, problems = asked()
    _refuse(problems)
    page = run_search(current_archive(), search_request, limit=_limit())
    return jsonify(page.as_dict())


@api.get("/articles/<path:article_id>")
def article(article_id: str) -> ResponseReturnValue:
    """Get an article and the list of its language versions."""
    archive = current_archive()
    found = _existing(archive, article_id)
    return jsonify(article_as_dict(found, archive.versions(found)))


@api.route("/related", methods=["GET", "POST"])
def related() -> ResponseReturnValue:
    """Find prior coverage of an article or a text, in all languages; every story comes with its other versions."""
    archive = current_archive()
    hits = archive.related(_subject(archive), limit=_limit())
    return jsonify({"hits": [hit_as_dict(hit) for hit in hits]})


@api.get("/suggest")
def suggest() -> ResponseReturnValue:
    """Complete what is being typed with headlines, tags and authors."""
    typed = clean_text(request.args.get("q", ""))[:MAX_QUERY_CHARACTERS]
    form = request.args.get("format") or SUGGESTION_FORMATS[0]
    if form not in SUGGESTION_FORMATS:
        raise BadParameter("format", f"must be one of {', '.join(SUGGESTION_FORMATS)}")
    found = list(current_archive().suggest(typed, limit=MAX_SUGGESTIONS)) if typed else []
    if form == "opensearch":
        response = current_app.json.response([typed, found])
        response.content_type = SUGGESTIONS_TYPE
        return response
    return jsonify({"query": typed, "suggestions": found})


def _limit() -> int:
    limit, problems = read_limit(parameters())
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
    text = clean_text(given.get("text", ""))
    if not text:
        raise BadParameter("text", "name an article with id, or give a text")
    return text


def _refuse(problems: Sequence[ParameterProblem]) -> None:
    if problems:
        raise BadParameter(problems[0].name, problems[0].message)


def _related_to() -> Mapping[str, str]:
    """Return ``id`` and ``text`` as given: in the URL, or posted as JSON, as a form or as plain text."""
    if request.method == "GET":
        return request.args
    if request.is_json:
        body = request.get_json()
        if not isinstance(body, dict):
            raise BadParameter("body", 'post a JSON object such as {"text": "..."}')
        given = {name: body[name] for name in ("id", "text") if body.get(name) is not None}
        for name, value in given.items():
            if not isinstance(value, str):
                raise BadParameter(name, "must be text")
        return given
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return request.form
    return {"text": request.get_data().decode("utf-8", errors="replace")}
