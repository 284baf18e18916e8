"""
What an article must have for a query to find it, whatever else the archive holds: a quick no.

How a query is read depends on the archive: which names are near, which words some article has. A *footprint* is made
of all that it could be read as in any archive, so it never misses an article that the query finds; that it lets
through some that the query does not find costs a second look. It is plain JSON, to be kept beside a saved search.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import whoosh.query

from search.article import LANGUAGES
from search.language import name_term, split_name_term, term_kind
from search.query import leaves

#: A condition: True, False, or a list of its kind ("any" of some terms, "begins" a term, "all" or "one" of some
#: conditions) and what it is about.
Condition: TypeAlias = bool | list[Any]

#: Stands before the language of an article among its terms; no term of a text begins so.
LANGUAGE_TERM = "\0language="


@dataclass(frozen=True, slots=True)
class Footprint:
    """
    The condition that every article meets which a query finds, and the words that decide how it is read.

    If no article of the archive has one of ``words``, each given as its terms, the query may be taken for one typed
    with another keyboard layout, and the condition says nothing.
    """

    condition: Condition
    words: tuple[tuple[str, ...], ...]

    def as_json(self) -> list[Any]:
        """Return what ``json`` can write."""
        return [self.condition, [list(terms) for terms in self.words]]

    @classmethod
    def from_json(cls, value: list[Any]) -> "Footprint":
        """Return the footprint that ``as_json`` gave."""
        condition, words = value
        return cls(condition, tuple(tuple(terms) for terms in words))


class ArticleTerms:
    """Which of some articles have which terms, as bits of integers: a condition is tested for all of them at once."""

    def __init__(self, articles: Iterable[tuple[str, Iterable[str]]]) -> None:
        """Take the language and the terms of each article."""
        masks: dict[str, int] = {}
        bit = 1
        for language, terms in articles:
            for term in {*terms, LANGUAGE_TERM + language}:
                masks[term] = masks.get(term, 0) | bit
                if term_kind(term) == "name":
                    skeleton = _skeleton_of(term)
                    masks[skeleton] = masks.get(skeleton, 0) | bit
            bit <<= 1
        self._masks = masks
        self._all = bit - 1
        self._beginnings: dict[str, int] = {}

    def has_any(self, terms: Iterable[str]) -> bool:
        """Return whether an article has any of some terms."""
        return any(term in self._masks for term in terms)

    def meeting(self, condition: Condition) -> int:
        """Return the articles that meet a condition: bit n stands for article n."""
        if isinstance(condition, bool):
            return self._all if condition else 0
        kind, *parts = condition
        if kind == "any":
            found = 0
            for term in parts:
                found |= self._masks.get(term, 0)
            return found
        if kind == "begins":
            return self._beginning(parts[0])
        if kind == "one":
            found = 0
            for part in parts:
                found |= self.meeting(part)
            return found
        found = self._all
        for part in parts:
            found &= self.meeting(part)
            if not found:
                break
        return found

    def _beginning(self, text: str) -> int:
        if text not in self._beginnings:
            found = 0
            for term, mask in self._masks.items():
                if term.startswith(text):
                    found |= mask
            self._beginnings[text] = found
        return self._beginnings[text]


def condition_of(tree: leaves.Query, alternatives: Mapping[str, Condition]) -> Condition:
    """
    Return the condition that a tree sets; ``alternatives`` say what the terms that stand in for others stand for.

    What is excluded sets none, nor does a filter: both only take articles away.
    """
    match tree:
        case whoosh.query.And() | whoosh.query.Or() | whoosh.query.DisjunctionMax():
            parts = [condition_of(part, alternatives) for part in tree.subqueries]
            return all_of(parts) if isinstance(tree, whoosh.query.And) else one_of(parts)
        case leaves.Most():
            some = one_of(condition_of(part, alternatives) for part in tree.parts)
            return all_of([condition_of(tree.within, alternatives), some])
        case leaves.SameParagraph():
            return condition_of(tree.query, alternatives)
        case leaves.Word():
            return _any_of_forms(tree.forms, alternatives)
        case leaves.Sequence():
            return all_of(_any_of_forms(slot, alternatives) for slot in tree.slots)
        case leaves.Beginning():
            return ["begins", tree.text]
        case leaves.Keyword(name="language") if set(tree.values) <= set(LANGUAGES):
            return ["any", *(LANGUAGE_TERM + value for value in tree.values)]
        case _:
            return tree is not whoosh.query.NullQuery


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that all of some are met."""
    parts = [each for each in conditions if each is not True]
    if any(each is False for each in parts):
        return False
    return parts[0] if len(parts) == 1 else ["all", *parts] if parts else True


def one_of(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that one of some is met; terms of any are looked up together."""
    parts = [each for each in conditions if each is not False]
    if any(each is True for each in parts):
        return True
    terms = dict.fromkeys(term for each in parts if _is_any(each) for term in each[1:])  # type: ignore[index]
    others = [each for each in parts if not _is_any(each)]
    parts = [*([["any", *terms]] if terms else []), *others]
    return parts[0] if len(parts) == 1 else ["one", *parts] if parts else False


def _is_any(condition: Condition) -> bool:
    return isinstance(condition, list) and condition[0] == "any"


def _any_of_forms(forms: Iterable[leaves.Form], alternatives: Mapping[str, Condition]) -> Condition:
    """Return the condition of a word; of a name, any that has its skeleton may be near."""
    conditions: list[Condition] = []
    for form in forms:
        if form.term in alternatives:
            conditions.append(alternatives[form.term])
        else:
            conditions.append(["any", _skeleton_of(form.term) if form.by == "name" else form.term])
    return one_of(conditions)


def _skeleton_of(term: str) -> str:
    return name_term(split_name_term(term)[0]) if term_kind(term) == "name" else term
