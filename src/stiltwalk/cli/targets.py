"""Names that stand for many targets: a benchmark's, or ``all``, as far as a model can be tested on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stiltwalk.cli import show
from stiltwalk.engine.testable import can_be_tested, heads_of
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.tasks import TASKS
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS, expanded
from stiltwalk.store.store import Store

ALL = "all"
"""Stands for every target task."""


def chosen_targets(
    model: str, names: Sequence[str], data_dir: Path | None, store: Store
) -> list[str | Mapping[str, Any]]:
    """``names``, each that stands for many targets replaced by those that ``model`` can be tested on here.

    What is left out is said, with the reason. A target that is named itself is kept whatever the model.

    Raises:
        UserError: there is no such model, or nothing is left.
    """
    many = [name for name in names if name == ALL or name in BENCHMARKS]
    if not many:
        return list(names)
    wanted: dict[str, str | Mapping[str, Any]] = {}
    for name in many:
        for target in _targets(name):
            wanted.setdefault(str(target["task"]), target)
    kept, left_out = can_be_tested(wanted, heads_of(model, store), data_dir, TASKS)
    for reason, tasks in left_out.items():
        show.note(f"left out, {reason}: {', '.join(tasks)}")
    named = [name for name in names if name not in many]
    if not kept and not named:
        raise UserError(
            f"{model} cannot be tested on any task of '{', '.join(many)}' here; the reasons stand above. "
            "Name a data folder with --data-dir, or train a head with 'stiltwalk transfer'."
        )
    return [*named, *(wanted[task] for task in kept if task not in named)]


def _targets(name: str) -> list[dict[str, Any]]:
    if name == ALL:
        return [{"task": task.name} for task in TASKS.values() if "target" in task.stages]
    return [target for target in expanded([name]) if isinstance(target, dict)]
