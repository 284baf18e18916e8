"""
How well names meet across scripts and languages, and how seldom different names of one language do.

    python -m benchmarks.quality.names ../shared/data

Recall is the share of pairs whose gold counterpart the key reaches; precision the share of gold counterparts among all
that the keys reach in the target vocabulary. Spellings of a name that the gold does not list count as errors.
"""

import gzip
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import TypeAlias

from benchmarks.quality.figures import Figure
from search.language import positions
from search.language.names import fold_key, is_similar, skeletons
from search.language.tokens import term_kind
from search.language.words import dictionary

PART = "names"
SAMPLE_SIZE, SEED = 4000, 4

Pair: TypeAlias = tuple[str, str]
Keys: TypeAlias = Callable[[str], Iterable[str]]
Check: TypeAlias = Callable[[str, str], bool]

_ONE_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
_CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")


def measure(data: Path) -> Iterator[Figure]:
    """Yield the figures of names; ``data`` is the folder of the development data."""
    yield from _measured("ru → en, persons (Wikidata)", wikidata_pairs(data), (0.60, 0.85, 0.75, 0.55))
    for source, target in (("uk", "ru"), ("uk", "en"), ("ru", "en")):
        yield from _measured(f"{source} → {target}, places (CLDR)", cldr_pairs(data, source, target), (None,) * 4)
    for language in ("uk", "ru"):
        yield Figure(
            PART,
            f"{language}: case forms of cities with the key of the base form",
            inflected_share(data, language),
            0.99,
        )
    for language, file in (("uk", "ud_ukrainian_parlamint_dev"), ("ru", "ud_russian_pud"), ("en", "ud_english_pud")):
        yield Figure(
            PART, f"{language}: proper nouns with the key of their lemma", treebank_share(data, file, language)
        )
        yield Figure(
            PART, f"{language}: different lemmas with one key", conflated_share(data, file), 0.02, at_most=True
        )


def _measured(title: str, pairs: Sequence[Pair], targets: Sequence[float | None]) -> Iterator[Figure]:
    queries = random.Random(SEED).sample(pairs, SAMPLE_SIZE) if len(pairs) > SAMPLE_SIZE else pairs
    found = (
        *score(pairs, queries, fold_key, fold_key),
        *score(pairs, queries, skeletons, widened_skeletons, is_similar),
    )
    names = (
        "recall by fold key",
        "precision by fold key",
        "recall by skeleton and similarity",
        "precision by skeleton and similarity",
    )
    for name, value, target in zip(names, found, targets, strict=True):
        yield Figure(PART, f"{title}: {name}", value, target)


def score(
    pairs: Sequence[Pair], queries: Sequence[Pair], keys: Keys, query_keys: Keys, check: Check | None = None
) -> tuple[float, float]:
    """Return recall and precision of the queries among the targets of all pairs."""
    having: dict[str, set[str]] = defaultdict(set)
    gold: dict[str, set[str]] = defaultdict(set)
    for source, target in pairs:
        gold[source].add(target)
        for key in keys(target):
            having[key].add(target)
    hit = right = reached = 0
    for source, target in queries:
        found = set().union(*(having.get(key, ()) for key in query_keys(source)))
        if check is not None:
            found = {each for each in found if check(source, each)}
        hit += target in found
        right += len(found & gold[source])
        reached += len(found)
    return hit / max(1, len(queries)), right / max(1, reached)


def widened_skeletons(word: str) -> tuple[str, ...]:
    """Return the skeletons by which a name of a query is looked for."""
    return skeletons(word, widened=True)


def wikidata_pairs(data: Path) -> list[Pair]:
    """Return the Russian and English words of persons' names."""
    rows = (line.split("\t") for line in _lines(data / "wikidata_names_en_ru.tsv.gz"))
    words = ((row[1].replace(" ", ""), row[0]) for row in rows if len(row) == 3)
    return [(russian, english) for russian, english in words if re.fullmatch("[а-яё'-]+", russian) and len(english) > 3]


def cldr_pairs(data: Path, source: str, target: str) -> list[Pair]:
    """Return the names of territories and cities that are one word in both languages."""
    return [pair for _, *pair in _cldr(data, (source, target)) if all(map(_ONE_WORD.fullmatch, pair))]  # type: ignore[misc]  # two languages, two names


def _cldr(data: Path, languages: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the kind and the names in some languages of territories and cities."""
    heading, *rows = (line.split("\t") for line in _lines(data / "cldr_names_uk_ru_en.tsv"))
    columns = [heading.index(language) for language in languages]
    for row in rows:
        if row[0] != "language":
            yield row[0], *(row[column] for column in columns)


def inflected_share(data: Path, language: str) -> float:
    """Return the share of the case forms of the cities in the dictionary that share a name key with the base form."""
    forms = [(city, form) for city in _cities(data, language) for form in _case_forms(city, language)]
    return sum(bool(_keys(form, language) & _keys(city, language)) for city, form in forms) / max(1, len(forms))


def _cities(data: Path, language: str) -> list[str]:
    names = (name for kind, name in _cldr(data, (language,)) if kind == "city" and _ONE_WORD.fullmatch(name))
    return [name for name in names if dictionary(language).knows(name.lower())]


def _case_forms(city: str, language: str) -> Iterator[str]:
    """Yield the forms of a city in all cases of its number; nothing for what the dictionary has as no thing."""
    import pymorphy3

    analyzer = _analyzers.setdefault(language, pymorphy3.MorphAnalyzer(lang=language))
    for parse in analyzer.parse(city.lower()):
        if (
            parse.normal_form.replace("ё", "е") == city.lower().replace("ё", "е")
            and {"NOUN", "inan"} <= parse.tag.grammemes
        ):
            for case in _CASES:
                inflected = parse.inflect({case})
                if inflected is not None:
                    yield _capitalised_as(inflected.word, city)
            return


def _capitalised_as(form: str, base: str) -> str:
    """Return a form with capitals on the parts that have them in the base form: Нью-Йорка, Франкфурта-на-Майні."""
    parts = zip(form.split("-"), base.split("-"), strict=True)
    return "-".join(part.capitalize() if model[0].isupper() else part for part, model in parts)


_analyzers: dict[str, object] = {}


def _keys(word: str, language: str | None) -> set[str]:
    return {term for terms in positions(word, language) for term in terms if term_kind(term) == "name"}


def _proper_nouns(data: Path, treebank: str) -> list[Pair]:
    """Return the proper nouns of a treebank and their gold lemmas, in the order of the text."""
    rows = (line.split("\t") for line in _lines(data / f"{treebank}.conllu.gz") if "\tPROPN\t" in line)
    words = ((row[1], row[2]) for row in rows if row[3] == "PROPN")
    return [pair for pair in words if all(len(word) > 1 and _ONE_WORD.fullmatch(word) for word in pair)]


def treebank_share(data: Path, treebank: str, language: str) -> float:
    """Return the share of the proper nouns of a treebank that share a name key with their lemma, typed in a query."""
    pairs = _proper_nouns(data, treebank)
    return sum(bool(_keys(form, language) & _keys(lemma, None)) for form, lemma in pairs) / max(1, len(pairs))


def conflated_share(data: Path, treebank: str) -> float:
    """Return the pairs of different proper nouns of a treebank that share a fold key, for each proper noun."""
    lemmas = sorted({lemma.lower() for _, lemma in _proper_nouns(data, treebank)})
    having: dict[str, set[str]] = defaultdict(set)
    for lemma in lemmas:
        for key in fold_key(lemma):
            having[key].add(lemma)
    pairs = {pair for group in having.values() for pair in combinations(sorted(group), 2)}
    return len(pairs) / max(1, len(lemmas))


def _lines(path: Path) -> list[str]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return file.read().splitlines()
    return path.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    for figure in measure(Path(sys.argv[1])):
        print(f"{figure.name:<70}{figure.value:8.4f}" + ("" if figure.target is None else f"{figure.target:8.3f}"))
