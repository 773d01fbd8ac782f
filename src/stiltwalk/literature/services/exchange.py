"""One exchange with a host: redirects, sizes and times are bounded, and each address is looked at first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from stiltwalk.literature.services.addresses import require_web
from stiltwalk.literature.services.fields import shown
from stiltwalk.literature.services.service import Request, ServiceError
from stiltwalk.spec.errors import StiltwalkError

if TYPE_CHECKING:
    from httpx import URL, Client, Response

MOST_REDIRECTS: Final = 5
MOST_SECONDS: Final = 300.0
"""Of one exchange: a host may send a little now and then without end."""

_MOST_IPS: Final = 3
"""Addresses of one host that are tried."""

Reach = Callable[["URL"], tuple[str, ...]]
"""An address → the IP addresses at which it may be asked; none: by its name."""


class NoAnswerError(StiltwalkError):
    """A host that was not reached, or stopped in the middle: it may answer the next time.

    Attributes:
        reached: whether there was a connection.
    """

    def __init__(self, message: str, *, reached: bool) -> None:
        super().__init__(message)
        self.reached = reached


class Came(NamedTuple):
    """What came back.

    Attributes:
        status: of HTTP; none of a redirect that was followed.
        headers: by name in lower case.
        body: decoded from its transfer encoding.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """As the header says, lower case, without parameters."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


def exchanged(http: Client, request: Request, agent: str, reach: Reach, clock: Callable[[], float]) -> Came:
    """What comes back for ``request``, after redirects.

    Keys go to the host that they are for and to no other that a redirect leads to.

    Args:
        http: asks.
        request: what is asked.
        agent: who asks, by the header ``User-Agent``.
        reach: looks at each address before it is asked.
        clock: seconds.

    Raises:
        NoAnswerError: nothing came, or not all of it; it may the next time.
        ServiceError: an address must not be asked, the answer is too long, or redirects do not end.
    """
    from httpx import HTTPError, InvalidURL, QueryParams, StreamError  # noqa: PLC0415 (an extra)

    until = clock() + MOST_SECONDS
    start = url = require_web(request.url)
    if asked := (*request.params, *request.secret_params):
        url = url.copy_merge_params(QueryParams(asked))
    headers = {"User-Agent": agent, "Accept": request.accept, "Accept-Encoding": "gzip, deflate"}
    for _ in range(MOST_REDIRECTS + 1):
        own = (url.scheme, url.host, url.port) == (start.scheme, start.host, start.port)
        secret = dict(request.secret_headers) if own else {}
        try:
            with _response(http, url, headers | secret, reach) as response:
                if not response.has_redirect_location:
                    body = _body(response, request.most_bytes, lambda: clock() > until)
                    return Came(response.status_code, _lower(response.headers), body)
                url = url.join(response.headers["location"])
        except (HTTPError, StreamError) as error:
            raise _no_answer(error) from None
        except (InvalidURL, UnicodeError):
            raise ServiceError(
                f"{start.host} sends on to what is no address. Nothing is asked there."
            ) from None
    raise ServiceError(
        f"{start.host} sends on from address to address: after {MOST_REDIRECTS} it is left.", lasting=True
    )


@contextmanager
def _response(http: Client, url: URL, headers: Mapping[str, str], reach: Reach) -> Iterator[Response]:
    """The response of ``url``, asked at an IP address that was looked at, not by its name again."""
    from httpx import ConnectError, ConnectTimeout  # noqa: PLC0415 (an extra)

    try:
        ips = reach(url)
    except (OSError, UnicodeError):
        raise NoAnswerError(
            f"cannot be reached: the name {url.host} is not known (is there a network?)", reached=False
        ) from None
    places = [url.copy_with(host=ip) for ip in ips[:_MOST_IPS]] or [url]
    named = {**headers, "Host": url.netloc.decode("ascii")}
    for place in places:
        # whom the certificate names: https://www.python-httpx.org/advanced/extensions/ (read 2026-11-22)
        name = {"sni_hostname": url.raw_host.decode("ascii")}
        asked = http.build_request("GET", place, headers=named, extensions=name)
        try:
            response = http.send(asked, stream=True, follow_redirects=False)
        except (ConnectError, ConnectTimeout):
            if place is places[-1]:
                raise
            continue
        try:
            yield response
        finally:
            response.close()
        return


def _body(response: Response, most: int, late: Callable[[], bool]) -> bytes:
    announced = response.headers.get("content-length", "")
    parts: list[bytes] = []
    size = int(announced) if announced.isascii() and announced.isdigit() else 0
    if size <= most:
        size = 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > most:
                break
            if late():
                raise NoAnswerError(f"is not done sending after {MOST_SECONDS:.0f} s", reached=True)
    if size > most:
        host = response.request.headers["host"]
        raise ServiceError(
            f"The answer of {host} is longer than the {most:,} bytes that are taken.", lasting=True
        )
    return b"".join(parts)


def _no_answer(error: Exception) -> NoAnswerError:
    """Why nothing came, without the address: keys are in it."""
    from httpx import ConnectError, ConnectTimeout, DecodingError, TimeoutException  # noqa: PLC0415 (an extra)

    if isinstance(error, ConnectError | ConnectTimeout):
        return NoAnswerError(f"cannot be reached ({shown(str(error) or 'time is up')})", reached=False)
    if isinstance(error, TimeoutException):
        return NoAnswerError("does not answer in time", reached=True)
    if isinstance(error, DecodingError):
        return NoAnswerError("sent what cannot be unpacked", reached=True)
    return NoAnswerError(f"dropped the connection ({type(error).__name__})", reached=True)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def unsound(request: Request, came: Came) -> str:
    """Why what came with a status of success is none of what was asked for; empty: it is.

    A page for people that says to wait, or that asks whether one is human, often comes that way; kept, it
    would stand between the database and every later search.
    """
    if "html" not in request.accept and came.media_type in {"text/html", "application/xhtml+xml"}:
        return f"sent a page for people ({shown(came.body)})"
    if request.accept != "application/json":
        return ""
    try:
        found = json.loads(came.body)
    except (ValueError, RecursionError):
        return f"sent what is no JSON ({shown(came.body)})"
    if request.holds and not (isinstance(found, dict) and request.holds in found):
        return f"sent an answer without '{request.holds}' ({shown(came.body)})"
    return ""
