"""The reports on coverage as methods of the archive; each module beside this one has one of them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path

from search.archive.reports.anniversaries import OnThisDay, on_this_day
from search.archive.reports.differences import (
    MAX_LOOKED_AT,
    Differences,
    Disagreements,
    differences_of,
    disagreements,
)
from search.archive.reports.gaps import Gaps, expected_languages, gaps_of
from search.archive.reports.headlines import (
    HeadlineChange,
    HeadlineChanges,
    HeadlineHistory,
    headline_changes,
    headlines_of,
)
from search.archive.reports.name_lists import MAX_NAMES, NameEntry, entry_of, read_names
from search.archive.reports.names_table import NamesTable, names_table
from search.archive.reports.over_time import MAX_QUERIES, OverTime, over_time
from search.archive.reports.periods import Step
from search.archive.request import DateLike, Group, SearchRequest, Sort, Values, make_request
from search.archive.view import View
from search.archive.visibility import Audience
from search.article import Article
from search.settings import KYIV


class CoverageReports:
    """What ``Archive`` has beyond searching: reports on what its audience may see of it."""

    path: Path
    audience: Audience
    _headline_history: HeadlineHistory

    def _view(self) -> AbstractContextManager[View]:
        raise NotImplementedError  # the archive has it

    def _now(self) -> datetime:
        raise NotImplementedError

    def gaps(
        self,
        languages: Values = None,
        *,
        lacking: Values = None,
        section: Values = None,
        source: Values = None,
        since: DateLike = None,
        until: DateLike = None,
        limit: int = 50,
        offset: int = 0,
    ) -> Gaps:
        """
        Return which stories lack a version in one of ``languages`` (by default all three), and how late versions come.

        A story counts by its first version: its section, source and date are looked at. A canceled version is none.
        The list has ``limit`` stories from ``offset`` on, the newest first, only those without one of ``lacking``, by
        default of ``languages``; lags are in hours from the first version.

        Raises ``ValueError`` (``UnsupportedLanguage``) for a wrong argument.
        """
        expected = expected_languages(languages)
        wanted = expected_languages(lacking) if lacking else expected
        request = self._request("", section, source, since, until, limit, offset)
        with self._view() as view:
            return gaps_of(view, request, expected, wanted)

    def differences(self, story_or_article: Article | str) -> Differences | None:
        """
        Return what the language versions of a story say differently: numbers, names, paragraphs, length.

        Takes an article, the id of one, or the key of a story; None if there is none that may be seen. Careful rather
        than complete: what is not reported may still differ.
        """
        with self._view() as view:
            if isinstance(story_or_article, Article):
                return differences_of(view, story_or_article.story)
            article = view.article(story_or_article)
            return differences_of(view, article.story if article else story_or_article)

    def disagreements(
        self,
        *,
        section: Values = None,
        source: Values = None,
        since: DateLike = None,
        until: DateLike = None,
        limit: int = 20,
        offset: int = 0,
        most: int = MAX_LOOKED_AT,
    ) -> Disagreements:
        """
        Return stories whose versions contradict each other in a number, the newest first.

        At most ``most`` stories (and no more than ``MAX_LOOKED_AT``) are read; ``offset`` counts stories looked at, and
        the answer's ``next_offset`` is where to go on. The filters are those of ``gaps``. Raises ``ValueError``.
        """
        if most < 1:
            raise ValueError(f"most must be at least 1; got {most}")
        request = self._request("", section, source, since, until, limit, offset)
        with self._view() as view:
            return disagreements(view, request, min(most, MAX_LOOKED_AT))

    def headlines(self, article_id: str) -> tuple[HeadlineChange, ...]:
        """
        Return how the headline of an article was changed, the oldest change first; readers see what was public.

        What is known begins with the first indexing run that kept the history.
        """
        with self._view() as view:
            return headlines_of(view, self._headline_history, self.audience, article_id)

    def headline_changes(
        self,
        *,
        language: Values = None,
        section: Values = None,
        source: Values = None,
        since: DateLike = None,
        until: DateLike = None,
        limit: int = 50,
        offset: int = 0,
    ) -> HeadlineChanges:
        """
        Return the headlines that were changed after publication, by month and as a list, the latest change first.

        ``since`` and ``until`` limit the moment of the change. Raises ``ValueError``.
        """
        request = self._request("", section, source, since, until, limit, offset, language)
        with self._view() as view:
            return headline_changes(view, self._headline_history, request)

    def on_this_day(
        self,
        day: date | None = None,
        *,
        section: Values = None,
        source: Values = None,
        limit: int = 5,
    ) -> OnThisDay:
        """
        Return the stories first published on the same day of earlier years, the latest year first; today's by default.

        Days are Kyiv's. Of each year come at most ``limit`` stories: those in most languages, of these the longest.
        """
        request = self._request("", section, source, None, None, limit, 0)
        with self._view() as view:
            return on_this_day(view, day or view.today, request)

    def over_time(
        self,
        queries: Sequence[str],
        *,
        step: str = Step.MONTH,
        since: DateLike = None,
        until: DateLike = None,
        bridges: bool = True,
    ) -> OverTime:
        """
        Return how many stories and versions each query finds in each year, month, week or day, to compare them.

        At most five queries, in the full query language. Periods are Kyiv's, without gaps from the first with a
        result (or ``since``) to the last (or ``until``). ``share`` is of all stories of the period.

        Raises ``ValueError`` for too many queries or periods, or another wrong argument.
        """
        if isinstance(queries, str):
            raise ValueError(f"queries must be a list of texts, such as [{queries!r}]")
        if not 1 <= len(queries) <= MAX_QUERIES:
            raise ValueError(f"compare from 1 to {MAX_QUERIES} queries; got {len(queries)}")
        requests = [self._request(query, None, None, since, until, 0, 0, bridges=bridges) for query in queries]
        if step not in list(Step):
            raise ValueError(f"step must be one of {', '.join(Step)}; got {step!r}")
        with self._view() as view:
            return over_time(view, requests, Step(step))

    def names_table(self, names: Sequence[str | Sequence[str] | NameEntry] | bytes | str) -> NamesTable:
        """
        Return how often each of some names was written of, by year and language, in every spelling and form.

        ``names`` is the content of a CSV file (see ``search.read_names``), or a list of names, each a text or several
        spellings. Stories, versions and occurrences are exact. Raises ``ValueError`` for a list that cannot be read.
        """
        entries = read_names(names).names if isinstance(names, (bytes, str)) else _entries(names)
        with self._view() as view:
            return names_table(view, entries)

    def _request(
        self,
        query: str,
        section: Values,
        source: Values,
        since: DateLike,
        until: DateLike,
        limit: int,
        offset: int,
        language: Values = None,
        *,
        bridges: bool = True,
    ) -> SearchRequest:
        return make_request(
            query,
            {"language": language, "section": section, "source": source},
            since=since,
            until=until,
            sort=Sort.NEWEST,
            group=Group.STORY,
            facets=(),
            limit=limit,
            offset=offset,
            prefer=None,
            bridges=bridges,
            without=None,
            today=self._now().astimezone(KYIV).date(),
        )


def _entries(names: Sequence[str | Sequence[str] | NameEntry]) -> list[NameEntry]:
    """Return names given as values as a list that was read: through the same checks."""
    entries = []
    for line, name in enumerate(names, 1):
        if isinstance(name, NameEntry):
            entries.append(name)
            continue
        try:
            entries.append(entry_of(line, [name] if isinstance(name, str) else list(name)))
        except ValueError as error:
            raise ValueError(f"name {line}: {error}") from error
    if len(entries) > MAX_NAMES:
        raise ValueError(f"{len(entries):,} names, at most {MAX_NAMES:,} are taken at a time")
    return entries
