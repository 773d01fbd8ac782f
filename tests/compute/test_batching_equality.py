"""However a step or a test set is cut into batches, the same comes out: of every kind, and of masked LM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from stiltwalk.compute import loop
from stiltwalk.compute.batches import Micro, micro_batches
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.heads import EncoderWithHead, initialise
from stiltwalk.compute.infer import infer
from stiltwalk.compute.kinds import KINDS, Kind, kind_of
from stiltwalk.compute.masked_lm import MaskedLmHead, Masking, encoded_lines, masked_tokens
from stiltwalk.compute.pretrain import MaskedLanguageModel
from stiltwalk.compute.tokens import Item
from stiltwalk.spec.examples import Line
from stiltwalk.spec.task import Task, TaskType
from tests.compute.fakes import NEVER, accelerator, encoder_model, parameters
from tests.compute.test_kinds import TASK_OF, examples_of, text
from tests.fakes import tiny_tokenizer

TOKENIZER = tiny_tokenizer("wordpiece")
WHOLE = 10**6
"""A token budget that nothing exceeds."""

STEPS = 3


def task_of(kind: TaskType) -> Task:
    """A task of that kind; pairs are compared in groups of four, or one item would be the whole step."""
    task = TASK_OF[kind]
    return task.replace({"negatives": 4}) if kind == "sentence-retrieval" else task


def model_of(functions: Kind, task: Task) -> EncoderWithHead:
    """A random encoder without dropout, and a head that tells its inputs apart."""
    head = initialise(functions.head(task, 16, 0.0), 3)
    with torch.no_grad():
        for weight in head.parameters():
            weight.mul_(10.0)
    return EncoderWithHead(encoder_model(TOKENIZER, dropout=0.0), head)


def fitted(
    module: nn.Module, objective: loop.Objective, items: list[Item], micro_tokens: int, folder: Path
) -> tuple[list[float], dict[str, Tensor]]:
    """Losses and last weights of three steps on all of ``items``, clipped and with weight decay."""
    job = loop.Job(
        stage="three",
        module=module,
        # Adam divides by the gradient's size: with a small epsilon rounding alone moves a weight without one
        optimisation=loop.Optimisation(STEPS, 1e-3, 0, 0.01, 1e-2, 1.0),
        order=torch.arange(len(items)),
        batch=lambda order, done: (objective, items),
        dropout_seed=lambda done: done,
        evaluate=None,
        evaluate_every=STEPS,
        patience=None,
        micro_tokens=micro_tokens,
        pad=TOKENIZER.pad_token_id,
    )
    state = loop.fit(job, accelerator(), folder / str(micro_tokens), Monitor(), NEVER)
    return [entry["loss"] for entry in state.log], parameters(module)


def budget_of_pieces(items: list[Item], least: int) -> int:
    """The largest power of two, as a token budget, that cuts ``items`` into ``least`` pieces or more."""
    budget = 2**12
    while len(list(micro_batches(items, budget, 0))) < least:
        budget //= 2
    return budget


def require_same_training(make: Any, objective_of: Any, items: list[Item], folder: Path) -> None:
    """Losses and weights after three steps agree to 1e-6, in one piece and in eight or more."""
    few = budget_of_pieces(items, 8)
    (whole, ours), (parts, theirs) = (
        fitted(module, objective_of(module), items, budget, folder)
        for budget in (WHOLE, few)
        for module in [make()]
    )
    assert len(list(micro_batches(items, WHOLE, 0))) == 1
    before = parameters(make())
    moved = max(float((ours[name] - before[name]).abs().max()) for name in ours)
    assert moved > 1e-4
    assert whole == pytest.approx(parts, abs=1e-6, rel=1e-6)
    for name, weight in ours.items():
        torch.testing.assert_close(theirs[name], weight, rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", list(KINDS))
def test_one_step_of_32_is_eight_pieces(kind: TaskType, tmp_path: Path) -> None:
    """The same losses and the same weights after three optimiser steps."""
    task = task_of(kind)
    functions = kind_of(task)
    items = functions.group(functions.encode(examples_of(kind), TOKENIZER, task, 64), task)

    def objective_of(model: nn.Module) -> loop.Objective:
        return loop.Objective(lambda micro: functions.loss(model(micro), micro), functions.count)

    require_same_training(lambda: model_of(functions, task), objective_of, items, tmp_path)


def lines() -> list[Item]:
    """Thirty-two masked lines of two languages."""
    by_language = {
        code: [Line(f"{code}{n}", text(n + shift)) for n in range(16)]
        for code, shift in (("de", 3), ("en", 0))
    }
    encoded = encoded_lines(by_language, TOKENIZER, 64, ("de", "en"))
    masking = Masking(TOKENIZER, 0.3, 1, "test")
    return masking.mask([item for items in encoded.values() for item in items], 0)


def masked_language_model() -> MaskedLanguageModel:
    """Random, with vectors of both languages."""
    with torch.random.fork_rng():
        torch.manual_seed(9)
        head = MaskedLmHead(16, len(TOKENIZER), ("de", "en"), 1e-5)
    return MaskedLanguageModel(encoder_model(TOKENIZER, dropout=0.0), head)


def test_one_masked_lm_step_of_32_is_eight_pieces(tmp_path: Path) -> None:
    """The same, where lines have unequal numbers of masks."""
    items = lines()
    assert len({masked_tokens(item) for item in items}) > 2
    require_same_training(
        masked_language_model,
        lambda model: loop.Objective(lambda micro: model(micro).sum(), masked_tokens),
        items,
        tmp_path,
    )


@pytest.mark.parametrize("kind", list(KINDS))
def test_predictions_are_the_same_in_any_batching(kind: TaskType) -> None:
    """One by one, a few or all at once: the same predictions, not all alike, from scores but for rounding."""
    task = task_of(kind)
    functions, examples = kind_of(task), examples_of(kind)
    items = functions.encode(examples, TOKENIZER, task, 64)
    model = model_of(functions, task)
    found = [
        infer(model, functions.scores, items, accelerator(), budget, TOKENIZER.pad_token_id)
        for budget in (1, 64, WHOLE)
    ]
    alone, *batched = [functions.decode(examples, items, scores, task) for scores in found]
    assert len({str(each) for each in alone}) > 1
    for predictions, scores in zip(batched, found[1:], strict=True):
        assert predictions == alone
        for ours, theirs in zip(scores, found[0], strict=True):
            for mine, yours in zip(ours, theirs, strict=True):
                # choices that an item has not, but another one of its batch, are behind its own
                own = min(mine.shape[-1], yours.shape[-1])
                np.testing.assert_allclose(mine[..., :own], yours[..., :own], rtol=1e-4, atol=1e-4)


def test_masked_lm_losses_are_the_same_in_any_batching() -> None:
    """Of every masked sub-word, as the held-out loss is measured."""
    items, model = lines(), masked_language_model()

    def by_item(losses: Tensor, micro: Micro) -> list[Tensor]:
        return list(torch.split(losses, [masked_tokens(item) for item in micro.items]))

    alone, some, together = (
        torch.cat(infer(model, by_item, items, accelerator(), budget, TOKENIZER.pad_token_id))
        for budget in (1, 64, WHOLE)
    )
    assert float(alone.std()) > 0.1
    torch.testing.assert_close(some, alone, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-5)
