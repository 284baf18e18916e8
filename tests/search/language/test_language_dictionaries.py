"""The dictionaries as they are read here agree with the library's own analyser: readings, their order, and lemmas."""

import itertools
import json
import random
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pymorphy3
import pytest

from search.language.automata import Automaton
from search.language.dictionaries import Dictionary
from search.language.normalize import fold_letters
from search.language.russian import SMALLEST_SHARE, russian_lemmas
from search.language.ukrainian import one_spelling, overrides, ukrainian_lemmas
from search.language.words import dictionary, is_known, is_name, stem_of_unknown

BEGINNINGS = 300
WORDS_OF_A_BEGINNING = 10
LANGUAGES = ("uk", "ru")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def library(language: str) -> Any:
    """Return the library's analyser as it is installed."""
    return pymorphy3.MorphAnalyzer(lang=language)


@pytest.fixture(scope="module")
def words(language: str, library: Any, sample_source: Path) -> list[str]:
    """Return words of the sample archive, words of the dictionary itself, and either with a letter changed."""
    chance = random.Random(7)
    texts = [
        json.loads(line)["body"]
        for path in sorted(sample_source.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    read = sorted(
        {fold_letters(word) for text in texts for word in re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*", text.lower())}
    )
    read = chance.sample([word for word in read if not word.isascii()], 1500)
    listed = [
        fold_letters(word)
        for beginning in chance.sample(sorted({word[:4] for word in read if len(word) > 4}), BEGINNINGS)
        for word in itertools.islice(library.dictionary.words.iterkeys(beginning), WORDS_OF_A_BEGINNING)
    ]
    changed = [word[:place] + chance.choice("аегґёої") + word[place + 1 :] for word in read[:300] for place in (0, -1)]
    return list(dict.fromkeys((*read, *listed, *changed)))


def test_readings_are_those_of_the_library(language: str, library: Any, words: list[str]) -> None:
    found = dictionary(language)
    known = 0
    for word in words:
        expected = [(parse.normal_form, str(parse.tag)) for parse in library.parse(word)]
        readings = found.readings(word)
        known += bool(readings)
        assert found.knows(word) == is_known(language, word) == bool(readings) == library.word_is_known(word), word
        if readings and language == "ru":
            shares = found.shares(word, readings)
            assert sorted(shares, reverse=True) == [parse.score for parse in library.parse(word)], word
            readings = [readings[place] for place in sorted(range(len(shares)), key=shares.__getitem__, reverse=True)]
        found_here = readings or found.predictions(word)
        assert [(lemma, str(tag)) for lemma, tag in found_here] == expected, word
    assert known > 2000, "the sample must have known words"
    assert len(words) - known > 300, "the sample must have unknown words"


def test_lemmas_are_those_made_of_the_librarys_parses(language: str, library: Any, words: list[str]) -> None:
    made, expected = (
        (ukrainian_lemmas, ukrainian_lemmas_of_parses)
        if language == "uk"
        else (russian_lemmas, russian_lemmas_of_parses)
    )
    assert [(word, made(word)) for word in words] == [(word, expected(library, word)) for word in words]


def test_names_are_those_of_the_library(language: str, library: Any, words: list[str]) -> None:
    tags = {"Surn", "Name", "Patr", "Geox", "Orgn", "Trad"}
    for word in words[::5]:
        assert is_name(language, word) == any(tags & parse.tag.grammemes for parse in library.parse(word)), word


def russian_lemmas_of_parses(library: Any, word: str) -> tuple[str, ...]:
    shares: dict[str, float] = defaultdict(float)
    for parse in library.parse(word):
        shares[parse.normal_form.replace("ё", "е")] += parse.score
    if not library.word_is_known(word):
        return tuple(dict.fromkeys((*shares, *stem_of_unknown(word))))
    return tuple(lemma for lemma, share in shares.items() if share >= SMALLEST_SHARE * sum(shares.values()))


def ukrainian_lemmas_of_parses(library: Any, word: str) -> tuple[str, ...]:
    if word in overrides():
        return overrides()[word]
    parses = library.parse(word)
    lemmas = [parse.normal_form for parse in parses]
    participle = re.fullmatch("(.+)(чи|ши)(с[ья])?", word)
    if participle and any("GRND" in parse.tag for parse in parses):
        finite = participle[1] + {"чи": "ть", "ши": ""}[participle[2]] + ("ся" if participle[3] else "")
        lemmas += [parse.normal_form for parse in library.parse(finite) if "VERB" in parse.tag and parse.is_known]
    stem = () if library.word_is_known(word) else stem_of_unknown(word)
    return tuple(dict.fromkeys(map(one_spelling, (*lemmas, *stem))))


def test_words_of_other_kinds_are_read_as_the_library_reads_them(language: str, library: Any) -> None:
    for word in (
        "",
        "-",
        "xiv",
        "pdf",
        "12",
        "а",
        "о'",
        "по-західному",
        "по-новому",
        "інтернет-магазин",
        "человек-гора",
        "куда-то",
    ):
        expected = [(parse.normal_form, str(parse.tag)) for parse in library.parse(word)]
        found = dictionary(language).readings(word) or dictionary(language).predictions(word)
        assert sorted((lemma, str(tag)) for lemma, tag in found) == sorted(expected), word


@pytest.mark.parametrize("content", [b"", b"\x01", b"\xff" * 64, b"\x02\0\0\0" + b"\0" * 9], ids=len)
def test_damaged_file_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "words.dawg"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"words\.dawg is no automaton"):
        Automaton(path)


def test_the_library_reads_the_same_automata(language: str) -> None:
    found = Dictionary(language)
    assert found._analyzer.dictionary.words is found._words, "what the library loaded itself must be given free"
