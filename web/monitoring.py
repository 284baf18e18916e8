"""The addresses that machines watch the site by: alive, ready, and figures for Prometheus."""

import hmac

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from web.archive import archive_handle, current_archive
from web.config import current_config
from web.metrics import current_metrics

monitoring = Blueprint("monitoring", __name__)


@monitoring.get("/healthz")
def health() -> ResponseReturnValue:
    """Tell a monitor whether the archive can be searched; 503 if it cannot."""
    return jsonify({"status": "ok", "articles": current_archive().count()})


@monitoring.get("/readyz")
def ready() -> ResponseReturnValue:
    """Tell a load balancer whether readers may come: the archive is open and prepared; 503 if it is not."""
    archive_handle().prepare()
    return jsonify({"status": "ready"})


@monitoring.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Give Prometheus its figures, against the token of the set-up; without a token there is no such page."""
    token = current_config().metrics_token
    if not token:
        abort(404)
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise Unauthorized(
            "Send the token of the set-up: Authorization: Bearer ...", www_authenticate=WWWAuthenticate("bearer")
        )
    text, content_type = current_metrics().exposition()
    return Response(text, content_type=content_type)


@monitoring.after_request
def _keep_nowhere(response: Response) -> Response:
    response.cache_control.no_store = True
    return response
