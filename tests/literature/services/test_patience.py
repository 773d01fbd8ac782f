"""Tests of the polite client: its pace, its waits, and when it leaves a database alone."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from stiltwalk.literature.services.polite import PoliteClient
from stiltwalk.literature.services.service import Request, ServiceError
from tests.literature.services import fake_openalex
from tests.literature.services.asking import START, Clock, client, request
from tests.literature.services.fake_services import (
    FakeServices,
    Illness,
    altered,
    broken,
    cut_short,
    limited,
    saying,
    serving,
    slow,
)


def test_pace(fake: FakeServices, tmp_path: Path) -> None:
    """Between two requests to a database lies its interval; another database is not waited for."""
    clock = Clock()
    with client(tmp_path, clock) as asking:
        asking.get(request(fake, "1"))
        asking.get(request(fake, "1", "other"))
        assert clock.waits == []
        clock.now += 1
        asking.get(request(fake, "2"))
        asking.get(request(fake, "2"))
        assert clock.waits == [2.0]


def test_pace_by_headers(fake: FakeServices, tmp_path: Path) -> None:
    """A database that says how many requests it takes in how many seconds is asked no faster."""
    said = (("X-Rate-Limit-Limit", "5"), ("X-Rate-Limit-Interval", "60s"))
    fake.plan("one", [altered(lambda answered: answered._replace(headers=said))])
    clock = Clock()
    with client(tmp_path, clock) as asking:
        asking.get(request(fake, "1"))
        asking.get(request(fake, "2"))
    assert clock.waits == [12.0]


@pytest.mark.parametrize(
    ("ill", "waited"),
    [
        (limited("7"), 7.0),
        (limited(format_datetime(datetime.fromtimestamp(START + 60, UTC), usegmt=True)), 60.0),
        (limited(format_datetime(datetime.fromtimestamp(START - 60, UTC), usegmt=True)), 1.0),
        (limited(None), 1.0),
        (limited("soon"), 1.0),
        (limited("7", status=503), 7.0),
        (limited("7", status=403), 7.0),
        (broken(500), 1.0),
        (broken(503), 1.0),
        (cut_short(), 1.0),
        (cut_short(4), 1.0),
        (saying(b'{"page": '), 1.0),
        (saying(b"<title>Just a moment...</title>", "text/html"), 1.0),
    ],
)
def test_a_passing_illness(fake: FakeServices, tmp_path: Path, ill: Illness, waited: float) -> None:
    """A database that is ill once is asked again, no sooner than it says, and its answer is whole."""
    fake.plan("one", [ill])
    clock, said = Clock(), list[str]()
    with client(tmp_path, clock, said=said) as asking:
        assert asking.get(request(fake)).body == b'{"page": "1"}'
    assert [clock.waits[0], len(fake.log), len(said)] == [waited, 2, 1]
    assert said[0].startswith("one (127.0.0.1) ")
    assert said[0].endswith(f"; it is asked again in {waited:.0f} s.")


def test_a_lasting_illness(fake: FakeServices, tmp_path: Path) -> None:
    """After four tries, each later than the last, it is given up, nothing is kept, and why is said."""
    fake.plan("one", [], then=broken(502))
    clock = Clock()
    with client(tmp_path, clock) as asking, pytest.raises(ServiceError) as caught:
        asking.get(request(fake)._replace(interval=0.0))
    assert str(caught.value) == (
        "one (127.0.0.1) answered with status 502 ('<h1>Internal error</h1>'), asked 4 times. "
        "Try again later."
    )
    assert not caught.value.limited
    assert clock.waits == [1.0, 2.0, 4.0]
    assert len(fake.log) == 4
    assert list(tmp_path.iterdir()) == []


def test_left_alone_after_failures(fake: FakeServices, tmp_path: Path) -> None:
    """After three requests that failed, a database is not asked again in this run; others are."""
    fake.plan("one", [], then=broken())
    with client(tmp_path) as asking:
        for page in "123":
            with pytest.raises(ServiceError):
                asking.get(request(fake, page))
        asked = len(fake.log)
        with pytest.raises(
            ServiceError, match=r"asked 4 times\. It is not asked again in this run\. Try again later\.$"
        ):
            asking.get(request(fake, "4"))
        assert len(fake.log) == asked
        assert asking.get(request(fake, "4", "other")).body == b'{"page": "4"}'


def test_a_success_between_failures(fake: FakeServices, tmp_path: Path) -> None:
    """Only failures in a row count: a half-dead database is asked as long as it answers now and then."""
    dead = [broken()] * 4
    fake.plan("one", [*dead, *dead, None, *dead, *dead, None])
    given = 0
    with client(tmp_path) as asking:
        for page in "123456":
            with suppress(ServiceError):
                given += asking.get(request(fake, page)).body != b""
    assert given == 2


def test_a_long_wait_is_not_waited(fake: FakeServices, tmp_path: Path) -> None:
    """A database that wants to be left alone for hours is: at once, and for this run."""
    fake.plan("one", [], then=limited("29520"))
    clock = Clock()
    with client(tmp_path, clock) as asking:
        for _ in range(2):
            with pytest.raises(ServiceError) as caught:
                asking.get(request(fake))
            assert str(caught.value) == (
                'one (127.0.0.1) answered with status 429 (\'{"message": "Too Many Requests"}\') '
                "and asks to be left alone for 8 h 12 min. It is not asked again in this run. "
                "Try again later."
            )
            assert caught.value.limited
    assert [len(fake.log), clock.waits] == [1, []]


def test_long_waits_in_all(fake: FakeServices, tmp_path: Path) -> None:
    """A database that wants a wait before each of its answers is left alone after ten minutes of them."""
    fake.plan("one", [limited("100"), None] * 10)
    clock = Clock()
    with client(tmp_path, clock) as asking:
        for page in range(6):
            asking.get(request(fake, str(page))._replace(interval=0.0))
        with pytest.raises(
            ServiceError, match=r"429 .* once more, after 10 min of waiting\. It is not asked"
        ):
            asking.get(request(fake, "6")._replace(interval=0.0))
    assert sum(clock.waits) == 600.0


@pytest.mark.parametrize(("status", "limits"), [(400, False), (401, True), (403, True), (404, False)])
def test_a_refusal_is_taken(fake: FakeServices, tmp_path: Path, status: int, limits: bool) -> None:
    """What no other try would mend is asked once, and the database may be asked for something else."""
    fake.plan("one", [saying(b'{"error": "no such field"}', status=status)])
    with client(tmp_path) as asking:
        with pytest.raises(ServiceError, match=rf"status {status} \('.*no such field") as caught:
            asking.get(request(fake))
        assert caught.value.limited is limits
        assert asking.get(request(fake, "2")).body == b'{"page": "2"}'
    assert len(fake.log) == 2


def test_credit(fake: FakeServices, tmp_path: Path) -> None:
    """The request that could not be paid for is not sent; kept answers cost nothing; in time it goes on."""
    left = iter([0.0021, 0.0011, 0.0001, 0.1])
    fake.plan("one", [], then=lambda asked, handler: fake_openalex.with_credit(handler(asked), next(left)))
    clock = Clock()
    with client(tmp_path, clock) as asking:
        for page in "123":
            asking.get(request(fake, page))
        clock.now += 600
        for _ in range(2):
            with pytest.raises(ServiceError) as caught:
                asking.get(request(fake, "4"))
            assert str(caught.value) == (
                "one (127.0.0.1) is not asked: $0.0001 of credit is left, a request costs $0.001. "
                "There is more in 50 min."
            )
            assert caught.value.limited
        assert asking.get(request(fake, "3")).kept
        assert len(fake.log) == 3
        clock.now += 3000
        assert not asking.get(request(fake, "4")).kept


def test_credit_that_was_spent_before(fake: FakeServices, tmp_path: Path) -> None:
    """A refusal for want of credit is taken at once, and says so rather than that there were too many."""
    fake.plan(
        "one", [], then=lambda asked, _: fake_openalex.with_credit(fake_openalex.refused(429, "a", "b"), 0)
    )
    with client(tmp_path) as asking, pytest.raises(ServiceError, match=r"not asked: \$0 of credit is left"):
        asking.get(request(fake))
    assert len(fake.log) == 1


def test_slow(fake: FakeServices, tmp_path: Path) -> None:
    """A database that lets one wait is asked again, and what it was doing meanwhile does not matter."""
    fake.plan("one", [slow(1.5)])
    said: list[str] = []
    with client(tmp_path, said=said, timeout=0.5) as asking:
        asking.get(request(fake))
    assert said[0] == "one (127.0.0.1) does not answer in time; it is asked again in 1 s."


def test_sending_without_an_end(fake: FakeServices, tmp_path: Path) -> None:
    """A database that is still sending after five minutes is given up for this time."""
    moments = iter(range(0, 10**6, 400))
    with (
        PoliteClient(
            tmp_path, sleep=lambda _: None, clock=lambda: float(next(moments)), allow_private=True
        ) as asking,
        pytest.raises(ServiceError, match=r"is not done sending after 300 s, asked 4 times"),
    ):
        asking.get(request(fake)._replace(interval=0.0))


def test_nobody_there(tmp_path: Path) -> None:
    """A host that cannot be reached is tried twice: mostly there is no network at all."""
    with serving({}) as gone:
        address = gone.address
    clock = Clock()
    with (
        client(tmp_path, clock) as asking,
        pytest.raises(ServiceError, match=r"one \(127\.0\.0\.1\) cannot be reached \(.*\), asked 2 times"),
    ):
        asking.get(Request("one", address))
    assert clock.waits == [1.0]


def test_an_unknown_name(tmp_path: Path) -> None:
    """A name that cannot be looked up is a host that cannot be reached."""

    def unknown(host: str, port: int) -> tuple[str, ...]:
        raise OSError(-3, "Temporary failure in name resolution")

    asking = client(tmp_path, allow_private=False, resolve=unknown)
    with (
        asking,
        pytest.raises(ServiceError, match=r"the name a\.example is not known \(is there a network\?\)"),
    ):
        asking.get(Request("one", "https://a.example/x"))
