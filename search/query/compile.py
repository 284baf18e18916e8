"""
From the tree that a person wrote to the tree that the engine evaluates.

Here words meet the analysis: a word becomes one group of forms (``forms``), a quoted phrase only what stands in the
quotes, and what is required of articles in other languages is added (``across``). Besides the engine's tree come the
*leaves*, by which snippets are marked and the page says how the query was read.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import whoosh.query

from search.language import Token, analyze, is_function_word, readable_lemmas
from search.query import leaves, nodes
from search.query.across import Across, Part, required_across
from search.query.bridges import Bridge, Bridges
from search.query.fields import QUOTATION_FIELDS
from search.query.forms import Leafable, WordForms, beginning, bridged_forms, exact_forms, word_forms

# A word such as a.b.c.d... has as many parts as letters; each costs a look at the index.
MAX_PARTS_OF_A_WORD = 16


@dataclass(frozen=True, slots=True)
class Leaf:
    """
    A word, phrase or prefix of the query: what was typed, how it is searched, its lemmas by language, its bridges.

    ``kind`` is ``"word"``, ``"phrase"``, ``"prefix"``, or ``"name"`` for words that are leaves of their own and lead
    somewhere together. ``queries`` are the engine's leaves it became; ``wanted`` is False under a NOT. ``start`` and
    ``end`` say where it stands in the query, if it comes from one.
    """

    typed: str
    kind: str
    queries: tuple[Leafable, ...]
    lemmas: dict[str, tuple[str, ...]]
    wanted: bool
    start: int = 0
    end: int = 0
    bridges: tuple[Bridge, ...] = ()


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """
    The engine's tree, the leaves in the order of the query, and whether the query itself limits the date.

    ``across`` says what is required of articles in other languages than the query's, where that is less than all.
    ``said`` are the parts of the tree that one quotation must answer, those under a NOT left out.
    """

    tree: whoosh.query.Query
    leaves: tuple[Leaf, ...]
    has_words: bool
    dates: tuple[nodes.DateRange, ...]
    across: tuple[Across, ...] = ()
    said: tuple[whoosh.query.Query, ...] = ()

    @property
    def finds_everything(self) -> bool:
        """Whether every article answers the query: it is empty."""
        return isinstance(self.tree, whoosh.query.Every) and self.tree.fieldname is None


@dataclass(frozen=True, slots=True)
class _Context:
    fields: tuple[str, ...]
    wanted: bool
    bridges: Bridges | None
    without: Collection[str]
    found: list[Leaf]
    dates: list[nodes.DateRange]
    across: list[Across]
    said: list[whoosh.query.Query]
    in_quotation: bool = False


def compile_query(
    tree: nodes.Node,
    default_fields: Sequence[str],
    bridges: Bridges | None = None,
    without: Collection[str] = frozenset(),
) -> CompiledQuery:
    """
    Return the engine's query for a parsed one; a word that names no field is looked for in ``default_fields``.

    Without ``bridges`` every word is searched only as itself and its lemmas; ``without`` names the kinds of bridges, or
    single ones (``search.query.bridges.switch``), that are switched off. What has no words in it ("!!!") asks for
    nothing and is left out.
    """
    context = _Context(tuple(default_fields), True, bridges, without, [], [], [], [])
    compiled = _compiled(tree, context)
    return CompiledQuery(
        compiled or whoosh.query.Every(),
        tuple(context.found),
        any(leaf.wanted for leaf in context.found),
        tuple(context.dates),
        tuple(dict.fromkeys(context.across)),
        tuple(context.said),
    )


def _compiled(node: nodes.Node, context: _Context) -> whoosh.query.Query | None:
    """Return the engine's query, or None where there is nothing to ask for."""
    if not context.in_quotation and _is_about_quotations(node, context.fields):
        return _of_one_quotation(node, context)
    match node:
        case nodes.Word():
            part = _word(node, context)
            return part and part.query
        case nodes.Phrase() | nodes.Prefix():
            return _phrase_or_prefix(node, context)
        case nodes.And(children):
            return _all_of(children, context)
        case nodes.Or(children):
            compiled = [query for query in (_compiled(child, context) for child in children) if query is not None]
            return compiled[0] if len(compiled) == 1 else whoosh.query.Or(compiled) if compiled else None
        case nodes.Not(child):
            inner = _compiled(child, replace(context, wanted=not context.wanted))
            return None if inner is None else whoosh.query.Not(inner)
        case nodes.InField(field, child):
            return _compiled(child, replace(context, fields=(field,)))
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


def _all_of(children: Sequence[nodes.Node], context: _Context) -> whoosh.query.Query | None:
    """Return the query that requires all children; of another language's articles most of the words, if wanted."""
    words: list[tuple[nodes.Word, Part]] = []
    others: list[whoosh.query.Query] = []
    said = [] if context.in_quotation else [child for child in children if _is_about_quotations(child, context.fields)]
    if said:
        compiled = _of_one_quotation(nodes.all_of(said), context)
        others += [compiled] if compiled is not None else []
    for child in (child for child in children if child not in said):
        if isinstance(child, nodes.Word):
            part = _word(child, context)
            words += [(child, part)] if part else []
        else:
            compiled = _compiled(child, context)
            others += [compiled] if compiled is not None else []
    parts = _together(words, context)
    if len(parts) + len(others) < 2:
        return parts[0].query if parts else others[0] if others else None
    if context.bridges is None or not context.wanted or "across" in context.without:
        return leaves.every([*(part.query for part in parts), *others])
    query, across = required_across(parts, others)
    context.across.extend(across)
    return query


def _is_about_quotations(node: nodes.Node, fields: Sequence[str]) -> bool:
    """Return whether a node asks of quotations alone, so that one of them can answer it."""
    match node:
        case nodes.InField(field, child):
            return field in QUOTATION_FIELDS and _is_about_quotations(child, (field,))
        case nodes.Word() | nodes.Phrase() | nodes.Prefix():
            return all(field in QUOTATION_FIELDS for field in fields)
        case nodes.And(children) | nodes.Or(children):
            return all(_is_about_quotations(child, fields) for child in children)
        case _:
            return False


def _of_one_quotation(node: nodes.Node, context: _Context) -> whoosh.query.Query | None:
    """Return the query for what one quotation must answer: nothing of it may stand in another of the same article."""
    without = frozenset(context.without) | {"across"}
    compiled = _compiled(node, replace(context, in_quotation=True, without=without))
    if compiled is not None and context.wanted:
        context.said.append(compiled)
    return leaves.SameParagraph(compiled) if compiled is not None and _requires_several(compiled) else compiled


def _requires_several(query: whoosh.query.Query) -> bool:
    parts = getattr(query, "subqueries", ())
    return isinstance(query, whoosh.query.And) or any(map(_requires_several, parts))


def _together(words: Sequence[tuple[nodes.Word, Part]], context: _Context) -> list[Part]:
    """Return the parts of a list of required words; those that lead somewhere together are one part."""
    parts = [part for _, part in words]
    if context.bridges is None or len(words) < 2:
        return parts
    tokens = [analyze(node.text)[:MAX_PARTS_OF_A_WORD] for node, _ in words]
    for start, end, crossings in reversed(list(context.bridges.together(tokens))):
        named, of_name = words[start:end], parts[start:end]
        typed = " ".join(node.text for node, _ in named)
        forms = bridged_forms(typed, crossings, context.fields, context.without)
        first, last = named[0][0], named[-1][0]
        context.found.append(
            Leaf(typed, "name", forms.queries, {}, context.wanted, first.start, last.end, forms.bridges)
        )
        if forms.queries:
            query = leaves.best_of([leaves.every(part.query for part in of_name), *forms.queries])
            languages = frozenset.intersection(*(part.languages for part in of_name))
            reaches = frozenset.intersection(*(part.reaches for part in of_name)) | forms.reaches
            parts[start:end] = [Part(query, languages, reaches)]
    return parts


def _word(node: nodes.Word, context: _Context) -> Part | None:
    tokens = analyze(node.text)[:MAX_PARTS_OF_A_WORD]
    if not tokens:
        return None
    forms = word_forms(node.text, tokens, context.fields, context.bridges, context.without)
    context.found.append(_leaf_of_word(node, tokens, forms, wanted=context.wanted))
    tells = len(tokens) > 1 or not is_function_word(tokens[0])
    return Part(_any_of(forms.queries), forms.languages, forms.reaches, tells)


def _leaf_of_word(node: nodes.Word, tokens: Sequence[Token], forms: WordForms, *, wanted: bool) -> Leaf:
    return Leaf(node.text, "word", forms.queries, _lemmas(tokens), wanted, node.start, node.end, forms.bridges)


def _phrase_or_prefix(node: nodes.Phrase | nodes.Prefix, context: _Context) -> whoosh.query.Query | None:
    if isinstance(node, nodes.Prefix):
        kind, found = "prefix", tuple[Leafable, ...](beginning(node.text, context.fields))
    else:
        kind, found = "phrase", _phrase(analyze(node.text), node.slop, context.fields)
    if not found:
        return None
    context.found.append(Leaf(node.text, kind, found, {}, context.wanted, node.start, node.end))
    return _any_of(found)


def _any_of(found: Sequence[Leafable]) -> whoosh.query.Query:
    return found[0] if len(found) == 1 else whoosh.query.DisjunctionMax(list(found))


def _phrase(tokens: Sequence[Token], slop: int, fields: tuple[str, ...]) -> tuple[Leafable, ...]:
    """Quotation marks mean exactly the words inside: only bare terms, no lemmas, no bridges."""
    slots = tuple(exact_forms(token) for token in tokens)
    if not slots:
        return ()
    if len(slots) == 1:
        return (leaves.Word(fields, slots[0]),)
    return (leaves.Sequence(fields, slots, slop),)


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
