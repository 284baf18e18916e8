"""The memory of what was worked out lately: what it gives back, what it forgets, and how large it gets."""

from hypothesis import given
from hypothesis import strategies as st

from search.columnar.recent import Recent

ROOM = 10
STEPS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, ROOM + 2) | st.none()), max_size=40)


@given(steps=STEPS)
def test_a_memory_keeps_what_was_asked_for_last_and_fits(steps):
    recent: Recent[str, str] = Recent(ROOM)
    plain: dict[str, int] = {}  # the sizes, in the order in which they were asked for
    for key, size in steps:
        if size is None:
            assert recent.get(key) == (f"{key}{plain[key]}" if key in plain else None)
            if key in plain:
                plain[key] = plain.pop(key)
        else:
            recent.keep(key, f"{key}{size}", size)
            plain.pop(key, None)
            if size <= ROOM:
                plain[key] = size
            while sum(plain.values()) > ROOM:
                del plain[next(iter(plain))]
        assert (recent.size, len(recent)) == (sum(plain.values()), len(plain))
        assert recent.size <= ROOM
