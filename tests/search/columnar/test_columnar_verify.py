"""Verification: a sound index has no problems, and whatever is changed in one is found."""

import json
import random
import zlib

import numpy as np
import pytest
from archives import ANALYSIS, LAYOUT, document, write

from search.columnar.arrays import read_arrays, write_arrays
from search.columnar.commit import COMMIT_NAME, read_commit
from search.columnar.verify import verify_index
from search.columnar.writer import Writer


@pytest.fixture
def index(tmp_path):
    """Return the folder of an index of two segments, each with deletions."""
    words = ["кит", "ки", "a", "ab", "abc", "b", "кит", "кит"]
    batches = [
        [document(f"{batch}{n}", " ".join(words[n:]), keywords={"tag": (str(n),)}) for n in range(4)]
        for batch in range(2)
    ]
    write(tmp_path, *batches)
    with Writer(tmp_path, LAYOUT, ANALYSIS) as writer:
        writer.delete("01")
        writer.delete("11")
        writer.commit()
    return tmp_path


def files(index):
    return sorted(entry.name for entry in read_commit(index).files())


def rewrite(index, change, suffix=".segment"):
    """Change the arrays of the first file, and the commit with it, as a faulty program would."""
    data = json.loads((index / COMMIT_NAME).read_bytes())
    entry = data["segments"][0]["file" if suffix == ".segment" else "deletions"]
    path = index / entry["name"]
    arrays = {name: np.array(array) for name, array in read_arrays(path, entry["size"]).items()}
    change(arrays)
    path.unlink()
    entry["size"], entry["checksum"] = write_arrays(path, arrays)
    data.pop("checksum")
    data["checksum"] = zlib.crc32(json.dumps(data, sort_keys=True).encode())
    (index / COMMIT_NAME).write_text(json.dumps(data))


def test_sound_index_has_no_problems(index):
    found = verify_index(index)
    assert found.problems == ()
    assert found.files == 4 and found.documents == 8 and found.generation == 4
    assert found.bytes == sum((index / name).stat().st_size for name in files(index))


def test_every_sampled_changed_byte_is_found(index):
    for name in files(index):
        whole = (index / name).read_bytes()
        for place in {0, len(whole) - 1, *random.sample(range(len(whole)), 25)}:
            changed = bytearray(whole)
            changed[place] ^= 1 << random.randrange(8)
            (index / name).write_bytes(changed)
            assert any(problem.startswith(name) for problem in verify_index(index).problems), (name, place)
        (index / name).write_bytes(whole)
    assert verify_index(index).problems == ()


def test_every_truncated_longer_or_missing_file_is_found(index):
    for name in files(index):
        whole = (index / name).read_bytes()
        for content in (b"", whole[:-1], whole + b"\0"):
            (index / name).write_bytes(content)
            assert any(problem.startswith(f"{name}: ") for problem in verify_index(index).problems)
        (index / name).unlink()
        assert any(problem.startswith(f"{name}: cannot be read") for problem in verify_index(index).problems)
        (index / name).write_bytes(whole)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda a: a.update(deleted=np.array([4], dtype="<u4")), "names a document that does not exist"),
        (lambda a: a.update(deleted=np.array([1.5], dtype="<f4")), "not a file of deletions"),
        (lambda a: a.clear(), "not a file of deletions"),
    ],
)
def test_wrong_deletions_are_found(index, change, says):
    rewrite(index, change, ".deleted")
    assert any(says in problem for problem in verify_index(index).problems)


def test_document_that_was_not_deleted_when_it_was_replaced_is_found(tmp_path):
    write(tmp_path, [document("a", "1"), document("b", "1")], [document("a", "2")])
    rewrite(tmp_path, lambda arrays: arrays.update(deleted=np.array([1], dtype="<u4")), ".deleted")
    (problem,) = verify_index(tmp_path).problems
    assert "the id 'a' is there more than once" in problem


def set_item(name, place, value):
    def change(arrays):
        arrays[name][place] = value

    return change


def shorten(name):
    def change(arrays):
        arrays[name] = arrays[name][:-1]

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (set_item("terms", 0, 255), "the terms are out of order"),
        (set_item("terms.buckets", 1, 9), "the terms cannot all be found"),
        (set_item("text.body.documents", -1, 9), "postings of body name a document that does not exist"),
        (set_item("text.body.positions", -1, 0), "positions of body are out of order"),
        (set_item("text.body.documents", 0, 3), "postings of body are out of order"),
        (set_item("text.body.frequencies", 0, 9), "positions of body do not fit"),
        (set_item("text.body.frequencies", 0, 0), "frequencies of body do not fit"),
        (set_item("text.body.positions.marks", 0, 1), "positions of body do not fit"),
        (set_item("text.body.paragraphs", 0, 1), "paragraphs of body do not fit"),
        (set_item("ids", 0, 255), "the ids cannot all be found"),
        (set_item("keywords.tag.ordinals", 0, 99), "tag names a value that does not exist"),
        (set_item("keywords.tag.starts", -1, 99), "values of tag do not fit"),
        (set_item("stored", 10, 255), "do not fit together"),
        (shorten("text.body.lengths"), "lengths of body do not fit"),
        (shorten("text.body.postings"), "do not fit together"),
        (shorten("text.body.paragraphs.ends"), "paragraphs of body do not fit"),
        (shorten("moments.published"), "moments 'published' do not fit"),
        (shorten("ids.ends"), "ids do not fit"),
        (shorten("cards.ends"), "cards do not fit"),
        (shorten("stored.ends"), "stored articles do not fit"),
        (shorten("digests"), "3 documents instead of 4"),
        (lambda arrays: arrays.pop("digests"), "lacks the array 'digests'"),
    ],
)
def test_nonsense_with_sound_checksums_is_found(index, change, says):
    rewrite(index, change)
    problems = verify_index(index).problems
    assert any(says in problem for problem in problems), problems
