"""What is asked of the command literature, and the question that this makes."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from stiltwalk.cli.options import split_names
from stiltwalk.literature.records.synthesis import Question
from stiltwalk.literature.services.every import SERVICES, find_service
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.record import parse


class Asked(NamedTuple):
    """How a question is to be answered; the defaults are the command's.

    Attributes:
        sources: names of databases, parted by commas; ``None``: all, or none where there is a folder.
        folder: of papers.
        endpoints: ``NAME=ADDRESS`` of databases that are asked elsewhere.
        limit: most records of one database.
        query: what databases are asked; empty: the question's words.
        since: earlier papers are left out.
        until: later papers are left out.
        languages: ISO 639-1 codes of languages that are read.
        name: by which it is kept; ``None``: made of the question.
        offline: whether only what was fetched before is used.
        max_age: days after which databases are asked again for what is kept; ``None``: they never are.
        judge: ``lexical``, a model, or ``module:function``.
        encoder: a model that evidence is searched for by too.
        reviewers: ``module:function`` each.
    """

    sources: str | None = None
    folder: Path | None = None
    endpoints: tuple[str, ...] = ()
    limit: int = 100
    query: str = ""
    since: int | None = None
    until: int | None = None
    languages: tuple[str, ...] = ("en",)
    name: str | None = None
    offline: bool = False
    max_age: float | None = None
    judge: str = "lexical"
    encoder: str | None = None
    reviewers: tuple[str, ...] = ()


NOTHING: Final = Asked()
"""No option was given."""


class Shown(NamedTuple):
    """How a synthesis is shown.

    Attributes:
        report: whether a report is made.
        out: its folder; ``None``: beside the synthesis in the store.
        opened: whether its page is opened in a browser.
        json: print one object, and nothing else.
    """

    report: bool = True
    out: Path | None = None
    opened: bool = False
    json: bool = False


def question_of(text: str, asked: Asked) -> Question:
    """The question that ``text`` and options make.

    Raises:
        UserError: an option is none that a question can have.
    """
    sources = [*SERVICES] if asked.sources is None else split_names(asked.sources)
    if asked.sources is None and asked.folder is not None:
        sources = []
    for code in asked.languages:
        if not (len(code) == 2 and code.isascii() and code.islower()):
            raise UserError(f"--language {code!r}: expected a code of ISO 639-1 in lower case, such as 'en'.")
    raw = {
        "text": " ".join(text.split()),
        "query": " ".join(asked.query.split()),
        "sources": tuple(dict.fromkeys(sources)),
        "folder": "" if asked.folder is None else str(asked.folder.expanduser().resolve()),
        "limit": asked.limit,
        "since": asked.since,
        "until": asked.until,
        "languages": tuple(dict.fromkeys(asked.languages)),
    }
    return parse(Question, raw, "what is asked")


def endpoints_of(asked: Asked) -> dict[str, str]:
    """Database → address to ask in place of its own.

    Raises:
        UserError: no such database, or no address.
    """
    found: dict[str, str] = {}
    for option in asked.endpoints:
        name, _, address = option.partition("=")
        if not name or not address:
            raise UserError(
                f"--endpoint {option}: expected NAME=ADDRESS, such as acl=/data/acl-anthology or "
                "openalex=https://mirror.example.org."
            )
        found[find_service(name).name] = address
    return found
