"""
A folder of texts like the one beside the repository, but tiny and made of the sample archive.

So every part of ``make quality`` can be run by a test, for the names of its figures; its values say nothing.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.quality.known_items import by_story, content_words, read_articles
from benchmarks.quality.word_forms import TREEBANKS
from search.article import LANGUAGES, Article

_STORIES = 10
_FREQUENT_WORDS = 60
_TREEBANK = {
    "uk": [
        ("Київ", "Київ", "PROPN"),
        ("Києва", "Київ", "PROPN"),
        ("міста", "місто", "NOUN"),
        ("місто", "місто", "NOUN"),
    ],
    "ru": [
        ("Киев", "Киев", "PROPN"),
        ("Киева", "Киев", "PROPN"),
        ("города", "город", "NOUN"),
        ("город", "город", "NOUN"),
    ],
    "en": [
        ("Kyiv", "Kyiv", "PROPN"),
        ("Odesa", "Odesa", "PROPN"),
        ("cities", "city", "NOUN"),
        ("city", "city", "NOUN"),
    ],
}
_PLACES = [
    ("kind", "id", "uk", "ru", "en"),
    ("territory", "AT", "Австрія", "Австрия", "Austria"),
    ("territory", "UA", "Україна", "Украина", "Ukraine"),
    ("city", "Europe/Vienna", "Відень", "Вена", "Vienna"),
    ("city", "Europe/Kyiv", "Київ", "Киев", "Kyiv"),
]
_PERSONS = [("zelensky", "з е л е н с к и й", "1"), ("poroshenko", "п о р о ш е н к о", "1")]
_EDGE_CASES = [("plural", "1", "en", "en", "city", "two cities"), ("negatives", "0", "-", "uk", "місто", "села")]
_SLIPS = [("пидтримка", "підтримка", "1"), ("міссто", "місто", "1"), ("презедент", "президент", "2")]


def write_small_data(folder: Path, source: Path) -> None:
    """Write the files that the parts read into a folder, from the sample archive in another."""
    stories = list(by_story(read_articles(source)).values())[:_STORIES]
    articles = [article for versions in stories for article in versions.values()]
    _write(folder / "articles.jsonl", (json.dumps(_record(article), ensure_ascii=False) for article in articles))
    lines = [(each.language, "sentence", text) for each in articles for text in (each.title, each.lead) if text]
    _write_rows(folder / "langid_ntrex.tsv.gz", lines)
    for language in LANGUAGES:
        _write(folder / f"frequency_opensubtitles_{language}.txt.gz", _frequencies(articles, language))
        _write(folder / TREEBANKS[language], map(_conllu, _TREEBANK[language]))
    for language in ("ru", "en"):
        paragraphs = [
            _paragraph(versions[language], number) for number, versions in enumerate(stories) if language in versions
        ]
        _write(folder / f"xquad.{language}.json.gz", [json.dumps({"data": [{"paragraphs": paragraphs}]})])
    _write_rows(folder / "cldr_names_uk_ru_en.tsv", _PLACES)
    _write_rows(folder / "wikidata_names_en_ru.tsv.gz", _PERSONS)
    _write_rows(folder / "edge_cases.tsv", _EDGE_CASES)
    _write_rows(folder / "typos_ua_gec_uk.tsv", _SLIPS)


def _record(article: Article) -> dict[str, str]:
    return {name: getattr(article, name) for name in ("id", "story", "language", "title", "body")}


def _paragraph(article: Article, number: int) -> dict[str, object]:
    return {"context": article.body, "qas": [{"id": str(number), "question": article.title}]}


def _frequencies(articles: Sequence[Article], language: str) -> Iterable[str]:
    words = (
        word.lower() for each in articles if each.language == language for word in content_words(each.body, language)
    )
    return [f"{word} {1_000 * count}" for word, count in Counter(words).most_common(_FREQUENT_WORDS)]


def _conllu(word: tuple[str, str, str]) -> str:
    form, lemma, part_of_speech = word
    return "\t".join(("1", form, lemma, part_of_speech, *"______"))


def _write_rows(path: Path, rows: Iterable[Sequence[str]]) -> None:
    _write(path, map("\t".join, rows))


def _write(path: Path, lines: Iterable[str]) -> None:
    content = "".join(f"{line}\n" for line in lines)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(content.encode()))
    else:
        path.write_text(content, encoding="utf-8")
