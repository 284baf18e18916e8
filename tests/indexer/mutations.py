"""Damage to files, as networks, editors and enemies do it."""

import random
from collections.abc import Iterator


def mutations(content: bytes, name: str, count: int) -> Iterator[bytes]:
    """Yield ``count`` damaged versions of a file, the same every time."""
    for number in range(count):
        yield mutated(content, random.Random(f"{name} {number}"))


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Return a file with one to four damages: cut, bytes changed, a stretch doubled, taken out, or nested in itself."""
    for _ in range(chance.randint(1, 4)):
        start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
        content = chance.choice(
            [
                content[:end],
                content[:start] + chance.randbytes(min(end - start, 40)) + content[end:],
                content[:end] + content[start:end] + content[end:],
                content[:start] + content[end:],
                content[:start] + content[start : start + 30] * chance.randint(2, 400) + content[start:],
            ]
        )
    return content
