"""A browser for the tests of the newsroom, which signs in and sends forms as their pages do, and a clock."""

import re
from datetime import timedelta

from flask.testing import FlaskClient
from readers_archive import NOW
from werkzeug.test import TestResponse

#: Everybody's, in tests.
PASSWORD = "correct horse battery"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class NewsroomClient(FlaskClient):
    """A client whose forms carry the token of its session."""

    def csrf_token(self) -> str:
        """Return the token that stands in every form of this session."""
        page = self.get("/newsroom/", follow_redirects=True).get_data(as_text=True)
        found = _TOKEN.search(page)
        assert found is not None, page[:500]
        return found[1]

    def submit(self, path: str, **fields: object) -> TestResponse:
        """Post a form to a path."""
        return self.post(path, data={"csrf_token": self.csrf_token(), **fields})

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        """Fill in the form of /newsroom/login."""
        return self.submit("/newsroom/login", name=name, password=password)


class Clock:
    """The time that it is on the site; a test may let it go on."""

    def __init__(self) -> None:
        self.now = NOW

    def pass_by(self, **duration: float) -> None:
        """Let so much time go by: ``minutes=5``."""
        self.now += timedelta(**duration)
