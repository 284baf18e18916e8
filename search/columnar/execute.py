"""
The executor: a query tree to the documents that match it and their scores.

``And`` adds the scores of its parts, ``Or`` and ``Most`` too, ``DisjunctionMax`` takes the best;
filters score nothing; ``boost`` multiplies a score. Deleted documents never match; ``search.columnar.answers`` has the
steps.

A query has a limit of work. A leaf that would go over it is left out, as if it had not been asked for, and is listed
in ``left_out``; what is left of the query is answered exactly. If nothing is left, nothing matches.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial, reduce
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import whoosh.query

from search.columnar import answers
from search.columnar.answers import Answer
from search.columnar.answers import Matches as Matches
from search.columnar.arrays import Array
from search.columnar.document import microseconds
from search.columnar.document_sets import NONE
from search.columnar.filters import Between, Valued
from search.columnar.paragraphs import documents_of_keys, paragraph_keys
from search.columnar.ranking import Bm25f
from search.columnar.recent import Recent
from search.columnar.sequences import sequence_postings, sequence_starts
from search.columnar.snapshot import Snapshot
from search.columnar.whoosh_shapes import WhooshLeaves
from search.columnar.words import FieldPostings, RankedPostings
from search.columnar.work import LOOK_UP, MAX_POSTINGS, TooMuchWork, Work
from search.query import leaves

Nodes = Sequence[whoosh.query.Query]

# Readers of one day ask for the same words: alone, with others, with a filter, by date, on a second page. What each
# matches and scores is remembered until the next commit, in as much memory as twenty words take that every document
# has: 64 MB for 200,000 documents, some 160 words of the benchmark's queries, which find 25,000 documents on average.
_BYTES_A_DOCUMENT = 320
_LEAST_BYTES = 1 << 20
_OF_A_LEAF = 2_000  # the leaf itself and its lists, about


class _Leaf(NamedTuple):
    """A leaf that was evaluated, and the work that this was."""

    work: int
    answer: Answer


def _remembered_leaves(snapshot: Snapshot, ranking: Bm25f) -> Recent[whoosh.query.Query, _Leaf]:
    """Return the memory that all executors of a snapshot share."""
    limit = max(_LEAST_BYTES, _BYTES_A_DOCUMENT * snapshot.size)
    return snapshot.derived(("leaves", ranking), lambda: Recent(limit))


class Executor:
    """
    Evaluates trees over one snapshot; what a leaf gives is kept, so asking for it again costs nothing.

    ``limit`` is how many postings one tree may read. ``left_out`` are the leaves that were left out so far. Executors
    of a snapshot share what they remember of leaves, but for one that is ``alone``, which reads all from the index.
    ``weigh`` gives what the parts of a ``Most`` weigh, where the snapshot is a part of the archive that says so.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        ranking: Bm25f,
        limit: int = MAX_POSTINGS,
        *,
        alone: bool = False,
        weigh: Callable[[leaves.Most], Sequence[float]] | None = None,
    ) -> None:
        self.left_out: list[whoosh.query.Query] = []
        self._snapshot = snapshot
        self._ranking = ranking
        self._whoosh = WhooshLeaves(snapshot, ranking)
        self._limit = limit
        self._weigh = weigh
        self._work = Work(limit)
        self._known: dict[whoosh.query.Query, Answer | None] = {}
        self._remembered = Recent(0) if alone else _remembered_leaves(snapshot, ranking)
        self._used: dict[whoosh.query.Query, _Leaf] = {}

    def matches(self, node: whoosh.query.Query) -> Matches:
        """
        Return what a tree matches.

        Raises ``TypeError`` for a kind of node that this executor does not know.
        """
        matches = self._root(node).matches
        self._remember()
        return matches

    def documents(self, node: whoosh.query.Query) -> Array:
        """Return which documents a tree matches, ascending (int64): what they score is not worked out."""
        before = len(self._used)
        documents = self._root(node).documents
        self._remember(before)  # what a page counts are mostly leaves of its query, which are remembered already
        return documents

    def paragraphs(self, node: whoosh.query.Query, documents: Array) -> Array:
        """
        Return the keys of the paragraphs of some living documents, ascending, that answer a tree (``paragraph_keys``).

        What is too much work is in ``left_out``, and without it nothing may be left: then there are none.
        """
        self._work = Work(self._limit)
        keys = self._paragraphs(node, documents)
        return NONE if keys is None else keys

    def _root(self, node: whoosh.query.Query) -> Answer:
        self._work = Work(self._limit)
        return self._answer(node) or self._nothing()

    def _answer(self, node: whoosh.query.Query) -> Answer | None:
        """Return what a node matches, or None if nothing is left of it."""
        kind = type(node)
        if kind in _NODES:
            answer = _NODES[kind](self, node)
        elif kind in _LEAVES:
            answer = self._leaf(node, partial(_LEAVES[kind], self))
        elif kind in _WHOOSH_LEAVES:
            answer = self._leaf(node, partial(_WHOOSH_LEAVES[kind], self._whoosh, work=self._work), keep=False)
        else:
            raise TypeError(f"{kind.__module__}.{kind.__qualname__} is not a query that Visti evaluates")
        boost = getattr(node, "boost", 1.0)
        return answer if answer is None or boost == 1.0 else answers.Rescored(answer, boost=boost)

    def _leaf(self, node: whoosh.query.Query, evaluate: Callable[[Any], Answer], *, keep: bool = True) -> Answer | None:
        """Evaluate a leaf within the limit; Whoosh's own are not all comparable by value and are not kept."""
        if keep and node in self._known:
            return self._known[node]
        answer: Answer | None = None
        try:
            answer = self._evaluated(node, evaluate) if keep else evaluate(node)
        except TooMuchWork:
            self.left_out.append(node)
        if keep:
            self._known[node] = answer
        return answer

    def _evaluated(self, node: whoosh.query.Query, evaluate: Callable[[Any], Answer]) -> Answer:
        """Evaluate a leaf; one that was asked for lately counts as the work that it was, but is not read again."""
        leaf = self._remembered.get(node)
        if leaf is not None:
            self._work.spend(leaf.work)
            leaf.answer.is_hot = True
        else:
            before = self._work.spent
            answer = evaluate(node)
            leaf = _Leaf(self._work.spent - before, answer)
        self._used[node] = leaf
        return leaf.answer

    def _remember(self, first: int = 0) -> None:
        """Remember the leaves that were used, from the first on: how much was worked out of them is known only now."""
        for node, leaf in islice(self._used.items(), first, None):
            leaf.answer.forget_postings()
            self._remembered.keep(node, leaf, leaf.answer.bytes + _OF_A_LEAF)

    def _nothing(self, node: whoosh.query.Query | None = None) -> Answer:
        return Answer(self._snapshot, NONE)

    def _everything(self) -> Answer:
        return answers.Everything(self._snapshot)

    def _parts(self, nodes: Iterable[whoosh.query.Query]) -> list[Answer]:
        return [answer for node in nodes if (answer := self._answer(node)) is not None]

    def _and(self, node: whoosh.query.And) -> Answer | None:
        required = self._parts(child for child in node.subqueries if not isinstance(child, whoosh.query.Not))
        excluded = self._parts(child.query for child in node.subqueries if isinstance(child, whoosh.query.Not))
        if node.subqueries and not required and not excluded:
            return None
        found = answers.AllOf(required) if required else self._everything()
        return reduce(answers.Without, excluded, found)

    def _any(self, node: whoosh.query.Or | whoosh.query.DisjunctionMax) -> Answer | None:
        parts = self._parts(node.subqueries)
        if node.subqueries and not parts:
            return None
        combine = np.add if isinstance(node, whoosh.query.Or) else np.maximum
        return parts[0] if len(parts) == 1 else answers.AnyOf(self._snapshot, parts, combine)

    def _most(self, node: leaves.Most) -> Answer | None:
        parts = self._parts(node.parts)
        if not parts:
            return None if node.parts else self._nothing()
        weigh = partial(self._weigh, node) if self._weigh else None
        return answers.MostOf(self._answer(node.within) or self._everything(), parts, node.share, weigh)

    def _same_paragraph(self, node: leaves.SameParagraph) -> Answer | None:
        found = self._answer(node.query)
        if found is None:
            return None
        keys = self._paragraphs(node.query, found.documents)
        return (
            None if keys is None else answers.Narrowed(found, documents_of_keys(self._snapshot, keys, found.documents))
        )

    def _paragraphs(self, node: whoosh.query.Query, documents: Array) -> Array | None:
        try:
            return paragraph_keys(self._snapshot, node, documents, self.left_out, self._work)
        except TooMuchWork:
            self.left_out.append(node)
            return None

    def _not(self, node: whoosh.query.Not) -> Answer | None:
        excluded = self._answer(node.query)
        return None if excluded is None else answers.Without(self._everything(), excluded)

    def _and_not(self, node: whoosh.query.AndNot) -> Answer | None:
        wanted, excluded = self._answer(node.a), self._answer(node.b)
        if excluded is None:
            return wanted
        return answers.Without(wanted or self._everything(), excluded)

    def _and_maybe(self, node: whoosh.query.AndMaybe) -> Answer | None:
        required, optional = self._answer(node.a), self._answer(node.b)
        return answers.Preferring(required, optional) if required and optional else required or optional

    def _require(self, node: whoosh.query.Require) -> Answer | None:
        scored, required = self._answer(node.a), self._answer(node.b)
        unscored = required and answers.Rescored(required, constant=0.0)
        return answers.AllOf((scored, unscored)) if scored and unscored else scored or unscored

    def _constant(self, node: whoosh.query.ConstantScoreQuery) -> Answer | None:
        inner = self._answer(node.child)
        return inner and answers.Rescored(inner, constant=float(node.score))

    def _every(self, node: whoosh.query.Every) -> Answer:
        return self._everything() if node.fieldname is None else self._whoosh.having(node.fieldname)

    def _word(self, node: leaves.Word) -> Answer:
        forms = sorted(node.forms, key=lambda form: form.weight)
        self._work.spend(len(forms) * LOOK_UP * len(self._snapshot.segments))
        return self._ranked(
            [
                FieldPostings(number, form.weight, name, pieces)
                for number, form in enumerate(forms)
                for name, pieces in zip(node.fields, self._snapshot.term_postings(form.term, node.fields), strict=True)
                if pieces
            ]
        )

    def _beginning(self, node: leaves.Beginning) -> Answer:
        lists = [(name, self._snapshot.prefix_postings(name, node.text, node.without)) for name in node.fields]
        return self._ranked([FieldPostings(0, 1.0, name, pieces) for name, pieces in lists], in_order=False)

    def _ranked(self, lists: Sequence[FieldPostings], *, in_order: bool = True) -> Answer:
        self._work.spend(sum(map(len, lists)))
        return RankedPostings(self._snapshot, self._ranking, lists, in_order=in_order)

    def _sequence(self, node: leaves.Sequence) -> Answer:
        slots = [[form.term for form in slot] for slot in node.slots]
        self._work.spend(sum(map(len, slots)) * LOOK_UP * len(self._snapshot.segments))
        starts = partial(sequence_starts, slop=node.slop)
        found = sequence_postings(self._snapshot, node.fields, slots, starts, self._work)
        # The whole sequence is rarer than its words and is ranked as one rare word. A sequence of inflected forms
        # is worth what its least worthy slot is.
        worth = min((max(form.weight for form in slot) for slot in node.slots if slot), default=1.0)
        lists = [FieldPostings(0, worth, name, [each]) for name, each in zip(node.fields, found, strict=True)]
        return RankedPostings(self._snapshot, self._ranking, lists)

    def _keyword(self, node: leaves.Keyword) -> Answer:
        return Valued(self._snapshot, node.name, node.values)

    def _between(self, node: leaves.Between) -> Answer:
        least = None if node.since is None else microseconds(node.since)
        most = None if node.until is None else microseconds(node.until) - 1
        return Between(self._snapshot, node.name, least, most)

    def _identifier(self, node: leaves.Identifier) -> Answer:
        if node.group:
            found = self._snapshot.documents_of_group(node.value)
        else:
            document = self._snapshot.document_of(node.value)
            found = [] if document is None else [document]
        return Answer(self._snapshot, np.array(sorted(found), dtype=np.int64))


_NODES: dict[type, Callable[[Executor, Any], Answer | None]] = {
    whoosh.query.And: Executor._and,
    whoosh.query.Or: Executor._any,
    whoosh.query.DisjunctionMax: Executor._any,
    leaves.Most: Executor._most,
    leaves.SameParagraph: Executor._same_paragraph,
    whoosh.query.Not: Executor._not,
    whoosh.query.AndNot: Executor._and_not,
    whoosh.query.AndMaybe: Executor._and_maybe,
    whoosh.query.Require: Executor._require,
    whoosh.query.ConstantScoreQuery: Executor._constant,
    whoosh.query.Every: Executor._every,
    type(whoosh.query.NullQuery): Executor._nothing,
}
_LEAVES: dict[type, Callable[[Executor, Any], Answer]] = {
    leaves.Word: Executor._word,
    leaves.Sequence: Executor._sequence,
    leaves.Beginning: Executor._beginning,
    leaves.Keyword: Executor._keyword,
    leaves.Between: Executor._between,
    leaves.Identifier: Executor._identifier,
}
_WHOOSH_LEAVES: dict[type, Callable[..., Answer]] = {
    whoosh.query.Term: WhooshLeaves.term,
    whoosh.query.Prefix: WhooshLeaves.prefix,
    whoosh.query.Wildcard: WhooshLeaves.pattern,
    whoosh.query.Regex: WhooshLeaves.pattern,
    whoosh.query.FuzzyTerm: WhooshLeaves.multi_term,
    whoosh.query.Variations: WhooshLeaves.multi_term,
    whoosh.query.TermRange: WhooshLeaves.multi_term,
    whoosh.query.Phrase: WhooshLeaves.phrase,
    whoosh.query.NumericRange: WhooshLeaves.range,
    whoosh.query.DateRange: WhooshLeaves.range,
}
