"""A local server that plays databases of papers: each behind a prefix, each well or ill as a test says.

A database is a `Handler`, a plain function from what was asked to what is answered; `serving` mounts some::

    with serving({"openalex": fake_openalex.holding(papers), "arxiv": fake_arxiv.holding(papers)}) as fake:
        fake.plan("openalex", [limited("2"), None, cut_short(10)])   # its first and third answer are ill
        ...                                                         # ask fake.endpoint("openalex") + "/works"
        assert [asked.path for asked in fake.asked("openalex")] == ["/works"] * 3
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from itertools import chain, repeat
from threading import Lock
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from tests.local_server import listening


class Asked(NamedTuple):
    """A request as it came in.

    Attributes:
        service: the prefix that it was sent to.
        path: behind the prefix: ``/works``.
        params: name → value, in order, decoded.
        headers: by name in lower case.
    """

    service: str
    path: str
    params: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]

    def param(self, name: str, default: str = "") -> str:
        """The first value of the parameter ``name``."""
        return next((value for key, value in self.params if key == name), default)


class Answered(NamedTuple):
    """What is sent back.

    Attributes:
        body: bytes; their number is announced.
        status: of HTTP.
        media_type: of the body.
        headers: others than type and length.
        sent: how many bytes of the body go out before the connection is dropped; ``None``: all, and it
            is not; ``-1``: it is dropped before a status line.
        pause: seconds before anything is sent.
    """

    body: bytes = b""
    status: int = 200
    media_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    sent: int | None = None
    pause: float = 0.0


Handler = Callable[[Asked], Answered]
Illness = Callable[[Asked, Handler], Answered]
"""What is answered in place of the handler, which it may ask."""


class FakeServices:
    """What a test sees of the server.

    Attributes:
        address: ``http://127.0.0.1:…``.
        handlers: by prefix; a test may mount others later.
        log: all requests, in the order in which they came.
    """

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self.address = ""
        self.handlers = dict(handlers)
        self.log: list[Asked] = []
        self._plans: dict[str, Iterator[Illness | None]] = {}
        self._lock = Lock()

    def endpoint(self, service: str) -> str:
        """Where ``service`` is found, without a slash at the end."""
        return f"{self.address}/{service}"

    def plan(self, service: str, first: Sequence[Illness | None], then: Illness | None = None) -> None:
        """From now on ``service`` answers by ``first`` in order, then by ``then``; ``None``: it is well."""
        self._plans[service] = chain(first, repeat(then))

    def forget(self) -> None:
        """Begin anew: nothing was asked, everything is well."""
        self.log.clear()
        self._plans.clear()

    def asked(self, service: str) -> list[Asked]:
        """The requests that ``service`` got, in order."""
        return [asked for asked in self.log if asked.service == service]

    def answer(self, asked: Asked) -> Answered:
        """What is sent back now."""
        handler = self.handlers.get(asked.service)
        if handler is None:
            return Answered(b"no such service", status=404, media_type="text/plain")
        with self._lock:
            self.log.append(asked)
            illness = next(self._plans.get(asked.service, repeat(None)))
        return handler(asked) if illness is None else illness(asked, handler)


@contextmanager
def serving(handlers: Mapping[str, Handler]) -> Iterator[FakeServices]:
    """A server that plays ``handlers`` until the block ends."""
    fake = FakeServices(handlers)

    class OneRequest(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            _, service, *rest = parts.path.split("/", 2)
            params = tuple(parse_qsl(parts.query, keep_blank_values=True))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with suppress(OSError):  # whoever asked may have gone
                _send(self, fake.answer(Asked(service, "/" + "".join(rest), params, headers)))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
            """Say nothing: tests read the log."""

    with listening(OneRequest) as address:
        fake.address = address
        yield fake


def _send(connection: BaseHTTPRequestHandler, answered: Answered) -> None:
    if answered.pause:
        time.sleep(answered.pause)
    connection.close_connection = True
    if answered.sent == -1:
        return
    connection.send_response(answered.status)
    connection.send_header("Content-Type", answered.media_type)
    connection.send_header("Content-Length", str(len(answered.body)))
    for name, value in answered.headers:
        connection.send_header(name, value)
    connection.end_headers()
    connection.wfile.write(answered.body[: answered.sent])


def limited(retry_after: str | None = None, status: int = 429) -> Illness:
    """Too many requests; ``retry_after`` is the header to the letter: seconds, a date, or none."""
    headers = () if retry_after is None else (("Retry-After", retry_after),)
    return lambda asked, handler: Answered(b'{"message": "Too Many Requests"}', status, headers=headers)


def broken(status: int = 500, body: bytes = b"<h1>Internal error</h1>") -> Illness:
    """An error of the server, as a page for people."""
    return lambda asked, handler: Answered(body, status, "text/html")


def cut_short(sent: int = -1) -> Illness:
    """The connection is dropped after ``sent`` bytes of the body; -1: before a status line."""
    return lambda asked, handler: handler(asked)._replace(sent=sent)


def slow(seconds: float) -> Illness:
    """The right answer, ``seconds`` later."""
    return lambda asked, handler: handler(asked)._replace(pause=seconds)


def saying(body: bytes, media_type: str = "application/json", status: int = 200) -> Illness:
    """Something else in place of the answer: broken JSON, a page of HTML, XML cut short."""
    return lambda asked, handler: Answered(body, status, media_type)


def redirected(where: str, status: int = 302) -> Illness:
    """Sent on to ``where``; an address of its own sends round for ever."""
    return lambda asked, handler: Answered(b"", status, headers=(("Location", where),))


def altered(change: Callable[[Answered], Answered]) -> Illness:
    """The right answer, changed."""
    return lambda asked, handler: change(handler(asked))
