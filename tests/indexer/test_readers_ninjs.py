"""ninjs: every generation gives the same articles, what is no article says so, and our own export comes back whole."""

import json
import random
import re
from pathlib import Path

import pytest

from indexer.errors import RecordError
from indexer.readers.formats import choose_reader
from indexer.readers.jsonlines import read_json_lines
from indexer.readers.ninjs import read_ninjs, recognises_ninjs
from indexer.readers.reading import Remark, Withdrawal
from search.article import Article
from tests.indexer.reader_cases import FEEDS, read_bytes, read_sample, samples

#: A text that is the value of a name.
VALUE = re.compile(rb':\s*"(?:[^"\\]|\\.)*"')
REAL = sorted((FEEDS / "ninjs").glob("*/*.json"))


@pytest.mark.parametrize("path", samples("ninjs"), ids=lambda path: path.stem)
def test_sample_is_read_as_expected(path: Path):
    found, expected = read_sample(read_ninjs, path)
    assert found == expected
    assert choose_reader(path.read_bytes()[:4096], "-") is read_ninjs


@pytest.mark.parametrize(
    ("head", "is_ninjs"),
    [
        ('{"uri": "urn:a", "type": "text"', True),
        ('{"type": "text", "uri": "urn:a"}', True),
        ('{"guid": "urn:a", "headline": "A"}', True),
        ('{"associations": {"featuremedia": {"id": "1", "title": "A', True),
        ('[\n {"headlines": [{"value": "A"}]', True),
        ('\ufeff{"uri": "urn:a", "pubStatus": "usable"}', True),
        ('{"id": "1", "language": "uk", "title": "A"}', False),
        ('{"id": "1", "title": "uri type", "body": "\\"uri\\": 1, \\"type\\": 2"}', False),
        ('{"id": "1", "title": "A", "extra": {"uri": "urn:a", "type": "text"}}', False),
        ('{"id": "1", "title": "A"}\n{"uri": "urn:a", "type": "text"}', False),
        ("[1, 2]", False),
        ("", False),
    ],
)
def test_ninjs_is_told_from_our_own_records_by_the_names_of_the_first_object(head: str, is_ninjs: bool):
    assert recognises_ninjs(head.encode()) is is_ninjs


def test_our_own_records_are_left_to_their_reader():
    assert choose_reader(b'{"id": "1", "language": "en", "title": "A"}', "a.json") is read_json_lines


def test_an_array_is_read_in_pieces_and_a_broken_item_costs_only_itself():
    headlines = {f"urn:a:{n}": "x" * (n * 911 % 4000 + 1) for n in range(300)}
    lines = [json.dumps({"uri": uri, "language": "en", "headline": headlines[uri]}) for uri in headlines]
    lines[100] = lines[100][:40]
    readings = read_bytes(read_ninjs, ("[\n" + ",\n".join(lines) + "\n]").encode())
    del headlines["urn:a:100"]
    assert {each.id: each.title for each in readings if isinstance(each, Article)} == headlines
    assert [each.line for each in readings if isinstance(each, RecordError)] == [102]


def test_a_feed_of_nothing_is_remarked():
    assert [type(reading) for reading in read_bytes(read_ninjs, b"[]")] == [Remark]


@pytest.mark.skipif(not REAL, reason=f"the samples of the IPTC are not in {FEEDS}")
def test_samples_of_the_iptc_are_articles_or_say_why_not():
    articles = 0
    for path in REAL:
        for reading in read_bytes(read_ninjs, path.read_bytes()):
            articles += isinstance(reading, Article)
            assert isinstance(reading, Article | Remark) or "'language'" in str(reading), str(reading)
    assert articles == 12


def test_mutations_are_rejected_and_never_raise():
    random_ = random.Random(7)
    contents = [path.read_bytes() for path in [*samples("ninjs"), *REAL]]
    for _ in range(60):
        for content in contents:
            for reading in read_bytes(read_ninjs, mutated(content, random_)):
                assert isinstance(reading, Article | RecordError | Remark | Withdrawal)


def mutated(content: bytes, random_: random.Random) -> bytes:
    """Return a content cut, with a bit turned, with a piece doubled, or with a JSON value in the place of another."""
    at = random_.randrange(len(content))
    kind = random_.randrange(5)
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[:at] + bytes([content[at] ^ 1 << random_.randrange(8)]) + content[at + 1 :]
    if kind == 2:
        return content[:at] + content[at // 2 :]
    if kind == 3:
        return content[:at] + random_.choice([b"[" * 2000, b'{"a":' * 2000, b"\x00\xff", b"9" * 5000]) + content[at:]
    values = [part.start() for part in VALUE.finditer(content)]
    return swapped(content, random_.choice(values), random_) if values else content


def swapped(content: bytes, at: int, random_: random.Random) -> bytes:
    """Put another value in the place of the text that begins behind ``at``."""
    match = VALUE.match(content, at)
    assert match
    other = random_.choice(
        [b"null", b"7", b"1e999", b"true", b"[]", b"{}", b'[["a"]]', b'{"name": {"a": 1}}', b'""', b'"\\ud800"']
    )
    return content[:at] + b": " + other + content[match.end() :]
