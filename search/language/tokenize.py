"""
Where the words of a normalised text are: one alternation, tried from left to right.

Decides only the stretches and their kinds. What index terms a stretch gets is decided in ``terms``. Every repetition
that could be tried from many starting points is bounded, so time stays linear in the text.
"""

import re
from typing import Literal

_LETTER = r"[^\W\d_]"
# Marks that no precomposed letter took up stay with their letter.
_LETTERS = rf"{_LETTER}(?:{_LETTER}|[\u0300-\u036f])*"
# What RFC 3986 allows in an address, and letters of any script. Not the apostrophe: it closes quotations.
_ADDRESS_CHARACTER = r"[\w.~:/?\#\[\]@!$&()*+,;=%-]"
# Bare domains only with these endings: "кінець.Початок" is two words with a space forgotten.
_DOMAIN_ENDINGS = "com|org|net|info|gov|edu|int|mil|news|media|tv|io|co|me|eu|ua|ru|by|pl|de|fr|us|uk|укр|рф"

_NUMBER = rf"(?:\d{{1,3}}(?:[ ]\d{{3}})+(?!\d)|\d+(?:[.,:/]\d+)*)(?:-?{_LETTERS}(?:-{_LETTERS})*)?"

# Plain text rather than an enumeration: kinds are keys of the memory of analysed words, and the hash of an Enum member
# is computed in Python, which halves the speed of analysis.
Kind = Literal["plain", "address", "mail", "tag", "initials", "price", "number", "code", "word", "sign"]


# A plain word is the commonest case and comes first: what follows it shows that it begins nothing longer.
# 64 characters is the limit of the local part of an address (RFC 5321), 63 that of a domain label (RFC 1035).
_STRETCH = re.compile(
    rf"""
     (?P<plain>{_LETTER}++(?=[,;!?)»]|\.?(?:\s|$)))
    |(?P<address>(?:https?://|www\.){_ADDRESS_CHARACTER}+
               |\b(?:[A-Za-z0-9-]{{1,63}}\.){{1,6}}(?:{_DOMAIN_ENDINGS})\b(?!\.?\w)(?:/{_ADDRESS_CHARACTER}*)?)
    |(?P<mail>[\w.+-]{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,6}})
    |(?P<tag>[\#@][^\W_]\w*)
    |(?P<initials>\b{_LETTER}(?:\.{_LETTER})+\b\.?)
    |(?P<price>[$€£₴₽]{_NUMBER})
    |(?P<number>{_NUMBER})
    |(?P<code>{_LETTER}+-?\d+(?:[^\W_]|-(?=[^\W_]))*)
    |(?P<word>{_LETTERS}(?:['-]{_LETTERS})*)
    |(?P<sign>[$€£₴₽%])
    """,
    re.VERBOSE,
)


# A word of letters that no normalising changes, with signs around it that nothing is made of.
_ONLY_WORD = re.compile(r"""[«("“„]*+([A-Za-zА-Яа-яІЇЄҐЁіїєґё]++)[,.;:!?)»"”…]*+""")

# What may stand behind a plain word at the end of a text.
_CLOSING = tuple(",.;!?)»")


def only_word(text: str) -> tuple[int, int] | None:
    """
    Return where the one plain word of a text stands, if that is clear at a glance; what normalising may touch is not.

    >>> only_word("«Київ»,"), only_word("Київ-2"), only_word("за\\u0301мок")
    ((1, 5), None, None)
    """
    match = _ONLY_WORD.fullmatch(text)
    return match.span(1) if match is not None else None


def stretches(text: str) -> list[tuple[Kind, str, int]]:
    """
    Return the kind, the text and the start of every word, number, code, address and sign of a normalised text.

    >>> [(kind, stretch) for kind, stretch, _ in stretches("155-мм, F-16 і прем'єр-міністр")]
    [('number', '155-мм'), ('code', 'F-16'), ('plain', 'і'), ('word', "прем'єр-міністр")]
    """
    # Nine chunks of ten are a word with at most a comma or full stop; what the pattern finds there needs no pattern.
    word = text[:-1] if text.endswith(_CLOSING) else text
    if word.isalpha():
        return [("plain", word, 0)]
    return [(match.lastgroup, match.group(), match.start()) for match in _STRETCH.finditer(text)]  # type: ignore[misc]  # the groups are the kinds
