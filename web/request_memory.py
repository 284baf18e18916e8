"""
What stays the same while one request is answered, worked out once: its language, its messages, beginnings of addresses.

Flask's ``g`` is made for that, but it is reached through a proxy that costs ten times a look into a dictionary, and a
page of results looks several hundred times: for each message, number and address.
"""

from collections.abc import Hashable
from contextvars import ContextVar
from typing import Any

from flask import Flask, g, has_request_context

_MEMORY: ContextVar[dict[Hashable, Any] | None] = ContextVar("visti-request-memory", default=None)


def init_request_memory(app: Flask) -> None:
    """Let an application begin each request with an empty memory; called before all others that act on requests."""
    app.before_request(_begin)
    app.teardown_request(_forget)


def request_memory() -> dict[Hashable, Any]:
    """Return what this request has worked out so far; outside of one nothing is kept."""
    memory = _MEMORY.get()
    if memory is None:
        memory = g.setdefault("visti_memory", {}) if has_request_context() else {}
    return memory


def _begin() -> None:
    _MEMORY.set({})


def _forget(error: BaseException | None) -> None:
    _MEMORY.set(None)
