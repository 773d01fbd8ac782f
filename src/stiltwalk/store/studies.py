"""Kept studies: the resolved study and its plan, so that results can be read without the data files.

STORE/studies/NAME/REVISION.yaml, one file for each content.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from stiltwalk.plan.nodes import Cell, Node, Plan
from stiltwalk.plan.steps import parse_step
from stiltwalk.spec.errors import UserError, unknown_name
from stiltwalk.spec.record import parse
from stiltwalk.spec.study import Study
from stiltwalk.spec.task import Task
from stiltwalk.store.atomic import read_json, write_bytes, write_json
from stiltwalk.store.store import Store


@dataclass(frozen=True, slots=True)
class KeptStudy:
    """A study as it was last run: its plan, and where its data lay."""

    plan: Plan
    data_dir: Path | None


def keep_study(store: Store, plan: Plan, data_dir: Path | None) -> Path:
    """Write down ``plan`` and its study with all defaults filled in; equal plans are one file."""
    study = yaml.safe_dump(plan.study.model_dump(mode="json"), sort_keys=False, allow_unicode=True).encode()
    keys = "".join(sorted(plan.nodes))
    revision = hashlib.sha256(study + keys.encode()).hexdigest()[:12]
    folder = store.root / "studies" / plan.study.study
    write_json(
        folder / f"{revision}.plan.json", _as_json(plan) | {"data_dir": str(data_dir) if data_dir else None}
    )
    # written last, and anew even when known: its date tells which revision is the latest
    write_bytes(folder / f"{revision}.yaml", study)
    return folder / f"{revision}.yaml"


def kept_names(store: Store) -> list[str]:
    """Names of all kept studies."""
    return sorted({path.parent.name for path in (store.root / "studies").glob("*/*.yaml")})


def kept_tasks(store: Store) -> dict[str, Task]:
    """Name → record of every task that a kept study declares; of one name, the one that was run last."""
    found: dict[str, Task] = {}
    for path in sorted(store.root.glob("studies/*/*.yaml"), key=lambda p: p.stat().st_mtime_ns):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        for task in raw.get("tasks") or ():
            record = parse(Task, task, str(path))
            found[record.name] = record
    return found


def read_kept_study(store: Store, name: str) -> KeptStudy:
    """The latest revision of the study ``name``.

    Raises:
        UnknownNameError: it was never run with this store; the nearest name is suggested.
        UserError: its files are damaged.
    """
    revisions = sorted((store.root / "studies" / name).glob("*.yaml"), key=lambda p: p.stat().st_mtime_ns)
    if not revisions:
        raise unknown_name(f"study in the store {store.root} called", name, kept_names(store))
    path = revisions[-1]
    study = parse(Study, yaml.safe_load(path.read_text(encoding="utf-8")), str(path))
    raw = read_json(path.with_suffix(".plan.json"))
    if raw is None:
        raise UserError(f"{path.with_suffix('.plan.json')} is missing or damaged. Run the study again.")
    nodes = {
        key: Node(key, parse_step(node["step"]), node["title"], node["encoder"])
        for key, node in raw["nodes"].items()
    }
    ordered = {key: nodes[key] for key in raw["order"]}
    cells = tuple(Cell(**(cell | {"caveats": tuple(cell["caveats"])})) for cell in raw["cells"])
    absent, untuned, measured = (
        tuple((one, other) for one, other in raw.get(name, [])) for name in ("absent", "untuned", "measured")
    )
    data_dir = Path(raw["data_dir"]) if raw["data_dir"] else None
    return KeptStudy(Plan(study, ordered, cells, absent, untuned, measured), data_dir)


def _as_json(plan: Plan) -> dict[str, Any]:
    return {
        "order": list(plan.nodes),
        "nodes": {
            node.key: {
                "step": node.step.model_dump(mode="json"),
                "title": node.title,
                "encoder": node.encoder,
            }
            for node in plan.nodes.values()
        },
        "cells": [asdict(cell) for cell in plan.cells],
        "absent": [list(pair) for pair in plan.absent],
        "untuned": [list(pair) for pair in plan.untuned],
        "measured": [list(pair) for pair in plan.measured],
    }
