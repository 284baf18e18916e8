"""
The archive: the one object that a script, the command and the web talk to.

Every call works on the snapshot that was current when it began, so a commit in between changes nothing under it.
Threads may share an archive.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

from search.archive.addresses import article_at_address
from search.archive.all_found import FoundArticles
from search.archive.arrivals import Arrivals, arrivals, read_record
from search.archive.attributions import Attribution, attributions
from search.archive.dictionaries import Dictionaries, open_dictionaries
from search.archive.explaining import explain_score
from search.archive.hits import in_texts
from search.archive.index_files import file_sizes, vocabulary
from search.archive.matching import matching
from search.archive.near_duplicates import NearDuplicate, near_duplicates
from search.archive.pages import search_page
from search.archive.prior import prior_coverage
from search.archive.prior_results import PriorCoverage
from search.archive.quotes import QuotePage, quote_page
from search.archive.related import coverage_of, related_hits
from search.archive.reports.door import CoverageReports
from search.archive.reports.headlines import HeadlineHistory
from search.archive.request import FACETS, DateLike, Finding, Group, Sort, Values, make_request, reading_options
from search.archive.results import Coverage, Hit, Page, Position, Snippet, Version
from search.archive.snippets import marked_text
from search.archive.standing import StandingSearch, prepared
from search.archive.statistics import Statistics, statistics_of
from search.archive.suggestions import Suggestion, suggestions
from search.archive.understanding import understand
from search.archive.view import DAMAGE, Opened, View, make_view, open_current, state_of
from search.archive.visibility import Audience
from search.article import Article, parse_language
from search.columnar.commit import read_commit
from search.columnar.explain import Explanation
from search.columnar.snapshot import Snapshot
from search.errors import IndexDamaged, SearchError
from search.language import identify, paragraphs
from search.settings import KYIV, default_index_path


@dataclass(frozen=True, slots=True)
class HighlightedArticle:
    """An article as safe HTML, the words of a query marked; ``paragraphs`` are those of the body."""

    article: Article
    title: Snippet
    lead: Snippet
    paragraphs: tuple[Snippet, ...]


def open_archive(
    path: Path | str | None = None,
    *,
    audience: str = Audience.READERS,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> "Archive":
    """
    Open the index in a folder (by default ``$VISTI_INDEX``, else ``index``) for searching.

    ``audience`` is ``"readers"``, who never see withheld, canceled or embargoed articles in any result, count or
    suggestion, or ``"newsroom"``, who see everything. ``clock`` gives the present moment, aware; it decides about
    embargoes, freshness and what "yesterday" means.

    Raises ``IndexMissing``, ``IndexOutdated`` or ``IndexDamaged``, each naming the command that helps.
    """
    return Archive(Path(path) if path is not None else default_index_path(), Audience(audience), clock)


class Archive(CoverageReports):
    """
    An opened index; made by ``search.open``. Use it as a context manager, or ``close`` it.

    The reports on coverage are methods of ``CoverageReports``.
    """

    def __init__(
        self, path: Path, audience: Audience, clock: Callable[[], datetime], shares: "Archive | None" = None
    ) -> None:
        self.path = path
        self.audience = audience
        self._clock = clock
        self._snapshot: Snapshot = shares._snapshot if shares else open_current(path)
        self._dictionaries: Dictionaries = shares._dictionaries if shares else open_dictionaries(path)
        self._headline_history = shares._headline_history if shares else HeadlineHistory(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def search(
        self,
        query: str = "",
        *,
        language: Values = None,
        section: Values = None,
        source: Values = None,
        author: Values = None,
        tag: Values = None,
        since: DateLike = None,
        until: DateLike = None,
        sort: str = Sort.RELEVANCE,
        group: str = Group.STORY,
        facets: Sequence[str] = FACETS,
        limit: int = 10,
        offset: int = 0,
        bridges: bool = True,
        without: Values = None,
        prefer: str | None = None,
        fold_duplicates: bool = False,
        after: Position | None = None,
    ) -> Page:
        """
        Search the archive.

        ``query`` is anything a person types (docs/query-language.md); no query raises. The filters take one value or
        several, one of which must fit. ``since`` and ``until`` take a date, a moment or a text such as ``"2024-05"``;
        ``until`` includes the period that it names. An empty query finds everything, newest first. ``prefer`` is the
        language of the version to show where several versions of a story match. ``facets`` may also name ``"day"``:
        like ``"month"``, the days (of Kyiv, ``2024-05-31``) of the results whatever ``since`` and ``until`` are.

        ``bridges`` switches all connections between scripts and languages: names, dictionaries, typing.
        ``without`` switches off some of how the query is read: a kind (``"name"``, ``"alias"``, ``"glossary"``,
        ``"cognate"``, ``"learned"``, ``"own"``, ``"typing"``; ``"across"`` for most words in other languages;
        ``"dates"``, ``"layout"``) or a single reading by its id in ``page.interpretation`` (``"glossary:війна"``).

        ``fold_duplicates`` puts results of the page whose texts are nearly the same under the first of them
        (``Hit.also``); no count changes.
        ``after`` goes on after a hit: the ``last`` of an earlier page of the same search. In contrast to ``offset`` it
        costs the same however deep one is, and commits in between move nothing: in an order of date what was there and
        has not changed comes once. In the order of relevance a commit can shift a score across the boundary.

        Raises ``ValueError`` (``UnsupportedLanguage`` for a language) when an argument other than the query is wrong.
        """
        request = make_request(
            query,
            {"language": language, "section": section, "source": source, "author": author, "tag": tag},
            since=since,
            until=until,
            sort=sort,
            group=group,
            facets=facets,
            limit=limit,
            offset=offset,
            prefer=prefer,
            bridges=bridges,
            without=without,
            today=self._clock().astimezone(KYIV).date(),
            fold_duplicates=fold_duplicates,
            after=after,
        )
        with self._view() as view:
            return search_page(view, request)

    def articles(self, query: str = "", **finding: Unpack[Finding]) -> FoundArticles:
        """
        Return all articles that a search finds, in its order, to be read one after another: for exports.

        The arguments are those of ``search`` without what concerns a page. Grouped by story, as is the default, each
        story is given once. What is found stays as it was when the search began, whatever is committed meanwhile.

        Raises ``ValueError`` when an argument other than the query is wrong.
        """
        filters: dict[str, Values] = {
            "language": finding.get("language"),
            "section": finding.get("section"),
            "source": finding.get("source"),
            "author": finding.get("author"),
            "tag": finding.get("tag"),
        }
        request = make_request(
            query,
            filters,
            since=finding.get("since"),
            until=finding.get("until"),
            sort=finding.get("sort", Sort.RELEVANCE),
            group=finding.get("group", Group.STORY),
            facets=(),
            limit=0,
            offset=0,
            prefer=finding.get("prefer"),
            bridges=finding.get("bridges", True),
            without=finding.get("without"),
            today=self._clock().astimezone(KYIV).date(),
        )
        with self._view() as view:
            return FoundArticles(view, request)

    def explain(
        self,
        query: str,
        article_id: str,
        *,
        since: DateLike = None,
        until: DateLike = None,
        bridges: bool = True,
        without: Values = None,
    ) -> Explanation | None:
        """
        Return why an article has its score: the arithmetic of it, as a tree (``explanation_text`` makes it readable).

        The arguments are those of ``search``; its other filters change no score. None if the query does not find the
        article, or if the audience may not see it.

        Raises ``ValueError`` when an argument other than the query is wrong.
        """
        request = make_request(
            query,
            {},
            since=since,
            until=until,
            sort=Sort.RELEVANCE,
            group=Group.NONE,
            facets=(),
            limit=0,
            offset=0,
            prefer=None,
            bridges=bridges,
            without=without,
            today=self._clock().astimezone(KYIV).date(),
        )
        with self._view() as view:
            return explain_score(view, request, article_id)

    def get(self, article_id: str) -> Article | None:
        """Return the article with an id, or None if there is none that the audience may see."""
        with self._view() as view:
            return view.article(article_id)

    def get_by_url(self, url: str) -> Article | None:
        """
        Return the article that was published at an address, or None if there is none that the audience may see.

        http or https, www or not, a slash at the end and what stands behind # make no difference. Takes some hundredths
        of a second for 200,000 articles.
        """
        with self._view() as view:
            return article_at_address(view, url)

    def versions(self, story: Article | str) -> tuple[Version, ...]:
        """Return the language versions of a story (of an article, or by the story's key): uk, ru, en."""
        with self._view() as view:
            return view.versions(story.story if isinstance(story, Article) else story)

    def highlight(
        self, article: Article, query: str, *, bridges: bool = True, without: Values = None
    ) -> HighlightedArticle:
        """Return an article with the words of a query, read as ``search`` does, marked in all of it."""
        options = reading_options(bridges=bridges, without=without)
        with self._view() as view:
            leaves = in_texts(understand(view, query, options).compiled.leaves)
        body = [article.body[start:end] for start, end in paragraphs(article.body)]
        return HighlightedArticle(
            article,
            marked_text(article.title, leaves, "title", article.language),
            marked_text(article.lead, leaves, "lead", article.language),
            tuple(marked_text(paragraph, leaves, "body", article.language) for paragraph in body),
        )

    def related(self, text_or_article: str | Article, *, limit: int = 10, prefer: str | None = None) -> tuple[Hit, ...]:
        """
        Return the stories that say most of what a text or an article says, the nearest first, in all languages.

        An article's own story is left out. A story is given once: as its version in the language ``prefer``, by default
        that of the text, or, without one, as the nearest. ``score`` is from 0 to 1: how much of what the text's most
        telling words tell stands in the nearest version; ``matched`` says by which words and bridges.

        Raises ``UnsupportedLanguage``.
        """
        prefer = parse_language(prefer) if prefer else None
        with self._view() as view:
            return related_hits(view, text_or_article, limit, prefer)

    def coverage(self, article: Article, *, limit: int = 10, prefer: str | None = None) -> Coverage:
        """
        Return the related stories of an article, those that report its events apart: earlier, later, and the rest.

        The arguments are those of ``related``; ``limit`` is for all three together.
        """
        prefer = parse_language(prefer) if prefer else None
        with self._view() as view:
            return coverage_of(view, article, limit, prefer)

    def near_duplicates(self, article: Article | str) -> tuple[NearDuplicate, ...]:
        """
        Return the articles of the whole archive that are nearly the same text as an article, the nearest first.

        They are in its language and share .8 or more of all runs of four words that either has, exactly; a text of
        fewer than twenty words has none. ``article`` need not be in the archive; an id that is not there gives nothing.
        """
        with self._view() as view:
            found = view.article(article) if isinstance(article, str) else article
            return near_duplicates(view, found) if found else ()

    def prior_coverage(
        self, text_or_article: str | Article, *, limit: int = 10, prefer: str | None = None
    ) -> PriorCoverage:
        """
        Return what the archive has about a draft or an article, in all languages.

        The stories are those of ``related``, whose arguments these are, each with what it is to the draft (the same
        text, rewritten, translated, the same story, or only related) and why; ``timeline`` are those that report the
        same, by date. Of each sentence of the draft it is said whether the archive has it, and where; that is said
        only when it is sure, so "new" means "not found".

        Raises ``UnsupportedLanguage``.
        """
        prefer = parse_language(prefer) if prefer else None
        with self._view() as view:
            return prior_coverage(view, text_or_article, limit, prefer)

    def search_quotes(
        self,
        query: str = "",
        *,
        speaker: str = "",
        language: Values = None,
        section: Values = None,
        source: Values = None,
        author: Values = None,
        tag: Values = None,
        since: DateLike = None,
        until: DateLike = None,
        group: str = Group.STORY,
        limit: int = 10,
        offset: int = 0,
        bridges: bool = True,
        without: Values = None,
        prefer: str | None = None,
    ) -> QuotePage:
        """
        Return who said what: quotations, those of the newest articles first.

        ``query`` is a query whose words are looked for in the quotations where they name no field; ``speaker`` has
        words of the name, in any form, script or language. The other arguments are those of ``search``: with
        ``group="story"`` a story's quotations are given in one language version, that in ``prefer`` if it has any.

        Raises ``ValueError`` (``UnsupportedLanguage`` for a language) when an argument other than the queries is wrong.
        """
        request = make_request(
            query,
            {"language": language, "section": section, "source": source, "author": author, "tag": tag},
            since=since,
            until=until,
            sort=Sort.NEWEST,
            group=group,
            facets=(),
            limit=limit,
            offset=offset,
            prefer=prefer,
            bridges=bridges,
            without=without,
            today=self._clock().astimezone(KYIV).date(),
        )
        with self._view() as view:
            return quote_page(view, request, speaker)

    def attributions(self, text: str, *, language: str | None = None) -> tuple[Attribution, ...]:
        """
        Return the quotations of a draft, each with those of the archive that are the same or nearly so, and their
        speakers.

        Without ``language`` it is identified. Only quotations of one language are compared. Raises
        ``UnsupportedLanguage``.
        """
        chosen = parse_language(language) if language else identify(text)[0]
        with self._view() as view:
            return attributions(view, text, chosen)

    def suggest(self, typed: str, *, limit: int = 8) -> tuple[str, ...]:
        """Return authors, places, tags and headlines that complete what was typed, as texts; see ``suggestions``."""
        return tuple(dict.fromkeys(each.text for each in self.suggestions(typed, limit=limit)))

    def suggestions(
        self,
        typed: str,
        *,
        limit: int = 8,
        prefer: str | None = None,
        section_names: Mapping[str, str] | None = None,
    ) -> tuple[Suggestion, ...]:
        """
        Return what completes something typed: people, places, sections, tags, then headlines, the newest first.

        A story has one headline: of its versions that fit, the one in the language ``prefer``. ``section_names`` say
        how sections are shown; they are found by that, or else by the archive's own word. Where nothing begins as
        typed, the keys are read in another keyboard layout, and Latin letters as Cyrillic ones.
        """
        with self._view() as view:
            return suggestions(view, typed, limit, prefer, section_names or {})

    def prepared(self, search: StandingSearch) -> StandingSearch:
        """
        Return a saved search made ready for ``matching``: the same object if it is, else with a new ``footprint``.

        Preparing takes a millisecond or two and holds as long as dictionaries and program do; keep what is returned.
        """
        with self._view() as view:
            return prepared(view, search)

    def matching(self, searches: Sequence[StandingSearch], article_ids: Iterable[str]) -> list[tuple[str, ...]]:
        """
        Return for each saved search the ids of those of some articles that it finds, as ``search`` would find them.

        For thousands of searches and the articles of a commit: searches that are ``prepared`` and find none of the
        articles cost some microseconds. Articles that the audience may not see are not found.

        Raises ``ValueError`` when an argument of a search other than its query is wrong.
        """
        today = self._clock().astimezone(KYIV).date()
        requests = [each.request(today) for each in searches]
        with self._view() as view:
            return matching(view, searches, requests, article_ids)

    def arrivals(self, known: bytes = b"") -> Arrivals:
        """
        Return what the audience may see now and could not when the record ``known`` was made, and a new record.

        ``known`` is kept by the caller, 8 bytes an article; without it nothing has arrived, and the next call can tell.
        An article arrives once, when it is first indexed or when an embargo ends; corrections are no arrivals.

        Raises ``ValueError`` for a ``known`` that this call has not made.
        """
        before = read_record(known)
        with self._view() as view:
            return arrivals(view, before)

    def state(self) -> str:
        """
        Return a name of all that answers depend on besides the question: while it is the same, answers are the same.

        It changes with every commit, with the dictionaries, when an embargo ends, and every hour, in which ages and
        "yesterday" are reckoned. Costs no search.
        """
        with self._view() as view:
            return state_of(view)

    def count(self) -> int:
        """Return the number of articles (language versions) that the audience may see."""
        with self._view() as view:
            return int(view.visible.sum())

    def statistics(self) -> Statistics:
        """Return figures about the index and what the audience may see of it."""
        with self._view() as view:
            return statistics_of(view, self.path)

    def vocabulary(self) -> dict[str, dict[str, int]]:
        """
        Return how many different index terms each text field has, and ``"all"`` together, by kind.

        The kinds are the lemmas of each language, ``"name"`` and ``"bare"``. Whoever may see the articles: it says how
        the files are, and takes some tenths of a second for a million terms.
        """
        return vocabulary(self._snapshot)

    def file_sizes(self) -> dict[str, int]:
        """Return the bytes in the folder of the index by kind of file."""
        return file_sizes(self.path, self._snapshot.commit)

    @property
    def generation(self) -> int:
        """The number of the commit that is being searched; each commit has a higher one."""
        return self._snapshot.commit.generation

    @property
    def opened(self) -> Opened:
        """What was read of the index, for a call that writes to it."""
        return Opened(self._snapshot, self._dictionaries)

    def seen_by(self, audience: str) -> "Archive":
        """
        Return this archive as it is now for another audience, by the name that ``search.open`` takes.

        The files and all that was read from them are shared; this costs microseconds. It stays at this commit.
        """
        return Archive(self.path, Audience(audience), self._clock, shares=self)

    def refresh(self) -> bool:
        """
        See the newest commit, and return whether there was one; this costs the reading of one small file.

        Dictionaries that were learned or added since are taken too. Raises what ``search.open`` raises; the archive
        then goes on with the commit that it has.
        """
        self._dictionaries = open_dictionaries(self.path, self._dictionaries)
        if read_commit(self.path) == self._snapshot.commit:
            return False
        self._snapshot = open_current(self.path, self._snapshot)
        return True

    def close(self) -> None:
        """Let go of the index files. The archive finds nothing afterwards."""
        self._snapshot = Snapshot(self._snapshot.commit, [], [])

    def _now(self) -> datetime:
        return self._clock()

    @contextmanager
    def _view(self) -> Iterator[View]:
        try:
            yield make_view(self._snapshot, self.audience, self._clock(), self._dictionaries)
        except SearchError:
            raise
        except DAMAGE as error:
            raise IndexDamaged(self.path, f"its data make no sense ({type(error).__name__}: {error})") from error
