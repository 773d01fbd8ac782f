"""Which targets a given model can be tested on here, and why not on the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from stiltwalk.data.load import available
from stiltwalk.engine.encoders import encoder_folder
from stiltwalk.engine.prepare import step_key
from stiltwalk.plan.references import is_base
from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import TASKS, Catalogue, find_task
from stiltwalk.store.atomic import read_json
from stiltwalk.store.store import Store, read_artifact
from stiltwalk.store.studies import kept_tasks


class Heads(NamedTuple):
    """What a model can predict without further training.

    Attributes:
        trained: task type → the task its head was trained on.
        saved: the task type of a head that another program saved; what it was trained on is not known.
        labels: that head's labels.
    """

    trained: Mapping[str, str]
    saved: str | None = None
    labels: tuple[str, ...] = ()


def heads_of(model: str, store: Store) -> Heads:
    """The heads of a finished step, a folder or a hub model.

    Raises:
        UserError: there is no such model.
    """
    key = step_key(model, store)
    if key is not None:
        return Heads(_trained_heads(key, store))
    folder = encoder_folder(model, None)
    config = read_json(folder / "config.json")
    if config is None:  # laid out as a step is, or damaged, which is told where it is read
        return Heads({})
    # brings in transformers, which light commands do without
    from stiltwalk.compute.checkpoint_heads import saved_with  # noqa: PLC0415

    kind = saved_with(config.get("architectures") or ())
    return Heads({}, kind, tuple(dict(config.get("id2label") or {}).values()) if kind else ())


def untestable(task: Task, heads: Heads, data_dir: Path | None, tasks: Catalogue) -> str | None:
    """Why a model cannot be tested on ``task`` with the files that are here; ``None``: it can."""
    if "target" not in task.stages:
        return "no target task"
    if not _has_files(task, data_dir):
        return "no test files here"
    if not task.trains_on:
        return None
    last = find_task(task.trains_on[-1], tasks)
    if heads.trained.get(last.type) == last.name:
        return None
    if last.type != task.type:
        return f"the model was not trained on {last.name}"
    if heads.saved == task.type and (not task.labels or set(task.labels) <= set(heads.labels)):
        return None
    if heads.saved == task.type:
        return "the model's labels are others"
    if task.type in heads.trained:
        return f"the model's head was trained on {heads.trained[task.type]}"
    return f"the model has no head for {task.type}"


def _has_files(task: Task, data_dir: Path | None) -> bool:
    if task.generator is None and data_dir is None:
        return False
    test = set(available(task, "test", data_dir))
    return bool(test & set(available(task, "dev", data_dir)) if task.scoring.tuned else test)


def can_be_tested(
    names: Iterable[str], heads: Heads, data_dir: Path | None, tasks: Catalogue
) -> tuple[list[str], dict[str, list[str]]]:
    """Those of ``names`` that a model can be tested on, and for the others reason → names."""
    kept: list[str] = []
    left_out: dict[str, list[str]] = {}
    for name in names:
        reason = untestable(find_task(name, tasks), heads, data_dir, tasks)
        if reason is None:
            kept.append(name)
        else:
            left_out.setdefault(reason, []).append(name)
    return kept, left_out


def _trained_heads(key: str, store: Store) -> dict[str, str]:
    """Type → task of every head that the step holds: the nearest ancestor that trained one of that type."""
    held = {path.stem for path in (store.folder(key) / "heads").glob("*.safetensors")}
    known = {**kept_tasks(store), **TASKS}
    found: dict[str, str] = {}
    while not is_base(key):
        step = read_artifact(store, key).step
        if isinstance(step, TrainStep):
            # the study it comes from may have declared the task itself
            kind = find_task(step.task, known).type
            if kind in held:
                found.setdefault(kind, step.task)
        if not isinstance(step, TrainStep | PredictStep):
            break
        key = step.parent
    return found
