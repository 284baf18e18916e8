"""
Spelling suggestions: how often the first one is what was meant, and what a suggestion costs.

Ukrainian slips are real ones. Those in Russian and English are made: one edit in a frequent word (a near key, a letter
lost, added, swapped or doubled). "In the vocabulary" counts the slips that the vocabulary does not have, with a meant
word that it has; "end to end" counts all. A slip that is a word of a dictionary counts as wrong, since nothing is ever
suggested for it; the figures without these say so.
"""

import gzip
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.quality.figures import Figure
from benchmarks.quality.known_items import share
from search.archive.spelling import NearWords, suggested_words
from search.language import fold
from search.language.misspelling import is_a_word, known_lemmas

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_ROWS = {
    "ru": ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
    "en": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
}
_LETTERS = {"ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя", "en": "abcdefghijklmnopqrstuvwxyz"}
_TARGETS = {"uk": 0.78, "ru": 0.85, "en": 0.73}
# Subtitles count words many times more than a few hundred articles do.
_SUBTITLES_FOR_ONE_ARTICLE = 50
_SYNTHETIC_CASES = 1_000


class Case(NamedTuple):
    """A word as it was typed and as it was meant."""

    typed: str
    meant: str


class Vocabulary(NamedTuple):
    """The forms of an archive and of their lemmas, with how many articles have them."""

    near: NearWords
    forms: Counter[str]
    lemmas: Counter[str]

    def suggested(self, word: str) -> list[str]:
        """Return the suggestions for a word."""
        return suggested_words(word, self.near, self.forms.__getitem__, self.lemmas.__getitem__)


def article_forms(data: Path, language: str) -> Counter[str]:
    """Return the forms in the articles of a language."""
    forms: Counter[str] = Counter()
    with (data / "articles.jsonl").open(encoding="utf-8") as file:
        for row in file:
            article = json.loads(row)
            if article["language"] == language:
                text = f"{article['title']} {article['body']}".lower().replace("’", "'")
                forms.update(map(fold, _WORD.findall(text)))
    return _without_other_script(forms, language)


def subtitle_forms(data: Path, language: str) -> Counter[str]:
    """Return the forms of the subtitles of a language."""
    forms: Counter[str] = Counter()
    with gzip.open(data / f"frequency_opensubtitles_{language}.txt.gz", "rt", encoding="utf-8") as file:
        for row in file:
            word, _, count = row.partition(" ")
            if _WORD.fullmatch(word):
                forms[fold(word)] += int(count) // _SUBTITLES_FOR_ONE_ARTICLE + 1
    return _without_other_script(forms, language)


def _without_other_script(forms: Counter[str], language: str) -> Counter[str]:
    """Leave out the misspellings of subtitles too: forms that are rare and in no dictionary."""
    other = re.compile("[а-яіїєґ]" if language == "en" else "[a-z]")
    own = {form: count for form, count in forms.items() if not other.search(form)}
    if language == "en":
        return Counter({form: count for form, count in own.items() if count >= 2})
    return Counter({form: count for form, count in own.items() if count >= 3 or is_a_word(form)})


def vocabulary(forms: Counter[str]) -> Vocabulary:
    """Return a vocabulary of forms with their lemmas."""
    lemmas: Counter[str] = Counter()
    for form, count in forms.items():
        for lemma in known_lemmas(form):
            lemmas[lemma] += count
    return Vocabulary(NearWords(sorted(forms)), forms, lemmas)


def real_cases(data: Path) -> list[Case]:
    """Return the real Ukrainian slips of words of four letters and more."""
    cases = []
    for row in (data / "typos_ua_gec_uk.tsv").read_text(encoding="utf-8").splitlines():
        typed, meant, _ = row.lower().split("\t")
        if min(len(typed), len(meant)) >= 4 and _WORD.fullmatch(typed) and _WORD.fullmatch(meant):
            cases.append(Case(fold(typed), fold(meant)))
    return cases


def synthetic_cases(forms: Counter[str], language: str) -> list[Case]:
    """Return one slip in each of many frequent words."""
    chance = random.Random(11)
    frequent = sorted(form for form, count in forms.items() if len(form) >= 5 and count >= 20 and form.isalpha())
    chance.shuffle(frequent)
    cases = [Case(_slip(form, language, chance), form) for form in frequent]
    return [case for case in cases if case.typed not in forms][:_SYNTHETIC_CASES]


def _near_keys(language: str, letter: str) -> str:
    found = ""
    for number, row in enumerate(_ROWS[language]):
        place = row.find(letter)
        if place >= 0:
            rows = _ROWS[language][max(0, number - 1) : number + 2]
            found = "".join(each[max(0, place - 1) : place + 2] for each in rows).replace(letter, "")
    return found or _LETTERS[language]


def _slip(word: str, language: str, chance: random.Random) -> str:
    place, kind = chance.randrange(len(word)), chance.random()
    before, letter, after = word[:place], word[place], word[place + 1 :]
    if kind < 0.35:
        return before + chance.choice(_near_keys(language, letter)) + after
    if kind < 0.55:
        return before + after
    if kind < 0.75:
        return before + chance.choice(_LETTERS[language]) + letter + after
    if kind < 0.9 and after and after[0] != letter:
        return before + after[0] + letter + after[1:]
    return before + letter + letter + after


def ranks(cases: Iterable[Case], suggested: Callable[[str], list[str]]) -> dict[Case, int]:
    """Return at which place, from 0, the meant word of each case is suggested; a place behind all if it is not."""
    found = ((case, suggested(case.typed)) for case in cases)
    return {case: words.index(case.meant) if case.meant in words else sys.maxsize for case, words in found}


def accuracy(places: Iterable[int], first: int = 1) -> float:
    """Return the share of places among the first."""
    return share([place < first for place in places])


def measure(data: Path) -> Iterator[Figure]:
    """Yield the share of slips whose meant word is suggested first, and among the first five."""
    real = real_cases(data)
    for language in ("uk", "ru", "en"):
        known = vocabulary(article_forms(data, language) + subtitle_forms(data, language))
        if language == "uk":
            cases = [case for case in real if case.typed not in known.forms and case.meant in known.forms]
        else:
            cases = synthetic_cases(known.forms, language)
        kind = "real" if language == "uk" else "made"
        name = f"{language}: {kind} slips, meant word in the vocabulary"
        yield from _accuracies(name, ranks(cases, known.suggested), _TARGETS[language])
    yield from _end_to_end(data, real)


def _accuracies(name: str, places: Mapping[Case, int], target: float | None) -> Iterator[Figure]:
    """Yield the figures of all slips, and of those that could be seen: a word of a dictionary is never doubted."""
    yield Figure("spelling", f"{name}, suggested first", accuracy(places.values()), target)
    yield Figure("spelling", f"{name}, among the first five", accuracy(places.values(), 5))
    seen = [place for case, place in places.items() if not is_a_word(case.typed)]
    yield Figure("spelling", f"{name}, words of a dictionary left out, suggested first", accuracy(seen))


def _end_to_end(data: Path, real: list[Case]) -> Iterator[Figure]:
    """Yield the figures of Ukrainian with the articles and the dictionaries as the vocabulary, no slip left out."""
    articles = vocabulary(article_forms(data, "uk"))

    def with_dictionaries(word: str) -> list[str]:
        return suggested_words(
            word, articles.near, articles.forms.__getitem__, lambda term: max(1, articles.lemmas[term])
        )

    places = ranks(real, with_dictionaries)
    yield from _accuracies("uk: real slips end to end", places, 0.55)
    unknown = [place for case, place in places.items() if case.typed not in articles.forms]
    yield Figure(
        "spelling", "uk: real slips end to end, words of an article left out, suggested first", accuracy(unknown)
    )
    words = [case.typed in articles.forms or is_a_word(case.typed) for case in places]
    yield Figure("spelling", "uk: real slips that are a word of an article or a dictionary", share(words))


if __name__ == "__main__":
    for figure in measure(Path(sys.argv[1])):
        print(f"{figure.name:75} {figure.value:.4f}")
