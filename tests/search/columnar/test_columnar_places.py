"""Places: the positions at which a leaf stands, as a look at every position of the documents finds them."""

import tempfile
from itertools import pairwise, product
from pathlib import Path

from archives import LAYOUT, WORDS, document, documents, ids_by_number, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import text_of

from search.columnar.document import Document
from search.columnar.places import PlacedLeaf, Places, sequences
from search.columnar.snapshot import open_snapshot
from search.query import leaves

word = st.sampled_from((*WORDS, "absent"))
forms = st.lists(st.builds(leaves.Form, word), max_size=3).map(tuple)
beginning = st.sampled_from(("", "a", "ab", "к", "uk:", "uk:к", "z"))
fields = st.just(LAYOUT.text)
placed_leaves = st.one_of(
    st.builds(leaves.Word, fields, forms),
    st.builds(leaves.Sequence, fields, st.lists(forms, min_size=1, max_size=3).map(tuple), st.integers(0, 4)),
    st.builds(leaves.Beginning, fields, beginning, st.lists(beginning.filter(bool), max_size=2).map(tuple)),
)


def positions_of(query: PlacedLeaf, document: Document, field: str) -> list[int]:
    """Return the positions of a leaf, found by looking at every position."""
    text = text_of(document, field)
    match query:
        case leaves.Word():
            wanted = {form.term for form in query.forms}
            return [position for position, terms in text if wanted & set(terms)]
        case leaves.Beginning():
            return [
                position
                for position, terms in text
                if any(term.startswith(query.text) and not term.startswith(query.without) for term in terms)
            ]
        case leaves.Sequence():
            places = [[p for p, terms in text if any(form.term in terms for form in slot)] for slot in query.slots]
            return sorted({place for first, last in nearest(places, query.slop) for place in range(first, last + 1)})


def nearest(slots: list[list[int]], slop: int) -> list[tuple[int, int]]:
    """Return the shortest sequence from every first word, trying every choice of positions."""
    ends: dict[int, int] = {}
    for chosen in product(*slots):
        ascending = all(left < right for left, right in pairwise(chosen))
        if ascending and chosen[-1] - chosen[0] + 1 - len(chosen) <= slop:
            ends[chosen[0]] = min(chosen[-1], ends.get(chosen[0], chosen[-1]))
    return sorted(ends.items())


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    batches=st.lists(st.lists(documents(), min_size=1, max_size=5), min_size=1, max_size=3),
    queries=st.lists(placed_leaves, min_size=1, max_size=4),
)
def test_places_are_those_of_the_documents(batches: list[list[Document]], queries: list[PlacedLeaf]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "index", *batches)
        snapshot = open_snapshot(Path(folder) / "index")
        last = {each.id: each for batch in batches for each in batch}
        living = [(n, last[i]) for n, i in enumerate(ids_by_number(snapshot)) if snapshot.alive[n]][::-1]
        for query, field in product(queries, LAYOUT.text):
            found = Places(snapshot, [number for number, _ in living]).of(query, field)
            assert found == [positions_of(query, each, field) for _, each in living]


def test_places_behind_many_postings(tmp_path: Path) -> None:
    many = [document(f"{number:03}", "b a " * (number % 5 + 1)) for number in range(300)]
    write(tmp_path / "index", many)
    snapshot = open_snapshot(tmp_path / "index")
    asked = [299, 0, 63, 64, 65, 127, 128]
    found = Places(snapshot, asked).of(leaves.Word(("body",), (leaves.Form("a"),)), "body")
    assert found == [list(range(1, 2 * (number % 5 + 1), 2)) for number in asked]


@given(
    slots=st.lists(st.lists(st.integers(0, 20), unique=True, max_size=6).map(sorted), min_size=1, max_size=3),
    slop=st.integers(0, 5),
)
def test_sequences_are_the_shortest_from_each_first_word(slots: list[list[int]], slop: int) -> None:
    assert list(sequences(slots, slop)) == nearest(slots, slop)
