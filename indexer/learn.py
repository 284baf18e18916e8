"""
Translations learned from the archive itself, which has the same story in several languages.

Versions of a story are cut into pieces that say the same (``pieces``), and lemma terms that come together there are
linked (``association``). What is kept has been seen in several stories and makes a good part of what either term was
linked to. The result lies beside the index (``search.archive.dictionaries``) and is learned anew as a whole.

Only what any reader may see at that moment teaches: usable articles without an embargo that still lasts. And no pair is
kept that fewer than ``LEAST_STORIES`` stories show, so that none tells of a single article that is withheld later.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from zlib import crc32

import numpy as np

from indexer.association import Links, Side, associate
from indexer.pieces import Lemmas, Piece, Text, pieces, read_text
from search.archive.dictionaries import LEARNED_NAME, Pair, encode_learned, replace_file
from search.archive.view import View, make_view, open_current
from search.archive.visibility import Audience
from search.article import LANGUAGES, Article
from search.columnar.arrays import Array
from search.columnar.lock import WAIT_SECONDS, locked
from search.errors import CommitFailed
from search.language import analysis_version

PAIRS_OF_LANGUAGES = tuple(combinations(LANGUAGES, 2))

# Memory: so many words of each language take 400 MB for the three pairs of languages together, and counting takes up to
# a gigabyte more, for one pair at a time. 200,000 articles of 300 words in three languages have 16 million of each;
# of a larger archive the stories that come first by a hash are taken, which are a fair sample.
MAX_WORDS = 16_000_000
# No sentence of news is longer; lists of names are, and would pair each with each.
_MAX_WORDS_OF_A_PIECE = 120

# What is kept. docs/architecture.md, "What does the archive teach?", has the measurements.
LEAST_STORIES = 2
# The log-likelihood ratio. At 10.8, 13, 16, 18, 20, 25 the pairs that hold in the other half of the stories are .72,
# .75, .79, .82, .85, .88 (uk-ru), and the versions found by four words .61, .61, .61, .61, .60, .59.
_LEAST_RATIO = 18.0
# Links to the geometric mean of the pieces that have the terms (Ochiai): less is a rare accident of frequent words.
_LEAST_OVERLAP = 0.15
_LEAST_STRENGTH = 0.05
_MAX_TRANSLATIONS = 4

#: The versions of a story by language.
Versions: TypeAlias = Mapping[str, Article]


class Learning(NamedTuple):
    """How far a lesson is: ``done`` of ``total`` stories have been read; then their words are compared."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned: stories with several versions read, pairs by languages, and the commit they came from."""

    stories: int
    pairs: Mapping[str, int]
    commit: int

    def as_dict(self) -> dict[str, Any]:
        """Return the lesson for JSON."""
        return {"stories": self.stories, "pairs": dict(self.pairs), "commit": self.commit}


def learn_translations(
    path: Path | str,
    *,
    progress: Callable[[Learning], None] | None = None,
    wait_seconds: float = WAIT_SECONDS,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Lesson:
    """
    Learn pairs of terms from the stories of the index in a folder that have several versions, and keep them beside it.

    What was learned before is replaced at once; if this is interrupted or fails it stays. ``clock`` gives the present
    moment, aware: it decides which embargoes have passed.

    Raises ``IndexMissing``, ``IndexOutdated``, ``IndexDamaged``, ``IndexLocked``, ``CommitFailed`` (a full disk).
    """
    path = Path(path)
    view = make_view(open_current(path), Audience.READERS, clock())
    stories = _Stories(view, progress)
    pairs = list(learned_pairs(gather(stories)))
    commit = view.snapshot.commit.generation
    content = encode_learned(pairs, analysis_version(), commit)
    try:
        with locked(path, wait_seconds):
            replace_file(path, LEARNED_NAME, content)
    except OSError as error:
        raise CommitFailed(path, error.strerror or str(error)) from error
    return Lesson(len(stories), _counted(pairs), commit)


def _counted(pairs: Iterable[Pair]) -> dict[str, int]:
    """Return how many different pairs there are by languages; each is there in one or in both directions."""
    found = {tuple(sorted((pair.term, pair.translation), key=_in_order_of_languages)) for pair in pairs}
    counts = Counter(f"{left[:2]}-{right[:2]}" for left, right in found)
    return {"-".join(pair): counts["-".join(pair)] for pair in PAIRS_OF_LANGUAGES}


def _in_order_of_languages(term: str) -> int:
    return LANGUAGES.index(term[:2])


class _Stories:
    """The stories of a view that have versions in several languages, by a hash: any beginning is a fair sample."""

    def __init__(self, view: View, progress: Callable[[Learning], None] | None) -> None:
        self._view, self._progress = view, progress
        documents = np.flatnonzero(view.visible)
        groups = view.snapshot.groups[documents]
        order = np.argsort(groups, kind="stable")
        starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
        stories = (members.tolist() for members in np.split(documents[order], starts)[1:] if len(members) > 1)
        self._stories = [members for members in stories if self._languages(members) > 1]

    def __len__(self) -> int:
        return len(self._stories)

    def __iter__(self) -> Iterator[Versions]:
        for number, story in enumerate(sorted(self._stories, key=self._hash)):
            if self._progress:
                self._progress(Learning(number, len(self)))
            yield _versions(self._view.article_at(document) for document in story)
        if self._progress:
            self._progress(Learning(len(self), len(self)))

    def _languages(self, story: Sequence[int]) -> int:
        column = self._view.snapshot.keywords("language")
        return len({language for document in story for language in column.of_document(document)})

    def _hash(self, story: Sequence[int]) -> tuple[int, str]:
        name = self._view.article_at(story[0]).story
        return crc32(name.encode()), name


def _versions(articles: Iterable[Article]) -> Versions:
    """Return one article for each language: of several the one with the lowest id."""
    versions: dict[str, Article] = {}
    for article in articles:
        known = versions.get(article.language)
        if known is None or article.id < known.id:
            versions[article.language] = article
    return versions


class _Words:
    """The different words met, each by the lemmas that it may have; they are numbered as they come."""

    def __init__(self) -> None:
        self._numbers: dict[Lemmas, int] = {}
        self._counts: Counter[str] = Counter()

    def numbers(self, words: Iterable[Lemmas]) -> list[int]:
        numbers = self._numbers
        return [numbers.setdefault(lemmas, len(numbers)) for lemmas in words]

    def count(self, text: Text) -> None:
        self._counts.update(
            term for paragraph in text for sentence in paragraph for lemmas in sentence.words for term in lemmas
        )

    def terms(self) -> tuple[list[str], Array]:
        """
        Return the terms in order, and for each word the number of its term: its most frequent lemma (or the first).

        A form that two words share mostly belongs to that whose other forms are there as well: Києві to Київ, not кий.
        """
        counts = self._counts
        chosen = [max(lemmas, key=counts.__getitem__) for lemmas in self._numbers]
        terms = sorted(set(chosen))
        places = {term: place for place, term in enumerate(terms)}
        return terms, np.array([places[term] for term in chosen], dtype=np.int32)


def _numbers() -> "array[int]":
    return array("i")


@dataclass(slots=True)
class _Side:
    """The words of one language, piece after piece, and how many each piece has."""

    words: "array[int]" = field(default_factory=_numbers)
    sizes: "array[int]" = field(default_factory=_numbers)

    def add(self, words: Sequence[int]) -> None:
        self.words.extend(words)
        self.sizes.append(len(words))

    def side(self, terms: Array) -> Side:
        sizes = np.array(self.sizes, dtype=np.int32)
        pieces_of_words = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        return Side(pieces_of_words, terms[np.array(self.words, dtype=np.int32)])


@dataclass(slots=True)
class _Corpus:
    """The pieces of a pair of languages: their words on each side, and the story of each piece."""

    left: _Side = field(default_factory=_Side)
    right: _Side = field(default_factory=_Side)
    stories: "array[int]" = field(default_factory=_numbers)

    def add(self, story: int, piece: Piece, words: _Words) -> None:
        sizes = len(piece.left), len(piece.right)
        if min(sizes) and max(sizes) <= _MAX_WORDS_OF_A_PIECE and not self._is_full():
            self.stories.append(story)
            self.left.add(words.numbers(piece.left))
            self.right.add(words.numbers(piece.right))

    def _is_full(self) -> bool:
        return max(len(self.left.words), len(self.right.words)) >= MAX_WORDS


@dataclass(frozen=True, slots=True)
class Bitext:
    """All pieces of a pair of languages; terms are numbers in ``terms``, pieces numbers in ``stories``."""

    terms: Sequence[str]
    left: Side
    right: Side
    stories: Array


def gather(stories: Iterable[Versions]) -> Iterator[Bitext]:
    """Return the pieces of stories for each pair of languages, in the sequence of ``PAIRS_OF_LANGUAGES``."""
    words = _Words()
    corpora = [_Corpus() for _ in PAIRS_OF_LANGUAGES]
    for number, versions in enumerate(stories):
        texts = {language: read_text(article) for language, article in versions.items()}
        for text in texts.values():
            words.count(text)
        for (left, right), corpus in zip(PAIRS_OF_LANGUAGES, corpora, strict=True):
            if left in texts and right in texts:
                for piece in pieces(texts[left], texts[right]):
                    corpus.add(number, piece, words)
    terms, chosen = words.terms()
    del words
    while corpora:  # popped, because what is made of each is larger than it
        yield _bitext(corpora.pop(0), terms, chosen)


def _bitext(corpus: _Corpus, terms: Sequence[str], chosen: Array) -> Bitext:
    return Bitext(terms, corpus.left.side(chosen), corpus.right.side(chosen), np.array(corpus.stories, dtype=np.int32))


def learned_pairs(bitexts: Iterable[Bitext]) -> Iterator[Pair]:
    """Yield the pairs that texts teach, from each language to each."""
    for bitext in bitexts:
        links = associate(bitext.left, bitext.right, bitext.stories)
        yield from _kept(bitext.terms, links.left, links.right, links)
        yield from _kept(bitext.terms, links.right, links.left, links)


def _kept(terms: Sequence[str], sources: Array, targets: Array, links: Links) -> Iterator[Pair]:
    """Yield the strong pairs from sources to targets, for each source the strongest few."""
    strength = _strength(sources, links.links, len(terms))
    back = _strength(targets, links.links, len(terms))
    overlap = links.links / np.sqrt(links.left_pieces.astype(float) * links.right_pieces)
    strong = (links.stories >= LEAST_STORIES) & (links.ratio >= _LEAST_RATIO) & (overlap >= _LEAST_OVERLAP)
    strong &= (strength >= _LEAST_STRENGTH) & (back >= _LEAST_STRENGTH)
    order = np.flatnonzero(strong)
    order = order[np.lexsort((targets[order], -strength[order], sources[order]))]
    rank = np.arange(len(order)) - np.searchsorted(sources[order], sources[order])
    for number in order[rank < _MAX_TRANSLATIONS].tolist():
        yield Pair(terms[sources[number]], terms[targets[number]], float(strength[number]), int(links.stories[number]))


def _strength(sources: Array, links: Array, terms: int) -> Array:
    """Return which share of its links a term has with each other; half a one, to nothing, keeps few of them modest."""
    strength: Array = links / (np.bincount(sources, weights=links, minlength=terms)[sources] + 0.5)
    return strength
