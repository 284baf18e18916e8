"""Inversion: sorting, marks, paragraphs."""

import numpy as np
import pytest
from archives import LAYOUT, document
from hypothesis import given, settings
from hypothesis import strategies as st

from search.columnar.arrays import write_arrays
from search.columnar.document import PARAGRAPH_GAP
from search.columnar.invert import SegmentBuilder, sorted_occurrences
from search.columnar.segment import Segment

numbers = st.integers(0, 2**21)


@given(
    st.lists(st.tuples(numbers, numbers, numbers)),
    st.sampled_from([0, 2**22 - 1, 2**40]),  # the widest fit 64 bits together, just, or not
)
def test_occurrences_are_sorted_by_term_document_and_position(entries, widest):
    entries = [*entries, (widest, 1, 2)]
    found = sorted_occurrences(*(np.array(column, dtype=np.int64) for column in zip(*entries, strict=True)))
    assert list(zip(*(column.tolist() for column in found), strict=True)) == sorted(entries)


def segment_of(tmp_path, documents):
    builder = SegmentBuilder(LAYOUT)
    for each in documents:
        builder.add(each)
    return Segment(tmp_path / "s", write_arrays(tmp_path / "s", builder.arrays())[0], LAYOUT)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 127, 128, 129, 400])
def test_positions_of_every_posting_are_found(tmp_path, count):
    """Each document has the word as often as its number says (at most 7), so that marks and sums matter."""
    segment = segment_of(tmp_path, [document(str(n), "кит " * (n % 7 + 1)) for n in range(count)])
    body, term = segment.text["body"], segment.term("кит".encode())
    for n in range(count):
        assert body.positions_of(n) == list(range(n % 7 + 1))
    occurrences = body.occurrences(term)
    assert occurrences.documents.tolist() == [n for n in range(count) for _ in range(n % 7 + 1)]
    assert occurrences.positions.tolist() == [place for n in range(count) for place in range(n % 7 + 1)]


@settings(deadline=None, max_examples=30)
@given(texts=st.lists(st.lists(st.integers(0, 4), max_size=4), min_size=1, max_size=4))
def test_paragraphs_begin_where_their_first_words_stand(tmp_path_factory, texts):
    documents = [
        document(str(n), text={"body": [[(f"{n}.{p}.{w}",) for w in range(words)] for p, words in enumerate(text)]})
        for n, text in enumerate(texts)
    ]
    segment = segment_of(tmp_path_factory.mktemp("segment"), documents)
    for n, text in enumerate(texts):
        starts = segment.text["body"].paragraph_starts(n)
        assert starts == [sum(words + PARAGRAPH_GAP for words in text[:p]) for p in range(len(text))]
        for p, words in enumerate(text):
            for w in range(words):
                occurrences = segment.text["body"].occurrences(segment.term(f"{n}.{p}.{w}".encode()))
                assert occurrences.positions.tolist() == [starts[p] + w]


def test_a_term_of_one_field_has_no_postings_in_another(tmp_path):
    segment = segment_of(tmp_path, [document("a", text={"title": [[("кит",)]], "body": [[("ки",)]]})])
    term = segment.term("кит".encode())
    assert segment.text["title"].has(term) and not segment.text["body"].has(term)
    assert len(segment.text["body"].postings(range(term, term + 1)).documents) == 0
