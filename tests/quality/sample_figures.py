"""
Figures of quality that need nothing but the repository: on the sample archive, and on the files of cases.

They are quick and coarse: the sample archive has some hundred and thirty articles. docs/quality.md says what is
measured on real texts.
"""

import functools
import json
import random
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations, permutations
from pathlib import Path

import pymorphy3

import search
from benchmarks.quality.across_languages import all_words, finds
from benchmarks.quality.aliases import meets_by_alias
from benchmarks.quality.figures import Figure
from benchmarks.quality.known_items import Stories, by_story, content_words, draws, is_content, pairs_of_versions, share
from search.archive.spelling import NearWords, suggested_words
from search.article import LANGUAGES, Article
from search.language import analyze, term_kind, translations
from search.language.layout import mended_layout
from search.language.misspelling import known_lemmas
from search.language.names import fold_key, is_similar
from search.language.typing import cyrillic_spellings
from search.query import And, DateRange, Node, Or, parse_query
from search.query.nodes import InField, Not

CASES = Path(__file__).parents[1] / "cases"
DIRECTIONS = tuple(permutations(LANGUAGES, 2))
#: The sample archive has some forty articles of each language: the first ten would be too easy.
FIRST = 3


def sample_figures(archive: search.Archive, articles: Sequence[Article]) -> Iterator[Figure]:
    """Yield all of them; ``archive`` holds ``articles``."""
    stories = by_story(articles)
    yield from _across_languages(archive, stories)
    yield from _names(archive, stories)
    yield from _other_forms(archive, articles)
    yield from _coverage(stories)
    yield from case_figures()


def _across_languages(archive: search.Archive, stories: Stories) -> Iterator[Figure]:
    for source, target in DIRECTIONS:
        pairs = list(pairs_of_versions(stories, source, target))
        titles = [finds(archive, " ".join(headline_words(one)), other, first=FIRST) for one, other in pairs]
        yield Figure(
            "sample archive", f"{source} → {target}: words of the headline find the other version", share(titles)
        )
        drawn = [finds(archive, query, other, first=FIRST) for one, other in pairs for query in all_words(one, target)]
        yield Figure("sample archive", f"{source} → {target}: four words find the other version", share(drawn))


def headline_words(article: Article) -> list[str]:
    """Return the content words of the headline."""
    return content_words(article.title, article.language)


def _names(archive: search.Archive, stories: Stories) -> Iterator[Figure]:
    for source, target in DIRECTIONS:
        found = [
            finds(archive, name, other, first=len(stories))
            for one, other in pairs_of_versions(stories, source, target)
            for name in names_of(one)
        ]
        yield Figure(
            "sample archive", f"{source} → {target}: a name of the headline finds the other version", share(found)
        )


def names_of(article: Article) -> list[str]:
    """Return the words of the headline, but its first, that may be names."""
    tokens = analyze(article.title, article.language)[1:]
    named = (token for token in tokens if any(term_kind(term) == "name" for term in token.terms))
    return [token.text for token in named if token.text[:1].isupper() and is_content(token.text, article.language)]


def _other_forms(archive: search.Archive, articles: Sequence[Article]) -> Iterator[Figure]:
    for language in ("uk", "ru"):
        found = [
            finds(archive, " ".join(other_forms(words, language)), article, first=FIRST)
            for article in articles
            if article.language == language
            for words in draws(article, language)
        ]
        yield Figure("sample archive", f"{language}: other forms of four words find the article", share(found))


@functools.cache
def _analyzer(language: str) -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer(lang=language)


def other_forms(words: Sequence[str], language: str) -> list[str]:
    """Return for each word another form of it, the same every time; the word itself if it has none."""
    found = []
    for word in words:
        parse = _analyzer(language).parse(word.lower())[0]
        forms = sorted({each.word for each in parse.lexeme} - {word.lower()})
        found.append(random.Random(word).choice(forms) if forms and parse.is_known else word)
    return found


def _coverage(stories: Stories) -> Iterator[Figure]:
    for source, target in DIRECTIONS:
        known = [
            any(each.language == target for term in token.terms for each in translations(term))
            for one, _ in pairs_of_versions(stories, source, target)
            for token in analyze(f"{one.title}\n\n{one.lead}\n\n{one.body}", source)
            if is_content(token.text, source) and token.text.islower()
        ]
        yield Figure(
            "glossary", f"{source} → {target}: content words of the sample archive in the glossary", share(known)
        )


def case_figures() -> Iterator[Figure]:
    """Yield which share of the cases of each file holds."""
    spellings = [pair for row in _rows("names/same.tsv") for pair in combinations(row, 2)]
    yield Figure("cases", "names: any two spellings share a key", share([_share_key(*pair) for pair in spellings]))
    similar = [pair for row in _rows("names/similar.tsv") for pair in combinations(row, 2)]
    near = [is_similar(*pair) or _share_key(*pair) for pair in similar]
    yield Figure("cases", "names: any two similar spellings are near", share(near))
    apart = [*_rows("names/different.tsv"), *_rows("names/apart.tsv")]
    yield Figure("cases", "names: different names share no key", share([not _share_key(*pair) for pair in apart]))
    met = [_is_met(row) for row in _rows("aliases/meet.tsv")]
    yield Figure("cases", "other names: those that must meet", share(met))
    met = [not _is_met(row) for row in _rows("aliases/not_meet.tsv")]
    yield Figure("cases", "other names: those that must not", share(met))
    read = [cyrillic_spellings(typed)[:1] == (meant,) for typed, meant in _rows("typing/latin.tsv")]
    yield Figure("cases", "Latin typing: first reading right", share(read))
    yield Figure("cases", "layout: cases that hold", share(list(_layouts())))
    yield Figure(
        "cases", "spelling: cases that hold", share([_is_suggested(*row) for row in _rows("typing/spelling.tsv")])
    )
    yield Figure(
        "cases",
        "dates: a time is seen where one is named",
        share([_sees_time(row) for row in _rows("query/dates.tsv")]),
    )


def _rows(name: str) -> list[list[str]]:
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _share_key(one: str, other: str) -> bool:
    return not set(fold_key(one)).isdisjoint(fold_key(other))


def _is_met(row: Sequence[str]) -> bool:
    query_language, query, language, text = row
    return meets_by_alias(query, text, language, None if query_language == "-" else query_language)


def _layouts() -> Iterator[bool]:
    for case in json.loads((CASES / "typing" / "layout.json").read_text(encoding="utf-8")):
        mended = mended_layout(case["words"], lambda word, known=case["known"]: known.get(word, 0))
        yield [each and each.text for each in mended] == case["mended"]


def _is_suggested(typed: str, meant: str, vocabulary: str) -> bool:
    forms = {word: int(articles) for word, articles in (pair.split("=") for pair in vocabulary.split(" "))}
    lemmas: dict[str, int] = {}
    for form, articles in forms.items():
        for lemma in known_lemmas(form):
            lemmas[lemma] = lemmas.get(lemma, 0) + articles
    near = NearWords(sorted(forms))
    found = suggested_words(typed, near, lambda word: forms.get(word, 0), lambda term: lemmas.get(term, 0))
    return (found or ["-"])[0] == meant


def _sees_time(row: Sequence[str]) -> bool:
    query, today, days, *_ = row
    tree = parse_query(query, date.fromisoformat(today)).tree
    return any(isinstance(node, DateRange) for node in _nodes(tree)) == (days != "-")


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case And(children) | Or(children):
            for child in children:
                yield from _nodes(child)
        case Not(child) | InField(_, child):
            yield from _nodes(child)
