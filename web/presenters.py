"""
What the templates show: results and articles turned into labels, links and pieces of text.

Decides wording, order and what is left out. Values come from the archive, addresses from ``urls``; markup stays in
the templates.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from markupsafe import Markup

from search import (
    Article,
    FacetValue,
    Group,
    HighlightedArticle,
    Hit,
    Interpretation,
    Notice,
    Page,
    Snippet,
    Sort,
    Version,
)
from search.settings import KYIV
from web.i18n import INTERFACE_LANGUAGES, N_, date_text, gettext, month_text, ngettext, number_text
from web.params import FACETS, PAGE_SIZE, ParameterProblem, SearchRequest
from web.timeline import Bar, Label, Period, draw_timeline
from web.urls import article_url, search_url, web_address

#: A facet shows as many values as fit beside three results; the rest unfold.
SHOWN_VALUES = 8
#: What unfolds: enough to browse, few enough to keep the page light.
LISTED_VALUES = 20
SHOWN_FORMS = 6
#: Pages linked to on both sides of the current one.
NEIGHBOUR_PAGES = 2
MAX_SUBHEAD_CHARACTERS = 80
#: Where an article has neither a title nor a lead, the start of its text stands for the title.
SUBSTITUTE_TITLE_CHARACTERS = 90

#: What search engines and messengers show under a link.
DESCRIPTION_CHARACTERS = 200

#: Of the articles, as Open Graph writes them.
LOCALES = {"uk": "uk_UA", "ru": "ru_UA", "en": "en_GB"}

SECTION_LABELS = {
    "politics": N_("Politics"),
    "defence": N_("Defence"),
    "economy": N_("Economy"),
    "world": N_("World"),
    "society": N_("Society"),
    "energy": N_("Energy"),
    "culture": N_("Culture"),
    "sport": N_("Sport"),
    "science": N_("Science"),
    "address": N_("Addresses"),
}
LANGUAGE_LABELS = {"uk": N_("Ukrainian"), "ru": N_("Russian"), "en": N_("English")}
FACET_TITLES = {
    "language": N_("Language"),
    "section": N_("Section"),
    "source": N_("Source"),
    "author": N_("Author"),
    "tag": N_("Topic"),
}
SORT_LABELS = {Sort.RELEVANCE: N_("Most relevant"), Sort.NEWEST: N_("Newest"), Sort.OLDEST: N_("Oldest")}
GROUP_LABELS = {Group.STORY: N_("Stories"), Group.NONE: N_("Every version")}


_PHOTO = re.compile(r"^(?:photo|фото|світлина)\s*:\s*", re.IGNORECASE)


class Link(NamedTuple):
    """A link and whether it leads to where the reader already is."""

    label: str
    url: str
    current: bool = False


class LanguageLink(NamedTuple):
    """A link to a language version; ``absolute`` and ``locale`` are for what reads the page's head."""

    language: str
    title: str
    url: str
    current: bool
    absolute: str
    locale: str


class FacetLink(NamedTuple):
    """A value of a facet: its link chooses it, or lets it go if it is ``selected``."""

    label: str
    url: str
    number: str
    selected: bool


class FacetGroup(NamedTuple):
    """A facet: the values that show, those that unfold, and how many are not listed at all."""

    title: str
    values: tuple[FacetLink, ...]
    more: tuple[FacetLink, ...]
    unlisted: int


class Chip(NamedTuple):
    """An active limit of the search; ``url`` is the search without it."""

    name: str
    label: str
    url: str


class Card(NamedTuple):
    """A result. The texts in the article's language are ``headline``, ``snippet`` and ``authors``."""

    article: Article
    url: str
    headline: Snippet | str
    snippet: Snippet
    credit: str
    date: str
    section: Link | None
    versions: tuple[LanguageLink, ...]
    matches: tuple[tuple[str, str], ...]


class TimelineBar(NamedTuple):
    """A bar of the timeline with its link; ``title`` says the period and its count."""

    bar: Bar
    name: str
    number: str
    title: str
    url: str


class Pager(NamedTuple):
    """Links to the pages around; None in ``numbers`` is a gap."""

    previous: str | None
    next: str | None
    numbers: tuple[Link | None, ...]


@dataclass(frozen=True, slots=True)
class ResultsView:
    """A page of results, ready for its template."""

    request: SearchRequest
    page: Page
    count: str
    cards: tuple[Card, ...]
    facets: tuple[FacetGroup, ...]
    chips: tuple[Chip, ...]
    bars: tuple[TimelineBar, ...]
    labels: tuple[Label, ...]
    height: int
    sorts: tuple[Link, ...]
    groups: tuple[Link, ...]
    pager: Pager | None
    messages: tuple[str, ...]
    suggestion: Link | None
    clear_url: str
    since: str
    until: str


class Paragraph(NamedTuple):
    """A paragraph of an article, or a subhead in it."""

    text: Snippet
    is_subhead: bool


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article's page, ready for its template."""

    request: SearchRequest
    article: Article
    title: Snippet | str
    plain_title: str
    description: str
    locale: str
    lead: Snippet
    paragraphs: tuple[Paragraph, ...]
    credit: str
    section: Link | None
    authors: tuple[Link, ...]
    source: Link | None
    tags: tuple[Link, ...]
    versions: tuple[LanguageLink, ...]
    canonical: str
    original: str | None
    image: str | None
    json_ld: Markup
    related: tuple[Card, ...]
    back: str | None


def present_results(request: SearchRequest, page: Page, problems: Sequence[ParameterProblem]) -> ResultsView:
    """Turn a page of the archive's results into what the template of results shows."""
    since, until = _local_day(request.since), _local_day(request.until)
    months = [(value.value, counted(value, request.group)) for value in page.facets.get("month", ())]
    timeline = draw_timeline(months, since, until)
    return ResultsView(
        request=request,
        page=page,
        count=count_text(page.stories, page.total),
        cards=tuple(present_hit(hit, request) for hit in page.hits),
        facets=tuple(group for name in FACETS if (group := _facet_group(name, request, page))),
        chips=tuple(active_chips(request)),
        bars=tuple(_timeline_bar(bar, request) for bar in timeline.bars),
        labels=timeline.labels,
        height=timeline.height,
        sorts=tuple(_sort_links(request)),
        groups=tuple(
            Link(gettext(label), search_url(replace(request, group=group, page=1)), group is request.group)
            for group, label in GROUP_LABELS.items()
        ),
        pager=_pager(request, page.results),
        messages=tuple(_messages(problems, page.interpretation)),
        suggestion=_suggestion(request, page),
        clear_url=search_url(request.unfiltered()),
        since=since.isoformat() if since else "",
        until=until.isoformat() if until else "",
    )


def present_hit(hit: Hit, request: SearchRequest | None = None) -> Card:
    """Turn a result into a card; its links keep ``request``, so that the article can lead back to it."""
    article = hit.article
    return Card(
        article=article,
        url=article_url(article.id, request),
        headline=hit.headline if hit.headline.text else substitute_title(article),
        snippet=hit.snippet,
        credit=image_credit(article),
        date=date_text(article.published),
        section=section_link(article.section),
        versions=version_links(hit.versions, article.id, request),
        matches=tuple(forms_found(hit)),
    )


def present_article(
    article: Article,
    highlighted: HighlightedArticle,
    versions: Sequence[Version],
    related: Iterable[Hit],
    request: SearchRequest,
) -> ArticleView:
    """Turn an article into what its page shows; a request that is not empty marks words and gives a way back."""
    came_from = None if request.is_empty and request.page == 1 else request
    return ArticleView(
        request=request,
        article=article,
        title=highlighted.title if highlighted.title.text else substitute_title(article),
        plain_title=substitute_title(article),
        description=shortened(article.lead or article.body, DESCRIPTION_CHARACTERS),
        locale=LOCALES[article.language],
        lead=highlighted.lead,
        paragraphs=tuple(_paragraphs(highlighted.paragraphs)),
        credit=image_credit(article),
        section=section_link(article.section),
        authors=tuple(Link(author, search_url(SearchRequest(author=(author,)))) for author in article.authors),
        source=Link(article.source, search_url(SearchRequest(source=(article.source,)))) if article.source else None,
        tags=tuple(Link(tag, search_url(SearchRequest(tag=(tag,)))) for tag in article.tags),
        versions=version_links(versions, article.id, came_from),
        canonical=article_url(article.id, external=True),
        original=web_address(article.url),
        image=web_address(article.image_url),
        json_ld=json_ld(article, versions),
        related=tuple(_unmarked(present_hit(hit)) for hit in related),
        back=search_url(came_from) if came_from else None,
    )


def count_text(stories: int, versions: int) -> str:
    """Say how many stories and language versions there are: "2 матеріали, 5 версій"."""
    return gettext(
        "%(stories)s, %(versions)s",
        stories=stories_text(stories),
        versions=ngettext("%(count)s version", "%(count)s versions", versions, count=number_text(versions)),
    )


def stories_text(stories: int) -> str:
    """Say how many stories there are."""
    return ngettext("%(count)s story", "%(count)s stories", stories, count=number_text(stories))


def counted(value: FacetValue, group: Group) -> int:
    """Return what a facet's value counts on this page: stories, or versions where each is a result of its own."""
    return value.stories if group is Group.STORY else value.count


def value_label(facet: str, value: str) -> str:
    """Return a facet's value as readers see it; values without a translation are shown as they are."""
    labels = {"section": SECTION_LABELS, "language": LANGUAGE_LABELS}.get(facet, {})
    return gettext(labels[value]) if value in labels else value


def section_link(section: str | None) -> Link | None:
    """Return the link to everything in a section."""
    if not section:
        return None
    return Link(value_label("section", section), search_url(SearchRequest(section=(section,))))


def version_links(
    versions: Sequence[Version], current: str, request: SearchRequest | None = None
) -> tuple[LanguageLink, ...]:
    """Return the links to the versions of a story, in the order of the switch."""
    ordered = sorted(versions, key=lambda version: INTERFACE_LANGUAGES.index(version.language))
    return tuple(
        LanguageLink(
            version.language,
            version.title,
            article_url(version.id, request),
            version.id == current,
            article_url(version.id, external=True),
            LOCALES[version.language],
        )
        for version in ordered
    )


def forms_found(hit: Hit) -> Iterable[tuple[str, str]]:
    """Yield each word of the query and the forms of it in the article that it does not spell itself."""
    forms: dict[str, dict[str, None]] = {}
    for match in hit.matched:
        if match.form.casefold() != match.word.casefold():
            forms.setdefault(match.word, {})[match.form.lower() if match.form.isupper() else match.form] = None
    for word, found in forms.items():
        shown = ", ".join(list(found)[:SHOWN_FORMS])
        yield word, shown + (" …" if len(found) > SHOWN_FORMS else "")


def active_chips(request: SearchRequest) -> Iterable[Chip]:
    """Yield everything that narrows the search, each with the search without it."""
    first = replace(request, page=1)
    for facet in FACETS:
        for value in request.chosen(facet):
            yield Chip(
                gettext(FACET_TITLES[facet]), value_label(facet, value), search_url(request.toggled(facet, value))
            )
    if request.since:
        yield Chip(gettext("From"), _day_text(request.since), search_url(replace(first, since=None)))
    if request.until:
        yield Chip(gettext("To"), _day_text(request.until), search_url(replace(first, until=None)))
    if not request.bridges:
        yield Chip(gettext("Words"), gettext("only as written"), search_url(replace(first, bridges=True)))


def substitute_title(article: Article) -> str:
    """Return the title of an article, or the start of its text where it has none."""
    return article.title or shortened(article.lead or article.body, SUBSTITUTE_TITLE_CHARACTERS)


def image_credit(article: Article) -> str:
    """Return the image's credit without the word "Photo:" that many newsrooms keep in it; the page says it itself."""
    return _PHOTO.sub("", article.image_credit or "")


def shortened(text: str, limit: int) -> str:
    """
    Return a text in one line, cut between words if it is longer than ``limit`` characters.

    >>> shortened("Рада ухвалила бюджет", 15)
    'Рада ухвалила…'
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[:limit]
    return (cut.rpartition(" ")[0] or cut) + "…"


def is_subhead(text: str) -> bool:
    """
    Tell whether a paragraph is a subhead: one short line that does not end as a sentence or start as a list item.

    >>> is_subhead("Взаємодія НАТО та України"), is_subhead("Так і сталося."), is_subhead("— так, —")
    (True, False, False)
    """
    if not text or len(text) > MAX_SUBHEAD_CHARACTERS or "\n" in text or text[0] in "-–—•*":
        return False
    return text.rstrip("»”\"')’]")[-1:] not in ("", *".!?…:;,-–—")


def json_ld(article: Article, versions: Sequence[Version]) -> Markup:
    """
    Return the article as schema.org NewsArticle in JSON-LD, safe inside a script element.

    ``<``, ``>`` and ``&`` are written as escapes, so that no text can close the element or open a comment.
    """
    text = json.dumps(_news_article(article, versions), ensure_ascii=False)
    for mark in ("<", ">", "&", "\N{LINE SEPARATOR}", "\N{PARAGRAPH SEPARATOR}"):
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(text)  # the loop above made it safe


def _news_article(article: Article, versions: Sequence[Version]) -> dict[str, Any]:
    image = web_address(article.image_url)
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": substitute_title(article),
        "description": article.lead,
        "inLanguage": article.language,
        "datePublished": article.published.isoformat() if article.published else None,
        "dateModified": article.updated.isoformat() if article.updated else None,
        "author": [{"@type": "Person", "name": author} for author in article.authors],
        "publisher": {"@type": "Organization", "name": article.source} if article.source else None,
        "articleSection": article.section,
        "keywords": list(article.tags),
        "dateline": article.place,
        "image": {"@type": "ImageObject", "url": image, "creditText": article.image_credit} if image else None,
        "mainEntityOfPage": article_url(article.id, external=True),
        "url": web_address(article.url),
        "workTranslation": [
            {
                "@type": "NewsArticle",
                "inLanguage": version.language,
                "headline": version.title,
                "url": article_url(version.id, external=True),
            }
            for version in versions
            if version.id != article.id
        ],
    }
    return {name: value for name, value in described.items() if value}


def _unmarked(card: Card) -> Card:
    # What a related story shares with this one is not what the reader searched for
    return card._replace(headline=substitute_title(card.article))


def _paragraphs(texts: Sequence[Snippet]) -> Iterable[Paragraph]:
    for index, text in enumerate(texts):
        # The last one has nothing under it: a signature or a place, not a subhead
        yield Paragraph(text, index < len(texts) - 1 and is_subhead(text.text))


def _facet_group(name: str, request: SearchRequest, page: Page) -> FacetGroup | None:
    values = page.facets.get(name, ())
    listed = {value.value for value in values}
    gone = [FacetValue(value, 0, True, 0) for value in request.chosen(name) if value not in listed]
    # What is chosen comes first: it must be possible to let it go without unfolding the list
    ordered = sorted(
        (*gone, *values), key=lambda value: (value.value not in request.chosen(name), -counted(value, request.group))
    )
    if not ordered:
        return None
    shown = max(SHOWN_VALUES, len(request.chosen(name)))
    # Only what is listed gets a link: a facet may have thousands of values
    links = tuple(_facet_link(name, value, request) for value in ordered[: shown + LISTED_VALUES])
    return FacetGroup(gettext(FACET_TITLES[name]), links[:shown], links[shown:], len(ordered) - len(links))


def _facet_link(name: str, value: FacetValue, request: SearchRequest) -> FacetLink:
    return FacetLink(
        label=value_label(name, value.value),
        url=search_url(request.toggled(name, value.value)),
        number=number_text(counted(value, request.group)),
        selected=value.value in request.chosen(name),
    )


def _timeline_bar(bar: Bar, request: SearchRequest) -> TimelineBar:
    period = bar.period
    name = month_text(period.year, period.month) if period.month else str(period.year)
    number = number_text(period.results)
    chosen = replace(request, page=1, since=period.since, until=period.until)
    if bar.selected and _is_only_choice(period, request):
        chosen = replace(chosen, since=None, until=None)
    return TimelineBar(bar, name, number, f"{name}: {number}", search_url(chosen))


def _is_only_choice(period: Period, request: SearchRequest) -> bool:
    return (_local_day(request.since), _local_day(request.until)) == (period.since, period.until)


def _sort_links(request: SearchRequest) -> Iterable[Link]:
    for sort, label in SORT_LABELS.items():
        if sort is Sort.RELEVANCE and not request.query:
            continue  # without words nothing is more relevant than anything else
        yield Link(gettext(label), search_url(replace(request, sort=sort, page=1)), sort is request.order)


def _pager(request: SearchRequest, results: int) -> Pager | None:
    last = last_page(results)
    if last == 1:
        return None
    current = min(request.page, last)

    def url(number: int) -> str:
        return search_url(replace(request, page=number))

    wanted = {1, last, *range(current - NEIGHBOUR_PAGES, current + NEIGHBOUR_PAGES + 1)}
    numbers: list[Link | None] = []
    before = 0
    for number in sorted(number for number in wanted if 1 <= number <= last):
        if number == before + 2:  # a gap of one page is no shorter than the page's number
            numbers.append(Link(number_text(before + 1), url(before + 1)))
        elif number > before + 1:
            numbers.append(None)
        numbers.append(Link(number_text(number), url(number), number == current))
        before = number
    return Pager(
        previous=url(current - 1) if current > 1 else None,
        next=url(current + 1) if current < last else None,
        numbers=tuple(numbers),
    )


def last_page(results: int) -> int:
    """Return the number of the last page; the first one exists even when it is empty."""
    return max(-(-results // PAGE_SIZE), 1)


def _suggestion(request: SearchRequest, page: Page) -> Link | None:
    if not page.suggestion:
        return None
    return Link(page.suggestion, search_url(replace(request, query=page.suggestion, page=1)))


PROBLEM_MESSAGES = {
    "date": N_("“%(text)s” is not a date such as 2024-05-31, so it was left out."),
    "reversed": N_("The period ends before it begins, so nothing can be found in it."),
    "language": N_("“%(text)s” is not a language of the archive, so it was left out."),
    "too_long": N_("The query is very long; only its beginning was searched."),
    "too_many": N_("Too many values were chosen; only the first ones were used."),
}
#: Codes of the query language's notices. One that is not here is shown in English rather than not at all.
NOTICE_MESSAGES = {
    "query-cut": N_("The query is too long; its end was not searched."),
    "too-many-words": N_("The query has too many words; those from “%(text)s” on were not searched."),
    "unclosed-quote": N_("A quotation mark is not closed; everything after it was read as one phrase."),
    "stray-quote": N_("A quotation mark has no opening one and was ignored."),
    "empty-quotes": N_("There are no words between the quotation marks; they were ignored."),
    "unbalanced-bracket": N_("A bracket has no counterpart; the query was read as if it had one."),
    "too-deep": N_("There are too many brackets inside one another; some were ignored."),
    "lonely-operator": N_("“%(text)s” has nothing to join at its place and was ignored."),
    "not-in-capitals": N_("“%(text)s” in capitals excludes what follows; if it is a word, use small letters."),
    "unknown-field": N_("There is no such field; “%(text)s” was searched as words."),
    "empty-field": N_("There is no value after “%(text)s”; it was searched as a word."),
    "unknown-language": N_("The languages are uk (or ua), ru and en; “%(text)s” was searched as words."),
    "bad-date": N_("“%(text)s” is not a date; write 2024, 2024-05 or 2024-05-17."),
    "short-prefix": N_("An asterisk needs at least two letters before it; in “%(text)s” it was ignored."),
    "misplaced-star": N_("An asterisk works only at the end of a word; in “%(text)s” it was ignored."),
    "nothing-to-search": N_("There is no word in the query."),
}


def _messages(problems: Sequence[ParameterProblem], interpretation: Interpretation) -> Iterable[str]:
    for problem in problems:
        if problem.code in PROBLEM_MESSAGES:
            yield gettext(PROBLEM_MESSAGES[problem.code], text=problem.value)
    for notice in interpretation.notices:
        yield notice_text(notice)


def notice_text(notice: Notice) -> str:
    """Return a notice about the query in the interface's language."""
    if notice.code in NOTICE_MESSAGES:
        return gettext(NOTICE_MESSAGES[notice.code], text=notice.text)
    return notice.message


def _day_text(day: date) -> str:
    if isinstance(day, datetime):
        return f"{date_text(day)}, {day.astimezone(KYIV):%H:%M}"
    return date_text(datetime(day.year, day.month, day.day, tzinfo=KYIV))


def _local_day(day: date | None) -> date | None:
    return day.astimezone(KYIV).date() if isinstance(day, datetime) else day
