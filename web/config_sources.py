"""
Where a site's set-up comes from: options over environment over file over the defaults.

Every field of ``SiteConfig`` can be set in each of them; what a field may be, its type and metadata say. A key that
is none and a value that cannot be are errors that name the place: a typing error must not become a default in silence.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

from web.config import SiteConfig

#: The file to read when no option names one.
CONFIG_ENVIRONMENT_VARIABLE = "VISTI_CONFIG"
PREFIX = "VISTI_"

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
_FIELDS = {field.name: field for field in fields(SiteConfig)}
_TYPES: Mapping[str, object] = get_type_hints(SiteConfig)


class ConfigError(Exception):
    """The set-up cannot be taken; the message names the file or variable, the key and what it may be."""


def read_config(path: Path | None, environment: Mapping[str, str], options: Mapping[str, object]) -> SiteConfig:
    """
    Return the set-up from a TOML file (or None), ``VISTI_*`` variables and options; an option of None is not given.

    Raises ``ConfigError``.
    """
    values: dict[str, Any] = _from_file(path) if path is not None else {}
    values |= _from_environment(environment)
    values |= {name: _checked(name, value, f"--{name}") for name, value in options.items() if value is not None}
    return SiteConfig(**values)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration {path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The configuration {path} is not TOML: {error}") from error
    for name in table:
        if name not in _FIELDS:
            raise ConfigError(f"{path}: there is no key {name!r}.{_meant(name, list(_FIELDS))}")
    return {name: _checked(name, value, f"{path}: {name}") for name, value in table.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    ours = {PREFIX + name.upper(): name for name in _FIELDS}
    for variable in sorted(set(environment) - set(ours) - {CONFIG_ENVIRONMENT_VARIABLE}):
        # Others may use the prefix for things of their own; what looks like one of ours is a typing error
        if variable.startswith(PREFIX) and (meant := _meant(variable, list(ours))):
            raise ConfigError(f"There is no variable {variable}.{meant}")
    return {
        name: _checked(name, _from_text(name, environment[variable]), variable)
        for variable, name in ours.items()
        if environment.get(variable)
    }


def _meant(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.85)
    return f" Did you mean {close[0]}?" if close else ""


def _from_text(name: str, text: str) -> object:
    """Return a variable's text as the value that a file would have; what is none stays text, and is refused later."""
    kind = _TYPES[name]
    if kind is bool and text.lower() in (*_TRUE, *_FALSE):
        return text.lower() in _TRUE
    if kind is int and text.strip().isdecimal():
        return int(text)
    if kind == tuple[str, ...]:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _checked(name: str, value: object, place: str) -> object:
    wanted, take = _KINDS[_TYPES[name]]
    taken = take(value)
    if taken is None:
        raise ConfigError(f"{place} must be {wanted}, and is {value!r}.")
    if problem := _problem(_FIELDS[name], taken):
        raise ConfigError(f"{place} must be {problem}, and is {value!r}.")
    return taken


def _problem(field: Field[Any], value: object) -> str:
    least, most = field.metadata.get("between", (0, None))
    if type(value) is int and (value < least or (most is not None and value > most)):
        return f"{least} or more" if most is None else f"from {least} to {most}"
    allowed = field.metadata.get("one_of")
    return f"one of {', '.join(allowed)}" if allowed and value not in allowed else ""


def _strings(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
        return None
    return tuple(value)


#: How each type is called in an error, and what takes a value of it (None if it is no such value).
_KINDS: Mapping[object, tuple[str, Callable[[object], object]]] = {
    str: ("a text", lambda value: value if isinstance(value, str) else None),
    int: ("a whole number", lambda value: value if type(value) is int else None),
    bool: ("true or false", lambda value: value if isinstance(value, bool) else None),
    tuple[str, ...]: ("a list of texts", _strings),
}
