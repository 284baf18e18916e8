"""
Prior coverage in words: what ``visti related`` prints for a journalist.
"""

from collections.abc import Iterator
from datetime import datetime

from search.archive.prior_results import (
    DraftQuote,
    DraftSentence,
    PriorCoverage,
    PriorStory,
    Relation,
    SentenceState,
    SharedWord,
    Why,
)
from search.article import Status
from search.settings import KYIV

NOTHING = "Nothing in the archive is near to it."
_RELATIONS = {
    Relation.SAME_TEXT: "the same text",
    Relation.REWRITTEN: "rewritten",
    Relation.TRANSLATED: "a translation",
    Relation.SAME_STORY: "the same story",
    Relation.RELATED: "related",
}
_STATES = {SentenceState.NEW: "new", SentenceState.REPORTED: "reported", SentenceState.SHORT: "short"}


def coverage_text(coverage: PriorCoverage, *, sentences: bool = False) -> str:
    """Return prior coverage as lines of text, with ``sentences`` those of the draft too."""
    lines = [line for story in coverage.stories for line in _story_lines(story)] or [NOTHING]
    if coverage.timeline:
        lines += ["", "The same story, by date:", *map(_timeline_line, coverage.timeline)]
    new, reported = coverage.count(SentenceState.NEW), coverage.count(SentenceState.REPORTED)
    if coverage.stories or reported:
        lines += ["", f"Of {new + reported} sentences {new} are new and {reported} were reported."]
    if coverage.quotes:
        lines += ["", "Said before, word for word:", *(_quote_line(coverage.text, quote) for quote in coverage.quotes)]
    if sentences:
        lines += [_sentence_line(coverage.text, sentence) for sentence in coverage.sentences]
    return "\n".join(lines)


def _story_lines(story: PriorStory) -> Iterator[str]:
    article = story.hit.article
    languages = " ".join(version.language for version in story.hit.versions)
    facts = (_day(article.published), ", ".join(article.authors), article.section, article.source, languages)
    yield ""
    yield f"{_RELATIONS[story.relation].upper()}  {article.title}"
    yield f"  {' · '.join(fact for fact in facts if fact)} · {article.id} · {story.hit.score:.2f}"
    if article.status is not Status.USABLE:
        yield f"  readers do not see it: {article.status}"
    if article.embargoed_until:
        yield f"  embargo until {article.embargoed_until.astimezone(KYIV):%Y-%m-%d %H:%M}"
    yield from (f"  {line}" for line in why_lines(story.why))


def why_lines(why: Why) -> Iterator[str]:
    """Yield the reasons for which a story is given."""
    if why.sentences:
        yield f"says {why.sentences} of {why.of_sentences} sentences"
    for name, words in (("names", why.names), ("numbers", why.numbers), ("words", why.words)):
        if words:
            yield f"{name}: {', '.join(map(_shared, words))}"
    if why.phrases:
        yield f"word for word: {'; '.join(why.phrases)}"


def _shared(word: SharedWord) -> str:
    return word.word if word.word.casefold() == word.form.casefold() else f"{word.word} ({word.form})"


def _timeline_line(story: PriorStory) -> str:
    article = story.hit.article
    return f"  {_day(article.published)}  {article.title}  [{_RELATIONS[story.relation]}, {article.id}]"


def _quote_line(text: str, quote: DraftQuote) -> str:
    said = " ".join(text[quote.start : quote.end].split())
    return f"  “{said}”: {quote.speaker}, {_day(quote.version.published)} [{quote.version.id}]"


def _sentence_line(text: str, sentence: DraftSentence) -> str:
    line = f"  {_STATES[sentence.state]:<9} {' '.join(text[sentence.start : sentence.end].split())}"
    if sentence.report is None:
        return line
    version = sentence.report.version
    return f"{line}\n            {_day(version.published)} {version.id}: {' '.join(sentence.report.text.split())}"


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone(KYIV):%Y-%m-%d}" if moment else "undated"
