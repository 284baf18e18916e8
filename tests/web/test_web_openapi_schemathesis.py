"""The API against its own description: Schemathesis makes up requests from /openapi.json and checks every answer."""

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import BaseSchema, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

EXAMPLES = 30
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
)


OPERATIONS = [
    ("/api/v1/search", "GET"),
    ("/api/v1/articles/{article_id}", "GET"),
    ("/api/v1/quotes", "GET"),
    ("/api/v1/related", "GET"),
    ("/api/v1/related", "POST"),
    ("/api/v1/suggest", "GET"),
]
CASES = [
    (path, method, mode)
    for path, method in OPERATIONS
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if (path, mode) != ("/api/v1/articles/{article_id}", GenerationMode.NEGATIVE)  # any text may be an id
]
#: Werkzeug's client hands on what was compressed as it is.
PLAIN = {"Accept-Encoding": "identity"}
#: Elsewhere a request can be refused for what a schema cannot say: a date that no calendar has, an end before its
#: beginning, neither an id nor a text. What breaks a schema is not always refused: unknown parameters are passed over.
TAKES_ALL_THAT_IT_DESCRIBES = {"/api/v1/articles/{article_id}", "/api/v1/suggest"}


@pytest.fixture(scope="module")
def described(app: Flask) -> BaseSchema:
    return schemathesis.openapi.from_wsgi("/openapi.json", app)


def test_every_operation_is_tried(described: BaseSchema) -> None:
    found = [(each.ok().path, each.ok().method.upper()) for each in described.get_all_operations()]
    assert sorted(found) == sorted(OPERATIONS)


@pytest.mark.parametrize(("path", "method", "mode"), CASES)
def test_answers_are_as_described(described: BaseSchema, path: str, method: str, mode: GenerationMode) -> None:
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
    )
    @given(case=described[path][method].as_strategy(generation_mode=mode))
    def check(case: Case) -> None:
        accepts = mode is GenerationMode.POSITIVE and path in TAKES_ALL_THAT_IT_DESCRIBES
        checks = [*CHECKS, *([positive_data_acceptance] if accepts else [])]
        case.call_and_validate(checks=checks, headers=PLAIN)

    check()
