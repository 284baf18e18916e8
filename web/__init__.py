"""
The readers' site and the JSON API over an archive: ``create_app`` makes the Flask application.

Pages are rendered on the server and need neither JavaScript, which only adds to them, nor anything from another host.
Articles come through ``search`` alone, which keeps what is withheld or embargoed to itself.
"""

from pathlib import Path

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from search.settings import default_index_path
from web.api import api as api_blueprint
from web.archive import ArchiveHandle, Clock, install_archive
from web.compression import init_compression
from web.config import SiteConfig, current_config, install_config
from web.cors import init_cors
from web.developers import developers as developers_blueprint
from web.errors import init_errors
from web.feeds import feeds as feeds_blueprint
from web.i18n import (
    INTERFACE_LANGUAGES,
    OWN_NAMES,
    SHORT_LABELS,
    init_languages,
    interface_language,
    moment_text,
    number_text,
    url_language,
)
from web.json_writing import ReadableJson
from web.metrics import init_metrics
from web.monitoring import monitoring as monitoring_blueprint
from web.openapi import openapi as openapi_blueprint
from web.page_cache import init_page_cache
from web.pages import pages as pages_blueprint
from web.params import SearchRequest
from web.presenters.spoken import spoken
from web.presenters.suggestions import SUGGESTION_KINDS
from web.rate_limit import init_rate_limit
from web.request_memory import init_request_memory
from web.sitemaps import sitemaps as sitemaps_blueprint
from web.templating import init_templates
from web.urls import (
    api_url,
    embed_url,
    feed_url,
    form_fields,
    help_url,
    language_url,
    page_path,
    query_url,
    start_url,
    static_url,
)

__all__ = ["create_app"]

#: A draft of a long article, posted to find its prior coverage, is a third of this; a whole megabyte took .4 s to read.
MAX_BODY_BYTES = 300_000
STATIC_SECONDS = 30 * 24 * 3600

SECURITY_HEADERS = {
    # No script but our own files: nothing that an article says can run. JSON-LD is data, which the policy does not
    # concern.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # The pages need none of what a browser could let them do
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
#: A year, as browsers' preload lists ask; sent only to those who come by TLS (RFC 6797, 7.2).
STRICT_TRANSPORT = "max-age=31536000"


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
    init_request_memory(app)
    app.json = ReadableJson(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.merge_slashes = False  # an article's id may be a URL, and keeps its "//"
    handle = ArchiveHandle(Path(index_path) if index_path is not None else default_index_path(), clock)
    install_archive(app.extensions, handle)
    config = config or SiteConfig()
    init_page_cache(app, config)
    init_compression(app)
    install_config(app.extensions, config)
    _trust(app, config)
    init_rate_limit(app, config)
    init_metrics(app, config)
    init_languages(app)
    init_errors(app)
    init_cors(app, config.cors_origins)
    for blueprint in (
        pages_blueprint,
        api_blueprint,
        feeds_blueprint,
        sitemaps_blueprint,
        openapi_blueprint,
        developers_blueprint,
        monitoring_blueprint,
    ):
        app.register_blueprint(blueprint)
    app.context_processor(lambda: {"ui_language": interface_language()})
    app.jinja_env.globals.update(
        interface_languages=INTERFACE_LANGUAGES,
        own_names=OWN_NAMES,
        short_labels=SHORT_LABELS,
        number=number_text,
        moment_text=moment_text,
        empty_request=SearchRequest(),
        query_url=query_url,
        url_language=url_language,
        feed_url=feed_url,
        form_fields=form_fields,
        start_url=start_url,
        help_url=help_url,
        api_url=api_url,
        embed_url=embed_url,
        language_url=language_url,
        page_path=page_path,
        static_url=static_url,
        suggestion_kinds=SUGGESTION_KINDS,
    )
    app.jinja_env.filters["spoken"] = spoken
    init_templates(app)
    app.after_request(_protect)
    if config.accounts:
        from web.newsroom import init_newsroom  # a site for readers alone needs no database, and loads none

        init_newsroom(app, config)
    return app


def _trust(app: Flask, config: SiteConfig) -> None:
    """Believe the headers that say by which name, from where and how a request came as far as the set-up tells."""
    app.config["TRUSTED_HOSTS"] = list(config.trusted_hosts) or None
    if config.trusted_proxies:
        # Not X-Forwarded-Host: a proxy that does not set it passes on the client's; it hands down Host itself
        proxies = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0)  # type: ignore[method-assign]


def _protect(response: Response) -> Response:
    response.headers.update(SECURITY_HEADERS)
    if current_config().https_only and request.is_secure:
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    return response
