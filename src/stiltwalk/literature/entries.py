"""Entries: what is kept so that it is not asked, read or judged twice, in files that tell damage themselves.

Each is a JSON object named after what it came of. It says what that is, and its own digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.store.atomic import read_json, write_json

_OF: Final = "of"
SEAL: Final = "seal"
"""Field that holds the digest of all others."""


class DamagedError(StiltwalkError):
    """A file that is no longer what was put there; the message names it and says what is wrong."""


def place_of(folder: Path, of: Sequence[object]) -> Path:
    """Where what came of ``of``, plain values as JSON has them, lies below ``folder``."""
    key = _digest(of)
    return folder / key[:2] / f"{key}.json"


def keep_entry(folder: Path, of: Sequence[object], content: Mapping[str, Any]) -> None:
    """Put down ``content``, which came of ``of``: whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    write_sealed(place_of(folder, of), {**content, _OF: [*of]})


def kept_entry(folder: Path, of: Sequence[object]) -> dict[str, Any] | None:
    """What came of ``of`` before; ``None``: nothing, or it is damaged and as good as nothing."""
    try:
        return read_entry(place_of(folder, of))
    except DamagedError:
        return None


def read_entry(path: Path) -> dict[str, Any]:
    """The entry at ``path``.

    Raises:
        DamagedError: there is none, or it is not what was put there.
    """
    found = read_sealed(path)
    if _digest(found.get(_OF)) != path.stem:
        raise DamagedError(f"{path.name} is named after something else than what it came of")
    return found


def write_sealed(path: Path, content: Mapping[str, Any]) -> None:
    """Put ``content`` at ``path`` with its digest, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    write_json(path, {**content, SEAL: _digest(content)})


def read_sealed(path: Path) -> dict[str, Any]:
    """What ``write_sealed`` put at ``path``.

    Raises:
        DamagedError: there is nothing, or something else.
    """
    found = read_json(path)
    if found is None:
        raise DamagedError(f"{path.name} is missing or no JSON object")
    if not is_whole(found):
        raise DamagedError(f"{path.name} is not what was put there")
    return {name: value for name, value in found.items() if name != SEAL}


def is_whole(found: Mapping[str, Any]) -> bool:
    """Whether an object, with its digest, is what ``write_sealed`` put down."""
    return found.get(SEAL) == _digest({name: value for name, value in found.items() if name != SEAL})


def entries_in(folder: Path) -> Iterator[Path]:
    """Paths of all entries below ``folder``, whole or damaged, sorted; drafts are left out."""
    yield from sorted(folder.glob("[!.][!.]/[!.]*.json"))


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
