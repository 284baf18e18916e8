"""
Which characters count as the same, before a text is cut into words.

Each step is a function from text to text; ``normalize_with_offsets`` runs them and remembers where every character came
from. What a word is, is decided in ``tokenize``; spellings that are the same word in one language only, in its module.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

# Longer terms are never typed; the engine keeps its keys short. The longest dictionary form of Ukrainian or Russian has
# fewer than 50 characters, so nothing that a person would look for is cut.
MAX_TERM_CHARACTERS = 100

#: What is written for an apostrophe; some are letters to Unicode.
APOSTROPHES = (
    "\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}"
    "\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}\N{MODIFIER LETTER PRIME}\N{MODIFIER LETTER TURNED COMMA}"
    "\N{PRIME}\N{GRAVE ACCENT}\N{ACUTE ACCENT}\N{FULLWIDTH APOSTROPHE}\N{LATIN SMALL LETTER SALTILLO}"
)
# The en dash is not here: it joins the ends of a range (Київ–Львів), not the parts of a word.
_HYPHENS = (
    "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{MINUS SIGN}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}"
)
_SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}\N{PUNCTUATION SPACE}"
_SAME_MEANING = str.maketrans(
    dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(_HYPHENS, "-") | dict.fromkeys(_SPACES, " ")
)

_INVISIBLE = (
    "\N{SOFT HYPHEN}\N{COMBINING GRAPHEME JOINER}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
    "\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}"
)
_DROP_INVISIBLE = dict.fromkeys(map(ord, _INVISIBLE))

# A stress mark may stand before or after the mark that belongs to the letter (й, ї, ё written in two characters).
_MARKED = re.compile("[\u0400-\u052f][\u0300-\u036f]+")
_STRESS = dict.fromkeys((0x300, 0x301))
_PRECOMPOSED_STRESS = str.maketrans("ѐѝЀЍ", "еиЕИ")

# Typed where the keyboard has no apostrophe; before any other letter a quotation mark is a quotation mark.
_TYPED_QUOTE = re.compile('(?<=[бвгґдзклмнпрстфхцчшщБВГҐДЗКЛМНПРСТФХЦЧШЩ])"(?=[яюєїЯЮЄЇ])')

# Marks that join the character before them, and so may change the number of characters.
_MARKS = "\u0300-\u036f\u0483-\u0487\u1160-\u11ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\u3099\u309a\ufe20-\ufe2f"
#: What belongs to the character before it, or goes: the inside of a class of a regular expression.
JOINING_CHARACTERS = _MARKS + _INVISIBLE
_CLUSTER = re.compile(f"(?s).[{JOINING_CHARACTERS}]+|[{_INVISIBLE}]")

# A text in NFC without any of these is left as it is by every step below; there are few others.
_TOUCHED = re.compile(f'[{JOINING_CHARACTERS}{APOSTROPHES}{_HYPHENS}{_SPACES}ѐѝЀЍ"]')

_LATIN_TO_CYRILLIC = str.maketrans("aceiopxyëïABCEHIKMOPTXYËÏ", "асеіорхуёїАВСЕНІКМОРТХУЁЇ")
_CYRILLIC_TO_LATIN = str.maketrans("асеіорхуёїАВСЕНІКМОРТХУЁЇ", "aceiopxyëïABCEHIKMOPTXYËÏ")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")

_FOLDED_LETTERS = {"ё": "е", "ґ": "г"}
# With what stands on them: the е of ё could take up a mark that ё could not, and folding twice would give another word.
_FOLDED_WITH_MARKS = re.compile("[ёґ][\u0300-\u036f]*")


class Normalized(NamedTuple):
    """
    A normalised text and where its characters stood.

    Character ``i`` comes from ``original[starts[i]:ends[i]]``. ``starts`` and ``ends`` are None where no length
    changed: then every character stands where it stood.
    """

    text: str
    starts: Sequence[int] | None
    ends: Sequence[int] | None


def drop_invisible(text: str) -> str:
    """
    Remove soft hyphens, zero-width characters and direction marks. Changes lengths.

    >>> drop_invisible("без\\u00adпека")
    'безпека'
    """
    return text.translate(_DROP_INVISIBLE)


def drop_stress_marks(text: str) -> str:
    """
    Remove the stress mark that dictionaries put over Cyrillic vowels. Changes lengths.

    Letters whose mark is part of the word (й, ї, ё, é) are left alone.

    >>> drop_stress_marks("за\\u0301мок, café")
    'замок, café'
    """
    return _drop_precomposed_stress(_MARKED.sub(lambda match: match.group().translate(_STRESS), text))


def _drop_precomposed_stress(text: str) -> str:
    return text.translate(_PRECOMPOSED_STRESS)


def compose(text: str) -> str:
    """
    Write letters with their marks as one character (Unicode NFC). Changes lengths.

    >>> len("и\\u0306"), len(compose("и\\u0306"))
    (2, 1)
    """
    return unicodedata.normalize("NFC", text)


def unify_signs(text: str) -> str:
    """
    Write every apostrophe as ', every hyphen as - and every fixed space as a space. Keeps lengths.

    >>> unify_signs("здоров’я, Івано\\u2011Франківськ")
    "здоров'я, Івано-Франківськ"
    """
    return text.translate(_SAME_MEANING)


def mend_typed_apostrophes(text: str) -> str:
    """
    Write ' for a quotation mark typed inside a Ukrainian word. Keeps lengths.

    >>> mend_typed_apostrophes('об"єкт "Ямал"')
    'об\\'єкт "Ямал"'
    """
    return _TYPED_QUOTE.sub("'", text)


STEPS: tuple[Callable[[str], str], ...] = (
    drop_invisible,
    drop_stress_marks,
    compose,
    unify_signs,
    mend_typed_apostrophes,
)
_SAME_LENGTH_STEPS: tuple[Callable[[str], str], ...] = (
    _drop_precomposed_stress,
    unify_signs,
    mend_typed_apostrophes,
)


def normalize(text: str, steps: tuple[Callable[[str], str], ...] = STEPS) -> str:
    """
    Return a text with its characters normalised.

    >>> normalize("здоро\\u0301в’я")
    "здоров'я"
    """
    for step in steps:
        text = step(text)
    return text


def normalize_with_offsets(text: str) -> Normalized:
    """
    Return a text normalised, with the place in the original of each of its characters.

    >>> normalize_with_offsets("за\\u0301мок").starts
    [0, 1, 3, 4, 5]
    """
    if not _TOUCHED.search(text) and unicodedata.is_normalized("NFC", text):
        return Normalized(text, None, None)
    if _keeps_lengths(text):
        return Normalized(normalize(text, _SAME_LENGTH_STEPS), None, None)
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _stretches(text):
        part = normalize(text[start:end], STEPS[:3])
        parts.append(part)
        if _keeps_lengths(text[start:end]):
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            starts.extend([start] * len(part))
            ends.extend([end] * len(part))
    return Normalized(normalize("".join(parts), _SAME_LENGTH_STEPS), starts, ends)


def _keeps_lengths(text: str) -> bool:
    return text.isascii() or not (_CLUSTER.search(text) or not unicodedata.is_normalized("NFC", text))


def _stretches(text: str) -> list[tuple[int, int]]:
    """Cut a text into characters with their marks, and the plain stretches between them."""
    found: list[tuple[int, int]] = []
    position = 0
    for match in _CLUSTER.finditer(text):
        found.extend(_plain_stretches(text, position, match.start()))
        found.append(match.span())
        position = match.end()
    found.extend(_plain_stretches(text, position, len(text)))
    return found


def _plain_stretches(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if start == end:
        return []
    if _keeps_lengths(text[start:end]):
        return [(start, end)]
    return [(position, position + 1) for position in range(start, end)]


def mend_look_alikes(word: str) -> str:
    """
    Write a word of mixed script in the script of most of its letters, if the others have doubles there.

    Ties go to Cyrillic: a Latin letter typed in a Cyrillic word is the usual slip. Words with digits are left alone:
    codes are known by all their looks (``numbers.code_keys``).

    >>> mend_look_alikes("Моcква"), mend_look_alikes("СОVID"), mend_look_alikes("iPhoneом")
    ('Москва', 'COVID', 'iPhoneом')
    """
    if word.isascii() or not _LATIN.search(word):
        return word
    latin = len(_LATIN.findall(word))
    cyrillic = len(_CYRILLIC.findall(word))
    if not cyrillic or any(map(str.isdigit, word)):
        return word
    mended = word.translate(_LATIN_TO_CYRILLIC if cyrillic >= latin else _CYRILLIC_TO_LATIN)
    return word if _LATIN.search(mended) and _CYRILLIC.search(mended) else mended


def fold(word: str) -> str:
    """
    Return the bare index term of a single word: what two spellings of one word form have in common.

    Lower case, one apostrophe, no stress marks or soft hyphens, ё as е, ґ as г; at most ``MAX_TERM_CHARACTERS`` long.

    >>> fold("Ґанок"), fold("Ещё"), fold("П’ять")
    ('ганок', 'еще', "п'ять")
    """
    parts = normalize(word[: 4 * MAX_TERM_CHARACTERS])[:MAX_TERM_CHARACTERS].split("-")
    return fold_letters("-".join(map(mend_look_alikes, parts)).lower())


def fold_letters(word: str) -> str:
    """Return a normalised, lower-case word with ё as е and ґ as г, cut to ``MAX_TERM_CHARACTERS``."""
    if word.isascii():
        return word[:MAX_TERM_CHARACTERS]
    word = compose(word)
    if "ё" in word or "ґ" in word:
        word = _FOLDED_WITH_MARKS.sub(_folded_letter, word)
    return word[:MAX_TERM_CHARACTERS]


def _folded_letter(match: re.Match[str]) -> str:
    return _FOLDED_LETTERS[match.group()[0]]
