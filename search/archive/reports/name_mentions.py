"""
The names of a text that another version of it lacks, told with care: better none than one that is only spelled oddly.

A name is a run of words with capitals inside a sentence. It is missing if no word of the other text meets any of its
words: by a key of the sound, nearly so, by the tables of names and organisations, or by a translation.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from search.archive.reports.compared_texts import ComparedText, Sentence, word_anchors
from search.language import Token, near_name_terms, similarity, split_name_term, term_kind
from search.language.aliases import phrase_aliases

_BETWEEN_WORDS = re.compile(r"[ \u00a0-]?")
# Shorter words in capitals are acronyms, of which each language has its own (ООН, UN), and initials.
_SHORTEST = 4
# Names less alike than this are two names, whatever the rules of romanisation. Lower than what a search asks for: there
# a wrong name costs a result too many, here it accuses an editor.
_MAYBE_ALIKE = 0.55


class NameMention(NamedTuple):
    """A name as a sentence has it, from ``start`` to ``end``."""

    shown: str
    sentence: Sentence
    start: int
    end: int


def missing_names(text: ComparedText, other: ComparedText) -> list[NameMention]:
    """Return the names of a text that another version lacks, each where it stands first."""
    names = _Names(other)
    found: dict[str, NameMention] = {}
    for sentence in text.sentences:
        if not sentence.paragraph:  # the title, in which English has a capital for every word
            continue
        for run in _runs(sentence):
            if names.lack(run):
                start, end = run[0].start, run[-1].end
                key = " ".join(token.terms[-1] for token in run)
                found.setdefault(key, NameMention(sentence.text[start:end], sentence, start, end))
    return list(found.values())


class _Names:
    """What a text has to meet the names of another by."""

    def __init__(self, text: ComparedText) -> None:
        self._anchors = text.anchors
        skeletons: dict[str, list[str]] = {}
        for anchor in self._anchors:
            if term_kind(anchor) == "name":
                skeletons.setdefault(split_name_term(anchor)[0], []).append(anchor)
        self._folds = list(dict.fromkeys(split_name_term(term)[1] for terms in skeletons.values() for term in terms))
        self._by_beginning = {f"name:{skeleton}:": terms for skeleton, terms in skeletons.items()}

    def lack(self, run: list[Token]) -> bool:
        """Return whether nothing of a run of words is there."""
        return not any(map(self._meets, run)) and not self._meets_together(run) and not any(map(self._resembles, run))

    def _resembles(self, token: Token) -> bool:
        """Return whether a word may be an odd spelling of a name that is there."""
        own = [split_name_term(term)[1] for term in _keys(token)]
        return any(similarity(one, other) >= _MAYBE_ALIKE for one in own for other in self._folds)

    def _meets(self, token: Token) -> bool:
        if not word_anchors(token).isdisjoint(self._anchors):
            return True
        return any(near_name_terms(term, self._beginning) for term in _keys(token))

    def _beginning(self, prefix: str) -> list[str]:
        return self._by_beginning.get(prefix, [])

    def _meets_together(self, run: list[Token]) -> bool:
        found = phrase_aliases([token.terms for token in run])
        aliases = (alias for each in found for alias in each.aliases)
        return any(all(not self._anchors.isdisjoint(word) for word in alias.words) for alias in aliases)


def _runs(sentence: Sentence) -> Iterator[list[Token]]:
    """Yield the successive words of each name: with capitals, not the first of the sentence."""
    run: list[Token] = []
    end = 0
    for token in sentence.tokens[1:]:
        if token.start < end:  # a part of a word with hyphens
            continue
        if run and not (_is_named(token) and _BETWEEN_WORDS.fullmatch(sentence.text[end : token.start])):
            yield run
            run = []
        if _is_named(token) and not _begins_quotation(sentence.text, token.start):
            run.append(token)
        end = token.end
    if run:
        yield run


def _is_named(token: Token) -> bool:
    return token.text[0].isupper() and len(token.text) >= _SHORTEST and not token.text.isupper() and bool(_keys(token))


def _begins_quotation(text: str, start: int) -> bool:
    """Return whether a word begins a sentence inside a sentence, where every word has a capital."""
    return text[:start].rstrip()[-1:] in "«\"“„'‘(:"


def _keys(token: Token) -> list[str]:
    return [term for term in token.terms if term_kind(term) == "name"]
