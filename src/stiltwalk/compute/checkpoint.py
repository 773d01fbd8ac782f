"""Checkpoints of unfinished training: safetensors and JSON, published by one rename.

Where parameters are cut over ranks each rank writes its pieces, to files of its own in the same folder. What
one rank has is of no use without the others', so as many ranks must go on as there were.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from stiltwalk.compute.averaging import Averages
from stiltwalk.compute.gradients import trained
from stiltwalk.compute.optimisers import entries, entry
from stiltwalk.compute.sharding import as_piece, local
from stiltwalk.spec.errors import UserError
from stiltwalk.store.atomic import publish_folder, write_json


class Part(NamedTuple):
    """What of a training is written and read here: all of it, or of several ranks' pieces this rank's.

    Attributes:
        rank: of this process.
        ranks: how many write together.
        wait: goes on once all of them are here.
    """

    rank: int = 0
    ranks: int = 1
    wait: Callable[[], None] = lambda: None

    def file(self, name: str) -> str:
        """What a file called ``name`` is really called."""
        return f"{name}.safetensors" if self.ranks == 1 else f"{name}.{self.rank}-of-{self.ranks}.safetensors"


WHOLE = Part()
"""One process has everything."""

_PARAMETERS, _OPTIMISER, _AVERAGES = "parameters", "optimiser", "averages"


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
    part: Part = WHOLE,
) -> None:
    """Write a checkpoint below ``folder`` and drop the older ones; a kill leaves the old or the new.

    Ranks that write together must all call it; the first of them publishes, once all have written.
    """
    final = folder / f"checkpoint-{state.done:08d}"
    if final.exists():
        return
    draft, first = folder / "checkpoint.draft", part.rank == 0
    if first:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
    part.wait()
    save_parameters(draft / part.file(_PARAMETERS), module)
    save_file(_moments(optimiser) | {"order": order}, draft / part.file(_OPTIMISER))
    if averages:
        kept = {name: each.contiguous() for name, each in averages.items()}
        save_file(kept, draft / part.file(_AVERAGES))
    part.wait()
    if first:
        write_json(draft / "state.json", asdict(state))
        publish_folder(draft, final)
        for older in _checkpoints(folder)[:-1]:
            shutil.rmtree(older)
        for path in folder.glob("best-*.safetensors"):
            if not path.name.startswith(f"{_best(state.best_step)}."):
                path.unlink()
    part.wait()


def restore(
    folder: Path,
    module: nn.Module,
    optimiser: torch.optim.Optimizer,
    averages: Averages,
    part: Part = WHOLE,
) -> tuple[State, Tensor] | None:
    """Load the newest checkpoint below ``folder`` into ``module``, ``optimiser`` and ``averages``.

    Returns:
        Its state and its data order; ``None`` if there is no checkpoint.

    Raises:
        UserError: it was written by another number of ranks.
    """
    found = _checkpoints(folder)
    if not found:
        return None
    newest = found[-1]
    _require_same_ranks(newest, part)
    load_parameters(newest / part.file(_PARAMETERS), module)
    tensors = load_file(newest / part.file(_OPTIMISER))
    order = tensors.pop("order")
    _put_moments(optimiser, tensors)
    if averages:
        for name, average in load_file(newest / part.file(_AVERAGES)).items():
            averages[name].copy_(average)
    raw = json.loads((newest / "state.json").read_text())
    return State(**(raw | {"log": tuple(raw["log"])})), order


def best_path(folder: Path, step: int, part: Part = WHOLE) -> Path:
    """Where the best parameters so far, reached at ``step``, are kept."""
    return folder / part.file(_best(step))


def save_parameters(path: Path, module: nn.Module) -> None:
    """Write every parameter that is trained, or this rank's piece of each, atomically.

    Tied ones share a name, and are written once.
    """
    draft = path.with_suffix(".draft")
    save_file({name: local(p).contiguous() for name, p in trained(module)}, draft)
    draft.replace(path)


def load_parameters(path: Path, module: nn.Module) -> None:
    """Read what :func:`save_parameters` wrote."""
    tensors = load_file(path)
    with torch.no_grad():
        for name, parameter in trained(module):
            local(parameter).copy_(tensors[name])


def _require_same_ranks(newest: Path, part: Part) -> None:
    if (newest / part.file(_PARAMETERS)).exists():
        return
    there = len(list(newest.glob(f"{_PARAMETERS}.*")))
    raise UserError(
        f"The checkpoint in {newest} was written by {there} process(es), and {part.ranks} cannot go on from "
        f"it. Set execution.processes to {there}, or delete that folder to begin again."
    )


def _best(step: int) -> str:
    return f"best-{step:08d}"


def _checkpoints(folder: Path) -> list[Path]:
    return sorted(folder.glob("checkpoint-*"))


def _moments(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    return {
        f"{index}.{name}": local(value).contiguous()
        for index, kept in optimiser.state_dict()["state"].items()
        for name, value in entries(kept)
    }


def _put_moments(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    state: dict[int, dict[str, Tensor | int]] = {}
    for key, value in tensors.items():
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = entry(as_piece(value, parameters[int(index)]))
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
