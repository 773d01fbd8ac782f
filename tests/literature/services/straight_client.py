"""A client that asks a handler in this process: no network, no store, no waiting."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat
from typing import Final
from urllib.parse import urlsplit

from stiltwalk.literature.services.service import Answer, Page, Request, Service, ServiceError
from tests.literature.services.fake_services import Asked, Handler, Illness

ENDPOINT: Final = "https://database.example"
AT: Final = "2026-11-22T12:00:00+00:00"


class StraightClient:
    """A ``Client`` of one database.

    Attributes:
        asked: what it was asked, in order.
    """

    def __init__(self, handler: Handler, ill: tuple[Illness | None, ...] = ()) -> None:
        self.asked: list[Request] = []
        self._handler = handler
        self._ill: Iterator[Illness | None] = chain(ill, repeat(None))

    def get(self, request: Request) -> Answer:
        """The handler's answer.

        Raises:
            ServiceError: its status is not that of success.
        """
        self.asked.append(request)
        asked = Asked(request.service, urlsplit(request.url).path, request.params, {})
        ill = next(self._ill)
        answered = self._handler(asked) if ill is None else ill(asked, self._handler)
        if answered.status != 200:
            raise ServiceError(f"answered with status {answered.status}")
        return Answer(answered.body, answered.media_type, AT, kept=False)


def pages(
    service: Service,
    client: StraightClient,
    limit: int = 100,
    *,
    words: str = "intermediate task training",
    since: int | None = None,
    until: int | None = None,
) -> list[Page]:
    """All pages of ``service``."""
    return list(service.pages(words, since, until, limit, ENDPOINT, client))
