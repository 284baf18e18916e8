"""The file of arrays: what is written comes back, and anything else is refused in one way."""

import errno
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.columnar.arrays import ArraysDamaged, checksum_of, read_arrays, write_arrays

DTYPES = ("|u1", "<u2", "<u4", "<u8", "<i8", "<f4")
SAMPLE = {"a": np.arange(100, dtype="<u4"), "нуль": np.empty(0, dtype="<u8"), "b.c": np.array([1.5, -2], dtype="<f4")}


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "sample"
    return path, write_arrays(path, SAMPLE)[0]


def header_end(data: bytes) -> int:
    return 16 + int.from_bytes(data[8:12], "little")


@st.composite
def one_array(draw):
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    return np.frombuffer(draw(st.binary(max_size=200).map(lambda b: b[: len(b) // 8 * 8])), dtype=dtype)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrays=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), one_array(), max_size=5))
def test_what_is_written_is_read(tmp_path_factory, arrays):
    path = tmp_path_factory.mktemp("arrays") / "file"
    size, checksum = write_arrays(path, arrays)
    assert path.stat().st_size == size and checksum_of(path) == checksum
    found = read_arrays(path, size)
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        # Unsigned arrays come back as narrow as their values allow, others as they were.
        narrowest = np.min_scalar_type(array.max()) if array.dtype.kind == "u" and len(array) else None
        assert found[name].dtype == (narrowest or ("|u1" if array.dtype.kind == "u" else array.dtype))
        assert found[name].astype(array.dtype).tobytes() == array.tobytes()


def test_arrays_are_aligned_and_read_only(sample):
    for array in read_arrays(*sample).values():
        assert array.ctypes.data % 64 == 0 or not len(array)
        assert not array.flags.writeable


@pytest.mark.parametrize("array", [np.zeros((2, 2), dtype="<u4"), np.array(["a"]), np.array([None]), np.array([True])])
def test_what_cannot_be_stored_is_refused_and_leaves_no_file(tmp_path, array):
    with pytest.raises(ValueError, match="cannot be stored"):
        write_arrays(tmp_path / "file", {"a": array})
    assert not list(tmp_path.iterdir()) or not (tmp_path / "file").stat().st_size


def test_every_truncation_is_noticed(sample):
    path, size = sample
    whole = path.read_bytes()
    for length in range(size):
        path.write_bytes(whole[:length])
        with pytest.raises(ArraysDamaged, match="instead of"):
            read_arrays(path, size)
        if length < header_end(whole):  # even if the commit gave this size
            with pytest.raises(ArraysDamaged):
                read_arrays(path, length)


def test_every_changed_bit_of_the_header_is_noticed(sample):
    path, size = sample
    whole = path.read_bytes()
    for place in range(header_end(whole)):
        for bit in range(8):
            changed = bytearray(whole)
            changed[place] ^= 1 << bit
            path.write_bytes(changed)
            with pytest.raises(ArraysDamaged, match="no sound header"):
                read_arrays(path, size)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=80), magic=st.booleans())
def test_any_other_file_is_refused(tmp_path, content, magic):
    content = b"VISTIARR" * magic + content
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ArraysDamaged):
        read_arrays(tmp_path / "file", len(content))


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"5",
        b"[[[[",
        b'{"a": 5}',
        b'{"a": ["<u4", 1]}',
        b'{"a": ["|O", 1, 0]}',
        b'{"a": ["<u4", -1, 0]}',
        b'{"a": ["<u4", 1, -64]}',
        b'{"a": ["<u4", 1.5, 0]}',
        b'{"a": ["<u4", "1", 0]}',
        b'{"a": ["<u4", 1, 100000000000000000000000000]}',
        b'{"a": ["<u4", 100000000000000000000000000, 0]}',
        b'{"a": [["<u4"], 1, 0]}',
        b'{"a": ["<u4", null, NaN]}',
        b"[" * 100_000,
        b"\xff",
    ],
    ids=lambda header: header[:40].decode(errors="replace"),
)
def test_sound_checksum_over_nonsense_is_refused(tmp_path, header):
    content = b"VISTIARR" + len(header).to_bytes(4, "little") + zlib.crc32(header).to_bytes(4, "little") + header
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ArraysDamaged, match="no sound header"):
        read_arrays(tmp_path / "file", len(content))


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ArraysDamaged, match=r"00000001-0\.segment is missing"):
        read_arrays(tmp_path / "00000001-0.segment", 10)


def test_unreadable_file_is_damage(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(ArraysDamaged, match=r"folder cannot be read \(Is a directory\)"):
        read_arrays(tmp_path / "folder", 10)


def test_empty_file_is_damage_even_if_it_ought_to_be_empty(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ArraysDamaged):
        read_arrays(tmp_path / "file", 0)


def test_full_disk_leaves_no_file(tmp_path, monkeypatch):
    def no_space(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        write_arrays(tmp_path / "file", SAMPLE)
    assert not list(tmp_path.iterdir())


def test_existing_file_is_never_overwritten(sample):
    path, size = sample
    with pytest.raises(FileExistsError):
        write_arrays(path, {})
    assert len(read_arrays(path, size)) == len(SAMPLE)
