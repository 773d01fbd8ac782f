"""Checkpoints of unfinished training: safetensors and JSON, published by one rename."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from stiltwalk.compute.averaging import Averages
from stiltwalk.store.atomic import publish_folder, write_json

_AVERAGES = "averages.safetensors"


@dataclass(frozen=True, slots=True)
class State:
    """How far training is.

    Attributes:
        done: optimiser steps finished.
        best_score: best dev score so far (0 to 100), if any look was taken.
        best_step: the step it was reached at.
        looks_without_gain: looks at the dev set since then.
        micro_tokens: the token budget in force (halved whenever memory ran out).
        broken: why training stopped early on a loss that is no number.
        seconds: wall seconds spent, over all runs of this step.
        examples: items trained on, each as often as it was.
        tokens: real tokens of their inputs.
        log: entries by step: loss and learning rate; dev score, and what was spent by then; or what was
            measured of the gradient's noise.
    """

    done: int = 0
    best_score: float | None = None
    best_step: int = 0
    looks_without_gain: int = 0
    micro_tokens: int = 0
    broken: str | None = None
    seconds: float = 0.0
    examples: int = 0
    tokens: int = 0
    log: tuple[dict[str, Any], ...] = ()


def save(
    folder: Path,
    module: nn.Module,
    optimiser: torch.optim.Optimizer,
    state: State,
    order: Tensor,
    averages: Averages,
) -> None:
    """Write a checkpoint below ``folder`` and drop the older ones; a kill leaves the old or the new."""
    final = folder / f"checkpoint-{state.done:08d}"
    if final.exists():
        return
    draft = folder / "checkpoint.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    save_parameters(draft / "parameters.safetensors", module)
    save_file(_moments(optimiser) | {"order": order}, draft / "optimiser.safetensors")
    if averages:
        save_file({name: each.contiguous() for name, each in averages.items()}, draft / _AVERAGES)
    write_json(draft / "state.json", asdict(state))
    publish_folder(draft, final)
    for older in _checkpoints(folder)[:-1]:
        shutil.rmtree(older)
    for path in folder.glob("best-*.safetensors"):
        if path != best_path(folder, state.best_step):
            path.unlink()


def restore(
    folder: Path, module: nn.Module, optimiser: torch.optim.Optimizer, averages: Averages
) -> tuple[State, Tensor] | None:
    """Load the newest checkpoint below ``folder`` into ``module``, ``optimiser`` and ``averages``.

    Returns:
        Its state and its data order; ``None`` if there is no checkpoint.
    """
    found = _checkpoints(folder)
    if not found:
        return None
    newest = found[-1]
    load_parameters(newest / "parameters.safetensors", module)
    tensors = load_file(newest / "optimiser.safetensors")
    order = tensors.pop("order")
    _put_moments(optimiser, tensors)
    if averages:
        for name, average in load_file(newest / _AVERAGES).items():
            averages[name].copy_(average)
    raw = json.loads((newest / "state.json").read_text())
    return State(**(raw | {"log": tuple(raw["log"])})), order


def best_path(folder: Path, step: int) -> Path:
    """Where the best parameters so far, reached at ``step``, are kept."""
    return folder / f"best-{step:08d}.safetensors"


def save_parameters(path: Path, module: nn.Module) -> None:
    """Write every parameter once (tied ones share a name), atomically."""
    draft = path.with_suffix(".draft")
    save_file({name: p.detach().contiguous() for name, p in module.named_parameters()}, draft)
    draft.replace(path)


def load_parameters(path: Path, module: nn.Module) -> None:
    """Read what :func:`save_parameters` wrote."""
    tensors = load_file(path)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(tensors[name])


def _checkpoints(folder: Path) -> list[Path]:
    return sorted(folder.glob("checkpoint-*"))


def _moments(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    return {
        f"{index}.{name}": value.contiguous()
        for index, entry in optimiser.state_dict()["state"].items()
        for name, value in entry.items()
    }


def _put_moments(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = value
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
