"""
The address of an article and of its language versions: which is the id, and which names the story.

The story of a page that has versions is the address of the Ukrainian one, else of the Russian, else of the English:
each version tells its own address and, by ``hreflang``, those of the others, so all of them come to the same answer.
Ukrainian comes first because it is what a site has first; a translation that is added later changes nothing then.
``x-default`` is not asked: on most sites it is one of the versions, on some the front page for every article.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urljoin, urlsplit, urlunsplit

from search.article import LANGUAGES, MAX_ID_BYTES, parse_language
from search.errors import UnsupportedLanguage

# What campaigns and networks add; the page is the same without.
_TRACKING = re.compile(r"(?:^|&)(?:utm_\w+|fbclid|gclid|yclid|mc_[ce]id|_ga)=[^&]*", re.IGNORECASE)
# The path of a site's front page, or of the front page of one of its languages.
_FRONT = re.compile(
    r"/?(?:(?:uk|ua|ukr|ru|rus|en|eng|uk-ua|ru-ua|en-us|en-gb)/?)?(?:index\.(?:html?|php))?", re.IGNORECASE
)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
MAX_ADDRESS_CHARACTERS = 2000


def clean_address(address: str, base: str = "") -> str:
    """
    Return an address as an id: absolute, without what campaigns add or what stands behind #; nothing if it is none.

    >>> clean_address("/news/12/?utm_source=rss&id=7#top", "https://Example.org:443/uk/")
    'https://example.org/news/12/?id=7'
    """
    address = address.strip()
    if not address or len(address) > MAX_ADDRESS_CHARACTERS or any(sign.isspace() for sign in address):
        return ""
    try:
        parts = urlsplit(urljoin(base, address) if base else address)
        host = parts.netloc.lower().removesuffix(_DEFAULT_PORTS.get(parts.scheme, ":"))
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in host:
            return ""
    except ValueError:  # a bracket where an IPv6 address should be
        return ""
    query = _TRACKING.sub("", parts.query).lstrip("&")
    return urlunsplit((parts.scheme, host, parts.path or "/", query, ""))


def is_front_page(address: str) -> bool:
    """
    Tell whether an address is a site's front page, in any of its languages.

    >>> is_front_page("https://example.org/ua/"), is_front_page("https://example.org/ua/news/7")
    (True, False)
    """
    parts = urlsplit(address)
    return not parts.query and bool(_FRONT.fullmatch(parts.path))


def story_of(address: str, language: str, alternates: Mapping[str, str]) -> str:
    """
    Return the story's id from an article's own address and those of its versions by language; nothing if it has none.

    >>> story_of("https://example.org/en/7", "en", {"uk": "https://example.org/7", "en": "https://example.org/en/7"})
    'https://example.org/7'
    """
    versions = {**alternates, language: address or alternates.get(language, "")}
    named = [versions[each] for each in LANGUAGES if versions.get(each)]
    if len(set(named)) < 2 or len(named[0].encode()) > MAX_ID_BYTES:
        return ""
    return named[0]


def alternates_by_language(links: Iterable[tuple[str, str]], base: str) -> dict[str, str]:
    """
    Return the addresses of language versions from pairs of ``hreflang`` and address.

    Other languages are passed over, and so are front pages, which sites name where a version does not exist. Of several
    for one language (``uk``, ``uk-UA``) the first counts.
    """
    found: dict[str, str] = {}
    for code, link in links:
        try:
            language = parse_language(code)
        except UnsupportedLanguage:
            continue
        address = clean_address(link, base)
        if address and not is_front_page(address):
            found.setdefault(language, address)
    return found
