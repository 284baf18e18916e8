"""The line of a request: what is in it, what is never, and that nothing that is sent breaks out of its place."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.access_log import MAX_PATH_CHARACTERS, AccessEntry, access_line

MOMENT = datetime(2026, 5, 17, 9, 30, tzinfo=UTC)
ENTRY = AccessEntry(MOMENT, "192.0.2.77", "GET", "/search?q=secret", 200, 18234, 12.34, 41)


@pytest.mark.parametrize(
    ("address", "form", "shown"),
    [
        ("192.0.2.77", "short", "192.0.2.0"),
        ("192.0.2.77", "full", "192.0.2.77"),
        ("192.0.2.77", "none", "-"),
        ("2001:db8:1:2:3::4", "short", "2001:db8:1::"),
        ("2001:db8:1:2:3::4", "full", "2001:db8:1:2:3::4"),
        ("", "short", "-"),
        ("", "full", "-"),
        ("unknown", "short", "-"),
    ],
)
def test_an_address_is_shown_as_far_as_the_set_up_says(address: str, form: str, shown: str) -> None:
    assert access_line(ENTRY._replace(address=address), addresses=form).split(" ")[1] == shown


def test_the_query_is_there_only_if_the_set_up_says_so() -> None:
    assert "secret" not in access_line(ENTRY) + access_line(ENTRY, form="json")
    assert "/search?q=secret" in access_line(ENTRY, queries=True)


def test_json_has_the_same() -> None:
    assert json.loads(access_line(ENTRY, form="json")) == {
        "time": "2026-05-17T09:30:00.000+00:00",
        "address": "192.0.2.0",
        "method": "GET",
        "path": "/search",
        "status": 200,
        "bytes": 18234,
        "milliseconds": 12.3,
        "process": 41,
    }


@given(st.text(max_size=2 * MAX_PATH_CHARACTERS), st.text(max_size=50), st.sampled_from(["short", "full", "none"]))
def test_no_request_breaks_out_of_its_place(path: str, address: str, addresses: str) -> None:
    entry = ENTRY._replace(path=path, address=address)
    assert len(access_line(entry, addresses=addresses, queries=True).split(" ")) == 7
    line = access_line(entry, form="json", addresses=addresses, queries=True)
    assert line.isascii() and "\n" not in line
    assert json.loads(line)["status"] == 200
