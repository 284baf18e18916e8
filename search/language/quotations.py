"""
Who said what: the quotations of a text and who is named as having said them.

A quotation is what stands between quotation marks, or after a dash that begins a paragraph, and is somebody's words:
a verb of saying stands beside it, or the name of the speaker before a colon, or it makes whole sentences. Names of
things and words that an editor only keeps at a distance stand between the same marks, so a few words without a verb
of saying are none. Indirect speech ("said that …") without quotation marks is none either. Who is meant by he and
she, only the sentence before can say; where it does not, the speaker is unknown. How often all this is right,
docs/quality.md says.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from search.language.analysis import analyze
from search.language.identification import paragraph_language
from search.language.quotation_marks import MARKS, Stretch, quoted_stretches
from search.language.quotation_phrases import Word
from search.language.quotation_speakers import (
    Found,
    according_to,
    agree,
    antecedent,
    colon_speaker,
    speaker_after,
    speaker_before,
)
from search.language.quotation_words import has, quotation_words
from search.language.segmentation import abbreviations, paragraphs
from search.language.tokens import Token

# Part of a sentence in quotation marks is somebody's words, not a name or a distance, from so many words on.
_FEWEST_WORDS_INSIDE = 3
# Whole sentences without a word on who said them: shorter ones are slogans and headings.
_FEWEST_WORDS_ALONE = 6
# Of the words of a title so many have capitals: «Колорадо Рокіс», "Just the Funny Parts".
_TITLE_SHARE = 0.6
# Between the clause of one quotation and the next one of the same speaker: «…», – сказав він. «…»
_NEAR_PARAGRAPHS = 1

_DIALOGUE = re.compile(r"[—–-]\s+(?=[^\W\d_])")
_DIALOGUE_END = re.compile(r"[,!?…]\s*[—–-]\s+")
_INTERRUPTION = re.compile(r"[,!?…]\s+[—–-]\s+(?P<clause>[^,.!?…—–]{3,120})[,.]")
_END = re.compile(r"[.!?…]")


class Quotation(NamedTuple):
    """
    Words that somebody said: ``text`` is ``original[start:end]``, without the marks.

    ``speaker`` is who said it as it is written there, ``original[speaker_start:speaker_end]``; of a pronoun it is who
    is meant. None if the text does not tell. ``verb`` is the verb of saying, or what stands for it («за словами»); ""
    if there is none.
    """

    start: int
    end: int
    text: str
    speaker: str | None
    speaker_start: int
    speaker_end: int
    verb: str
    language: str


def quotations(text: str, language: str) -> tuple[Quotation, ...]:
    """
    Return the quotations of a text in ``language`` (uk, ru, en), in order.

    >>> found = quotations('«Ми переможемо», – сказав президент Володимир Зеленський.', "uk")
    >>> [(each.text, each.speaker, each.verb) for each in found]
    [('Ми переможемо', 'президент Володимир Зеленський', 'сказав')]
    >>> quotations('Компанія «Ромашка» збудувала міст.', "uk")
    ()
    """
    if not MARKS.search(text) and not _DIALOGUE.search(text):
        return ()
    return tuple(_Reader(text, language).quotations())


class _Reader:
    """Reads one text from its beginning to its end; what was said last is what a pronoun and a going on refer to."""

    def __init__(self, text: str, language: str) -> None:
        self._text, self._language = text, language
        self._paragraphs = paragraphs(text)
        self._words: dict[int, list[Word]] = {}
        self._last: Quotation | None = None
        self._last_speaker = Found(-1, -1, "", frozenset(), "")
        self._last_place = -2

    def quotations(self) -> list[Quotation]:
        """Return the quotations, in order."""
        found: list[Quotation] = []
        for stretch in self._stretches:
            place = self._paragraph_at(stretch.opening)
            source = self._source(stretch, place)
            if source is not None:
                self._last, self._last_place = self._quotation(stretch, place, source), self._paragraph_at(stretch.end)
                self._last_speaker = source
                found.append(self._last)
        return found

    def _quotation(self, stretch: Stretch, place: int, source: Found) -> Quotation:
        start, end = stretch.start, stretch.end
        while start < end and self._text[start].isspace():
            start += 1
        while end > start and (self._text[end - 1].isspace() or self._text[end - 1] in ",—–"):
            end -= 1
        speaker = self._text[source.start : source.end] if source.start >= 0 else None
        language = self._language_at(place)
        return Quotation(start, end, self._text[start:end], speaker, source.start, source.end, source.verb, language)

    @cached_property
    def _stretches(self) -> list[Stretch]:
        marked = quoted_stretches(self._text, self._paragraphs)
        spoken = [each for start, end in self._paragraphs for each in self._dialogue(start, end)]
        apart = [each for each in spoken if all(m.closing <= each.opening or each.closing <= m.opening for m in marked)]
        return sorted([*marked, *apart])

    def _dialogue(self, start: int, end: int) -> list[Stretch]:
        """Return what is said in a paragraph that begins with a dash, if a dash parts it from a verb of saying."""
        opening = _DIALOGUE.match(self._text, start, end)
        closing = _DIALOGUE_END.search(self._text, opening.end(), end) if opening else None
        if not opening or not closing:
            return []
        saying = quotation_words(self._language).saying
        if not any(
            has(saying, word) for word in analyze(self._text[closing.end() : closing.end() + 60], self._language)[:2]
        ):
            return []
        return [Stretch(start, opening.end(), closing.start() + 1, closing.start() + 1)]

    def _source(self, stretch: Stretch, place: int) -> Found | None:
        """Return who said a stretch; None if it is no quotation."""
        language = self._language_at(place)
        before, after = self._before(stretch, place), self._after(stretch)
        length = _count_words(self._text[stretch.start : stretch.end])
        if found := self._interrupted(stretch, language):
            return self._meant(found, place, before)
        if self._lead(stretch, place).endswith(":"):
            return self._after_colon(stretch, place, before, after, length)
        speech = self._is_parted(stretch)
        if not before and speech and (found := speaker_after(after, language)):
            return self._meant(found, place, before)
        if not before and (not after or self._ends_itself(stretch)):
            return self._alone(stretch, place, length)
        if self._is_name(stretch, place, before, length):
            return None
        going_on = self._lead(stretch, place).endswith((",", "—", "–", " -"))
        found = according_to(before, language) or speaker_before(before, language, colon=going_on)
        if not found and (speech or length > _FEWEST_WORDS_INSIDE):
            found = speaker_after(after, language) if speech else according_to(after, language)
        return self._meant(found, place, before) if found else None

    def _after_colon(
        self, stretch: Stretch, place: int, before: list[Word], after: list[Word], length: int
    ) -> Found | None:
        language = self._language_at(place)
        if length == 1 and not self._ends_itself(stretch):
            return None  # a word that is listed or explained
        found = according_to(before, language) or speaker_before(before, language, colon=True)
        found = found or colon_speaker(before, language)
        if not found and self._is_parted(stretch):
            found = speaker_after(after, language)
        if found:
            return self._meant(found, place, before)
        return _unknown() if length >= _FEWEST_WORDS_INSIDE and self._is_sentence(stretch) else None

    def _alone(self, stretch: Stretch, place: int, length: int) -> Found | None:
        """Return who said whole sentences without a word on it: who spoke just before, or the last one who is named."""
        if length < _FEWEST_WORDS_INSIDE:
            return None
        language = self._language_at(place)
        sentence = self._sentence_before(stretch, place)
        last = self._last
        if last and place - self._last_place <= _NEAR_PARAGRAPHS and not self._parts_from_last(sentence):
            return self._last_speaker
        found = speaker_before(sentence, language) or according_to(sentence, language)
        if found and found.start >= 0:
            return self._meant(found, place, sentence[:1])
        return _unknown() if length >= _FEWEST_WORDS_ALONE and self._is_sentence(stretch) else None

    def _parts_from_last(self, sentence: list[Word]) -> bool:
        """Return whether a whole sentence stands between the last quotation and this one."""
        assert self._last
        if not sentence:
            return False
        start = sentence[0].token.start
        return start > self._last.end and bool(_END.search(self._text, self._last.end + 2, start))

    def _interrupted(self, stretch: Stretch, language: str) -> Found | None:
        """Return who speaks if a quotation is interrupted to say so: «Ми, – сказав він, – переможемо»."""
        for match in _INTERRUPTION.finditer(self._text, stretch.start, stretch.end):
            words = self._words_between([match.span("clause")], language)
            if any(has(quotation_words(language).saying, word.token) for word in words[:3]):
                return speaker_after(words, language)
        return None

    def _meant(self, found: Found, place: int, before: Sequence[Word]) -> Found:
        """Return a source with whom a pronoun means in its place, nobody if that is not safe."""
        if found.kind != "pronoun":
            return found
        language = self._language_at(place)
        earlier = [word for word in before if word.token.end <= found.start]
        person = antecedent(earlier, found.genders, language)
        if person is None:
            start = before[0].token.start if before else self._start_of_clause(found)
            person = antecedent(self._words_of_sentence_before(start), found.genders, language)
        if person is not None:
            return person._replace(verb=found.verb)
        last = self._last_speaker
        if (
            place - self._last_place <= _NEAR_PARAGRAPHS + 1
            and last.kind in ("name", "role")
            and agree(last.genders, found.genders)
        ):
            return last._replace(verb=found.verb)
        return Found(-1, -1, "", frozenset(), found.verb)

    def _start_of_clause(self, found: Found) -> int:
        """Return where the quotation begins behind which a pronoun stands."""
        starts = [each.opening for each in self._stretches if each.opening < found.start]
        return starts[-1] if starts else found.start

    # What stands around a stretch

    def _lead(self, stretch: Stretch, place: int) -> str:
        return self._text[self._paragraphs[place][0] : stretch.opening].rstrip()

    def _before(self, stretch: Stretch, place: int) -> list[Word]:
        """Return the words before a stretch in its sentence."""
        words = [word for word in self._words_of(place) if word.token.end <= stretch.opening]
        gap = self._masked(words[-1].token.end if words else self._paragraphs[place][0], stretch.opening)
        if _ends_sentence(gap, words[-1].token.text if words else ""):
            return []
        for number in range(len(words) - 1, 0, -1):
            if _ends_sentence(words[number].gap, words[number - 1].token.text):
                return words[number:]
        return words

    def _after(self, stretch: Stretch) -> list[Word]:
        """Return the words behind a stretch in its sentence."""
        place = self._paragraph_at(stretch.end)
        words = [word for word in self._words_of(place) if word.token.start >= stretch.closing]
        if not words:
            return []
        first = words[0]._replace(gap=self._masked(stretch.closing, words[0].token.start))
        found = [first]
        if _END.search(first.gap) or "§" in first.gap:
            return []
        for word in words[1:]:
            if _ends_sentence(word.gap, found[-1].token.text) or "§" in word.gap:
                break
            found.append(word)
        return found

    def _sentence_before(self, stretch: Stretch, place: int) -> list[Word]:
        words = self._before(stretch, place)
        return words or self._words_of_sentence_before(stretch.opening)

    def _words_of_sentence_before(self, start: int) -> list[Word]:
        """Return the words of the last sentence before a place, also of the paragraph before."""
        place = self._paragraph_at(start)
        words = [word for word in self._words_of(place) if word.token.end <= start]
        if not words and place > 0:
            words = self._words_of(place - 1)
        for number in range(len(words) - 1, 0, -1):
            if _ends_sentence(words[number].gap, words[number - 1].token.text):
                return words[number:]
        return words

    def _is_parted(self, stretch: Stretch) -> bool:
        """Return whether a comma, a dash or the mark of its own end parts a stretch from what follows: it is speech."""
        inside = self._text[stretch.start : stretch.end].rstrip()
        behind = self._text[stretch.closing : stretch.closing + 4].lstrip(" )\u00a0")
        return inside.endswith((",", "!", "?", "…", "—", "–")) or behind.startswith((",", "—", "–", "- ", "−"))

    def _ends_itself(self, stretch: Stretch) -> bool:
        """Return whether a stretch ends a sentence by what is inside it."""
        return self._text[stretch.start : stretch.end].rstrip().endswith((".", "!", "?", "…"))

    def _is_sentence(self, stretch: Stretch) -> bool:
        inside = self._text[stretch.start : stretch.end].strip()
        behind = self._text[stretch.closing : stretch.closing + 2].strip()
        return inside[:1].isupper() and (self._ends_itself(stretch) or behind[:1] in (".", "!", "?", ""))

    def _is_name(self, stretch: Stretch, place: int, before: list[Word], length: int) -> bool:
        """Return whether part of a sentence is a name, a slogan or words that are kept at a distance."""
        inside = self._text[stretch.start : stretch.end].strip()
        known = quotation_words(self._language_at(place))
        adjacent = bool(before) and has(known.saying, before[-1].token)
        lead = self._lead(stretch, place)
        if adjacent and length > 1 and inside[-1:] in "!?.,":
            return False
        if length < _FEWEST_WORDS_INSIDE:
            return True
        if before and has(known.things, before[-1].token) and not has(known.saying, before[-1].token):
            return True
        words = [word for word in inside.split() if word[:1].isalpha()]
        capitals = sum(word[:1].isupper() for word in words)
        if capitals >= _TITLE_SHARE * len(words) and len(words) < 12:
            return True
        return (
            inside[:1].isupper()
            and not adjacent
            and not lead.endswith((",", "—", "–"))
            and length < 8
            and not self._ends_itself(stretch)
        )

    # Words

    def _language_at(self, place: int) -> str:
        start, end = self._paragraphs[place]
        return paragraph_language(self._text[start:end], self._language)

    def _paragraph_at(self, offset: int) -> int:
        for number, (_, end) in enumerate(self._paragraphs):
            if offset <= end:
                return number
        return len(self._paragraphs) - 1

    def _words_of(self, place: int) -> list[Word]:
        """Return the words of a paragraph that are outside quotation marks."""
        if place not in self._words:
            start, end = self._paragraphs[place]
            pieces = []
            for stretch in self._stretches:
                if stretch.closing > start and stretch.opening < end:
                    pieces.append((start, max(start, stretch.opening)))
                    start = min(end, stretch.closing)
            pieces.append((start, end))
            self._words[place] = self._words_between(pieces, self._language_at(place))
        return self._words[place]

    def _words_between(self, pieces: Sequence[tuple[int, int]], language: str) -> list[Word]:
        words: list[Word] = []
        end = pieces[0][0]
        for first, last in pieces:
            for token in analyze(self._text[first:last], language):
                if first + token.start < end and words:
                    continue  # the later parts of a hyphenated word
                moved = Token(token.text, first + token.start, first + token.end, token.terms)
                words.append(Word(moved, self._masked(end, moved.start)))
                end = moved.end
        return words

    def _masked(self, start: int, end: int) -> str:
        """Return what stands between two words, quotations as ``§``."""
        gap = ""
        if end - start <= 2:
            return self._text[start:end]  # nothing fits between
        for stretch in self._stretches:
            if start <= stretch.opening < end:
                gap += self._text[start : stretch.opening] + ("§." if self._ends_itself(stretch) else "§")
                start = min(stretch.closing, end)
        return gap + self._text[start:end]


def _unknown() -> Found:
    return Found(-1, -1, "", frozenset(), "")


def _count_words(text: str) -> int:
    return sum(any(map(str.isalnum, word)) for word in text.split())


def _ends_sentence(gap: str, before: str) -> bool:
    """Return whether a sentence ends in the gap behind a word; the full stop of an abbreviation ends none."""
    match = _END.search(gap)
    if not match:
        return "\n" in gap
    return match.group() != "." or gap[:1] != "." or not (before.lower() in abbreviations() or len(before) == 1)
