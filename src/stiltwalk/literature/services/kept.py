"""Kept answers: what a host answered once is not asked again, by any search and any process.

So are refusals that will last, of hosts that are asked for one text and no more.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from stiltwalk.literature.entries import keep_entry, kept_entry, place_of
from stiltwalk.literature.services.service import Answer, Request

SCHEMA: Final = 1


class Refusal(NamedTuple):
    """That there is no answer, and will be none for long.

    Attributes:
        why: what the host said: a sentence.
        at: when, ISO 8601 in UTC.
    """

    why: str
    at: str


def kept_path(folder: Path, request: Request) -> Path:
    """Where the answer to ``request`` is kept: by what is asked of whom, never by a key or by who asks."""
    return place_of(folder, _of("answer", request))


def keep(folder: Path, request: Request, answer: Answer) -> None:
    """Keep ``answer``: whole or not at all, also when another process keeps the same one."""
    content = {"schema": SCHEMA, "media_type": answer.media_type, "at": answer.at, **_written(answer.body)}
    keep_entry(folder, _of("answer", request), content)


def kept(folder: Path, request: Request) -> Answer | None:
    """The answer to ``request``, if it is kept and whole."""
    found = kept_entry(folder, _of("answer", request))
    if found is None or found.get("schema") != SCHEMA:
        return None
    return Answer(_read(found), found["media_type"], found["at"], kept=True)


def keep_refusal(folder: Path, request: Request, refusal: Refusal) -> None:
    """Keep ``refusal``, beside an answer of earlier times if there is one."""
    keep_entry(folder, _of("refusal", request), {"schema": SCHEMA, **refusal._asdict()})


def kept_refusal(folder: Path, request: Request) -> Refusal | None:
    """The last refusal of ``request``, if one is kept and whole."""
    found = kept_entry(folder, _of("refusal", request))
    if found is None or found.get("schema") != SCHEMA:
        return None
    return Refusal(found["why"], found["at"])


def _of(what: str, request: Request) -> list[object]:
    return [what, request.service, request.url, [list(each) for each in request.params]]


def _written(body: bytes) -> dict[str, str]:
    """``body`` as JSON holds it: text can be looked at."""
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _read(found: Mapping[str, Any]) -> bytes:
    whole = found.get("text")
    return str(whole).encode() if whole is not None else base64.b64decode(found["base64"])
