"""
A tree as text, in two forms.

``show`` writes the user's syntax, for telling people how their query was read; parsing it again gives the same tree
(unless it outgrows the limits of a query). ``describe`` writes a compact form for tests, docs and ``--explain``.
"""

import re
from functools import reduce

from search.query.dates import Limits, kyiv_days, show_dates
from search.query.nodes import And, DateRange, Everything, Exact, InField, Node, Not, Nothing, Or, Phrase, Prefix, Word

# Values that need no quotation marks around them.
_PLAIN_VALUE = re.compile(r"\w[\w.-]*")
# After another number and a blank these would be its thousands.
_THREE_DIGITS = re.compile(r"[0-9]{3}(?![0-9])")


def show(node: Node) -> str:
    """
    Return a query that the parser reads as this tree.

    >>> show(Or((Phrase("мирний план", 0, 13), Not(Prefix("перемов", 17, 25)))))
    '"мирний план" OR -перемов*'
    """
    match node:
        case And(children):
            return reduce(_join, (_show_part(child, Or) for child in children))
        case Or(children):
            return " OR ".join(_show_alternative(child) for child in children)
        case Not(child):
            return f"-{_show_part(child, And, Or)}"
        case InField(field, child):
            return f"{field}:{_show_part(child, And, Or)}"
        case _:
            return _show_leaf(node)


def describe(node: Node) -> str:
    """
    Return a tree in prefix notation; dates are days of Kyiv.

    >>> describe(And((Word("a", 0, 1), Phrase("b c", 2, 7), Not(Word("d", 9, 10)))))
    'and(a, phrase("b c"), not(d))'
    """
    match node:
        case And(children):
            return f"and({', '.join(map(describe, children))})"
        case Or(children):
            return f"or({', '.join(map(describe, children))})"
        case Not(child):
            return f"not({describe(child)})"
        case InField(field, child):
            return f"in({field}, {describe(child)})"
        case _:
            return _describe_leaf(node)


def _show_part(child: Node, *looser: type) -> str:
    """Return a child as text, in brackets if it binds looser than what it is a part of."""
    return f"({show(child)})" if isinstance(child, looser) else show(child)


def _join(left: str, right: str) -> str:
    """Join two required parts by a blank, or by AND where digits on both sides would make one number."""
    return f"{left} AND {right}" if left[-1].isdigit() and _THREE_DIGITS.match(right) else f"{left} {right}"


def _show_alternative(child: Node) -> str:
    # The AND is written out here: people do not know which binds tighter, a blank or an OR.
    return " AND ".join(_show_part(part, Or) for part in child.children) if isinstance(child, And) else show(child)


def _show_leaf(node: Node) -> str:
    match node:
        case Word(text):
            return text
        case Phrase(text, slop=slop):
            return f'"{text}"~{slop}' if slop else f'"{text}"'
        case Prefix(text):
            return f"{text}*"
        case Exact(field, value):
            return f"{field}:{_show_value(value)}"
        case DateRange(since, until):
            return show_dates(Limits(since, until))
        case Nothing():
            return "-*"
        case _:
            return "*"


def _show_value(value: str) -> str:
    if _PLAIN_VALUE.fullmatch(value):
        return value
    return f"«{value}»" if '"' in value else f'"{value}"'


def _describe_leaf(node: Node) -> str:
    match node:
        case Word(text):
            return text
        case Phrase(text, slop=slop):
            return f'phrase("{text}", {slop})' if slop else f'phrase("{text}")'
        case Prefix(text):
            return f"prefix({text})"
        case Exact(field, value):
            return f'exact({field}, "{value}")'
        case DateRange(since, until):
            first, last = kyiv_days(Limits(since, until))
            return f"dates({first or ''}..{last or ''})"
        case Everything():
            return "everything"
        case _:
            return "nothing"
