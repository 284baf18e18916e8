"""
What a site's robots.txt allows (RFC 9309).

``protego`` reads the rules: of those for a path the one counts that names most of it, ``*`` stands for anything. The
standard library's parser takes the first rule that fits and knows no ``*``, so it fetches what is forbidden.
"""

import math
import re
from urllib.parse import urlsplit

from protego import Protego

# Some write a version behind the name of a program, which says nothing there (RFC 9309, 2.2.1).
_VERSION = re.compile(r"^(\s*user-agent\s*:\s*[a-z_-]+)/\S*", re.IGNORECASE | re.MULTILINE)


class Robots:
    """
    The rules of a site, from its robots.txt.

    >>> robots = Robots("User-agent: *\\nDisallow: /\\nAllow: /news/\\nDisallow: /*.pdf$\\nCrawl-delay: 2")
    >>> [robots.allows("Visti", path) for path in ("/news/1", "/about", "/news/1.pdf", "/news/1.pdf?page=2")]
    [True, False, False, True]
    >>> robots.delay("Visti")
    2.0
    """

    def __init__(self, content: str) -> None:
        self._rules = Protego.parse(_VERSION.sub(r"\1", content))
        self.sitemaps = list(self._rules.sitemaps)

    def allows(self, program: str, url: str) -> bool:
        """Tell whether a program, by its name, may fetch an address of the site."""
        return urlsplit(url).path == "/robots.txt" or bool(self._rules.can_fetch(url, program))

    def delay(self, program: str) -> float:
        """Return how many seconds are to lie between two requests of a program, 0 if nothing is said."""
        delay = self._rules.crawl_delay(program) or 0.0
        return max(delay, 0.0) if math.isfinite(delay) else 0.0
