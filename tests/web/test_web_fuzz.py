"""
Whatever stands in an address or in the headers of a request, the site answers, and its answer is well formed.

Every GET route is asked, also one that was added yesterday: the routes are read from the application. `make test` tries
some hundred requests, `make fuzz` tens of thousands (``VISTI_FUZZ_EXAMPLES``).
"""

import json
import os
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import NoReturn
from urllib.parse import quote, quote_from_bytes, quote_plus, unquote_to_bytes
from xml.etree import ElementTree

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from readers_archive import URL_ID
from werkzeug.routing import Rule
from werkzeug.test import create_environ, run_wsgi_app
from werkzeug.wrappers import Response

from web.params import SEARCH_PARAMETERS

EXAMPLES = int(os.environ.get("VISTI_FUZZ_EXAMPLES", "300"))
#: A query of 1,000 characters outside the Basic Multilingual Plane is 12 KB in each of the 250 links of a page, and
#: chosen values are 6 KB; no longer address makes a longer page.
MAX_BYTES = 5_000_000
#: What an answer may be to a GET, however odd: found, elsewhere, unchanged, refused as wrong, not there, out of range.
STATUSES = {200, 206, 301, 302, 304, 308, 400, 404, 410, 414, 416}

#: Texts that try to be markup; if one got through, the parser would find an element or an attribute of this name.
CANARY = "xss-canary"
ESCAPES = [
    f"<{CANARY}>",
    f'"><{CANARY} ',
    f"'><{CANARY}>",
    f'" {CANARY}="1',
    f"' {CANARY}='1",
    f"</title></script></textarea></style></svg><{CANARY}>",
    f"<!--><{CANARY}>",
    f"]]><{CANARY}>",
    f"&lt;{CANARY}&gt;&#60;{CANARY}&#62;",
    f"javascript:{CANARY}",
    f"{{{{ 7*7 }}}}{{% {CANARY} %}}",
]
#: Texts that the query language, the parameters or the codecs could stumble over.
ODD = [
    "порт",
    '"',
    "((",
    "title:",
    "a*",
    "*",
    "-",
    "NOT",
    "AND OR",
    "since:2024",
    "дата:..",
    "0001-01-01",
    "9999-12-31T23:59:59+14:00",
    "2024-02-30",
    "1e9",
    "-1",
    "99999999999999999999",
    "٣",
    "story",
    "oldest",
    "none",
    "uk",
    "\x00",
    "\r\nSet-Cookie: a=b",
    "\u202e\u2066\u200f",
    "\ufeff\ufffe\uffff",
    "e" + "\u0301" * 40,
    "\U0001f1fa\U0001f1e6",
    "../../etc/passwd",
    "%25%00%",
    "ß" * 200,
    "а " * 600,
    '"а б"~50 OR ' * 90,
    "x" * 20_000,
    "glossary:порт",
    "Bulletin",
    "bulletin week",
    "%(count)s {0} %s",
]
NAMES = (
    [parameter.name for parameter in SEARCH_PARAMETERS]
    + ["ui", "limit", "id", "text", "format"]
    + ["facet", "find", "show", "style"]
)
ODD_NAMES = ["", "q[]", "unknown", "cursor", "callback", f"<{CANARY}>", f'" {CANARY}="', "\x00", "q\ud800"]
#: Parameters repeated so many times; a thousand values are a URL of some kilobytes.
TIMES = st.sampled_from([1, 1, 1, 1, 1, 2, 60, 1000])

TEXTS = st.one_of(
    st.sampled_from(ODD),
    st.sampled_from(ESCAPES),
    st.lists(st.sampled_from(ODD[:20] + ESCAPES), max_size=4).map(" ".join),
    st.text(max_size=40),
    st.text(st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF), max_size=3),
)
#: A value as it stands in a URL: quoted well, or bytes that are no UTF-8, or per cent signs that quote nothing.
RAW = st.one_of(
    TEXTS.map(lambda text: quote_plus(text, errors="surrogatepass")),
    st.binary(max_size=20).map(quote_from_bytes),
    st.sampled_from(["%", "%zz", "%u0430", "%ff%fe", "%c0%af", "%ed%a0%80", "%00", "+", "&&&=", ";", "#"]),
)
PARAMETERS = st.lists(st.tuples(st.sampled_from(NAMES + ODD_NAMES), RAW, TIMES), max_size=6)
#: What a header may hold on its way through a server: one line of bytes.
HEADER_TEXTS = st.one_of(
    st.sampled_from([*ESCAPES, "*", 'W/""', '"a", W/"b"', "bytes=0-", "bytes=5-1,-9999999999999", "x" * 8_000]),
    st.sampled_from(["uk;q=2, en;q=-1, ;;q=x", "ui=en; ui=xx; =; ui", "Fri, 99 Feb 2024", "gzip;q=nan", "q=" * 500]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30),
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "Accept",
            "Accept-Encoding",
            "Accept-Language",
            "Cookie",
            "Host",
            "If-Modified-Since",
            "If-None-Match",
            "If-Range",
            "Origin",
            "Range",
            "Referer",
            "User-Agent",
            "X-Forwarded-For",
            "X-Forwarded-Prefix",
        ]
    ),
    HEADER_TEXTS,
    max_size=3,
)
IDS = ["port.uk", "nasty", "rescuers.uk", "untitled", "withheld", "no-such-article", URL_ID, "a/../b", "..", "//"]

#: Elements that end where they begin.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class StrictParser(HTMLParser):
    """Reads HTML; raises where an element is not closed in its place, and where a canary got out of its cage."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> at {self.getpos()} closes nothing that is open"

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment at {self.getpos()}: {data[:80]}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a marked section at {self.getpos()}: {data[:80]}")

    def _look(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert CANARY not in tag and not [name for name in names if CANARY in name], (tag, attrs)
        assert not [name for name in names if name.startswith("on") or name == "style"], (tag, attrs)
        assert len(set(names)) == len(names), f"an attribute twice: {tag} {attrs}"
        for name, value in attrs:
            if name in ("href", "src", "action"):
                assert not (value or "").strip().lower().startswith(("javascript:", "data:")), (tag, attrs)


def check_html(text: str, *, ours: bool = True) -> None:
    """
    Raise ``AssertionError`` if a page is not well formed or says more than it should.

    A redirect's page is not ``ours`` but Werkzeug's, which leaves out the end tags that HTML lets it leave out.
    """
    parser = StrictParser()
    parser.feed(text)
    parser.close()
    assert not ours or not parser.open, f"{parser.open} are never closed"


def check_json(text: str) -> None:
    """Raise ``ValueError`` if a text is not JSON by the standard, which has no NaN."""

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is not JSON")

    json.loads(text, parse_constant=refuse)


def check_answer(response: Response) -> None:
    """Raise if an answer is not what any answer must be."""
    body = response.get_data()
    assert response.status_code in STATUSES, (response.status, body[:300])
    assert len(body) <= MAX_BYTES, len(body)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert not [value for value in response.headers.values() if "\r" in value or "\n" in value]
    if response.content_encoding or response.status_code in (206, 304, 416) or not body:
        return
    kind = response.mimetype
    if kind == "text/html":
        check_html(body.decode(), ours=response.status_code not in (301, 302, 308))
    elif kind.endswith("json"):
        check_json(body.decode())
    elif kind.endswith("xml"):
        ElementTree.fromstring(body)


def routes(app: Flask) -> list[Rule]:
    """Return the routes that answer a GET, static files apart, of which there are few and none depends on a request."""
    rules = (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))
    return sorted((rule for rule in rules if rule.endpoint != "static"), key=lambda rule: (rule.endpoint, rule.rule))


def path_of(rule: Rule, argument: str) -> str:
    """Return a path of a route, its arguments all being the same text; quoted, also if it is no UTF-8."""
    filled = quote(argument, errors="surrogatepass")
    return "".join(filled if varies else quote(part) for varies, part in rule._trace if part != "|")


def ask(app: Flask, path: str, query: str, headers: dict[str, str]) -> Response:
    """Send a request as it stands, as a server hands it on: no client makes it a proper one first."""
    environ = create_environ()
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
    environ["QUERY_STRING"] = query.encode("utf-8", "surrogatepass").decode("latin-1")
    environ.update({f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()})
    body, status, answered = run_wsgi_app(app, environ)
    return Response(body, status, answered)


def query_of(parameters: Sequence[tuple[str, str, int]]) -> str:
    """Return the query string of some parameters, each repeated."""
    pairs = ((f"{quote_plus(name, errors='surrogatepass')}={raw}", times) for name, raw, times in parameters)
    return "&".join(pair for pair, times in pairs for _ in range(times))


@pytest.fixture(scope="module")
def quiet_app(app: Flask) -> Iterator[Flask]:
    """The site as its tests run it: an exception in a view is raised, so that its traceback is seen here."""
    app.config["PROPAGATE_EXCEPTIONS"] = True
    yield app
    app.config["PROPAGATE_EXCEPTIONS"] = None


fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@given(data=st.data(), parameters=PARAMETERS, headers=HEADERS)
@fuzzed
def test_any_request_is_answered(
    quiet_app: Flask, data: st.DataObject, parameters: list[tuple[str, str, int]], headers: dict[str, str]
) -> None:
    rule = data.draw(st.sampled_from(routes(quiet_app)))
    argument = data.draw(st.one_of(st.sampled_from(IDS), TEXTS)) if rule.arguments else ""
    check_answer(ask(quiet_app, path_of(rule, argument), query_of(parameters), headers))


@given(queries=st.lists(TEXTS, min_size=1, max_size=3), ui=st.sampled_from(["uk", "ru", "en"]), page=st.integers(1, 4))
@example(queries=["bulletin", f"<{CANARY}>"], ui="en", page=1)
@settings(fuzzed, max_examples=EXAMPLES // 2)
def test_any_query_gives_a_sound_page(quiet_app: Flask, queries: list[str], ui: str, page: int) -> None:
    """Queries more often than above, and in every field at once, so that what was typed stands in all places."""
    parameters = [
        ("q", " ".join(queries)),
        ("tag", queries[0]),
        ("author", queries[-1]),
        ("ui", ui),
        ("page", f"{page}"),
    ]
    raw = [(name, quote_plus(value, errors="surrogatepass"), 1) for name, value in parameters]
    for path in ("/search", "/search.atom", "/api/v1/search", "/api/v1/suggest", "/article/nasty"):
        check_answer(ask(quiet_app, path, query_of(raw), {}))


@given(body=st.binary(max_size=60), kind=st.sampled_from(["application/json", "text/plain", "multipart/form-data", ""]))
@settings(fuzzed, max_examples=max(EXAMPLES // 5, 50))
def test_any_posted_body_is_answered(quiet_app: Flask, body: bytes, kind: str) -> None:
    response = quiet_app.test_client().post("/api/v1/related", data=body, content_type=kind)
    assert response.status_code in (200, 400, 404)
    assert response.is_json


@pytest.mark.parametrize(
    "page",
    [
        f"<p><{CANARY}></p>",
        f'<a href="/" {CANARY}="">x</a>',
        '<a href="javascript:1">x</a>',
        '<p onclick="x">x</p>',
        "<p><b>x</p></b>",
        "<p>",
        "<!-- x -->",
        '<p id="a" id="b"></p>',
    ],
)
def test_the_parser_sees_what_is_wrong(page: str) -> None:
    with pytest.raises(AssertionError):
        check_html(page)
