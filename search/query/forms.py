"""
The forms under which one word of a query is searched: itself, its lemmas, and where bridges lead from it.

The forms of a word are one group, of which the best that matches counts. Quotation marks ask for the bare forms only.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from search.article import LANGUAGES
from search.language import DERIVED_PREFIXES, Token, fold, split_term, term_kind
from search.query import leaves
from search.query.bridges import WEIGHTS, Bridge, Bridges, Crossing, is_on, switch

# A lemma is worth a little less than the very form that was typed, so that among articles that are equal otherwise the
# one with the typed form comes first; much less would bury the other forms of a name under one rare spelling.
# Measured: docs/architecture.md, "How are results ranked?".
LEMMA_WEIGHT = 0.8
# An ambiguous word with several translations of each lemma; every form costs a look at the index.
MAX_BRIDGED_FORMS = 32
# Positions are compared, so these cost more.
MAX_BRIDGED_SEQUENCES = 8
# A chip that names more words than this is no longer read.
MAX_SHOWN = 6

Leafable: TypeAlias = leaves.Word | leaves.Sequence | leaves.Beginning


class WordForms(NamedTuple):
    """
    What a word is searched by.

    ``queries`` are the engine's leaves, any of which answers the word; ``bridges`` is what a reader is told of the
    bridges; ``languages`` are those in which it was understood, ``reaches`` those in which an article can answer it.
    """

    queries: tuple[Leafable, ...]
    bridges: tuple[Bridge, ...]
    languages: frozenset[str]
    reaches: frozenset[str]


def word_forms(
    typed: str, tokens: Sequence[Token], fields: tuple[str, ...], bridges: Bridges | None, without: Collection[str]
) -> WordForms:
    """Return what a word with these tokens (at least one) is searched by; ``without`` names what is switched off."""
    crossings = list(bridges.crossings(typed, tokens)) if bridges else []
    named = bridges is not None and any(_path(term) == "name" for token in tokens for term in token.terms)
    used = [crossing for crossing in crossings if is_on(crossing.by, typed, without)]
    by_name = named and is_on("name", typed, without)
    languages = frozenset(filter(None, (split_term(term)[0] for token in tokens for term in token.terms)))
    # Numbers, codes and Latin names are written alike in every language, and so, by their keys, are other names.
    is_latin_name = typed.isascii() and typed[:1].isupper()
    open_to_all = by_name or is_latin_name or not languages or any(crossing.language is None for crossing in used)
    reached = {crossing.language for crossing in used if crossing.language}
    return WordForms(
        _queries(tokens, fields, used, by_name=by_name),
        tuple(_described(typed, crossings, without, named=named)),
        languages,
        frozenset(LANGUAGES) if open_to_all else languages | reached,
    )


def bridged_forms(
    typed: str, crossings: Sequence[Crossing], fields: tuple[str, ...], without: Collection[str]
) -> WordForms:
    """Return what several words that lead somewhere together are searched by besides themselves."""
    used = [crossing for crossing in crossings if is_on(crossing.by, typed, without)]
    reached = {crossing.language for crossing in used if crossing.language}
    described = tuple(_described(typed, crossings, without, named=False))
    return WordForms(_bridged(fields, used), described, frozenset(), frozenset(reached))


def whole_terms(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Return the terms that stand for a word as a whole: all of a single token, else those that span its parts."""
    if len(tokens) == 1:
        return tokens[0].terms
    return tuple(term for token in tokens[:1] for term in token.terms if _spans(term, tokens))


def exact_forms(token: Token) -> tuple[leaves.Form, ...]:
    """Return the bare forms of a token: what stands between quotation marks."""
    forms = tuple(form for form in _own_forms(token, by_name=False) if form.by == "form")
    # it's is also known as it, which is not what stands in the quotation marks.
    return forms[:1] if forms[0].term.endswith("'s") else forms


def beginning(text: str, fields: tuple[str, ...]) -> tuple[leaves.Beginning, ...]:
    """Return the leaf for all words that begin with a text."""
    folded = fold(text)
    return (leaves.Beginning(fields, folded, DERIVED_PREFIXES),) if folded else ()


def _queries(
    tokens: Sequence[Token], fields: tuple[str, ...], crossings: Sequence[Crossing], *, by_name: bool
) -> tuple[Leafable, ...]:
    single = _single(crossings)
    slots = tuple(_acronym_apart(_own_forms(token, by_name=by_name)) for token in tokens)
    several = _several(crossings, fields)
    if len(slots) == 1:
        return leaves.Word(fields, _distinct((*slots[0], *single))), *several
    # A word of several tokens (прес-служба, F-16): its parts one after another, or written as one.
    spanning = whole_terms(tokens)
    joined = (*(form for form in slots[0] if form.term in spanning), *single)
    whole = (leaves.Word(fields, _distinct(joined)),) if joined else ()
    return leaves.Sequence(fields, slots), *whole, *several


def _bridged(fields: tuple[str, ...], crossings: Sequence[Crossing]) -> tuple[Leafable, ...]:
    single = _single(crossings)
    return (*((leaves.Word(fields, single),) if single else ()), *_several(crossings, fields))


def _single(crossings: Sequence[Crossing]) -> tuple[leaves.Form, ...]:
    """Return the forms of the crossings that lead to one word."""
    ones = (crossing for crossing in crossings if len(crossing.words) == 1)
    return _distinct(leaves.Form(term, one.weight, one.by) for one in ones for term in one.words[0])[:MAX_BRIDGED_FORMS]


def _several(crossings: Sequence[Crossing], fields: tuple[str, ...]) -> tuple[leaves.Sequence, ...]:
    """Return the sequences of the crossings that lead to several words."""
    several = dict.fromkeys(_sequence(crossing, fields) for crossing in crossings if len(crossing.words) > 1)
    return tuple(several)[:MAX_BRIDGED_SEQUENCES]


def _sequence(crossing: Crossing, fields: tuple[str, ...]) -> leaves.Sequence:
    slots = (tuple(leaves.Form(term, crossing.weight, crossing.by) for term in word) for word in crossing.words)
    return leaves.Sequence(fields, tuple(slots))


def _own_forms(token: Token, *, by_name: bool) -> tuple[leaves.Form, ...]:
    paths = ((term, _path(term)) for term in token.terms)
    return tuple(leaves.Form(term, _OWN_WEIGHTS[by], by) for term, by in paths if by_name or by != "name")


def _acronym_apart(forms: tuple[leaves.Form, ...]) -> tuple[leaves.Form, ...]:
    """Return the forms of a word; of US, which the analysis knows from us by its capitals, those that us has not."""
    if any(form.by == "lemma" and split_term(form.term)[1].isupper() for form in forms):
        return tuple(form for form in forms if form.by != "form" or "." in form.term)
    return forms


_OWN_WEIGHTS: Mapping[str, float] = {"form": 1.0, "lemma": LEMMA_WEIGHT, "name": WEIGHTS["name"]}


def _distinct(forms: Iterable[leaves.Form]) -> tuple[leaves.Form, ...]:
    """Return each term once, by the path that is worth most."""
    best: dict[str, leaves.Form] = {}
    for form in forms:
        if form.term not in best or form.weight > best[form.term].weight:
            best[form.term] = form
    return tuple(best.values())


def _path(term: str) -> str:
    kind = term_kind(term)
    return "form" if kind == "bare" else kind


def _described(typed: str, crossings: Sequence[Crossing], without: Collection[str], *, named: bool) -> Iterable[Bridge]:
    """Yield what a reader is told: for each kind of bridge where it leads, in use or switched off."""
    words: dict[str, dict[tuple[str | None, str], None]] = {"name": {}} if named else {}
    for crossing in crossings:
        words.setdefault(crossing.by, {})[crossing.language, crossing.shown] = None
    for by, led in words.items():
        if by == "name" and not led and typed.islower() and not typed.isascii():
            continue  # a word that may be a name among others (сила), and no name of the archive is near
        yield Bridge(switch(by, typed), by, is_on(by, typed, without), tuple(led)[:MAX_SHOWN])


def _spans(term: str, tokens: Sequence[Token]) -> bool:
    """Return whether a term of the first token stands for the whole word: it goes on where the first part ends."""
    if not tokens[-1].text[:1].isalnum():  # 10%: the number alone says nothing of the sign behind it
        return False
    first = tokens[0].text[: tokens[-1].start - tokens[0].start] + tokens[-1].text[:1]
    return _letters(split_term(term)[1]).startswith(_letters(fold(first)))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
