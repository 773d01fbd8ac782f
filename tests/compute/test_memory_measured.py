"""What training small encoders really keeps in memory, against the arithmetic of plan.memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from transformers import (
    EuroBertConfig,
    EuroBertModel,
    MT5Config,
    MT5EncoderModel,
    T5Config,
    T5EncoderModel,
    XLMRobertaConfig,
    XLMRobertaModel,
    XLMRobertaXLConfig,
    XLMRobertaXLModel,
)

from stiltwalk.compute import flat
from stiltwalk.compute.adapters import adapt, trained_parameters
from stiltwalk.compute.batches import Micro, collate
from stiltwalk.compute.checkpointing import checkpoint_layers
from stiltwalk.compute.dropout import cheap_dropout
from stiltwalk.compute.heads import EncoderWithHead, FirstTokenHead, TokenHead
from stiltwalk.plan.memory import Pass, Way, activations, lora_parameters, need, state
from stiltwalk.plan.sizes import Sizes, sizes_in
from stiltwalk.spec.adaptation import Adaptation, Lora, named
from stiltwalk.spec.reading import nature_of
from tests.compute.fakes import item, row

WITHIN = 0.1
LENGTH, ROWS = 32, 12
UNEQUAL = (32, 31, 30, 28, 20, 19, 18, 9, 8, 8, 5, 4)
RANK = 4


class Case(NamedTuple):
    """An encoder of one of five kinds; T5's heads are wider than their share of the hidden width."""

    kind: str
    layers: int
    hidden: int
    feed_forward: int
    heads: int

    def encoder(self, dropout: float) -> Any:
        """It, with random weights, reading flat batches."""
        settings: dict[str, Any] = {
            "vocab_size": 300,
            "hidden_size": self.hidden,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "intermediate_size": self.feed_forward,
            "max_position_embeddings": 64,
            "pad_token_id": 1,
            "bos_token_id": 2,
            "eos_token_id": 3,
        }
        torch.manual_seed(2)
        if self.kind in {"mt5", "t5"}:
            return self._by_distance(dropout)
        if self.kind == "eurobert":
            own: dict[str, Any] = {"num_key_value_heads": self.heads // 2, "mask_token_id": 4}
            found: Any = EuroBertModel(EuroBertConfig(**settings, **own))
        else:
            settings |= {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
            settings |= {"type_vocab_size": 1}
            if self.kind == "xlm-roberta":
                found = XLMRobertaModel(XLMRobertaConfig(**settings), add_pooling_layer=False)
            else:
                found = XLMRobertaXLModel(XLMRobertaXLConfig(**settings), add_pooling_layer=False)
        assert flat.goes_flat(found)
        return found

    def _by_distance(self, dropout: float) -> Any:
        """T5's encoder, or mT5's, whose feed-forward is gated."""
        settings: dict[str, Any] = {"vocab_size": 300, "d_model": self.hidden, "d_ff": self.feed_forward}
        settings |= {"num_layers": self.layers, "num_heads": self.heads, "d_kv": 24, "dropout_rate": dropout}
        if self.kind == "mt5":
            found: Any = MT5EncoderModel(MT5Config(**settings, pad_token_id=0))
        else:
            found = T5EncoderModel(T5Config(**settings, feed_forward_proj="relu", pad_token_id=0))
        assert flat.goes_flat(found)
        return found


CASES = (
    Case("xlm-roberta", 4, 64, 256, 4),
    Case("xlm-roberta-xl", 3, 96, 384, 8),
    Case("eurobert", 4, 64, 160, 4),
    Case("mt5", 4, 64, 160, 4),
    Case("t5", 4, 96, 256, 4),
)


def sizes_of(encoder: Any) -> Sizes:
    """What its config says."""
    found = sizes_in(encoder.config.to_dict())
    assert found is not None
    return found


def batch(lengths: Sequence[int] = (LENGTH,) * ROWS) -> Micro:
    """Rows of these lengths."""
    drawn = np.random.default_rng(3)
    rows = [row(*drawn.integers(5, 300, size=length).tolist()) for length in lengths]
    return collate([item(each, example=index) for index, each in enumerate(rows)], 1)


def kept(model: nn.Module, micro: Micro, *, half: bool = False) -> int:
    """Bytes of all that a pass of ``model`` keeps for its way back, each storage once, but its parameters."""
    own = {p.untyped_storage().data_ptr() for p in [*model.parameters(), *model.buffers()]}
    found: dict[int, Tensor] = {}  # held, so that no place is given out twice

    def pack(tensor: Tensor) -> Tensor:
        place = tensor.untyped_storage().data_ptr()
        if place not in own:
            found[place] = tensor
        return tensor

    with (
        torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor),
        cheap_dropout(model),
        torch.autocast("cpu", dtype=torch.bfloat16, enabled=half),
    ):
        model.train()(micro).sum()
    return sum(tensor.untyped_storage().nbytes() for tensor in found.values())


def with_head(encoder: Any, dropout: float, *, first: bool = False) -> EncoderWithHead:
    """The encoder with a head that reads every token, or the first of every row."""
    head: type[nn.Module] = FirstTokenHead if first else TokenHead
    return EncoderWithHead(encoder, head(encoder.config.hidden_size, 3, dropout))


def one_pass(*, dropout: float, first: bool = False, half: bool = False) -> Pass:
    """The pass that ``kept`` measures, in the arithmetic's terms."""
    read = 1 / LENGTH if first else 1.0
    return Pass(LENGTH * ROWS, LENGTH, read, half=half, dropout=dropout > 0, accelerator=False)


@pytest.mark.parametrize("case", CASES)
def test_parameters(case: Case) -> None:
    """As many as the model has, within 1 %."""
    encoder = case.encoder(0.0)
    assert sizes_of(encoder).parameters == pytest.approx(
        sum(p.numel() for p in encoder.parameters()), rel=0.01
    )


@pytest.mark.parametrize("case", CASES)
def test_state_behind_a_step_of_the_optimiser(case: Case) -> None:
    """Weights, gradients and moments, counted tensor by tensor."""
    encoder = case.encoder(0.0)
    optimiser = torch.optim.AdamW(encoder.parameters(), fused=True)
    with_head(encoder, 0.0)(batch()).sum().backward()
    optimiser.step()
    moments = [m for each in optimiser.state.values() for name, m in each.items() if name != "step"]
    tensors = [t for p in encoder.parameters() for t in (p, p.grad) if t is not None]
    measured = sum(t.nbytes for t in [*tensors, *moments])
    assert state(sizes_of(encoder).parameters) == pytest.approx(measured, rel=WITHIN)
    assert need(sizes_of(encoder), one_pass(dropout=0)).state == state(sizes_of(encoder).parameters)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.1])
@pytest.mark.parametrize("case", CASES)
def test_activations(case: Case, dropout: float, half: bool, first: bool) -> None:
    """In fp32 and bf16, with dropout and without, whatever is read of the last layer."""
    dropout = 0.0 if case.kind == "eurobert" else dropout
    encoder = case.encoder(dropout)
    copies = 2 * sizes_of(encoder).inside if half else 0  # which the arithmetic counts as state
    measured = kept(with_head(encoder, dropout, first=first), batch(), half=half) - copies
    expected = activations(sizes_of(encoder), one_pass(dropout=dropout, first=first, half=half))
    assert expected == pytest.approx(measured, rel=WITHIN)


@pytest.mark.parametrize("dropout", [0.0, 0.1])
@pytest.mark.parametrize("case", CASES)
def test_activations_of_rows_of_unequal_length(case: Case, dropout: float) -> None:
    """Tokens count as they are laid out, in blocks that are padded."""
    dropout = 0.0 if case.kind == "eurobert" else dropout
    encoder, micro = case.encoder(dropout), batch(UNEQUAL)
    tokens = sum(len(block.rows) * block.length for block in micro.blocks)
    assert len(micro.blocks) > 1
    assert tokens > sum(UNEQUAL)
    expected = activations(sizes_of(encoder), one_pass(dropout=dropout)._replace(tokens=tokens))
    assert expected == pytest.approx(kept(with_head(encoder, dropout), micro), rel=WITHIN)


@pytest.mark.parametrize("case", CASES)
def test_activations_of_checkpointed_layers(case: Case) -> None:
    """What goes into layers, and a whole one: that of the last, which is kept, is as large as any."""
    encoder = case.encoder(0.0)
    checkpoint_layers(encoder)
    measured = kept(with_head(encoder, 0.0), batch())
    expected = activations(sizes_of(encoder), one_pass(dropout=0), "checkpointed")
    assert expected == pytest.approx(measured, rel=WITHIN)


@pytest.mark.parametrize("case", CASES)
def test_lora(case: Case) -> None:
    """Small matrices beside query and value: exactly as many parameters, and what their training keeps."""
    encoder = case.encoder(0.0)
    sizes = sizes_of(encoder)
    adapt(encoder, _lora(encoder, "attention"), 1)
    assert trained_parameters(encoder) == lora_parameters(sizes, RANK)
    model = with_head(encoder, 0.0)
    way: Way = "lora"
    assert activations(sizes, one_pass(dropout=0), way) == pytest.approx(kept(model, batch()), rel=WITHIN)
    optimiser = torch.optim.AdamW([p for p in encoder.parameters() if p.requires_grad], fused=True)
    model(batch()).sum().backward()
    optimiser.step()
    moments = [m for each in optimiser.state.values() for name, m in each.items() if name != "step"]
    tensors = [t for p in encoder.parameters() for t in (p, p.grad) if t is not None]
    measured = sum(t.nbytes for t in [*tensors, *moments])
    assert state(lora_parameters(sizes, RANK), sizes.parameters) == pytest.approx(measured, rel=WITHIN)


@pytest.mark.parametrize("case", CASES[:3])
def test_lora_beside_every_layer(case: Case) -> None:
    """As many parameters, and what is kept where all is trained, but for frozen norms of gated encoders."""
    within = 0.15 if case.kind == "eurobert" else WITHIN
    encoder = case.encoder(0.0)
    sizes = sizes_of(encoder)
    adapt(encoder, _lora(encoder, "all-linear"), 1)
    assert trained_parameters(encoder) == lora_parameters(sizes, RANK, everywhere=True)
    measured = kept(with_head(encoder, 0.0), batch())
    assert activations(sizes, one_pass(dropout=0)) == pytest.approx(measured, rel=within)


def _lora(encoder: Any, targets: str) -> Lora:
    """Of a small rank, beside layers by the names that they have in ``encoder``."""
    given = Adaptation.model_validate({"lora": {"rank": RANK, "targets": targets}})
    found = named(given, "it", nature_of(encoder.config.to_dict())).lora
    assert found is not None
    return found
