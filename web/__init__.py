"""
The readers' site and the JSON API over an archive: ``create_app`` makes the Flask application.

Pages are rendered on the server and need neither JavaScript nor anything from another host. Articles come through
``search`` alone, which keeps what is withheld or embargoed to itself.
"""

from hashlib import sha256
from pathlib import Path

from flask import Flask, Response

from search.settings import default_index_path
from web.api import api as api_blueprint
from web.archive import ArchiveHandle, Clock, install_archive
from web.compression import init_compression
from web.config import SiteConfig, install_config
from web.errors import init_errors
from web.feeds import feeds as feeds_blueprint
from web.i18n import INTERFACE_LANGUAGES, OWN_NAMES, init_languages, translations_for_templates, url_language
from web.openapi import openapi as openapi_blueprint
from web.pages import pages as pages_blueprint
from web.params import SearchRequest
from web.urls import feed_url, form_fields, help_url, language_url, query_url, start_url

__all__ = ["create_app"]

#: A draft of a long article, posted to find its prior coverage, is a tenth of this.
MAX_BODY_BYTES = 1_000_000
STATIC_SECONDS = 30 * 24 * 3600

SECURITY_HEADERS = {
    # No script at all: nothing that an article says can run. JSON-LD is data, which the policy does not concern.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(
    index_path: Path | str | None = None, *, clock: Clock | None = None, config: SiteConfig | None = None
) -> Flask:
    """
    Make the application over the index at ``index_path`` (by default ``$VISTI_INDEX``, else ``index``).

    The index is opened by the first request; while it cannot be, pages answer 503. ``clock`` tells the archive the
    time, which decides about embargoes; ``config`` is the site's set-up.
    """
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, SEND_FILE_MAX_AGE_DEFAULT=STATIC_SECONDS)
    init_compression(app)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the objects are written in the order they are read in
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.merge_slashes = False  # an article's id may be a URL, and keeps its "//"
    handle = ArchiveHandle(Path(index_path) if index_path is not None else default_index_path(), clock)
    install_archive(app.extensions, handle)
    install_config(app.extensions, config or SiteConfig())
    init_languages(app)
    init_errors(app)
    for blueprint in (pages_blueprint, api_blueprint, feeds_blueprint, openapi_blueprint):
        app.register_blueprint(blueprint)
    app.context_processor(translations_for_templates)
    app.jinja_env.globals.update(
        interface_languages=INTERFACE_LANGUAGES,
        own_names=OWN_NAMES,
        empty_request=SearchRequest(),
        query_url=query_url,
        url_language=url_language,
        feed_url=feed_url,
        form_fields=form_fields,
        start_url=start_url,
        help_url=help_url,
        language_url=language_url,
        style_version=_style_version(),
    )
    app.after_request(_protect)
    return app


def _protect(response: Response) -> Response:
    response.headers.update(SECURITY_HEADERS)
    return response


def _style_version() -> str:
    """Return a mark of the style sheet's content: browsers may keep it for long, and still get a new one at once."""
    return sha256((Path(__file__).parent / "static" / "style.css").read_bytes()).hexdigest()[:10]
