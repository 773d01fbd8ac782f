"""Measuring: what inference with an encoder costs on this machine, without a head.

Sequences of random tokens, all of one length, go through the encoder as predictions send theirs, and every
token's last state is asked for. The clock runs from the tensors on the device to the states on the device:
reading text, making tensors of it, copying them and scoring are not in it. A measurement is made in one
sitting: interrupted, it begins anew.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import numpy as np
import psutil
import torch
from accelerate import Accelerator
from torch import nn

from stiltwalk.compute.batches import Micro, collate
from stiltwalk.compute.context import Monitor, Place, Progress, Ticker
from stiltwalk.compute.encoder import Encoder, load_start, longest_input, parameter_counts
from stiltwalk.compute.hardware import processor_cores, processor_name, watch_others
from stiltwalk.compute.heads import EncoderWithHead
from stiltwalk.compute.machine import fast_precisions
from stiltwalk.compute.meters import Meter, find_meter
from stiltwalk.compute.peak import peak_memory
from stiltwalk.compute.reduced import reduced
from stiltwalk.compute.streams import generator
from stiltwalk.compute.tokens import Item
from stiltwalk.compute.tokens import Sequence as Row
from stiltwalk.metrics.inference_cost import timing
from stiltwalk.plan.memory import Pass, prediction
from stiltwalk.plan.operations import forward_flops
from stiltwalk.plan.sizes import Sizes, sizes_in
from stiltwalk.plan.steps import MeasureStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import PredictionPrecision
from stiltwalk.spec.measuring import Machine
from stiltwalk.spec.reading import Reading

WARM_UPS = 3
"""Runs of every batch and length that are discarded: the first ones fill caches and choose kernels."""

SEED = 0
"""Of the tokens, which are the same for every encoder of one vocabulary."""

_AS: dict[str, PredictionPrecision] = {"fp32": "as-trained", "bf16": "bf16", "int8": "int8"}


class _Subject(NamedTuple):
    """What is measured.

    Attributes:
        model: the encoder under a head that does nothing.
        words: ``(any,)`` the ids that stand for something else than a frame.
        pad: the tokenizer's padding id.
        sizes: the encoder's shape, if its config says it.
        device: where it lies.
    """

    model: nn.Module
    words: np.ndarray[Any, np.dtype[np.int32]]
    pad: int
    sizes: Sizes | None
    device: torch.device


def measure(step: MeasureStep, place: Place, accelerator: Accelerator, monitor: Monitor) -> dict[str, Any]:
    """Carry out ``step``; returns the facts, ``rows`` among them: one for each precision, length and batch.

    Raises:
        InterruptedRunError: asked to stop; nothing is kept.
        UserError: the encoder is missing or damaged, or the step belongs to another machine.
    """
    device = accelerator.device
    _require(step.machine, device)
    ticker = Ticker()
    monitor.report(Progress("reading", 0, 1, 0.0))
    before = psutil.Process().memory_info().rss
    start = load_start(place, step.parent, Reading(attention=step.attention))
    subject = _subject(start.encoder, device)
    counts = parameter_counts(start.encoder.model)
    found = find_meter(device)
    precisions, left_out = _precisions(step, device)
    asked = step.measuring
    tokens = {length: longest_input(start.encoder.model, length) for length in asked.lengths}
    cells = list(dict.fromkeys(tokens.values()))
    total = len(precisions) * len(cells) * len(asked.batches)
    others = watch_others()
    measured: dict[tuple[str, int, int], dict[str, Any]] = {}
    for precision in precisions:
        with torch.inference_mode(), reduced(subject.model, _AS[precision], device):
            for length in cells:
                for batch in asked.batches:
                    row = _measured(subject, (batch, length), asked.repeats, found.meter, monitor)
                    measured[precision, length, batch] = row
                    ticker.examples += batch * asked.repeats
                    ticker.tell(monitor, "measuring", len(measured), total)
    load = others()
    rows: list[dict[str, Any]] = [
        {"precision": precision, "length": length, "tokens": tokens[length], "batch": batch}
        | measured[precision, tokens[length], batch]
        | {"flops_per_sequence": _flops(counts["encoder_parameters"], subject.sizes, tokens[length])}
        for precision in precisions
        for length in asked.lengths
        for batch in asked.batches
    ]
    peaks = [row["peak_memory_bytes"] for row in rows if row["peak_memory_bytes"] is not None]
    return {
        **counts,
        "rows": rows,
        "left_out": left_out,
        "repeats": asked.repeats,
        "warm_ups": WARM_UPS,
        "device": _name(device),
        "threads": step.execution.threads,
        "fp32_products": torch.get_float32_matmul_precision(),
        "memory_before_bytes": before,
        "peak_memory_bytes": max(peaks, default=0),
        "other_load": load,
        "energy_meter": found.meter.name if found.meter else None,
        "no_energy": found.why,
        "wall_seconds": round(ticker.seconds(), 2),
    }


def _require(machine: Machine, device: torch.device) -> None:
    """Refuse to measure on another machine than the step's: its figures would stand under a wrong name."""
    here = Machine(processor=processor_name(), cores=processor_cores())
    same = (machine.processor, machine.cores) == (here.processor, here.cores)
    if not same or (machine.accelerator is None) != (device.type == "cpu"):
        raise UserError(
            f"This measurement belongs to another machine ({machine.described}); this one computes on "
            f"{_name(device)}, {here.described}. Run the study there, or plan it anew here."
        )


def _subject(encoder: Encoder, device: torch.device) -> _Subject:
    model: Any = encoder.model
    known = min(len(encoder.tokenizer), model.get_input_embeddings().num_embeddings)
    words = np.setdiff1d(np.arange(known, dtype=np.int32), encoder.tokenizer.all_special_ids)
    # what is asked of a head is what is asked here: the last state of every token
    whole = EncoderWithHead(model, nn.Identity()).to(device).eval()
    return _Subject(
        whole, words, int(encoder.tokenizer.pad_token_id), sizes_in(model.config.to_dict()), device
    )


def _precisions(step: MeasureStep, device: torch.device) -> tuple[list[str], dict[str, str]]:
    """What is measured, and → why not for what is left out."""
    fast = fast_precisions()
    reasons = {"bf16": "", "int8": "" if step.measuring.int8 else "not asked for"}
    if not reasons["int8"] and device.type != "cpu":
        reasons["int8"] = "made for a CPU"
    slow = {precision: "" if precision in fast else "no instructions for it" for precision in reasons}
    left_out = {precision: found for precision, why in reasons.items() if (found := why or slow[precision])}
    return ["fp32", *(precision for precision in reasons if precision not in left_out)], left_out


def _measured(
    subject: _Subject, shape: tuple[int, int], repeats: int, meter: Meter | None, monitor: Monitor
) -> dict[str, Any]:
    """The figures of one batch of one length; without any, and a note, where memory does not suffice."""
    batch, length = shape
    nothing = dict.fromkeys(_FIGURES)
    if (why := _too_large(subject, batch, length)) is not None:
        return nothing | {"note": f"out of memory (not tried: {why})"}
    try:
        micro = _drawn(subject, batch, length)
        with peak_memory(subject.device) as peak:
            seconds, joules = _timed(subject, micro, repeats, meter, monitor)
            most = peak()
    except (torch.OutOfMemoryError, MemoryError):
        return nothing | {"note": "out of memory"}
    except RuntimeError as error:  # the processor's allocator has no error of its own
        if "can't allocate memory" not in str(error):
            raise
        return nothing | {"note": "out of memory"}
    each = None if joules is None else joules / (repeats * batch)
    return timing(seconds, batch)._asdict() | {
        "peak_memory_bytes": most,
        "joules_per_sequence": each,
        "note": "",
    }


_FIGURES = ("p50_ms", "p95_ms", "sequences_per_second", "peak_memory_bytes", "joules_per_sequence")


def _drawn(subject: _Subject, batch: int, length: int) -> Micro:
    """``batch`` sequences of ``length`` random words, on the device."""
    nothing = np.empty(0, dtype=np.int64)
    segments = np.zeros(length, dtype=np.int8)
    ids = generator(SEED, "sample", "measure", length).choice(subject.words, (batch, length))
    items = [Item(n, (Row(row, segments),), nothing, nothing.astype(np.int32)) for n, row in enumerate(ids)]
    return collate(items, subject.pad).to(subject.device)


def _timed(
    subject: _Subject, micro: Micro, repeats: int, meter: Meter | None, monitor: Monitor
) -> tuple[list[float], float | None]:
    """Seconds of every run, and the energy of all of them if there is a meter and they were long enough."""
    for _ in range(WARM_UPS):
        monitor.check()
        _run(subject, micro)
    seconds = []
    if meter is not None:
        meter.begin()
    for _ in range(repeats):
        monitor.check()
        seconds.append(_run(subject, micro))
        if meter is not None:
            meter.sample()
    if meter is None or sum(seconds) < meter.least_seconds:
        return seconds, None
    return seconds, meter.joules(sum(seconds))


def _run(subject: _Subject, micro: Micro) -> float:
    """Seconds of one pass."""
    began = time.perf_counter()
    subject.model(micro)
    if subject.device.type == "cuda":
        torch.cuda.synchronize(subject.device)
    return time.perf_counter() - began


def _too_large(subject: _Subject, batch: int, length: int) -> str | None:
    """Why a pass would not fit into main memory: a system that runs short kills the process, unheard."""
    if subject.device.type != "cpu" or subject.sizes is None:
        return None
    need = prediction(subject.sizes, Pass(batch * length, length))
    free = psutil.virtual_memory().available
    return None if need <= free else f"about {need / 1e9:.1f} GB, where {free / 1e9:.1f} are free"


def _flops(parameters: int, sizes: Sizes | None, tokens: int) -> int | None:
    """As ``forward_flops`` has it; ``None`` where the config does not say enough."""
    return None if sizes is None else forward_flops(parameters, sizes.layers, sizes.queries, tokens)


def _name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else processor_name()
