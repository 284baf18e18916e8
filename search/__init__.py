"""
Visti: full-text search for Ukrainian, Russian and English news.

>>> import search
>>> with search.open("index") as archive:                  # doctest: +SKIP
...     page = archive.search("ракетний удар по Києву", language=["uk", "en"])
...     print(page.stories, page.hits[0].article.title)
"""

from search.archive.archive import Archive, HighlightedArticle
from search.archive.archive import open_archive as open
from search.archive.decisions import Act, Decision, decisions
from search.archive.documents import article_digest
from search.archive.editing import Edit, Edited, join_stories, set_status, split_story
from search.archive.explaining import explanation_as_dict, explanation_text
from search.archive.near_duplicates import NearDuplicate
from search.archive.request import FACETS, MORE_FACETS, Group, Sort
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
from search.archive.statistics import Statistics
from search.archive.stories import Member, Story, story_of
from search.archive.suggestions import Suggestion
from search.archive.upkeep import repair
from search.archive.visibility import Audience
from search.archive.whoosh_api import open_whoosh
from search.article import LANGUAGES, Article, Status, article_from_record, article_to_record
from search.columnar.explain import Explanation
from search.columnar.salvage import Repair
from search.errors import (
    ArticleInvalid,
    CommitFailed,
    EditRefused,
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
    "FACETS",
    "LANGUAGES",
    "MORE_FACETS",
    "Act",
    "Archive",
    "Article",
    "ArticleInvalid",
    "Audience",
    "Bridge",
    "CommitFailed",
    "Correction",
    "Coverage",
    "DateReading",
    "Decision",
    "Edit",
    "EditRefused",
    "Edited",
    "Explanation",
    "FacetValue",
    "Group",
    "HighlightedArticle",
    "Hit",
    "IndexDamaged",
    "IndexLocked",
    "IndexMissing",
    "IndexOutdated",
    "IndexUnavailable",
    "Interpretation",
    "Match",
    "Member",
    "NearDuplicate",
    "Notice",
    "Page",
    "Position",
    "Reading",
    "Relaxation",
    "Repair",
    "SearchError",
    "Snippet",
    "Sort",
    "Span",
    "Statistics",
    "Status",
    "Story",
    "Suggestion",
    "UnsupportedLanguage",
    "Version",
    "article_as_dict",
    "article_digest",
    "article_from_record",
    "article_to_record",
    "decisions",
    "explanation_as_dict",
    "explanation_text",
    "hit_as_dict",
    "join_stories",
    "open",
    "open_whoosh",
    "repair",
    "set_status",
    "split_story",
    "story_of",
]
