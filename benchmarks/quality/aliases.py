"""
Other names: how many of the CLDR's names of countries and cities lead to their namesakes in another language.

The names that the product takes from Babel's CLDR are the measure itself, so this says that nothing is lost between the
tables and the query (lemmas, names of several words, names left out on purpose); and, without the CLDR, how far the
product's own tables go. A name leads to another if an alias of it, analysed as a query without a language, answers the
other, analysed as a text of its language; where both have the same terms, none is needed.
"""

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.quality.figures import Figure
from search.article import LANGUAGES
from search.language import analyze
from search.language.aliases import Alias, aliases, phrase_aliases

# Not every name of the CLDR is one: о-ва Кука, Макао (САР), Конго - Киншаса.
TARGET = 0.85
KINDS = {"territory": "countries and territories", "city": "cities"}


def measure(data: Path) -> Iterator[Figure]:
    """Yield the share of pairs of names that meet, for each kind and pair of languages."""
    rows = list(_rows(data / "cldr_names_uk_ru_en.tsv"))
    for kind, title in KINDS.items():
        for source, target in (("uk", "ru"), ("ru", "uk"), ("uk", "en"), ("en", "uk"), ("ru", "en"), ("en", "ru")):
            pairs = [(row[source], row[target]) for row in rows if row["kind"] == kind]
            met = [meets(query, text, target) for query, text in pairs]
            yield Figure("aliases", f"{source} → {target}: {title}", sum(met) / max(1, len(met)), TARGET)


def measure_tables(data: Path) -> Iterator[Figure]:
    """Yield the same for the product's own tables alone."""
    names = sys.modules[aliases.__module__]
    whole = names.cldr_rows
    names.cldr_rows = lambda: iter(())
    names._names.cache_clear()
    try:
        for figure in measure(data):
            yield figure._replace(name=f"own tables, {figure.name}", target=None)
    finally:
        names.cldr_rows = whole
        names._names.cache_clear()


def meets(query: str, text: str, language: str) -> bool:
    """Return whether a query answers a text of a language, as it stands or by another name."""
    told = [set(token.terms) for token in analyze(text, language)]
    return _stand_in([token.terms for token in analyze(query, None)], told) or meets_by_alias(query, text, language)


def meets_by_alias(query: str, text: str, language: str, query_language: str | None = None) -> bool:
    """Return whether another name of what a query says stands in a text of a language."""
    told = [set(token.terms) for token in analyze(text, language)]
    return any(_stand_in(alias.words, told) for alias in _leads(query, query_language))


def _leads(query: str, language: str | None) -> Iterator[Alias]:
    # The signs between words (&, -) have no tokens; a word with hyphens has its terms at its first position.
    words = [tokens[0].terms for tokens in (analyze(word, language) for word in query.split()) if tokens]
    if len(words) == 1:
        yield from aliases(words[0], query)
    for found in phrase_aliases(words):
        if (found.start, found.end) == (0, len(words)):
            yield from found.aliases


def _stand_in(words: Sequence[Sequence[str]], text: Sequence[set[str]]) -> bool:
    last = len(text) - len(words) + 1
    return any(all(text[start + place] & set(word) for place, word in enumerate(words)) for start in range(last))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if all(row[language] for language in LANGUAGES):
                yield {column: _as_news_write(value) for column, value in row.items()}


def _as_news_write(name: str) -> str:
    """Return a name without the abbreviations of the CLDR, which stand in no article."""
    return name.replace("&", "and").replace("о-ва", "острова").replace("о-в", "остров")


if __name__ == "__main__":
    for figure in (*measure(Path(sys.argv[1])), *measure_tables(Path(sys.argv[1]))):
        print(f"{figure.value:.3f}  {figure.name}")
