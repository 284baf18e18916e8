"""
Articles as a report of clippings in PDF: a title page, a table of contents with page numbers, an article after another.

Headlines are bookmarks, addresses are links. The font has the letters of the three languages and travels with the
program, so that a report looks the same wherever it is made; a character that it lacks is shown as an empty box.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import font_source_sans_pro  # type: ignore[import-untyped]  # it publishes no types
from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.outline import OutlineSection

from search.language import paragraphs
from web.i18n import gettext
from web.newsroom.export_formats.export import Export, Item
from web.newsroom.export_formats.headings import byline, summary
from web.presenters.texts import image_credit, is_subhead, shortened, substitute_title

#: A report is made whole before it is sent: 500 articles are some 700 pages.
MOST_ARTICLES = 500

_FONT = "Source Sans Pro"
_FONT_FILES = Path(font_source_sans_pro.__file__).parent / "files"
_MARGIN = 22.0  # millimetres
_TEXT, _SMALL, _HEADLINE, _TITLE = 11.0, 9.0, 17.0, 26.0  # points
_LEADING = 0.5  # millimetres a point: lines of 11 points are 5.5 mm apart, which is 1.4 of the size
_GREY, _BLACK, _BLUE = (96, 96, 96), (0, 0, 0), (0, 74, 153)
# Headlines in the table of contents take one line, which is how pages can be set aside for it.
_CONTENTS_CHARACTERS = 78
_CONTENTS_LINES = 39

logging.getLogger("fontTools.subset").setLevel(logging.WARNING)  # it reports each table of the font that it cuts


def write_clippings(export: Export) -> Iterator[bytes]:
    """Yield the report, whole. Raises ``ValueError`` for more than ``MOST_ARTICLES``."""
    if export.number > MOST_ARTICLES:
        raise ValueError(f"a report in PDF takes at most {MOST_ARTICLES} articles; these are {export.number}")
    report = _Report(export)
    for item in export.items:
        report.add_item(item, export.made)
    yield bytes(report.output())


class _Report(FPDF):
    """The document: its font, its pages and what stands on them."""

    def __init__(self, export: Export) -> None:
        super().__init__(format="A4")
        self._articles = 0
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.add_font(_FONT, style, _FONT_FILES / f"SourceSansPro-{name}.ttf")
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=_MARGIN)
        self.set_title(export.title)
        self.set_lang(export.language)
        self.set_creator("Visti")
        self.set_creation_date(export.made)
        self._open(export)

    def footer(self) -> None:
        """Write the number of the page."""
        self.set_y(-_MARGIN + 6)
        self._style(_SMALL, colour=_GREY)
        self.cell(0, 5, str(self.page_no()), align=Align.C)

    def add_item(self, item: Item, now: datetime) -> None:
        """Add an article on a page of its own."""
        article, headline = item.article, substitute_title(item.article)
        if self._articles:
            self.add_page()
        self._articles += 1
        self.start_section(headline)
        self._write(headline, _HEADLINE, "B", after=2)
        self._write(byline(article, now), _SMALL, colour=_GREY, after=1)
        self._write(item.address, _SMALL, colour=_BLUE, link=item.address, after=4)
        if item.note:
            self._write(gettext("Note: %(note)s", note=item.note), _TEXT, colour=_GREY, after=4)
        if article.lead:
            self._write(article.lead, _TEXT, "B", after=3)
        for start, end in paragraphs(article.body):
            text = article.body[start:end]
            self._write(text, _TEXT, "B" if is_subhead(text) else "", after=2.5)
        if credit := image_credit(article):
            self._write(gettext("Photo: %(credit)s", credit=credit), _SMALL, colour=_GREY)

    def _open(self, export: Export) -> None:
        """Write the title page and set pages aside for the table of contents."""
        self.add_page()
        self.set_y(80)
        self._write(export.title, _TITLE, "B", after=6)
        for line in summary(export):
            self._write(line, _TEXT, colour=_GREY, after=1)
        if export.note:
            self.ln(6)
            self._write(export.note, _TEXT)
        if export.number:
            self.add_page()
            self.insert_toc_placeholder(
                _contents, pages=-(-(export.number + 3) // _CONTENTS_LINES), allow_extra_pages=True
            )

    def contents(self, outline: list[OutlineSection]) -> None:
        """Write the table of contents on the pages set aside: headlines with their pages' numbers, each a link."""
        self.set_auto_page_break(auto=False)
        self.set_xy(self.l_margin, self.t_margin)
        self._write(gettext("Contents"), _HEADLINE, "B", after=4)
        for line, section in enumerate(outline):
            if line and line % _CONTENTS_LINES == 0:
                self.page += 1
                self.current_font_is_set_on_page = False
                self.set_xy(self.l_margin, self.t_margin)
            self._contents_line(section)
        self.set_auto_page_break(auto=True, margin=_MARGIN)

    def _contents_line(self, section: OutlineSection) -> None:
        self._style(_TEXT)
        link, number = self.add_link(page=section.page_number), 15
        self.cell(self.epw - number, 6, shortened(section.name, _CONTENTS_CHARACTERS), link=link)
        self.cell(number, 6, str(section.page_number), link=link, align=Align.R, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _write(
        self,
        text: str,
        size: float,
        style: str = "",
        *,
        colour: tuple[int, int, int] = _BLACK,
        link: str = "",
        after: float = 0.0,
    ) -> None:
        """Write a paragraph over the whole width; ``after`` is the space under it in millimetres."""
        self._style(size, style, colour)
        self.multi_cell(0, size * _LEADING, text, align=Align.L, link=link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(after)

    def _style(self, size: float, style: str = "", colour: tuple[int, int, int] = _BLACK) -> None:
        self.set_font(_FONT, style, size)
        self.set_text_color(*colour)


def _contents(report: FPDF, outline: list[OutlineSection]) -> None:
    assert isinstance(report, _Report)
    report.contents(outline)
