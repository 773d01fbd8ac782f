"""Tests of compute.checkpointing: layers that are computed again give the same bits and keep less."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from transformers.modeling_layers import GradientCheckpointingLayer

from stiltwalk.compute import flat
from stiltwalk.compute.batches import Micro, collate
from stiltwalk.compute.checkpointing import checkpoint_layers
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.dropout import cheap_dropout
from stiltwalk.compute.heads import EncoderWithHead, FirstTokenHead, TokenHead
from stiltwalk.compute.train import train
from stiltwalk.spec.errors import UserError
from tests.compute.architectures import PAD, VOCABULARY, architecture
from tests.compute.fakes import accelerator, item, row, same_bits, train_step, weights
from tests.worlds import PRETRAIN, finish, prepared_study

LENGTHS = (9, 4, 7, 7, 2)


def batch() -> Micro:
    """Five rows of unequal length."""
    drawn = np.random.default_rng(8)
    rows = [row(*drawn.integers(5, VOCABULARY, size=length).tolist()) for length in LENGTHS]
    return collate([item(each, example=index) for index, each in enumerate(rows)], PAD)


def model(name: str, head: nn.Module, *, again: bool) -> EncoderWithHead:
    """A random encoder with dropout and ``head``, in training."""
    encoder: Any = architecture(name, dropout=0.1)
    flat.goes_flat(encoder)
    if again:
        checkpoint_layers(encoder)
    return EncoderWithHead(encoder, head).train()


def heads() -> list[nn.Module]:
    """One that reads first tokens alone, and one that reads all."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return [FirstTokenHead(32, 3, 0.1), TokenHead(32, 3, 0.1)]


def learnt(trained: EncoderWithHead) -> tuple[float, dict[str, Tensor]]:
    """The loss of a pass, and all gradients."""
    torch.manual_seed(5)
    trained.zero_grad()
    with cheap_dropout(trained):
        loss = trained(batch()).square().sum()
        loss.backward()
    found = {name: p.grad.clone() for name, p in trained.named_parameters() if p.grad is not None}
    return loss.item(), found


@pytest.mark.parametrize("head", [0, 1])
@pytest.mark.parametrize(
    "name", ["bert", "xlm-roberta", "xlm-roberta-xl", "modernbert", "eurobert", "deberta-v2"]
)
def test_layers_computed_again_give_the_same_bits(name: str, head: int) -> None:
    """With dropout, whatever is read of the last layer, flat or padded: loss and every gradient."""
    expected = learnt(model(name, heads()[head], again=False))
    found = learnt(model(name, heads()[head], again=True))
    assert found[0] == expected[0]
    assert found[1].keys() == expected[1].keys()
    assert all(torch.equal(found[1][key], expected[1][key]) for key in expected[1])


def test_layers_are_computed_again_in_training_alone() -> None:
    """All but the last, once each, on the way back."""
    trained = model("modernbert", heads()[0], again=True)
    layers: list[Any] = [m for m in trained.modules() if isinstance(m, GradientCheckpointingLayer)]
    counts = [0] * len(layers)

    def count(index: int, *_: object) -> None:
        counts[index] += 1

    for index, layer in enumerate(layers):
        layer.mlp.register_forward_pre_hook(partial(count, index))
    learnt(trained)
    assert counts == [2, 2, 1]
    trained.eval()(batch()).sum().backward()
    assert counts == [3, 3, 2]


@pytest.mark.parametrize("name", ["albert", "umt5", "mt5"])
def test_an_encoder_without_such_layers_is_refused(name: str) -> None:
    """ALBERT has but one, umT5's all make distances, and of the two of this mT5 one does and one is last."""
    with pytest.raises(UserError, match=rf"no layer of this {name} encoder can be computed again"):
        checkpoint_layers(architecture(name))


def test_a_training_with_layers_computed_again_ends_in_the_same_bits(world: Path, tmp_path: Path) -> None:
    """Execution asks for it; dropout, clipping, the trimmed table and dev scores are as without."""
    pretrain = PRETRAIN["pretrain"] | {"shape": PRETRAIN["pretrain"]["shape"] | {"dropout": 0.1, "layers": 3}}
    changes = {"encoders": [{"name": "tiny", "pretrain": pretrain}], "intermediate": [], "targets": ["udpos"]}
    prepared = prepared_study(world, tmp_path / "store", changes)
    finish(prepared)
    plain = train_step(prepared, "target udpos, seed 1", epochs=1)
    again = plain.replace({"execution": plain.execution.replace({"checkpointing": True})})
    for name, step in (("plain", plain), ("again", again)):
        (tmp_path / name / "draft").mkdir(parents=True)
        train(step, prepared.place, accelerator(), tmp_path / name, Monitor())
    assert same_bits(weights(tmp_path / "plain/draft"), weights(tmp_path / "again/draft"))


def test_predictions_do_not_know_of_it(world: Path, tmp_path: Path) -> None:
    """Only trainings have a way back."""
    asked = []
    for again in (False, True):
        changes = {"intermediate": [], "targets": ["tatoeba", "udpos"], "execution": {"checkpointing": again}}
        plan = prepared_study(world, tmp_path / "store", changes).plan
        asked.append({n.title: n.step.execution.checkpointing for n in plan.nodes.values()})
    assert not any(asked[0].values())
    assert {title for title, wanted in asked[1].items() if not wanted} == {
        title for title in asked[1] if title.startswith("predict")
    }
