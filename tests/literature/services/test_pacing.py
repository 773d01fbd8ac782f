"""Tests of pace and credit: what headers say, how long is waited."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.services.credit import Credit, credit_in, interval_in
from stiltwalk.literature.services.pacing import Pace, backoff, retry_after, span
from tests.literature.services.asking import START


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sun, 22 Nov 2026 12:02:00 GMT", 120.0),
        ("Sunday, 22-Nov-26 12:02:00 GMT", 120.0),
        ("Sun Nov 22 12:02:00 2026", 120.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        (None, None),
        ("-5", None),
        ("1.5", None),
        ("nan", None),
        ("٣", None),
        ("9" * 400, None),
        ("tomorrow", None),
        ("Sun, 99 Nov 2026 12:02:00 GMT", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    """Seconds and all three forms of a date in RFC 9110 (5.6.7, 10.2.3) are read, other things are not."""
    assert retry_after(header, START) == seconds


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=30) | st.text("SunNov 0123456789:,GMT-", max_size=30))
def test_any_header_is_read_or_not(header: str) -> None:
    """No header makes it fail, or wait for less than nothing."""
    assert (retry_after(header, START) or 0.0) >= 0.0


def test_backoff() -> None:
    """Waits double, and jitter at most doubles them again."""
    assert [backoff(n, 0.0) for n in (1, 2, 3)] == [1.0, 2.0, 4.0]
    assert backoff(3, 1.0) == 8.0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (45.2, "45 s"), (1200.0, "20 min"), (29_520.0, "8 h 12 min"), (86_400.0, "24 h 0 min")],
)
def test_span(seconds: float, said: str) -> None:
    """Spans are said as people say them."""
    assert span(seconds) == said


@pytest.mark.parametrize(
    ("headers", "credit"),
    [
        # the forms that https://docs.openalex.org/how-to-use-the-api/rate-limits-and-authentication had
        (
            {
                "x-ratelimit-remaining-usd": "0.0985",
                "x-ratelimit-cost-usd": "0.001",
                "x-ratelimit-prepaid-remaining-usd": "2.5",
                "x-ratelimit-reset": "3600",
                "x-ratelimit-remaining": "985",
                "x-ratelimit-credits-used": "10",
            },
            Credit(2.5985, 0.001, "$", 3600.0),
        ),
        (
            {"x-ratelimit-remaining": "5", "x-ratelimit-credits-used": "10"},
            Credit(5.0, 10.0, "credits", None),
        ),
        (
            {
                "x-ratelimit-remaining-usd": "0",
                "x-ratelimit-cost-usd": "0",
                "x-ratelimit-cost-required-usd": ".001",
            },
            Credit(0.0, 0.001, "$", None),
        ),
        ({"x-ratelimit-remaining-usd": "0", "x-ratelimit-onetime-remaining": "50"}, None),
        # what others count: requests in a window, which says nothing of credit
        ({"x-ratelimit-remaining": "0", "x-ratelimit-limit": "100"}, None),
        ({"x-ratelimit-remaining-usd": "nan"}, None),
        ({"x-ratelimit-remaining-usd": "-1"}, None),
        ({}, None),
    ],
)
def test_credit_in(headers: dict[str, str], credit: Credit | None) -> None:
    """Credit is read in dollars or credits, with what was paid before; other headers say nothing of it."""
    found = credit_in(headers)
    assert found == credit if credit is None else found == pytest.approx(credit)


@pytest.mark.parametrize(
    ("left", "cost", "enough"),
    [
        (0.001, 0.001, True),
        (0.00099999, 0.001, True),
        (0.0005, 0.001, False),
        (0.0, 0.0, False),
        (1.0, 0.0, True),
    ],
)
def test_enough_credit(left: float, cost: float, enough: bool) -> None:
    """Credit is enough for a request like the last one, or not."""
    assert Credit(left, cost, "$", None).enough is enough


@pytest.mark.parametrize(
    ("limit", "interval", "seconds"),
    [
        ("50", "1s", 0.02),
        ("5", "60s", 12.0),
        ("1", "3600s", 60.0),
        ("0", "1s", 0.0),
        ("x", "1s", 0.0),
        ("5", "", 0.0),
    ],
)
def test_interval_in(limit: str, interval: str, seconds: float) -> None:
    """A rate is an interval; one that would stop everything for an hour is none."""
    assert interval_in({"x-rate-limit-limit": limit, "x-rate-limit-interval": interval}) == seconds


def test_a_clock_that_is_set_back() -> None:
    """A clock that is set back does not make a host wait for longer than its interval."""
    pace = Pace("one")
    assert pace.wait(START, 3.0) == 0.0
    pace.asked(START)
    assert pace.wait(START - 86_400, 3.0) == 3.0
    assert pace.wait(START + 1, 3.0) == 2.0
    assert pace.wait(START + 86_400, 3.0) == 0.0
