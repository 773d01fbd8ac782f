"""Kept answers: what a database answered once is not asked again, by any search and any process."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from stiltwalk.literature.services.service import Answer, Request
from stiltwalk.store.atomic import read_json, write_json

SCHEMA: Final = 1


def kept_path(folder: Path, request: Request) -> Path:
    """Where the answer to ``request`` is kept: by what is asked of whom, never by a key or by who asks."""
    named = json.dumps([request.service, request.url, list(request.params)], ensure_ascii=True)
    key = hashlib.sha256(named.encode()).hexdigest()
    return folder / key[:2] / f"{key}.json"


def keep(folder: Path, request: Request, answer: Answer) -> None:
    """Keep ``answer``: whole or not at all, also when another process keeps the same one."""
    write_json(
        kept_path(folder, request),
        {
            "schema": SCHEMA,
            "service": request.service,
            "url": request.url,
            "params": [list(each) for each in request.params],
            "media_type": answer.media_type,
            "at": answer.at,
            "sha256": hashlib.sha256(answer.body).hexdigest(),
            **_written(answer.body),
        },
    )


def kept(folder: Path, request: Request) -> Answer | None:
    """The answer to ``request``, if it is kept and whole."""
    found = read_json(kept_path(folder, request))
    if found is None or found.get("schema") != SCHEMA:
        return None
    media_type, at = found.get("media_type"), found.get("at")
    try:
        body = _read(found)
    except ValueError:
        return None
    whole = hashlib.sha256(body).hexdigest() == found.get("sha256")
    if not whole or not isinstance(media_type, str) or not isinstance(at, str):
        return None
    return Answer(body, media_type, at, kept=True)


def _written(body: bytes) -> dict[str, str]:
    """``body`` as JSON holds it: text can be looked at."""
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _read(found: Mapping[str, Any]) -> bytes:
    whole, coded = found.get("text"), found.get("base64")
    return str(whole).encode() if whole is not None else base64.b64decode(str(coded), validate=True)
