"""
A person's text to the tree of a query, with notices about what was not understood.

Every text is a query: nothing raises. All words are required; ``NOT`` binds tightest, then ``AND`` (written or not),
then ``OR``. Words that name a time limit the date. It knows no index and no grammar of a language;
docs/query-language.md is the same for people.
"""

from collections.abc import Collection, Iterable
from datetime import date

from search.query.date_phrases import apply_date_phrases
from search.query.lexer import Kind, Token, tokenize
from search.query.nodes import (
    DatePhrase,
    Everything,
    InField,
    Node,
    Nothing,
    Notice,
    ParsedQuery,
    Prefix,
    Word,
    all_of,
    any_of,
    in_field,
    negated,
)
from search.query.notices import Notices

# A paragraph; a longer text is a document, and for that there is `visti related`.
MAX_QUERY_CHARACTERS = 1000


def parse_query(text: str, today: date, *, without: Collection[str] = frozenset()) -> ParsedQuery:
    """
    Return the tree and the notices of a query; ``today`` is what relative dates count from.

    ``without`` holds the ids of date phrases that are to stay words, or ``"dates"`` for all of them.

    Never raises. A blank query is everything; one without a letter or digit is nothing, with a notice.

    >>> from search.query.show import describe
    >>> describe(parse_query('Київ "мирний план" -футбол', date(2026, 1, 1)).tree)
    'and(Київ, phrase("мирний план"), not(футбол))'
    >>> describe(parse_query("автор:Франко (вірші АБО проза) дата:2024..", date(2026, 1, 1)).tree)
    'and(in(author, Франко), or(вірші, проза), dates(2024-01-01..))'
    >>> [notice.code for notice in parse_query('"незакрита', date(2026, 1, 1)).notices]
    ['unclosed-quote']
    >>> describe(parse_query("обстріл Харкова минулого тижня", date(2026, 1, 1)).tree)
    'and(обстріл, Харкова, dates(2025-12-22..2025-12-28))'
    """
    notices = Notices(text)
    kept = _cut(text, notices)
    tokens = tokenize(kept, today, notices)
    tree = _Parser(kept, tokens, notices).parse()
    if tree is None and text.strip():
        notices.add("nothing-to-search", 0, len(text))
        tree = Nothing()
    dated, phrases = apply_date_phrases(tree or Everything(), text, today, without)
    told = (notice for notice in notices.in_order() if not _is_outdone(notice, phrases))
    return ParsedQuery(dated, tuple(told), phrases)


def _is_outdone(notice: Notice, phrases: Iterable[DatePhrase]) -> bool:
    """Tell whether what a date field could not read, ``date:(last week)``, was read as a phrase after all."""
    inside = (phrase.on and phrase.start <= notice.start < phrase.end for phrase in phrases)
    return notice.code == "bad-date" and any(inside)


def _cut(text: str, notices: Notices) -> str:
    """Return the part of a query that is read, up to the end of a word if there is one."""
    if len(text) <= MAX_QUERY_CHARACTERS:
        return text
    end = MAX_QUERY_CHARACTERS
    while end > 0 and not text[end].isspace():
        end -= 1
    end = end or MAX_QUERY_CHARACTERS
    notices.add("query-cut", end, len(text))
    return text[:end]


class _Parser:
    """Recursive descent, one level per bracket; the lexer keeps the brackets balanced and few."""

    def __init__(self, text: str, tokens: list[Token], notices: Notices) -> None:
        self.text = text
        self.tokens = tokens
        self.notices = notices
        self.index = 0

    def parse(self) -> Node | None:
        self._note_capitals()
        return self._expression()

    def _expression(self) -> Node | None:
        """Read up to the closing bracket or the end; None if there are no operands."""
        alternatives: list[list[Node]] = [[]]
        waiting: Token | None = None  # an operator that lacks its right side
        while (token := self._peek()) and token.kind is not Kind.CLOSE:
            if token.kind in (Kind.AND, Kind.OR):
                self.index += 1
                if waiting or not alternatives[-1]:
                    self._note_lonely(token)
                else:
                    waiting = token
            elif node := self._operand():
                if waiting and waiting.kind is Kind.OR:
                    alternatives.append([])
                alternatives[-1].append(node)
                waiting = None
        if waiting:
            self._note_lonely(waiting)
        return any_of(map(all_of, alternatives)) if alternatives[0] else None

    def _operand(self) -> Node | None:
        """Read a leaf or a group with the negation before it."""
        negation: Token | None = None
        while (token := self._peek()) and token.kind in (Kind.NOT, Kind.AND, Kind.OR):
            if negation:
                self._note_lonely(token)
            negation = negation or token
            self.index += 1
        if token is None or token.kind is Kind.CLOSE:
            if negation:
                self._note_lonely(negation)
            return None
        self.index += 1
        node = token.node if token.kind is Kind.LEAF else self._group(token)
        return negated(node) if negation and node else node

    def _group(self, opening: Token) -> Node | None:
        node = self._expression()
        end = self.tokens[self.index].end
        self.index += 1
        if opening.field is None:
            return node
        if node is None:
            self.notices.add("empty-field", opening.start, end)
            return None
        # The innermost field counts, so one that holds nothing but another is not needed.
        return node if isinstance(node, InField) else in_field(opening.field, node, opening.start, end)

    def _peek(self) -> Token | None:
        return self.tokens[self.index] if self.index < len(self.tokens) else None

    def _note_lonely(self, token: Token) -> None:
        self.notices.add("lonely-operator", token.start, token.end)

    def _note_capitals(self) -> None:
        """Warn where a headline in capitals ("НЕ ЗАБУДЬ") reads as an exclusion."""
        words = [token.node.text for token in self.tokens if isinstance(token.node, (Word, Prefix))]
        if not "".join(words).isupper():
            return
        for token in self.tokens:
            if token.kind is Kind.NOT and self.text[token.start : token.end].isalpha():
                self.notices.add("not-in-capitals", token.start, token.end)
