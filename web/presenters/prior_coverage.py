"""Prior coverage as its page shows it: stories and why, a timeline, and the draft with its sentences marked."""

from collections.abc import Iterator
from typing import NamedTuple

from search import DraftQuote, DraftSentence, PriorCoverage, PriorStory, Relation, SentenceState, SharedWord, Why
from web.i18n import N_, date_text, gettext, ngettext, number_text
from web.presenters.cards import Card, present_hit
from web.presenters.texts import substitute_title
from web.urls import article_url

RELATION_LABELS = {
    Relation.SAME_TEXT: N_("The same text"),
    Relation.REWRITTEN: N_("Rewritten"),
    Relation.TRANSLATED: N_("A translation"),
    Relation.SAME_STORY: N_("The same story"),
    Relation.RELATED: N_("Related"),
}


class Shared(NamedTuple):
    """A word of the draft, and the form in which the article has it, if that is another."""

    word: str
    form: str


class Story(NamedTuple):
    """A story: its card, what it is to the draft, and why; ``code`` is the relation as a class of the style sheet."""

    card: Card
    relation: str
    code: str
    says: str
    names: tuple[Shared, ...]
    numbers: tuple[Shared, ...]
    words: tuple[Shared, ...]
    phrases: tuple[str, ...]
    language: str


class Moment(NamedTuple):
    """An entry of the timeline."""

    date: str
    title: str
    language: str
    url: str
    relation: str


class Piece(NamedTuple):
    """A sentence of the draft; a reported one leads to the article that has it."""

    text: str
    state: str
    url: str = ""
    label: str = ""
    said: str = ""
    said_language: str = ""


class Quote(NamedTuple):
    """A quotation of the draft, and who said it, by which article."""

    text: str
    speaker: str
    language: str
    date: str
    url: str
    title: str


class ShownCoverage(NamedTuple):
    """Everything on the page of a draft."""

    language: str
    recognised: bool
    cut: str
    stories: tuple[Story, ...]
    timeline: tuple[Moment, ...]
    summary: str
    paragraphs: tuple[tuple[Piece, ...], ...]
    quotes: tuple[Quote, ...]


def present_coverage(coverage: PriorCoverage) -> ShownCoverage:
    """Turn prior coverage into what its page shows."""
    new, reported = coverage.count(SentenceState.NEW), coverage.count(SentenceState.REPORTED)
    cut = ""
    if coverage.compared < len(coverage.text):
        cut = gettext("Only the first %(count)s characters were compared.", count=number_text(coverage.compared))
    return ShownCoverage(
        language=coverage.language,
        recognised=coverage.recognised,
        cut=cut,
        stories=tuple(_story(story, coverage.language) for story in coverage.stories),
        timeline=tuple(map(_moment, coverage.timeline)),
        summary=gettext("New: %(new)s. Reported: %(reported)s.", new=number_text(new), reported=number_text(reported)),
        paragraphs=tuple(map(tuple, _paragraphs(coverage))),
        quotes=tuple(_quote(coverage.text, quote) for quote in coverage.quotes),
    )


def _story(story: PriorStory, language: str) -> Story:
    why = story.why
    return Story(
        card=present_hit(story.hit),
        relation=gettext(RELATION_LABELS[story.relation]),
        code=str(story.relation),
        says=_says(why),
        names=tuple(map(_shared, why.names)),
        numbers=tuple(map(_shared, why.numbers)),
        words=tuple(map(_shared, why.words)),
        phrases=why.phrases,
        language=language,
    )


def _says(why: Why) -> str:
    if not why.sentences:
        return ""
    return ngettext(
        "It has %(count)s sentence of the draft.",
        "It has %(count)s sentences of the draft.",
        why.sentences,
        count=number_text(why.sentences),
    )


def _shared(word: SharedWord) -> Shared:
    return Shared(word.word, "" if word.word.casefold() == word.form.casefold() else word.form)


def _moment(story: PriorStory) -> Moment:
    article = story.hit.article
    return Moment(
        date_text(article.published) or gettext("no date"),
        substitute_title(article),
        article.language,
        article_url(article.id),
        gettext(RELATION_LABELS[story.relation]),
    )


def _quote(text: str, quote: DraftQuote) -> Quote:
    version = quote.version
    return Quote(
        text[quote.start : quote.end],
        quote.speaker,
        version.language,
        date_text(version.published) or gettext("no date"),
        article_url(version.id),
        version.title or quote.said,
    )


def _paragraphs(coverage: PriorCoverage) -> Iterator[list[Piece]]:
    """Yield the sentences of each paragraph of the draft."""
    paragraph: list[Piece] = []
    end = 0
    for sentence in coverage.sentences:
        if "\n" in coverage.text[end : sentence.start] and paragraph:
            yield paragraph
            paragraph = []
        paragraph.append(_piece(coverage.text, sentence))
        end = sentence.end
    if paragraph:
        yield paragraph


def _piece(text: str, sentence: DraftSentence) -> Piece:
    own = text[sentence.start : sentence.end]
    if sentence.report is None:
        return Piece(own, str(sentence.state))
    version = sentence.report.version
    label = gettext("reported on %(date)s", date=date_text(version.published)) if version.published else ""
    return Piece(
        own,
        str(sentence.state),
        article_url(version.id),
        label or gettext("reported"),
        sentence.report.text,
        version.language,
    )
