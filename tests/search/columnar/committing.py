"""
A process that commits until it is killed: ``python committing.py INDEX FIRST``.

Commit number n (from FIRST) puts documents ``n`` and ``shared``, and deletes document ``n - 10``. After each commit its
number is announced on standard output.
"""

import itertools
import sys
from pathlib import Path

from archives import ANALYSIS, LAYOUT, document

from search.columnar.writer import Writer

KEPT = 10


def main() -> None:
    """Commit for ever."""
    with Writer(Path(sys.argv[1]), LAYOUT, ANALYSIS) as writer:
        for number in itertools.count(int(sys.argv[2])):
            writer.put(document(str(number), "кит a"))
            writer.put(document("shared", str(number)))
            writer.delete(str(number - KEPT))
            writer.commit()
            print(number, flush=True)


if __name__ == "__main__":
    main()
