"""
The search tips, made of the documentation: docs/query-language.md and its Ukrainian and Russian versions, which
``web/tips`` links to so that a wheel carries them.

What is for programmers only is marked in the files by a comment and left out: a part between
``<!-- for programmers -->`` and ``<!-- end -->``, a table row with such a comment, and the column "Read as". The rest
is shown as it is, and what one can type becomes a link that searches for it.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import quote_plus

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from web.i18n import interface_language
from web.urls import query_url

#: The column of examples, by its title in each language, and the column that only programmers read.
EXAMPLE_COLUMNS = ("You type", "Ви пишете", "Вы пишете")
PROGRAMMERS_COLUMN = "Read as"
#: Sections have the names of the English headings in all languages, so that an address outlives a switch of language.
NAMED_AFTER = "en"

#: Stands for the query in the address of a search.
_PLACE = "QUERY"
_ROW = re.compile(r"^\|.*<!-- for programmers -->.*\n", re.MULTILINE)
_PART = re.compile(r"<!-- for programmers -->.*?<!-- end -->\n*", re.DOTALL)
#: Letters that only one of the languages has, and all that English is written with.
_LETTERS = {"uk": re.compile("[іїєґ]", re.I), "ru": re.compile("[ыэъё]", re.I), "en": re.compile("[a-z]", re.I)}
_CYRILLIC = re.compile("[а-яіїєґё]", re.I)
#: What in a text is another language's than the page's: a run of words in the other script, or a word with a letter
#: that only the other Cyrillic language has.
_FOREIGN_WORDS = {
    "en": re.compile("[а-яіїєґё][а-яіїєґё’ʼ0-9 -]*[а-яіїєґё]|[а-яіїєґё]", re.I),
    "uk": re.compile("[a-z][a-z -]*[a-z]|[a-z]|[а-я]*[ыэъё][а-яё]*", re.I),
    "ru": re.compile("[a-z][a-z -]*[a-z]|[a-z]|[а-я]*[іїєґ][а-яіїєґ’]*", re.I),
}


class TipsSection(NamedTuple):
    """A heading of the tips as the table of contents shows it; ``level`` is 2 or 3."""

    name: str
    title: str
    level: int


class Tips(NamedTuple):
    """The tips, ready for the template: the title, the first paragraph, the contents, and the rest as HTML."""

    title: str
    lead: Markup
    sections: tuple[TipsSection, ...]
    body: Markup


def present_tips() -> Tips:
    """Return the tips in the language of the interface."""
    return _present(interface_language(), query_url(_PLACE))


@lru_cache(maxsize=32)  # for each language, and each form that its links can have; making one takes 20 ms
def _present(language: str, address: str) -> Tips:
    return _TipsPage(language, address).tips()


def tips_source(language: str) -> str:
    """Return the Markdown of the tips in a language, without what is for programmers only."""
    text = files("web").joinpath("tips", f"{language}.md").read_text(encoding="utf-8")
    return _PART.sub("", _ROW.sub("", text))


def examples(language: str) -> tuple[str, ...]:
    """Return the queries of the tips that one can try, in their order."""
    return tuple(code.content for table in _tables(_parse(language)) for code in table.examples)


def foreign_language(text: str, language: str) -> str | None:
    """
    Return the language of an example on a page in ``language``, if its letters say that it is another one.

    >>> [foreign_language(text, "ru") for text in ("мир", "вибори дата:2024", "Київ", "peace talks", "24.02.2022")]
    [None, None, 'uk', 'en', None]
    """
    if not _CYRILLIC.search(text):
        told = "en" if _LETTERS["en"].search(text) else language
    else:  # letters that both languages have are uk on an English page: a voice for either reads them
        own = language if language != "en" else "uk"
        told = next((name for name in ("uk", "ru") if _LETTERS[name].search(text)), own)
    return None if told == language else told


def section_names() -> tuple[str, ...]:
    """Return what the sections are called in addresses."""
    return tuple(_slug(title) for title, _ in _headings(_parse(NAMED_AFTER)))


@lru_cache
def _parse(language: str) -> Sequence[Token]:
    return MarkdownIt("commonmark", {"html": False}).enable("table").parse(tips_source(language))


def _headings(tokens: Sequence[Token]) -> Iterator[tuple[str, int]]:
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.tag != "h1":
            yield inline.content, int(token.tag[1:])


def _slug(title: str) -> str:
    return re.sub(r"[^a-z]+", "-", title.lower()).strip("-")


class _Table:
    """A table among the tokens, from its opening one to its closing one."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self._heads = [inline.content for token, inline in pairwise(tokens) if token.type == "th_open"]

    @property
    def examples(self) -> list[Token]:
        """The queries of its first column."""
        return [code for column, code in self.codes() if column == 0] if self._heads[0] in EXAMPLE_COLUMNS else []

    def codes(self) -> Iterator[tuple[int, Token]]:
        """Yield the pieces of code in its rows, each with the number of its column."""
        for column, token in self.cells():
            if token.type == "inline":
                yield from ((column, child) for child in token.children or () if child.type == "code_inline")

    def cells(self) -> Iterator[tuple[int, Token]]:
        """Yield the tokens of its cells, opening and closing ones too, each with the number of its column."""
        column = -1
        for token in self.tokens:
            if token.type == "tr_open":
                column = -1
            if token.type in ("th_open", "td_open"):
                column += 1
            if token.type in ("th_open", "td_open", "th_close", "td_close", "inline"):
                yield column, token

    def for_readers(self) -> list[Token]:
        """Return its tokens without the column for programmers."""
        dropped = {
            id(token)
            for column, token in self.cells()
            if column < len(self._heads) and self._heads[column] == PROGRAMMERS_COLUMN
        }
        return [token for token in self.tokens if id(token) not in dropped]


def _tables(tokens: Sequence[Token]) -> Iterator[_Table]:
    start = 0
    for number, token in enumerate(tokens):
        if token.type == "table_open":
            start = number
        if token.type == "table_close":
            yield _Table(tokens[start : number + 1])


class _TipsPage:
    """Renders the tips of one language."""

    def __init__(self, language: str, address: str) -> None:
        self._language, self._address = language, address
        self._tokens = _parse(language)
        self._renderer = MarkdownIt("commonmark", {"html": False}).enable("table")

    def tips(self) -> Tips:
        """Return the page in its parts: a heading, a paragraph, and everything from the next heading on."""
        start = next(number for number, token in enumerate(self._tokens) if token.type == "heading_open" and number)
        title, lead = (token for token in self._tokens[:start] if token.type == "inline")
        headings = zip(section_names(), _headings(self._tokens), strict=True)
        return Tips(
            title.content,
            self._rendered([self._with_languages(lead)]),
            tuple(TipsSection(name, title, level) for name, (title, level) in headings),
            self._rendered(self._changed(self._tokens[start:])),
        )

    def _rendered(self, tokens: Iterable[Token]) -> Markup:
        return Markup(self._renderer.renderer.render(list(tokens), self._renderer.options, {}))

    def _changed(self, tokens: Sequence[Token]) -> Iterator[Token]:
        """Yield tokens with names at the headings, tables that scroll by themselves, and examples that are links."""
        names, tables, section, table = iter(section_names()), _tables(tokens), "", False
        for token in tokens:
            if token.type == "table_open":
                table = True
                yield from self._framed(next(tables), section)
            if token.type == "heading_open":
                section = next(names)
                yield token.copy(attrs={"id": section})
            elif not table:
                yield self._with_languages(token)
            table = table and token.type != "table_close"

    def _framed(self, table: _Table, section: str) -> Iterator[Token]:
        # What can be scrolled must be reached with the keyboard, and what is reached must have a name
        attributes: dict[str, str | int | float] = {
            "class": "table",
            "role": "group",
            "tabindex": 0,
            "aria-labelledby": section,
        }
        yield Token("table_frame_open", "div", 1, attrs=attributes, block=True)
        examples = {id(code) for code in table.examples}
        for token in table.for_readers():
            yield self._with_languages(token, examples)
        yield Token("table_frame_close", "div", -1, block=True)

    def _with_languages(self, token: Token, examples: Container[int] = ()) -> Token:
        """Return a token with the words of other languages marked as such; the codes of ``examples`` become links."""
        if not token.children:
            return token
        return token.copy(
            children=[new for child in token.children for new in self._marked(child, id(child) in examples)]
        )

    def _marked(self, child: Token, is_example: bool) -> Iterator[Token]:
        if child.type == "text":
            yield from self._words(child.content)
        elif child.type == "code_inline":
            language = foreign_language(child.content, self._language)
            code = child.copy(attrs={"lang": language}) if language else child
            yield from self._linked(code) if is_example else [code]
        else:
            yield child

    def _linked(self, code: Token) -> Iterator[Token]:
        yield Token("link_open", "a", 1, attrs={"href": self._address.replace(_PLACE, quote_plus(code.content))})
        yield code
        yield Token("link_close", "a", -1)

    def _words(self, text: str) -> Iterator[Token]:
        """Yield a text in pieces, the words of another language inside an element that names it."""
        end = 0
        for found in _FOREIGN_WORDS[self._language].finditer(text):
            yield Token("text", "", 0, content=text[end : found.start()])
            language = foreign_language(found.group(), self._language)
            yield Token("span_open", "span", 1, attrs={"lang": language or self._language})
            yield Token("text", "", 0, content=found.group())
            yield Token("span_close", "span", -1)
            end = found.end()
        yield Token("text", "", 0, content=text[end:])
