"""The commit file: what is not a whole commit of this program is refused with a message that helps."""

import contextlib
import json
import zlib

import pytest
from archives import ANALYSIS, LAYOUT, document, stored_by_id, write

from search.columnar.commit import COMMIT_NAME, FORMAT, read_commit
from search.columnar.document import Layout
from search.columnar.lock import LOCK_NAME
from search.columnar.snapshot import open_snapshot
from search.columnar.verify import verify_index
from search.columnar.writer import Writer
from search.errors import IndexDamaged, IndexMissing, IndexOutdated, IndexUnavailable


@pytest.fixture
def index(tmp_path):
    write(tmp_path / "index", [document("a", "кит")])
    return tmp_path / "index"


def change(index, **values):
    """Change the commit file and make its checksum right again."""
    data = json.loads((index / COMMIT_NAME).read_bytes()) | values
    data.pop("checksum")
    data["checksum"] = zlib.crc32(json.dumps(data, sort_keys=True).encode())
    (index / COMMIT_NAME).write_text(json.dumps(data))


def test_every_truncation_is_damage(index):
    whole = (index / COMMIT_NAME).read_bytes()
    for length in range(len(whole)):
        (index / COMMIT_NAME).write_bytes(whole[:length])
        with pytest.raises(IndexDamaged):
            read_commit(index)


def test_every_changed_byte_is_noticed_or_changes_nothing(index):
    whole = (index / COMMIT_NAME).read_bytes()
    expected = read_commit(index)
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        (index / COMMIT_NAME).write_bytes(changed)
        with contextlib.suppress(IndexDamaged, IndexOutdated):  # outdated: the number of the format was changed
            assert read_commit(index) == expected


@pytest.mark.parametrize(
    "content", [b"", b"null", b"[]", b"7", b'"format"', b'{"a": 1}', b"\xff\xfe\x00", b"[" * 100_000, b'{"format": 2}']
)
def test_foreign_json_is_damage(index, content):
    (index / COMMIT_NAME).write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"visti\.json cannot be understood .*visti verify --index"):
        read_commit(index)


def test_other_format_names_both_numbers_and_the_command(index):
    change(index, format=FORMAT + 41)
    with pytest.raises(IndexOutdated) as caught:
        open_snapshot(index)
    for part in (str(FORMAT + 41), f"needs {FORMAT}.", str(index), "visti index SOURCE --index"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["../a.segment", "/etc/passwd", "a/1-0.segment", "..", ".", "", "1-0.segment\0", "visti.json", "1-0.segment\n"],
)
def test_names_of_other_files_are_refused(index, name):
    entry = json.loads((index / COMMIT_NAME).read_bytes())["segments"][0]
    change(index, segments=[entry | {"file": entry["file"] | {"name": name}}])
    with pytest.raises(IndexDamaged, match="not an index's"):
        read_commit(index)
    change(index, segments=[entry | {"deletions": {"name": name, "size": 1, "checksum": 1}}])
    with pytest.raises(IndexDamaged, match="not an index's"):
        read_commit(index)


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_text("text")])
def test_missing_index_says_how_to_build_one(tmp_path, make):
    path = tmp_path / "index"
    make(path)
    for read in (read_commit, open_snapshot, verify_index):
        with pytest.raises(IndexMissing, match="visti index SOURCE --index") as caught:
            read(path)
        assert str(path) in str(caught.value) and caught.value.path == path


def test_folder_of_something_else_is_named_as_such(tmp_path):
    (tmp_path / "thesis.docx").write_text("")
    with pytest.raises(IndexMissing, match=r"thesis\.docx"):
        read_commit(tmp_path)


def test_writer_keeps_away_from_a_folder_of_something_else(tmp_path):
    (tmp_path / "thesis.docx").write_text("")
    (tmp_path / "notes").mkdir()
    with pytest.raises(IndexUnavailable, match=r"notes, thesis\.docx.*Nothing was written.*--index"):
        Writer(tmp_path, LAYOUT, ANALYSIS)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes", "thesis.docx"]


def test_writer_takes_a_folder_with_a_readme_and_hidden_files(tmp_path):
    for name in ("README.md", ".gitignore"):
        (tmp_path / name).write_text("")
    write(tmp_path, [document("a")])
    assert stored_by_id(tmp_path) == {"a": b"a: "}
    assert (tmp_path / "README.md").exists() and (tmp_path / ".gitignore").exists()


def test_writer_refuses_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "index").write_text("text")
    with pytest.raises(IndexUnavailable, match=r"cannot be written to.*--index"):
        Writer(tmp_path / "index", LAYOUT, ANALYSIS)
    assert (tmp_path / "index").read_text() == "text"


def test_writer_refuses_a_folder_in_which_it_cannot_lock(tmp_path):
    (tmp_path / LOCK_NAME).mkdir()
    with pytest.raises(IndexUnavailable, match="--index"):
        Writer(tmp_path, LAYOUT, ANALYSIS, wait_seconds=0.1)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"name": "my package"}'])
def test_writer_does_not_touch_an_index_that_it_cannot_understand(index, content):
    (index / COMMIT_NAME).write_bytes(content)
    before = sorted(file.name for file in index.iterdir())
    with pytest.raises(IndexDamaged):
        Writer(index, LAYOUT, ANALYSIS, wait_seconds=0)
    assert sorted(file.name for file in index.iterdir()) == before
    with pytest.raises(IndexDamaged):  # not locked by the first attempt
        Writer(index, LAYOUT, ANALYSIS, wait_seconds=0)


def test_writer_does_not_begin_anew_over_a_commit_that_cannot_be_read(index):
    (index / COMMIT_NAME).unlink()
    (index / COMMIT_NAME).mkdir()  # any error but "no such file"
    with pytest.raises(IndexDamaged, match=r"cannot be read \(Is a directory\)"):
        Writer(index, LAYOUT, ANALYSIS, wait_seconds=0)
    assert list(index.glob("*.segment"))


def test_other_analysis_is_refused(index):
    with pytest.raises(IndexOutdated, match="analysis test, this program needs newer"):
        Writer(index, LAYOUT, "newer")
    with Writer(index, LAYOUT, ANALYSIS, wait_seconds=0) as writer:
        assert writer.digest_of("a") is not None


def test_other_fields_are_refused(index):
    with pytest.raises(IndexOutdated, match="fields"):
        Writer(index, Layout(("title",), (), ()), ANALYSIS)


def test_missing_segment_is_damage(index):
    for file in index.glob("*.segment"):
        file.unlink()
    for opened in (open_snapshot, lambda path: Writer(path, LAYOUT, ANALYSIS)):
        with pytest.raises(IndexDamaged, match=r"\.segment is missing"):
            opened(index)


def test_segment_with_another_number_of_documents_is_damage(index):
    entry = json.loads((index / COMMIT_NAME).read_bytes())["segments"][0]
    change(index, segments=[entry | {"documents": 2}])
    with pytest.raises(IndexDamaged, match="1 documents instead of 2"):
        open_snapshot(index)
    assert any("1 documents instead of 2" in problem for problem in verify_index(index).problems)


def test_segment_without_an_array_is_damage(index):
    change(index, layout={"text": ["title", "body", "lead"], "keywords": ["section", "tag"], "moments": ["published"]})
    with pytest.raises(IndexDamaged, match="lacks the array"):
        open_snapshot(index)


def test_missing_commit_beside_segments_is_damage_and_nothing_is_removed(index):
    before = sorted(path.name for path in index.glob("*.segment"))
    (index / COMMIT_NAME).unlink()
    with pytest.raises(IndexDamaged, match="is missing"):
        read_commit(index)
    with pytest.raises(IndexDamaged, match="is missing"):
        Writer(index, LAYOUT, ANALYSIS)
    assert before and sorted(path.name for path in index.glob("*.segment")) == before
