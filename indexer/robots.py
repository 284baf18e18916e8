"""
What a site's robots.txt allows (RFC 9309).

Of the rules for a path the one counts that names most of it, and of equally long ones the one that allows; ``*``
stands for anything, ``$`` for the end. All groups for a program count as one. The order of lines means nothing. Unlike
that, the standard library's parser takes the first rule that fits and knows no ``*``, so it fetches what is forbidden.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes, urlsplit

_TOKEN = re.compile(r"[a-z_-]+")
_EVERYBODY = "*"


@dataclass(slots=True)
class _Group:
    """What one program, or everybody, is told."""

    rules: list[tuple[str, bool]] = field(default_factory=list)
    delay: float = 0.0


class Robots:
    """
    The rules of a site, from the lines of its robots.txt.

    >>> robots = Robots(["User-agent: *", "Disallow: /", "Allow: /news/", "Disallow: /*.pdf$", "Crawl-delay: 2"])
    >>> [robots.allows("Visti", path) for path in ("/news/1", "/about", "/news/1.pdf", "/news/1.pdf?page=2")]
    [True, False, False, True]
    >>> robots.delay("Visti")
    2.0
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._groups: dict[str, _Group] = {}
        self.sitemaps: list[str] = []
        named: list[_Group] = []
        is_naming = False
        for line in lines:
            key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
            key = key.lower()
            if key == "user-agent":
                named = [*(named if is_naming else []), self._groups.setdefault(_name_of(value), _Group())]
            elif key in ("allow", "disallow"):
                _add_rule(named, value, allows=key == "allow")
            elif key == "crawl-delay":
                _set_delay(named, value)
            elif key == "sitemap" and value:
                self.sitemaps.append(value)
            # what is no rule for anybody, such as a sitemap or an empty line, ends no group
            is_naming = key == "user-agent" or (is_naming and key not in ("allow", "disallow", "crawl-delay"))

    def allows(self, program: str, url: str) -> bool:
        """Tell whether a program, by its name, may fetch an address of the site."""
        parts = urlsplit(url)
        path = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        if path == "/robots.txt":
            return True
        fitting = [(len(rule), allows) for rule, allows in self._group(program).rules if _fits(rule, path)]
        return max(fitting, default=(0, True))[1]

    def delay(self, program: str) -> float:
        """Return how many seconds are to lie between two requests of a program, 0 if nothing is said."""
        return self._group(program).delay

    def _group(self, program: str) -> _Group:
        return self._groups.get(program.lower()) or self._groups.get(_EVERYBODY) or _Group()


def _name_of(value: str) -> str:
    """Return whom a group is for: the name of a program, without its version; empty for what is no name."""
    if value.startswith(_EVERYBODY):
        return _EVERYBODY
    found = _TOKEN.match(value.lower())
    return found[0] if found else ""


def _add_rule(groups: Iterable[_Group], pattern: str, *, allows: bool) -> None:
    if pattern.startswith(("/", "*")):  # an empty one says nothing, and others cannot fit
        for group in groups:
            group.rules.append((_normal(pattern), allows))


def _set_delay(groups: Iterable[_Group], value: str) -> None:
    try:
        delay = float(value)
    except ValueError:
        return
    for group in groups:
        group.delay = max(delay, 0.0) if math.isfinite(delay) else group.delay


def _normal(path: str) -> str:
    """Return a path in one way of writing it: what may be a sign of the grammar stays as it was written."""
    parts = re.split(r"(%2[aA]|%24|%2[fF]|%3[fF]|%25)", path)
    return "".join(
        part.upper() if number % 2 else quote(unquote_to_bytes(part), safe="/?*$&=+,:;@!~'()[]")
        for number, part in enumerate(parts)
    )


def _fits(rule: str, path: str) -> bool:
    """Tell whether a rule is for a path: each part of it is found behind the one before, in one go."""
    is_whole = rule.endswith("$")
    first, *parts = rule.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    if not parts:
        return not is_whole or place == len(path)
    *middle, last = parts
    for part in middle:
        place = path.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return path.endswith(last) and len(path) - len(last) >= place if is_whole else path.find(last, place) >= 0
