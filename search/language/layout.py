"""
Words typed with the wrong keyboard layout: ``ghbdtn`` for привет, ``руддщ`` for hello, ``киъв`` for київ.

Says what else the same keys write, and whether that is what was meant: the other reading must be far likelier as words
of its language, and some article must have it. Whether the page is shown for it, the query decides.
"""

import functools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, groupby, pairwise
from types import MappingProxyType
from typing import NamedTuple

from search.language.normalize import fold
from search.language.tables import QUERIES, lines_of, read_text
from search.language.words import is_known

#: Layouts are named by their languages: the American English, the Ukrainian and the Russian one of Windows.
LAYOUTS = ("en", "uk", "ru")

_KEYS: MappingProxyType[str, str] = MappingProxyType(
    {
        "en": "`qwertyuiop[]\\asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>",
        "uk": "'йцукенгшщзхїґфівапролджєячсмитьбю'ЙЦУКЕНГШЩЗХЇҐФІВАПРОЛДЖЄЯЧСМИТЬБЮ",
        "ru": "ёйцукенгшщзхъ\\фывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪ/ФЫВАПРОЛДЖЭЯЧСМИТЬБЮ",
    }
)


def _table(source: str, target: str) -> dict[int, str]:
    pairs = zip(_KEYS[source], _KEYS[target], strict=True)
    table: dict[int, str] = {}
    for typed, meant in pairs:
        table.setdefault(ord(typed), meant)
    return table


#: What each key writes, from layout to layout, for ``str.translate``.
LAYOUT_TABLES = {
    (source, target): _table(source, target) for source in LAYOUTS for target in LAYOUTS if source != target
}
# The Ukrainian apostrophe stands on the key of the Russian ё, and ' of the English layout on the key of є.
_UKRAINIAN_BY_SOUND = str.maketrans("ыЫъЪэЭёЁ", "иИїЇєЄ''")

# Fewer letters say too little, and most capitals are acronyms, whose letters follow no rule.
MIN_LETTERS = 4
_MAX_ACRONYM_LETTERS = 5
# A longer word is none that somebody typed; a query has at most so many words that count.
_MAX_CHARACTERS = 40
_MAX_WORDS = 16

_LATIN = re.compile("[A-Za-z]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_ONLY_RUSSIAN = re.compile("[ыъэё]", re.IGNORECASE)
_ONLY_UKRAINIAN = re.compile("[іїєґ']", re.IGNORECASE)
_NO_WORD = re.compile(r"[\d@#/]|\.\w+\.|www\.")
_SIGNS = re.compile(r"[][\\`;',.{}<>]+")
_STOPS = re.compile("[.,]+$")

# Natural logarithms of probabilities. A form of the dictionary's is as likely as a word of four or five letters spelled
# by chance (e^-11 is one in 60,000), and the more so the more articles have the word. Words that the dictionary lacks
# are found by a guess at their lemma, which finds wrong forms too. A letter that the language lacks costs more than the
# rarest pair of letters. A comma at the end of a word is rather a letter of other keys than a comma.
_KNOWN_WORD = -11.0
_FOUND_BY_GUESS = -13.0
_PER_FOLD_OF_ARTICLES = 0.7
_LIKELIEST_WORD = -7.0
_FOREIGN_LETTER = -9.0
_STOP = -5.0
# One query in some hundreds is typed with the wrong layout (e^-6). Where no article has the word that would have been
# meant, nothing is found either way, and only a typed word that is none at all is read otherwise. The two Cyrillic
# layouts differ in four letters, in which the endings of names differ too (коуні, коуны): only known words are safe.
_WRONG_LAYOUT = -6.0
_WRONG_LAYOUT_OF_UNKNOWN = -10.0
_WRONG_CYRILLIC_LAYOUT = -12.0


class Conversion(NamedTuple):
    """What the same keys write with the layout ``target`` where ``text`` came from the layout ``source``."""

    text: str
    source: str
    target: str


def other_layouts(text: str) -> tuple[Conversion, ...]:
    """
    Return what else the keys of a typed text write, each reading once; nothing for a text without letters.

    >>> [conversion.text for conversion in other_layouts("ghbdtn")]
    ['привет']
    >>> [conversion.text for conversion in other_layouts("киъв")]
    ['rbъd', 'rb]d', 'київ']
    """
    found: dict[str, Conversion] = {}
    for source, target in _directions(text):
        converted = text.translate(LAYOUT_TABLES[source, target])
        found.setdefault(converted, Conversion(converted, source, target))
        if (source, target) == ("ru", "uk"):
            # Who has only a Russian layout may also write the Russian letter that sounds like the Ukrainian one.
            heard = text.translate(_UKRAINIAN_BY_SOUND)
            found.setdefault(heard, Conversion(heard, source, target))
    found.pop(text, None)
    return tuple(found.values())


def _directions(text: str) -> Iterator[tuple[str, str]]:
    if _LATIN.search(text):
        yield from (("en", "uk"), ("en", "ru"))
    elif _CYRILLIC.search(text):
        yield from (("uk", "en"), ("ru", "en"))
        if _ONLY_RUSSIAN.search(text):
            yield "ru", "uk"
        if _ONLY_UKRAINIAN.search(text):
            yield "uk", "ru"


def mended_layout(words: Sequence[str], has: Callable[[str], int] | None) -> tuple[Conversion | None, ...]:
    """
    Return for each word of a query what it was meant to be in another layout, or None where it is fine as typed.

    ``has`` gives the number of articles that have a word in any form. A word of ``MIN_LETTERS`` letters that some
    article has is never converted, and what is converted must have such a word. Without ``has`` letters and
    dictionaries alone decide. ``words`` are what stands between the blanks of the query, with all their signs.

    >>> mended_layout(["ghbdtn", "vbh"], {"привет": 1}.get)
    (Conversion(text='привет', source='en', target='ru'), Conversion(text='мир', source='en', target='ru'))
    >>> mended_layout(["hello"], {"hello": 1}.get)
    (None,)
    """
    query = [word[:_MAX_CHARACTERS] for word in words[:_MAX_WORDS]]
    evidence = _Evidence(has)
    scripts = iter(_scripts(query))
    groups = ((script, list(group)) for script, group in groupby(query, lambda _: next(scripts)))
    mended = list(
        chain.from_iterable(
            [None] * len(group) if script == "none" else _mended_group(group, evidence) for script, group in groups
        )
    )
    return tuple(mended) + (None,) * (len(words) - len(mended))


def _scripts(words: list[str]) -> list[str]:
    """Return the script of each word; signs that are letters of another layout have that of their neighbours."""
    scripts = list(map(_script, words))
    for place, word in enumerate(words):
        if _SIGNS.fullmatch(word):
            scripts[place] = scripts[place - 1] if place else scripts[1] if len(words) > 1 else "none"
    return scripts


def _script(word: str) -> str:
    if _NO_WORD.search(word):
        return "none"
    return "latin" if _LATIN.search(word) else "cyrillic" if _CYRILLIC.search(word) else "none"


class _Evidence:
    """What the archive says of words; every word is asked for once."""

    def __init__(self, has: Callable[[str], int] | None) -> None:
        self._has = has
        self._asked: dict[str, int] = {}

    @property
    def is_there(self) -> bool:
        """Whether there is an archive to ask."""
        return self._has is not None

    def __call__(self, word: str) -> int:
        return min(map(self._articles, word.split("-"))) if self._has is not None else 0

    def _articles(self, part: str) -> int:
        if part not in self._asked:
            self._asked[part] = (self._has(part) or 0) if part and self._has else 0
        return self._asked[part]


def _mended_group(words: list[str], evidence: _Evidence) -> list[Conversion | None]:
    """Convert neighbouring words of one script all together, or else each that was meant otherwise by itself."""
    together = _mended(words, evidence)
    if together is not None:
        return list(together)
    if len(words) == 1 or not evidence.is_there:
        return [None] * len(words)
    return [alone[0] if (alone := _mended([word], evidence)) else None for word in words]


def _mended(words: list[str], evidence: _Evidence) -> list[Conversion] | None:
    """Return the likeliest reading of all words in one other layout, if it is likelier than what was typed."""
    telling = [_bare(word) for word in words if _says_enough(word)]
    if not telling or all(_is_word(word) and evidence(word) for word in telling):
        return None
    readings = ((_as_words(reading, evidence), reading) for reading in _readings(words))
    likelihood, best = max(readings, key=lambda pair: pair[0], default=(-math.inf, []))
    return best if likelihood + _doubt(best, evidence) > _best_reading(words, evidence) else None


def _doubt(reading: list[Conversion], evidence: _Evidence) -> float:
    """Return how unlikely it is that the wrong layout was chosen."""
    words = [(_bare(each.text), each.target) for each in reading if _says_enough(each.text)]
    if {reading[0].source, reading[0].target} == {"uk", "ru"} and not all(
        is_known(language, fold(word)) and evidence(word) for word, language in words
    ):
        return _WRONG_CYRILLIC_LAYOUT
    found = any(evidence(word) for word, _ in words)
    return _WRONG_LAYOUT if found or not evidence.is_there else _WRONG_LAYOUT_OF_UNKNOWN


def _readings(words: list[str]) -> Iterator[list[Conversion]]:
    """Yield the readings of several words by their direction, with and without the full stop of the last."""
    directions: dict[tuple[str, str, int], list[Conversion]] = {}
    for word in words:
        seen: dict[tuple[str, str], int] = {}
        for direction in dict.fromkeys(_directions(" ".join(words))):
            for conversion in _conversions(word, *direction):
                number = seen[direction] = seen.get(direction, -1) + 1
                directions.setdefault((*direction, number), []).append(conversion)
    yield from (reading for reading in directions.values() if len(reading) == len(words))


def _conversions(word: str, source: str, target: str) -> Iterator[Conversion]:
    yield Conversion(word.translate(LAYOUT_TABLES[source, target]), source, target)
    stops = _STOPS.search(word)
    without = word[: stops.start()] if stops else word
    yield Conversion(
        without.translate(LAYOUT_TABLES[source, target]) + (stops.group() if stops else ""), source, target
    )
    if (source, target) == ("ru", "uk"):
        yield Conversion(word.translate(_UKRAINIAN_BY_SOUND), source, target)


def _as_words(reading: list[Conversion], evidence: _Evidence) -> float:
    stops = sum(_STOPS.search(each.text) is not None for each in reading)
    return stops * _STOP + sum(_likelihood(_bare(each.text), each.target, evidence) for each in reading)


def _best_reading(words: list[str], evidence: _Evidence) -> float:
    """Return the likelihood of what was typed, in the likeliest language of its letters."""
    languages = ("en",) if _LATIN.search("".join(words)) else ("uk", "ru")
    return max(sum(_likelihood(_bare(word), language, evidence) for word in words) for language in languages)


def _says_enough(word: str) -> bool:
    """Say whether a word is long enough in one of its readings, and no acronym."""
    letters = max(sum(map(str.isalpha, text)) for text in (word, *(each.text for each in other_layouts(word))))
    return letters >= MIN_LETTERS and not (letters <= _MAX_ACRONYM_LETTERS and word.isupper())


def _bare(word: str) -> str:
    """Return a word without the quotation marks around it and the stops after it; before it, they are letters."""
    return word.strip('"«»“”„()!?').rstrip(".,;:!?").lower()


def _is_word(word: str) -> bool:
    return any(_fits(word, language) for language in LAYOUTS)


def reads_better(typed: str, converted: Conversion) -> float:
    """
    Return how much likelier a conversion is than what was typed, as a natural logarithm; letters and dictionaries say.

    >>> reads_better("ghbdtn", Conversion("привет", "en", "ru")) > 6 > reads_better("hello", other_layouts("hello")[0])
    True
    """
    nothing = _Evidence(None)
    return _as_words([converted], nothing) - _best_reading([typed], nothing)


def _likelihood(word: str, language: str, evidence: _Evidence) -> float:
    """Return the logarithm of how likely a word is in a language: by its letters, the dictionary, or the archive."""
    spelled = sum(_spelling(language, part) for part in word.split("-"))
    if spelled >= _LIKELIEST_WORD or not _fits(word, language):
        return spelled
    articles = evidence(word)
    if not (is_known(language, fold(word)) if language != "en" else articles):
        return max(spelled, _FOUND_BY_GUESS) if articles else spelled
    return max(spelled, min(_LIKELIEST_WORD, _KNOWN_WORD + _PER_FOLD_OF_ARTICLES * math.log1p(articles)))


def _fits(word: str, language: str) -> bool:
    """Say whether a language has all letters of a word."""
    return all(letter in _pairs()[language] for letter in word.replace("-", ""))


def _spelling(language: str, word: str) -> float:
    pairs = _pairs()[language]
    marked = f"^{word}^"
    total = 0.0
    for first, second in pairwise(marked):
        following = pairs.get(first)
        total += _FOREIGN_LETTER if following is None or second not in pairs else following.get(second, following[""])
    return total


# A pair that the sample does not show may still exist: half a pair each.
_UNSEEN_PAIRS = 0.5


@functools.cache
def _pairs() -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    """Return the logarithm of how often each letter follows each, by language; "" stands for unseen pairs."""
    rows = [line.split("\t") for line in lines_of(read_text(QUERIES, "letter_pairs.txt"))]
    alphabet_sizes = {language: sum(row[0] == language for row in rows) for language in LAYOUTS}
    found: dict[str, dict[str, Mapping[str, float]]] = {language: {} for language in LAYOUTS}
    for language, first, following in rows:
        counts = {pair[0]: float(pair[1:]) for pair in following.split(" ")}
        total = sum(counts.values()) + _UNSEEN_PAIRS * alphabet_sizes[language]
        counts[""] = 0.0
        found[language][first] = {second: math.log((count + _UNSEEN_PAIRS) / total) for second, count in counts.items()}
    return found
