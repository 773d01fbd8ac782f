"""The polite client: it asks nobody twice, nobody too often, and nobody who wants to be left alone."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote, quote_plus

from stiltwalk.literature.services.addresses import (
    Resolve,
    host_of,
    is_below,
    require_public,
    require_web,
    resolved,
)
from stiltwalk.literature.services.exchange import Came, NoAnswerError, exchanged, unsound
from stiltwalk.literature.services.fields import shown
from stiltwalk.literature.services.kept import Refusal, keep, keep_refusal, kept, kept_refusal
from stiltwalk.literature.services.pacing import (
    LONGEST_WAIT,
    TRIES,
    TRIES_UNREACHED,
    Pace,
    backoff,
    retry_after,
    span,
)
from stiltwalk.literature.services.service import MAILTO, Answer, Request, ServiceError
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.extras import not_installed

if TYPE_CHECKING:
    from ssl import SSLContext

    from httpx import URL, Client

HOME: Final = "https://github.com/stiltwalk/stiltwalk"

_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
"""Statuses that another try may mend; those above 504 are of networks that stand before a host."""

_KEYLESS: Final = frozenset({401, 402, 403, 429})
"""Statuses that a key may mend."""

REFUSED: Final = 30 * 86_400.0
"""Seconds for which a refusal that will last is taken for an answer: texts come back, though seldom."""

_SECONDS_TO_CONNECT: Final = 10.0

_SHORTEST_KEY: Final = 8
"""Characters: what is shorter may stand in an answer by chance."""


class PoliteClient:
    """A ``Client`` for databases of papers and for the addresses that papers name; a context manager.

    What was answered is kept in a folder and never asked again, so a search that was stopped goes on where
    it was: at most the request under way is lost. Several processes may share the folder.

    Args:
        responses: the folder; made when there is something to keep.
        offline: give kept answers only.
        max_age: seconds after which a kept answer is asked for again, unless offline; ``None``: it never is.
            A kept refusal is after ``REFUSED`` at the latest.
        mailto: e-mail address of whoever asks, told to the hosts; empty: it is not. Never kept.
        sleep: waits, in seconds.
        clock: seconds since 1970.
        say: told in a sentence about every wait that is not of the usual pace.
        jitter: 0 to 1, drawn anew for each wait after a failure.
        timeout: seconds without a sign of the host, after which it is asked again.
        trusted: addresses that the user gave: these, and what is below them, may lie in a private network.
        allow_private: any address may.
        resolve: looks up the names of hosts.

    Attributes:
        responses: the folder.
        offline: whether nobody is asked.

    Raises:
        UserError: ``mailto`` is no e-mail address.
    """

    def __init__(
        self,
        responses: Path,
        *,
        offline: bool = False,
        max_age: float | None = None,
        mailto: str = "",
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        say: Callable[[str], None] = lambda _: None,
        jitter: Callable[[], float] = random.random,
        timeout: float = 30.0,
        trusted: Collection[str] = (),
        allow_private: bool = False,
        resolve: Resolve = resolved,
    ) -> None:
        self.responses = responses
        self.offline = offline
        self._max_age = max_age
        self._agent = _agent(mailto)
        self._sleep, self._clock, self._say, self._jitter = sleep, clock, say, jitter
        self._timeout = timeout
        self._trusted = tuple(trusted)
        self._allow_private = allow_private
        self._resolve = resolve
        self._http: Client | None = None
        self._paces: dict[tuple[str, str], Pace] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None

    def get(self, request: Request) -> Answer:
        """The answer to ``request``, kept from before or fetched now and kept.

        Raises:
            ServiceError: there is none.
            UserError: the library that fetches is not installed.
        """
        found = self._kept(request)
        if found is not None:
            return found
        pace = self._pace(request)
        if self.offline:
            what = shown(" ".join(value for _, value in request.params) or request.url)
            raise ServiceError(
                f"{pace.who} is not asked, for this run is offline, and no answer to {what} is kept. "
                "Run it once with a network."
            )
        with pace.lock:
            # another thread may have asked meanwhile
            found = self._kept(request)
            if found is not None:
                return found
            try:
                came = self._fetched(request, pace)
            except ServiceError as error:
                if not (error.lasting and request.keep_refusal):
                    raise
                refusal = Refusal(str(error), self._now())
                keep_refusal(self.responses, request, refusal)
                raise _refused(refusal) from None
            answer = Answer(came.body, came.media_type, self._now(), kept=False)
            keep(self.responses, request, answer)
            return answer

    def _kept(self, request: Request) -> Answer | None:
        """The kept answer, unless it is too old and another can be had.

        Raises:
            ServiceError: there is none, and a refusal is kept.
        """
        found = kept(self.responses, request)
        if found is not None and self._counts(found.at, self._max_age):
            return found
        refusal = kept_refusal(self.responses, request) if request.keep_refusal else None
        most = REFUSED if self._max_age is None else min(REFUSED, self._max_age)
        if refusal is not None and self._counts(refusal.at, most):
            raise _refused(refusal)
        return None

    def _counts(self, at: str, most: float | None) -> bool:
        """Whether what is kept since ``at`` is at most ``most`` seconds old, or nothing newer can be had."""
        if self.offline or most is None:
            return True
        return self._clock() - datetime.fromisoformat(at).timestamp() <= most

    def _now(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="seconds")

    def _pace(self, request: Request) -> Pace:
        """Of the service's host: full texts of many hosts come by the name of one service."""
        host = host_of(request.url)
        with self._lock:
            who = f"{request.service} ({host})" if host else request.service
            return self._paces.setdefault((request.service, host), Pace(who))

    def _fetched(self, request: Request, pace: Pace) -> Came:
        failed, tries, limited = 0, TRIES, False
        while True:
            pace.require_open(self._clock())
            self._pause(pace.wait(self._clock(), request.interval))
            wanted: float | None = None
            try:
                came = exchanged(self._client(), request, self._agent, self._reach, self._clock)
                came = came._replace(body=_masked(came.body, request))
            except NoAnswerError as error:
                why = f"{pace.who} {error}"
                tries = TRIES if error.reached else TRIES_UNREACHED
            else:
                pace.answered(came.headers, self._clock())
                wrong = unsound(request, came) if came.status == 200 else ""
                if came.status == 200 and not wrong:
                    pace.succeeded()
                    return came
                limited = came.status in _KEYLESS
                why = f"{pace.who} {wrong or _answered(came)}"
                wanted = self._wanted(pace, came, why)
            finally:
                pace.asked(self._clock())
            failed += 1
            if failed >= tries:
                raise pace.failed(f"{why}, asked {failed} times", limited=limited)
            wait = max(wanted or 0.0, backoff(failed, self._jitter()))
            pace.wait_for(wait, why, limited=limited)
            self._say(f"{why}; it is asked again in {span(wait)}.")
            self._pause(wait)

    def _wanted(self, pace: Pace, came: Came, why: str) -> float | None:
        """Seconds that the host asks to be left alone; ``None``: it does not say.

        Raises:
            ServiceError: another try mends nothing, or the wait is too long.
        """
        wanted = retry_after(came.headers.get("retry-after"), self._clock()) if came.status != 200 else None
        limited = came.status in _KEYLESS
        if came.status != 200 and came.status not in _PASSING and wanted is None:
            raise ServiceError(f"{why}.", limited=limited, lasting=400 <= came.status < 500)
        if wanted is not None and wanted > LONGEST_WAIT:
            raise pace.closed(f"{why} and asks to be left alone for {span(wanted)}", limited=limited)
        pace.require_open(self._clock())
        return wanted

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._sleep(seconds)

    def _client(self) -> Client:
        with self._lock:
            if self._http is None:
                self._http = _opened(self._timeout)
            return self._http

    def _reach(self, url: URL) -> tuple[str, ...]:
        if self._allow_private or is_below(url, self._trusted):
            require_web(url)
            return ()
        return require_public(url, self._resolve)


def _opened(timeout: float) -> Client:
    try:
        import httpx  # noqa: PLC0415 (an extra)
    except ImportError:
        raise not_installed("httpx", "asking databases of papers") from None
    # it would write addresses, and keys are in them
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # a connection to an IP address is for one name only, so none is used again
    limits = httpx.Limits(max_keepalive_connections=0)
    within = httpx.Timeout(timeout, connect=min(timeout, _SECONDS_TO_CONNECT))
    return httpx.Client(timeout=within, limits=limits, verify=_certificates())


@cache
def _certificates() -> SSLContext:
    """What certificates are trusted: a third of a second to read, so once."""
    import httpx  # noqa: PLC0415 (an extra)

    return httpx.create_ssl_context()


def _agent(mailto: str) -> str:
    found = mailto.strip()
    name, _, host = found.partition("@")
    if found and not (
        name and host and found.isascii() and found.isprintable() and not set(found) & set(' ;()<>,"')
    ):
        raise UserError(
            f"'{found}' is no e-mail address. Set {MAILTO} to one such as me@example.org, or leave it unset."
        )
    return f"stiltwalk/{version('stiltwalk')} (+{HOME}{f'; mailto:{found}' if found else ''})"


def _answered(came: Came) -> str:
    return f"answered with status {came.status}{f' ({shown(came.body)})' if came.body else ''}"


def _refused(refusal: Refusal) -> ServiceError:
    """The same error when it comes and when it is kept: a run that is asked again ends as before."""
    return ServiceError(f"on {refusal.at[:10]} {refusal.why}", lasting=True)


def _masked(body: bytes, request: Request) -> bytes:
    """``body`` without keys: some hosts say back what they were asked."""
    for _, secret in (*request.secret_params, *request.secret_headers):
        if len(secret) >= _SHORTEST_KEY:
            for form in {secret, quote(secret, safe=""), quote_plus(secret)}:
                body = body.replace(form.encode(), b"***")
    return body
