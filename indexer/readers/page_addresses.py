"""
The address of an article and of its language versions: which is the id, and which names the story.

An article that is read from a feed, from its page and from a WARC file is one article, so all of them make the id of
the address, and in the same way (``article_id``): no list of what was seen is needed for that, and no order.

The story of a page that has versions is the address of the Ukrainian one, else of the Russian, else of the English:
each version tells its own address and, by ``hreflang``, those of the others, so all of them come to the same answer.
Ukrainian comes first because it is what a site has first; a translation that is added later changes nothing then.
``x-default`` is not asked: on most sites it is one of the versions, on some the front page for every article.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

from search.article import LANGUAGES, MAX_ID_BYTES, parse_language
from search.errors import UnsupportedLanguage

# What campaigns and networks add; the page is the same without.
_TRACKING = re.compile(
    r"(?:^|&)(?:utm_\w+|at_(?:medium|campaign|link\w*|format|ptr\w*|bbc\w*)|fbclid|[dg]clid|[gw]braid|msclkid|igshid|"
    r"ys?clid|mc_[ce]id|_ga)(?:=[^&]*|(?=&|$))",
    re.IGNORECASE,
)
# The path of a site's front page, or of the front page of one of its languages.
_FRONT = re.compile(
    r"/?(?:(?:uk|ua|ukr|ru|rus|en|eng|uk-ua|ru-ua|en-us|en-gb)/?)?(?:index\.(?:html?|php))?", re.IGNORECASE
)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
# The hosts of one site: with and without www, for telephones, of pages made light.
_SITE_PREFIX = re.compile(r"^(?:(?:www\d?|m|mobile|wap|amp)\.)+(?=[^.]+\.)")
_WWW = re.compile(r"^(?:www\.)+(?=[^.]+\.)")
_ESCAPES = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_UNRESERVED = frozenset("-._~")
MAX_ADDRESS_CHARACTERS = 2000


def clean_address(address: str, base: str = "") -> str:
    """
    Return an address as an id: absolute, without what campaigns add or what stands behind #; nothing if it is none.

    >>> clean_address("/news/12/?utm_source=rss&id=7#top", "https://Example.org:443/uk/")
    'https://example.org/news/12/?id=7'
    """
    address = address.strip()
    if not address or len(address) > MAX_ADDRESS_CHARACTERS or not address.isprintable() or " " in address:
        return ""
    try:
        parts = urlsplit(urljoin(base, address) if base else address)
        host = parts.netloc.lower().removesuffix(_DEFAULT_PORTS.get(parts.scheme, ":"))
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in host or "[" in host[1:]:
            return ""
        if (parts.port or 1) < 1:
            return ""
    except ValueError:  # a bracket where an IPv6 address should be, a port that is no number
        return ""
    query = _TRACKING.sub("", parts.query).lstrip("&")
    return urlunsplit((parts.scheme, host, parts.path or "/", query, ""))


def article_id(address: str) -> str:
    """
    Return the id of the article at an address: the same for all ways of writing it; nothing if it is no address.

    http counts as https, ``www.`` and a slash at the end as absent, as they do where an article is looked for by its
    address. Letters are written as letters and not as escapes (RFC 3987, 3.2), of which a headline in Cyrillic in an
    address would be too long for an id; what is too long even so ends with its digest.

    >>> article_id("http://www.example.org/%D0%BC%D1%96%D1%81%D1%82/?utm_source=rss")
    'https://example.org/міст'
    """
    clean = clean_address(address)
    if not clean:
        return ""
    parts = urlsplit(clean)
    host = _WWW.sub("", _letters_of_host(parts.netloc.removesuffix(":80").removesuffix(":443")))
    query = f"?{_letters(parts.query)}" if parts.query else ""
    name = f"https://{host}{_letters(parts.path).rstrip('/')}{query}"
    if len(name.encode("utf-8", "surrogatepass")) <= MAX_ID_BYTES:
        return name
    return f"https://{host}"[:200] + "#" + sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def same_site(one: str, other: str) -> bool:
    """
    Tell whether two addresses are of one site: of hosts of which one is the other, or below it.

    >>> same_site("https://m.example.org/7", "https://www.example.org/7"), same_site("https://a.org/", "https://b.org/")
    (True, False)
    """
    first, second = (_SITE_PREFIX.sub("", urlsplit(each).hostname or "") for each in (one, other))
    return first == second or first.endswith(f".{second}") or second.endswith(f".{first}")


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
    named = [article_id(versions[each]) for each in LANGUAGES if versions.get(each)]
    return named[0] if len(set(named)) > 1 else ""


def own_address(named: Iterable[str], fetched_from: str) -> str:
    """
    Return the address of a page: the first that it names and that can be its own, else where it was fetched from.

    A front page is a mistake that would make all articles of a site one. Another site's address is one, too, or the
    page is a copy, which must not take the place of what it was copied from; and anybody can write one there.

    >>> own_address(["https://example.org/", "https://other.example/7"], "https://m.example.org/7")
    'https://m.example.org/7'
    >>> own_address(["https://example.org/7"], "https://m.example.org/7?from=menu")
    'https://example.org/7'
    """
    given = [each for each in named if each]
    for each in given:
        if not is_front_page(each) and (not fetched_from or same_site(each, fetched_from)):
            return each
    return fetched_from or next(iter(given), "")


def _letters(text: str) -> str:
    """Return a part of an address with its escapes made letters where they are letters, and alike where not."""
    return _ESCAPES.sub(_unescaped, text)


def _unescaped(escapes: re.Match[str]) -> str:
    try:
        text = unquote_to_bytes(escapes[0]).decode()
    except UnicodeDecodeError:  # of another character set
        return escapes[0].upper()
    return "".join(sign if sign.isalnum() or sign in _UNRESERVED else quote(sign, safe="") for sign in text)


def _letters_of_host(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna") if "xn--" in host else host
    except UnicodeError:
        return host


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
