"""What /openapi.json says of the part of the API that changes the archive, on a site with a newsroom."""

from collections.abc import Mapping
from typing import Any

from search import LANGUAGES, Outcome, Status
from web.i18n import N_

_STRING = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_TEXT = {"type": ["string", "null"]}
_DATE = {"type": ["string", "null"], "description": "ISO 8601; without a zone it is Kyiv time."}
_LIST = {"type": ["array", "null"], "items": _STRING, "maxItems": 200}
_EXAMPLE = {
    "id": "port-2026-11-24.uk",
    "language": "uk",
    "title": "У порту відкрили новий причал",
    "body": "Перше судно вийшло вранці.",
    "published": "2026-11-24T08:00:00+02:00",
    "updated": "2026-11-24T08:30:00+02:00",
}
_SECURITY: list[dict[str, list[str]]] = [{"token": []}]
_PARTIAL = {
    "name": "partial",
    "in": "query",
    "description": N_("1 takes the articles that can be taken, and tells what is wrong with the others."),
    "schema": {"type": "string", "enum": ["0", "1"], "default": "0"},
}


def writing_paths(reading: Mapping[str, Any]) -> dict[str, Any]:
    """Return the paths to be added to those that only read; an address that both have has the operations of both."""
    address = "/api/v1/articles/{article_id}"
    return {"/api/v1/articles": {"post": _receiving()}, address: {**reading[address], "delete": _deleting()}}


def writing_schemas() -> dict[str, Any]:
    """Return the schemas that these operations need besides the others."""
    outcome = {**_STRING, "enum": [*map(str, Outcome), "rejected"]}
    return {
        "NewArticle": _new_article(),
        "Received": {
            "type": "object",
            "properties": {
                "generation": {**_COUNT, "description": "The commit of the archive that has all of it."},
                "counts": {"type": "object", "additionalProperties": _COUNT},
                "not_compared": {
                    **_COUNT,
                    "description": "Articles without a story that could not be compared with the others in time.",
                },
                "articles": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "index": _COUNT,
                            "id": _TEXT,
                            "outcome": outcome,
                            "story": {**_STRING, "description": "The story that the archive has the article in."},
                            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/InvalidItem"}},
                            "unknown_fields": {"type": "array", "items": _STRING},
                        },
                        "required": ["index", "id", "outcome"],
                    },
                },
            },
            "required": ["generation", "counts", "not_compared", "articles"],
        },
        "Deleted": {
            "type": "object",
            "properties": {"generation": _COUNT, "id": _STRING, "outcome": {**_STRING, "enum": ["deleted"]}},
            "required": ["generation", "id", "outcome"],
        },
    }


def _receiving() -> dict[str, Any]:
    article = {"$ref": "#/components/schemas/NewArticle"}
    several = {"type": "array", "items": article, "minItems": 1}
    return {
        "operationId": "receiveArticles",
        "summary": "Take articles into the archive; status 200 means that they are safe. Idempotent by id and updated.",
        "security": _SECURITY,
        "parameters": [_PARTIAL],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"oneOf": [article, several]}, "example": _EXAMPLE},
                "application/x-ndjson": {"schema": {**_STRING, "description": "An article on each line."}},
            },
        },
        "responses": _answers("What became of each article.", "Received", 400, 401, 403, 413, 415, 422),
    }


def _deleting() -> dict[str, Any]:
    named = {"name": "article_id", "in": "path", "required": True, "schema": {**_STRING, "minLength": 1}}
    return {
        "operationId": "deleteArticle",
        "summary": "Take an article out of the archive.",
        "security": _SECURITY,
        "parameters": [named],
        "responses": _answers("It is deleted.", "Deleted", 401, 403, 404),
    }


def _answers(description: str, schema: str, *refusals: int) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    errors = {str(status): {"$ref": "#/components/responses/Error"} for status in (*refusals, 429, 500, 503)}
    return {"200": {"description": description, "content": content}, **errors}


def _new_article() -> dict[str, Any]:
    languages = {"type": ["string", "null"], "enum": [*LANGUAGES, "ua", None]}
    texts = dict.fromkeys(("id", "story", "title", "lead", "body", "url", "section", "source", "place"), _TEXT)
    return {
        "type": "object",
        "properties": {
            **texts,
            "image_url": _TEXT,
            "image_credit": _TEXT,
            "language": {**languages, "description": "If it is missing, the text decides."},
            **dict.fromkeys(("published", "updated", "embargoed_until"), _DATE),
            "authors": _LIST,
            "tags": _LIST,
            "status": {"type": ["string", "null"], "enum": [*map(str, Status), None]},
        },
        "description": "Needs a title or a body; canceled without them, it is a kill. Other fields are passed over.",
    }
