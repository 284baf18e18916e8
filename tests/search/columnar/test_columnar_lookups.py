"""What is read of a few terms and groups together is what reading one after another gives, deletions and all."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from archives import WORDS, documents, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.columnar import lookups
from search.columnar.lookups import Lookups
from search.columnar.snapshot import Snapshot, open_snapshot

FIELDS = ("title", "body")
BATCHES = st.lists(documents(), min_size=1, max_size=8, unique_by=lambda each: each.id)
SLOWLY = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def having(snapshot: Snapshot, term: str, field: str) -> set[int]:
    """Return the living documents that have a term in a field."""
    return set(snapshot.postings(field, term).documents.tolist())


@SLOWLY
@given(st.lists(BATCHES, min_size=1, max_size=4), st.sampled_from((0, 1, 2, 10**9)))
def test_terms_looked_up_together(batches, few):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        write(Path(folder), *batches)
        patched.setattr(lookups, "_FEW_POSTINGS", few)
        snapshot, terms = open_snapshot(Path(folder)), [*WORDS, "nowhere", WORDS[0]]
        found = Lookups(snapshot, terms)
        counts, least = found.posting_counts(FIELDS), found.least_counts(FIELDS)
        for term in terms:
            pieces = [piece for field in snapshot.term_postings(term, FIELDS) for piece in field]
            joined = [base + number for base, numbers, _ in pieces for number in numbers.tolist()]
            assert sorted(found.joined([term], FIELDS).tolist()) == sorted(joined)
            assert counts[term] == len(joined)
            in_fields = [having(snapshot, term, field) for field in FIELDS]
            exact = len(set.union(*in_fields))
            assert least[term] <= exact
            if (few and snapshot.alive_count == snapshot.size) or few == 10**9:
                by_segment = [sum(base <= n < base + len(segment) for n in each) for base, segment
                              in snapshot.based_segments() for each in in_fields]  # fmt: skip
                assert least[term] == sum(max(by_segment[at : at + 2]) for at in range(0, len(by_segment), 2))
        some = [term for term in terms if term != "b"]
        union = set.union(*(having(snapshot, term, field) for term in some for field in FIELDS))
        assert found.documents(some, FIELDS).tolist() == sorted(union)
        assert found.documents([], FIELDS).tolist() == []


@SLOWLY
@given(st.lists(BATCHES, min_size=1, max_size=4))
def test_members_of_a_group_read_from_segments(batches):
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), *batches)
        snapshot = open_snapshot(Path(folder))
        for document in np.flatnonzero(snapshot.alive).tolist():
            assert snapshot.members_read(document) == snapshot.members(document)
