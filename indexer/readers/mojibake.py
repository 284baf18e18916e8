"""
Text that was decoded in a wrong character set long before it came here: ``РљРёС—РІ`` or ``ÐšÐ¸Ñ—Ð²`` for ``Київ``.

It is repaired only where the repair proves itself: every sign goes back to one byte, and all the bytes are UTF-8. What
looks damaged and cannot be repaired so is left alone and reported. ftfy does the search and the way back; of its other
repairs (quotation marks, ligatures, widths) none is used, because they change good text.
"""

from typing import NamedTuple

import ftfy
from ftfy.badness import badness

# A stray pair of odd signs is a slip of typing. Of 18,841 paragraphs of news that were looked at, one has such a pair;
# text that was really damaged has one at every third letter.
_DAMAGED = 3
_PROOF_LETTERS = 3
# The last is the no-break space of a letter such as Р (D0 A0), which cleaning has made a common one.
_CERTAIN_STEPS = ("encode", "decode", "restore_byte_a0")


class Repaired(NamedTuple):
    """A text, whether it was repaired, and whether it looks damaged still."""

    text: str
    repaired: bool = False
    damaged: bool = False


def repair(text: str) -> Repaired:
    """
    Return a text with wrongly decoded paragraphs put right where that is certain.

    >>> repair("РљРёС—РІ")
    Repaired(text='Київ', repaired=True, damaged=False)
    >>> repair("Об’єкт «Ґанок», ёлка")
    Repaired(text='Об’єкт «Ґанок», ёлка', repaired=False, damaged=False)
    """
    if text.isascii():
        return Repaired(text)
    parts = [_repaired_part(part) for part in text.split("\n")]
    repaired = "\n".join(part.text for part in parts)
    return Repaired(repaired, any(part.repaired for part in parts), any(part.damaged for part in parts))


def _repaired_part(text: str) -> Repaired:
    if short := _undone(text):
        return Repaired(short, repaired=True)
    damage = badness(text)
    if not damage:
        return Repaired(text)
    fixed, steps = ftfy.fix_encoding_and_explain(text)
    certain = steps and all(set(step) & set(_CERTAIN_STEPS) for step in steps) and not badness(fixed)
    return Repaired(fixed, repaired=True) if certain else Repaired(text, damaged=damage >= _DAMAGED)


def _undone(text: str) -> str:
    """
    Return a text whose every sign goes back to a byte of UTF-8; nothing if it does not.

    ftfy wants to see odd pairs of signs first, which a headline may lack. In good Cyrillic text only pairs such as "Рі"
    go back, and no word of news consists of three of them.
    """
    try:
        fixed = text.encode("sloppy-windows-1251").decode("utf-8")
    except UnicodeError:
        return ""
    return fixed if sum(not sign.isascii() for sign in fixed) >= _PROOF_LETTERS else ""
