"""Parsers of markup are made in one module, which keeps them from opening and from growing without end."""

import ast
from pathlib import Path

import pytest

from indexer.readers.html_text import html_paragraphs
from indexer.readers.parsers import MarkupRefused, parse_html

HOME = Path("readers/parsers.py")
INDEXER = Path(__file__).parents[2] / "indexer"
#: What makes a parser in lxml, or reads with one of its own; and the libraries that have others.
MAKERS = {"XMLParser", "HTMLParser", "XMLPullParser", "HTMLPullParser", "iterparse", "fromstring", "fromstringlist"}
MAKERS |= {"HTML", "XML", "XMLID", "XMLDTDID", "document_fromstring", "fragment_fromstring", "fragments_fromstring"}
LIBRARIES = {"xml", "html.parser", "html5lib", "bs4", "lxml.html.soupparser", "lxml.html.html5parser", "lxml.objectify"}


def makers_in(source: str) -> set[str]:
    """
    Return the names in a source that make parsers.

    >>> makers_in("from lxml import etree\\netree.parse(f)\\nimport json\\njson.parse(f)")
    {'etree.parse'}
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in MAKERS:
            found.add(node.attr)
        elif isinstance(node, ast.Attribute) and node.attr == "parse" and "etree" in ast.unparse(node.value).lower():
            found.add(ast.unparse(node))
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names if is_of_a_library(each.name)}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            found |= {each.name for each in node.names if each.name in MAKERS and module.startswith("lxml")}
            found |= {module} if is_of_a_library(module) else set()
    return found


def is_of_a_library(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in LIBRARIES)


def test_only_one_module_makes_parsers():
    modules = {path.relative_to(INDEXER): makers_in(path.read_text("utf-8")) for path in INDEXER.rglob("*.py")}
    assert modules.pop(HOME) >= {"XMLPullParser", "HTMLParser"}, "the test does not find them where they are"
    assert {str(path): found for path, found in modules.items() if found} == {}


@pytest.mark.parametrize("markup", ["", " ", "<!-- -->", "<?pi?>", "\0", "<!DOCTYPE html>"])
def test_nothing_has_no_tree(markup):
    assert parse_html(markup) is None


@pytest.mark.parametrize("markup", ["<div>" * 300 + "a", "<p>" + "a" * 10_100_000])
def test_markup_beyond_the_limits_is_refused(markup):
    with pytest.raises(MarkupRefused, match="256 deep, or a text in it is too long"):
        parse_html(markup)


def test_a_declaration_inside_a_decoded_text_says_nothing():
    tree = parse_html('<?xml version="1.0" encoding="windows-1251"?><meta charset="koi8-u"><p>Київ і Ґанок')
    assert tree.text_content().strip() == "Київ і Ґанок"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<figure><img><figcaption>c</figcaption></figure>a", "a"),
        ("<figure class=embed><div>https://video.example/1</div></figure><p>a</p>", "a"),
        ("<figure><table><tr><td>a<td>b</table><figcaption>c</figcaption></figure>", "a b"),
        ("<figure><blockquote><p>a</p><cite>b</cite></blockquote></figure>", "a\n\nb"),
        ("<article>a<section>b</section></article>c", "a\n\nb\n\nc"),
        ("a <del>b</del><ins>c</ins> <unknown-mark>d</unknown-mark>", "a bc d"),
        ("<table><caption>a</caption><tr><th>b</th><td>c</td></tr></table>", "a\n\nb c"),
        ("a<script>b</script><form>c<select><option>d</select><input value=e><button>f</button></form>", "a\n\nc"),
        ("<frameset><frame><noframes>a</noframes></frameset>", ""),
    ],
)
def test_elements_are_blocks_inside_lines_or_no_text(markup, expected):
    assert html_paragraphs(markup) == expected
