"""
What stands between quotation marks, of all styles: «…», „…“, “…”, "…" and ‘…’, nested ones and those of several
paragraphs.

Only the outermost stretch counts. A mark that closes nothing is skipped. One that nothing closes in its paragraph goes
on into the next ones until a mark closes it, since long quotations run over paragraphs, each of which may open with a
mark anew; where none does, the stretch ends with the paragraph, as an editor forgot the mark.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

#: Any mark that may open or close a quotation.
MARKS = re.compile('[«»„“”"‘‹›]|’')

_PAIRS = {"«": "»", "„": "“”", "“": "”", "‘": "’", "‹": "›"}
_OPENING = frozenset(_PAIRS)
# A quotation longer than this is a forgotten mark; so is one over more paragraphs.
_MOST_CHARACTERS = 3_000
_MOST_PARAGRAPHS = 8
_DEEPEST = 4


class Stretch(NamedTuple):
    """
    A stretch between quotation marks; ``start`` and ``end`` are the offsets of what is inside.

    ``opening`` is the offset of the mark before it, ``closing`` that behind the mark after it (``end`` if there is
    none).
    """

    opening: int
    start: int
    end: int
    closing: int


def quoted_stretches(text: str, paragraphs: Sequence[tuple[int, int]]) -> list[Stretch]:
    """
    Return the stretches of a text that are between quotation marks, in order; ``paragraphs`` are its paragraphs.

    >>> text = 'Він сказав: «Ми бачили "Мрію" в небі».'
    >>> [text[each.start : each.end] for each in quoted_stretches(text, [(0, len(text))])]
    ['Ми бачили "Мрію" в небі']
    """
    found: list[Stretch] = []
    done = 0
    for number, (start, end) in enumerate(paragraphs):
        place = max(start, done)
        while place < end:
            mark = _next_opening(text, place, end)
            if mark is None:
                break
            stretch = _from_opening(text, mark, paragraphs[number : number + _MOST_PARAGRAPHS])
            found.append(stretch)
            place = done = stretch.closing
    return [each for each in found if each.end > each.start]


def _next_opening(text: str, start: int, end: int) -> int | None:
    for match in MARKS.finditer(text, start, end):
        if _may_open(text, match.start()):
            return match.start()
    return None


def _from_opening(text: str, opening: int, paragraphs: Sequence[tuple[int, int]]) -> Stretch:
    """Return the stretch behind an opening mark; the first of the paragraphs holds it."""
    closing = _closing(text, opening, opening + 1, paragraphs[0][1])
    if closing is not None:
        return _stretch(text, opening, closing)
    every_anew = True
    for first, last in paragraphs[1:]:
        if first - opening > _MOST_CHARACTERS:
            break
        anew = first < last and text[first] == text[opening] and text[first] in _OPENING | {'"'}
        if (anew and not every_anew) or (not anew and _opens_another(text, opening, first, last)):
            break
        every_anew = anew
        closing = _closing(text, opening, first + anew, last)
        if closing is not None and closing - opening <= _MOST_CHARACTERS:
            return _stretch(text, opening, closing)
    end = paragraphs[0][1]
    return Stretch(opening, opening + 1, end, end)


def _stretch(text: str, opening: int, closing: int) -> Stretch:
    return Stretch(opening, opening + 1, closing, closing + 1)


def _opens_another(text: str, opening: int, start: int, end: int) -> bool:
    """Return whether the first mark in a paragraph opens: then the quotation before it was left open."""
    match = next(_relevant(text, start, end), None)
    return match is not None and _may_open(text, match) and not _closes(text, text[opening], match)


def _relevant(text: str, start: int, end: int) -> Iterator[int]:
    for match in MARKS.finditer(text, start, end):
        place = match.start()
        if text[place] != "’" or not _is_apostrophe(text, place):
            yield place


def _closing(text: str, opening: int, start: int, end: int) -> int | None:
    """Return where the quotation that a mark opened is closed before ``end``, or None."""
    stack = [text[opening]]
    for place in _relevant(text, start, end):
        if _closes(text, stack[-1], place):
            stack.pop()
            if not stack:
                return place
        elif len(stack) > 1 and _closes(text, stack[0], place):
            return place  # an inner one was left open
        elif len(stack) < _DEEPEST and _may_open(text, place):
            stack.append(text[place])
    return None


def _closes(text: str, opened: str, place: int) -> bool:
    mark = text[place]
    if opened == '"':
        return mark == '"' and _stands_at_an_end(text, place)
    return mark in _PAIRS[opened]


def _may_open(text: str, place: int) -> bool:
    mark = text[place]
    if mark == '"':
        return _stands_at_a_beginning(text, place)
    return mark in _OPENING and (mark != "‘" or _stands_at_a_beginning(text, place))


def _stands_at_a_beginning(text: str, place: int) -> bool:
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return bool(after) and not after.isspace() and (not before or before.isspace() or before in "([—–-«„“‘/:,.")


def _stands_at_an_end(text: str, place: int) -> bool:
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    inside_a_word = before.isalpha() and after.isalpha()  # об"єкт
    return bool(before) and not before.isspace() and not inside_a_word


def _is_apostrophe(text: str, place: int) -> bool:
    after = text[place + 1 : place + 2]
    return after.isalnum() or not text[place - 1 : place].strip()
