"""What a first visit weighs: a page with its style sheet, icon and whatever else it loads, as it is transferred."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from web import create_app

#: For readers on a slow phone: some two seconds of a weak 3G connection.
MOST_TRANSFERRED = 60_000
#: What a cheap phone still reads without a pause.
MOST_UNCOMPRESSED = 120_000
PAGES = ("/", "/search?q=Київ", "/search?q=війна+мир+країна&language=uk&sort=newest", "/search", "/help")
LOADED = "link[rel~=stylesheet], link[rel~=icon], link[rel~=manifest], script[src], img[src]"

Weight = Callable[[str, str], int]


@pytest.fixture(scope="module")
def sample_client(sample_index: Path) -> FlaskClient:
    return create_app(sample_index).test_client()


@pytest.fixture
def weight(sample_client: FlaskClient) -> Weight:
    """Return the bytes of a page's body and of all that it loads, for a browser that takes some encodings."""

    def transferred(path: str, encodings: str) -> int:
        page = _body(sample_client, path, "identity").decode()
        found = BeautifulSoup(page, "html.parser").select(LOADED)
        addresses = {str(element.get("href") or element.get("src")) for element in found}
        assert any(".css" in address for address in addresses)
        assert not any(urlsplit(address).netloc for address in addresses)
        return sum(len(_body(sample_client, address, encodings)) for address in (path, *addresses))

    return transferred


def _body(client: FlaskClient, path: str, encodings: str) -> bytes:
    with client.get(path, headers={"Accept-Encoding": encodings}) as answer:
        assert answer.status_code == 200
        return answer.get_data()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("encodings", ["gzip, deflate, br, zstd", "gzip, deflate, br", "gzip"])
def test_first_visit_is_light_as_transferred(weight: Weight, path: str, encodings: str) -> None:
    assert weight(path, encodings) < MOST_TRANSFERRED


@pytest.mark.parametrize("path", PAGES)
def test_first_visit_is_light_without_compression(weight: Weight, path: str) -> None:
    assert weight(path, "identity") < MOST_UNCOMPRESSED


@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip"])
@pytest.mark.parametrize("path", ["/search?q=Київ", "/static/style.css", "/api/v1/search?q=Київ", "/search.atom"])
def test_answers_are_compressed_for_who_takes_that(sample_client: FlaskClient, path: str, encoding: str) -> None:
    with sample_client.get(path, headers={"Accept-Encoding": encoding}) as answer:
        assert answer.headers["Content-Encoding"] == encoding
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert len(answer.get_data()) * 2 < len(_body(sample_client, path, "identity"))
