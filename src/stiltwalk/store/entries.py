"""An entry of the index: what is asked of a finished step without opening its folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stiltwalk.plan.memory_class import Sized, memory_class
from stiltwalk.plan.sizes import sizes_in
from stiltwalk.plan.steps import parse_step
from stiltwalk.store.atomic import read_json
from stiltwalk.store.references import references


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index says of one finished step.

    Attributes:
        key: the step.
        stamp: when its manifest was written, in nanoseconds: tells one publication of a key from another.
        kind: of the step.
        task: what it trains on, translates or is tested on; empty for others.
        parent: the step or given encoder that it starts from; empty where it starts from nothing.
        parents: keys of the steps it needs, with spaces between them.
        wall_seconds: what it took, if that was written down.
        peak_bytes: the most memory that one of its processes held, if that was.
        peak_of: on what: ``cpu`` or ``cuda``.
        memory_class: see ``plan.memory_class``; empty for steps that have none.
        sizes: the shape of the encoder in its own folder, as JSON; empty where there is none.
        degenerate: whether it collapsed.
        bytes: of its files.
        published_at: seconds since the epoch.
        tables: embedding tables that it goes back to, with spaces between them.
        bases: models that it goes back to, likewise.
        facts: what carrying it out found, as JSON.
    """

    key: str
    stamp: int
    kind: str
    task: str
    parent: str
    parents: str
    wall_seconds: float | None
    peak_bytes: int | None
    peak_of: str
    memory_class: str
    sizes: str
    degenerate: bool
    bytes: int
    published_at: float
    tables: str
    bases: str
    facts: str


def stamp_of(folder: Path) -> int | None:
    """When the manifest of the finished step in ``folder`` was written; ``None``: there is none."""
    try:
        return os.stat(f"{folder}/manifest.json").st_mtime_ns  # noqa: PTH116  asked of thousands at once
    except OSError:
        return None


def read_entry(key: str, folder: Path) -> Entry | None:
    """The entry of the finished step ``key``, read from its ``folder``; ``None`` if that cannot be read."""
    stamp = stamp_of(folder)
    record, manifest = read_json(folder / "step.json"), read_json(folder / "manifest.json")
    if stamp is None or record is None or manifest is None:
        return None
    try:
        return _entry(key, stamp, record, manifest, folder)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _entry(
    key: str, stamp: int, record: Mapping[str, Any], manifest: Mapping[str, Any], folder: Path
) -> Entry:
    step, facts, model = record["step"], record["facts"], folder / "model"
    config = read_json(model / "config.json")
    sizes = None if config is None else sizes_in(config)
    back = references(model) if config is not None else ((), ())
    seconds, peak = facts.get("wall_seconds"), facts.get("peak_memory_bytes")
    return Entry(
        key=key,
        stamp=stamp,
        kind=str(step["kind"]),
        task=str(step.get("task", "")),
        parent=str(step.get("parent", "")),
        parents=" ".join(record["parents"]),
        wall_seconds=None if seconds is None else float(seconds),
        peak_bytes=None if peak is None else int(peak),
        peak_of=str(facts.get("peak_memory_of", "")),
        memory_class=_class(step),
        sizes="" if sizes is None else json.dumps(sizes),
        degenerate=bool(facts.get("degenerate", False)),
        bytes=sum(int(file["bytes"]) for file in manifest["files"].values()),
        published_at=stamp / 1e9,
        tables=" ".join(back[0]),
        bases=" ".join(back[1]),
        facts=json.dumps(facts, ensure_ascii=False),
    )


def _class(raw: Mapping[str, Any]) -> str:
    try:
        step = parse_step(raw)
    except ValueError:  # written by another version: not one of this one's steps
        return ""
    return memory_class(step) if isinstance(step, Sized) else ""


def as_dict(entry: Entry) -> dict[str, Any]:
    """``entry`` as a line of the journal has it."""
    return asdict(entry)


def from_dict(raw: Mapping[str, Any]) -> Entry | None:
    """The entry that :func:`as_dict` made ``raw`` of; ``None``: no such thing, or another version's."""
    return Entry(**raw) if set(raw) == set(Entry.__dataclass_fields__) else None
