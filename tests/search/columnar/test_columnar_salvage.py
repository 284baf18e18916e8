"""Repair: whatever is damaged, the index is sound afterwards, and nothing that could be read is lost."""

import os
import random
import shutil
import zlib
from datetime import date

import numpy as np
import pytest
from archives import ANALYSIS, LAYOUT, document, kept_files, stored_by_id

from search.columnar import salvage
from search.columnar.arrays import write_arrays
from search.columnar.commit import BACKUP_NAME, COMMIT_NAME, publish_commit, read_backup, read_commit
from search.columnar.remains import Remains
from search.columnar.salvage import Contents, Named, Outcome, repair_index
from search.columnar.verify import verify_index
from search.columnar.writer import Writer
from search.errors import CommitFailed, IndexDamaged, IndexMissing, IndexOutdated

TODAY = date(2026, 11, 1)
FOLDER = "damaged-2026-11-01"
# More damages: VISTI_DAMAGES=2000 pytest tests/search/columnar/test_columnar_salvage.py
DAMAGES = int(os.environ.get("VISTI_DAMAGES", "25"))
# Where the stored documents are, in every format: a change elsewhere must not lose any.
STORED = ("stored", "stored.blocks", "stored.dictionary")


def stored_as(identifier, words):
    return f"{identifier}: {words}\n".encode()


def line(identifier, words=""):
    """Return a document that can be told from its stored line."""
    stored = stored_as(identifier, words)
    return document(identifier, words, stored=stored, digest=zlib.crc32(stored))


def named(card):
    if not card:
        raise ValueError("no card")
    return Named(card.decode(errors="replace"), "")


CONTENTS = Contents(
    split=lambda stored: stored.splitlines(keepends=True),
    digest=zlib.crc32,
    document=lambda stored: line(*stored.decode().rstrip("\n").split(": ", 1)),
    named=named,
)


def build(path, merged=False):
    """Make an index of four segments with replaced and deleted documents; return what is in it."""
    expected = {}
    with Writer(path, LAYOUT, ANALYSIS, wait_seconds=0.1) as writer:
        for batch in range(4):
            for number in range(40):
                words = " ".join(random.choices(("кит", "ки", "a", "ab"), k=5)) + f" {random.random()}"
                expected[f"{batch}-{number}"] = stored_as(f"{batch}-{number}", words)
                writer.put(line(f"{batch}-{number}", words))
            if batch:
                for number in range(0, 40, 9):
                    expected[f"{batch - 1}-{number}"] = stored_as(f"{batch - 1}-{number}", f"again {batch}")
                    writer.put(line(f"{batch - 1}-{number}", f"again {batch}"))
            writer.commit()
        for identifier in ("0-1", "1-2", "3-3"):
            writer.delete(identifier)
            del expected[identifier]
        writer.commit()
        writer.put(line("last", "кит"))
        expected["last"] = stored_as("last", "кит")
        writer.commit()
    return expected


@pytest.fixture
def index(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def expected(index):
    return build(index)


def repaired(index):
    result = repair_index(index, LAYOUT, ANALYSIS, CONTENTS, TODAY, wait_seconds=0.1)
    assert result.problems == [] and verify_index(index).problems == ()
    assert result.articles == len(stored_by_id(index))
    assert result.generation == read_commit(index).generation
    return result


def flip(path, place=None):
    content = bytearray(path.read_bytes())
    place = random.randrange(len(content)) if place is None else place
    content[place] ^= 1 << random.randrange(8)
    path.write_bytes(content)
    return place


def segment_files(index):
    return [index / entry.file.name for entry in read_commit(index).segments]


def stored_range(path):
    """Return the bytes of a segment in which its stored documents are."""
    places = Remains(path)._places
    found = [places[name] for name in STORED if name in places]
    return range(min(place.start for place in found), max(place.start + place.length for place in found))


def postings_byte(path):
    """Return a byte of a segment that is in its postings, not in what is stored."""
    return Remains(path)._places["text.body.documents"].start


def test_sound_index_is_left_alone(index, expected):
    before = {file.name: file.read_bytes() for file in index.iterdir()}
    assert repaired(index).outcome is Outcome.SOUND
    assert {file.name: file.read_bytes() for file in index.iterdir()} == before


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[[["], ids=["missing", "empty", "object", "cut"])
def test_broken_commit_is_restored_from_its_backup(index, expected, content):
    before = read_commit(index)
    (index / COMMIT_NAME).unlink()
    if content is not None:
        (index / COMMIT_NAME).write_bytes(content)
    result = repaired(index)
    assert result.outcome is Outcome.RESTORED and result.lost == 0
    assert read_commit(index) == before and stored_by_id(index) == expected
    assert (content is None) == (not (index / FOLDER).exists())
    if content is not None:
        assert (index / FOLDER / COMMIT_NAME).read_bytes() == content


def test_backup_from_before_the_last_commit_loses_nothing_of_it(index, expected):
    """The crash that can come between the switch and the backup, and then a broken disk."""
    old = (index / BACKUP_NAME).read_bytes()
    with Writer(index, LAYOUT, ANALYSIS) as writer:
        writer.put(line("newest", "кит"))
        writer.put(line("last", "again"))
        writer.commit()
    (index / BACKUP_NAME).write_bytes(old)
    (index / COMMIT_NAME).unlink()
    result = repaired(index)
    assert result.outcome is Outcome.SALVAGED and result.lost == 0
    new = {"newest": stored_as("newest", "кит"), "last": stored_as("last", "again")}
    assert stored_by_id(index) == expected | new


def test_neither_commit_nor_backup_needs_only_the_files(index, expected):
    (index / COMMIT_NAME).unlink()
    (index / BACKUP_NAME).write_bytes(b"rubbish")
    result = repaired(index)
    assert stored_by_id(index) == expected  # files of deletions name their segment
    assert result.brought_back == len(expected) and result.lost == 0
    assert sorted(result.deletions_lost) == sorted(name for name in result.moved if name.endswith(".segment"))


def test_damaged_segment_gives_back_all_that_can_be_read(index, expected):
    path = segment_files(index)[1]
    flip(path, postings_byte(path))  # not in what is stored
    before = path.read_bytes()
    result = repaired(index)
    assert result.outcome is Outcome.SALVAGED and result.lost == 0 and result.moved == [path.name]
    assert stored_by_id(index) == expected
    assert (result.moved_to / path.name).read_bytes() == before and not path.exists()
    assert result.brought_back == sum(key.startswith("1-") and b"again" not in expected[key] for key in expected) + 5


def test_lost_articles_are_counted_and_named(index, expected):
    path = segment_files(index)[2]
    flip(path, stored_range(path)[len(stored_range(path)) // 8])
    result = repaired(index)
    left = stored_by_id(index)
    assert 0 < result.lost == len(expected) - len(left) == len(result.lost_articles)
    assert {each.id for each in result.lost_articles} == expected.keys() - left.keys()
    assert left.items() <= expected.items()


def test_missing_segment_is_lost_and_counted(index, expected):
    path = segment_files(index)[0]
    path.unlink()
    result = repaired(index)
    assert result.lost == len(expected) - len(stored_by_id(index)) > 0
    assert {each.id for each in result.lost_articles} == {""}


def test_cut_header_leaves_the_articles(index, expected):
    path = segment_files(index)[0]
    content = path.read_bytes()
    path.write_bytes(bytes(64) + content[64:])
    repaired(index)
    # Without digests nobody knows which are deleted; newer versions show what was replaced.
    assert stored_by_id(index).items() >= expected.items()
    assert stored_by_id(index).keys() - expected.keys() <= {"0-1"}


def test_lost_deletions_are_taken_from_the_commit_before_and_reported(index, expected):
    with Writer(index, LAYOUT, ANALYSIS) as writer:
        writer.delete("0-5")
        writer.commit()
    entry = read_commit(index).segments[0]
    flip(index / entry.deletions.name, Remains(index / entry.deletions.name)._places["deleted"].start)
    with pytest.raises(IndexDamaged):
        stored_by_id(index)  # noticed when it is opened: a deleted article does not come back by itself
    result = repaired(index)
    assert result.deletions_lost == [entry.file.name] and result.moved == [entry.deletions.name]
    assert stored_by_id(index) == expected  # with 0-5, which the last commit deleted


def test_replaced_articles_stay_replaced_without_any_deletions(index, expected):
    for commit in (read_commit(index), *read_backup(index)):
        for entry in commit.segments:
            if entry.deletions:
                (index / entry.deletions.name).unlink(missing_ok=True)
    result = repaired(index)
    back = stored_by_id(index).keys() - expected.keys()
    assert back <= {"0-1", "1-2", "3-3"} and stored_by_id(index).items() >= expected.items()
    assert result.deletions_lost


def test_repair_that_cannot_write_leaves_the_index_and_can_be_run_again(index, expected, monkeypatch):
    path = segment_files(index)[1]
    flip(path, postings_byte(path))
    for name in ("write_arrays", "publish_commit"):

        def full(*arguments):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(salvage, name, full)
            with pytest.raises(CommitFailed, match="No space left"):
                repair_index(index, LAYOUT, ANALYSIS, CONTENTS, TODAY)
        assert path.exists()
    repaired(index)
    assert stored_by_id(index) == expected


def test_missing_index_and_other_analysis_are_not_repaired(index, tmp_path):
    with pytest.raises(IndexMissing):
        repair_index(tmp_path / "nothing", LAYOUT, ANALYSIS, CONTENTS, TODAY)
    build(index)
    with pytest.raises(IndexOutdated):
        repair_index(index, LAYOUT, "newer", CONTENTS, TODAY)


def test_index_is_written_to_after_a_repair(index, expected):
    flip(segment_files(index)[0], 3)
    repaired(index)
    flip(segment_files(index)[0], 3)
    repaired(index)  # again, on the same day
    with Writer(index, LAYOUT, ANALYSIS) as writer:
        writer.put(line("new"))
        writer.commit()
    assert "new" in stored_by_id(index)
    assert {file.name for file in index.iterdir()} == kept_files(index) | {FOLDER, f"{FOLDER}-1"}


def damage(file):
    """Do to a file what disks and people do."""
    kind = random.choice(("flip", "flip", "flip", "cut", "zeros", "remove", "empty"))
    size = file.stat().st_size
    place = random.randrange(size)
    if kind == "flip":
        flip(file, place)
        return range(place, place + 1)
    if kind == "cut":
        os.truncate(file, place)
        return range(place, size)
    if kind == "zeros":
        content = file.read_bytes()
        file.write_bytes(content[:place] + bytes(len(content[place : place + 512])) + content[place + 512 :])
        return range(place, place + 512)
    file.unlink() if kind == "remove" else file.write_bytes(b"")
    return range(size)


def test_whatever_is_damaged_nothing_readable_is_lost(tmp_path):
    for number in range(DAMAGES):
        index = tmp_path / str(number)
        expected = build(index)
        entries = read_commit(index).segments
        stored = {entry.file.name: stored_range(index / entry.file.name) for entry in entries}
        files = [file for file in index.iterdir() if file.stat().st_size]
        hurt, deletions_hurt = False, False
        for file in random.sample(files, random.randrange(1, 4)):
            place = damage(file)
            inside = stored.get(file.name, range(0))
            hurt |= bool(range(max(place.start, inside.start), min(place.stop, inside.stop)))
            deletions_hurt |= file.suffix == ".deleted" or (place.start < 4096 and file.suffix == ".segment")
        result = repaired(index)
        left = stored_by_id(index)
        deleted = {"0-1", "1-2", "3-3"}
        if not hurt:
            assert left.items() >= expected.items() and not result.lost
        for identifier in left.keys() - deleted:  # whole, if perhaps not the newest that there was
            is_older = hurt and left[identifier].startswith(identifier.encode())
            assert is_older or left[identifier] == expected[identifier]
        if not deletions_hurt and not result.deletions_lost:
            assert not left.keys() & deleted
        if not result.deletions_lost and not deletions_hurt:
            assert result.lost == len(expected) - len(left)
        shutil.rmtree(index)


def test_deleted_articles_that_cannot_be_told_from_others_are_reported(index, expected):
    path = segment_files(index)[0]
    digests = Remains(path)._places["digests"]
    content = bytearray(path.read_bytes())
    content[digests.start : digests.start + digests.length * int(digests.dtype[2:])] = bytes(8) * digests.length
    path.write_bytes(content)
    result = repaired(index)
    assert result.deletions_lost == [path.name] and result.lost == 0
    assert stored_by_id(index).items() >= expected.items()


def test_files_of_format_1_and_2_are_read_by_their_arrays(tmp_path):
    import zstandard

    texts = [f"{n}: text of {n}\n".encode() * 3 for n in range(40)]
    compressor = zstandard.ZstdCompressor(write_checksum=True)
    blocks = [compressor.compress(b"".join(texts[first : first + 16])) for first in range(0, 40, 16)]
    ends = [end for first in range(0, 40, 16) for end in np.cumsum([len(text) for text in texts[first : first + 16]])]
    one = {
        "stored.blocks": np.frombuffer(b"".join(blocks), dtype="|u1"),
        "stored.blocks.ends": np.cumsum([len(block) for block in blocks]).astype("<u8"),
        "stored.ends": np.array(ends, dtype="<u4"),
    }
    dictionary = b"text of " * 20
    compressor = zstandard.ZstdCompressor(write_checksum=True, dict_data=zstandard.ZstdCompressionDict(dictionary))
    frames = [compressor.compress(text) for text in texts]
    two = {
        "stored": np.frombuffer(b"".join(frames), dtype="|u1"),
        "stored.ends": np.cumsum([len(frame) for frame in frames]).astype("<u8"),
        "stored.dictionary": np.frombuffer(dictionary, dtype="|u1"),
    }
    for name, arrays in (("one", one), ("two", two)):
        write_arrays(tmp_path / name, arrays)
        assert list(Remains(tmp_path / name).stored()) == texts
        assert b"".join(Remains(tmp_path / name).whole_frames()) == b"".join(texts)
    # The dictionary of a neighbour helps where the own one is damaged.
    write_arrays(tmp_path / "three", {**two, "stored.dictionary": np.frombuffer(b"x" * 160, dtype="|u1")})
    assert list(Remains(tmp_path / "three").whole_frames()) == []
    assert list(Remains(tmp_path / "three").whole_frames([dictionary])) == texts


def test_older_commit_is_not_published_over_a_newer_one(index, expected):
    commit = read_commit(index)
    publish_commit(index, commit)
    assert repaired(index).outcome is Outcome.SOUND
