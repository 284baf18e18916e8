"""
Single sign-on by OpenID Connect: the authorization code flow with PKCE (RFC 9700, OpenID Connect Core 3.1).

Authlib speaks the protocol: state, nonce, code verifier, the signature by the provider's published keys, the times.
Here stands what this site asks beyond that, and whom a person of the provider's is in the newsroom.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, session
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.config import SiteConfig
from web.config_sources import ConfigError
from web.i18n import N_
from web.newsroom.account_changes import change_role, open_account
from web.newsroom.accounts import MAX_NAME, MAX_SUBJECT, AccountError, Role, User, find_user

if TYPE_CHECKING:
    from authlib.integrations.flask_client import FlaskOAuth2App

_EXTENSION = "visti-oidc"
_NAME = "visti"
#: The provider's answers take milliseconds; a worker's thread must not wait for one that is down.
TIMEOUT_SECONDS = 10
#: How far two clocks may be apart.
LEEWAY_SECONDS = 60
#: Signatures with a key of the provider's that is published. Neither "none" nor HS…, whatever its description names.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})

UNREACHABLE = N_("The sign-in service does not answer. Please try again in a minute.")
BROKEN_OFF = N_("The sign-in was broken off at the sign-in service. You can begin again.")
NOT_TRUSTED = N_(
    "The answer of the sign-in service could not be trusted, so you are not signed in. Please begin again."
)
UNKNOWN = N_("The sign-in service knows you, but you have no account in this newsroom. Ask an editor for one.")
SWITCHED_OFF = N_("Your account is switched off. Ask an editor.")
NAME_IN_USE = N_("There is another account with your name here, which has a password. Ask an editor.")


class OidcRefused(Exception):
    """Nobody is signed in; ``told`` is the message for their page, the text is for the log."""

    def __init__(self, told: str, reason: str) -> None:
        self.told = told
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for; ``subject`` is theirs for good, ``groups`` what the role comes from."""

    subject: str
    name: str
    display_name: str
    email: str
    groups: frozenset[str]


def init_oidc(app: Flask, config: SiteConfig) -> None:
    """Connect an application with the provider that its set-up names, if it does. Raises ``ConfigError``."""
    if not config.oidc_issuer:
        if not config.password_sign_in:
            raise ConfigError("password_sign_in is false, and no oidc_issuer is named: nobody could sign in.")
        return
    if not config.oidc_client_id:
        raise ConfigError("oidc_issuer is named, but no oidc_client_id: register the site there, and name it.")
    try:
        from authlib.integrations.flask_client import OAuth
    except ImportError as error:
        raise ConfigError("For oidc_issuer install what it takes: pip install 'visti[oidc]'") from error
    app.extensions[_EXTENSION] = OAuth(app).register(
        _NAME,
        server_metadata_url=f"{config.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_id=config.oidc_client_id,
        client_secret=config.oidc_client_secret or None,
        client_kwargs={
            "scope": " ".join(("openid", *config.oidc_scopes)),
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_SECONDS,
        },
    )


def has_oidc() -> bool:
    """Tell whether this site has a provider."""
    return _EXTENSION in current_app.extensions


def send_to_provider(redirect_uri: str, config: SiteConfig) -> Response:
    """Send the browser to the provider, which sends it back to ``redirect_uri``. Raises ``OidcRefused``."""
    for key in [key for key in session if key.startswith(f"_state_{_NAME}_")]:
        session.pop(key)  # one attempt at a time: the cookie holds 4 KB
    with _Trouble():
        response: Response = _client(config).authorize_redirect(redirect_uri)
        return response


def identity_from_provider(config: SiteConfig) -> Identity:
    """Return whom the provider has sent back with this request. Raises ``OidcRefused``."""
    with _Trouble():
        token = _client(config).authorize_access_token(leeway=LEEWAY_SECONDS)
        claims: Mapping[str, Any] = token.get("userinfo") or {}
    _check(claims, config)
    subject = f"{claims['iss']} {claims['sub']}"
    if len(subject) > MAX_SUBJECT:
        raise OidcRefused(NOT_TRUSTED, "the subject is too long")
    return Identity(
        subject,
        str(claims.get("preferred_username") or claims.get("email") or "")[:MAX_NAME],
        str(claims.get("name") or ""),
        str(claims.get("email") or ""),
        _groups(claims, config.oidc_role_claim),
    )


def account_of(database: Session, identity: Identity, config: SiteConfig, now: datetime) -> User:
    """
    Return the account of somebody, which is made for those whose group gives them a role. Raises ``OidcRefused``.

    An account that was prepared without a password is taken over by who first comes with its name; one with a
    password never is, since at many providers people choose their names themselves.
    """
    role = role_of(identity, config)
    if role is None and (config.oidc_editors or config.oidc_journalists):
        raise OidcRefused(UNKNOWN, f"{identity.name} is in no group that may come")
    user = database.scalar(select(User).where(User.subject == identity.subject))
    user = user or _prepared_account(database, identity) or _new_account(database, identity, role, now)
    if user.disabled:
        raise OidcRefused(SWITCHED_OFF, f"{user.name} is switched off")
    if role is not None:
        change_role(database, user, role, by="single sign-on")
    return user


def role_of(identity: Identity, config: SiteConfig) -> Role | None:
    """Return the role that the groups of somebody give, the highest of them; None if they give none."""
    if identity.groups & set(config.oidc_editors):
        return Role.EDITOR
    return Role.JOURNALIST if identity.groups & set(config.oidc_journalists) else None


def _prepared_account(database: Session, identity: Identity) -> User | None:
    user = find_user(database, identity.name) if identity.name else None
    if user is None:
        return None
    if user.password_hash or user.subject is not None:
        raise OidcRefused(NAME_IN_USE, f"{user.name} is another account")
    user.subject = identity.subject
    return user


def _new_account(database: Session, identity: Identity, role: Role | None, now: datetime) -> User:
    if role is None:
        raise OidcRefused(UNKNOWN, f"{identity.name} has no account")
    try:
        user = open_account(
            database, identity.name, role, password=None, now=now, by="single sign-on",
            display_name=identity.display_name, email=identity.email,
        )  # fmt: skip
    except AccountError as error:
        raise OidcRefused(UNKNOWN, f"no account can be made for {identity.name!r}: {error}") from error
    user.subject = identity.subject
    return user


def _client(config: SiteConfig) -> "FlaskOAuth2App":
    client: FlaskOAuth2App = current_app.extensions[_EXTENSION]
    metadata = client.load_server_metadata()
    if metadata.get("issuer") != config.oidc_issuer:  # OpenID Connect Discovery, 4.3
        raise OidcRefused(NOT_TRUSTED, f"the provider calls itself {metadata.get('issuer')!r}")
    signed = [name for name in metadata.get("id_token_signing_alg_values_supported") or () if name in ALGORITHMS]
    metadata["id_token_signing_alg_values_supported"] = signed or ["RS256"]
    return client


def _check(claims: Mapping[str, Any], config: SiteConfig) -> None:
    """Check for whom and by whom a token is (OpenID Connect Core, 3.1.3.7): Authlib does it by halves."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != config.oidc_issuer or not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise OidcRefused(NOT_TRUSTED, "no identity by this issuer")
    alone = audiences == [config.oidc_client_id]
    if not alone and not (config.oidc_client_id in audiences and claims.get("azp") == config.oidc_client_id):
        raise OidcRefused(NOT_TRUSTED, f"the identity is for {audience!r}")


def _groups(claims: Mapping[str, Any], path: str) -> frozenset[str]:
    """Return the texts at a dotted path of the claims, such as Keycloak's ``realm_access.roles``."""
    value: Any = claims.get(path)
    if value is None:
        value = claims
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(value, str):
        return frozenset([value])
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()


class _Trouble:
    """Turns what the libraries raise into ``OidcRefused``."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError
        from requests.exceptions import RequestException

        if isinstance(error, RequestException):
            raise OidcRefused(UNREACHABLE, f"{type(error).__name__}: {error}") from error
        if isinstance(error, AuthlibBaseError) and error.error == "access_denied":
            raise OidcRefused(BROKEN_OFF, str(error)) from error
        # What a provider answers is a stranger's text: whatever it breaks, nobody is signed in
        if isinstance(
            error, (AuthlibBaseError, JoseError, ValueError, TypeError, KeyError, AttributeError, RuntimeError)
        ):
            raise OidcRefused(NOT_TRUSTED, f"{type(error).__name__}: {error}") from error
