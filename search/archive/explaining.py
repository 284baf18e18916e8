"""
Why an article has its score, for people: the engine's arithmetic, the freshness, and the article's own words.

``search.columnar.explain`` works out the relevance; here its parts get the names that the query and the article have
for them, and become lines of text. What is hidden stays so: an article that an audience may not see has no explanation
and is not among those that are counted.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from search.archive.facets import filter_masks
from search.archive.pages import FRESHNESS_HALF_LIFE, FRESHNESS_SHARE, is_ranked_by_age
from search.archive.request import SearchRequest
from search.archive.understanding import DEFAULT_TEXT_FIELDS, understand, without_left_out
from search.archive.view import RANKING, View
from search.article import Article
from search.columnar.document import NO_MOMENT, microseconds
from search.columnar.explain import Explainer, Explanation
from search.language import tokens_with
from search.query.compile import Leaf
from search.query.leaves import Query
from search.settings import KYIV

# A word stands in so many different forms at most before a line of text gets too long.
MAX_FORMS_SHOWN = 4


def explain_score(view: View, request: SearchRequest, article_id: str) -> Explanation | None:
    """Return why a search gives an article its score, or None if it does not find it or nobody may see it."""
    document = view.snapshot.document_of(article_id)
    if document is None or not view.visible[document]:
        return None
    if not all(mask[document] for mask in filter_masks(view.snapshot, request).values()):
        return None
    understood = understand(view, request.query, request.reading)
    names = _names(understood.compiled.leaves)
    found = Explainer(view.snapshot, RANKING, view.executor, understood.compiled.tree, names).explain(document)
    if found is None:
        return None
    article = view.article_at(document)
    found = _in_words(found, _forms_in(article, frozenset(_terms(found))))
    compiled = without_left_out(understood, view.executor.left_out).compiled
    return _aged(view, document, article, found) if is_ranked_by_age(compiled, request) else found


def explanation_as_dict(explanation: Explanation) -> dict[str, Any]:
    """Return the JSON object of an explanation; numbers are not rounded, so that they can be checked."""
    kind, text, value, facts, parts = explanation
    return {
        "kind": kind,
        "text": text,
        "value": value,
        "facts": dict(facts),
        "parts": [explanation_as_dict(part) for part in parts],
    }


def explanation_text(explanation: Explanation) -> str:
    """
    Return an explanation as lines of text, what a number is made of standing below it, further in.

    >>> field = Explanation("field", "body", 1.5, {"frequency": 2, "factor": 0.75, "weight": 1.0, "length": 90,
    ...     "mean_length": 60.0})
    >>> facts = {"term": "uk:міст", "by": "lemma", "weight": 0.8, "saturated": 1.222, "pooled": 1.5, "k1": 1.2}
    >>> form = Explanation("form", "мости", 0.978, facts, (field,))
    >>> word = Explanation("word", "Міст", 1.956, {"idf": 2.0, "articles": 700, "having": 94}, (form,))
    >>> print(explanation_text(word))
    Міст: 1.956 = 0.978 × idf 2.000 (in 94 of 700 articles)
      «мости» by lemma (uk:міст): 0.978 = weight 0.8 × 1.222 (1.500 saturated)
        body: 1.500 = 2 times × 0.750 (weight 1, 90 words, mean 60.0)
    """
    return "\n".join(_lines(explanation))


def _names(leaves: Iterable[Leaf]) -> dict[Query, str]:
    """Return what was typed for each of the engine's leaves."""
    return {query: leaf.typed for leaf in leaves for query in leaf.queries}


def _terms(explanation: Explanation) -> Iterator[str]:
    if explanation.kind == "form":
        yield str(explanation.facts["term"])
    for part in explanation.parts:
        yield from _terms(part)


def _forms_in(article: Article, terms: frozenset[str]) -> dict[str, str]:
    """Return for each term the words of the article that have it, as they stand there."""
    found: dict[str, dict[str, str]] = {}
    for text in (getattr(article, field) for field in DEFAULT_TEXT_FIELDS):
        for token in tokens_with(text, article.language, terms):
            for term in terms.intersection(token.terms):
                found.setdefault(term, {}).setdefault(token.text.casefold(), token.text)
    return {term: ", ".join(list(forms.values())[:MAX_FORMS_SHOWN]) for term, forms in found.items()}


def _in_words(explanation: Explanation, words: Mapping[str, str]) -> Explanation:
    """Return an explanation whose forms are called as they stand in the article."""
    text = explanation.text
    if explanation.kind == "form":
        text = words.get(str(explanation.facts["term"]), text)
    return explanation._replace(text=text, parts=tuple(_in_words(part, words) for part in explanation.parts))


def _aged(view: View, document: int, article: Article, found: Explanation) -> Explanation:
    """Lower a score by the article's age; ``search.columnar.ranking.freshness`` has the formula."""
    moment = int(view.snapshot.moments("published")[document])
    age = max(microseconds(view.hour) - moment, 0)
    remaining = 0.0 if moment == NO_MOMENT else 2.0 ** (-age / FRESHNESS_HALF_LIFE)
    factor = 1.0 - FRESHNESS_SHARE + FRESHNESS_SHARE * remaining
    text = f"published {article.published.astimezone(KYIV):%Y-%m-%d}" if article.published else "undated"
    return Explanation("freshness", text, found.value * factor, {"factor": factor}, (found,))


def _lines(explanation: Explanation) -> Iterator[str]:
    if explanation.kind in ("sum", "best") and len(explanation.parts) == 1:
        yield from _lines(explanation.parts[0])
        return
    yield _line(explanation)
    for number, part in enumerate(explanation.parts):
        if part.kind == "form" and number:  # only the best form counts
            yield f"  less: {_line(part)}"
        else:
            yield from (f"  {line}" for line in _lines(part))


def _line(explanation: Explanation) -> str:
    kind, text, value, facts, parts = explanation
    match kind:
        case "freshness":
            return f"{value:.3f} = {parts[0].value:.3f} × freshness {facts['factor']:.3f} ({text})"
        case "boost":
            return f"{value:.3f} = {parts[0].value:.3f} × {facts['factor']} ({text})"
        case "sum":
            return f"{value:.3f} = the sum of"
        case "best":
            return f"{value:.3f} = the best of"
        case "most":
            told = f", which tell {facts['share']:.2f} of all" if "share" in facts else ""
            return (
                f"{value:.3f} = the sum of {len(parts)} of {facts['parts']} words{told} ({facts['required']} is enough)"
            )
        case "form":
            term = "" if text == facts["term"] else f" ({facts['term']})"
            pooled = f"{facts['saturated']:.3f} ({facts['pooled']:.3f} saturated)"
            return f"«{text}» by {facts['by']}{term}: {value:.3f} = weight {facts['weight']:g} × {pooled}"
        case "field":
            words = f"weight {facts['weight']:g}, {facts['length']} words, mean {facts['mean_length']:.1f}"
            times = "1 time" if facts["frequency"] == 1 else f"{facts['frequency']} times"
            return f"{text}: {value:.3f} = {times} × {facts['factor']:.3f} ({words})"
        case "filter":
            return f"{text}: {value:.3f} (a filter)"
        case "constant":
            return f"{value:.3f} {text}"
        case _:
            counts = f" (in {facts['having']} of {facts['articles']} articles)" if "having" in facts else ""
            return f"{text}: {value:.3f} = {parts[0].value:.3f} × idf {facts['idf']:.3f}{counts}"
