"""How answers are written as JSON: with letters as letters, in the order in which their objects are read."""

from typing import Any

from flask.json.provider import DefaultJSONProvider


class ReadableJson(DefaultJSONProvider):
    """Writes what has no place in UTF-8, half of a surrogate pair in what somebody sent, as JSON does: escaped."""

    ensure_ascii = False
    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return an object as JSON that can be sent."""
        return super().dumps(obj, **kwargs).encode("utf-8", "backslashreplace").decode()
