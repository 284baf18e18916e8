"""The errors of the indexer and their sentences."""

import pytest

from indexer.errors import IndexerError, RecordError, SourceUnavailable


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RecordError("news.jsonl", 3, "not JSON"), "news.jsonl:3: not JSON"),
        (RecordError("-", 1, "not JSON"), "-:1: not JSON"),
        (RecordError("page.txt", None, "too short"), "page.txt: too short"),
        (SourceUnavailable("gone.txt", "check the name"), "gone.txt: check the name"),
        (SourceUnavailable("\udcff.txt", "check the name"), "\\udcff.txt: check the name"),
    ],
)
def test_message_names_the_place_and_can_always_be_printed(error, message):
    assert str(error) == message
    assert str(error).encode()


def test_both_errors_have_the_same_attributes():
    record = RecordError("news.jsonl", 3, "no title", id="n1")
    assert (record.source, record.line, record.reason, record.id) == ("news.jsonl", 3, "no title", "n1")
    source = SourceUnavailable("news", "missing")
    assert (source.source, source.line, source.reason, source.id) == ("news", None, "missing", None)
    assert isinstance(record, IndexerError) and isinstance(source, IndexerError)
