"""
The query language: a person's text to a tree (``parse_query``), and the tree back to text (``show``, ``describe``).

These names know no engine; ``search.query.compile`` makes the engine's query of a tree and is imported by its name.
"""

from search.query.nodes import (
    And,
    DatePhrase,
    DateRange,
    Everything,
    Exact,
    InField,
    Node,
    Not,
    Nothing,
    Notice,
    Or,
    ParsedQuery,
    Phrase,
    Prefix,
    Word,
)
from search.query.notices import NOTICE_MESSAGES
from search.query.parser import MAX_QUERY_CHARACTERS, parse_query
from search.query.relaxing import RelaxedQuery, relaxed
from search.query.show import describe, show

__all__ = [
    "MAX_QUERY_CHARACTERS",
    "NOTICE_MESSAGES",
    "And",
    "DatePhrase",
    "DateRange",
    "Everything",
    "Exact",
    "InField",
    "Node",
    "Not",
    "Nothing",
    "Notice",
    "Or",
    "ParsedQuery",
    "Phrase",
    "Prefix",
    "RelaxedQuery",
    "Word",
    "describe",
    "parse_query",
    "relaxed",
    "show",
]
