"""
Numbers and letter-digit codes: one spelling for each.

Decides that 2 000 is 2000, 1,5 is 1.5, 2014-го is 2014, F-16 is F16, and that С-300 is found in either script. Units
beside a number are words; see ``data/units.tsv``.
"""

import re
from typing import NamedTuple

_CYRILLIC_LOOK_ALIKES = str.maketrans("асеіорхуквмнт", "aceiopxykbmht")
_ROMAN_LETTERS = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "ie", "ж": "zh",
        "з": "z", "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
        "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
        "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia",
    }
)  # fmt: skip

_GROUPED_BY_COMMA = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_GROUPED_BY_POINT = re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){2,}")
_DECIMAL_COMMA = re.compile(r"\d+,\d+")
_NUMBER_AND_REST = re.compile(r"(\d[\d .,:/]*\d|\d)(-?)(.*)", re.DOTALL)
_LETTERS_AND_DIGITS = re.compile(r"([^\W\d_]+)-?(\d+)")

# Endings that say "the n-th" or a case of it, in the three languages; they add nothing to the number.
_ORDINAL_ENDINGS = frozenset(
    {
        *("й", "ій", "ий", "го", "ого", "му", "ому", "м", "им", "їй", "та", "а", "тя", "я", "ту", "у", "ю", "ті", "те"),
        *("е", "є", "ї", "тих", "х", "ти", "тим", "тими", "ми", "ма"),
        *("ый", "ой", "ая", "ое", "ые", "ых", "ым", "ыми", "ую", "ью", "тый", "тые", "тых", "ею", "ей"),
        *("st", "nd", "rd", "th", "s"),
    }
)
_HYPHEN_ONLY_ORDINALS = frozenset({"м", "а", "у"})  # 5-м, 1-а; but 5м is five metres


class NumberParts(NamedTuple):
    """A number in its one spelling, and the words that hang on it, each with its offset."""

    number: str
    number_length: int
    words: tuple[tuple[int, str], ...]


class CodeParts(NamedTuple):
    """The letters and the first digits of a code, with the offset of the digits."""

    letters: str
    digits: str
    digits_start: int


def canonical_number(digits: str) -> str:
    """
    Return the one spelling of a number: no thousands separators, a decimal point.

    A comma before exactly three digits is a thousands separator, unless the number begins with 0.

    >>> canonical_number("2 000"), canonical_number("1,5"), canonical_number("1,000,000"), canonical_number("0,125")
    ('2000', '1.5', '1000000', '0.125')
    """
    digits = digits.replace(" ", "")
    if _GROUPED_BY_COMMA.fullmatch(digits):
        return digits.replace(",", "")
    if _GROUPED_BY_POINT.fullmatch(digits):
        return digits.replace(".", "")
    if _DECIMAL_COMMA.fullmatch(digits):
        return digits.replace(",", ".")
    return digits


def split_number(stretch: str) -> NumberParts:
    """
    Split a number from what hangs on it; an ordinal ending belongs to the number.

    >>> split_number("2014-го")
    NumberParts(number='2014', number_length=7, words=())
    >>> split_number("155-мм")
    NumberParts(number='155', number_length=3, words=((4, 'мм'),))
    """
    match = _NUMBER_AND_REST.match(stretch)
    assert match is not None, stretch  # the tokeniser's pattern begins in the same way
    digits, hyphen, rest = match.groups()
    ending = rest.lower()
    if not rest or (ending in _ORDINAL_ENDINGS and (hyphen or ending not in _HYPHEN_ONLY_ORDINALS)):
        return NumberParts(canonical_number(digits), len(stretch), ())
    if not hyphen and re.fullmatch("[A-Z]", rest):  # 5G, 4K, 3D: a name, not a measure
        return NumberParts(canonical_number(digits) + ending, len(stretch), ())
    return NumberParts(canonical_number(digits), len(digits), parts_with_offsets(rest, match.start(3)))


def parts_with_offsets(hyphenated: str, offset: int = 0) -> tuple[tuple[int, str], ...]:
    """
    Return the parts of a hyphenated word with their offsets.

    >>> parts_with_offsets("long-term")
    ((0, 'long'), (5, 'term'))
    """
    found = []
    for part in hyphenated.split("-"):
        found.append((offset, part))
        offset += len(part) + 1
    return tuple(found)


def code_keys(code: str) -> tuple[str, ...]:
    """
    Return the spellings under which a lower-case code is known: without hyphens, as it looks and sounds in Latin.

    >>> code_keys("с-300")
    ('с300', 'c300', 's300')
    >>> code_keys("f-16")
    ('f16',)
    """
    joined = code.replace("-", "")
    return tuple(dict.fromkeys((joined, joined.translate(_CYRILLIC_LOOK_ALIKES), joined.translate(_ROMAN_LETTERS))))


def split_code(code: str) -> CodeParts:
    """
    Return the letters and the first digits of a code.

    >>> split_code("COVID-19")
    CodeParts(letters='COVID', digits='19', digits_start=6)
    """
    match = _LETTERS_AND_DIGITS.match(code)
    assert match is not None, code  # the tokeniser's pattern begins in the same way
    return CodeParts(match.group(1), match.group(2), match.start(2))
