"""
Which other sites' scripts may read the API (CORS). None, unless the site's owner names them.

No site ever gets leave to send credentials: scripts of other sites see what readers see.
"""

from urllib.parse import urlsplit

from flask import Flask, Response, request

from web.config import current_config

ANY = "*"
ALLOWED_METHODS = "GET, HEAD, POST, OPTIONS"
ALLOWED_HEADERS = "Accept, Content-Type, If-None-Match"
#: What a script may read of an answer beyond the few headers that it always may.
EXPOSED_HEADERS = "ETag, Link, Retry-After"
#: For how long a browser need not ask again; Chromium takes no more.
PREFLIGHT_SECONDS = 7200


def init_cors(app: Flask, origins: tuple[str, ...]) -> None:
    """Let an application answer scripts of other sites. Raises ``ValueError`` for what is no origin."""
    for origin in origins:
        _require_origin(origin)
    app.after_request(_allow)


def _require_origin(origin: str) -> None:
    parts = urlsplit(origin)
    if origin != ANY and (parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}"):
        raise ValueError(f'cors_origins: {origin!r} is not an origin; write "https://example.org", or "*" for all')


def _allow(response: Response) -> Response:
    origins = current_config().cors_origins
    if not origins or not (request.path.startswith("/api/") or request.path == "/openapi.json"):
        return response
    if ANY not in origins:
        response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if ANY in origins:
        response.headers["Access-Control-Allow-Origin"] = ANY
    elif origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
    else:
        return response
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = ALLOWED_METHODS
        response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
        response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    else:
        response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
    return response
