"""Kept studies: the resolved study and its plan, so that results can be read without the data files.

STORE/studies/NAME/REVISION.yaml, one for each content, and its plan beside it (``plans.py``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.errors import unknown_name
from stiltwalk.spec.record import parse
from stiltwalk.spec.study import KEEPS, Keep, Study
from stiltwalk.spec.task import Task
from stiltwalk.store.atomic import write_bytes
from stiltwalk.store.disk import writing
from stiltwalk.store.plans import lost, read_plan, write_plan
from stiltwalk.store.store import Store


@dataclass(frozen=True, slots=True)
class KeptStudy:
    """A study as it was run: its plan, whose steps are read when they are asked for, and its data folder."""

    plan: Plan
    data_dir: Path | None


def keep_study(store: Store, plan: Plan, data_dir: Path | None) -> Path:
    """Write down ``plan`` and its study with all defaults filled in; equal plans are one revision.

    Returns:
        The study's file.

    Raises:
        DiskError: the store is full, or may not be written.
    """
    study = yaml.safe_dump(plan.study.model_dump(mode="json"), sort_keys=False, allow_unicode=True).encode()
    keys = "".join(sorted(plan.nodes))
    revision = hashlib.sha256(study + keys.encode()).hexdigest()[:12]
    path = store.root / "studies" / plan.study.study / f"{revision}.yaml"
    with writing(store.root):
        write_plan(path.with_suffix(""), plan, data_dir)
        # written last, and anew even when known: its date tells which revision is the latest
        write_bytes(path, study)
    return path


def kept_names(store: Store) -> list[str]:
    """Names of all kept studies."""
    return sorted({path.parent.name for path in (store.root / "studies").glob("*/*.yaml")})


def kept_tasks(store: Store) -> dict[str, Task]:
    """Name → record of every task that a kept study declares; of one name, the one that was run last."""
    found: dict[str, Task] = {}
    for path in kept_revisions(store):
        for task in _read_yaml(path).get("tasks") or ():
            record = parse(Task, task, str(path))
            found[record.name] = record
    return found


def read_kept_study(store: Store, name: str, revision: str | None = None) -> KeptStudy:
    """The study ``name`` in its latest ``revision``, or in the one that is named.

    Raises:
        UnknownNameError: it was never run with this store; the nearest name is suggested.
        UserError: its files are damaged.
    """
    pattern = f"{revision or '*'}.yaml"
    revisions = sorted((store.root / "studies" / name).glob(pattern), key=lambda p: p.stat().st_mtime_ns)
    if not revisions:
        raise unknown_name(f"study in the store {store.root} called", name, kept_names(store))
    path = revisions[-1]
    study = parse(Study, _read_yaml(path), str(path))
    return KeptStudy(*read_plan(path.with_suffix(""), study))


def kept_revisions(store: Store) -> list[Path]:
    """The file of every revision of every kept study, the one that was run last at the end."""
    return sorted(store.root.glob("studies/*/*.yaml"), key=lambda path: path.stat().st_mtime_ns)


def keep_of(path: Path) -> Keep:
    """Which trained models the study of a revision keeps; one of an earlier version keeps all.

    Raises:
        UserError: its file is damaged.
    """
    said = _read_yaml(path)
    for keep in KEEPS:
        if isinstance(said, dict) and said.get("keep", "all") == keep:
            return keep
    raise lost(path)


def _read_yaml(path: Path) -> Any:
    try:
        # the quick reader, where there is one: a study of many arms is long
        return yaml.load(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (OSError, yaml.YAMLError):
        raise lost(path) from None
