"""What tests of the client share: a clock that only waiting moves, a client that uses it, two databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from stiltwalk.literature.services.addresses import Resolve, resolved
from stiltwalk.literature.services.polite import PoliteClient
from stiltwalk.literature.services.service import Request
from tests.literature.services.fake_services import Answered, Asked, FakeServices, serving

START: Final = 1_795_348_800.0
"""2026-11-22T12:00:00Z, in seconds since 1970."""

KEY: Final = "sk-0123456789abcdef"


class Clock:
    """A clock that stands still but for waiting.

    Attributes:
        now: seconds since 1970.
        waits: what was waited, in order.
    """

    def __init__(self) -> None:
        self.now = START
        self.waits: list[float] = []

    def __call__(self) -> float:
        """The time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.waits.append(seconds)
        self.now += seconds


def client(
    folder: Path,
    clock: Clock | None = None,
    *,
    said: list[str] | None = None,
    offline: bool = False,
    max_age: float | None = None,
    mailto: str = "",
    timeout: float = 5.0,
    allow_private: bool = True,
    trusted: tuple[str, ...] = (),
    resolve: Resolve = resolved,
) -> PoliteClient:
    """A client whose waits take no time; answers are kept in ``folder``, sentences in ``said``."""
    time = clock or Clock()
    return PoliteClient(
        folder,
        offline=offline,
        max_age=max_age,
        mailto=mailto,
        sleep=time.sleep,
        clock=time,
        say=(lambda sentence: None) if said is None else said.append,
        jitter=lambda: 0.0,
        timeout=timeout,
        trusted=trusted,
        allow_private=allow_private,
        resolve=resolve,
    )


def page_of(asked: Asked) -> Answered:
    """A page that says which one it is."""
    return Answered(b'{"page": "%s"}' % asked.param("page", "?").encode(), media_type="application/json; a=b")


@contextmanager
def two_databases() -> Iterator[FakeServices]:
    """A server with the databases ``one`` and ``other``."""
    with serving({"one": page_of, "other": page_of}) as fake:
        yield fake


def request(fake: FakeServices, page: str = "1", service: str = "one") -> Request:
    """A request for a page; between two of them lie three seconds."""
    return Request(service, f"{fake.endpoint(service)}/works", (("page", page),), interval=3.0)
