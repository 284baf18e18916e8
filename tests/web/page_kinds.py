"""
Every kind of page that readers see, as a table: what is true of all pages is tested on each row.

A new route with a page gets a row here; ``test_every_page_is_in_the_table`` says so.
"""

from typing import NamedTuple
from urllib.parse import quote

from readers_archive import URL_ID


class PageKind(NamedTuple):
    """A page over the archive of ``readers_archive``; the selector ``shows`` finds what makes it this kind."""

    name: str
    endpoint: str
    path: str
    shows: str


PAGE_KINDS = (
    PageKind("start", "pages.start", "/", ".newest .card"),
    PageKind("results", "pages.search", "/search?q=bulletin&section=society", ".pager [rel=next]"),
    PageKind("results, second page", "pages.search", "/search?q=bulletin&page=2&sort=oldest", ".pager [rel=prev]"),
    PageKind(
        "results, readings",
        "pages.search",
        "/search?q=рятувальники працювали місто ніч київ вода людина&without=glossary:місто",
        ".readings .reading-chip.off",
    ),
    PageKind("results, all stories", "pages.search", "/search?sort=newest", ".card .versions"),
    PageKind("results, notices", "pages.search", '/search?q="weekly bulletin&since=yesteryear', ".notice"),
    PageKind("results, corrected", "pages.search", "/search?q=ghbxfk", ".correction"),
    PageKind("results, suggestion", "pages.search", "/search?q=рятувальнеки", ".suggestion"),
    PageKind("results, none", "pages.search", "/search?q=nonsense&section=society", ".empty"),
    PageKind("results, hostile texts", "pages.search", "/search?q=nasty", ".card"),
    PageKind("values of a facet", "pages.facet_values", "/search/values?facet=tag", ".values .boxes"),
    PageKind("article", "pages.article", "/article/port.uk?q=порт", ".text h2, mark"),
    PageKind("article in three languages", "pages.article", "/article/rescuers.ru?q=Київ", ".versions"),
    PageKind("article, hostile texts", "pages.article", "/article/nasty", ".story"),
    PageKind("article, by parameter", "pages.article", f"/article?id={quote(URL_ID, safe='')}", ".story"),
    PageKind("tips", "pages.tips", "/help", ".tips"),
    PageKind("the API", "developers.api", "/api", ".parameters"),
    PageKind("a form for other sites", "developers.embed", "/embed", ".embedded form"),
    PageKind("error", "", "/nowhere", ".error-page"),
)
KIND_NAMES = [kind.name for kind in PAGE_KINDS]


def in_language(path: str, ui: str) -> str:
    """Return a page's path, quoted, in a language of the interface."""
    return f"{quote(path, safe='/?=&%')}{'&' if '?' in path else '?'}ui={ui}"
