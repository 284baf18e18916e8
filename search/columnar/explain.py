"""
Why a document has its score: the arithmetic of one document, worked out once more, step by step.

It shares no step with the way in which scores are made for all documents at once (``answers``, ``words``,
``sequences``): plain numbers and the formula of ``ranking`` as it stands there. So what it says can be checked with a
pocket calculator, and a test that both agree says something. Only *how many* documents have a word is asked of the
executor, which knows it from the search.

Whoosh's own leaves, which only scripts ask for (``search.open_whoosh``), are not explained.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import whoosh.query

from search.columnar.document import NO_MOMENT, microseconds
from search.columnar.execute import Executor
from search.columnar.places import Places, sequences
from search.columnar.ranking import Bm25f, idf
from search.columnar.snapshot import Snapshot
from search.query import leaves
from search.query.leaves import Query

Facts: TypeAlias = Mapping[str, float | str]


class Explanation(NamedTuple):
    """
    A number and how it comes about; ``parts`` are explained in the same way, and ``facts`` are what else goes into it.

    ``kind`` says how: ``"sum"`` and ``"most"`` add their parts, ``"best"`` takes the greatest. ``"word"``,
    ``"sequence"`` and ``"beginning"`` are the fact ``idf`` times the greatest part, and each part is a ``"form"``:
    ``weight`` times ``saturated``, which is ``pooled * (k1 + 1) / (k1 + pooled)``. ``pooled`` adds the parts of the
    form, each a ``"field"``: ``frequency`` times ``factor``. ``"boost"`` and ``"freshness"`` multiply their one part
    by ``factor``; ``"constant"`` is what the query says, and ``"filter"`` is 0.
    """

    kind: str
    text: str
    value: float
    facts: Facts
    parts: tuple["Explanation", ...] = ()


class Explainer:
    """
    Explains the scores of one query; ``names`` says what its leaves are called, else they are called by their terms.

    What ``executor`` leaves out as too much work is left out here too.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        ranking: Bm25f,
        executor: Executor,
        tree: Query,
        names: Mapping[Query, str] | None = None,
    ) -> None:
        executor.documents(tree)  # decides what is too much work
        self._snapshot, self._ranking, self._executor, self._names = snapshot, ranking, executor, names or {}
        self._tree = _kept(tree, executor.left_out)
        self._telling: dict[int, list[float]] = {}  # by the identity of a node, which lives as long as the tree

    def explain(self, document: int) -> Explanation | None:
        """
        Return why a document has its score, or None if the query does not match it.

        Raises ``TypeError`` for a kind of node that is not explained.
        """
        if self._tree is None or not self._snapshot.alive[document]:
            return None
        return self._explained(self._tree, _One(self._snapshot, document))

    def _explained(self, node: Query, one: "_One") -> Explanation | None:
        found = self._unboosted(node, one)
        boost = float(getattr(node, "boost", 1.0))
        if found is None or boost == 1.0:
            return found
        return Explanation("boost", "weight in the query", boost * found.value, {"factor": boost}, (found,))

    def _unboosted(self, node: Query, one: "_One") -> Explanation | None:
        match node:
            case leaves.Word() | leaves.Sequence() | leaves.Beginning():
                return self._ranked(node, one)
            case leaves.Keyword() | leaves.Between() | leaves.Identifier():
                return _filter(_name_of_filter(node)) if one.passes(node) else None
            case leaves.Most():
                return self._most(node, one)
            case leaves.SameParagraph():
                return self._explained(node.query, one) if self._has(node, one) else None
            case whoosh.query.And():
                return self._all_of(node.subqueries, one)
            case whoosh.query.Or():
                return _sum("any of", self._matching(node.subqueries, one))
            case whoosh.query.DisjunctionMax():
                return _best(self._matching(node.subqueries, one))
            case whoosh.query.Every(fieldname=None):
                return _filter("everything")
            case whoosh.query.NullQuery:
                return None
            case _:
                return self._one_or_two(node, one)

    def _one_or_two(self, node: Query, one: "_One") -> Explanation | None:
        """Explain a node of one or two others."""
        match node:
            case whoosh.query.Not():
                return None if self._explained(node.query, one) else _filter("nothing that is excluded")
            case whoosh.query.AndNot():
                return None if self._explained(node.b, one) else self._explained(node.a, one)
            case whoosh.query.AndMaybe():
                required = self._explained(node.a, one)
                return required and _sum("as far as they match", [required, *self._matching([node.b], one)])
            case whoosh.query.Require():
                return self._explained(node.a, one) if self._explained(node.b, one) else None
            case whoosh.query.ConstantScoreQuery():
                score = float(node.score)
                return Explanation("constant", "as asked", score, {}) if self._explained(node.child, one) else None
            case _:
                raise TypeError(f"{type(node).__module__}.{type(node).__qualname__} is not a query that is explained")

    def _has(self, node: Query, one: "_One") -> bool:
        return bool(np.isin(one.document, self._executor.documents(node)))

    def _matching(self, nodes: Sequence[Query], one: "_One") -> list[Explanation]:
        return [found for node in nodes if (found := self._explained(node, one)) is not None]

    def _all_of(self, nodes: Sequence[Query], one: "_One") -> Explanation | None:
        found = self._matching(nodes, one)
        if not found:
            return None if nodes else _filter("everything")
        return _sum("all of", found) if len(found) == len(nodes) else None

    def _most(self, node: leaves.Most, one: "_One") -> Explanation | None:
        if self._explained(node.within, one) is None:
            return None
        parts = [self._explained(part, one) for part in node.parts]
        telling = self._what_parts_tell(node)
        told = sum(tells for part, tells in zip(parts, telling, strict=True) if part is not None)
        matching = [part for part in parts if part is not None]
        # The same allowance for the last digits as the executor's.
        if not matching or told < node.share * sum(telling) * (1 - 1e-9):
            return None
        facts = {"parts": len(parts), "share": told / sum(telling), "required": node.share}
        return Explanation("most", "most of", sum(part.value for part in matching), facts, tuple(matching))

    def _what_parts_tell(self, node: leaves.Most) -> list[float]:
        """Return the idf of each part among the documents of the filter."""
        if id(node) not in self._telling:
            within = self._executor.documents(node.within)
            having = [len(np.intersect1d(self._executor.documents(part), within)) for part in node.parts]
            self._telling[id(node)] = [idf(len(within), number) for number in having]
        return self._telling[id(node)]

    def _ranked(self, node: leaves.Word | leaves.Sequence | leaves.Beginning, one: "_One") -> Explanation | None:
        """Explain a leaf that is ranked: the idf of the whole, times what its best form is worth."""
        match node:
            case leaves.Word():
                kind, forms = "word", [self._form(form, one.frequencies(form, node.fields), one) for form in node.forms]
            case leaves.Sequence():
                kind, forms = "sequence", [self._form(_worth(node), one.frequencies_of_sequence(node), one)]
            case leaves.Beginning():
                form = leaves.Form(f"{node.text}*", 1.0, "prefix")
                kind, forms = "beginning", [self._form(form, one.frequencies_of_beginning(node), one)]
        found = sorted((form for form in forms if form is not None), key=lambda form: -form.value)
        if not found:
            return None
        articles, having = self._snapshot.alive_count, len(self._executor.documents(node))
        rarity = idf(articles, having)
        facts = {"idf": rarity, "articles": articles, "having": having}
        return Explanation(kind, self._names.get(node) or _name(node), rarity * found[0].value, facts, tuple(found))

    def _form(self, form: leaves.Form, frequencies: Mapping[str, int], one: "_One") -> Explanation | None:
        fields = tuple(self._field(name, frequency, one) for name, frequency in frequencies.items() if frequency)
        if not fields:
            return None
        k1, pooled = self._ranking.k1, sum(field.value for field in fields)
        saturated = pooled * (k1 + 1.0) / (k1 + pooled)
        facts: Facts = {
            "term": form.term, "by": form.by, "weight": form.weight, "saturated": saturated, "pooled": pooled, "k1": k1,
        }  # fmt: skip
        return Explanation("form", form.term, form.weight * saturated, facts, fields)

    def _field(self, name: str, frequency: int, one: "_One") -> Explanation:
        field = self._ranking.weight_of(name)
        length, mean = int(self._snapshot.lengths(name)[one.document]), self._snapshot.mean_length(name)
        factor = field.weight / (1.0 - field.b + field.b * length / mean)
        facts: Facts = {
            "frequency": frequency, "factor": factor, "weight": field.weight, "b": field.b,
            "length": length, "mean_length": mean,
        }  # fmt: skip
        return Explanation("field", name, frequency * factor, facts)


class _One:
    """One document, looked at by itself."""

    def __init__(self, snapshot: Snapshot, document: int) -> None:
        self.document = document
        self._snapshot = snapshot
        self._places = Places(snapshot, [document])

    def frequencies(self, form: leaves.Form, fields: Sequence[str]) -> dict[str, int]:
        """Return how often a form stands in each field."""
        return {name: len(self._positions((form,), name)) for name in fields}

    def frequencies_of_sequence(self, node: leaves.Sequence) -> dict[str, int]:
        """Return how many sequences begin in each field."""
        return {
            name: sum(1 for _ in sequences([self._positions(slot, name) for slot in node.slots], node.slop))
            for name in node.fields
        }

    def frequencies_of_beginning(self, node: leaves.Beginning) -> dict[str, int]:
        """Return how many occurrences of terms that begin so each field has."""
        return {name: self._beginnings(node, name) for name in node.fields}

    def _beginnings(self, node: leaves.Beginning, name: str) -> int:
        pieces = self._snapshot.prefix_postings(name, node.text, node.without)
        return sum(int(piece.frequencies[piece.documents == self.document - piece.base].sum()) for piece in pieces)

    def _positions(self, forms: tuple[leaves.Form, ...], name: str) -> list[int]:
        return self._places.of(leaves.Word((name,), forms), name)[0]

    def passes(self, node: leaves.Keyword | leaves.Between | leaves.Identifier) -> bool:
        """Return whether a filter lets the document through."""
        match node:
            case leaves.Keyword(name, values):
                column = self._snapshot.keywords(name)
                return not set(column.of_document(self.document)).isdisjoint(column.values.spelt(values))
            case leaves.Between(name, since, until):
                moment = int(self._snapshot.moments(name)[self.document])
                after = since is None or moment >= microseconds(since)
                return moment != NO_MOMENT and after and (until is None or moment < microseconds(until))
            case leaves.Identifier(value, group):
                found = self._snapshot.documents_of_group(value) if group else [self._snapshot.document_of(value)]
                return self.document in found


def _sum(text: str, parts: Sequence[Explanation]) -> Explanation | None:
    if not parts:
        return None
    return Explanation("sum", text, sum(part.value for part in parts), {}, tuple(parts))


def _best(parts: Sequence[Explanation]) -> Explanation | None:
    if not parts:
        return None
    ordered = tuple(sorted(parts, key=lambda part: -part.value))
    return Explanation("best", "the best of", ordered[0].value, {}, ordered)


def _filter(text: str) -> Explanation:
    return Explanation("filter", text, 0.0, {})


def _worth(node: leaves.Sequence) -> leaves.Form:
    """Return what a sequence is worth, as a form: that of its least worthy slot, each slot taken at its best."""
    best = [max(slot, key=lambda form: form.weight) for slot in node.slots if slot]
    least = min(best, key=lambda form: form.weight, default=leaves.Form(""))
    return leaves.Form(_name(node), least.weight, least.by)


def _name(node: leaves.Word | leaves.Sequence | leaves.Beginning) -> str:
    match node:
        case leaves.Word():
            return ", ".join(form.term for form in node.forms)
        case leaves.Sequence():
            return " ".join(slot[0].term for slot in node.slots if slot)
        case leaves.Beginning():
            return f"{node.text}*"


def _name_of_filter(node: leaves.Keyword | leaves.Between | leaves.Identifier) -> str:
    match node:
        case leaves.Keyword(name, values):
            return f"{name}: {', '.join(values)}"
        case leaves.Between(name, since, until):
            return name + (f" since {since}" if since else "") + (f" before {until}" if until else "")
        case leaves.Identifier(value, group):
            return f"{'story' if group else 'id'}: {value}"


def _kept(node: Query, left_out: Sequence[Query]) -> Query | None:
    """Return a tree as if the leaves that were left out had not been asked for; None if nothing is left of it."""
    if not left_out:
        return node
    match node:
        case leaves.Word() | leaves.Sequence() | leaves.Beginning() | leaves.Keyword() | leaves.Identifier():
            return None if node in left_out else node
        case leaves.Most(parts, share, within):
            kept = _all_kept(parts, left_out)
            inside = _kept(within, left_out)
            found = leaves.Most(tuple(kept), share, whoosh.query.Every() if inside is None else inside)
            return None if parts and not kept else found
        case whoosh.query.And() | whoosh.query.Or() | whoosh.query.DisjunctionMax():
            kept = _all_kept(node.subqueries, left_out)
            return None if node.subqueries and not kept else type(node)(kept, boost=node.boost)
        case whoosh.query.Not():
            inner = _kept(node.query, left_out)
            return None if inner is None else whoosh.query.Not(inner)
        case leaves.SameParagraph():
            inner = _kept(node.query, left_out)
            return None if inner is None or node.query in left_out else leaves.SameParagraph(inner)
        case whoosh.query.ConstantScoreQuery():
            inner = _kept(node.child, left_out)
            return None if inner is None else whoosh.query.ConstantScoreQuery(inner, node.score)
        case whoosh.query.AndNot() | whoosh.query.AndMaybe() | whoosh.query.Require():
            return _pair_kept(node, _kept(node.a, left_out), _kept(node.b, left_out))
        case _:
            return node


def _all_kept(nodes: Sequence[Query], left_out: Sequence[Query]) -> list[Query]:
    return [kept for node in nodes if (kept := _kept(node, left_out)) is not None]


def _pair_kept(node: Any, first: Query | None, second: Query | None) -> Query | None:
    # Not by their truth: a compound query without parts is false.
    if first is not None and second is not None:
        return type(node)(first, second)
    match node:
        case whoosh.query.AndNot():
            return first if second is None else whoosh.query.Not(second)
        case whoosh.query.AndMaybe():
            return first if first is not None else second
        case _:
            return first if second is None else whoosh.query.ConstantScoreQuery(second, 0.0)
