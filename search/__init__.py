"""
Visti: full-text search for Ukrainian, Russian and English news.

>>> import search
>>> with search.open("index") as archive:                  # doctest: +SKIP
...     page = archive.search("ракетний удар по Києву", language=["uk", "en"])
...     print(page.stories, page.hits[0].article.title)
"""

from search.archive.all_found import FoundArticles
from search.archive.archive import Archive, HighlightedArticle
from search.archive.archive import open_archive as open
from search.archive.arrivals import Arrival, Arrivals
from search.archive.attributions import Attribution, KnownQuote
from search.archive.checking import checked_article, checked_kill
from search.archive.decisions import Act, Decision, decisions
from search.archive.documents import article_digest
from search.archive.draft_files import draft_text
from search.archive.editing import Edit, Edited, join_stories, set_status, split_story
from search.archive.explaining import explanation_as_dict, explanation_text
from search.archive.exporting import ExportedLines, export_lines, write_export
from search.archive.incoming import Outcome
from search.archive.near_duplicates import NearDuplicate
from search.archive.prior_results import (
    DraftQuote,
    DraftSentence,
    PriorCoverage,
    PriorStory,
    Relation,
    Report,
    SentenceState,
    SharedWord,
    Why,
)
from search.archive.quotes import FoundQuote, QuotePage
from search.archive.receiving import Received, receive, withdraw
from search.archive.reports.anniversaries import DayOfYear, DayStory, OnThisDay
from search.archive.reports.differences import (
    ComparedVersion,
    Differences,
    Disagreement,
    Disagreements,
    Mention,
    MissingParagraph,
    NameDifference,
    NumberDifference,
    PairDifferences,
)
from search.archive.reports.gaps import LAG_HOURS, GapCell, Gaps, GapStory, Lag
from search.archive.reports.headlines import ChangedHeadline, HeadlineChange, HeadlineChanges, HeadlineMonth
from search.archive.reports.name_lists import MAX_LIST_BYTES, NameEntry, NameLineError, NameList, read_names
from search.archive.reports.names_table import NameCell, NameForm, NameRow, NamesTable, NameYear
from search.archive.reports.over_time import OverTime, OverTimeLine, OverTimePoint, Period
from search.archive.reports.periods import Step
from search.archive.reports.tables import BYTE_ORDER_MARK, csv_rows, report_as_dict
from search.archive.request import FACETS, MORE_FACETS, Finding, Group, Narrowing, Sort
from search.archive.results import (
    Correction,
    Coverage,
    DateReading,
    FacetValue,
    Hit,
    Interpretation,
    Match,
    Page,
    Position,
    Reading,
    Relaxation,
    Snippet,
    Span,
    Version,
    article_as_dict,
    hit_as_dict,
)
from search.archive.standing import StandingSearch
from search.archive.statistics import Statistics
from search.archive.stories import Member, Story, story_of
from search.archive.suggestions import Suggestion
from search.archive.upkeep import repair
from search.archive.visibility import Audience
from search.archive.whoosh_api import open_whoosh
from search.archive.withdrawals import Tombstone
from search.article import LANGUAGES, Article, Status, article_from_record, article_to_record
from search.columnar.backup import MadeBackup, back_up
from search.columnar.backup_store import Backup
from search.columnar.explain import Explanation
from search.columnar.restore import Restored, check_backup, list_backups, restore
from search.columnar.salvage import Repair
from search.errors import (
    ArticleInvalid,
    BackupDamaged,
    BackupFailed,
    CommitFailed,
    DraftUnreadable,
    EditRefused,
    ExportFailed,
    IndexDamaged,
    IndexLocked,
    IndexMissing,
    IndexOutdated,
    IndexUnavailable,
    SearchError,
    UnsupportedLanguage,
)
from search.query.bridges import Bridge
from search.query.nodes import Notice

__all__ = [
    "BYTE_ORDER_MARK",
    "FACETS",
    "LAG_HOURS",
    "LANGUAGES",
    "MAX_LIST_BYTES",
    "MORE_FACETS",
    "Act",
    "Archive",
    "Arrival",
    "Arrivals",
    "Article",
    "ArticleInvalid",
    "Attribution",
    "Audience",
    "Backup",
    "BackupDamaged",
    "BackupFailed",
    "Bridge",
    "ChangedHeadline",
    "CommitFailed",
    "ComparedVersion",
    "Correction",
    "Coverage",
    "DateReading",
    "DayOfYear",
    "DayStory",
    "Decision",
    "Differences",
    "Disagreement",
    "Disagreements",
    "DraftQuote",
    "DraftSentence",
    "DraftUnreadable",
    "Edit",
    "EditRefused",
    "Edited",
    "Explanation",
    "ExportFailed",
    "ExportedLines",
    "FacetValue",
    "Finding",
    "FoundArticles",
    "FoundQuote",
    "GapCell",
    "GapStory",
    "Gaps",
    "Group",
    "HeadlineChange",
    "HeadlineChanges",
    "HeadlineMonth",
    "HighlightedArticle",
    "Hit",
    "IndexDamaged",
    "IndexLocked",
    "IndexMissing",
    "IndexOutdated",
    "IndexUnavailable",
    "Interpretation",
    "KnownQuote",
    "Lag",
    "MadeBackup",
    "Match",
    "Member",
    "Mention",
    "MissingParagraph",
    "NameCell",
    "NameDifference",
    "NameEntry",
    "NameForm",
    "NameLineError",
    "NameList",
    "NameRow",
    "NameYear",
    "NamesTable",
    "Narrowing",
    "NearDuplicate",
    "Notice",
    "NumberDifference",
    "OnThisDay",
    "Outcome",
    "OverTime",
    "OverTimeLine",
    "OverTimePoint",
    "Page",
    "PairDifferences",
    "Period",
    "Position",
    "PriorCoverage",
    "PriorStory",
    "QuotePage",
    "Reading",
    "Received",
    "Relation",
    "Relaxation",
    "Repair",
    "Report",
    "Restored",
    "SearchError",
    "SentenceState",
    "SharedWord",
    "Snippet",
    "Sort",
    "Span",
    "StandingSearch",
    "Statistics",
    "Status",
    "Step",
    "Story",
    "Suggestion",
    "Tombstone",
    "UnsupportedLanguage",
    "Version",
    "Why",
    "article_as_dict",
    "article_digest",
    "article_from_record",
    "article_to_record",
    "back_up",
    "check_backup",
    "checked_article",
    "checked_kill",
    "csv_rows",
    "decisions",
    "draft_text",
    "explanation_as_dict",
    "explanation_text",
    "export_lines",
    "hit_as_dict",
    "join_stories",
    "list_backups",
    "open",
    "open_whoosh",
    "read_names",
    "receive",
    "repair",
    "report_as_dict",
    "restore",
    "set_status",
    "split_story",
    "story_of",
    "withdraw",
    "write_export",
]
