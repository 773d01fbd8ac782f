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

from stiltwalk.compute import parallel
from stiltwalk.compute.choose import choose, train_as_chosen
from stiltwalk.compute.context import STEP_LOG, Monitor, Place
from stiltwalk.compute.lineage import versions
from stiltwalk.compute.measure import measure
from stiltwalk.compute.mirror import mirrored
from stiltwalk.compute.peak import peak_memory
from stiltwalk.compute.predict import predict
from stiltwalk.compute.pretrain import pretrain
from stiltwalk.compute.train import train
from stiltwalk.compute.translate import translate
from stiltwalk.plan.steps import ChooseStep, MeasureStep, PredictStep, Step, TranslateStep
from stiltwalk.plan.trainings import PretrainStep
from stiltwalk.store.store import publish


def carry_out(step: Step, key: str, place: Place, folder: Path, monitor: Monitor) -> bool:
    """Compute ``step`` in ``folder`` and publish it under ``key``.

    Of several ranks rank 0 publishes.

    Returns:
        Whether this call published it; ``False``: another worker was first, or another rank does.

    Raises:
        InterruptedRunError: asked to stop; what was computed is kept in ``folder``.
        StiltwalkError: the step cannot be carried out.
    """
    _quiet_libraries()
    torch.set_num_threads(step.execution.threads)
    # accelerate keeps the first precision of a process and refuses another
    AcceleratorState._reset_state()
    accelerator = parallel.accelerator(step.execution)
    draft = folder / "draft"
    if accelerator.is_main_process:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
    tracking = place.tracking if accelerator.is_main_process else None
    with peak_memory(accelerator.device) as peak, mirrored(tracking, step, key, monitor) as heard:
        facts = _compute(step, key, place, accelerator, folder, heard)
        # a step that looks at peaks of its own begins anew with each
        most = max(peak(), facts.get("peak_memory_bytes", 0))
        facts |= {"peak_memory_bytes": most, "peak_memory_of": accelerator.device.type}
    parallel.wait(accelerator)  # for who still reads in the folder
    parallel.leave(accelerator)
    if not accelerator.is_main_process:
        return False
    log = facts.pop("log", [])
    if not (draft / "log.jsonl").exists():  # that of a training that was taken over is there, and shared
        (draft / "log.jsonl").write_text("".join(json.dumps(entry, sort_keys=True) + "\n" for entry in log))
    if (folder / STEP_LOG).exists():
        shutil.copyfile(folder / STEP_LOG, draft / STEP_LOG)
    published = publish(place.store, key, step, {"versions": versions()} | facts, draft)
    shutil.rmtree(folder, ignore_errors=True)
    return published


def _quiet_libraries() -> None:
    """Leave it to the worker where warnings of transformers go; a terminal has no use for them."""
    transformers_logging.set_verbosity_warning()  # type: ignore[no-untyped-call]
    transformers_logging.disable_default_handler()
    transformers_logging.enable_propagation()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def _compute(
    step: Step, key: str, place: Place, accelerator: Accelerator, folder: Path, monitor: Monitor
) -> dict[str, Any]:
    if isinstance(step, PretrainStep):
        return pretrain(step, place, accelerator, folder, monitor)
    if isinstance(step, PredictStep):
        return predict(step, key, place, accelerator, folder, monitor)
    if isinstance(step, TranslateStep):
        return translate(step, place, accelerator, folder, monitor)
    if isinstance(step, MeasureStep):
        return measure(step, place, accelerator, monitor)
    if isinstance(step, ChooseStep):
        return choose(step, place.store, folder / "draft")
    if step.rate_from is not None:
        return train_as_chosen(step, step.rate_from, place, accelerator, folder, monitor)
    return train(step, place, accelerator, folder, monitor)
