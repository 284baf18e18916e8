"""
/openapi.json: the description of the API (OpenAPI 3.1), built from the tables that the code itself reads.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from search import LANGUAGES, Relation, SentenceState, Status
from search.article import ARTICLE_FIELDS
from web.api import (
    QUOTE_PARAMETERS,
    RELATED_PARAMETERS,
    SEARCH_API_PARAMETERS,
    SUGGEST_PARAMETERS,
    SUGGESTIONS_TYPE,
)
from web.errors import CODES
from web.exports import CSV_COLUMNS, CSV_TYPE, NDJSON_TYPE
from web.i18n import N_
from web.openapi_writing import writing_paths, writing_schemas
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
_JSON = "application/json"
_IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "description": N_("The ETag of an answer that the client has."),
    "schema": _STRING,
}

#: What a parameter may look like; each is a value that the sample archive answers.
EXAMPLES: Mapping[str, Any] = {
    "q": "Kyiv",
    "language": ["uk", "en"],
    "since": "2024-05",
    "until": "2024-05-31",
    "sort": "newest",
    "limit": 20,
    "text": "The port of Odesa has opened a new berth.",
}


@openapi.get("/openapi.json")
def document() -> ResponseReturnValue:
    """Answer with the description of the API."""
    response = jsonify(api_document(url_for("pages.start")))
    response.add_etag()
    return response.make_conditional(request)


def api_document(base: str) -> dict[str, Any]:
    """Make the document; ``base`` is the path under which the application is mounted."""
    writing = "articles_api" in current_app.blueprints  # a site for readers alone takes no articles
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Visti",
            "version": "1",
            "description": "Search a news archive in Ukrainian, Russian and English. Every error is an object with "
            "`error`: a stable `code`, a `message` for people and, if one was wrong, the `parameter`.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": base.rstrip("/") or "/"}],
        "paths": _paths() | (writing_paths(_paths()) if writing else {}),
        "x-error-codes": {str(status): code for status, code in CODES.items()},
        "components": {
            "schemas": _schemas() | (writing_schemas() if writing else {}),
            "headers": _headers(),
            "responses": {"Error": _error_response(), "Unchanged": _unchanged_response()},
            **({"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}} if writing else {}),
        },
    }


def _paths() -> dict[str, Any]:
    article_id = {
        "name": "article_id",
        "in": "path",
        "required": True,
        "description": N_("The article's id, as results give it; its slashes may stand as they are."),
        "schema": {"type": "string", "minLength": 1},
    }
    article = _operation("article", "Get an article and its language versions.", (), {_JSON: "Article"}, 404)
    suggested = {_JSON: "Suggestions", SUGGESTIONS_TYPE: "BrowserSuggestions"}
    return {
        "/api/v1/search": {"get": _search()},
        "/api/v1/articles/{article_id}": {"get": {**article, "parameters": [article_id, _IF_NONE_MATCH]}},
        "/api/v1/related": {
            "get": _operation(
                "related", "Find prior coverage of an article.", RELATED_PARAMETERS, {_JSON: "Hits"}, 400, 404
            ),
            "post": _posted(),
        },
        "/api/v1/quotes": {
            "get": _operation("quotes", "Find who said what.", QUOTE_PARAMETERS, {_JSON: "QuotePage"}, 400),
        },
        "/api/v1/suggest": {
            "get": _operation("suggest", "Complete what is typed.", SUGGEST_PARAMETERS, suggested, 400),
        },
    }


def _search() -> dict[str, Any]:
    answers = {_JSON: "Page", NDJSON_TYPE: "Hit", CSV_TYPE: ""}
    search = _operation("search", "Search.", SEARCH_API_PARAMETERS, answers, 400)
    found = search["responses"]["200"]
    found["headers"] |= {"Link": {"$ref": "#/components/headers/Link"}}
    found["content"][NDJSON_TYPE] = {"schema": {**_STRING, "description": "Each line is a Hit."}}
    found["content"][CSV_TYPE] = {"schema": {**_STRING, "description": f"Columns: {', '.join(CSV_COLUMNS)}."}}
    return search


def _posted() -> dict[str, Any]:
    text = {"type": "object", "properties": {"id": _STRING, "url": _STRING, "text": _STRING}}
    posted = _operation(
        "relatedToText", "The same for a posted text.", RELATED_PARAMETERS[-1:], {_JSON: "Hits"}, 400, 404, 413, 415
    )
    posted["parameters"].remove(_IF_NONE_MATCH)
    del posted["responses"]["304"], posted["responses"]["200"]["headers"]
    draft = "The port of Odesa has opened a new berth."
    bodies = {
        _JSON: {"schema": text, "example": {"text": draft}},
        "application/x-www-form-urlencoded": {"schema": text, "example": {"text": draft}},
        "text/plain": {"schema": _STRING, "example": draft},
    }
    return {**posted, "requestBody": {"required": True, "content": bodies}}


def _operation(
    name: str, summary: str, parameters: Sequence[ParameterInfo], answers: Mapping[str, str], *refusals: int
) -> dict[str, Any]:
    errors = {str(status): {"$ref": "#/components/responses/Error"} for status in (*refusals, 429, 500, 503)}
    headers = {each: {"$ref": f"#/components/headers/{each}"} for each in ("ETag", "Cache-Control")}
    content = {kind: {"schema": _reference(schema)} for kind, schema in answers.items() if schema}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [*(_parameter(parameter) for parameter in parameters), _IF_NONE_MATCH],
        "responses": {
            "200": {"description": summary, "headers": headers, "content": content},
            "304": {"$ref": "#/components/responses/Unchanged"},
            **errors,
        },
    }


def _error_response() -> dict[str, Any]:
    wait: Schema = {"type": "integer", "minimum": 0}
    return {
        **_json_response("What went wrong.", "Error"),
        "headers": {"Retry-After": {"description": "With 429 and 503: seconds to wait.", "schema": wait}},
    }


def _unchanged_response() -> dict[str, Any]:
    headers = {each: {"$ref": f"#/components/headers/{each}"} for each in ("ETag", "Cache-Control")}
    return {"description": "The answer is the one whose ETag was sent; it has no body.", "headers": headers}


def _headers() -> dict[str, Any]:
    described = {
        "ETag": "Names this answer; sent back in If-None-Match, it is not sent again while it is the same.",
        "Cache-Control": "no-cache: keep the answer, but ask whether it is still true.",
        "Link": 'The address of what comes next, with rel="next"; missing at the end.',
    }
    return {name: {"description": text, "schema": _STRING} for name, text in described.items()}


def _parameter(parameter: ParameterInfo) -> dict[str, Any]:
    described: dict[str, Any] = {"name": parameter.name, "in": "query", "description": parameter.description}
    if parameter.name in EXAMPLES:
        described["example"] = EXAMPLES[parameter.name]
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


def _hit() -> dict[str, Schema]:
    return {
        "id": _STRING,
        "story": _STRING,
        "language": _LANGUAGE,
        "title": _STRING,
        "url": _OPTIONAL,
        "published": _MOMENT,
        "section": _OPTIONAL,
        "score": {"type": "number"},
        "snippet": {**_STRING, "description": "HTML: escaped text with <mark>."},
        "versions": _list("Version"),
        "matched": {"type": "array", "items": _object(word=_STRING, form=_STRING, by=_STRING)},
    }


def _prior_schemas() -> dict[str, Any]:
    shared = {"type": "array", "items": _object(word=_STRING, form=_STRING)}
    return {
        "PriorHit": _with_optional(
            {"status": _STRING, "embargoed_until": _MOMENT},
            **_hit(),
            authors={"type": "array", "items": _STRING},
            source=_OPTIONAL,
            relation={**_STRING, "enum": [str(relation) for relation in Relation]},
            nearest={**_STRING, "description": "The id of the version that is nearest to the text."},
            why=_object(
                names=shared,
                numbers=shared,
                words=shared,
                phrases={"type": "array", "items": _STRING},
                sentences={**_COUNT, "description": "So many sentences of the text it has."},
                of_sentences=_COUNT,
            ),
        ),
        "DraftSentence": _with_optional(
            {"report": _reference("Report")},
            start=_COUNT,
            end=_COUNT,
            text=_STRING,
            state={**_STRING, "enum": [str(state) for state in SentenceState]},
        ),
        "DraftQuote": _object(
            start=_COUNT,
            end=_COUNT,
            text=_STRING,
            speaker={**_STRING, "description": "Who said it, as the article writes it."},
            said={**_STRING, "description": "The quotation of the article."},
            article=_reference("Version"),
        ),
        "Report": _object(
            id=_STRING,
            language=_LANGUAGE,
            title=_STRING,
            url=_OPTIONAL,
            published=_MOMENT,
            text={**_STRING, "description": "The sentence of the archive."},
            share={"type": "number", "description": "How much of the sentence it says, from 0 to 1."},
        ),
    }


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
            next={**_OPTIONAL, "description": "The address of what comes next; null at the end."},
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
            **_hit(),
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
        "Hits": _object(
            language=_LANGUAGE,
            recognised={"type": "boolean", "description": "Whether the text looks Ukrainian, Russian or English."},
            compared={**_COUNT, "description": "So many characters of the text were compared."},
            hits=_list("PriorHit"),
            timeline={
                "type": "array",
                "items": _STRING,
                "description": "The ids of those hits that report the same, by date.",
            },
            sentences=_list("DraftSentence"),
            quotes=_list("DraftQuote"),
        ),
        **_prior_schemas(),
        "QuotePage": _object(
            query=_STRING,
            speaker=_STRING,
            total={**_COUNT, "description": "Quotations, on all pages."},
            stories={**_COUNT, "description": "Stories that they stand in."},
            quotes=_list("Quote"),
            notices=_list("Notice"),
        ),
        "Quote": _object(
            text=_STRING,
            snippet={**_STRING, "description": "HTML: the escaped text with <mark>."},
            speaker={**_OPTIONAL, "description": "As the article writes it; null if it does not tell."},
            verb={**_STRING, "description": "The verb of saying, or what stands for it."},
            article=_object(
                id=_STRING,
                story=_STRING,
                language=_LANGUAGE,
                title=_STRING,
                url=_OPTIONAL,
                published=_MOMENT,
                section=_OPTIONAL,
            ),
            versions=_list("Version"),
        ),
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
        "BrowserSuggestions": {
            "type": "array",
            "minItems": 2,
            "maxItems": 2,
            "items": {"oneOf": [_STRING, {"type": "array", "items": _STRING}]},
            "description": "What was typed, and its completions.",
        },
        "InvalidItem": _with_optional(
            {"line": _COUNT, "id": _STRING, "field": _STRING},
            index={**_COUNT, "description": "Of the article among those that were sent, from 0."},
            message=_STRING,
        ),
        "Error": _object(error=_error_schema()),
    }


def _error_schema() -> Schema:
    code: Schema = {**_STRING, "enum": sorted({*CODES.values(), "error"})}
    told = _object(code=code, message=_STRING)
    told["properties"]["parameter"] = {**_STRING, "description": "The parameter that was wrong."}
    told["properties"]["errors"] = {**_list("InvalidItem"), "description": "Of 422: all that is wrong."}
    return told


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
