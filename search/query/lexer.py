"""
The pieces of a query: words, phrases, fields with their values, brackets and operators.

It decides what every character belongs to, and hands the parser a list in which brackets are balanced and every
operand is already a leaf of the tree. What joins what is the parser's matter, how the pieces are written marks.py's.
"""

import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from search.query import marks
from search.query.dates import parse_dates
from search.query.fields import DATE_FIELDS, TEXT_FIELDS, find_field, find_language
from search.query.nodes import DateRange, Everything, Exact, InField, Node, Phrase, Prefix, Word, in_field
from search.query.notices import Notices

# A long headline has 20 words; a list of names fits too. Each word costs dictionary look-ups and postings.
MAX_WORDS = 64
# Nobody types five levels; twenty keep every later recursion over the tree shallow.
MAX_DEPTH = 20
# Wider than a long sentence, nearness means nothing.
MAX_SLOP = 50
# One letter would stand for a good part of the dictionary.
MIN_PREFIX_LETTERS = 2

_IDENTIFIERS = ("id", "story")


class Kind(StrEnum):
    """What a token is to the parser; the operators are the values of ``marks.OPERATORS``."""

    LEAF = "leaf"
    OPEN = "open"
    CLOSE = "close"
    AND = "and"
    OR = "or"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query: a leaf brings its ``node``, an opening bracket the text ``field`` of its group."""

    kind: Kind
    start: int
    end: int
    node: Node | None = None
    field: str | None = None


class _Bracket(NamedTuple):
    start: int
    field: str | None  # the keyword or date field that takes the words inside as its values
    kept: bool  # False: too deep, so neither this bracket nor its counterpart counts


class _Quoted(NamedTuple):
    content: str
    start: int
    end: int
    slop: int
    closed: bool


def tokenize(text: str, today: date, notices: Notices) -> list[Token]:
    """Return the tokens of a query, with at most ``MAX_WORDS`` words and with balanced brackets."""
    return _Lexer(text, today, notices).run()


class _Lexer:
    """One pass over one query."""

    def __init__(self, text: str, today: date, notices: Notices) -> None:
        self.text = text
        self.today = today
        self.notices = notices
        self.tokens: list[Token] = []
        self.brackets: list[_Bracket] = []
        self.position = 0
        self.words = 0
        self.full = False

    def run(self) -> list[Token]:
        while self.position < len(self.text) and not self.full:
            self._step()
        while self.full and self.tokens and self.tokens[-1].kind in (Kind.AND, Kind.OR, Kind.NOT):
            self.tokens.pop()  # what they would have joined was not read
        self._close_all()
        return self.tokens

    def _step(self) -> None:
        character = self.text[self.position]
        if blank := marks.BLANK.match(self.text, self.position):
            self.position = blank.end()
        elif character == "(":
            self._open(self.position, self.position, self._context())
        elif character == ")":
            self._close()
        elif bars := marks.BARS.match(self.text, self.position):
            self.tokens.append(Token(Kind.OR, *bars.span()))
            self.position = bars.end()
        elif character in marks.QUOTES:
            self._phrase()
        else:
            self._chunk()

    # Brackets

    def _open(self, start: int, bracket: int, field: str | None) -> None:
        """Open the group whose bracket stands at ``bracket``; with its field it begins at ``start``."""
        is_text = field in TEXT_FIELDS
        kept = len(self.brackets) < MAX_DEPTH
        self.brackets.append(_Bracket(bracket, None if is_text else field, kept))
        self.position = bracket + 1
        if kept:
            self.tokens.append(Token(Kind.OPEN, start, bracket + 1, field=field if is_text else None))
        else:
            self.notices.add("too-deep", bracket, bracket + 1)

    def _close(self) -> None:
        self.position += 1
        if not self.brackets:
            self.notices.add("unbalanced-bracket", self.position - 1, self.position)
        elif self.brackets.pop().kept:
            self.tokens.append(Token(Kind.CLOSE, self.position - 1, self.position))

    def _close_all(self) -> None:
        while self.brackets:
            bracket = self.brackets.pop()
            if not self.full:  # otherwise its counterpart may be in what was not read
                self.notices.add("unbalanced-bracket", bracket.start, bracket.start + 1)
            if bracket.kept:
                self.tokens.append(Token(Kind.CLOSE, self.position, self.position))

    def _context(self) -> str | None:
        """Return the keyword or date field in whose group this place is."""
        return self.brackets[-1].field if self.brackets else None

    # Words

    def _chunk(self) -> None:
        """Read a run of characters without blanks: a word, an operator, or a field with its value."""
        start, end = self._chunk_span(self.position)
        begin = start + self._is_minus(start)
        self.position = end
        if begin > start and (begin < end or self._opens(end)):
            self.tokens.append(Token(Kind.NOT, start, begin))
        if begin < end and not self._field(begin, end):
            self._word(begin, end)

    def _word(self, start: int, end: int) -> None:
        node = Everything() if self.text[start:end] == "*" else self._word_or_prefix(start, end)
        if isinstance(node, Word) and (operator := marks.OPERATORS.get(node.text)):
            self.tokens.append(Token(Kind(operator), node.start, node.end))
            return
        if node is None:
            self._drop(start)
            return
        context = self._context()
        # In the group of a keyword or date field, what cannot be its value is searched as a word.
        value = self._value(context, start, end) if context else None
        self._add_leaf(value or node, start, end)

    def _word_or_prefix(self, start: int, end: int) -> Word | Prefix | None:
        text = self.text[start:end]
        begin = end - len(text.lstrip(marks.LEFT_EDGE))
        stem = self.text[begin:end].rstrip(marks.EDGE_BUT_STAR)
        bare = stem.rstrip(marks.EDGE)
        word = marks.QUOTE_FOR_APOSTROPHE.sub("'", bare)
        if not marks.has_letters(word):
            return None
        if text.count("*") == 1 and stem.endswith("*"):
            if sum(map(str.isalnum, word)) >= MIN_PREFIX_LETTERS:
                return Prefix(word, begin, begin + len(stem))
            self.notices.add("short-prefix", start, end)
        elif "*" in text:
            self.notices.add("misplaced-star", start, end)
        return Word(word, begin, begin + len(bare))

    def _chunk_span(self, start: int) -> tuple[int, int]:
        chunk = marks.CHUNK.match(self.text, start)
        return chunk.span() if chunk else (start, start)

    def _is_minus(self, at: int) -> bool:
        """Tell whether a minus here excludes: it is a single one at the beginning of a word."""
        before, after = self.text[at - 1 : at], self.text[at + 1 : at + 2]
        at_beginning = at == 0 or before in "(|:" or marks.BLANK.match(before) is not None
        return self.text[at] in marks.MINUSES and at_beginning and not (after and after in marks.DASHES)

    def _drop(self, start: int) -> None:
        """Forget what stands here and means nothing, together with the minus before it."""
        if self.tokens and self.tokens[-1].kind is Kind.NOT and self.tokens[-1].end == start:
            self.tokens.pop()

    # Phrases

    def _phrase(self) -> None:
        start = self.position
        if self._is_stray(start):
            self.notices.add("stray-quote", start, start + 1)
            self.position += 1
            return
        quoted = self._quoted(start)
        self.position = quoted.end
        context = self._context()
        value = self._quoted_value(context, quoted) if context else None
        if node := value or self._quoted_value(None, quoted):
            self._add_leaf(node, start, quoted.end)
        else:
            self._drop(start)

    def _opens(self, at: int) -> bool:
        """Tell whether a phrase or a group begins here."""
        character = self.text[at : at + 1]
        return character == "(" or (character in marks.CLOSING and not self._is_stray(at))

    def _is_stray(self, at: int) -> bool:
        """Tell whether a quotation mark can only close: it never opens, or hangs on the end of a word."""
        if self.text[at] not in marks.TWO_FACED:
            return self.text[at] not in marks.CLOSING
        before, after = self.text[at - 1 : at], self.text[at + 1 : at + 2]
        hangs = at > 0 and before not in "(|:" + marks.MINUSES and not marks.BLANK.match(before)
        return hangs and (not after or after in ")|" or marks.BLANK.match(after) is not None)

    def _quoted(self, start: int) -> _Quoted:
        """Read a phrase to its closing mark, or to the end of the query."""
        closing = marks.CLOSING[self.text[start]]
        end = start + 1
        while end < len(self.text):
            if self.text[end] in closing and not marks.QUOTE_FOR_APOSTROPHE.match(self.text, end):
                break
            end += 1
        closed = end < len(self.text)
        slop = marks.SLOP.match(self.text, end + 1)
        # Three digits are over the maximum already.
        distance = min(int(slop[1][:3]), MAX_SLOP) if slop and slop[1] else 0
        after = slop.end() if slop else min(end + 1, len(self.text))
        return _Quoted(self.text[start + 1 : end], start, after, distance, closed)

    def _quoted_value(self, field: str | None, quoted: _Quoted) -> Node | None:
        """Return what a phrase means in a field (None: in no particular one), or None with a notice."""
        content, start, end, slop, closed = quoted
        if not closed:
            self.notices.add("unclosed-quote", start, start + 1)
        if not marks.has_letters(content):
            if closed:
                self.notices.add("empty-quotes", start, end)
            return None
        if field is not None and field not in TEXT_FIELDS:
            return self._keyword(field, content, start, end)
        if "*" in content:
            self.notices.add("misplaced-star", start, end)
        return Phrase(marks.phrase_text(content), start, end, slop)

    # Fields

    def _field(self, chunk: int, end: int) -> bool:
        """Read a field with its value if one begins in this chunk, and tell whether one did."""
        start = end - len(self.text[chunk:end].lstrip(marks.LEFT_EDGE))
        match = marks.FIELD.match(self.text, start, end)
        if match is None:
            return False
        colon = match.end()
        field = find_field(match[1])
        if field is None:
            self._note_unknown_field(match[1], start, colon, end)
            return False
        at = self._value_start(colon, end)
        if at is None:
            self.notices.add("empty-field", start, colon)
            return False
        if self.text[at] == "(":
            self._open(start, at, field)
            return True
        return self._field_value(field, start, at)

    def _note_unknown_field(self, name: str, start: int, colon: int, end: int) -> None:
        # "Байден:заявив" is a sentence, "http://" an address: people type the names of fields in small letters.
        has_value = self.text[colon : colon + 1].isalnum() or (colon == end and self._opens(end))
        if name.islower() and has_value:
            self.notices.add("unknown-field", start, end)

    def _value_start(self, colon: int, end: int) -> int | None:
        """Return where the value of a field begins; blanks after the colon are forgiven if a value follows."""
        at = colon
        if colon == end:
            while at < len(self.text) and self.text[at].isspace():
                at += 1
        start, end = self._chunk_span(at)
        if self._opens(at) or (at == colon and start < end):
            return at
        if start == end or self.text[at] in marks.DASHES:
            return None
        other = marks.FIELD.match(self.text, start, end)
        is_operator = self.text[start:end].strip(marks.LEFT_EDGE) in marks.OPERATORS
        return None if is_operator or (other and find_field(other[1])) else at

    def _field_value(self, field: str, start: int, at: int) -> bool:
        if self.text[at] in marks.CLOSING:
            quoted = self._quoted(at)
            begin, end, value = at, quoted.end, self._quoted_value(field, quoted)
        else:
            begin = at + (field not in (*DATE_FIELDS, *_IDENTIFIERS) and self._is_minus(at))
            end = self._value_end(field, begin)
            value = self._value(field, begin, end)
        if value is None:
            if not marks.has_letters(self.text[begin:end]):
                self.notices.add("empty-field", start, end)
            return False
        if begin > at:
            self.tokens.append(Token(Kind.NOT, at, begin))
        self.position = end
        self._add_leaf(_placed(field, value, start, end), start, end)
        return True

    def _value_end(self, field: str, start: int) -> int:
        if field in TEXT_FIELDS or field in DATE_FIELDS or field == "language":
            return self._chunk_span(start)[1]
        keyword = marks.KEYWORD.match(self.text, start)
        return start + len(keyword[0].rstrip(",;")) if keyword else start

    def _value(self, field: str, start: int, end: int) -> Node | None:
        """Return what an unquoted value means in a field, or None."""
        text = self.text[start:end]
        if text == "*":
            self.notices.add("misplaced-star", start, end)
            return Everything()
        if field in TEXT_FIELDS:
            return self._word_or_prefix(start, end)
        if not marks.has_letters(text):
            return None
        if text.endswith("*"):
            self.notices.add("misplaced-star", start, end)
        return self._keyword(field, text.rstrip("*"), start, end)

    def _keyword(self, field: str, text: str, start: int, end: int) -> Node | None:
        """Return the value of a keyword or date field, or None with a notice."""
        if field in DATE_FIELDS:
            trimmed = text.strip(marks.LEFT_EDGE)
            limits = parse_dates(field, text, self.today) or parse_dates(field, trimmed, self.today)
            if limits is None:
                self.notices.add("bad-date", start, end)
            return limits and DateRange(limits.since, limits.until, start, end)
        if field == "language":
            language = find_language(text.strip(marks.LEFT_EDGE))
            if language is None:
                self.notices.add("unknown-language", start, end)
                return None
            return Exact(field, language, start, end)
        value = marks.keyword_text(text)
        # Articles keep their texts in this form, but ids as they came.
        return Exact(field, value if field in _IDENTIFIERS else unicodedata.normalize("NFC", value), start, end)

    # The limit

    def _add_leaf(self, node: Node, start: int, end: int) -> None:
        """Add an operand while the query may still have words; a phrase that goes over is cut."""
        room = MAX_WORDS - self.words
        words = _count_words(node)
        if words > room:
            self.full = True
            self.notices.add("too-many-words", start, len(self.text))
        kept = node if words <= room else _cut(node, room)
        if kept is not None:
            self.words += min(words, room)
            self.tokens.append(Token(Kind.LEAF, start, end, kept))


def _placed(field: str, value: Node, start: int, end: int) -> Node:
    """Return the value of a field as the leaf that stands for the field and the value."""
    if isinstance(value, (Exact, DateRange)):
        return replace(value, start=start, end=end)
    return in_field(field, value, start, end)


def _count_words(node: Node) -> int:
    match node:
        case Phrase(text):
            return len(text.split())
        case InField(_, child):
            return _count_words(child)
        case Everything():
            return 0
        case _:
            return 1


def _cut(node: Node, words: int) -> Node | None:
    match node:
        case Phrase(text):
            beginning = " ".join(text.split()[:words])
            return replace(node, text=beginning) if marks.has_letters(beginning) else None
        case InField(_, child):
            kept = _cut(child, words)
            return kept and replace(node, child=kept)
        case _:
            return None
