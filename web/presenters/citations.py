"""
Citations of an article: as text in the styles that are in use here, and as files for reference managers.

Each style has a language of its own, which its fixed words are in («дата звернення», *accessed*); the article's texts
stay as they are. Cited is what the record says and nothing else: what is missing is left out, or named by the style's
own word for it (APA's *n.d.*). Every text is plain: italics that a style asks for are the typesetter's.

The rules:

* ДСТУ 8302:2015 «Бібліографічне посилання. Загальні положення та правила складання»: one to three authors before the
  title, of four and more the first after it, «та ін.»; ``URL:`` and «(дата звернення: …)».
* ГОСТ Р 7.0.5-2008 «Библиографическая ссылка», 7 and 10: the same order, « // » before the site, «[и др.]»; the date
  before the address, «(дата обращения: …)».
* APA, Publication Manual, 7th edition, 9.8 (names), 9.12 (no author), 9.17 (no date), 10.1 (news on the web). It asks
  for a date of retrieval only where a page is meant to change, so there is none.
* The Chicago Manual of Style, 17th edition, 14.76 (four and more authors), 14.198 and 14.206 (news on the web, notes);
  14.12 asks for the date of access where no date of publication is known.
* BibTeX: Lamport's and Patashnik's entry type ``misc``, whose values are protected by braces. RIS: the specification of
  Research Information Systems, lines of ``TY  - ``. CSL-JSON: the schema ``csl-data.json`` of the Citation Style
  Language 1.0.2.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from babel.dates import format_date

from search import Article
from search.settings import KYIV
from web.presenters.texts import substitute_title

# APA 9.8 names up to twenty authors; of more the first nineteen and the last.
_MAX_APA_AUTHORS = 20
_MOST_NAMED_AUTHORS = 3

_INITIAL = re.compile(r"(?:\w\.-?)+")
_PATRONYMIC = re.compile(r"(?:ович|евич|йович|івна|ївна|овна|евна|инична|ич)$")
_ORDINARY_KEY = re.compile(r"[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)*")
_KEY_CHARACTERS = 40


class Source(NamedTuple):
    """What is cited: the article, the address to give, and the day on which it was read."""

    article: Article
    address: str
    accessed: date


class Style(NamedTuple):
    """A style of citing: its name as people know it, the language of its fixed words, and how it writes a source."""

    name: str
    language: str
    write: Callable[[Source], str]


class FileFormat(NamedTuple):
    """A format of reference managers: its name, the ending and the media type of its files, and how it is written."""

    name: str
    ending: str
    media_type: str
    write: Callable[[Source], str]


class Name(NamedTuple):
    """The name of an author; of an organisation, and of a person whose family name is not sure, ``given`` is empty."""

    family: str
    given: str = ""


class Citation(NamedTuple):
    """A citation as text: the style, its name, and the language of its fixed words."""

    style: str
    name: str
    language: str
    text: str


def citations(source: Source) -> tuple[Citation, ...]:
    """Return the citations of a source in all styles of text."""
    return tuple(Citation(key, style.name, style.language, style.write(source)) for key, style in STYLES.items())


def person(author: str, organisation: str | None = None) -> Name:
    """
    Return the name of an author, the family name apart where it is sure which it is.

    A name of two or three words with capitals is a person's, whose family name is last, or first before a patronymic or
    initials. Everything else, and the name of the source itself, is kept as it is written.

    >>> person("Олена Гриценко"), person("Гриценко О. В.")
    (Name(family='Гриценко', given='Олена'), Name(family='Гриценко', given='О. В.'))
    >>> person("Українська правда"), person("Visti", "Visti")
    (Name(family='Українська правда', given=''), Name(family='Visti', given=''))
    """
    words = author.split()
    named = all((word[0].isupper() and not word.isupper()) or _INITIAL.fullmatch(word) for word in words)
    if author == organisation or not 2 <= len(words) <= 3 or not named or any(map(str.isdigit, author)):
        return Name(author)
    if (_PATRONYMIC.search(words[-1]) and len(words) == 3) or all(map(_INITIAL.fullmatch, words[1:])):
        return Name(words[0], " ".join(words[1:]))
    return Name(words[-1], " ".join(words[:-1]))


def _initials(name: Name, joint: str = " ") -> str:
    """Return the given names as initials: Анна-Марія as А.-М."""
    parts = (
        "-".join(f"{piece[0]}." for piece in word.split("-") if piece)
        for word in name.given.replace(".", ". ").split()
        if word.strip("-")
    )
    return joint.join(parts)


def _inverted(name: Name, comma: str = "") -> str:
    return f"{name.family}{comma} {_initials(name)}" if name.given else name.family


def _names(source: Source) -> list[Name]:
    return [person(author, source.article.source) for author in source.article.authors]


def _ended(text: str, mark: str = ".") -> str:
    """Return a text with a full stop or a comma after it, unless it ends in a mark of its own."""
    return text if text.endswith((".", "!", "?", "…", ".»", ".”")) else text + mark


def _sentences(*parts: str) -> str:
    return " ".join(_ended(part) for part in parts if part)


def _published(article: Article) -> date | None:
    return article.published.astimezone(KYIV).date() if isinstance(article.published, datetime) else None


def _title(article: Article) -> str:
    return " ".join(substitute_title(article).split())


def _dstu(source: Source) -> str:
    article, names = source.article, [_inverted(name) for name in _names(source)]
    title = _title(article)
    if len(names) > _MOST_NAMED_AUTHORS:
        title, names = f"{title} / {names[0]} та ін.", []
    published = _published(article)
    written = f"{published:%d.%m.%Y}" if published else ""
    return (
        _sentences(", ".join(names), title, article.source or "", written)
        + f" URL: {source.address} (дата звернення: {source.accessed:%d.%m.%Y})."
    )


def _gost(source: Source) -> str:
    article, names = source.article, [_inverted(name) for name in _names(source)]
    title, site = _title(article), article.source or ""
    if len(names) > _MOST_NAMED_AUTHORS:
        title, names = f"{title} / {names[0]} [и др.]", []
    published = _published(article)
    written = format_date(published, "yyyy. d MMMM", locale="ru") if published else ""
    where = _sentences(f"{title} // {site}" if site else title, written)
    return _sentences(", ".join(names), where) + f" URL: {source.address} (дата обращения: {source.accessed:%d.%m.%Y})."


def _apa(source: Source) -> str:
    article, names = source.article, [_inverted(name, ",") for name in _names(source)]
    if len(names) > _MAX_APA_AUTHORS:
        authors = ", ".join(names[: _MAX_APA_AUTHORS - 1]) + f", … {names[-1]}"
    else:
        authors = " & ".join(filter(None, (", ".join(names[:-1]) + ("," if len(names) > 1 else ""), *names[-1:])))
    published, title = _published(article), _title(article)
    when = f"({format_date(published, 'yyyy, MMMM d', locale='en')})" if published else "(n.d.)"
    site = article.source if article.source and article.source not in article.authors else ""
    beginning = (f"{_ended(authors)} {when}", title) if authors else (f"{_ended(title)} {when}",)
    return _sentences(*beginning, site) + f" {source.address}"


def _chicago(source: Source) -> str:
    article, names = source.article, _names(source)
    written = [f"{name.given} {name.family}".strip() for name in names]
    if len(written) > _MOST_NAMED_AUTHORS:
        authors = f"{written[0]} et al."
    elif len(written) > 1:
        authors = ", ".join(written[:-1]) + ("," if len(written) > 2 else "") + f" and {written[-1]}"
    else:
        authors = "".join(written)
    title, published = _title(article), _published(article)
    # A question keeps its mark and takes no comma (6.125).
    quoted = f"“{title}”" if title.endswith(("?", "!")) else f"“{title.removesuffix('.')},”"
    when = format_date(published or source.accessed, "MMMM d, yyyy", locale="en")
    rest = [article.source or "", when if published else f"accessed {when}", source.address]
    return (f"{authors}, " if authors else "") + f"{quoted} " + ", ".join(filter(None, rest)) + "."


# What TeX would take for a command. Braces are counted even where a backslash stands before them: they get names.
_TEX: Mapping[int, str] = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
_TEX_ADDRESS: Mapping[int, str] = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"})


def _tex(text: str) -> str:
    return " ".join(text.split()).translate(_TEX)


def _bibtex(source: Source) -> str:
    article, published = source.article, _published(source.article)
    # Braces keep a name of an organisation, and the capitals of a title, as they are.
    names = [
        f"{_tex(name.family)}, {_tex(name.given)}" if name.given else f"{{{_tex(name.family)}}}"
        for name in _names(source)
    ]
    fields = {
        "author": " and ".join(names),
        "title": f"{{{_tex(_title(article))}}}",
        "howpublished": _tex(article.source or ""),
        "year": f"{published:%Y}" if published else "",
        "month": f"{published.month}" if published else "",
        "day": f"{published.day}" if published else "",
        "url": source.address.translate(_TEX_ADDRESS),
        "urldate": source.accessed.isoformat(),
        "keywords": _tex(", ".join(article.tags)),
        "langid": {"uk": "ukrainian", "ru": "russian", "en": "english"}[article.language],
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{{citation_key(article)},\n" + ",\n".join(lines) + "\n}\n"


def citation_key(article: Article) -> str:
    """Return a key for an article: its id where that is one word of Latin letters and digits, else made from it."""
    if _ORDINARY_KEY.fullmatch(article.id) and len(article.id) <= _KEY_CHARACTERS:
        return article.id
    words = "-".join(re.findall(r"[A-Za-z0-9]+", article.id))[:_KEY_CHARACTERS].strip("-")
    mark = hashlib.sha256(article.id.encode()).hexdigest()[:8]
    return f"{words}-{mark}" if words else f"visti-{mark}"


def _ris(source: Source) -> str:
    article, published = source.article, _published(source.article)
    names = [f"{name.family}, {name.given}" if name.given else name.family for name in _names(source)]
    pairs: list[tuple[str, str]] = [
        ("TY", "NEWS"),
        *(("AU", name) for name in names),
        ("TI", _title(article)),
        ("T2", article.source or ""),
        ("PY", f"{published:%Y}" if published else ""),
        ("DA", f"{published:%Y/%m/%d}/" if published else ""),
        ("AB", article.lead),
        *(("KW", tag) for tag in article.tags),
        ("LA", article.language),
        ("UR", source.address),
        ("Y2", f"{source.accessed:%Y/%m/%d}/"),
    ]
    lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in pairs if value.strip()]
    return "\r\n".join([*lines, "ER  - ", ""])


def _csl_json(source: Source) -> str:
    article, published = source.article, _published(source.article)
    item = {
        "id": citation_key(article),
        "type": "article-newspaper",
        "title": _title(article),
        "author": [
            {"family": name.family, "given": name.given} if name.given else {"literal": name.family}
            for name in _names(source)
        ],
        "container-title": article.source,
        "issued": _date_parts(published) if published else None,
        "accessed": _date_parts(source.accessed),
        "abstract": article.lead,
        "keyword": ", ".join(article.tags),
        "language": article.language,
        "URL": source.address,
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=2) + "\n"


def _date_parts(day: date) -> dict[str, Sequence[Sequence[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}


STYLES: Mapping[str, Style] = {
    "dstu": Style("ДСТУ 8302:2015", "uk", _dstu),
    "gost": Style("ГОСТ Р 7.0.5-2008", "ru", _gost),
    "apa": Style("APA 7", "en", _apa),
    "chicago": Style("Chicago", "en", _chicago),
}
FORMATS: Mapping[str, FileFormat] = {
    "bibtex": FileFormat("BibTeX", "bib", "application/x-bibtex", _bibtex),
    "ris": FileFormat("RIS", "ris", "application/x-research-info-systems", _ris),
    "csl-json": FileFormat("CSL-JSON", "json", "application/vnd.citationstyles.csl+json", _csl_json),
}
