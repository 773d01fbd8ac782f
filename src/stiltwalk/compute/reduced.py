"""Prediction in less precision than the model was trained in, and what that changes, measured on a sample.

Nothing is promised of a precision: every step that uses one predicts a sample both ways and says how far
the scores are apart and how many predictions differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from stiltwalk.compute import flat
from stiltwalk.compute.answers import Stream, answers
from stiltwalk.compute.batches import Micro
from stiltwalk.compute.checkpoint_heads import CheckpointModel
from stiltwalk.compute.heads import EncoderWithHead
from stiltwalk.compute.quantised import int8_linears
from stiltwalk.compute.streams import generator
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Example
from stiltwalk.spec.execution import PredictionPrecision

SAMPLE = 256
"""Examples that are predicted both ways, as many of each language as of the others; at least one of each."""

SEED = 0
"""Of the sample, which is the same for all models."""


@contextmanager
def reduced(model: nn.Module, precision: PredictionPrecision, device: torch.device) -> Iterator[None]:
    """``model`` predicting in ``precision``; afterwards it is as it was.

    ``bf16``: matrix products of encoder and head, as in bf16 training. ``int8``: the linear layers of the
    encoder, on a CPU; everything else as trained.

    Raises:
        UserError: int8 on an accelerator.
    """
    if precision == "as-trained":
        yield
    elif precision == "bf16":
        with torch.autocast(device.type, dtype=torch.bfloat16):
            yield
    else:
        if device.type != "cpu":
            raise UserError(
                f"execution.prediction: int8 is made for a CPU, found {device.type}. Set it to bf16."
            )
        with int8_linears(_encoder_of(model)):
            yield


def _encoder_of(model: nn.Module) -> nn.Module:
    """The encoder below a head; whether it reads flat batches is found out before anything is rounded."""
    if isinstance(model, CheckpointModel):
        whole: Any = model.model
        return whole.base_model  # type: ignore[no-any-return]
    assert isinstance(model, EncoderWithHead), "what predicts through a head is one of these"
    flat.goes_flat(model.encoder)
    return model.encoder


def drift(
    model: nn.Module,
    stream: Stream,
    by_language: Mapping[str, Sequence[Example]],
    precision: PredictionPrecision,
) -> dict[str, Any]:
    """What ``precision`` changes on a sample of ``by_language``.

    Returns:
        ``examples``: how many there are; ``largest`` and ``mean``: change of a head's score, without sign
        (``None`` where scores are no numbers); ``changed``: share of examples that are predicted otherwise.
    """
    chosen = _sample(by_language, stream.task.name)
    device = stream.accelerator.device
    before = answers(model, stream, chosen, _scores)
    with reduced(model, precision, device):
        after = answers(model, stream, chosen, _scores)
    pairs = [
        (one, other)
        for language in chosen
        for one, other in zip(before.predictions[language], after.predictions[language], strict=True)
    ]
    apart = [np.abs(a - b) for a, b in zip(before.told, after.told, strict=True)]
    values = np.concatenate(apart) if apart else np.zeros(1)
    return {
        "examples": len(pairs),
        "largest": _number(values.max()),
        "mean": _number(values.mean()),
        "changed": sum(one != other for one, other in pairs) / max(1, len(pairs)),
    }


def _sample(by_language: Mapping[str, Sequence[Example]], task: str) -> dict[str, list[Example]]:
    most = max(1, SAMPLE // max(1, len(by_language)))
    found = {}
    for number, (language, examples) in enumerate(by_language.items()):
        order = generator(SEED, "sample", task, number).permutation(len(examples))
        found[language] = [examples[place] for place in sorted(order[:most])]
    return found


def _scores(outputs: Tensor, micro: Micro) -> list[NDArray[np.float32]]:
    """The head's scores of each item, ``(any,)``, without those of padding."""
    rows = list(outputs.float().cpu().numpy())
    if outputs.ndim > 2:  # a score for every token
        rows = [row[:length] for row, length in zip(rows, micro.lengths, strict=True)]
    found, first = [], 0
    for count in micro.rows:
        found.append(np.concatenate([row.ravel() for row in rows[first : first + count]]))
        first += count
    return found


def _number(value: np.floating[Any]) -> float | None:
    return float(value) if np.isfinite(value) else None
