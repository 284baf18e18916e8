"""
Passwords: which will do, and how they are kept.

Kept as Argon2id hashes (RFC 9106). What is asked of a password follows NIST SP 800-63B-4, 3.1.1.2: a length, no
rules about letters and digits, no change by the calendar.
"""

import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from web.i18n import N_

#: NIST asks for 15 characters where the password is all there is, and 8 beside a second factor. Sign-ins are throttled
#: here and hashes are slow, so 12, which a newsroom will put up with.
MIN_PASSWORD = 12
#: NIST: at least 64. Bounded, so that nobody has the server hash megabytes.
MAX_PASSWORD = 256
#: "aaaaaaaaaaaa" and "121212121212" are the first that are tried.
LEAST_LETTERS = 4

TOO_SHORT = N_("A password has at least %(least)s characters; a few words that you can remember are good.")
TOO_LONG = N_("A password has at most %(most)s characters.")
TOO_EASY = N_("This password is too easy to guess.")

#: The first set of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane; 25 ms on the machine where
#: this was written, during which a worker needs 19 MiB more.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class PasswordProblem(NamedTuple):
    """Why a password will not do: a message, to be translated, and the values in it."""

    message: str
    values: Mapping[str, object]


def check_new_password(password: str, name: str = "") -> PasswordProblem | None:
    """Return why a password will not do, or None if it will; ``name`` is that of the account."""
    folded = _prepared(password)
    if len(folded) < MIN_PASSWORD:
        return PasswordProblem(TOO_SHORT, {"least": MIN_PASSWORD})
    if len(folded) > MAX_PASSWORD:
        return PasswordProblem(TOO_LONG, {"most": MAX_PASSWORD})
    if len(set(folded)) < LEAST_LETTERS or (name and not folded.lower().replace(name, "")):
        return PasswordProblem(TOO_EASY, {})
    return None


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return _HASHER.hash(_prepared(password))


def password_matches(kept: str, password: str) -> bool:
    """Tell whether a password is the one that was kept; an empty ``kept`` matches none, and takes as long."""
    if len(password) > MAX_PASSWORD:
        return False
    try:
        return _HASHER.verify(kept or _NOBODYS, _prepared(password)) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def needs_new_hash(kept: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


def _prepared(password: str) -> str:
    """Return a password in one normal form: "ї" is typed as one character here and as two there (NIST: NFKC)."""
    return unicodedata.normalize("NFKC", password)


#: What is compared where there is no account, so that the time of the answer does not tell that there is none.
_NOBODYS = hash_password("nobody has this password")
