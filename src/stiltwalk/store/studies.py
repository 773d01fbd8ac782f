"""Resolved studies, kept beside their results: studies/NAME/REVISION.yaml, one file for each content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import yaml

from stiltwalk.spec.record import parse
from stiltwalk.spec.study import Study, check_study
from stiltwalk.store.atomic import write_bytes
from stiltwalk.store.store import Store


def keep_study(store: Store, study: Study, data_dir: Path) -> Path:
    """Write ``study`` with all defaults filled in, and where its data lay; equal studies are one file."""
    document = {"data_dir": str(data_dir), "study": study.model_dump(mode="json")}
    text = yaml.safe_dump(document, sort_keys=True, allow_unicode=True).encode()
    revision = hashlib.sha256(text).hexdigest()[:12]
    path = store.root / "studies" / study.study / f"{revision}.yaml"
    write_bytes(path, text)  # rewritten even when known, so that its date tells the latest revision
    return path


def kept_studies(store: Store) -> dict[str, Path]:
    """Name → the latest kept revision."""
    latest: dict[str, Path] = {}
    for path in sorted((store.root / "studies").glob("*/*.yaml"), key=lambda p: p.stat().st_mtime_ns):
        latest[path.parent.name] = path
    return latest


def read_kept_study(path: Path) -> tuple[Study, Path]:
    """A kept study, and the data folder it was run with."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return check_study(parse(Study, document["study"], str(path))), Path(document["data_dir"])
