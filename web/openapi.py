"""
/openapi.json: the description of the API (OpenAPI 3.1), built from the tables that the code itself reads.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, jsonify, url_for
from flask.typing import ResponseReturnValue

from search import LANGUAGES, Status
from search.article import ARTICLE_FIELDS
from web.api import RELATED_PARAMETERS, SEARCH_API_PARAMETERS, SUGGEST_PARAMETERS
from web.errors import CODES
from web.params import ParameterInfo
from web.presenters.suggestions import SUGGESTION_KINDS

openapi = Blueprint("openapi", __name__)

Schema = Mapping[str, Any]

_STRING: Schema = {"type": "string"}
_OPTIONAL: Schema = {"type": ["string", "null"]}
_MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_LANGUAGE: Schema = {"type": "string", "enum": list(LANGUAGES)}
_SWITCH: Schema = {"type": "boolean", "description": "False if it is switched off."}


@openapi.get("/openapi.json")
def document() -> ResponseReturnValue:
    """Answer with the description of the API."""
    return jsonify(api_document(url_for("pages.start")))


def api_document(base: str) -> dict[str, Any]:
    """Make the document; ``base`` is the path under which the application is mounted."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Visti",
            "version": "1",
            "description": "Search a news archive in Ukrainian, Russian and English.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": base.rstrip("/") or "/"}],
        "paths": _paths(),
        "components": {"schemas": _schemas(), "responses": {"Error": _json_response("What went wrong.", "Error")}},
    }


def _paths() -> dict[str, Any]:
    article_id = {"name": "article_id", "in": "path", "required": True, "schema": _STRING}
    text = {"type": "object", "properties": {"id": _STRING, "text": _STRING}}
    related = _operation("related", "Find prior coverage of an article.", RELATED_PARAMETERS, "Hits", 400, 404)
    posted = {
        **_operation("relatedToText", "The same for a posted text.", RELATED_PARAMETERS[-1:], "Hits", 400, 404, 413),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": text}, "text/plain": {"schema": _STRING}},
        },
    }
    article = _operation("article", "Get an article and its language versions.", (), "Article", 404)
    suggest = _operation("suggest", "Complete what is typed.", SUGGEST_PARAMETERS, "Suggestions", 400)
    return {
        "/api/v1/search": {"get": _operation("search", "Search.", SEARCH_API_PARAMETERS, "Page", 400)},
        "/api/v1/articles/{article_id}": {"get": {**article, "parameters": [article_id]}},
        "/api/v1/related": {"get": related, "post": posted},
        "/api/v1/suggest": {"get": suggest},
    }


def _operation(
    name: str, summary: str, parameters: Sequence[ParameterInfo], answer: str, *refusals: int
) -> dict[str, Any]:
    errors = {str(status): {"$ref": "#/components/responses/Error"} for status in (*refusals, 500, 503)}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [_parameter(parameter) for parameter in parameters],
        "responses": {"200": _json_response(summary, answer), **errors},
    }


def _parameter(parameter: ParameterInfo) -> dict[str, Any]:
    described: dict[str, Any] = {"name": parameter.name, "in": "query", "description": parameter.description}
    if parameter.most == 1:
        return {**described, "schema": parameter.schema}
    schema = {"type": "array", "items": parameter.schema, "maxItems": parameter.most}
    return {**described, "schema": schema, "style": "form", "explode": True}


def _json_response(description: str, schema: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _reference(schema)}}}


def _reference(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}


def _list(schema: str) -> dict[str, Any]:
    return {"type": "array", "items": _reference(schema)}


def _object(**properties: Schema) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _with_optional(optional: Mapping[str, Schema], **properties: Schema) -> dict[str, Any]:
    described = _object(**properties)
    return {**described, "properties": {**described["properties"], **optional}}


def _schemas() -> dict[str, Any]:
    return {
        "Page": _object(
            query=_STRING,
            total={**_COUNT, "description": "Language versions that match."},
            stories={**_COUNT, "description": "Stories that match."},
            hits=_list("Hit"),
            facets={"type": "object", "additionalProperties": _list("FacetValue")},
            interpretation=_reference("Interpretation"),
            suggestion=_OPTIONAL,
            relaxations={
                **_list("Relaxation"),
                "description": "Looser searches that find something, if this one does not.",
            },
        ),
        **_reading_schemas(),
        "Relaxation": _object(
            kind=_STRING,
            text=_STRING,
            query=_STRING,
            drops={"type": "array", "items": _STRING, "description": "Parameters to leave out."},
            total=_COUNT,
            stories=_COUNT,
        ),
        "Hit": _with_optional(
            {"also": {**_list("AlsoPublished"), "description": "Nearly the same texts, folded under this (`fold=1`)."}},
            id=_STRING,
            story=_STRING,
            language=_LANGUAGE,
            title=_STRING,
            url=_OPTIONAL,
            published=_MOMENT,
            section=_OPTIONAL,
            score={"type": "number"},
            snippet={**_STRING, "description": "HTML: escaped text with <mark>."},
            versions=_list("Version"),
            matched={"type": "array", "items": _object(word=_STRING, form=_STRING, by=_STRING)},
        ),
        "AlsoPublished": _object(
            id=_STRING,
            language=_LANGUAGE,
            title=_STRING,
            url=_OPTIONAL,
            published=_MOMENT,
            story=_STRING,
            source=_OPTIONAL,
        ),
        "Hits": _object(hits=_list("Hit")),
        "Version": _object(id=_STRING, language=_LANGUAGE, title=_STRING, url=_OPTIONAL, published=_MOMENT),
        "FacetValue": _object(value=_STRING, count=_COUNT, stories=_COUNT, selected={"type": "boolean"}),
        "Article": _article_schema(),
        "Suggestions": _object(
            query=_STRING, suggestions={"type": "array", "items": _STRING}, items=_list("Suggestion")
        ),
        "Suggestion": _object(
            text=_STRING,
            kind={**_STRING, "enum": list(SUGGESTION_KINDS)},
            language=_LANGUAGE,
            id={**_OPTIONAL, "description": "Of the article, for a headline."},
            url={**_STRING, "description": "The article, or a search for the rest."},
        ),
        "Error": _object(error=_object(code={**_STRING, "enum": sorted({*CODES.values(), "error"})}, message=_STRING)),
    }


def _reading_schemas() -> dict[str, Any]:
    """Return the schemas of how a query was read; each reading has the ``id`` that ``without`` takes."""
    off: Schema = {**_STRING, "description": "The value of `without` that switches this off."}
    return {
        "Interpretation": {
            **_object(
                query={**_STRING, "description": "The query in its canonical form."},
                languages={"type": "array", "items": _LANGUAGE},
                words=_list("Reading"),
                across=_list("Across"),
                corrections=_list("Correction"),
                dates=_list("DateReading"),
                since=_MOMENT,
                until=_MOMENT,
                notices=_list("Notice"),
            ),
            "description": "How the query was read.",
        },
        "Reading": _object(
            typed=_STRING,
            kind={**_STRING, "enum": ["word", "phrase", "prefix"]},
            lemmas={"type": "object", "additionalProperties": {"type": "array", "items": _STRING}},
            found={**_COUNT, "description": "Language versions that have it."},
            bridges=_list("Bridge"),
        ),
        "Bridge": _object(
            id=off,
            by=_STRING,
            on=_SWITCH,
            reason=_STRING,
            words={"type": "array", "items": _object(language=_OPTIONAL, word=_STRING)},
        ),
        "Across": {
            **_object(language=_LANGUAGE, words=_COUNT),
            "description": "In this language most of so many words are enough; `without=across` requires all.",
        },
        "Correction": _object(id=off, by=_STRING, typed=_STRING, read=_STRING, on=_SWITCH),
        "DateReading": _object(id=off, text=_STRING, since=_MOMENT, until=_MOMENT, on=_SWITCH),
        "Notice": _object(code=_STRING, text=_STRING, start=_COUNT, end=_COUNT, message=_STRING),
    }


def _article_schema() -> dict[str, Any]:
    moment: Schema = {"type": "string", "format": "date-time"}
    special: dict[str, Schema] = {
        "language": _LANGUAGE,
        "authors": {"type": "array", "items": _STRING},
        "tags": {"type": "array", "items": _STRING},
        "status": {"type": "string", "enum": list(Status)},
        "published": moment,
        "updated": moment,
        "embargoed_until": moment,
    }
    properties = {name: special.get(name, _STRING) for name in ARTICLE_FIELDS}
    required = ["id", "story", "language", "status", "versions"]
    return {"type": "object", "properties": {**properties, "versions": _list("Version")}, "required": required}
