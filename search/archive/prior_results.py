"""
What is known of a draft from the archive: values only, ready for a page, a script or JSON.

``PriorCoverage.as_dict`` is what ``visti related --json`` and ``/api/v1/related`` print beside the hits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from search.archive.results import Hit, Version, hit_as_dict, version_as_dict
from search.article import Status


class Relation(StrEnum):
    """
    What a story is to a draft, the closest first; ``search.archive.relations`` has the rules.

    ``SAME_TEXT``: published before nearly word for word. ``REWRITTEN``: half of the sentences of one say what sentences
    of the other say, in one language. ``TRANSLATED``: the same of both, across languages. ``SAME_STORY``: a report of
    the same events. ``RELATED``: of something near to them.
    """

    SAME_TEXT = "same-text"
    REWRITTEN = "rewritten"
    TRANSLATED = "translated"
    SAME_STORY = "same-story"
    RELATED = "related"


class SharedWord(NamedTuple):
    """A word, a name or a number of a draft, and the form in which the article has it."""

    word: str
    form: str


@dataclass(frozen=True, slots=True)
class Why:
    """
    What a draft and an article share: ``names``, ``numbers``, rare ``words``, and ``phrases`` word for word.

    Each begins with what tells most; there are a few of each. ``sentences`` of the draft's ``of_sentences`` sentences
    say what the article says.
    """

    names: tuple[SharedWord, ...]
    numbers: tuple[SharedWord, ...]
    words: tuple[SharedWord, ...]
    phrases: tuple[str, ...]
    sentences: int
    of_sentences: int


@dataclass(frozen=True, slots=True)
class PriorStory:
    """
    A story of the archive, as the version that is shown (``hit``), and what it is to the draft.

    ``relation`` and ``why`` are those of the version that is nearest to the draft, ``nearest``.
    """

    hit: Hit
    relation: Relation
    why: Why
    nearest: Version

    @property
    def reports_the_same(self) -> bool:
        """Whether the story reports the draft's events, or is the draft itself."""
        return self.relation is not Relation.RELATED


class SentenceState(StrEnum):
    """What is known of a sentence: ``SHORT`` ones have too few words to tell."""

    NEW = "new"
    REPORTED = "reported"
    SHORT = "short"


class Report(NamedTuple):
    """A sentence of the archive that says what a sentence of the draft says: its text, and in which article."""

    version: Version
    text: str
    share: float


class DraftSentence(NamedTuple):
    """A sentence of a draft, as offsets in ``PriorCoverage.text``, and where it was reported, if it was."""

    start: int
    end: int
    state: SentenceState
    report: Report | None


class DraftQuote(NamedTuple):
    """
    A quotation of a draft, as offsets in ``PriorCoverage.text``, that the archive attributes to somebody.

    ``speaker`` and ``said`` are who said what as the article ``version`` writes it.
    """

    start: int
    end: int
    speaker: str
    said: str
    version: Version


@dataclass(frozen=True, slots=True)
class PriorCoverage:
    """
    What an archive has about a draft.

    ``text`` is the draft as it was compared; the offsets of ``sentences`` refer to it. ``language`` is the one in which
    it was read, ``recognised`` says whether it looks like one of the three; if not, little but names can be found.
    Of a very long draft only the first ``compared`` characters were compared.
    """

    text: str
    language: str
    recognised: bool
    compared: int
    stories: tuple[PriorStory, ...]
    sentences: tuple[DraftSentence, ...]
    quotes: tuple[DraftQuote, ...] = ()

    @property
    def timeline(self) -> tuple[PriorStory, ...]:
        """The stories that report the same, the earliest first; what has no date comes last."""
        same = [story for story in self.stories if story.reports_the_same]
        return tuple(sorted(same, key=_published))

    def count(self, state: SentenceState) -> int:
        """Return how many sentences of the draft are new, reported or too short to tell."""
        return sum(sentence.state is state for sentence in self.sentences)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object of the command and the API; its ``hits`` are those of ``archive.related``."""
        return {
            "language": self.language,
            "recognised": self.recognised,
            "compared": self.compared,
            "hits": [_story_as_dict(story) for story in self.stories],
            "timeline": [story.hit.article.id for story in self.timeline],
            "sentences": [_sentence_as_dict(self.text, sentence) for sentence in self.sentences],
            "quotes": [_quote_as_dict(self.text, quote) for quote in self.quotes],
        }


def _published(story: PriorStory) -> tuple[bool, float]:
    moment: datetime | None = story.hit.article.published
    return moment is None, moment.timestamp() if moment else 0.0


def _story_as_dict(story: PriorStory) -> dict[str, Any]:
    article, why = story.hit.article, story.why
    fields = {
        **hit_as_dict(story.hit),
        "authors": list(article.authors),
        "source": article.source,
        "relation": str(story.relation),
        "nearest": story.nearest.id,
        "why": {
            "names": _shared(why.names),
            "numbers": _shared(why.numbers),
            "words": _shared(why.words),
            "phrases": list(why.phrases),
            "sentences": why.sentences,
            "of_sentences": why.of_sentences,
        },
    }
    if article.status is not Status.USABLE:  # only the newsroom comes across such
        fields["status"] = str(article.status)
    if article.embargoed_until:
        fields["embargoed_until"] = article.embargoed_until.isoformat()
    return fields


def _shared(words: Sequence[SharedWord]) -> list[dict[str, str]]:
    return [word._asdict() for word in words]


def _sentence_as_dict(text: str, sentence: DraftSentence) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "start": sentence.start,
        "end": sentence.end,
        "text": text[sentence.start : sentence.end],
        "state": str(sentence.state),
    }
    if sentence.report is None:
        return fields
    version, said, share = sentence.report
    return {**fields, "report": {**version_as_dict(version), "text": said, "share": round(share, 3)}}


def _quote_as_dict(text: str, quote: DraftQuote) -> dict[str, Any]:
    return {
        "start": quote.start,
        "end": quote.end,
        "text": text[quote.start : quote.end],
        "speaker": quote.speaker,
        "said": quote.said,
        "article": version_as_dict(quote.version),
    }
