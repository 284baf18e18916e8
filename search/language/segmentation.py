"""
Where the sentences and paragraphs of a text are.

Snippets and leads are made of whole sentences. The rules prefer a sentence too long to one cut after an abbreviation
(``data/sentence_abbreviations.txt``) or an initial.
"""

import functools
import re
from collections.abc import Iterator

from search.language.tables import read_list

# The end marks with what may close around them, a space, and what may open the next sentence. Possessive, and beginning
# only where a run of marks begins: a line of full stops takes no longer than any other. That is looked at behind the
# first mark, because a pattern that begins with a set of characters is searched for four times as fast.
_SENTENCE_END = re.compile(
    r"""(?P<mark>[.!?…](?<![.!?…]{2})[.!?…]*+)[)\]»”"'’]*+(?P<gap>\s++)(?P<next>[(\[«„“"'‘’—–-]*+\s?[^\W_])"""
)
_WORD_BEFORE = re.compile(r"[^\W\d_](?:[^\W\d_]|['’ʼ-])*$")
_ITEM_NUMBER = re.compile(r"\d{1,3}[.)]")
_ITEM_NUMBER_CHARACTERS = 4

# Words of one letter, all of which are taken for initials, but for the one that often ends a sentence.
_ONE_LETTER_WORDS = frozenset({"я"})

# An abbreviation is a short word; looking further back would make a long line slow.
_CHARACTERS_BEFORE = 24


@functools.cache
def abbreviations() -> frozenset[str]:
    """Return the words, in lower case, whose full stop does not end a sentence."""
    return read_list("sentence_abbreviations.txt")


def sentences(text: str) -> list[tuple[int, int]]:
    """
    Return the start and end offsets of the sentences of a text, without the white space around them.

    A line break always ends one; the full stop of an abbreviation or an initial, or before a small letter, does not.

    >>> text = "В. Зеленський прибув. Музей ім. Шевченка відкрито!"
    >>> [text[start:end] for start, end in sentences(text)]
    ['В. Зеленський прибув.', 'Музей ім. Шевченка відкрито!']
    """
    return list(each_sentence(text))


def each_sentence(text: str) -> Iterator[tuple[int, int]]:
    """Yield what ``sentences`` returns one by one, for those who need only the first ones of a long text."""
    end = 0
    for line in text.splitlines(keepends=True):
        start, end = end, end + len(line)
        for match in _SENTENCE_END.finditer(text, start, end):
            mark, gap, following = match.groups()
            if following[-1].islower():
                continue
            place, gap_end = match.start(), match.end() - len(following)
            if mark == "." and _is_abbreviation(text[max(start, place - _CHARACTERS_BEFORE) : place]):
                continue
            gap_start = gap_end - len(gap)
            if gap_start - start <= _ITEM_NUMBER_CHARACTERS and _ITEM_NUMBER.fullmatch(text, start, gap_start):
                continue
            yield from _trimmed(text, start, gap_start)
            start = gap_end
        yield from _trimmed(text, start, end)


def _is_abbreviation(before: str) -> bool:
    """Say whether a full stop after ``before`` follows a listed abbreviation or an initial."""
    word = before.rpartition(" ")[2]
    if not word.isalpha():  # mostly it is, and the search tries every place of ``before``
        match = _WORD_BEFORE.search(before)
        word = match.group() if match else ""
    return word.lower() in abbreviations() or (len(word) == 1 and word not in _ONE_LETTER_WORDS)


def _trimmed(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Return the span without white space at its ends, or nothing if nothing is left."""
    piece = text[start:end]
    stripped = piece.strip()
    if len(stripped) < len(piece):
        start += len(piece) - len(piece.lstrip())
        end = start + len(stripped)
    return ((start, end),) if stripped else ()


def paragraphs(text: str) -> list[tuple[int, int]]:
    """
    Return the start and end offsets of the stretches between blank lines.

    >>> paragraphs("Заголовок\\n\\nПерший рядок\\nдругий рядок\\n")
    [(0, 9), (11, 36)]
    """
    return list(each_paragraph(text))


def each_paragraph(text: str) -> Iterator[tuple[int, int]]:
    """Yield what ``paragraphs`` returns one by one, for those who need only the first ones of a long text."""
    place, first, last = 0, -1, -1
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped:
            start = place + line.index(stripped)
            first, last = start if first < 0 else first, start + len(stripped)
        elif first >= 0:
            yield first, last
            first = -1
        place += len(line)
    if first >= 0:
        yield first, last
