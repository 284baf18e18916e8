"""NewsML-G2, NITF and exports of WordPress: articles as expected, and only clear rejections of what is damaged."""

import random
from pathlib import Path

import pytest

from indexer.errors import RecordError
from indexer.readers.formats import choose_reader
from indexer.readers.newsml_g2 import read_newsml
from indexer.readers.nitf import read_nitf
from indexer.readers.reading import Reader, Remark, Withdrawal
from indexer.readers.wxr import read_wxr
from search.article import Article
from tests.indexer.reader_cases import FEEDS, read_bytes, read_sample, samples

READERS: dict[str, Reader] = {"newsml_g2": read_newsml, "nitf": read_nitf, "wxr": read_wxr}
CASES = [pytest.param(READERS[folder], path, id=path.stem) for folder in READERS for path in samples(folder)]
REAL = sorted((FEEDS / "newsml_g2").glob("*.xml"))
INSERTED = [
    b"<a>" * 300,
    b"&nbsp;",
    b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>",
    b"&x;",
    b"]]>",
    b"\xff\x00",
    b"<!--",
    b"<p>\xd0",
]


@pytest.mark.parametrize(("reader", "path"), CASES)
def test_sample_is_read_as_expected(reader: Reader, path: Path):
    found, expected = read_sample(reader, path)
    assert found == expected
    assert choose_reader(path.read_bytes()[:4096], "-") is reader


def test_an_entity_of_a_local_file_is_not_read(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("the secret text of a file")
    content = f'<!DOCTYPE nitf [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    content += "<nitf><body><body.content><p>&x;</p></body.content></body></nitf>"
    (error,) = read_bytes(read_nitf, content.encode())
    assert isinstance(error, RecordError) and "an entity from outside" in str(error)


@pytest.mark.skipif(not REAL, reason=f"the samples of the IPTC are not in {FEEDS}")
def test_listings_of_the_iptc_are_articles_or_say_why_not():
    readings = {path.name: read_bytes(read_newsml, path.read_bytes()) for path in REAL}
    assert sum(isinstance(each, Article) for found in readings.values() for each in found) == 7
    for found in readings.values():
        assert all(isinstance(each, Article | Remark) or "title or a body" in str(each) for each in found)
        assert found


def test_mutations_are_rejected_and_never_raise():
    random_ = random.Random(7)
    sources = [(reader, path) for folder, reader in READERS.items() for path in samples(folder)]
    sources += [(read_newsml, path) for path in REAL]
    for reader, path in sources:
        content = path.read_bytes()
        for _ in range(40):
            for reading in read_bytes(reader, mutated(content, random_)):
                assert isinstance(reading, Article | RecordError | Remark | Withdrawal)


def mutated(content: bytes, random_: random.Random) -> bytes:
    """Return a content cut, with a bit turned, with a stretch left out, or with something put in."""
    at, kind = random_.randrange(len(content)), random_.randrange(4)
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[:at] + bytes([content[at] ^ 1 << random_.randrange(8)]) + content[at + 1 :]
    if kind == 2:
        return content[:at] + content[at + random_.randrange(200) :]
    return content[:at] + random_.choice(INSERTED) + content[at:]
