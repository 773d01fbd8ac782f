"""Trackers that hear of a training while it runs, each through accelerate's class for it.

A tracker is begun with the first numbers it is told, and one that fails is told nothing more: the training
goes on. What a tracker prints is not shown, for standard output belongs to the command.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from contextvars import Context, copy_context
from dataclasses import dataclass, field, replace
from io import StringIO
from numbers import Real
from pathlib import Path
from typing import Any

from accelerate.tracking import LOGGER_TYPE_TO_CLASS

from stiltwalk.compute.context import Monitor
from stiltwalk.plan.steps import Step
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.secrets import without_secrets
from stiltwalk.spec.tracking import Tracking, chosen_trackers

_NAMES: Mapping[str, str] = {"dev": "dev_score"}
"""What is called otherwise than in the log: trackers know no context."""

_NOT_IN_A_PATH = re.compile(r"[^\w.+·()=, -]")


@contextmanager
def mirrored(tracking: Tracking | None, step: Step, key: str, monitor: Monitor) -> Iterator[Monitor]:
    """``monitor``, which while inside also tells the trackers what a training logs.

    Args:
        tracking: which trackers, where, and what the training is called; ``None``: none.
        step: what is carried out; of what is no training nobody is told.
        key: its key.
        monitor: is told of trackers that fail.
    """
    if tracking is None or not isinstance(step, TrainStep | PretrainStep):
        yield monitor
        return
    mirrors = [_Mirror(name, tracking, key, _about(step, key), monitor) for name in tracking.trackers]

    def logged(entry: Mapping[str, Any]) -> None:
        for mirror in mirrors:
            mirror.log(int(entry["step"]), dict(_numbers(entry)))
        monitor.logged(entry)

    try:
        yield replace(monitor, logged=logged)
    finally:
        for mirror in mirrors:
            mirror.finish()


@dataclass(slots=True)
class _Mirror:
    """One tracker and one training.

    Attributes:
        name: of the tracker.
        tracking: as ``mirrored``.
        key: as there.
        about: what is said of the training once.
        monitor: as there.
        tracker: accelerate's, once it has begun.
        heard: the last optimiser step that it knows from before, if the training goes on where it stopped.
        failed: whether it is told nothing more.
        context: where the tracker keeps which run is its current one: it ends with the training.
    """

    name: str
    tracking: Tracking
    key: str
    about: Mapping[str, Any]
    monitor: Monitor
    tracker: Any = None
    heard: int = -1
    failed: bool = False
    context: Context = field(default_factory=copy_context)

    def log(self, step: int, values: dict[str, float]) -> None:
        """Tell the numbers of one optimiser step."""
        if self.failed:
            return
        with self._guarded():
            self.context.run(self._log, step, values)

    def finish(self) -> None:
        """Let it write what it holds back."""
        if self.tracker is not None and not self.failed:
            with self._guarded():
                self.context.run(self.tracker.finish)

    def _log(self, step: int, values: dict[str, float]) -> None:
        if self.tracker is None:
            self._begin(step)
        if step > self.heard:
            self.tracker.log(values, step=step)

    def _begin(self, step: int) -> None:
        chosen_trackers([self.name])
        made = {"tensorboard": self._tensorboard, "trackio": self._trackio}.get(self.name, self._another)
        self.tracker = made(step)

    def _tensorboard(self, step: int) -> Any:
        folder = self.tracking.folder / "tensorboard" / _in_a_path(self.tracking.project)
        run = _in_a_path(self.tracking.run)
        resumed = (folder / run).is_dir()
        # what it was told after the checkpoint that the training goes on from is told again
        begin = {"purge_step": step} if resumed else {}
        tracker = LOGGER_TYPE_TO_CLASS[self.name](run, folder, **begin)
        tracker.start()
        if not resumed:
            tracker.log(
                {"about": "\n".join(f"- {name}: {said}" for name, said in self.about.items())}, step=0
            )
        return tracker

    def _trackio(self, step: int) -> Any:  # noqa: ARG002  it knows itself what it was told
        project, run = self.tracking.project, self.tracking.run
        _place_trackio(self.tracking.folder / "trackio")
        alone = {"embed": False, "auto_log_gpu": False, "auto_log_cpu": False}
        tracker = LOGGER_TYPE_TO_CLASS[self.name](
            project, name=run, resume="allow", config=dict(self.about), **alone
        )
        tracker.start()
        storage = importlib.import_module("trackio.sqlite_storage").SQLiteStorage
        known = storage.get_max_step_for_run(project, run, run_id=tracker.tracker.id)
        self.heard = -1 if known is None else int(known)
        return tracker

    def _another(self, step: int) -> Any:  # noqa: ARG002  the same
        tracker = LOGGER_TYPE_TO_CLASS[self.name](**_further(self.name, self.tracking, self.key))
        tracker.start()
        tracker.store_init_configuration(dict(self.about))
        return tracker

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """While inside, an error ends this mirror and nothing else."""
        try:
            with redirect_stdout(StringIO()):
                yield
        except (Exception, SystemExit) as error:
            self.failed = True
            said = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
            self.monitor.dropped(self.name, without_secrets(said.splitlines()[0]))


def _about(step: TrainStep | PretrainStep, key: str) -> dict[str, Any]:
    """What a training is, in plain values: its key, tasks, seed and hyper-parameters."""
    hyper = {
        name: value
        for name, value in step.training.model_dump(mode="json").items()
        if isinstance(value, str | int | float)
    }
    if isinstance(step, PretrainStep):
        return {"key": key, "stage": step.kind, "seed": step.seed, **hyper}
    if step.rate_from is not None:  # what the step says itself is a placeholder
        hyper.pop("learning_rate", None)
    tasks = "+".join(part.task for part in step.parts)
    return {"key": key, "stage": step.kind, "tasks": tasks, "seed": step.seed, **hyper}


def _numbers(entry: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, float]]:
    """Every number of ``entry`` but the step; ``a/b`` is number ``b`` of what is called ``a``."""
    for name, value in entry.items():
        called = within + _NAMES.get(name, name)
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{called}/")
        elif isinstance(value, Real) and called != "step":
            yield called, float(value)


def _in_a_path(name: str) -> str:
    """``name`` as a part of a path."""
    return _NOT_IN_A_PATH.sub("_", name).lstrip(".") or "_"


def _place_trackio(folder: Path) -> None:
    """Have trackio keep its files in ``folder``, unless TRACKIO_DIR names another.

    Raises:
        UserError: this process has begun to keep them elsewhere, and cannot change that any more.
    """
    named = os.environ.get("TRACKIO_DIR")
    wanted = Path(named or folder)
    os.environ["TRACKIO_DIR"] = str(wanted)
    try:
        found = Path(importlib.import_module("trackio.utils").TRACKIO_DIR)  # read once, when it is imported
    finally:
        if named is None:
            del os.environ["TRACKIO_DIR"]
    if found != wanted:
        raise UserError(
            f"this process keeps the files of trackio in {found} and cannot change to {wanted}. Set "
            "TRACKIO_DIR before it starts, or give --workers 1 in place of 0"
        )


def _further(tracker: str, tracking: Tracking, key: str) -> dict[str, Any]:
    """What the classes of all other trackers are told: whose run it is, and that it may be gone on with."""
    project, run, folder = tracking.project, tracking.run, tracking.folder / tracker
    known: Mapping[str, dict[str, Any]] = {
        "aim": {"run_name": run, "logging_dir": folder, "experiment": project},
        "clearml": {"run_name": run, "project_name": project, "task_name": run},
        # without the last it would make an entry in whatever git repository this is
        "dvclive": {"dir": str(folder / _in_a_path(run)), "resume": True, "save_dvc_exp": False},
        "mlflow": {"experiment_name": project, "run_name": run},
        "swanlab": {"run_name": project, "experiment_name": run, "id": key, "resume": "allow"},
        "wandb": {"run_name": project, "name": run, "id": key, "resume": "allow"},
    }
    return known.get(tracker, {"run_name": project})
