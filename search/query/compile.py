"""
From the tree that a person wrote to the tree that the engine evaluates.

Here words meet the analysis: a word becomes one group of forms (itself, then its lemmas in every language in which it
can be read), a quoted phrase only what stands in the quotes. Besides the engine's tree come the *leaves*, by which
snippets are marked and the page says how the query was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import whoosh.query

from search.language import DERIVED_PREFIXES, Token, analyze, fold, readable_lemmas, split_term, term_kind
from search.query import leaves, nodes

# A lemma is worth a little less than the very form that was typed, so that among articles that are equal otherwise the
# one with the typed form comes first; much less would bury the other forms of a name under one rare spelling.
# Measured: docs/architecture.md, "How are results ranked?".
LEMMA_WEIGHT = 0.8
# A word such as a.b.c.d... has as many parts as letters; each costs a look at the index.
MAX_PARTS_OF_A_WORD = 16

_TEXT_FIELDS = {name: (name,) for name in ("title", "lead", "body", "author", "tag", "place", "credit")}

Leafable = leaves.Word | leaves.Sequence | leaves.Beginning


@dataclass(frozen=True, slots=True)
class Leaf:
    """
    A word, phrase or prefix of the query: what was typed, how it is searched, and its lemmas by language.

    ``kind`` is ``"word"``, ``"phrase"`` or ``"prefix"``. ``queries`` are the engine's leaves it became; ``wanted`` is
    False under a NOT. ``start`` and ``end`` say where it stands in the query, if it comes from one.
    """

    typed: str
    kind: str
    queries: tuple[Leafable, ...]
    lemmas: dict[str, tuple[str, ...]]
    wanted: bool
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """The engine's tree, the leaves in the order of the query, and whether the query itself limits the date."""

    tree: whoosh.query.Query
    leaves: tuple[Leaf, ...]
    has_words: bool
    dates: tuple[nodes.DateRange, ...]

    @property
    def finds_everything(self) -> bool:
        """Whether every article answers the query: it is empty."""
        return isinstance(self.tree, whoosh.query.Every) and self.tree.fieldname is None


@dataclass(frozen=True, slots=True)
class _Context:
    fields: tuple[str, ...]
    wanted: bool
    found: list[Leaf]
    dates: list[nodes.DateRange]


def compile_query(tree: nodes.Node, default_fields: Sequence[str]) -> CompiledQuery:
    """
    Return the engine's query for a parsed one; a word that names no field is looked for in ``default_fields``.

    What has no words in it ("!!!") asks for nothing and is left out.
    """
    context = _Context(tuple(default_fields), True, [], [])
    compiled = _compiled(tree, context)
    return CompiledQuery(
        compiled or whoosh.query.Every(),
        tuple(context.found),
        any(leaf.wanted for leaf in context.found),
        tuple(context.dates),
    )


def _compiled(node: nodes.Node, context: _Context) -> whoosh.query.Query | None:
    """Return the engine's query, or None where there is nothing to ask for."""
    match node:
        case nodes.Word() | nodes.Phrase() | nodes.Prefix():
            return _leaf(node, context)
        case nodes.And(children):
            return _joined(whoosh.query.And, children, context)
        case nodes.Or(children):
            return _joined(whoosh.query.Or, children, context)
        case nodes.Not(child):
            inner = _compiled(child, replace(context, wanted=not context.wanted))
            return None if inner is None else whoosh.query.Not(inner)
        case nodes.InField(field, child):
            return _compiled(child, replace(context, fields=_TEXT_FIELDS[field]))
        case nodes.Exact(field, value):
            return _exact(field, value)
        case nodes.DateRange():
            context.dates.append(node)
            return leaves.Between("published", node.since, node.until)
        case nodes.Everything():
            return whoosh.query.Every()
        case nodes.Nothing():
            return whoosh.query.NullQuery
        case _:
            assert_never(node)


def _joined(
    kind: type[whoosh.query.Query], children: Sequence[nodes.Node], context: _Context
) -> whoosh.query.Query | None:
    compiled = [query for query in (_compiled(child, context) for child in children) if query is not None]
    if not compiled:
        return None
    return compiled[0] if len(compiled) == 1 else kind(compiled)


def _leaf(node: nodes.Word | nodes.Phrase | nodes.Prefix, context: _Context) -> whoosh.query.Query | None:
    found: tuple[Leafable, ...]
    lemmas: dict[str, tuple[str, ...]] = {}
    match node:
        case nodes.Prefix(text):
            kind, found = "prefix", _beginning(text, context.fields)
        case nodes.Phrase(text, slop=slop):
            kind, found = "phrase", _phrase(analyze(text), slop, context.fields)
        case nodes.Word(text):
            tokens = analyze(text)[:MAX_PARTS_OF_A_WORD]
            kind, found, lemmas = "word", _word(tokens, context.fields), _lemmas(tokens)
    if not found:
        return None
    context.found.append(Leaf(node.text, kind, found, lemmas, context.wanted, node.start, node.end))
    return found[0] if len(found) == 1 else whoosh.query.DisjunctionMax(list(found))


def _word(tokens: Sequence[Token], fields: tuple[str, ...]) -> tuple[Leafable, ...]:
    if not tokens:
        return ()
    if len(tokens) == 1:
        return (leaves.Word(fields, _forms(tokens[0])),)
    # A word of several tokens (прес-служба, F-16): its parts one after another, or written as one.
    sequence = leaves.Sequence(fields, tuple(_forms(token) for token in tokens))
    joined = tuple(form for form in _forms(tokens[0]) if _spans(form.term, tokens))
    return (sequence, leaves.Word(fields, joined)) if joined else (sequence,)


def _spans(term: str, tokens: Sequence[Token]) -> bool:
    """Return whether a term of the first token stands for the whole word: it goes on where the first part ends."""
    if not tokens[-1].text[:1].isalnum():  # 10%: the number alone says nothing of the sign behind it
        return False
    beginning = tokens[0].text[: tokens[-1].start - tokens[0].start] + tokens[-1].text[:1]
    return _letters(split_term(term)[1]).startswith(_letters(fold(beginning)))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _phrase(tokens: Sequence[Token], slop: int, fields: tuple[str, ...]) -> tuple[Leafable, ...]:
    """Quotation marks mean exactly the words inside: only bare terms, no lemmas."""
    slots = tuple(_exact_forms(token) for token in tokens)
    if not slots:
        return ()
    if len(slots) == 1:
        return (leaves.Word(fields, slots[0]),)
    return (leaves.Sequence(fields, slots, slop),)


def _exact_forms(token: Token) -> tuple[leaves.Form, ...]:
    forms = tuple(form for form in _forms(token) if form.weight == 1.0)
    # it's is also known as it, which is not what stands in the quotation marks.
    return forms[:1] if forms[0].term.endswith("'s") else forms


def _beginning(text: str, fields: tuple[str, ...]) -> tuple[Leafable, ...]:
    folded = fold(text)
    return (leaves.Beginning(fields, folded, DERIVED_PREFIXES),) if folded else ()


def _forms(token: Token) -> tuple[leaves.Form, ...]:
    # Name keys wait for the bridges between languages.
    terms = (term for term in token.terms if term_kind(term) != "name")
    return tuple(leaves.Form(term, LEMMA_WEIGHT if split_term(term)[0] else 1.0) for term in terms)


def _lemmas(tokens: Sequence[Token]) -> dict[str, tuple[str, ...]]:
    """Return the lemmas of a word by language, as a dictionary has them; a language with guesses only has none."""
    found: dict[str, dict[str, None]] = {}
    for token in tokens:
        for language, lemmas in readable_lemmas(token).items():
            found.setdefault(language, {}).update(dict.fromkeys(lemmas))
    return {language: tuple(lemmas) for language, lemmas in found.items()}


def _exact(field: str, value: str) -> whoosh.query.Query:
    if field in ("id", "story"):
        return leaves.Identifier(value, group=field == "story")
    return leaves.Keyword(field, (value,))
