"""What the pages on coverage show of a report: tables of months and sections, lines to draw, sentences with marks."""

from collections.abc import Sequence
from typing import NamedTuple

from search import LAG_HOURS, Archive, Gaps, Lag, Mention, NamesTable, OverTime, Snippet, Span, Step
from web.i18n import N_, gettext
from web.newsroom.coverage_request import CoverageRequest
from web.presenters.labels import value_label
from web.presenters.line_chart import LineChart, draw_lines

#: Two years of months, which a page shows without dates: a table of thirty years nobody reads.
MAX_MONTHS = 24
_STEPS = {Step.YEAR: N_("year"), Step.MONTH: N_("month"), Step.WEEK: N_("week"), Step.DAY: N_("day")}
#: Of a paragraph that is shown as a sentence.
_LONGEST_MENTION = 600


class Cell(NamedTuple):
    """How many stories of a section and month lack something, of how many, and the parameters of their list."""

    incomplete: int
    stories: int
    pairs: dict[str, object] | None


class GapTable(NamedTuple):
    """Sections (as readers see them) over rows of months, each with a cell for every section; None: no stories."""

    sections: list[str]
    rows: list[tuple[str, list[Cell | None]]]
    is_cut: bool


class LagLine(NamedTuple):
    """The lags of a language: how many versions, median and 90th percentile as texts, and the bars of the histogram."""

    language: str
    versions: int
    median: str
    p90: str
    bars: list[tuple[str, int]]


class NamesMatrix(NamedTuple):
    """The years over the table of names, and for each shown name its numbers by year."""

    years: list[str]
    rows: list[tuple[object, list[list[int]]]]


def section_choices(archive: Archive) -> list[tuple[str, str]]:
    """Return the archive's sections, each with its name for readers."""
    return [(section, value_label("section", section)) for section in archive.statistics().sections]


def gap_table(found: Gaps, asked: CoverageRequest) -> GapTable:
    """Return the latest months of the report; only cells with a section and a month have a list."""
    months = list(dict.fromkeys(cell.month for cell in found.cells))
    sections = sorted({cell.section for cell in found.cells}, key=lambda section: (section is None, section or ""))
    cells = {(cell.month, cell.section): cell for cell in found.cells}
    rows: list[tuple[str, list[Cell | None]]] = []
    for month in months[:MAX_MONTHS]:
        row: list[Cell | None] = []
        for section in sections:
            cell = cells.get((month, section))
            pairs = None
            if month and section:
                pairs = asked.pairs(section=section, since=month, until=month, page=1)
            row.append(Cell(cell.incomplete, cell.stories, pairs) if cell else None)
        rows.append((month or gettext("without a date"), row))
    names = [value_label("section", section) if section else gettext("without a section") for section in sections]
    return GapTable(names, rows, len(months) > MAX_MONTHS)


def lag_lines(lags: Sequence[Lag]) -> list[LagLine]:
    """Return lags for a table, the bars with what they count."""
    names = [f"< {hours}" for hours in LAG_HOURS] + [f"≥ {LAG_HOURS[-1]}"]
    return [
        LagLine(
            value_label("language", lag.language),
            lag.versions,
            f"{lag.median:.1f}",
            f"{lag.p90:.1f}",
            list(zip(names, lag.histogram, strict=True)),
        )
        for lag in lags
    ]


def coverage_chart(found: OverTime, measure: str) -> LineChart | None:
    """Return the lines of a comparison: stories, or their share of all stories in percent."""
    lines = [
        [100 * point.share if measure == "share" else float(point.stories) for point in line.points]
        for line in found.lines
    ]
    return draw_lines([period.name for period in found.periods], lines)


def language_names(languages: Sequence[str]) -> str:
    """Return the names of some languages, parted by commas."""
    return ", ".join(value_label("language", language) for language in languages)


def step_labels() -> list[tuple[str, str]]:
    """Return the steps of a comparison with their names."""
    return [(str(step), gettext(label)) for step, label in _STEPS.items()]


def cut_mention(mention: Mention) -> Snippet:
    """Return a sentence with what is different marked, as safe HTML; of a very long one the part around the mark."""
    text, (start, end) = mention.text, mention.span
    first = max(0, min(start - _LONGEST_MENTION // 2, len(text) - _LONGEST_MENTION))
    before, after = "…" if first else "", "…" if first + _LONGEST_MENTION < len(text) else ""
    shown = before + text[first : first + _LONGEST_MENTION] + after
    shift = len(before) - first
    spans = [Span(start + shift, min(end + shift, len(shown)))] if end > start else []
    return Snippet.marked(shown, spans)


def names_matrix(table: NamesTable, most: int) -> NamesMatrix:
    """Return the numbers of versions of the first names: for each year one number for each language."""
    rows: list[tuple[object, list[list[int]]]] = []
    for row in table.rows[:most]:
        found = {(cell.year, cell.language): cell.articles for cell in row.cells}
        numbers = [[found.get((year, language), 0) for language in table.languages] for year in table.years]
        rows.append((row, numbers))
    return NamesMatrix([gettext("without a date") if year is None else str(year) for year in table.years], rows)
