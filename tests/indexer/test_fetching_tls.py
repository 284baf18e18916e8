"""Fetching over https: whose certificate is taken, which is refused and how that is told, and where redirects lead."""

import datetime
import ssl
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import httpcore
import pytest
from small_server import Answer, SmallServer, small_server

from indexer.fetching import Fetcher, FetchFailed

pytest.importorskip("cryptography", reason="certificates are made with cryptography, which comes with visti[oidc]")
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "news.example"
_CONNECT = httpcore.SyncBackend.connect_tcp
PRIVATE = ("10.0.0.1", "127.0.0.1", "169.254.169.254", "::1")


class Authority:
    """An authority that certifies hosts, in files below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of the tests")])
        self._certificate = self._signed(self._name, self._key, x509.BasicConstraints(ca=True, path_length=None), 1)
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def server_context(self, host: str, *, days: int = 1) -> ssl.SSLContext:
        """Return what a server needs to show that it is a host; with ``days`` below zero, that it once was."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = self._signed(name, key, x509.SubjectAlternativeName([x509.DNSName(host)]), days)
        file = self._folder / f"{host}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType, days: int
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder(self._name, name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=9))
        builder = builder.not_valid_after(now + datetime.timedelta(days=days))
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(extension, critical=False).add_extension(identifier, critical=False)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        return builder.sign(self._key, hashes.SHA256())


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def server(authority: Authority) -> Iterator[SmallServer]:
    with small_server(authority.server_context(HOST)) as running:
        running.answers["/feed"] = Answer(b"news")
        yield running


def fetcher(verify: ssl.SSLContext | None = None) -> Fetcher:
    return Fetcher(allow_private=True, sleep=lambda seconds: None, resolve=lambda *_: ["127.0.0.1"], verify=verify)


def trusting(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority.file)


def test_a_certificate_of_a_known_authority_is_taken_for_the_name(server: SmallServer, authority: Authority) -> None:
    """The connection goes to an address, the certificate is that of the name."""
    assert fetcher(trusting(authority)).fetch(server.url("/feed", HOST)).content == b"news"


def test_an_authority_of_ones_own_is_named_in_the_environment(
    server: SmallServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    assert fetcher().fetch(server.url("/feed", HOST)).content == b"news"


def test_an_unknown_authority_is_refused(server: SmallServer) -> None:
    with pytest.raises(FetchFailed, match=r"certificate is refused: unable to get local issuer.*SSL_CERT_FILE="):
        fetcher().fetch(server.url("/feed", HOST))
    assert not server.asked


def test_a_certificate_of_another_name_is_refused(server: SmallServer, authority: Authority) -> None:
    with pytest.raises(FetchFailed, match=r"certificate is refused: Hostname mismatch.*other\.example"):
        fetcher(trusting(authority)).fetch(server.url("/feed", "other.example"))
    assert not server.asked


def test_a_certificate_that_has_run_out_is_refused(authority: Authority) -> None:
    with (
        small_server(authority.server_context(HOST, days=-1)) as server,
        pytest.raises(FetchFailed, match="certificate is refused: certificate has expired"),
    ):
        fetcher(trusting(authority)).fetch(server.url("/feed", HOST))


def test_https_never_leads_to_http(server: SmallServer, authority: Authority) -> None:
    with small_server() as plain:
        plain.answers["/feed"] = Answer(b"anybody's news")
        server.answers["/moved"] = Answer(status=301, headers={"Location": plain.url("/feed")})
        with pytest.raises(FetchFailed, match="without encryption"):
            fetcher(trusting(authority)).fetch(server.url("/moved", HOST))
        assert not plain.asked


def test_http_may_lead_to_https(server: SmallServer, authority: Authority) -> None:
    with small_server() as plain:
        plain.answers["/feed"] = Answer(status=301, headers={"Location": server.url("/feed", HOST)})
        assert fetcher(trusting(authority)).fetch(plain.url("/feed")).url == server.url("/feed", HOST)


@pytest.mark.parametrize("address", PRIVATE)
def test_https_does_not_lead_into_the_private_network(
    server: SmallServer, authority: Authority, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """An address in numbers is checked as one that a name has."""
    shown = f"[{address}]" if ip_address(address).version == 6 else address
    server.answers["/sly"] = Answer(status=302, headers={"Location": f"https://{shown}:{server.port}/feed"})
    addresses = {HOST: "192.0.2.1"}
    monkeypatch.setattr("indexer.connecting.is_public", lambda each: each == "192.0.2.1")
    monkeypatch.setattr("httpcore.SyncBackend.connect_tcp", _to_this_machine)
    asking = Fetcher(
        sleep=lambda seconds: None, resolve=lambda host, _: [addresses.get(host, host)], verify=trusting(authority)
    )
    with pytest.raises(FetchFailed, match="private network"):
        asking.fetch(server.url("/sly", HOST))
    assert server.asked == ["/sly"]


def test_a_name_that_leads_inside_the_second_time_is_refused(
    server: SmallServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: each connection is to an address that was checked for it, whatever the name led to before."""
    answers = iter(["192.0.2.1", "10.0.0.1"])
    connected: list[str] = []
    monkeypatch.setattr("indexer.connecting.is_public", lambda each: each == "192.0.2.1")
    monkeypatch.setattr(
        "httpcore.SyncBackend.connect_tcp",
        lambda self, host, *rest, **named: connected.append(host) or _to_this_machine(self, host, *rest, **named),
    )
    asking = Fetcher(sleep=lambda seconds: None, resolve=lambda *_: [next(answers)], verify=trusting(authority))
    with pytest.raises(FetchFailed, match=r"private network \(10\.0\.0\.1\)"):
        asking.fetch(server.url("/feed", HOST))  # robots.txt over the first connection, the feed over another
    assert connected == ["192.0.2.1"] and not server.asked


def _to_this_machine(backend: object, host: str, *rest: object, **named: object) -> object:
    """Connect to where the test's server is, as if the address led there."""
    return _CONNECT(backend, "127.0.0.1", *rest, **named)  # type: ignore[arg-type]
