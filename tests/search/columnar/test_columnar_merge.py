"""Merging: a merged segment is what would have been written had the living documents come at once."""

import tempfile
from itertools import pairwise
from pathlib import Path
from unittest import mock

import numpy as np
from archives import ANALYSIS, IDS, LAYOUT, document, documents, ids_by_number, stored_by_id, write
from hypothesis import given, settings
from hypothesis import strategies as st

from search.columnar import merge, merge_policy
from search.columnar.arrays import write_arrays
from search.columnar.commit import read_commit
from search.columnar.invert import SegmentBuilder
from search.columnar.merge import merged_arrays
from search.columnar.segment import Segment
from search.columnar.snapshot import open_snapshot
from search.columnar.verify import verify_index
from search.columnar.writer import Writer


def arrays_of(batch):
    builder = SegmentBuilder(LAYOUT)
    for each in batch:
        builder.add(each)
    return builder.arrays()


@settings(max_examples=60, deadline=None)
@given(
    batch=st.lists(documents(), unique_by=lambda each: each.id, max_size=len(IDS)),
    cuts=st.lists(st.integers(0, len(IDS)), max_size=3),
    deleted=st.sets(st.sampled_from(IDS)),
    at_once=st.sampled_from([1, 2, 7, 8_000_000]),
)
def test_merged_segment_equals_the_one_written_at_once(batch, cuts, deleted, at_once):
    edges = sorted({0, len(batch), *(min(cut, len(batch)) for cut in cuts)})
    parts = [batch[start:end] for start, end in pairwise(edges)] or [[]]
    with tempfile.TemporaryDirectory() as folder:
        segments = []
        for number, part in enumerate(parts):
            path = Path(folder) / str(number)
            segments.append(Segment(path, write_arrays(path, arrays_of(part))[0], LAYOUT))
        alive = [np.array([each.id not in deleted for each in part], dtype=bool) for part in parts]
        with mock.patch.object(merge, "POSTINGS_AT_ONCE", at_once):  # ranges of terms of every size
            merged = merged_arrays(segments, alive, LAYOUT)
    expected = arrays_of(each for each in batch if each.id not in deleted)
    assert sorted(merged) == sorted(expected)
    for name, array in expected.items():
        assert merged[name].dtype.kind == array.dtype.kind, name
        assert merged[name].tolist() == array.tolist(), name


def test_many_commits_become_few_segments_and_nothing_is_lost(tmp_path):
    with Writer(tmp_path, LAYOUT, ANALYSIS) as writer:
        for number in range(70):
            writer.put(document(f"{number:02d}", "кит"))
            writer.put(document("same", f"a {number}"))
            writer.commit()
    assert len(read_commit(tmp_path).segments) < 2 * merge_policy.MERGE_FACTOR
    expected = {f"{number:02d}": f"{number:02d}: кит".encode() for number in range(70)}
    assert stored_by_id(tmp_path) == expected | {"same": b"same: a 69"}
    assert verify_index(tmp_path).problems == ()


def test_terms_of_deleted_documents_do_not_survive_a_merge(tmp_path, monkeypatch):
    monkeypatch.setattr(merge_policy, "MERGE_FACTOR", 2)
    write(tmp_path, [document("1", "таємниця кит"), document("2", "кит")])
    with Writer(tmp_path, LAYOUT, ANALYSIS) as writer:
        writer.delete("1")
        writer.put(document("3", "a"))
        writer.commit()
    snapshot = open_snapshot(tmp_path)
    assert ids_by_number(snapshot) == ["2", "3"]
    assert [term.decode() for term in snapshot.segments[0].vocabulary(["body"])] == ["a", "кит"]


def test_damaged_segment_is_not_merged_into_a_sound_looking_one(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(merge_policy, "MERGE_FACTOR", 3)
    write(tmp_path, [document("1", "кит")], [document("2", "кит")])
    file = read_commit(tmp_path).segments[0].file.name
    content = bytearray((tmp_path / file).read_bytes())
    content[-1] ^= 1
    (tmp_path / file).write_bytes(content)
    write(tmp_path, [document("3", "кит")])
    assert "not merged" in caplog.text and file in caplog.text and "visti verify" in caplog.text
    assert len(read_commit(tmp_path).segments) == 3
    assert verify_index(tmp_path).problems == (f"{file}: the checksum is wrong, its content was changed",)
