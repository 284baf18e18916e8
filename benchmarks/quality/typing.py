"""
Latin typing of Cyrillic words: how many are found again, and how often the first reading is the word.

Frequent words of the subtitles are written by the schemes of the states and by one as people chat; the words of the
articles in any form are the frequencies.
"""

import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from string import ascii_lowercase

from benchmarks.quality.figures import Figure
from benchmarks.quality.layout import has_outside, terms_of_articles
from search.language import fold
from search.language.typing import VocabularyWords, cyrillic_spellings

_WORDS = 3_000
_UKRAINIAN = dict(
    zip(
        "абвгґдезиіклмнопрстуфьй'",
        [*"abvhgdezyiklmnoprstuf", "", "i", ""],
        strict=True,
    )
) | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "є": "ie", "ї": "i", "ю": "iu", "я": "ia"}
_RUSSIAN = dict(zip("абвгдезиклмнопрстуфыэё", "abvgdeziklmnoprstufyee", strict=True)) | {
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
}  # fmt: skip
_STARTS = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}


def kmu(word: str) -> str:
    """Write a Ukrainian word by the resolution of 2010."""
    table = _UKRAINIAN | {"\0": "zgh"}
    rest = word[1:].replace("зг", "\0")
    return _STARTS.get(word[0], _UKRAINIAN[word[0]]) + "".join(map(table.__getitem__, rest))


def bgn_ukrainian(word: str) -> str:
    """Write a Ukrainian word by BGN/PCGN 1965, with the apostrophes left off."""
    table = _UKRAINIAN | _STARTS
    return "".join(map(table.__getitem__, word))


def bgn_russian(word: str) -> str:
    """Write a Russian word by BGN/PCGN 1947, with the apostrophes left off."""
    table = _RUSSIAN | {"й": "y", "ю": "yu", "я": "ya", "ь": "", "ъ": ""}
    before = " " + word
    vowels = " аеёиоуыэюяйъь"
    return "".join(
        "ye" if letter == "е" and before[place] in vowels else table[letter] for place, letter in enumerate(word)
    )


def icao_russian(word: str) -> str:
    """Write a Russian word as passports do."""
    return "".join(map((_RUSSIAN | {"й": "i", "ю": "iu", "я": "ia", "ь": "", "ъ": "ie"}).__getitem__, word))


_CHAT = {"ч": "4", "ш": "6", "щ": "w", "х": "x", "ж": "j", "ь": "'", "ъ": "'", "й": "j", "ю": "yu", "я": "ya"}


def chat_ukrainian(word: str) -> str:
    """Write a Ukrainian word as people chat."""
    return "".join(map((_UKRAINIAN | _CHAT | {"є": "ye", "ї": "i", "г": "g", "и": "i"}).__getitem__, word))


def chat_russian(word: str) -> str:
    """Write a Russian word as people chat."""
    return "".join(map((_RUSSIAN | _CHAT | {"х": "h", "ц": "c", "ж": "zh"}).__getitem__, word))


_SCHEMES: tuple[tuple[str, str, Callable[[str], str], float | None, float | None], ...] = (
    ("uk", "KMU", kmu, 0.98, 0.888),
    ("uk", "BGN", bgn_ukrainian, 0.98, None),
    ("uk", "chat", chat_ukrainian, None, None),
    ("ru", "BGN", bgn_russian, 0.965, None),
    ("ru", "ICAO", icao_russian, 0.95, None),
    ("ru", "chat", chat_russian, 0.817, None),
)


def frequent_words(data: Path, language: str) -> list[str]:
    """Return the most frequent words of four letters and more, names and noise among them."""
    found = []
    with gzip.open(data / f"frequency_opensubtitles_{language}.txt.gz", "rt", encoding="utf-8") as file:
        for row in file:
            word = row.partition(" ")[0].replace("’", "'")
            if len(word) >= 4 and word.replace("'", "").isalpha():
                found.append(word)
    alphabet = set({"uk": "".join(_UKRAINIAN), "ru": "".join(_RUSSIAN) + "йюяьъ", "en": ascii_lowercase}[language])
    return [word for word in dict.fromkeys(found) if set(word) <= alphabet][:_WORDS]


def measure(data: Path) -> Iterator[Figure]:
    """Yield recall, the share of first readings that are right, and readings for each word, by scheme."""
    counts: Counter[str] = terms_of_articles(data)
    frequency = partial(has_outside, counts, set())
    vocabulary = sorted(term for term in counts if ":" not in term)
    for language, scheme, written, recall_target, first_target in _SCHEMES:
        words = frequent_words(data, language)
        for languages in ((language,), ("uk", "ru")):
            alone = len(languages) == 1
            label = f"{language}, {scheme}, {'language known' if alone else 'either language'}"
            found = [
                cyrillic_spellings(written(word), 8, frequency, VocabularyWords.of_sorted(vocabulary), languages)
                for word in words
            ]
            folded = list(map(fold, words))
            recall = sum(word in each for word, each in zip(folded, found, strict=True)) / len(words)
            first = sum(each[:1] == (word,) for word, each in zip(folded, found, strict=True)) / len(words)
            yield Figure("typing", f"{label}: recall", recall, None if alone else recall_target)
            yield Figure("typing", f"{label}: first reading right", first, None if alone else first_target)
            if not alone:
                yield Figure("typing", f"{label}: readings for each word", sum(map(len, found)) / len(words))
    english = frequent_words(data, "en")
    for most, readings in ((0.0, "the usual readings"), (3.0, "all readings")):
        read = sum(bool(cyrillic_spellings(word, most_cost=most)) for word in english) / len(english)
        yield Figure("typing", f"en: words that read as Cyrillic ones, {readings}", read)


if __name__ == "__main__":
    import sys

    for figure in measure(Path(sys.argv[1])):
        print(f"{figure.name:60} {figure.value:.4f}")
