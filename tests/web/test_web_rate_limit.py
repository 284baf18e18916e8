"""How often one address may ask: the bucket against a simple model, and what those get who ask too often."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from web import create_app
from web.archive import archive_handle
from web.config import SiteConfig
from web.rate_limit import ROW_BUCKETS, ROWS, RateLimiter, is_own_machine, network_of

SECOND = 1_000_000_000
READER, OTHER = "203.0.113.5", "203.0.113.6"


class Clock:
    def __init__(self) -> None:
        self.now = 1000 * SECOND

    def __call__(self) -> int:
        return self.now


class TokenBucket:
    """The model: so many tokens, one for each request, filled up with time."""

    def __init__(self, per_minute: int, burst: int) -> None:
        self.tokens, self.burst, self.per_second = float(burst), burst, per_minute / 60
        self.last = 0

    def takes(self, now: int) -> bool:
        self.tokens = min(self.burst, self.tokens + (now - self.last) / SECOND * self.per_second)
        self.last = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


# Rates and pauses that binary fractions express: then the model and the limiter round nothing
@given(
    per_minute=st.sampled_from([15, 30, 60, 120, 240, 480]),
    burst=st.integers(1, 6),
    asked=st.lists(st.tuples(st.sampled_from([READER, OTHER]), st.integers(0, 40)), max_size=60),
)
def test_it_takes_what_a_bucket_of_tokens_takes(per_minute: int, burst: int, asked: list[tuple[str, int]]) -> None:
    clock = Clock()
    limiter = RateLimiter(per_minute, burst, clock)
    buckets = {address: TokenBucket(per_minute, burst) for address in (READER, OTHER)}
    for bucket in buckets.values():
        bucket.last = clock.now
    for address, eighths in asked:
        clock.now += eighths * SECOND // 8
        assert (limiter.wait_seconds(address) == 0) == buckets[address].takes(clock.now)


@given(per_minute=st.integers(1, 6000), burst=st.integers(1, 50))
def test_who_waits_as_long_as_told_may_pass(per_minute: int, burst: int) -> None:
    clock = Clock()
    limiter = RateLimiter(per_minute, burst, clock)
    assert [limiter.wait_seconds(READER) for _ in range(burst)] == [0.0] * burst
    wait = limiter.wait_seconds(READER)
    assert 0 < wait <= 60 / per_minute
    clock.now += round(wait * SECOND) - 1
    assert limiter.wait_seconds(READER) > 0
    clock.now += 1
    assert limiter.wait_seconds(READER) == 0
    assert limiter.wait_seconds(READER) > 0


def test_threads_count_together() -> None:
    limiter = RateLimiter(1, 100, Clock())
    passed = []
    ask = lambda: passed.extend(limiter.wait_seconds(READER) == 0 for _ in range(50))  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(passed), sum(passed)) == (200, 100)


def test_many_addresses_need_no_more_memory_and_forget_the_one_that_asked_least() -> None:
    clock = Clock()
    limiter = RateLimiter(1, 2, clock)
    assert [limiter.wait_seconds(READER) > 0 for _ in range(3)] == [False, False, True]
    size = len(limiter._table)
    for number in range(20_000):  # a third of the table: hardly a row is full, and none of buckets as full as this one
        limiter.wait_seconds(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(limiter._table) == size == ROWS * ROW_BUCKETS * 16
    assert limiter.wait_seconds(READER) > 0


def test_an_ipv6_customer_has_one_bucket() -> None:
    limiter = RateLimiter(1, 1, Clock())
    assert limiter.wait_seconds("2001:db8::1") == 0
    assert limiter.wait_seconds("2001:db8::ffff:1") > 0
    assert limiter.wait_seconds("2001:db8:0:1::1") == 0


@given(st.text(max_size=60))
def test_no_address_raises(address: str) -> None:
    assert network_of(address) == network_of(network_of(address))
    assert is_own_machine(address) in (True, False)


@pytest.fixture
def reader(index_path: Path) -> Iterator[FlaskClient]:
    app = create_app(index_path, config=SiteConfig(rate_limit=1, rate_burst=2, trusted_proxies=1))
    yield app.test_client()
    with app.app_context():
        archive_handle().close()


def ask(client: FlaskClient, path: str, times: int, address: str = READER) -> list[int]:
    statuses = []
    for _ in range(times):
        with client.get(path, headers={"X-Forwarded-For": address}) as response:
            statuses.append(response.status_code)
    return statuses


def test_a_reader_who_asks_too_often_gets_a_page_in_the_language_of_the_site(reader: FlaskClient) -> None:
    assert ask(reader, "/help", 3) == [200, 200, 429]
    response = reader.get("/search?q=x&ui=uk", headers={"X-Forwarded-For": READER})
    page = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert page.h1 is not None and page.h1.get_text() == "Забагато запитів"
    assert "Content-Security-Policy" in response.headers
    assert ask(reader, "/help", 1, OTHER) == [200]


def test_a_program_that_asks_too_often_gets_its_shape(reader: FlaskClient) -> None:
    assert ask(reader, "/api/v1/search?q=x", 3) == [200, 200, 429]
    response = reader.get("/api/v1/search?q=x", headers={"X-Forwarded-For": READER})
    assert response.get_json()["error"]["code"] == "too_many_requests"
    assert response.headers["Retry-After"]


@pytest.mark.parametrize("path", ["/static/style.css", "/healthz", "/readyz"])
def test_what_costs_nothing_or_watches_is_not_counted(reader: FlaskClient, path: str) -> None:
    assert ask(reader, path, 5) == [200] * 5
    assert ask(reader, "/help", 1) == [200]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_the_machine_itself_is_not_counted(reader: FlaskClient, address: str) -> None:
    assert ask(reader, "/help", 5, address) == [200] * 5


def test_a_rate_of_nought_switches_it_off(index_path: Path) -> None:
    client = create_app(index_path, config=SiteConfig(rate_limit=0, rate_burst=1, trusted_proxies=1)).test_client()
    assert ask(client, "/help", 5) == [200] * 5
