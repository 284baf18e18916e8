"""A browser for the tests of the newsroom: it signs in, and sends forms as their pages do."""

import re

from flask.testing import FlaskClient
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
