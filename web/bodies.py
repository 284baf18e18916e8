"""
What was posted, whole or not at all.

A body that comes in chunks does not say how long it is: Werkzeug hands on as much of it as a request may have, and
nothing of the rest, without a word. One whose sender hangs up is as short as it came. Lines or a text that were cut so
would be taken for all there is.
"""

from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge


def whole_body() -> bytes:
    """Return what was posted. Raises the errors of HTTP 413 for too much of it, and 400 if it breaks off."""
    try:
        body = request.get_data()
    except RequestEntityTooLarge as error:
        raise _too_large() from error
    length, most = request.content_length, request.max_content_length
    if length is None and most is not None and len(body) >= most:
        raise _too_large()
    if length is not None and len(body) < length:
        raise BadRequest(f"The body breaks off after {len(body):,} of {length:,} bytes; send it again.")
    return body


def _too_large() -> RequestEntityTooLarge:
    return RequestEntityTooLarge(f"A request may have {request.max_content_length:,} bytes; send less at a time.")
