"""XML from strangers: nothing is put in, opened or asked for; what is too much is refused; records stream."""

import gc
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.readers.xml_safely import MAX_DEPTH, XmlRefused, each_element, read_xml_root, text_of

STATM = Path("/proc/self/statm")
BOMB = "<!DOCTYPE r [<!ENTITY e0 'ha'>" + "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10)) + "]>"
XXE = '<!DOCTYPE r [<!ENTITY x SYSTEM "{address}">]>'
DECLARED = "the document declares"

REFUSED = [
    ("entity bomb", BOMB + "<r>&e9;</r>", None, DECLARED),
    ("entity bomb unused", BOMB + "<r>a</r>", None, DECLARED),
    ("entity bomb in an attribute", BOMB + "<r a='&e9;'>a</r>", 1, DECLARED),
    ("one entity", "<!DOCTYPE r [<!ENTITY x 'y'>]><r>&x;</r>", None, "entities of its own ('x')"),
    ("entity that is itself", "<!DOCTYPE r [<!ENTITY x '&y;'><!ENTITY y '&x;'>]><r a='&x;'/>", 1, DECLARED),
    ("file", XXE.format(address="file:///etc/hostname") + "<r>&x;</r>", None, "an entity from outside ('x')"),
    ("address", XXE.format(address="http://127.0.0.1:9/x") + "<r>&x;</r>", None, "an entity from outside ('x')"),
    ("file in an attribute", XXE.format(address="file:///etc/hostname") + "<r a='&x;'/>", 1, DECLARED),
    ("parameter", '<!DOCTYPE r [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]><r/>', None, "an entity from outside"),
    ("deep", "<a>" * 100_000, 1, f"nested more than {MAX_DEPTH} deep"),
    ("as deep as the parser goes", "<a>" * 230 + "</a>" * 230, 1, f"nested more than {MAX_DEPTH} deep"),
    ("cut", "<r>\n<a>", 2, "not well-formed"),
    ("crossed", "<r>\n<a>\n</r></a>", 3, "not well-formed"),
    ("two roots", "<r/>\n<r/>", 2, "not well-formed"),
    ("no entity of that name", "<r>\na&nbsp;b</r>", 2, "nbsp"),
    ("nothing", "", None, "not well-formed"),
    ("no XML", "hello", 1, "not well-formed"),
    ("unknown encoding", '<?xml version="1.0" encoding="klingon"?><r/>', 1, "save it as UTF-8"),
    ("long text", "<r>" + "x" * 11_000_000 + "</r>", 1, "too long"),
]


@pytest.mark.parametrize(("xml", "line", "part"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
@pytest.mark.parametrize("streaming", [False, True])
def test_refused_with_a_reason(xml: str, line: int | None, part: str, streaming: bool):
    with pytest.raises(XmlRefused, match=r".") as refused:
        read(xml.encode(), streaming)
    assert part in refused.value.reason and refused.value.line == line
    assert len(str(refused.value)) < 300


def test_windows_1251_without_a_declaration_is_told_with_its_line():
    with pytest.raises(XmlRefused, match="line 2: its encoding is not the one that it declares"):
        read("<r>\nКиїв</r>".encode("cp1251"), False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251", "koi8-u"])
def test_declared_encodings_are_read(encoding: str):
    assert text_of(read(f'<?xml version="1.0" encoding="{encoding}"?><r>Київ</r>'.encode(encoding), False)) == "Київ"


def test_control_characters_of_databases_are_dropped():
    assert text_of(read(b"<r>a\x0bb\x00c</r>", False)) == "abc"


def test_no_file_is_read_and_none_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A document type that lies beside the document would name its entities; it is not loaded."""
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "r.dtd").write_text("<!ENTITY x 'secret'>")
    monkeypatch.chdir(tmp_path)
    assert text_of(read(b'<!DOCTYPE r SYSTEM "r.dtd"><r>a&x;b&eacute;</r>', False)) == "abé"
    for address in ((tmp_path / "secret").as_uri(), "secret"):
        with pytest.raises(XmlRefused, match="from outside"):
            read((XXE.format(address=address) + "<r>&x;</r>").encode(), False)


def test_a_document_larger_than_its_limit_is_refused():
    with pytest.raises(XmlRefused, match="more than 100,000 bytes"):
        read_xml_root(io.BytesIO(b"<r>" + b"<a/>" * 100_000), 100_000)


def test_a_record_larger_than_its_limit_is_refused_after_those_before_it():
    stream = io.BytesIO(b"<r><i>1</i><i>" + b"<a/>" * 100_000)
    assert read_until_refused(stream, limit=100_000, reason="more than 100,000 bytes") == ["1"]


def read_until_refused(stream: io.BytesIO, limit: int, reason: str) -> list[str]:
    found = []
    with pytest.raises(XmlRefused, match=reason):
        for element in each_element(stream, ["i"], limit):
            found.append(text_of(element))
    return found


def test_too_many_elements_are_refused():
    with pytest.raises(XmlRefused, match="elements"):
        read(b"<r>" + b"<a/>" * 250_000 + b"</r>", False)


def test_outermost_wanted_elements_come_whole_whatever_their_namespace():
    xml = b'<r xmlns:n="urn:n"><x><i>1<b>2</b></i>t</x><n:i>3<i>4</i></n:i><!-- c --><?p?><j>5</j><i/></r>'
    assert [text_of(each) for each in each_element(io.BytesIO(xml), ["i", "j"])] == ["12", "34", "5", ""]


def test_what_came_before_the_damage_is_read():
    stream = io.BytesIO(b"<r><i>1</i>\n<i>2</i>\n<i>3")
    assert read_until_refused(stream, limit=1000, reason="line 3") == ["1", "2"]


@pytest.mark.skipif(not STATM.exists(), reason="the system does not tell how much memory a process holds")
def test_streaming_holds_one_record_at_a_time():
    item = b"<skip><deep>" + b"y" * 3000 + b"</deep></skip><!-- c --><i>" + b"x" * 3000 + b"</i>\n"

    def peak(items: int) -> int:
        stream = Repeated(b"<r>", item, items, b"</r>")
        before = resident()
        assert sum(1 for _ in each_element(stream, ["i"])) == items
        return resident() - before

    peak(1000)  # what the parser and the allocator keep for good
    assert peak(8000) < 16_000_000  # of 48 MB


class Repeated(io.RawIOBase):
    """A long file that is nowhere whole."""

    def __init__(self, start: bytes, item: bytes, times: int, end: bytes) -> None:
        self._pieces = iter([start, *[item] * times, end])
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, None)) is not None:
            self._rest += piece
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def resident() -> int:
    """Return how much memory this process holds; lxml's is not Python's."""
    return int(STATM.read_text().split()[1]) * 4096


@given(st.binary(max_size=300))
def test_bytes_at_random_are_read_or_refused(content: bytes):
    for streaming in (False, True):
        try:
            read(b"<r>" + content + b"</r>", streaming)
        except XmlRefused as error:
            assert error.reason


def read(content: bytes, streaming: bool):
    if streaming:
        return list(each_element(io.BytesIO(content), ["i"]))
    return read_xml_root(io.BytesIO(content))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "windows-1251", "utf-7", "cp037"])
@pytest.mark.parametrize("content", ["<a>" * 300, "<a/><a><b>c</b></a>", "<a></b>", "&y;"])
@pytest.mark.parametrize("streaming", [False, True])
def test_markup_in_an_entity_never_reaches_the_parser(encoding: str, content: str, streaming: bool, unraisable):
    """libxml2 frees what it has parsed of an entity, and lxml would keep its events: proxies of nodes that are gone."""
    entities = f'<!ENTITY y "<i>1</i>"><!ENTITY x "{content}">'
    xml = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE r [{entities}]><r>&x;&x;</r>'
    with pytest.raises(XmlRefused):
        read(xml.encode(encoding), streaming)
    gc.collect()
    assert unraisable == []


@pytest.fixture
def unraisable(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Exceptions in destructors, which nobody can catch; to collect what the test leaves takes no time."""
    found: list[str] = []
    monkeypatch.setattr("sys.unraisablehook", lambda failure: found.append(str(failure.exc_value)))
    gc.freeze()  # all that there was before is looked through no more
    yield found
    gc.unfreeze()


def test_a_document_without_an_element_is_refused_before_it_is_long():
    with pytest.raises(XmlRefused, match="within the first 65,536 bytes"):
        read(b"<!--" + b"x" * 100_000 + b"--><r/>", False)


@pytest.mark.parametrize("size", [4, 5, 7, 64, 1000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251"])
def test_pieces_of_any_size_are_the_same_document(size: int, encoding: str, monkeypatch: pytest.MonkeyPatch):
    declared = encoding.removesuffix("-sig")
    xml = f'<?xml version="1.0" encoding="{declared}"?><!DOCTYPE r SYSTEM "r.dtd"><!-- є -->\n<r а="ї"><i>Київ</i></r>'
    monkeypatch.setattr("indexer.readers.xml_safely._CHUNK_BYTES", size)
    root = read(xml.encode(encoding), False)
    assert (text_of(root), root.get("а")) == ("Київ", "ї")
