"""
How a query was read, each reading with the link that switches it off or on again; and what finds more.

Decides what is worth a line above the results. A reading that the library knows and this table doesn't is shown
under its own name rather than not at all.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from babel.dates import format_interval
from babel.lists import format_list

from search import Bridge, Correction, DateReading, Group, Interpretation, Page, Reading, Relaxation
from search.settings import KYIV
from web.i18n import N_, date_text, gettext, interface_language, month_text
from web.params import SearchRequest
from web.presenters.labels import PATH_LABELS, Link, results_text
from web.urls import search_url

#: Words whose bridges show; those of a longer query unfold, so that the results stay in sight.
SHOWN_WORDS = 3
#: Words that one bridge names.
NAMED_WORDS = 4

#: The end of a period is the first moment after it.
MOMENT = timedelta(microseconds=1)

#: How the languages of articles are named inside a sentence.
IN_LANGUAGE = {"uk": N_("in Ukrainian"), "ru": N_("in Russian"), "en": N_("in English")}

RELAXATION_LABELS = {
    "filters": N_("without the filters"),
    "bridges": N_("in other languages and spellings too"),
    "function-words": N_("without the small words: %(text)s"),
    "phrase": N_("the words of the phrase apart: %(text)s"),
    "field": N_("not only in the field “%(text)s”"),
    "word": N_("without the word “%(text)s”"),
    "date": N_("from any time, without “%(text)s”"),
    "filter": N_("without the limit “%(text)s”"),
    "exclusion": N_("without the exclusion “%(text)s”"),
    "any": N_("any of the words"),
}


class Chip(NamedTuple):
    """
    A reading: where it leads, as pairs of a language, if it is known, and a text; ``kind`` says by what.

    ``url`` switches it off, or on if it is not ``on``; ``says`` is what a click does. None: it can't be switched.
    """

    words: tuple[tuple[str | None, str], ...]
    kind: str
    on: bool
    url: str | None
    says: str


class WordLine(NamedTuple):
    """A word of the query, in ``language`` if it can be in no other, and its readings."""

    typed: str
    language: str | None
    chips: tuple[Chip, ...]


class CorrectionLine(NamedTuple):
    """What was read instead of what was typed, or would be, and the link to the other of the two, if there can be."""

    text: str
    link: Link | None


class ReadingsView(NamedTuple):
    """
    How a query was read, ready for the template.

    ``words`` show and ``more_words`` unfold, at once if ``unfolded``; ``only_typed`` is the search without bridges.
    """

    corrections: tuple[CorrectionLine, ...]
    words: tuple[WordLine, ...]
    more_words: tuple[WordLine, ...]
    unfolded: bool
    across: Chip | None
    only_typed: str | None


class RelaxedLink(NamedTuple):
    """A looser search, and how much it finds."""

    label: str
    url: str
    found: str


def present_readings(request: SearchRequest, interpretation: Interpretation) -> ReadingsView:
    """Turn an interpretation into what the page says about it; ``request`` is what its links keep."""
    words = tuple(_word_lines(request, interpretation))
    # Unfolding a single line saves nothing.
    shown = len(words) if len(words) == SHOWN_WORDS + 1 else SHOWN_WORDS
    across = _across_chip(request, interpretation)
    bridged = across is not None or any(word.bridges for word in interpretation.words)
    return ReadingsView(
        corrections=tuple(_correction_lines(request, interpretation.corrections)),
        words=words[:shown],
        more_words=words[shown:],
        unfolded=not all(chip.on for line in words[shown:] for chip in line.chips),
        across=across,
        only_typed=search_url(request, page=1, bridges=False) if bridged and request.bridges else None,
    )


def without_stale_switches(request: SearchRequest, interpretation: Interpretation) -> SearchRequest:
    """
    Return the request without the switches of words that its query no longer has.

    The form of the search carries what is switched off from query to query, and a URL holds only so many. Kinds stay.
    """
    if not request.bridges:
        return request  # nothing is said of bridges then, and they may be wanted again
    bridges = {bridge.id for word in interpretation.words for bridge in word.bridges}
    others = {correction.id for correction in interpretation.corrections} | {date.id for date in interpretation.dates}
    kept = (name for name in request.without if ":" not in name or name in bridges | others)
    return replace(request, without=tuple(kept))


def period_text(since: datetime | None, until: datetime | None) -> str:
    """
    Write the days, in Kyiv, from one moment to another, which is exclusive: "16–22 лист. 2026 р.", "2025".

    A day, a month or a year is written as one.
    """
    first = since.astimezone(KYIV) if since else None
    last = (until - MOMENT).astimezone(KYIV) if until else None
    return limits_text(first and first.date(), last and last.date())


def limits_text(first: date | None, last: date | None) -> str:
    """Write the days from one to another, both included; a day, a month or a year is written as one."""
    if first is None or last is None:
        return f"{gettext('From')}: {date_text(first)}" if first else f"{gettext('To')}: {date_text(last)}"
    if first == last:
        return date_text(first)
    whole_months = first.day == 1 and (last + timedelta(days=1)).day == 1
    if whole_months and (first.year, first.month) == (last.year, last.month):
        return month_text(first.year, first.month)
    if whole_months and first.year == last.year and last.month - first.month == 11:
        return str(first.year)
    return str(format_interval(first, last, "yMMMMd", locale=interface_language()))


def present_relaxations(request: SearchRequest, page: Page) -> Iterable[RelaxedLink]:
    """Yield the looser searches, each with everything of the request that it does not drop."""
    untouched = SearchRequest()
    for relaxation in page.relaxations:
        dropped = {name: getattr(untouched, name) for name in relaxation.drops if hasattr(untouched, name)}
        looser = replace(request, **{**dropped, "query": relaxation.query, "page": 1})
        yield RelaxedLink(_relaxation_label(relaxation), search_url(looser), _found_text(relaxation, request.group))


def _relaxation_label(relaxation: Relaxation) -> str:
    if relaxation.kind not in RELAXATION_LABELS:
        return relaxation.query
    label = gettext(RELAXATION_LABELS[relaxation.kind], text=relaxation.text)
    both = relaxation.drops and relaxation.kind not in ("filters", "bridges")
    return f"{label}, {gettext(RELAXATION_LABELS['filters'])}" if both else label


def _found_text(relaxation: Relaxation, group: Group) -> str:
    return results_text(relaxation.stories if group is Group.STORY else relaxation.total, group)


def _word_lines(request: SearchRequest, interpretation: Interpretation) -> Iterable[WordLine]:
    told: set[str] = set()
    for word in interpretation.words:
        bridges = [bridge for bridge in word.bridges if bridge.id not in told]
        told.update(bridge.id for bridge in bridges)  # a word may stand in a query twice
        if bridges:
            language = next(iter(word.lemmas)) if len(word.lemmas) == 1 else None
            yield WordLine(word.typed, language, tuple(_bridge_chip(request, word, bridge) for bridge in bridges))
    for each in interpretation.dates:
        if not each.on:  # those that are on stand among the filters
            period = ((None, period_text(each.since, each.until)),)
            yield WordLine(each.text, None, (_chip(request, each, "dates", period, gettext("date")),))


def _bridge_chip(request: SearchRequest, word: Reading, bridge: Bridge) -> Chip:
    if bridge.by == "name":  # its words are keys of names, not what a reader would write
        return _chip(request, bridge, bridge.by, ((None, gettext("also in other spellings")),), "")
    label = gettext(PATH_LABELS[bridge.by]) if bridge.by in PATH_LABELS else bridge.by
    return _chip(request, bridge, bridge.by, _named(_news(word, bridge)), label)


def _news(word: Reading, bridge: Bridge) -> tuple[tuple[str | None, str], ...]:
    """Return where a bridge leads, each spelling once; those that the word has itself only if there are no others."""
    known = {word.typed.casefold(), *(lemma.casefold() for lemmas in word.lemmas.values() for lemma in lemmas)}
    news: dict[str, tuple[str | None, str]] = {}
    for language, text in bridge.words:
        if text.casefold() not in known:
            news.setdefault(text.casefold(), (language, text))
    return tuple(news.values()) or bridge.words


def _named(words: Sequence[tuple[str | None, str]]) -> tuple[tuple[str | None, str], ...]:
    """Return the words that a chip names: of each language the first, then of each the second."""
    met: Counter[str | None] = Counter()
    places = []
    for language, _ in words:
        places.append(met[language])
        met[language] += 1
    named = set(sorted(range(len(words)), key=places.__getitem__)[:NAMED_WORDS])
    shown = tuple(word for at, word in enumerate(words) if at in named)
    return (*shown, (None, "…")) if len(shown) < len(words) else shown


def _chip(
    request: SearchRequest,
    reading: Bridge | DateReading,
    kind: str,
    words: tuple[tuple[str | None, str], ...],
    label: str,
) -> Chip:
    changed = request.switched_off(reading.id) if reading.on else request.switched_on(reading.id, kind)
    says = _without() if reading.on else _again()
    return Chip(words, label, reading.on, search_url(changed) if changed else None, says)


def _across_chip(request: SearchRequest, interpretation: Interpretation) -> Chip | None:
    if not interpretation.words or not request.bridges:
        return None
    if "across" in request.without:
        text = gettext("In other languages: most of the words are enough")
        return Chip(((None, text),), "", False, search_url(request.switched_on("across")), _again())
    if not interpretation.across:
        return None
    inside = [gettext(IN_LANGUAGE[across.language]) for across in interpretation.across]
    languages = format_list(inside, locale=interface_language())
    text = gettext("%(languages)s: most of the words are enough", languages=languages[:1].upper() + languages[1:])
    without = request.switched_off("across")
    return Chip(((None, text),), "", True, search_url(without) if without else None, _without())


def _without() -> str:
    return gettext("Search without this")


def _again() -> str:
    return gettext("Search with this again")


def _correction_lines(request: SearchRequest, corrections: Sequence[Correction]) -> Iterable[CorrectionLine]:
    """Yield a line for the words that were corrected, and one for those that would be."""
    for on in (True, False):
        those = [correction for correction in corrections if correction.on is on]
        if not those:
            continue
        typed, read = (" ".join(getattr(each, name) for each in those) for name in ("typed", "read"))
        shown, other = (read, typed) if on else (typed, read)
        changed = _without_corrections(request, those) if on else _with_corrections(request, those)
        link = Link(gettext("Search for “%(text)s”", text=other), search_url(changed)) if changed else None
        yield CorrectionLine(gettext("Shown for “%(text)s”.", text=shown), link)


def _without_corrections(request: SearchRequest, corrections: Sequence[Correction]) -> SearchRequest | None:
    # Several at once are switched off by their kind, which takes no more room in the URL than one
    names = {each.by if len(corrections) > 1 else each.id for each in corrections}
    return request.switched_off(*names)


def _with_corrections(request: SearchRequest, corrections: Sequence[Correction]) -> SearchRequest:
    return request.switched_on(*(name for each in corrections for name in (each.id, each.by)))
