"""Drafts as files: encodings, saved pages, documents of Word, and what is none of these."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import DraftUnreadable, draft_text

TEXT = "Пором «Лиман» у понеділок відновив рейси.\n\nКвиток коштує 45 гривень, а їхати — пів години."
DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>"""


def word_document(xml: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as document:
        document.writestr("word/document.xml", xml)
    return packed.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_usual_encodings_are_read(encoding: str) -> None:
    assert draft_text(TEXT.encode(encoding), "draft.txt") == TEXT


@pytest.mark.parametrize(
    ("text", "encoding"),
    [('Паром "возобновил" рейсы между берегами', "cp866"), ("Пором знову їздить, а квиток дешевший", "koi8_u")],
)
def test_old_encodings_are_told_apart(text: str, encoding: str) -> None:
    assert draft_text(text.encode(encoding)) == text


def test_a_page_gives_its_words() -> None:
    page = "<!DOCTYPE html><html><head><title>x</title><style>p{}</style></head><body><h1>Пором</h1>\n<p>Рейси "
    page += "<b>від</b>новлено &amp; дешевші<br>знову</p><script>alert(1)</script></body></html>"
    assert draft_text(page.encode()).split() == ["Пором", "Рейси", "відновлено", "&", "дешевші", "знову"]
    assert draft_text(b"<p>one</p><p>two</p>", "draft.HTML").split("\n\n")[0] == "one"
    assert draft_text(b"a < b and <c>", "draft.txt") == "a < b and <c>"


def test_a_document_of_word_gives_its_paragraphs() -> None:
    pieces = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in ("Пором", "Рейси відновлено"))
    assert draft_text(word_document(DOCUMENT.format(pieces)), "draft.docx") == "Пором\n\nРейси відновлено"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (bytes(range(256)), "binary"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "binary"),
        (b"\xe9\xe8\xe0 le caf\xe9 \xe0 c\xf4t\xe9" * 3, "encoding"),
        (b"PK\x03\x04 broken", "document"),
        (word_document("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "document"),
        (word_document("<a>"), "document"),
        (word_document(DOCUMENT.format(" " * 21_000_000)), "document"),
        (word_document(DOCUMENT.format("")), "empty"),
    ],
    ids=["nothing", "blank", "bytes", "picture", "french", "cut", "entities", "broken", "huge", "no-words"],
)
def test_what_is_no_draft_says_so(content: bytes, kind: str) -> None:
    with pytest.raises(DraftUnreadable) as caught:
        draft_text(content, "draft.bin")
    assert caught.value.kind == kind and "draft.bin" in str(caught.value)


@given(st.binary(max_size=300), st.sampled_from(["", "a.html", "a.docx"]))
def test_any_bytes_are_a_text_or_refused(content: bytes, name: str) -> None:
    with contextlib.suppress(DraftUnreadable):
        assert draft_text(content, name).strip()
