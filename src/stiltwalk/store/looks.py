"""The frozen analysis of a study, and the looks at its growing results.

STORE/studies/NAME/analysis.json is written once, at the first run of that name, and never again; what was
asked of the results is added to looks.jsonl beside it, a line each.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from stiltwalk.spec.errors import UserError
from stiltwalk.spec.study import Study
from stiltwalk.store.atomic import sync_folder
from stiltwalk.store.disk import writing
from stiltwalk.store.store import Store

_ANALYSIS, _LOOKS = "analysis.json", "looks.jsonl"

RECORDS = (_ANALYSIS, _LOOKS)
"""Files beside a study's revisions that are written here."""

DESIGN = ("encoders", "intermediate", "targets", "seeds", "recipe", "translation", "tasks")
"""Fields of a study that say what is compared: those of them that change are named."""


class Frozen(NamedTuple):
    """The analysis as it stood at the first run of a study.

    Attributes:
        digest: of the analysis (``Analysis.digest``).
        at: when, in UTC, as ISO 8601 has it.
        analysis: its fields.
        design: field of the study → digest, of those that say what is compared.
    """

    digest: str
    at: str
    analysis: Mapping[str, Any]
    design: Mapping[str, str]


def freeze(store: Store, study: Study) -> Frozen:
    """The frozen analysis of ``study``: its own, unless a study of that name was run before.

    Raises:
        DiskError: the store is full, or may not be written.
        UserError: the file is damaged.
    """
    path = _path(store, study.study)
    record = {
        "digest": study.analysis.digest,
        "at": now(),
        "analysis": study.analysis.model_dump(mode="json"),
        "design": design_of(study),
    }
    if not path.exists():
        with writing(store.root):
            _write_once(path, json.dumps(record, indent=1, sort_keys=True).encode() + b"\n")
    found = read_frozen(store, study.study)
    assert found is not None, "it was just written"
    return found


def read_frozen(store: Store, name: str) -> Frozen | None:
    """The frozen analysis of the study ``name``; ``None``: none was kept at its first run.

    Raises:
        UserError: the file is damaged.
    """
    path = _path(store, name)
    try:
        raw = json.loads(path.read_bytes())
        return Frozen(str(raw["digest"]), str(raw["at"]), dict(raw["analysis"]), dict(raw["design"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise _damaged(path) from None


def design_of(study: Study) -> dict[str, str]:
    """Field → digest of all that says what a study compares."""
    said = study.model_dump(mode="json", include=set(DESIGN))
    return {
        name: hashlib.sha256(json.dumps(said[name], sort_keys=True).encode()).hexdigest()[:12]
        for name in DESIGN
    }


def add_look(store: Store, name: str, look: Mapping[str, Any]) -> None:
    """Put ``look`` on record, behind those before it.

    Raises:
        DiskError: the store is full, or may not be written.
    """
    path = store.root / "studies" / name / _LOOKS
    line = json.dumps(dict(look), sort_keys=True, allow_nan=False).encode() + b"\n"
    with writing(store.root):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, line)  # one write: what several add at once stays whole
            os.fsync(handle)
        finally:
            os.close(handle)


def read_looks(store: Store, name: str) -> list[dict[str, Any]]:
    """Every look at the results of the study ``name``, in order.

    Raises:
        UserError: the file is damaged.
    """
    path = store.root / "studies" / name / _LOOKS
    try:
        found = [json.loads(line) for line in path.read_bytes().splitlines() if line]
    except FileNotFoundError:
        return []
    except (OSError, ValueError):
        raise _damaged(path) from None
    if not all(isinstance(each, dict) for each in found):
        raise _damaged(path)
    return found


def now() -> str:
    """The time, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _path(store: Store, name: str) -> Path:
    return store.root / "studies" / name / _ANALYSIS


def _write_once(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` whole, unless something is there: of several writers the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        except OSError:  # a disk that knows no links
            if not path.exists():
                draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def _damaged(path: Path) -> UserError:
    return UserError(
        f"{path} is damaged: it is the record of what was fixed and asked before. Restore it from a copy, or "
        "delete it: verdicts will then say that there is no such record."
    )
