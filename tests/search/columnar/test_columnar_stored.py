"""Stored documents come back as they were, with any dictionary, merged in any way."""

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from search.columnar import stored
from search.columnar.stored import StoredDocuments, merged_stored_arrays, stored_arrays, trained_dictionary

# Alike, as articles are, and enough of them for a dictionary.
ARTICLES = [
    f'{{"title":"Новина {n}","source":"Visti","section":"світ","body":"Про подію {n * n} сказали {n % 7}"}}'.encode()
    for n in range(400)
]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=40), st.booleans())
def test_documents_come_back(documents, has_dictionary):
    found = StoredDocuments(stored_arrays(documents, trained_dictionary(ARTICLES) if has_dictionary else b""))
    assert list(found) == documents and len(found) == len(documents)


def test_documents_that_are_alike_share_a_dictionary():
    found = StoredDocuments(stored_arrays(ARTICLES))
    assert found.dictionary
    one_by_one = sum(len(zstandard.compress(article)) for article in ARTICLES)
    assert len(found.frames.data) < one_by_one / 2


def test_few_documents_have_none():
    assert StoredDocuments(stored_arrays(ARTICLES[:5])).dictionary == b""


def test_merging_takes_the_frames_as_they_are_where_the_dictionary_is_one(monkeypatch):
    first = StoredDocuments(stored_arrays(ARTICLES[:200]))
    second = StoredDocuments(stored_arrays(ARTICLES[200:], first.dictionary))
    monkeypatch.setattr(stored, "_unpacked", lambda *_: pytest.fail("it was unpacked"))
    alive = [np.arange(200) % 3 > 0, np.ones(200, dtype=bool)]
    merged = StoredDocuments(merged_stored_arrays([first, second], alive))
    assert list(merged) == [ARTICLES[n] for n in range(400) if n >= 200 or n % 3]


@pytest.mark.parametrize("with_dictionary", [0, 1])
def test_merging_different_dictionaries_keeps_one(with_dictionary):
    parts = [ARTICLES[:200], ARTICLES[200:210]]
    sources = [StoredDocuments(stored_arrays(parts[place])) for place in (with_dictionary, 1 - with_dictionary)]
    merged = StoredDocuments(merged_stored_arrays(sources, [np.ones(len(source), dtype=bool) for source in sources]))
    assert list(merged) == [document for source in sources for document in source]
    assert merged.dictionary == max((source.dictionary for source in sources), key=len) != b""


def test_dictionary_of_too_little_is_trained_anew_when_there_is_enough(monkeypatch):
    monkeypatch.setattr(stored, "_SAMPLES", 300)
    sources = [StoredDocuments(stored_arrays(part)) for part in (ARTICLES[:20], ARTICLES[20:])]
    merged = StoredDocuments(merged_stored_arrays(sources, [np.ones(len(source), dtype=bool) for source in sources]))
    assert list(merged) == ARTICLES
    assert merged.dictionary not in [source.dictionary for source in sources]


def test_changed_document_is_noticed():
    arrays = stored_arrays(ARTICLES)
    arrays["stored"] = arrays["stored"].copy()
    arrays["stored"][len(arrays["stored"]) // 2] ^= 1
    with pytest.raises(zstandard.ZstdError):
        list(StoredDocuments(arrays))


def test_frame_that_claims_an_impossible_size_is_refused():
    header = zstandard.ZstdCompressor().compressobj(size=1 << 40)
    arrays = stored_arrays([b""])
    frame = header.compress(b"x") + header.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    arrays |= {"stored": np.frombuffer(frame, dtype="|u1"), "stored.ends": np.array([len(frame)], dtype="<u8")}
    with pytest.raises(zstandard.ZstdError, match="impossible size"):
        StoredDocuments(arrays)[0]
