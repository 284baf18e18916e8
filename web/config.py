"""
How a site is set up: what its owner may choose, apart from the archive.

``create_app`` takes a ``SiteConfig``; every part of the site reads it with ``current_config``. Where the values come
from (a file, the environment, options) is ``config_sources``' business; docs/serving.md explains every key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import current_app

_EXTENSION = "visti-config"
MAX_PORT = 65535


def between(least: int, most: int) -> Mapping[str, object]:
    """Return the metadata of a field whose whole number has bounds; without it, it is 0 or more."""
    return {"between": (least, most)}


def one_of(*values: str) -> Mapping[str, object]:
    """Return the metadata of a field that takes one of a few texts."""
    return {"one_of": values}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfig:
    """
    What the owner of a site may choose; the defaults are safe on the open internet.

    The name of a field is its key in the file, and with ``VISTI_`` before it in the environment. Fields are texts,
    whole numbers, truth values or tuples of texts.
    """

    index: str = ""
    """The folder of the index; empty: ``index`` in the current folder."""
    host: str = "127.0.0.1"
    """The address to listen on; 0.0.0.0 for all."""
    port: int = field(default=8000, metadata=between(0, MAX_PORT))
    """The port to listen on; 0 picks a free one."""
    workers: int = field(default=0, metadata=between(0, 64))
    """How many processes answer; 0: one for each core, at most four."""
    threads: int = field(default=4, metadata=between(1, 64))
    """How many requests a process works on at a time."""
    request_seconds: int = field(default=30, metadata=between(1, 600))
    """How long a request may take from its first byte to the last of the answer; then its connection is closed."""
    grace_seconds: int = field(default=20, metadata=between(1, 600))
    """How long requests in flight may take when the server is told to stop."""

    trusted_hosts: tuple[str, ...] = ()
    """The names that the site may be asked by; a leading dot takes subdomains too. Empty: any."""
    trusted_proxies: int = field(default=0, metadata=between(0, 9))
    """How many proxies stand before the site and say in X-Forwarded-For and -Proto who asks, and how."""
    https_only: bool = False
    """Whether browsers are told (by HSTS) that the site is never to be had without TLS."""

    rate_limit: int = field(default=600, metadata=between(0, 1_000_000))
    """How many requests a minute one address may go on making; 0: any number."""
    rate_burst: int = field(default=120, metadata=between(1, 1_000_000))
    """How many requests an address may make at once before the rate counts."""

    page_cache_megabytes: int = field(default=16, metadata=between(0, 1024))
    """How much memory each process may use to keep pages that are asked for again; 0: it keeps none."""

    access_log: str = "stderr"
    """Where each request gets a line: ``stderr``, ``stdout``, ``off`` or a file."""
    access_log_format: str = field(default="text", metadata=one_of("text", "json"))
    """What a line looks like."""
    access_log_addresses: str = field(default="short", metadata=one_of("short", "full", "none"))
    """How much of a reader's address is written down; ``short`` names the network (/24, /48) only."""
    access_log_queries: bool = False
    """Whether the log says what was searched for."""

    metrics_token: str = ""
    """The bearer token that /metrics asks for; empty: there is no /metrics."""

    accounts: str = ""
    """The SQLite file of the newsroom's accounts; empty: there is no newsroom."""
    password_sign_in: bool = True
    """Whether the newsroom may sign in with a password; false leaves single sign-on alone."""
    oidc_issuer: str = ""
    """The provider of single sign-on (OpenID Connect), as it calls itself; empty: none."""
    oidc_client_id: str = ""
    """What the provider calls this site."""
    oidc_client_secret: str = ""
    """The secret that it gave this site."""
    oidc_scopes: tuple[str, ...] = ("profile", "email")
    """What is asked of the provider, besides who somebody is."""
    oidc_role_claim: str = "groups"
    """The claim that holds somebody's groups; dots lead into objects."""
    oidc_editors: tuple[str, ...] = ()
    """The groups whose people are editors."""
    oidc_journalists: tuple[str, ...] = ()
    """The groups whose people are journalists. With neither, only those come whose accounts were prepared."""
    oidc_label: str = ""
    """What stands on the button; empty: "Single sign-on"."""

    site_url: str = ""
    """The address of the site, such as ``https://news.example.org/``: how links in e-mails begin."""
    mail_sender: str = ""
    """From whom e-mails come: ``alerts@example.org`` or ``Visti <alerts@example.org>``."""
    smtp_host: str = ""
    """The mail server that takes e-mails; empty: none are sent."""
    smtp_port: int = field(default=587, metadata=between(1, MAX_PORT))
    """Its port."""
    smtp_security: str = field(default="starttls", metadata=one_of("starttls", "tls", "none"))
    """How the connection to it is secured."""
    smtp_user: str = ""
    """The name to sign in with there; empty: nobody signs in."""
    smtp_password: str = ""
    """The password of that name."""
    alert_hour: int = field(default=8, metadata=between(0, 23))
    """The hour, of Kyiv, from which daily and weekly e-mails are sent."""
    alert_weekday: int = field(default=1, metadata=between(1, 7))
    """The day of weekly e-mails: 1 is Monday."""

    name: str = "Visti"
    """The name of the publication, as the news sitemap gives it to search engines."""
    cors_origins: tuple[str, ...] = ()
    """The sites whose scripts may read the API, such as ``https://example.org``; ``*`` for all."""


def current_config() -> SiteConfig:
    """Return the set-up of the application that handles this request."""
    config: SiteConfig = current_app.extensions[_EXTENSION]
    return config


def install_config(extensions: dict[str, object], config: SiteConfig) -> None:
    """Put the set-up where ``current_config`` finds it: among an application's extensions."""
    extensions[_EXTENSION] = config
