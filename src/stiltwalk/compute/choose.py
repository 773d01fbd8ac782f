"""Chooses a learning rate by dev scores, and makes the training whose rate was chosen."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean
from typing import Any

from accelerate import Accelerator

from stiltwalk.compute.context import STEP_LOG, Monitor, Place
from stiltwalk.compute.train import train
from stiltwalk.plan.steps import ChooseStep, Trial, key_of
from stiltwalk.plan.trainings import TrainStep, at_rate
from stiltwalk.store.atomic import share_file, write_json
from stiltwalk.store.store import Artifact, Store, read_artifact, verify_artifact

TABLE = "choice.json"
"""The file of a finished choice: every rate with its dev scores."""

_SPENT = ("steps", "tokens", "flops")
_OWN = frozenset({"step.json", "manifest.json", STEP_LOG})
"""Files that every finished step writes for itself."""


def choose(step: ChooseStep, store: Store, draft: Path) -> dict[str, Any]:
    """Choose among the finished trials of ``step``: write the table below ``draft`` and return the facts.

    Taken is the rate with the highest mean dev score over its seeds; of equal ones the smallest. A trial that
    collapsed counts with the score it has.

    Raises:
        UserError: a trial is missing or damaged.
    """
    tried = {trial: [read_artifact(store, key) for key in trial.steps] for trial in step.trials}
    rates = [_judged(trial, found) for trial, found in tried.items()]
    best = max(rates, key=lambda each: (each["mean"], -each["rate"]))
    found = [artifact for trials in tried.values() for artifact in trials]
    write_json(draft / TABLE, {"rates": rates, "chosen": best["rate"]})
    return {
        "rate": best["rate"],
        "rates": rates,
        "trials": len(found),
        **{name: sum(artifact.facts[name] for artifact in found) for name in _SPENT},
    }


def _judged(trial: Trial, found: list[Artifact]) -> dict[str, Any]:
    scores = [float(artifact.facts["dev_score"]) for artifact in found]
    collapsed = sum(bool(artifact.facts["degenerate"]) for artifact in found)
    return {"rate": trial.rate, "mean": fmean(scores), "dev_scores": scores, "degenerate": collapsed}


def train_as_chosen(
    step: TrainStep, choice: str, place: Place, accelerator: Accelerator, folder: Path, monitor: Monitor
) -> dict[str, Any]:
    """Carry out ``step`` at the learning rate that the finished step ``choice`` chose.

    A finished training that is the same but for where its rate comes from is taken over: its files are shared
    and its facts repeated, the time it took included. Else it is trained.

    Raises:
        InterruptedRunError: asked to stop; a checkpoint was written.
        UserError: a step or data is missing, damaged or changed.
    """
    rate = float(read_artifact(place.store, choice).facts["rate"])
    same = at_rate(step, rate)
    key = key_of(same)
    if not place.store.is_whole(key):
        return train(same, place, accelerator, folder, monitor) | {"learning_rate": rate, "chosen_of": None}
    trial = read_artifact(place.store, key)
    verify_artifact(trial)
    if accelerator.is_main_process:
        _share(trial.folder, folder / "draft")
    facts = {name: value for name, value in trial.facts.items() if not name.startswith("peak_memory")}
    return facts | {"learning_rate": rate, "chosen_of": key}


def _share(finished: Path, draft: Path) -> None:
    """Put the files of the ``finished`` step into ``draft``: once on the disk, where it can do that."""
    for path in sorted(finished.rglob("*")):
        inside = path.relative_to(finished)
        if path.is_dir() or str(inside) in _OWN:
            continue
        (draft / inside).parent.mkdir(parents=True, exist_ok=True)
        share_file(path, draft / inside)
