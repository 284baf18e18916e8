"""Articles as one file of references, for reference managers: RIS and BibTeX, an entry after the other."""

from collections.abc import Callable, Iterator

from search.settings import KYIV
from web.newsroom.export_formats.export import Export
from web.presenters.citations import FORMATS, Source


def references(style: str) -> Callable[[Export], Iterator[str]]:
    """Return what writes an export in a format of citations: ``"ris"`` or ``"bibtex"``."""
    write_one = FORMATS[style].write

    def write(export: Export) -> Iterator[str]:
        today = export.made.astimezone(KYIV).date()
        for item in export.items:
            yield write_one(Source(item.article, item.address, today)) + "\n"

    return write
