"""
What the pages on coverage are asked for: the parameters of their URLs, read once.

What cannot be understood is told and left out; no parameter raises.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from flask import request

from search import LANGUAGES, Step
from web.i18n import gettext
from web.params import parse_since, parse_until

MAX_TEXT = 300
MAX_VALUE = 200
MAX_PAGE = 10_000
MAX_QUERIES = 5


@dataclass(frozen=True, slots=True)
class CoverageRequest:
    """The parameters of a report: a filter that is not set is empty. ``problems`` are told to who asked."""

    section: str = ""
    since: str = ""
    until: str = ""
    lacking: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    step: str = Step.MONTH
    measure: str = "stories"
    story: str = ""
    day: str = ""
    offset: int = 0
    page: int = 1
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def on_day(self) -> date | None:
        """The day that is asked for."""
        return date.fromisoformat(self.day) if self.day else None

    def pairs(self, **changes: object) -> dict[str, object]:
        """Return the parameters of an address with the same request, with changes; what is not set is left out."""
        asked = replace(self, **changes)  # type: ignore[arg-type]  # the names are fields, their values as they are
        values: dict[str, object] = {
            "section": asked.section,
            "since": asked.since,
            "until": asked.until,
            "lacking": list(asked.lacking),
            "q": list(asked.queries),
            "step": "" if asked.step == Step.MONTH else str(asked.step),
            "measure": "" if asked.measure == "stories" else asked.measure,
            "story": asked.story,
            "day": asked.day,
            "offset": asked.offset or "",
            "page": asked.page if asked.page > 1 else "",
        }
        return {name: value for name, value in values.items() if value}


def asked_coverage() -> CoverageRequest:
    """Return what this request asks for."""
    arguments = request.args
    problems: list[str] = []
    queries = [text for each in arguments.getlist("q") if (text := " ".join(each.split())[:MAX_TEXT])]
    step, measure = arguments.get("step", ""), arguments.get("measure", "")
    return CoverageRequest(
        section=arguments.get("section", "").strip()[:MAX_VALUE],
        since=_date("since", parse_since, problems),
        until=_date("until", parse_until, problems),
        lacking=tuple(language for language in LANGUAGES if language in arguments.getlist("lacking")),
        queries=tuple(dict.fromkeys(queries))[:MAX_QUERIES],
        step=Step(step) if step in list(Step) else Step.MONTH,
        measure="share" if measure == "share" else "stories",
        story=arguments.get("story", "").strip()[:MAX_TEXT],
        day=_date("day", date.fromisoformat, problems),
        offset=_number("offset", 10**9, 0),
        page=max(_number("page", MAX_PAGE, 1), 1),
        problems=tuple(problems),
    )


def _date(name: str, parse: Callable[[str], date], problems: list[str]) -> str:
    text = request.args.get(name, "").strip()
    if not text:
        return ""
    try:
        parse(text)
    except ValueError:
        problems.append(gettext("“%(text)s” is not a date. Write it as 2024-05-17, 2024-05 or 2024.", text=text[:40]))
        return ""
    return text


def _number(name: str, most: int, otherwise: int) -> int:
    text = request.args.get(name, "")
    known = text.isascii() and text.isdecimal() and len(text) < 12
    return min(int(text), most) if known else otherwise


def query_fields(queries: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Yield a numbered field for each query, and an empty one as long as there may be more."""
    fields = [*queries, *[""] * (MAX_QUERIES - len(queries))]
    return enumerate(fields[: max(2, len(queries) + 1)], 1)
