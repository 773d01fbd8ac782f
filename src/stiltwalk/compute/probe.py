"""A probe: a few real training steps of an encoder on random tokens, to see how quickly this machine goes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState

from stiltwalk.compute import loop, parallel
from stiltwalk.compute.checkpointing import checkpoint_layers
from stiltwalk.compute.context import Monitor, Ticker
from stiltwalk.compute.encoder import fresh_model, parameter_counts
from stiltwalk.compute.heads import EncoderWithHead, FirstTokenHead
from stiltwalk.compute.infer import infer
from stiltwalk.compute.kinds import KINDS
from stiltwalk.compute.tokens import Item, label_target, no_positions
from stiltwalk.compute.tokens import Sequence as Row
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.task import TaskType

STEPS = 10
"""Optimiser steps that are timed."""

WARM_UP = 2
"""Those before them, which choose kernels and fill caches."""

_LABELS = 3


class Probed(NamedTuple):
    """What a probe took.

    Attributes:
        parameters: of the encoder, without embeddings.
        tokens: of the timed training steps.
        train_seconds: those took.
        predict_seconds: the same tokens forward alone took.
        device: ``cpu`` or ``cuda``.
    """

    parameters: int
    tokens: int
    train_seconds: float
    predict_seconds: float
    device: str


def probe(config: Mapping[str, Any], execution: Execution, batch_size: int, length: int) -> Probed:
    """Train an encoder of that ``config``, with weights that are drawn, for STEPS steps, and let it predict.

    Args:
        config: its config.json; where the table would be trimmed, with as many rows as stay.
        execution: precision, threads, tokens of a pass, optimiser, checkpointing; of one process.
        batch_size: sequences of an optimiser step.
        length: sub-words of each.

    Raises:
        UserError: transformers does not know such an encoder.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(execution.threads)
    AcceleratorState._reset_state()  # accelerate keeps the first precision of a process
    try:
        accelerator = parallel.accelerator(execution.replace({"processes": 1, "sharded": False}))
        with TemporaryDirectory() as folder:
            return _probed(Path(folder), dict(config), execution, accelerator, (batch_size, length))
    finally:
        torch.set_num_threads(threads)


def _probed(
    folder: Path,
    config: dict[str, Any],
    execution: Execution,
    accelerator: Accelerator,
    batch: tuple[int, int],
) -> Probed:
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    torch.manual_seed(0)
    encoder = fresh_model(folder)
    counts = parameter_counts(encoder)
    if execution.checkpointing:
        checkpoint_layers(encoder)
    width = int(encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
    model = EncoderWithHead(encoder, FirstTokenHead(width, _LABELS, 0.1)).to(accelerator.device)
    items = _items(int(encoder.config.vocab_size), *batch)  # type: ignore[union-attr, arg-type]
    pad = int(getattr(encoder.config, "pad_token_id", 0) or 0)
    for steps in (WARM_UP, STEPS):
        state = loop.fit(
            _job(model, items, execution, pad, steps), accelerator, folder, Monitor(), checkpoint_seconds=1e9
        )
    ticker = Ticker()
    with torch.no_grad():
        for _ in range(STEPS):
            infer(model, KINDS[_KIND].scores, items, accelerator, execution.micro_tokens, pad)
    return Probed(
        counts["encoder_parameters"], state.tokens, state.seconds, ticker.seconds(), accelerator.device.type
    )


_KIND: TaskType = "sequence-classification"


def _items(vocabulary: int, batch_size: int, length: int) -> list[Item]:
    """Items of random tokens, none of them special."""
    drawn = np.random.default_rng(0)
    low = min(10, vocabulary - 1)
    return [
        Item(
            index,
            (
                Row(
                    drawn.integers(low, vocabulary, size=length).astype(np.int32),
                    np.zeros(length, dtype=np.int8),
                ),
            ),
            label_target(int(drawn.integers(_LABELS))),
            no_positions(),
        )
        for index in range(batch_size)
    ]


def _job(model: EncoderWithHead, items: list[Item], execution: Execution, pad: int, steps: int) -> loop.Job:
    kind = KINDS[_KIND]
    objective = loop.Objective(lambda micro: kind.loss(model(micro), micro), kind.count)
    return loop.Job(
        stage="probing",
        module=model,
        optimisation=loop.Optimisation(
            steps=steps,
            learning_rate=1e-5,
            warmup_steps=0,
            weight_decay=0.01,
            epsilon=1e-8,
            clip_norm=1.0,
            optimiser=execution.optimiser,
        ),
        order=torch.zeros(0, dtype=torch.int64),
        batch=lambda order, done: (objective, items),  # noqa: ARG005  the same items at every step
        dropout_seed=lambda done: done,
        evaluate=None,
        evaluate_every=steps,
        patience=None,
        micro_tokens=execution.micro_tokens,
        pad=pad,
    )
