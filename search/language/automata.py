"""
Reading the word automata in which pymorphy3's dictionaries are kept, several times faster than through the library.

Decides how a word leads to its records, no more; what they mean is decided in ``dictionaries``. The files are
double-array automata as dawgdic (https://code.google.com/archive/p/dawgdic) writes them: the number of units, units of
four bytes, the same number again, and two bytes for each unit that say where a listing goes on.
"""

import functools
import struct
from array import array
from binascii import a2b_base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

# The parts of a unit: in the lowest byte the label of the transition that leads to it; whether a value follows; and the
# distance to what follows, counted in 256 if a bit says so. The highest bit marks a value, which is all the rest.
_IS_FOLLOWED_BY_VALUE = 0x100
_COUNTS_IN_256 = 0x200
_DISTANCE_BITS = 10
_VALUE = 0x7FFFFFFF
_IS_VALUE = 0x80000000

_COUNT = np.dtype("<u4")
_BYTES = [bytes((label,)) for label in range(256)]

# How UTF-8 writes a letter of Cyrillic: in two bytes, of which the first is no less than this.
_FIRST_OF_TWO_BYTES = 0xC0
_JOINTS = b"'-"

_ROOT = 0
_BEFORE_RECORD = b"\x01"

# Forms of one paradigm end in the same node, so few nodes serve a whole archive: 300 articles need some 9,000 of the
# 145,000 that a dictionary has. A node's records take 420 bytes.
REMEMBERED_NODES = 16_384

REMEMBERED_SPELLINGS = 64


class Automaton:
    """
    Keys and the values at their ends. Nodes are numbers; 0 is the root, and also says that a key leads nowhere.

    Raises ``ValueError`` for a file that is cut short or of another kind.
    """

    def __init__(self, path: Path) -> None:
        units, self._guide = _units_and_guide(path)
        values = units >= _IS_VALUE
        # Distances and labels apart: a step takes three quarters of the time that it takes to read them from one unit.
        # A value has the label 0, which no key has, so no key leads into one.
        labels = units.astype(np.uint8)
        labels[values] = 0
        self._labels = labels.tobytes()
        self._ends = ((units & _IS_FOLLOWED_BY_VALUE) != 0).tobytes()
        distances = units >> _DISTANCE_BITS
        distances <<= (units & _COUNTS_IN_256) >> 6
        distances[values] = units[values] & _VALUE
        self._next = array("I")
        self._next.frombytes(distances.view(np.uint8).data)

    def follow(self, key: bytes, node: int = _ROOT) -> int:
        """Return the node that a key without a byte 0 leads to from another node, or 0."""
        distances, labels = self._next, self._labels
        for label in key:
            node ^= distances[node] ^ label
            if labels[node] != label:
                return 0
        return node

    def value(self, node: int) -> int | None:
        """Return the value of the key that leads to a node, or None."""
        return self._next[node ^ self._next[node]] if self._ends[node] else None

    def keys(self, node: int) -> list[bytes]:
        """Return the keys that lead on from a node, in the order of the file."""
        distances, ends, guide = self._next, self._ends, self._guide
        found: list[bytes] = []
        untaken = [(node, guide[2 * node], b"")]
        while untaken:
            node, label, key = untaken.pop()
            while label:
                following = node ^ distances[node] ^ label
                beside = guide[2 * following + 1]
                if beside:
                    untaken.append((node, beside, key))
                node, label, key = following, guide[2 * following], key + _BYTES[label]
                if ends[node]:
                    found.append(key)
        return found

    def letters(self, node: int) -> list[tuple[str, int]]:
        """Return the Cyrillic letters, apostrophes and hyphens that lead on from a node, and where each leads."""
        distances, guide = self._next, self._guide
        found: list[tuple[str, int]] = []
        first = guide[2 * node]
        while first:
            child = node ^ distances[node] ^ first
            second = guide[2 * child] if first >= _FIRST_OF_TWO_BYTES else 0
            while second:
                grandchild = child ^ distances[child] ^ second
                found.append((chr((first & 0x1F) << 6 | second & 0x3F), grandchild))
                second = guide[2 * grandchild + 1]
            if first in _JOINTS:
                found.append((chr(first), child))
            first = guide[2 * child + 1]
        return found


def _units_and_guide(path: Path) -> tuple[npt.NDArray[np.uint32], bytes]:
    """Return the units (u4) of a file and its guide, which may be empty where there are no keys."""
    data = path.read_bytes()
    count = int(np.frombuffer(data, _COUNT, 1)[0]) if len(data) >= 4 else 0
    rest = len(data) - 4 * (count + 2)
    if not count or rest not in (0, 2 * count):
        raise ValueError(f"{path} is no automaton that this program can read; install the dictionaries anew")
    return np.frombuffer(data, _COUNT, count, 4), data[len(data) - rest :] if rest else b""


class Records(Automaton):
    """
    Words and their records, found also where the word is spelled with a letter in place of another.

    The library's units use it in place of its own class, so ``similar_items`` and ``similar_item_values`` are named and
    called as there; the compiled substitutes that they are given are those in ``substitutes``.
    """

    def __init__(self, path: Path, record: str, substitutes: dict[str, str]) -> None:
        super().__init__(path)
        self._unpack = struct.Struct(record).unpack
        ((self._typed, self._meant),) = substitutes.items()
        self._typed_bytes, self._meant_bytes = self._typed.encode(), self._meant.encode()
        # Names look a word up right after lemmas did.
        self.spellings = functools.lru_cache(REMEMBERED_SPELLINGS)(self.find_spellings)
        self.records = functools.lru_cache(REMEMBERED_NODES)(self.read_records)

    def ends_word(self, node: int) -> bool:
        """Say whether a word ends at a node."""
        return bool(self.follow(_BEFORE_RECORD, node))

    def find_spellings(self, word: str) -> tuple[tuple[str, int], ...]:
        """
        Return the spellings of a word that there are, each with the node of its records; the word itself first.

        ``spellings`` does so and remembers the last ones.
        """
        first, *others = word.split(self._typed)
        node = self.follow(first.encode())
        return tuple(self._spellings(first, node, others)) if node or not first else ()

    def _spellings(self, spelled: str, node: int, parts: list[str]) -> list[tuple[str, int]]:
        """Go on from what was spelled so far, with the parts of the word that a substitutable letter opens."""
        found: list[tuple[str, int]] = []
        for place, part in enumerate(parts):
            encoded = part.encode()
            meant = self.follow(self._meant_bytes + encoded, node)
            if meant:
                found += self._spellings(spelled + self._meant + part, meant, parts[place + 1 :])
            node = self.follow(self._typed_bytes + encoded, node)
            if not node:
                return found
            spelled += self._typed + part
        node = self.follow(_BEFORE_RECORD, node)
        if node:
            found.insert(0, (spelled, node))
        return found

    def similar_items(self, word: str, _substitutes: Any = None) -> list[tuple[str, tuple[tuple[int, ...], ...]]]:
        """Return the spellings of a word that there are with their records."""
        return [(spelled, self.records(node)) for spelled, node in self.spellings(word)]

    def similar_item_values(self, word: str, _substitutes: Any = None) -> list[tuple[tuple[int, ...], ...]]:
        """Return the records of the spellings of a word that there are."""
        return [self.records(node) for _, node in self.spellings(word)]

    def read_records(self, node: int) -> tuple[tuple[int, ...], ...]:
        """Return the records behind a node; ``records`` does so and remembers them."""
        return tuple(self._unpack(a2b_base64(key)) for key in self.keys(node))


class Shares(Automaton):
    """How often a word form has a tag, written in millionths behind ``word:tag``."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._node = functools.lru_cache(1)(self._node_of_word)  # the library asks for one tag after another

    def prob(self, word: str, tag: Any) -> float:
        """Return the share of a tag, from 0 to 1; 0 where the corpus has not seen the two together."""
        node = self._node(word)
        return self._share(node, tag) if node else 0.0

    def shares(self, word: str, tags: Sequence[Any]) -> list[float]:
        """Return the share of each of several tags."""
        node = self._node(word)
        return [self._share(node, tag) for tag in tags] if node else [0.0] * len(tags)

    def _node_of_word(self, word: str) -> int:
        return self.follow(f"{word}:".encode())

    def _share(self, node: int, tag: Any) -> float:
        end = self.follow(str(tag).encode(), node)
        return (self.value(end) or 0) / 1_000_000 if end else 0.0
