"""
Cursors of the API: the position of the last hit as a text for a URL, which goes on in the same search and in no other.

A cursor is not secret and not signed, only checked: who makes one up gets another stretch of results that everybody may
see. It holds no state of the archive, so it does not expire.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import replace
from hashlib import blake2b

from search import Position
from web.params import SearchRequest, query_pairs

#: An id of 512 bytes, two numbers and the check make 716.
MAX_CURSOR_CHARACTERS = 800
#: Raised when the bytes mean something else; a cursor of another version does not check.
_VERSION = b"1"
_CHECK_BYTES = 6
_NUMBERS = struct.Struct(">dq")


def write_cursor(search_request: SearchRequest, position: Position) -> str:
    """
    Return the cursor that goes on after a position in the results of a search.

    >>> write_cursor(SearchRequest(query="мир"), Position("a", 1.5, 0))
    'gFvpVQOXP_gAAAAAAAAAAAAAAAAAAGE'
    """
    content = _NUMBERS.pack(position.relevance, position.moment) + position.article_id.encode(errors="surrogatepass")
    return urlsafe_b64encode(_check(search_request, content) + content).rstrip(b"=").decode("ascii")


def read_cursor(search_request: SearchRequest, cursor: str) -> Position:
    """Return the position that a cursor of this search names. Raises ``ValueError`` for anything else."""
    if len(cursor) > MAX_CURSOR_CHARACTERS:
        raise ValueError("it is too long")
    try:
        decoded = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except (UnicodeEncodeError, NotBase64) as error:
        raise ValueError("it is not base64") from error
    check, content = decoded[:_CHECK_BYTES], decoded[_CHECK_BYTES:]
    if len(content) < _NUMBERS.size or check != _check(search_request, content):
        raise ValueError("it does not belong to this search")
    relevance, moment = _NUMBERS.unpack_from(content)
    return Position(content[_NUMBERS.size :].decode(errors="surrogatepass"), relevance, moment)


def _check(search_request: SearchRequest, content: bytes) -> bytes:
    search = repr(query_pairs(replace(search_request, page=1))).encode(errors="surrogatepass")
    return blake2b(_VERSION + len(search).to_bytes(4) + search + content, digest_size=_CHECK_BYTES).digest()
