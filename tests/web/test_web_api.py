"""The JSON API: answers, refusals in one shape, and a description that lists what there is."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from readers_archive import FILLERS
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    RequestEntityTooLarge,
    TooManyRequests,
    UnsupportedMediaType,
)

import web.api
from web import create_app
from web.api import RELATED_PARAMETERS, SEARCH_API_PARAMETERS, SUGGEST_PARAMETERS


def get(client: FlaskClient, path: str, **parameters: Any) -> Any:
    response = client.get(path, query_string=parameters or None)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.mimetype == "application/json"
    return response.get_json()


def error(response: Any) -> tuple[int, str]:
    """Assert the one shape of errors, and return the status and the code."""
    body = response.get_json()
    assert response.mimetype == "application/json"
    assert set(body) == {"error"}
    assert set(body["error"]) in ({"code", "message"}, {"code", "message", "parameter"})
    assert response.headers["Cache-Control"] == "no-store"
    assert body["error"]["message"]
    return response.status_code, body["error"]["code"]


def test_search_gives_the_object_of_the_command(client: FlaskClient) -> None:
    page = get(client, "/api/v1/search", q="Київ")
    contract = ["query", "total", "stories", "hits", "facets", "interpretation", "suggestion", "relaxations"]
    assert list(page) == [*contract, "next"]
    hit = page["hits"][0]
    assert hit["id"] == "rescuers.uk"
    assert [version["language"] for version in hit["versions"]] == ["uk", "ru", "en"]
    assert "<mark>Києві</mark>" in hit["snippet"]
    assert "Києві" in client.get("/api/v1/search?q=Київ").get_data(as_text=True)  # readable, not \\u0456


def test_search_pages_through_everything(client: FlaskClient) -> None:
    seen = []
    for number in (1, 2, 3):
        page = get(client, "/api/v1/search", q="bulletin", limit=10, page=number)
        assert page["stories"] == FILLERS
        seen += [hit["id"] for hit in page["hits"]]
    assert len(set(seen)) == len(seen) == FILLERS
    assert get(client, "/api/v1/search", q="bulletin", page=4)["hits"] == []


def test_search_filters_as_the_pages_do(client: FlaskClient) -> None:
    page = get(client, "/api/v1/search", language=["uk", "ru"], section="society", group="none", since="2024-07")
    assert {hit["id"] for hit in page["hits"]} == {"rescuers.uk", "rescuers.ru"}
    assert {v["value"]: v["selected"] for v in page["facets"]["language"]}["uk"] is True


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"since": "someday"}, "since"),
        ({"until": "2024-02-30"}, "until"),
        ({"since": "2024-02-02", "until": "2024-02-01"}, "until"),
        ({"page": "0"}, "page"),
        ({"page": "x"}, "page"),
        ({"limit": "101"}, "limit"),
        ({"sort": "best"}, "sort"),
        ({"group": "author"}, "group"),
        ({"bridges": "maybe"}, "bridges"),
        ({"without": "x" * 121}, "without"),
        ({"without": [str(number) for number in range(21)]}, "without"),
        ({"language": "de"}, "language"),
        ({"q": "x" * 1001}, "q"),
    ],
)
def test_malformed_parameters_are_refused_by_name(client: FlaskClient, parameters: dict[str, str], name: str) -> None:
    response = client.get("/api/v1/search", query_string=parameters)
    assert error(response) == (400, "bad_request")
    told = response.get_json()["error"]
    assert told["parameter"] == name
    assert name in told["message"] or parameters[name] in told["message"]


def test_readings_are_switched_off_by_the_names_that_the_answer_gives(client: FlaskClient) -> None:
    def bridges(**parameters: Any) -> tuple[int, list[tuple[str, bool]]]:
        page = get(client, "/api/v1/search", q="рятувальники", source="Visti", **parameters)
        return page["total"], [
            (bridge["id"], bridge["on"]) for word in page["interpretation"]["words"] for bridge in word["bridges"]
        ]

    total, told = bridges()
    assert (total, told) == (3, [("glossary:рятувальники", True)])
    assert bridges(without=told[0][0]) == (1, [("glossary:рятувальники", False)])
    assert bridges(without=["across", "glossary"]) == (1, [("glossary:рятувальники", False)])
    assert bridges(bridges="0") == (1, [])


def test_the_description_says_how_many_values_there_may_be(client: FlaskClient) -> None:
    parameters = {p["name"]: p for p in get(client, "/openapi.json")["paths"]["/api/v1/search"]["get"]["parameters"]}
    without = parameters["without"]
    assert (without["schema"]["maxItems"], without["schema"]["items"]["maxLength"]) == (20, 120)
    for name, table in ((parameter.name, parameter) for parameter in SEARCH_API_PARAMETERS):
        assert (parameters[name]["schema"].get("type") == "array") is (table.most > 1)


def test_a_strange_query_is_answered_with_notices(client: FlaskClient) -> None:
    notices = get(client, "/api/v1/search", q='(("порт AND')["interpretation"]["notices"]
    assert notices and all(notice["code"] and notice["message"] for notice in notices)


def test_an_article_comes_with_its_versions(client: FlaskClient) -> None:
    article = get(client, "/api/v1/articles/rescuers.ru")
    assert article["title"] == "Спасатели в Киеве"
    assert article["published"] == "2024-07-08T15:30:00+00:00"
    assert [version["id"] for version in article["versions"]] == ["rescuers.uk", "rescuers.ru", "rescuers.en"]


DRAFT = "Новий причал у порту Одеси прийняв судно"


@pytest.mark.parametrize(
    "posted",
    [
        {"json": {"text": DRAFT}},
        {"data": {"text": DRAFT}},
        {"data": DRAFT.encode(), "content_type": "text/plain; charset=utf-8"},
    ],
    ids=["json", "form", "plain"],
)
def test_related_to_a_posted_draft(client: FlaskClient, posted: dict[str, Any]) -> None:
    response = client.post("/api/v1/related", **posted)
    assert response.status_code == 200
    assert response.get_json()["hits"][0]["id"] == "port.uk"


def test_related_to_an_article_or_a_short_text(client: FlaskClient) -> None:
    assert "berth.uk" in [hit["id"] for hit in get(client, "/api/v1/related", id="port.uk")["hits"]]
    assert len(get(client, "/api/v1/related", text=DRAFT, limit=1)["hits"]) == 1
    assert client.post("/api/v1/related", json={"id": "port.uk"}).status_code == 200


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"json": []},
        {"json": {"text": 5}},
        {"data": rb'{"text": "\u0000 \ud800"}', "content_type": "application/json"},
        {"data": b"{", "content_type": "application/json"},
        {"data": b"", "content_type": "text/plain"},
    ],
    ids=["nothing", "list", "number", "unprintable", "broken", "empty"],
)
def test_related_without_a_text_is_refused(client: FlaskClient, posted: dict[str, Any]) -> None:
    assert error(client.post("/api/v1/related", **posted)) == (400, "bad_request")


def test_a_text_that_is_too_long_is_refused(client: FlaskClient) -> None:
    response = client.post("/api/v1/related", data=b"a" * 1_000_001, content_type="text/plain")
    assert error(response) == (413, "too_large")


def test_what_is_no_text_is_refused(client: FlaskClient) -> None:
    response = client.post("/api/v1/related", data=b"\x89PNG", content_type="image/png")
    assert error(response) == (415, "unsupported_media_type")


def test_related_to_invalid_utf8_is_answered(client: FlaskClient) -> None:
    assert client.post("/api/v1/related", data=b"\xff\xfe port", content_type="text/plain").status_code == 200


def test_suggestions(client: FlaskClient) -> None:
    found = get(client, "/api/v1/suggest", q="рятув")
    assert found["query"] == "рятув"
    assert any(text.casefold().startswith("рятув") for text in found["suggestions"])
    assert get(client, "/api/v1/suggest")["suggestions"] == []
    assert get(client, "/api/v1/suggest", q="Withh")["suggestions"] == []


def test_suggestions_for_browsers(client: FlaskClient) -> None:
    response = client.get("/api/v1/suggest?q=рятув&format=opensearch")
    assert response.content_type == "application/x-suggestions+json"
    typed, found = json.loads(response.get_data())
    assert typed == "рятув" and found


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/articles/none", (404, "not_found")),
        ("GET", "/api/v1/related?id=none", (404, "not_found")),
        ("GET", "/api/v1/related", (400, "bad_request")),
        ("GET", "/api/v1/suggest?q=x&format=xml", (400, "bad_request")),
        ("GET", "/api/v1/nothing", (404, "not_found")),
        ("GET", "/api/", (404, "not_found")),
        ("POST", "/api/v1/search", (405, "method_not_allowed")),
        ("DELETE", "/api/v1/articles/port.uk", (405, "method_not_allowed")),
        ("PUT", "/api/v1/related", (405, "method_not_allowed")),
        ("POST", "/api/v1/suggest", (405, "method_not_allowed")),
    ],
)
def test_errors_have_one_shape(client: FlaskClient, method: str, path: str, expected: tuple[int, str]) -> None:
    response = client.open(path, method=method)
    assert error(response) == expected
    assert ("Allow" in response.headers) == (expected[0] == 405)


def test_the_description_lists_every_route_of_the_api(app: Flask, client: FlaskClient) -> None:
    described = {
        (path, method.upper()) for path, item in get(client, "/openapi.json")["paths"].items() for method in item
    }
    routes = {
        (rule.rule.replace("<path:article_id>", "{article_id}"), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}  # which every address has
    }
    assert described == routes


def test_the_description_has_the_parameters_that_the_code_reads(client: FlaskClient) -> None:
    paths = get(client, "/openapi.json")["paths"]
    for path, table in (
        ("/api/v1/search", SEARCH_API_PARAMETERS),
        ("/api/v1/related", RELATED_PARAMETERS),
        ("/api/v1/suggest", SUGGEST_PARAMETERS),
    ):
        described = [p["name"] for p in paths[path]["get"]["parameters"] if p["in"] == "query"]
        assert described == [parameter.name for parameter in table]


def test_the_description_is_whole(client: FlaskClient) -> None:
    document = get(client, "/openapi.json")
    text = json.dumps(document)
    for section, names in document["components"].items():
        for name in names:
            assert f"#/components/{section}/{name}" in text, name
    references = set(_references(document))
    for reference in references:
        _, _, section, name = reference.split("/")
        assert name in document["components"][section]


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [found for value in node.values() for found in _references(value)]
    return [found for value in node for found in _references(value)] if isinstance(node, list) else []


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/api/v1/search?q=Київ", "Page"),
        ("/api/v1/search?q=рятувальники працювали місто ніч (київ", "Page"),
        ("/api/v1/articles/rescuers.uk", "Article"),
        ("/api/v1/related?id=port.uk", "Hits"),
        ("/api/v1/suggest?q=р", "Suggestions"),
        ("/api/v1/nothing", "Error"),
    ],
)
def test_answers_are_as_described(client: FlaskClient, path: str, schema: str) -> None:
    schemas = get(client, "/openapi.json")["components"]["schemas"]
    _check(client.get(path).get_json(), schemas[schema], schemas)


@pytest.mark.parametrize(
    ("error_class", "code"),
    [
        (TooManyRequests, "too_many_requests"),
        (RequestEntityTooLarge, "too_large"),
        (UnsupportedMediaType, "unsupported_media_type"),
        (InternalServerError, "internal"),
    ],
)
def test_every_status_has_the_one_shape(
    index_path: Path, monkeypatch: pytest.MonkeyPatch, error_class: type[HTTPException], code: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error_class

    monkeypatch.setattr(web.api, "run_search", refuse)
    response = create_app(index_path).test_client().get("/api/v1/search")
    assert error(response) == (error_class.code, code)
    assert "ETag" not in response.headers


def _check(value: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Compare a value with a schema as far as this API's schemas go: properties, lists, types."""
    if "$ref" in schema:
        return _check(value, schemas[schema["$ref"].rpartition("/")[2]], schemas)
    types = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert any(value is None if kind == "null" else isinstance(value, types[kind]) for kind in kinds), (value, kinds)
    if isinstance(value, dict) and "properties" in schema:
        assert set(schema.get("required", ())) <= set(value) <= set(schema["properties"])
        for name, item in value.items():
            _check(item, schema["properties"][name], schemas)
    elif isinstance(value, dict) and "additionalProperties" in schema:
        for item in value.values():
            _check(item, schema["additionalProperties"], schemas)
    elif isinstance(value, list):
        for item in value:
            _check(item, schema["items"], schemas)
    return None
