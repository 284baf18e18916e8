"""
Write search/language/data/queries/letter_pairs.txt: how often one letter follows another in each language.

The sample archive and the documentation are the source, because they are the project's own. A hundred thousand letters
of a language are enough for the use that is made of the table: telling words from what comes out of the wrong keys.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
TABLE = ROOT / "search" / "language" / "data" / "queries" / "letter_pairs.txt"

_LETTERS = {"uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'", "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "en": "a-z'"}
_HEADING = """\
# How often a letter is followed by another in the sample archive; ^ stands before a word and after it.
# Language, letter, and each letter that follows with its count. Written by benchmarks/letters.py.
"""


def texts(language: str) -> Iterator[str]:
    """Yield the sample articles of a language, and for English the documentation too."""
    for path in sorted((ROOT / "examples" / "archive").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            article = json.loads(line)
            if article["language"] == language:
                yield from (article["title"], article.get("lead") or "", article.get("body") or "")
    if language == "en":
        yield from (re.sub(r"```.*?```|`[^`]*`", " ", path.read_text(encoding="utf-8"), flags=re.S) for path in DOCS)


def pairs(language: str, sources: Iterable[str]) -> dict[str, Counter[str]]:
    """Return the letters that follow each letter."""
    found: dict[str, Counter[str]] = {}
    for text in sources:
        for word in re.findall(rf"(?<![^\W_])[{_LETTERS[language]}]+(?![^\W_])", text.lower().replace("’", "'")):
            marked = f"^{word.strip(chr(39))}^"
            for first, second in pairwise(marked):
                found.setdefault(first, Counter())[second] += 1
    return found


def main() -> None:
    """Write the table."""
    rows = [
        "\t".join((language, first, " ".join(f"{letter}{count}" for letter, count in sorted(following.items()))))
        for language in _LETTERS
        for first, following in sorted(pairs(language, texts(language)).items())
    ]
    TABLE.write_text(_HEADING + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
