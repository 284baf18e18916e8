"""
What a search gives back: values only, ready for a page, a script or JSON.

``Page.as_dict`` is the object that ``visti search --json`` and ``/api/v1/search`` print.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from search.article import Article, article_to_record
from search.query.across import Across
from search.query.bridges import Bridge
from search.query.nodes import Notice as Notice


class Span(NamedTuple):
    """A stretch of a text: characters from ``start`` up to, not including, ``end``."""

    start: int
    end: int


class Snippet(str):
    """
    An excerpt as safe HTML: escaped text, the matching words inside ``<mark>``.

    The string itself is the HTML (templates need no ``safe`` filter); ``text`` is the plain excerpt and ``highlights``
    the stretches of it that match.

    >>> Snippet.marked("R&D у Києві", [Span(6, 11)])
    'R&amp;D у <mark>Києві</mark>'
    """

    text: str
    highlights: tuple[Span, ...]

    __slots__ = ("highlights", "text")

    @classmethod
    def marked(cls, text: str, highlights: Sequence[Span]) -> "Snippet":
        """Make a snippet of a plain text and its stretches to mark, which are sorted and do not overlap."""
        escape = _escaped if "&" in text or "<" in text or ">" in text else str
        pieces, end = [], 0
        for span in highlights:
            pieces.append(f"{escape(text[end : span.start])}<mark>{escape(text[span.start : span.end])}</mark>")
            end = span.end
        pieces.append(escape(text[end:]))
        snippet = cls("".join(pieces))
        snippet.text = text
        snippet.highlights = tuple(highlights)
        return snippet

    def __html__(self) -> str:
        """Return the HTML; this is how Jinja knows that it is safe."""
        return str(self)


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


class Version(NamedTuple):
    """One language version of a story: what a link to it needs."""

    id: str
    language: str
    title: str
    url: str | None
    published: datetime | None


class Match(NamedTuple):
    """
    Why an article was found: ``form`` stands in it and answers ``word`` of the query.

    ``by`` says how: ``"form"`` (the word as typed), ``"lemma"``, ``"phrase"``, ``"prefix"``, or by which bridge
    (``Bridge.by``): ``"name"``, ``"alias"``, ``"glossary"``, ``"cognate"``, ``"learned"``, ``"own"`` or ``"typing"``.
    """

    word: str
    form: str
    by: str


@dataclass(frozen=True, slots=True)
class Hit:
    """
    One result: the best matching version of a story, or one version if the search did not group.

    ``score`` is the relevance (higher is better; 0 when the query has no words). ``headline`` and ``snippet`` are
    safe HTML with marks. ``versions`` are all the readable versions of the story, this one included, uk, ru, en.
    ``also`` are results of the same page whose text is nearly the same, if the search was asked to fold such.
    """

    article: Article
    score: float
    headline: Snippet
    snippet: Snippet
    versions: tuple[Version, ...]
    matched: tuple[Match, ...]
    also: "tuple[Hit, ...]" = ()


class Coverage(NamedTuple):
    """
    What an archive has around an article: stories, each as one hit.

    ``earlier`` and ``later`` report the same events and were published before or after it, those nearest in time
    first; ``related`` are the other stories near to it, the nearest first.
    """

    earlier: tuple[Hit, ...]
    later: tuple[Hit, ...]
    related: tuple[Hit, ...]


class FacetValue(NamedTuple):
    """
    One value of a facet, with the results that choosing it gives.

    ``count`` counts language versions (as ``Page.total``), ``stories`` stories (as ``Page.stories``). A tuple, because
    a page may have thousands of them.
    """

    value: str
    count: int  # type: ignore[assignment]  # a tuple's own count() is of no use here
    selected: bool
    stories: int


@dataclass(frozen=True, slots=True)
class Reading:
    """
    How one word of the query was read.

    ``typed`` is what stood in the query; ``kind`` is ``"word"``, ``"phrase"`` or ``"prefix"``; ``lemmas`` gives the
    dictionary forms it is searched by, for each language in which it was understood. ``found`` is the number of
    articles that have it. ``bridges`` are the words of other languages and scripts under which it was also looked for,
    or would have been had they not been switched off.
    """

    typed: str
    kind: str
    lemmas: Mapping[str, tuple[str, ...]]
    found: int
    bridges: tuple[Bridge, ...] = ()


class Correction(NamedTuple):
    """
    A word of the query that was taken for another: under the one nothing is found, under the other something.

    ``by`` is ``"layout"``: typed on another keyboard. ``id`` switches it off (``without``), and then ``on`` is False.
    """

    id: str
    by: str
    typed: str
    read: str
    on: bool


class DateReading(NamedTuple):
    """
    Words of the query that were read as a time, ``since`` (inclusive) to ``until`` (exclusive), both aware or None.

    ``id`` switches the reading off (``without``), and then ``on`` is False and the words are searched.
    """

    id: str
    text: str
    since: datetime | None
    until: datetime | None
    on: bool


class Relaxation(NamedTuple):
    """
    A looser search that finds something where this one found nothing.

    ``kind`` says what is let go: ``"filters"`` (the chosen filters and dates, ``drops`` names their arguments),
    ``"bridges"`` (what was switched off), or, of the query itself, ``"function-words"`` (prepositions, pronouns and the
    like), ``"phrase"``, ``"field"``, ``"word"``, ``"date"``,
    ``"filter"``, ``"exclusion"``, ``"any"`` (any of the words is enough). ``text`` is the piece of the query that it is
    about, ``query`` the query to search for instead; ``total`` and ``stories`` are what it finds.
    """

    kind: str
    text: str
    query: str
    drops: tuple[str, ...]
    total: int
    stories: int


@dataclass(frozen=True, slots=True)
class Interpretation:
    """
    How the query was read, as data.

    ``query`` is the canonical form, ``since`` and ``until`` are its own date limits. ``across`` says in which languages
    other than the query's articles answer with most of the words. ``corrections`` and ``dates`` are what was read
    otherwise than as words that stand there.
    """

    query: str
    words: tuple[Reading, ...]
    languages: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    notices: tuple[Notice, ...]
    across: tuple[Across, ...] = ()
    corrections: tuple[Correction, ...] = ()
    dates: tuple[DateReading, ...] = ()


class Position(NamedTuple):
    """
    Where a result stands, for going on after it (``after=``): its article, its relevance, and when it was published.

    ``moment`` is in microseconds since 1970, the lowest integer of 64 bits if unknown.
    """

    article_id: str
    relevance: float
    moment: int


@dataclass(frozen=True, slots=True)
class Page:
    """
    A page of results and everything around it.

    ``total`` counts the matching language versions and ``stories`` the stories, both exactly. ``facets`` maps the
    name of a facet to its values; each facet ignores its own filter, so that several of its values can be chosen.
    Where no article has a word, ``suggestion`` is a query without that likely misspelling; where nothing was found,
    ``relaxations`` are looser searches that do find something, the nearest first. Neither is applied by itself.
    Folding near-duplicates changes no count: what is folded is still a result of its page.
    ``last`` is the position of the last hit if there is more after it, else None.
    """

    query: str
    total: int
    stories: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    interpretation: Interpretation
    suggestion: str | None
    limit: int
    offset: int
    group: str
    relaxations: tuple[Relaxation, ...] = ()
    last: Position | None = None

    @property
    def folded(self) -> int:
        """The number of results of this page that are folded under others (``Hit.also``)."""
        return sum(len(hit.also) for hit in self.hits)

    @property
    def results(self) -> int:
        """The number of cards on all pages together: stories, or versions if the search did not group."""
        return self.stories if self.group == "story" else self.total

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object of the command and the API."""
        return {
            "query": self.query,
            "total": self.total,
            "stories": self.stories,
            "hits": [hit_as_dict(hit) for hit in self.hits],
            "facets": {
                name: [
                    {"value": v.value, "count": v.count, "stories": v.stories, "selected": v.selected} for v in values
                ]
                for name, values in self.facets.items()
            },
            "interpretation": interpretation_as_dict(self.interpretation),
            "suggestion": self.suggestion,
            "relaxations": [
                relaxation._asdict() | {"drops": list(relaxation.drops)} for relaxation in self.relaxations
            ],
        }


def hit_as_dict(hit: Hit) -> dict[str, Any]:
    """Return the JSON object of one hit; it has ``also`` only if near-duplicates are folded under it."""
    article = hit.article
    fields: dict[str, Any] = {
        "id": article.id,
        "story": article.story,
        "language": article.language,
        "title": article.title,
        "url": article.url,
        "published": isoformat(article.published),
        "section": article.section,
        "score": round(hit.score, 6),
        "snippet": str(hit.snippet),
        "versions": [version_as_dict(version) for version in hit.versions],
        "matched": [{"word": match.word, "form": match.form, "by": match.by} for match in hit.matched],
    }
    if hit.also:
        fields["also"] = [_also_as_dict(other.article) for other in hit.also]
    return fields


def _also_as_dict(article: Article) -> dict[str, Any]:
    version = Version(article.id, article.language, article.title, article.url, article.published)
    return {**version_as_dict(version), "story": article.story, "source": article.source}


def version_as_dict(version: Version) -> dict[str, Any]:
    """Return the JSON object of a language version."""
    return {
        "id": version.id,
        "language": version.language,
        "title": version.title,
        "url": version.url,
        "published": isoformat(version.published),
    }


def article_as_dict(article: Article, versions: Sequence[Version]) -> dict[str, Any]:
    """Return the JSON object of a whole article: its record, and the versions of its story."""
    return {**article_to_record(article), "versions": [version_as_dict(version) for version in versions]}


def interpretation_as_dict(interpretation: Interpretation) -> dict[str, Any]:
    """Return the JSON object of an interpretation."""
    return {
        "query": interpretation.query,
        "languages": list(interpretation.languages),
        "words": [
            {
                "typed": word.typed,
                "kind": word.kind,
                "lemmas": {language: list(lemmas) for language, lemmas in word.lemmas.items()},
                "found": word.found,
                "bridges": [bridge_as_dict(bridge) for bridge in word.bridges],
            }
            for word in interpretation.words
        ],
        "across": [across._asdict() for across in interpretation.across],
        "corrections": [correction._asdict() for correction in interpretation.corrections],
        "dates": [
            {**date._asdict(), "since": isoformat(date.since), "until": isoformat(date.until)}
            for date in interpretation.dates
        ],
        "since": isoformat(interpretation.since),
        "until": isoformat(interpretation.until),
        "notices": [
            {"code": n.code, "text": n.text, "start": n.start, "end": n.end, "message": n.message}
            for n in interpretation.notices
        ],
    }


def bridge_as_dict(bridge: Bridge) -> dict[str, Any]:
    """Return the JSON object of the bridges of one kind from one word."""
    return {
        "id": bridge.id,
        "by": bridge.by,
        "on": bridge.on,
        "reason": bridge.reason,
        "words": [{"language": language, "word": word} for language, word in bridge.words],
    }


def isoformat(moment: datetime | None) -> str | None:
    """Return a moment in ISO 8601, or None."""
    return moment.isoformat() if moment else None
