"""
JSON-LD in a page's ``script`` elements: the NewsArticle, wherever it stands.

It may be the value itself, one of a list, one of an ``@graph`` whose parts point at each other by ``@id``, or the main
entity of a web page. Articles inside lists of other articles are not looked at. Broken JSON is mended where every site
breaks it in the same way (HTML comments, a semicolon or a comma too many), else told of.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from indexer.readers.bylines import names_of
from indexer.readers.page_addresses import article_id
from indexer.readers.page_head import credit_in
from indexer.readers.page_metadata import PageMetadata, is_article_type, split_tags

Node: TypeAlias = dict[str, Any]

# A graph of a page has some tens of nodes; archives of a whole section have been seen with thousands.
MAX_NODES = 2000
# A long article with all of its text; ten times that is no description of a page.
MAX_SCRIPT_CHARACTERS = 1_000_000
# A comment around a CDATA section, both with a beginning and an end, and a semicolon.
_MAX_WRAPPINGS = 5
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$"
)
_COMMA_TOO_MANY = re.compile(r",(\s*[}\]])")
_TAG = re.compile(r"<[^<>]{1,200}>")


class JsonLd(NamedTuple):
    """What JSON-LD says of the article, the types of all nodes at the top, and what of it could not be read."""

    metadata: PageMetadata
    types: frozenset[str]
    broken: tuple[str, ...]


def read_json_ld(scripts: Iterable[str], address: str = "") -> JsonLd:
    """Read the JSON-LD of a page; of several articles the one whose own address is ``address`` counts, or the first."""
    nodes: list[Node] = []
    broken: list[str] = []
    for script in scripts:
        try:
            nodes.extend(_top_nodes(_parsed(script)))
        except (ValueError, RecursionError) as error:
            broken.append(str(error) if isinstance(error, ValueError) else "nested too deeply")
    del nodes[MAX_NODES:]
    named: dict[str, Node] = {}
    for node in nodes:
        if isinstance(name := node.get("@id"), str) and len(node) > 1:
            named.setdefault(name, node)
    articles = [node for node in nodes if any(map(is_article_type, _types(node)))]
    types = frozenset(name.rpartition("/")[2] for node in nodes for name in _types(node))
    own = next(
        (node for node in articles if address and article_id(address) in map(article_id, _addresses(node))), None
    )
    article = own or next(iter(articles), None)
    return JsonLd(_metadata(article, nodes, named) if article else PageMetadata(), types, tuple(broken))


def _parsed(script: str) -> Any:
    if len(script) > MAX_SCRIPT_CHARACTERS:
        raise ValueError(f"longer than {MAX_SCRIPT_CHARACTERS:,} characters")
    text = script
    for _ in range(_MAX_WRAPPINGS):
        text = _WRAPPING.sub("", text.strip(), count=1)
    if not text.strip():
        return None
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError:
        return json.loads(_COMMA_TOO_MANY.sub(r"\1", text), strict=False)


def _top_nodes(value: Any) -> Iterator[Node]:
    waiting, seen = [value], 0
    while waiting and seen < MAX_NODES:
        value = waiting.pop(0)
        seen += 1
        if isinstance(value, list):
            waiting[:0] = value[:MAX_NODES]
        elif isinstance(value, dict):
            yield value
            waiting[:0] = [value[name] for name in ("@graph", "mainEntity") if isinstance(value.get(name), list | dict)]


def _metadata(node: Node, nodes: list[Node], named: dict[str, Node]) -> PageMetadata:
    image = _first_node(node.get("image"), named) or _first_node(node.get("primaryImageOfPage"), named)
    publisher = _names(node.get("publisher"), named)
    return PageMetadata(
        title=_text(node.get("headline")) or _text(node.get("name")),
        description=_text(node.get("description")),
        published=_moment(node.get("datePublished")),
        updated=_moment(node.get("dateModified")),
        language=_language(node.get("inLanguage"), named),
        address=next(_addresses(node), ""),
        section=next(iter(_texts(node.get("articleSection"))), "") or _breadcrumb(nodes),
        source=next(iter(publisher), ""),
        place=next(iter(_names(node.get("contentLocation") or node.get("locationCreated"), named)), ""),
        image=_image_address(image) or next(iter(_texts(node.get("image"))), ""),
        image_credit=_image_credit(image, named),
        # an organisation that signs its own reports is no author, it is the source
        authors=tuple(name for name in _authors(node, named) if name not in publisher),
        tags=tuple(tag for text in _texts(node.get("keywords")) for tag in split_tags(text)),
        body=_text(node.get("articleBody"), keep_lines=True) or "\n".join(_live_updates(node)),
        article=True,
    )


def _types(node: Node) -> list[str]:
    return _texts(node.get("@type"))


def _addresses(node: Node) -> Iterator[str]:
    for value in (node.get("url"), node.get("mainEntityOfPage")):
        found = value.get("@id") or value.get("url") if isinstance(value, dict) else value
        if isinstance(found, str) and found.startswith("http"):
            yield found


def _text(value: Any, *, keep_lines: bool = False) -> str:
    """Return a text without markup and entities, which content systems leave in JSON."""
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name") or _name_in_parts(value)
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str)), "")
    if not isinstance(value, str):
        return ""
    text = _TAG.sub(" ", html.unescape(value))
    return text.strip() if keep_lines else " ".join(text.split())


def _moment(value: Any) -> str:
    return str(value) if type(value) is int else _text(value)  # in seconds


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for item in values[:MAX_NODES] if (text := _text(item))]


def _resolved(value: Any, named: dict[str, Node]) -> Any:
    """Return a node with what is said elsewhere of the one of its name, which may be all (``{"@id": "#author"}``)."""
    if isinstance(value, dict) and isinstance(name := value.get("@id"), str):
        return {**named.get(name, {}), **value}
    return value


def _name_in_parts(person: Node) -> str:
    parts = (person.get("givenName"), person.get("familyName"))
    return " ".join(part for part in parts if isinstance(part, str))


def _names(value: Any, named: dict[str, Node]) -> list[str]:
    """Return the names of persons or things, each a node, a text, or a node with several names."""
    values = value if isinstance(value, list) else [value]
    nodes = [_resolved(item, named) for item in values[:MAX_NODES]]
    found = [name for node in nodes for name in (_several_names(node) or [_text(node)])]
    return list(dict.fromkeys(name for name in found if name and not name.startswith("http")))


def _several_names(node: Any) -> list[str]:
    names = node.get("name") if isinstance(node, dict) else None
    return _texts(names) if isinstance(names, list) else []


def _authors(node: Node, named: dict[str, Node]) -> list[str]:
    written = _names(node.get("author") or node.get("creator"), named)
    return list(dict.fromkeys(name for each in written for name in names_of(each)))


def _live_updates(node: Node) -> Iterator[str]:
    """Yield headlines and texts of the updates of a live report."""
    updates = node.get("liveBlogUpdate")
    for each in updates[:MAX_NODES] if isinstance(updates, list) else ():
        if isinstance(each, dict):
            yield from filter(None, (_text(each.get("headline")), _text(each.get("articleBody"), keep_lines=True)))


def _first_node(value: Any, named: dict[str, Node]) -> Node:
    values = value if isinstance(value, list) else [value]
    return next((node for item in values[:MAX_NODES] if isinstance(node := _resolved(item, named), dict)), {})


def _image_address(image: Node) -> str:
    return next((text for name in ("url", "contentUrl", "@id") if (text := _text(image.get(name)))), "")


def _image_credit(image: Node, named: dict[str, Node]) -> str:
    for name in ("creditText", "creator", "author", "copyrightHolder", "copyrightNotice"):
        if credit := next(iter(_names(image.get(name), named)), ""):
            return credit
    return credit_in(_text(image.get("caption")))


def _language(value: Any, named: dict[str, Node]) -> str:
    node = _resolved(value, named)
    return _text(node.get("alternateName") or node.get("name")) if isinstance(node, dict) else _text(node)


def _breadcrumb(nodes: list[Node]) -> str:
    """Return the last but one crumb, which is the section: home, section, article."""
    trail = next((node for node in nodes if "BreadcrumbList" in _types(node)), {}).get("itemListElement")
    steps = [step for step in trail if isinstance(step, dict)] if isinstance(trail, list) else []
    names = [_text(step.get("name")) or _text(step.get("item")) for step in steps]
    return names[-2] if len(names) >= 3 else ""
