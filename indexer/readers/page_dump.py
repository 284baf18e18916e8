"""
The plain-text dump of an article's web page: what a person gets who copies the page into a file.

    https://news.example/7                                  the address
    ua en ru                                                the language switch
    Headline
    Headline Caption of the photo (Credit of the photo)     the furniture of the photo
    Author: Name                                            names may be several
    Published: 2024-07-10 14:00                             or 10.07.2024, 14:00, or with the month in words
    Body, paragraphs parted by blank lines, subheads among them

Everything but the headline and the body may be missing. When it is unsure whether a paragraph is furniture, it stays
in the body: a caption that is found does less harm than a paragraph that is not. The language is told from the text,
because the switch does not say which of its languages this page is in.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from indexer.errors import RecordError
from indexer.readers.charsets import decode_text
from indexer.readers.furniture import is_furniture
from indexer.readers.lines import MAX_LINE_BYTES
from indexer.readers.mojibake import repair
from indexer.readers.page_addresses import article_id
from indexer.readers.page_dates import is_date_line, parse_page_date
from indexer.readers.reading import Reading, Remark
from indexer.readers.records import web_link
from indexer.readers.signatures import MAX_CAPTION_CHARACTERS, credit_in_brackets, photo_credit, signed_authors
from search.archive.checking import identified_language
from search.article import article_from_record

# The furniture above a body; the longest seen has five blocks, and further down "Author:" may be a speaker's name.
HEADER_BLOCKS = 6
# The longest headlines of news sites have some 200 characters; a first paragraph of more is a text without a headline.
MAX_HEADLINE_CHARACTERS = 400
MAX_NAME_CHARACTERS = 80
MAX_NAMES = 20
# "Air raid alert in Kyiv." is a whole story; less is a stray file.
MIN_BODY_CHARACTERS = 20
# Three words make a sentence; a file without one is a list of words or names.
_MIN_SENTENCE_WORDS = 3
# A sentence may begin with a headline of one or two words; with three it is the headline, said again over a photo.
_MIN_REPEATED_WORDS = 3
_EXPECTED = "expected a headline, a blank line and the paragraphs of the article, with blank lines between them"

_SWITCH_NAMES = frozenset(
    {"ua", "uk", "ukr", "ukrainian", "ук", "укр", "українська", "українською", "украинский"}
    | {"ru", "rus", "russian", "ру", "рус", "російська", "російською", "русский"}
    | {"en", "eng", "english", "англ", "англійська", "англійською", "английский"}
)
_AUTHOR = re.compile(r"(?:authors?|by|written by|автор(?:и|ы|ка)?)\s*:\s*(.*)", re.IGNORECASE)
_DATE = re.compile(
    r"(?:(?P<published>published|date|опубл[іи]кован[оа]|дата(?: публ[іи]кац[іи][їи])?)"
    r"|(?P<updated>updated|оновлено|обновлено))\s*:\s*(?P<value>.*)",
    re.IGNORECASE,
)
_CREDIT_THEN_AUTHOR = re.compile(r"(?<=\))[ \t]+(?=(?:authors?|автор(?:и|ы|ка)?)\s*:)", re.IGNORECASE)
_NAME_SEPARATORS = re.compile(r"\s*[,;&]\s*|\s+(?:and|та|і|й|и)\s+")
_SENTENCE_END = re.compile(r"(?<=\w\w)[.!?…][\"»”)]?(?:\s|$)")  # not the points of initials


@dataclass(slots=True)
class PageDump:
    """The parts of a page; ``unread_dates`` are values of date lines that could not be understood."""

    title: str = ""
    paragraphs: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    image_credit: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    url: str | None = None
    unread_dates: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Block:
    """A run of lines without a blank line; ``signed`` when a line with the author or date was taken out of its end."""

    lines: list[str]
    signed: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.lines)


def read_page_dump(stream: BinaryIO, source: str) -> Iterator[Reading]:
    """Yield the one article of a page dump, or the error that says why it is none; one page is held in memory."""
    content = stream.read(MAX_LINE_BYTES + 1)
    if len(content) > MAX_LINE_BYTES:
        yield RecordError(source, None, f"the text has more than {MAX_LINE_BYTES:,} bytes; {_EXPECTED}")
        return
    try:
        decoded = decode_text(content)
        text, repaired, damaged = repair(decoded.text)
        page = parse_page(text)
        article = article_from_record(_record(page), identified_language)
    except ValueError as error:  # of the text or, as ArticleInvalid, of the article
        yield RecordError(source, None, str(error))
        return
    yield article
    if decoded.remark:
        yield Remark(source, None, decoded.remark)
    if repaired:
        yield Remark(source, None, "was decoded in a wrong character set before it came here, and was repaired")
    if damaged:
        yield Remark(
            source, None, "has letters that look wrongly decoded and cannot be repaired for certain; look at it"
        )
    for value in page.unread_dates:
        yield Remark(source, None, f"the date {value!r} was not understood; write 2024-07-10 14:00 or 10.07.2024 14:00")


def parse_page(text: str) -> PageDump:
    """
    Take a page apart.

    Raises ``ValueError`` when it has no headline or no body.

    >>> page = parse_page("ua ru\\n\\nМіст відкрито\\n\\nАвтор: О. Коваль\\n\\nУ Києві сьогодні\\nвідкрили міст.")
    >>> page.title, page.authors, page.paragraphs
    ('Міст відкрито', ['О. Коваль'], ['У Києві сьогодні відкрили міст.'])
    """
    page = PageDump()
    blocks = _without_address(_blocks(text), page)
    blocks = _without_labelled_lines(_without_switch(blocks), page)
    if not blocks:
        raise ValueError(f"the text is too short for an article; {_EXPECTED}")
    page.title, blocks = _split_headline(blocks)
    if len(page.title) > MAX_HEADLINE_CHARACTERS:
        raise ValueError(
            f"the first paragraph has {len(page.title):,} characters, too many for a headline; {_EXPECTED}"
        )
    blocks = [block for block in _without_photo(blocks, page) if not _is_furniture(block, page)]
    page.paragraphs = [block.text for block in _without_signature(blocks, page)]
    sentences = any(len(paragraph.split()) >= _MIN_SENTENCE_WORDS for paragraph in page.paragraphs)
    if not sentences or sum(map(len, page.paragraphs)) < MIN_BODY_CHARACTERS:
        raise ValueError(f"there is no body below the headline; {_EXPECTED}")
    return page


def _record(page: PageDump) -> dict[str, object]:
    return {
        "title": page.title,
        "body": "\n\n".join(page.paragraphs),
        "authors": page.authors,
        "image_credit": page.image_credit,
        "published": page.published,
        "updated": page.updated,
        "url": page.url,
        "id": article_id(page.url or "") or None,
    }


def _blocks(text: str) -> list[_Block]:
    """Part a text at blank lines; where there are none at all, every line is a paragraph."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    if "" not in lines[next((i for i, line in enumerate(lines) if line), 0) :]:
        return [_Block([line]) for line in lines if line]
    blocks: list[_Block] = [_Block([])]
    for line in lines:
        if line:
            blocks[-1].lines.append(line)
        elif blocks[-1].lines:
            blocks.append(_Block([]))
    return [block for block in blocks if block.lines]


def _without_address(blocks: list[_Block], page: PageDump) -> list[_Block]:
    """Take off the address of the page, if it is the first line."""
    if not blocks or not (address := web_link(blocks[0].lines[0])):
        return blocks
    page.url = address
    rest = blocks[0].lines[1:]
    return [_Block(rest), *blocks[1:]] if rest else blocks[1:]


def _without_switch(blocks: list[_Block]) -> list[_Block]:
    """Take off the names of languages at the very top, on one line or on several, if there are two or more."""
    names = 0
    rest = [_Block(list(block.lines)) for block in blocks[:HEADER_BLOCKS]]
    while rest:
        words = re.findall(r"\w+", rest[0].lines[0].casefold())
        if not words or not _SWITCH_NAMES.issuperset(words):
            break
        names += len(words)
        rest[0].lines.pop(0)
        if not rest[0].lines:
            del rest[0]
    return rest + blocks[HEADER_BLOCKS:] if names >= 2 else blocks


def _without_labelled_lines(blocks: list[_Block], page: PageDump) -> list[_Block]:
    """Take the lines with authors and dates out of the header into ``page``."""
    kept: list[_Block] = []
    for position, block in enumerate(blocks[:HEADER_BLOCKS]):
        lines = [part for line in block.lines for part in _CREDIT_THEN_AUTHOR.split(line)]
        rest = _take_labelled(lines, page, is_headline=position == 0)
        if rest:
            # The mark is for captions: the label stands right below them.
            kept.append(_Block(rest, signed=rest != lines and lines[: len(rest)] == rest))
        elif kept:
            kept[-1].signed = True
    return kept + blocks[HEADER_BLOCKS:]


def _take_labelled(lines: Sequence[str], page: PageDump, *, is_headline: bool = False) -> list[str]:
    """Take authors and dates into ``page`` and return the other lines; a headline may begin with "By", too."""
    rest: list[str] = []
    waiting = deque(lines)
    while waiting:
        line = waiting.popleft()
        if (author := _AUTHOR.fullmatch(line)) and not author[1] and waiting and _names(waiting[0]):
            page.authors += _names(waiting.popleft())
        elif author and _names(author[1]):
            page.authors += _names(author[1])
        elif not is_headline and (signed := signed_authors(line)):
            page.authors += signed
        elif not _take_date(line, page):
            rest.append(line)
    return rest


def _names(text: str) -> list[str]:
    """Return the names in an author line, none if it reads like a sentence."""
    names = [name for name in _NAME_SEPARATORS.split(text.strip(" .|")) if name]
    if len(names) <= MAX_NAMES and all(
        len(name) <= MAX_NAME_CHARACTERS and len(name.split()) <= 5 and name[0].isalpha() for name in names
    ):
        return names
    return []


def _take_date(line: str, page: PageDump) -> bool:
    label = _DATE.fullmatch(line)
    value = label["value"] if label else line
    moment = parse_page_date(value) if label or is_date_line(value) else None
    if moment is None:
        if label and len(value) <= 40:
            page.unread_dates.append(value)
            return True
        return False
    if label and label["updated"]:
        page.updated = page.updated or moment
    else:
        page.published = page.published or moment
    return True


def _split_headline(blocks: list[_Block]) -> tuple[str, list[_Block]]:
    """
    Part the headline from the rest.

    It is the first block, unless only its first line is: when the next line repeats it, when a later block does, or
    when the block ends like a sentence and its first line does not.
    """
    first, later = blocks[0], blocks[1:]
    line, whole = first.lines[0], first.text
    repeated = any(_after_headline(block.text, line) is not None for block in [_Block(first.lines[1:]), *later[:2]])
    repeated_whole = any(_after_headline(block.text, whole) is not None for block in later[:2])
    runs_on = bool(re.search(r"[.…]$", whole)) and not re.search(r"[.…]$", line)
    if len(first.lines) == 1 or repeated_whole or not (repeated or runs_on):
        # What signed the headline says nothing of the caption below it.
        return whole, later
    return line, [_Block(first.lines[1:], first.signed), *later]


def _after_headline(text: str, headline: str) -> str | None:
    """
    Return what follows the headline at the beginning of a text, or None; case and punctuation do not matter.

    >>> _after_headline("«Міст» відкрито. Фото мосту", "Міст відкрито")
    'Фото мосту'
    >>> _after_headline("Мости відкрито", "Міст")
    """
    wanted = "".join(filter(str.isalnum, headline)).casefold()
    matched = 0
    for position, character in enumerate(text):
        if not character.isalnum():
            continue
        folded = character.casefold()
        if not wanted.startswith(folded, matched):
            return None
        matched += len(folded)
        if matched == len(wanted):
            rest = text[position + 1 :]
            return None if rest[:1].isalnum() else rest.lstrip("\"'»”’!?.…|:–—- ")
    return None


def _without_photo(blocks: list[_Block], page: PageDump) -> list[_Block]:
    """Take the repeated headline and the caption below the headline off, and keep the credit."""
    if not blocks:
        return blocks
    rest = _after_headline(blocks[0].text, page.title)
    if rest == "":
        return _without_caption(blocks[1:], page)
    if rest is None:
        return _without_caption(blocks, page)
    if _is_repeated_headline(rest, blocks[0], page.title):
        page.image_credit = credit_in_brackets(rest) or photo_credit(rest) or None
        return blocks[1:]
    return blocks


def _is_repeated_headline(rest: str, block: _Block, title: str) -> bool:
    if len(rest) > MAX_CAPTION_CHARACTERS:
        return False
    if credit_in_brackets(rest):
        return True
    # "Headline, said the mayor" goes on as a sentence; "Headline The mayor at work" does not.
    begins_anew = rest[0].isupper() or rest[0].isdigit() or rest[0] in "«“„\"'("
    return len(title.split()) >= _MIN_REPEATED_WORDS and (begins_anew or (block.signed and rest[0].isalpha()))


def _without_caption(blocks: list[_Block], page: PageDump) -> list[_Block]:
    """Take off a caption without the headline: one that ends in brackets and is no sentence, with text below it."""
    if len(blocks) < 2:
        return blocks
    text = blocks[0].text
    credit = credit_in_brackets(text)
    before = text.rpartition("(")[0]
    if credit and len(text) <= MAX_CAPTION_CHARACTERS and not text.endswith(".") and not _SENTENCE_END.search(before):
        page.image_credit = credit
        return blocks[1:]
    return blocks


def _is_furniture(block: _Block, page: PageDump) -> bool:
    credit = photo_credit(block.text.removeprefix("(").removesuffix(")"))
    if credit is None:
        return is_furniture(block.lines)
    page.image_credit = page.image_credit or credit or None
    return True


def _without_signature(blocks: list[_Block], page: PageDump) -> list[_Block]:
    """Take the author and date below the body, where some pages have them, if the header has no author."""
    if page.authors or len(blocks) < 2:
        return blocks
    last = _take_labelled(blocks[-1].lines, page)
    return blocks[:-1] + ([_Block(last)] if last else [])
