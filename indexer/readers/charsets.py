"""
The character set of a text that may declare none, a wrong one or several: a page, a feed, a table, plain text.

What proves itself is believed first: a byte order mark, then UTF-8, which other character sets hardly ever happen to
be. Of what is left the reading that looks most like written Ukrainian or Russian is taken, by how often letters occur
in them; what the page declares decides only between readings that are nearly as good, because old sites were moved
between servers that declare windows-1251 for all of them.
"""

import codecs
import math
import re
from functools import cache
from typing import NamedTuple

#: Where a page must say its character set: HTML asks for the first 1,024 bytes, and real heads are longer.
_DECLARATION_BYTES = 8192
_DECLARED = re.compile(
    rb"""(?:<meta\s[^>]{0,200}?charset|<\?xml\s[^>]{0,200}?encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I
)
_SAMPLE_BYTES = 1 << 18
# A page cut in two by a network, or with one old paragraph pasted in: damage, not another character set.
_MAX_DAMAGE = 0.02
# The Macintosh's set differs from windows-1251 in capitals and "я" alone, and hardly any page is in it: it must be
# declared.
# Of the sets of DOS cp1125 is Ukraine's own; cp866 differs from it in Ukrainian letters alone, and cannot write "і".
_CYRILLIC_SETS = ("cp1251", "koi8-u", "cp1125", "iso8859-5")
_MACINTOSH = "mac-cyrillic"
# What English pages of old sites are in; nothing can be said against it, so it stands last.
_WESTERN_SET = "cp1252"
# Below this mean likelihood of a letter (natural logarithm) a reading is no Cyrillic text. Measured on the paragraphs
# of the sample archive: right readings have -4.0 to -3.0, the likeliest wrong ones -8.4 to -5.0.
_LEAST_LIKELIHOOD = -4.6
# A declared character set wins over a likelier reading that is better by no more than this: they differ in a few signs.
_TIE = 0.15

# Letters per 10,000 in the Ukrainian and Russian articles of examples/archive, taken together.
_LETTER_COUNTS = {
    "о": 930, "а": 864, "н": 677, "и": 671, "е": 661, "р": 612, "т": 523, "в": 494, "с": 482, "л": 421, "к": 382,
    "д": 350, "і": 313, "у": 307, "п": 305, "м": 288, "я": 213, "з": 194, "г": 161, "б": 151, "ь": 148, "й": 122,
    "ч": 108, "х": 88, "ы": 81, "ю": 76, "ш": 74, "ц": 74, "ж": 68, "ї": 41, "є": 33, "щ": 28, "ф": 27, "э": 14,
    "ё": 11, "ґ": 5, "ъ": 3,
}  # fmt: skip
_CAPITAL_SHARE = 0.03
# A capital or a currency sign right behind a small letter: in text a slip of typing, in a wrong reading every other
# letter (windows-1251 and the Macintosh's set differ in "я", which is then "€", and in capitals).
_INNER = math.log(1e-5)
_NOT_BEHIND_LETTERS = frozenset("€™©®°§№•±«„“‹")
_TYPOGRAPHY = frozenset("«»„“”‘’‚‹›–—…•·№§©®™°±€\u00a0\u00ad")
_TYPOGRAPHY_LIKELIHOOD = math.log(0.005)
_STRANGER = math.log(1e-5)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
# A stray control character is cleaned away with the article; of a picture or a program one byte in nine is one.
_MAX_CONTROLS = 0.02
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_RUN = re.compile(r"[A-Za-z]?([^\x00-\x7f]+)[A-Za-z]?")


class DecodedPage(NamedTuple):
    """A text, the character set it was in, and what the newsroom should know about that; None if nothing."""

    text: str
    charset: str
    remark: str | None = None


def decode_page(content: bytes, charset: str | None = None) -> DecodedPage:
    """
    Return the text of a page or a feed; ``charset`` is what the answer of the server declared, if it came from one.

    Raises ``ValueError`` with advice when no reading is text.

    >>> decode_page('<meta charset="utf-8"><p>Столиця України</p>'.encode("cp1251"))[:2]
    ('<meta charset="utf-8"><p>Столиця України</p>', 'windows-1251')
    >>> decode_page('<meta charset="windows-1251"><p>Столиця України</p>'.encode())[:2]
    ('<meta charset="windows-1251"><p>Столиця України</p>', 'utf-8')
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return DecodedPage(content.decode(name, "replace"), name.removesuffix("-sig"))
    if wide := _wide_encoding(content):
        return DecodedPage(content.decode(wide, "replace"), wide)
    head = content[:_DECLARATION_BYTES]
    if len(_CONTROLS.findall(head)) > _MAX_CONTROLS * len(head):
        raise ValueError("this is binary data, not a text; save it as text in UTF-8")
    declared = _known(charset) or declared_charset(content)
    try:
        return DecodedPage(content.decode("utf-8"), "utf-8", _mislabelled(declared, "utf-8", content))
    except UnicodeDecodeError:
        pass
    if damaged := _damaged_utf8(content):
        return damaged
    return _most_likely(content, declared)


def decode_text(content: bytes) -> DecodedPage:
    """
    Return a text of a kind that declares no character set and should be in UTF-8; any other set is remarked on.

    Raises ``ValueError`` with advice when no reading is text.

    >>> decode_text("Столиця України".encode("koi8-u"))[:2]
    ('Столиця України', 'KOI8-U')
    """
    decoded = decode_page(content)
    if decoded.remark or decoded.charset == "utf-8":
        return decoded
    return decoded._replace(remark=f"was read as {decoded.charset}; if letters are wrong, save it as UTF-8")


def declared_charset(content: bytes) -> str | None:
    """
    Return the character set that a page's head or an XML declaration names, as Python calls it.

    >>> declared_charset(b'<?xml version="1.0" encoding="Windows-1251"?>'), declared_charset(b"<p>none</p>")
    ('cp1251', None)
    """
    found = _DECLARED.search(content[:_DECLARATION_BYTES])
    return _known(found[1].decode("ascii", "replace")) if found else None


def _known(charset: str | None) -> str | None:
    """Return Python's name of a character set; ISO 8859-1 means windows-1252 on the web (WHATWG Encoding, 4.2)."""
    if not charset:
        return None
    try:
        name = codecs.lookup(charset.strip().strip("\"'")).name
        "".encode(name)
        b"".decode(name)
    except (LookupError, ValueError):  # unknown, or no character set at all, such as hex
        return None
    return {"iso8859-1": _WESTERN_SET, "ascii": _WESTERN_SET, "koi8-r": "koi8-u", "cp866": "cp1125"}.get(name, name)


def _wide_encoding(content: bytes) -> str | None:
    """Tell UTF-16 without a byte order mark by the zero bytes of markup, which stand at every other place."""
    head = content[:_DECLARATION_BYTES]
    if head.count(0) < len(head) // 4 or len(head) < 4:
        return None
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _damaged_utf8(content: bytes) -> DecodedPage | None:
    """Return a text in UTF-8 in which a few bytes are wrong."""
    text = content.decode("utf-8", "replace")
    damage = text.count("\ufffd")
    letters = sum(map(len, _NOT_ASCII.findall(text))) - damage
    cut = damage == 1 and text.endswith("\ufffd")
    if not letters or (damage > _MAX_DAMAGE * letters and not cut):
        return None
    shown = text[: text.index("\ufffd")].count("\n") + 1
    return DecodedPage(text, "utf-8", f"{damage} damaged bytes, the first in line {shown}, were replaced by \ufffd")


def _most_likely(content: bytes, declared: str | None) -> DecodedPage:
    sample = content[:_SAMPLE_BYTES]
    names = (*_CYRILLIC_SETS, _MACINTOSH) if declared == _MACINTOSH else _CYRILLIC_SETS
    found = {name: likelihood(sample.decode(name, "replace")) for name in names}
    best = max(found, key=found.__getitem__)
    if declared in found and found[declared] >= found[best] - _TIE:
        best = declared
    if found[best] < _LEAST_LIKELIHOOD:
        return _western(content, declared)
    return DecodedPage(content.decode(best, "replace"), _shown(best), _mislabelled(declared, best, content))


def _western(content: bytes, declared: str | None) -> DecodedPage:
    """Return a text in Latin letters, such as English with typographic quotation marks."""
    charset = _WESTERN_SET if declared in (None, "utf-8") else str(declared)
    text = content.decode(charset, "replace")
    marks = "".join(_NOT_ASCII.findall(text))
    strange = sum(1 for mark in marks if not mark.isalpha() and mark not in _TYPOGRAPHY)
    if strange * 4 > len(marks) or len(marks) * 4 > len(text):
        raise ValueError(
            "the text is in none of the usual character sets (UTF-8, windows-1251, KOI8-U); save it as UTF-8"
        )
    remark = None if declared else f"declares no character set and was read as {_shown(charset)}"
    return DecodedPage(text, _shown(charset), remark or _mislabelled(declared, charset, content))


def likelihood(text: str) -> float:
    """
    Return how likely the signs of a text outside ASCII are in Ukrainian and Russian: their mean natural logarithm.

    A text without such signs has 0. The bounds in this module are in these units.
    """
    total, count = 0.0, 0
    for found in _RUN.finditer(text):
        run = found[1]
        count += len(run)
        # Cyrillic letters in a Latin word are the accents of another character set: café read as cafй
        mixed = len(found[0]) > len(run) and any(sign.isalpha() for sign in run)
        total += len(run) * _STRANGER if mixed else _likelihood_of_run(run)
    return total / count if count else 0.0


def _likelihood_of_run(run: str) -> float:
    table, total, before_small = _likelihoods(), 0.0, False
    for sign in run:
        small = sign in _LETTER_COUNTS
        inner = before_small and not small and (sign.isupper() or sign in _NOT_BEHIND_LETTERS)
        total += _INNER if inner else table.get(sign, _STRANGER)
        before_small = small
    return total


@cache
def _likelihoods() -> dict[str, float]:
    everything = sum(_LETTER_COUNTS.values())
    table = {letter: math.log(count / everything) for letter, count in _LETTER_COUNTS.items()}
    capitals = {letter.upper(): value + math.log(_CAPITAL_SHARE) for letter, value in table.items()}
    return table | capitals | dict.fromkeys(_TYPOGRAPHY, _TYPOGRAPHY_LIKELIHOOD)


def _mislabelled(declared: str | None, found: str, content: bytes) -> str | None:
    """Return what to say of a page that declares another character set than it is in, if that makes a difference."""
    if declared in (None, found) or content.isascii():
        return None
    return f"declares {_shown(str(declared))} and was read as {_shown(found)}; if letters are wrong, save it as UTF-8"


def _shown(name: str) -> str:
    names = {"cp1251": "windows-1251", "cp1252": "windows-1252", "koi8-u": "KOI8-U", "iso8859-5": "ISO 8859-5"}
    return names.get(name, name)
