"""
How a site is set up: what its owner may choose, apart from the index.

``create_app`` takes a ``SiteConfig``; every part of the site reads it with ``current_config``.
"""

from dataclasses import dataclass

from flask import current_app

_EXTENSION = "visti-config"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfig:
    """What the owner of a site may choose; the defaults are safe on the open internet."""

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
