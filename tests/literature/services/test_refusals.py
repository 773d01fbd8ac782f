"""Tests of refusals: those that will last are kept for a while, those that may pass are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.literature.services.polite import REFUSED
from stiltwalk.literature.services.service import Request, ServiceError
from tests.literature.services.asking import Clock, client, request
from tests.literature.services.fake_services import (
    FakeServices,
    Illness,
    broken,
    cut_short,
    limited,
    redirected,
    saying,
)

GONE = saying(b"Not here", "text/plain", status=404)


def _wanted(fake: FakeServices) -> Request:
    return request(fake)._replace(keep_refusal=True)


def _why(
    folder: Path, wanted: Request, clock: Clock, *, offline: bool = False, age: float | None = None
) -> str:
    """Why a run of its own gets no answer; empty: it gets one."""
    with client(folder, clock, offline=offline, max_age=age) as asking:
        try:
            asking.get(wanted)
        except ServiceError as error:
            return str(error)
    return ""


@pytest.mark.parametrize(
    "ill",
    [
        GONE,
        saying(b"", status=403),
        saying(b"", status=410),
        saying(b"", status=451),
        redirected("/one/works"),
        saying(b"x" * 5000),
    ],
)
def test_a_refusal_that_will_last_is_kept(fake: FakeServices, tmp_path: Path, ill: Illness) -> None:
    """Gone, forbidden, too long or sent round for ever: later runs say the same and ask nobody."""
    fake.plan("one", [], then=ill)
    clock, wanted = Clock(), _wanted(fake)._replace(most_bytes=4096)
    first = _why(tmp_path, wanted, clock)
    assert first.startswith("on 2026-11-22 ")
    asked = len(fake.log)
    clock.now += REFUSED
    assert [_why(tmp_path, wanted, clock) for _ in range(2)] == [first] * 2
    assert len(fake.log) == asked


def test_the_reason_is_told_with_its_day(fake: FakeServices, tmp_path: Path) -> None:
    """As the host gave it, at the time and from what is kept, and offline too."""
    fake.plan("one", [GONE])
    clock, wanted = Clock(), _wanted(fake)
    said = [_why(tmp_path, wanted, clock, offline=offline) for offline in (False, True)]
    assert said == ["on 2026-11-22 one (127.0.0.1) answered with status 404 ('Not here')."] * 2


def test_it_is_asked_again_after_a_while(fake: FakeServices, tmp_path: Path) -> None:
    """After thirty days, or the age that is asked for if that is less; an answer then takes its place."""
    fake.plan("one", [GONE, GONE])
    clock, wanted = Clock(), _wanted(fake)
    assert "404" in _why(tmp_path, wanted, clock)
    clock.now += 101
    assert "404" in _why(tmp_path, wanted, clock, age=102)
    assert len(fake.log) == 1
    assert "404" in _why(tmp_path, wanted, clock, age=100)
    assert len(fake.log) == 2
    clock.now += REFUSED + 1
    assert "404" in _why(tmp_path, wanted, clock, offline=True)
    assert _why(tmp_path, wanted, clock, age=2 * REFUSED) == ""
    assert _why(tmp_path, wanted, clock) == ""
    assert len(fake.log) == 3


@pytest.mark.parametrize("ill", [broken(500), broken(503), limited(), limited("7", status=403), cut_short()])
def test_a_failure_that_may_pass_is_not_kept(fake: FakeServices, tmp_path: Path, ill: Illness) -> None:
    """Busy, broken or cut off: the next run asks again, and may get an answer."""
    fake.plan("one", [ill] * 4)
    clock, wanted = Clock(), _wanted(fake)
    assert "asked 4 times" in _why(tmp_path, wanted, clock)
    assert [*tmp_path.iterdir()] == []
    assert _why(tmp_path, wanted, clock) == ""


def test_a_refusal_does_not_hide_an_older_answer(fake: FakeServices, tmp_path: Path) -> None:
    """What was there once, and is gone now that it is too old, can still be read offline."""
    clock, wanted = Clock(), _wanted(fake)
    assert _why(tmp_path, wanted, clock) == ""
    fake.plan("one", [], then=GONE)
    clock.now += 101
    assert "404" in _why(tmp_path, wanted, clock, age=100)
    assert _why(tmp_path, wanted, clock, offline=True) == ""


def test_a_database_that_refuses_is_asked_again(fake: FakeServices, tmp_path: Path) -> None:
    """There a key may be what it wants: the refusal is not kept, and has no date."""
    fake.plan("one", [GONE])
    clock = Clock()
    assert _why(tmp_path, request(fake), clock).startswith("one (127.0.0.1) answered with status 404")
    assert [*tmp_path.iterdir()] == []
    assert _why(tmp_path, request(fake), clock) == ""
