"""A database of papers: what is sent to it, and what came of that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, Protocol

from stiltwalk.literature.records.papers import Paper
from stiltwalk.spec.errors import StiltwalkError

MAILTO: Final = "STILTWALK_MAILTO"
"""Environment variable with an e-mail address, which polite users give to OpenAlex and Crossref."""


class ServiceError(StiltwalkError):
    """A database that does not answer, refuses, or has no credit left; what it gave before is kept.

    The message is a sentence that says what it answered and how to mend it; it never holds a key.

    Attributes:
        limited: whether it is asked too often or too much, or wants to know by whom: a key would help.
        lasting: whether it will say the same for long: what is asked for is gone, forbidden or too large.
    """

    def __init__(self, message: str, *, limited: bool = False, lasting: bool = False) -> None:
        super().__init__(message)
        self.limited = limited
        self.lasting = lasting


class Request(NamedTuple):
    """A GET request.

    Attributes:
        service: whose it is: pace, credit and failures are counted by this name.
        url: without parameters.
        params: name → value, in order. With the url they are what an answer is kept under.
        secret_params: parameters that go along but are neither kept nor shown: keys, e-mail addresses.
        secret_headers: headers of that kind.
        interval: least seconds between two requests to the service.
        accept: media types that are expected.
        most_bytes: of an answer; a longer one is refused.
        holds: a field that the object of an answer in JSON has; one without it, an error that comes with a
            status of success, is no answer, and not kept. Empty: any JSON will do.
        keep_refusal: whether a refusal that will last is kept too. Not of a database: there a key or a new
            version of this program may mend it.
    """

    service: str
    url: str
    params: tuple[tuple[str, str], ...] = ()
    secret_params: tuple[tuple[str, str], ...] = ()
    secret_headers: tuple[tuple[str, str], ...] = ()
    interval: float = 0.0
    accept: str = "application/json"
    most_bytes: int = 64 * 2**20
    holds: str = ""
    keep_refusal: bool = False


class Answer(NamedTuple):
    """What came back, with a status of success.

    Attributes:
        body: decoded from its transfer encoding.
        media_type: as the header says, lower case, without parameters.
        at: when it was fetched, ISO 8601 in UTC.
        kept: whether it was fetched before and read from the store.
    """

    body: bytes
    media_type: str
    at: str
    kept: bool


class Client(Protocol):
    """Whoever asks; ``polite.PoliteClient`` in earnest."""

    def get(self, request: Request) -> Answer:
        """The answer to ``request``, kept from before or fetched now.

        Raises:
            ServiceError: there is none.
        """


class Page(NamedTuple):
    """One page of what a database found.

    Attributes:
        papers: in its order.
        total: how many records it has for the query; ``None``: it does not say.
        unreadable: sentences: records of the page that could not be read, and why.
        at: when it was fetched.
    """

    papers: tuple[Paper, ...]
    total: int | None
    unreadable: tuple[str, ...]
    at: str


class Service(NamedTuple):
    """A database.

    Attributes:
        name: ``openalex``.
        title: ``OpenAlex``.
        endpoint: its address, which tests replace.
        key: environment variable that holds a key; empty: it has none.
        query: (words, since, until) → the query as it is sent, to be printed in a report.
        pages: (words, since, until, limit, endpoint, client) → pages of at most ``limit`` records in all,
            each asked for when the one before is used up. ``ServiceError`` may rise at any page.
    """

    name: str
    title: str
    endpoint: str
    key: str
    query: Callable[[str, int | None, int | None], str]
    pages: Callable[[str, int | None, int | None, int, str, Client], Iterator[Page]]
