"""
A small OpenID Connect provider that keeps to the protocol, or breaks it in one way that a test names.

Discovery, keys (RS256), the authorization code flow with PKCE (S256 alone), client authentication; it asks no password:
whoever comes is ``claims``.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

CLIENT_ID, CLIENT_SECRET = "visti-test", "a secret of the client"


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Write nothing."""


@dataclass
class IdentityProvider:
    """The provider; ``breaks`` is what it does wrongly, ``claims`` whom it vouches for."""

    claims: dict[str, Any] = field(default_factory=dict)
    breaks: str = ""
    redirect_uris: tuple[str, ...] = ("http://localhost/newsroom/oidc/callback",)

    def __post_init__(self) -> None:
        self._key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self._other_key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self._codes: dict[str, Mapping[str, str]] = {}
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def issuer(self) -> str:
        """The address of the provider."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        routes: dict[str, Callable[[Request], Response]] = {
            "/.well-known/openid-configuration": self._discovery,
            "/jwks": lambda _: self._json({"keys": [self._key.as_dict(private=False)]}),
            "/authorize": self._authorize,
            "/token": self._token,
        }
        answer = routes.get(request.path, lambda _: Response("no such page", 404))(request)
        return answer(environ, start_response)

    def _discovery(self, request: Request) -> Response:
        algorithms = ["RS256", "none", "HS256"] if self.breaks in ("none", "confused") else ["RS256"]
        return self._json(
            {
                "issuer": "https://another.example" if self.breaks == "other issuer's description" else self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": algorithms,
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def _authorize(self, request: Request) -> Response:
        given = {name: values[0] for name, values in parse_qs(request.query_string.decode()).items()}
        assert given["response_type"] == "code" and given["client_id"] == CLIENT_ID, given
        assert given["redirect_uri"] in self.redirect_uris, given
        assert "openid" in given["scope"].split() and given["state"] and given["nonce"], given
        assert given["code_challenge_method"] == "S256" and len(given["code_challenge"]) == 43, given
        if self.breaks == "denied":
            answer = {"error": "access_denied", "state": given["state"]}
        else:
            code = secrets.token_urlsafe()
            self._codes[code] = given
            answer = {"code": code, "state": "forged" if self.breaks == "state" else given["state"]}
        return Response(status=302, headers={"Location": f"{given['redirect_uri']}?{urlencode(answer)}"})

    def _token(self, request: Request) -> Response:
        if self.breaks == "server error":
            return Response("out of order", 500)
        asked = self._codes.pop(request.form["code"], None)
        client = request.authorization
        known = client is not None and (client.username, client.password) == (CLIENT_ID, CLIENT_SECRET)
        digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        fits = asked is not None and asked["redirect_uri"] == request.form["redirect_uri"]
        if not known or not fits or asked is None or challenge != asked["code_challenge"]:
            return self._json({"error": "invalid_grant"}, 400)
        answer = {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "expires_in": 300}
        if self.breaks != "no identity":
            answer["id_token"] = self._id_token(asked["nonce"])
        return self._json(answer)

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "1",
            "nonce": nonce,
            "iat": now,
            "exp": now + 300,
            **self.claims,
        }
        wrong = {
            "nonce": {"nonce": "another"},
            "audience": {"aud": "another-client"},
            "audience, for our use": {"aud": "another-client", "azp": CLIENT_ID},
            "several audiences": {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
            "issuer": {"iss": "https://another.example"},
            "expired": {"iat": now - 7200, "exp": now - 3600},
            "empty subject": {"sub": ""},
        }
        claims |= wrong.get(self.breaks, {})
        if self.breaks == "no nonce":
            del claims["nonce"]
        if self.breaks == "no subject":
            del claims["sub"]
        if self.breaks == "none":
            return _part({"alg": "none"}) + "." + _part(claims) + "."
        if self.breaks == "confused":
            return self._signed_with_the_public_key(claims)
        key = self._other_key if self.breaks == "key" else self._key
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, key)
        return token[:-8] + "AAAAAAAA" if self.breaks == "signature" else token

    def _signed_with_the_public_key(self, claims: Mapping[str, Any]) -> str:
        """Make a token whose shared "secret" is the key that everybody knows (RFC 8725, 2.1)."""
        signed = _part({"alg": "HS256", "kid": "1"}) + "." + _part(claims)
        digest = hmac.digest(self._key.as_pem(private=False), signed.encode(), "sha256")
        return signed + "." + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    @staticmethod
    def _json(value: object, status: int = 200) -> Response:
        return Response(json.dumps(value), status, content_type="application/json")


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
