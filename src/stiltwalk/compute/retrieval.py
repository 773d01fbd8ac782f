"""Retrieval: sentences as vectors of one of the encoder's layers, and the translations found by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from torch import Tensor, nn

from stiltwalk.compute.batches import Micro
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.encoder import Start, hidden_states, longest_input
from stiltwalk.compute.infer import infer
from stiltwalk.compute.pairs import encode_aligned, encode_lines
from stiltwalk.compute.tokens import Item
from stiltwalk.metrics.mining import IdPair, best_threshold, extract, merged, mine, spread
from stiltwalk.metrics.scorers import Prediction
from stiltwalk.plan.steps import PredictStep
from stiltwalk.spec.examples import Aligned, Line, Minable


def retrieve(
    step: PredictStep,
    start: Start,
    by_language: Mapping[str, Sequence[Aligned]],
    accelerator: Accelerator,
    monitor: Monitor,
) -> dict[str, list[Prediction]]:
    """For every English sentence the id of the nearest foreign one by cosine.

    Raises:
        InterruptedRunError: asked to stop.
    """
    longest = longest_input(start.encoder.model, step.max_tokens)
    sides = [
        side
        for examples in by_language.values()
        for item in encode_aligned(examples, start.encoder.tokenizer, longest)
        for side in _two_sides(item)
    ]
    vectors = torch.from_numpy(_vectors(step, start, sides, accelerator, monitor))
    found: dict[str, list[Prediction]] = {}
    first = 0
    for language, examples in by_language.items():
        own = vectors[first : first + 2 * len(examples)]
        nearest = nearest_by_cosine(queries=own[1::2], candidates=own[0::2])
        found[language] = [examples[i].id for i in nearest.tolist()]
        first += 2 * len(examples)
    return found


def mine_pairs(
    step: PredictStep,
    start: Start,
    dev: Mapping[str, Sequence[Minable]],
    test: Mapping[str, Sequence[Minable]],
    accelerator: Accelerator,
    monitor: Monitor,
) -> tuple[dict[str, list[Prediction]], dict[str, float]]:
    """For every sentence of ``test`` what is extracted for it, and for every language the threshold.

    The threshold is the best of the language's ``dev`` data, applied as it is (``metrics.mining``). Languages
    are mined one after the other, so that only one of them is held as vectors.

    Raises:
        InterruptedRunError: asked to stop.
    """
    predictions: dict[str, list[Prediction]] = {}
    thresholds: dict[str, float] = {}
    for language, examples in test.items():
        gold = {(e.id, e.twin) for e in dev[language] if e.side == "foreign" and e.twin is not None}
        pairs = _mined(step, start, dev[language], accelerator, monitor)
        thresholds[language] = best_threshold(pairs, gold)
        found: dict[str, list[str]] = {}
        pairs = _mined(step, start, examples, accelerator, monitor)
        for pair in extract(pairs, thresholds[language]):
            found.setdefault(pair.foreign, []).append(pair.english)
        predictions[language] = [" ".join(found.get(example.id, [])) for example in examples]
    return predictions, thresholds


def _mined(
    step: PredictStep, start: Start, examples: Sequence[Minable], accelerator: Accelerator, monitor: Monitor
) -> list[IdPair]:
    """The pairs of one split, each text compared once."""
    foreign = merged(example for example in examples if example.side == "foreign")
    english = merged(example for example in examples if example.side == "english")
    lines = [Line(ids[0], text) for side in (foreign, english) for text, ids in side.items()]
    items = encode_lines(lines, start.encoder.tokenizer, longest_input(start.encoder.model, step.max_tokens))
    vectors = _vectors(step, start, items, accelerator, monitor)
    pairs = mine(vectors[: len(foreign)], vectors[len(foreign) :])
    return spread(pairs, list(foreign.values()), list(english.values()))


class _MeanPooled(nn.Module):
    """Sentence vectors: the mean over all tokens, special tokens included (XTREME, STILTs code)."""

    def __init__(self, encoder: nn.Module, layer: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.layer = layer

    def forward(self, micro: Micro) -> Tensor:
        """``(rows, hidden)``."""
        mask = micro.mask[..., None].float()
        states = hidden_states(self.encoder, micro, self.layer).float()
        return (states * mask).sum(1) / mask.sum(1)


def _vectors(
    step: PredictStep, start: Start, items: Sequence[Item], accelerator: Accelerator, monitor: Monitor
) -> NDArray[np.float32]:
    """The vectors of items of one row each, ``(items, hidden)``."""
    assert step.layer is not None, "a retrieval step names its layer"
    model = _MeanPooled(start.encoder.model, step.layer).to(accelerator.device)
    pad = start.encoder.tokenizer.pad_token_id
    return np.stack(infer(model, _rows, items, accelerator, step.execution.micro_tokens, pad, monitor))


def nearest_by_cosine(queries: Tensor, candidates: Tensor, block: int = 1024) -> Tensor:
    """Index of the candidate with the largest cosine, ``(queries,)``; ties go to the first."""
    normal = nn.functional.normalize(candidates.float(), dim=1)
    parts = [
        (nn.functional.normalize(part.float(), dim=1) @ normal.T).argmax(1)
        for part in torch.split(queries, block)
    ]
    return torch.cat(parts)


def _two_sides(item: Item) -> tuple[Item, Item]:
    """The foreign and the English sentence as items of their own, so that each is batched by its length."""
    foreign, english = item.sequences
    return replace(item, sequences=(foreign,)), replace(item, sequences=(english,))


def _rows(outputs: Tensor, micro: Micro) -> list[Any]:  # noqa: ARG001  one row is one item
    return list(outputs.float().cpu().numpy())
