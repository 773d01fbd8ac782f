"""Carries out one step in its folder and publishes it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from transformers.utils import logging as transformers_logging

from stiltwalk.compute.context import Monitor, Place
from stiltwalk.compute.lineage import versions
from stiltwalk.compute.predict import predict
from stiltwalk.compute.pretrain import pretrain
from stiltwalk.compute.train import train
from stiltwalk.plan.steps import PredictStep, PretrainStep, Step
from stiltwalk.store.store import publish


def carry_out(step: Step, key: str, place: Place, folder: Path, monitor: Monitor) -> bool:
    """Compute ``step`` in ``folder`` and publish it under ``key``.

    Returns:
        Whether this call published it; ``False``: another worker was first.

    Raises:
        InterruptedRunError: asked to stop; what was computed is kept in ``folder``.
        StiltwalkError: the step cannot be carried out.
    """
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(step.execution.threads)
    # accelerate keeps the first precision of a process and refuses another
    AcceleratorState._reset_state()
    accelerator = Accelerator(mixed_precision="bf16" if step.execution.precision == "bf16" else "no")
    draft = folder / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    facts = _compute(step, key, place, accelerator, folder, monitor)
    log = facts.pop("log", [])
    (draft / "log.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in log))
    published = publish(place.store, key, step, facts | {"versions": versions()}, draft)
    shutil.rmtree(folder, ignore_errors=True)
    return published


def _compute(
    step: Step, key: str, place: Place, accelerator: Accelerator, folder: Path, monitor: Monitor
) -> dict[str, Any]:
    if isinstance(step, PretrainStep):
        return pretrain(step, place, accelerator, folder, monitor)
    if isinstance(step, PredictStep):
        return predict(step, key, place, accelerator, folder, monitor)
    return train(step, place, accelerator, folder, monitor)
