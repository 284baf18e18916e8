"""The examples in deploy/ are what the programs that read them take, and fit the site."""

import re
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from web.config import SiteConfig
from web.config_sources import read_config

DEPLOY = Path(__file__).parents[1] / "deploy"
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
UNIT = (DEPLOY / "visti.service").read_text(encoding="utf-8")
CONTAINER = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
CONFIG = read_config(DEPLOY / "visti.toml", {}, {})


class Unit(RawConfigParser):
    """A file of systemd: keys are case-sensitive, may be repeated, and mean what the last one says."""

    optionxform = staticmethod(str)  # type: ignore[assignment]


@pytest.fixture
def unit() -> Unit:
    parser = Unit(strict=False)
    parser.read_string(UNIT)
    return parser


def test_the_set_up_and_nginx_fit_each_other() -> None:
    assert f"server {CONFIG.host}:{CONFIG.port};" in NGINX
    assert [CONFIG.trusted_hosts] == [(name,) for name in set(re.findall(r"server_name (\S+);", NGINX))]
    assert CONFIG.trusted_proxies == 1
    for header in ("Host $host", "X-Forwarded-For $proxy_add_x_forwarded_for", "X-Forwarded-Proto $scheme"):
        assert f"proxy_set_header {header};" in NGINX
    seconds = re.search(r"proxy_read_timeout (\d+)s;", NGINX)
    assert seconds is not None and int(seconds[1]) > CONFIG.request_seconds


def test_nginx_takes_its_file(tmp_path: Path) -> None:
    nginx, openssl = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin"), shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("nginx and openssl are not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    request = f"{openssl} req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout {key} -out {certificate}"
    subprocess.run(request.split(), check=True, capture_output=True)
    text = re.sub(r"(ssl_certificate_key) .*;", rf"\1 {key};", NGINX)
    text = re.sub(r"(ssl_certificate) .*;", rf"\1 {certificate};", text)
    text = text.replace("/var/cache/nginx/visti", str(tmp_path / "cache"))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{text}\n}}\n")
    result = subprocess.run([nginx, "-t", "-c", whole], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "[warn]" not in result.stderr


def test_the_unit_starts_the_server_and_gives_it_time_to_stop(unit: Unit) -> None:
    service = unit["Service"]
    assert service["ExecStart"].endswith("visti serve --config /etc/visti.toml")
    assert int(service["TimeoutStopSec"]) > SiteConfig().grace_seconds
    assert service["NoNewPrivileges"] == service["PrivateTmp"] == "yes"


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd is not installed")
    for name in ("visti.service", "visti-alerts.service", "visti-alerts.timer"):
        text = (DEPLOY / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/opt/visti/.venv/bin/visti", sys.executable))
        result = subprocess.run([analyze, "verify", "--man=no", tmp_path / name], capture_output=True, text=True)
        assert [line for line in result.stderr.splitlines() if name in line] == []


def test_the_container_copies_what_there_is_and_sets_what_can_be_set() -> None:
    for source in re.findall(r"^COPY (?!--)(.+) \S+$", CONTAINER, re.MULTILINE):
        assert all((DEPLOY.parent / name).exists() for name in source.split()), source
    variables = dict(re.findall(r"(VISTI_[A-Z_]+)=(\S+)", CONTAINER.partition("\nFROM")[2]))
    config = read_config(None, variables, {})
    assert (config.index, config.host, config.port) == ("/index", "0.0.0.0", 8000)
    assert f"EXPOSE {config.port}" in CONTAINER and f":{config.port}/readyz" in CONTAINER
