"""Pace: when a host may be asked again, how long is waited after a failure, and when it is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Final

from stiltwalk.literature.services.credit import Credit, credit_in, interval_in
from stiltwalk.literature.services.service import ServiceError

TRIES: Final = 4
"""Of one request."""

TRIES_UNREACHED: Final = 2
"""Of one request to a host that cannot be reached at all: most often there is no network."""

FAILURES: Final = 3
"""Requests in a row that failed in all their tries, after which a host is not asked again in this run."""

LONGEST_WAIT: Final = 120.0
"""Seconds that a host may ask to be left alone; one that asks for more is not asked again in this run."""

MOST_WAITED: Final = 600.0
"""Seconds that one host may make a run wait after failures, in all."""


def backoff(failed: int, jitter: float) -> float:
    """Seconds to wait after the try number ``failed``: doubled each time, and up to twice that by ``jitter``.

    Args:
        failed: 1 after the first.
        jitter: 0 to 1, drawn anew each time, so that those who failed together do not come back together.
    """
    return float(2 ** (failed - 1) * (1 + jitter))


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds that a ``Retry-After`` header asks for, of either form (RFC 9110, 10.2.3); ``None``: nothing.

    Args:
        value: the header.
        now: seconds since 1970.
    """
    said = (value or "").strip()
    if said.isascii() and said.isdigit() and len(said) <= 12:
        return float(said)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.fromtimestamp(now, UTC)).total_seconds())


def span(seconds: float) -> str:
    """``seconds`` for people: ``45 s``, ``20 min``, ``8 h 12 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


class Pace:
    """What is known of one host in this run; whoever asks it holds ``lock``, so it is asked one by one."""

    def __init__(self, who: str) -> None:
        self.lock = Lock()
        self.who = who
        self._ready = 0.0
        self._interval = 0.0
        self._failures = 0
        self._waited = 0.0
        self._closed = ""
        self._limited = False
        self._credit: Credit | None = None
        self._noted = 0.0

    def require_open(self, now: float) -> None:
        """Pass if the host may be asked.

        Raises:
            ServiceError: it is left alone for the rest of this run, or there is no credit for a request.
        """
        if self._closed:
            raise ServiceError(self._closed, limited=self._limited)
        if self._credit is None or self._credit.enough:
            return
        left = None if self._credit.renewed is None else self._noted + self._credit.renewed - now
        if left is None or left > 0:
            when = "" if left is None else f" There is more in {span(left)}."
            raise ServiceError(f"{self.who} is not asked: {self._credit}.{when}", limited=True)

    def wait(self, now: float, interval: float) -> float:
        """Seconds until it may be asked, if there are to be ``interval`` between two requests."""
        least = max(interval, self._interval)
        # a clock that was set back must not make this wait for hours
        return min(max(0.0, self._ready + least - now), least) if self._ready else 0.0

    def asked(self, now: float) -> None:
        """Note that a request ended now."""
        self._ready = now

    def answered(self, headers: Mapping[str, str], now: float) -> None:
        """Note what the headers of an answer (names in lower case) say of pace and credit."""
        self._interval = interval_in(headers)
        self._credit, self._noted = credit_in(headers), now

    def wait_for(self, seconds: float, why: str, *, limited: bool) -> None:
        """Note a wait after a failure.

        Raises:
            ServiceError: the host has made this run wait for too long; it is left alone from now on.
        """
        self._waited += seconds
        if self._waited > MOST_WAITED:
            raise self.closed(
                f"{why} once more, after {span(self._waited - seconds)} of waiting", limited=limited
            )

    def succeeded(self) -> None:
        """Note an answer that is one."""
        self._failures = 0

    def failed(self, why: str, *, limited: bool) -> ServiceError:
        """Note a request that failed in all its tries; the error to raise for it."""
        self._failures += 1
        if self._failures >= FAILURES:
            return self.closed(why, limited=limited)
        return ServiceError(f"{why}. Try again later.", limited=limited)

    def closed(self, why: str, *, limited: bool) -> ServiceError:
        """Leave the host alone for the rest of this run; the error to raise, now and from now on."""
        self._closed = f"{why}. It is not asked again in this run. Try again later."
        self._limited = limited
        return ServiceError(self._closed, limited=limited)
