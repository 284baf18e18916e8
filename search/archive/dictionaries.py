"""
The dictionaries that lie beside an index: pairs learned from the archive, and the newsroom's own words.

``learned-pairs.tsv`` is written by ``visti learn``: pairs of lemma terms, so it is good for the analysis that made them
only. ``own-dictionary.tsv`` is written by ``visti dictionary``: words, analysed when it is read. Both are text for
people too, begin with a header that has a checksum, and are replaced whole. A file that is missing, damaged or of
another analysis is as good as none: searching goes on without it, and ``dictionary_notices`` says what to do.
"""

import contextlib
import json
import os
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from search.article import LANGUAGES
from search.columnar.arrays import sync_folder
from search.columnar.beside import LEARNED, NEW_SUFFIX, OWN
from search.language import analysis_version, analyze, lemma_term

LEARNED_NAME = LEARNED.name
OWN_NAME = OWN.name
#: The number of the format of either file; raised by whoever changes what it means.
DICTIONARY_FORMAT = 1
_MAGIC = {LEARNED_NAME: "# visti learned pairs ", OWN_NAME: "# visti own dictionary "}
# A header is one line; what has none within this is not such a file.
_MAX_HEADER_BYTES = 4_096
# What a file that is none of ours can raise.
_NO_DICTIONARY = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


class Translation(NamedTuple):
    """A term that stands for another: how surely, from 0 to 1, and how many stories show it (0: a person says so)."""

    term: str
    strength: float
    support: int


class Pair(NamedTuple):
    """A term, one that it can be translated by, and what is known of that."""

    term: str
    translation: str
    strength: float
    support: int


class DictionaryDamaged(Exception):
    """A file is not a whole dictionary of this program; the message says why."""


@dataclass(frozen=True, slots=True)
class LearnedHeader:
    """What the file of learned pairs says of itself: its rows, the analysis of the terms, the commit it came from."""

    pairs: int
    analysis: str
    commit: int


class Translations:
    """
    What terms stand for in other languages, the surest first. It never changes, and threads may share it.

    The rows stay the sorted text that they are in the file, and only those of a term that is asked for are read:
    opening 60,000 pairs takes a few milliseconds.

    >>> from search.archive.dictionaries import Pair, Translations
    >>> translations = Translations([Pair("uk:війна", "en:war", 0.9, 12), Pair("uk:війна", "en:warfare", 0.1, 2)])
    >>> translations.of("uk:війна")
    (Translation(term='en:war', strength=0.9, support=12), Translation(term='en:warfare', strength=0.1, support=2))
    >>> translations.of("uk:мир")
    ()
    """

    def __init__(self, pairs: Iterable[Pair] = ()) -> None:
        self._rows = sorted(set(map(_row, pairs)))

    @classmethod
    def _of_rows(cls, rows: list[bytes]) -> "Translations":
        made = cls()
        made._rows = rows
        return made

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Pair]:
        return map(_pair, self._rows)

    def of(self, term: str) -> tuple[Translation, ...]:
        """Return what a term such as ``uk:війна`` stands for, the surest first; nothing if it is not known."""
        start = f"{term}\t".encode("utf-8", "surrogatepass")
        found = []
        for number in range(bisect_left(self._rows, start), len(self._rows)):
            if not self._rows[number].startswith(start):
                break
            found.append(Translation(*_pair(self._rows[number])[1:]))
        return tuple(sorted(found, key=lambda each: (-each.strength, -each.support, each.term)))


def encode_learned(pairs: Iterable[Pair], analysis: str, commit: int) -> bytes:
    """Return the content of a file of learned pairs, the same for the same pairs in any order."""
    rows = sorted(set(map(_row, pairs)))
    return _encoded(LEARNED_NAME, rows, {"analysis": analysis, "commit": commit})


def decode_learned(content: bytes) -> tuple[LearnedHeader, Translations]:
    """Return what a file of learned pairs holds. Raises ``DictionaryDamaged``."""
    header, rows = _decoded(LEARNED_NAME, content)
    try:
        return LearnedHeader(len(rows), str(header["analysis"]), int(header["commit"])), Translations._of_rows(rows)
    except _NO_DICTIONARY as error:
        raise DictionaryDamaged(f"its header cannot be understood ({error})") from error


def read_learned(path: Path) -> Translations | None:
    """
    Return the pairs learned from the archive in an index folder, or None.

    None says that there is no such file, that it is damaged, or that its terms are those of another analysis:
    ``dictionary_notices`` has the reason. Never raises.
    """
    try:
        header, translations = decode_learned((path / LEARNED_NAME).read_bytes())
    except (OSError, DictionaryDamaged):
        return None
    return translations if header.analysis == analysis_version() else None


class Entry(NamedTuple):
    """A row of the own dictionary: the words of each language, in the sequence of ``LANGUAGES``, that mean the same."""

    words: tuple[tuple[str, ...], ...]


def encode_own(entries: Iterable[Entry]) -> bytes:
    """Return the content of the file of the own dictionary."""
    rows = ["\t".join(", ".join(words) for words in entry.words).encode() for entry in entries]
    return _encoded(OWN_NAME, rows, {})


def decode_own(content: bytes) -> list[Entry]:
    """Return the entries of the own dictionary. Raises ``DictionaryDamaged``."""
    _, rows = _decoded(OWN_NAME, content)
    try:
        cells = [row.decode().split("\t") for row in rows]
    except UnicodeDecodeError as error:
        raise DictionaryDamaged(f"it is no UTF-8 ({error})") from error
    if any(len(row) != len(LANGUAGES) for row in cells):
        raise DictionaryDamaged(f"a row has not {len(LANGUAGES)} columns")
    return [Entry(tuple(tuple(filter(None, cell.split(", "))) for cell in row)) for row in cells]


def read_own_entries(path: Path) -> list[Entry]:
    """Return the entries of the own dictionary of an index folder; none if there is none. Raises as ``decode_own``."""
    try:
        content = (path / OWN_NAME).read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DictionaryDamaged(f"it cannot be read ({error.strerror})") from error
    return decode_own(content)


def read_own(path: Path) -> Translations | None:
    """Return the own dictionary of an index folder, or None if there is none or it is damaged. Never raises."""
    try:
        entries = read_own_entries(path)
    except DictionaryDamaged:
        return None
    return Translations(pair for entry in entries for pair in _pairs_of(entry)) if entries else None


def own_terms(word: str, language: str) -> tuple[str, ...]:
    """
    Return the lemma terms by which a word of the own dictionary is known; none if it is not one word.

    Of the lemmas of a form that is one itself, that one is meant: who writes a dictionary writes dictionary forms.

    >>> own_terms("Львів", "uk"), own_terms("сили оборони", "uk")
    (('uk:львів',), ())
    """
    tokens = analyze(word, language)
    joined = [token for token in tokens if token.text == word.strip()]
    if len(tokens) != 1 and not (joined and "-" in word):
        return ()
    prefix = lemma_term(language, "")
    terms = [term for term in tokens[0].terms if term.startswith(prefix)]
    own = [term for term in terms if term.removeprefix(prefix) in tokens[0].terms]
    return tuple(own or terms)


def _pairs_of(entry: Entry) -> Iterator[Pair]:
    terms = [
        [term for word in words for term in own_terms(word, language)]
        for language, words in zip(LANGUAGES, entry.words, strict=True)
    ]
    for number, ours in enumerate(terms):
        for other, theirs in enumerate(terms):
            if number != other:
                yield from (Pair(term, translation, 1.0, 0) for term in ours for translation in theirs)


@dataclass(frozen=True, slots=True)
class Dictionaries:
    """Both dictionaries of an index folder as they were at one moment; ``states`` tells their files from newer ones."""

    learned: Translations | None
    own: Translations | None
    states: Mapping[str, tuple[int, ...] | None]


#: Of an index without dictionaries.
NO_DICTIONARIES = Dictionaries(None, None, MappingProxyType({}))


def open_dictionaries(path: Path, before: Dictionaries | None = None) -> Dictionaries:
    """
    Read the dictionaries of an index folder, or take from ``before`` those whose files are the same.

    Costs two looks at the folder where nothing has changed, so it can be called as often as an archive is refreshed.
    Never raises.
    """
    states = {name: _state(path / name) for name in (LEARNED_NAME, OWN_NAME)}
    if before is None:
        return Dictionaries(read_learned(path), read_own(path), states)
    if states == before.states:
        return before
    learned = before.learned if states[LEARNED_NAME] == before.states[LEARNED_NAME] else read_learned(path)
    own = before.own if states[OWN_NAME] == before.states[OWN_NAME] else read_own(path)
    return Dictionaries(learned, own, states)


def _state(file: Path) -> tuple[int, ...] | None:
    """Return what tells a file from one that replaced it, or None where there is none."""
    try:
        found = file.stat()
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def dictionary_notices(path: Path) -> list[str]:
    """Return why dictionaries that are there are not used, each with the command that helps."""
    found = []
    try:
        header, _ = decode_learned((path / LEARNED_NAME).read_bytes())
        if header.analysis != analysis_version():
            found.append(
                f"the learned pairs ({LEARNED_NAME}) are of another analysis and are not used. "
                f"Learn them again: visti learn --index {path}"
            )
    except FileNotFoundError:
        pass
    except (OSError, DictionaryDamaged) as error:
        found.append(
            f"the learned pairs ({LEARNED_NAME}) are damaged and are not used: {error}. "
            f"Learn them again: visti learn --index {path}"
        )
    try:
        read_own_entries(path)
    except DictionaryDamaged as error:
        found.append(
            f"the own dictionary ({OWN_NAME}) is damaged and is not used: {error}. Remove it: visti dictionary remove "
            f"--all --index {path}; then put it in again: visti dictionary add FILE --index {path}"
        )
    return found


def dictionaries_summary(path: Path) -> dict[str, dict[str, int] | None]:
    """Return figures about the dictionaries in use, for JSON: ``learned`` and ``own``, each None if there is none."""
    found: dict[str, dict[str, int] | None] = {"learned": None, "own": None}
    with contextlib.suppress(OSError, DictionaryDamaged):
        header, _ = decode_learned((path / LEARNED_NAME).read_bytes())
        if header.analysis == analysis_version():
            found["learned"] = {"rows": header.pairs, "commit": header.commit}
    with contextlib.suppress(DictionaryDamaged):
        if entries := read_own_entries(path):
            found["own"] = {"rows": len(entries)}
    return found


def replace_file(path: Path, name: str, content: bytes) -> None:
    """
    Put a file into an index folder at once, whole and durable: whenever this is killed, there is the old or the new
    one.

    Raises ``OSError`` with the old one in place. The caller holds the lock of the index.
    """
    temporary = path / (name + NEW_SUFFIX)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path / name)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path)


def _row(pair: Pair) -> bytes:
    return f"{pair.term}\t{pair.translation}\t{pair.strength:.3f}\t{pair.support}".encode()


def _pair(row: bytes) -> Pair:
    term, translation, strength, support = row.decode().split("\t")
    return Pair(term, translation, float(strength), int(support))


def _encoded(name: str, rows: list[bytes], fields: Mapping[str, object]) -> bytes:
    body = b"".join(row + b"\n" for row in rows)
    header = {"format": DICTIONARY_FORMAT, **fields, "rows": len(rows)}
    header["checksum"] = _checksum(header, body)
    return (_MAGIC[name] + json.dumps(header, ensure_ascii=False)).encode() + b"\n" + body


def _decoded(name: str, content: bytes) -> tuple[dict[str, Any], list[bytes]]:
    magic = _MAGIC[name].encode()
    end = content.find(b"\n", 0, _MAX_HEADER_BYTES)
    if not content.startswith(magic) or end < 0:
        raise DictionaryDamaged("it does not begin as one")
    body = content[end + 1 :]
    try:
        header = json.loads(content[len(magic) : end])
        if header["format"] != DICTIONARY_FORMAT:
            raise DictionaryDamaged(f"it has format {header['format']}, this program needs {DICTIONARY_FORMAT}")
        checksum = header.pop("checksum")
        if checksum != _checksum(header, body):
            raise DictionaryDamaged("its checksum is wrong, its content was changed")
    except _NO_DICTIONARY as error:
        raise DictionaryDamaged(f"its header cannot be understood ({error})") from error
    return header, body.split(b"\n")[:-1]


def _checksum(header: Mapping[str, object], body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(json.dumps(header, sort_keys=True).encode()))
