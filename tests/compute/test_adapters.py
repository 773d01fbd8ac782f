"""Tests of compute.adapters: small matrices beside frozen layers, wherever an encoder is read or trained."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from stiltwalk.compute import flat
from stiltwalk.compute.adapters import adapt, merge, targeted, trained_parameters
from stiltwalk.compute.batches import collate
from stiltwalk.spec.adaptation import Adaptation, Lora, named
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.reading import nature_of
from tests.compute.architectures import FLAT, PAD, PADDED, architecture
from tests.compute.fakes import parameters, same_bits
from tests.compute.test_flat import items_of, padded

KINDS = ("bert", "xlm-roberta", "modernbert", "qwen3", "qwen3-opened", "gemma3_text", "mt5")
LENGTHS = (1, 7, 40, 33, 2, 20, 7)


def lora_of(encoder: Any, targets: object = "attention", **changes: Any) -> Lora:
    """Of rank 3, beside layers by the names that they have in ``encoder``."""
    whole = Adaptation.model_validate({"lora": {"rank": 3, "targets": targets, **changes}})
    found = named(whole, "it", nature_of(encoder.config.to_dict())).lora
    assert found is not None
    return found


def adapted(name: str, targets: object = "attention", **changes: Any) -> Any:
    """An encoder whose matrices have learnt something."""
    encoder = architecture(name)
    adapt(encoder, lora_of(encoder, targets, **changes), 5)
    drawn = torch.Generator().manual_seed(6)
    for parameter in encoder.parameters():
        if parameter.requires_grad:
            parameter.data = torch.randn(parameter.shape, generator=drawn) / 4
    return encoder


@pytest.mark.parametrize("name", [*FLAT, *PADDED])
def test_layers_that_make_queries_and_values_are_known_of_every_architecture(name: str) -> None:
    """They are there, in every layer, and nothing of feed-forward is among them."""
    encoder = architecture(name)
    found = targeted(encoder, lora_of(encoder))
    layers = {"modernbert": 3, "albert": 1}.get(name, 2)
    assert len(found) == layers * (1 if name == "modernbert" else 2)
    shapes = {tuple(encoder.get_submodule(each).weight.shape) for each in found}
    assert all(48 not in shape for shape in shapes)


@pytest.mark.parametrize("name", [*FLAT, *PADDED])
def test_new_matrices_change_nothing_yet(name: str) -> None:
    """The same states to the bit, and no other random number is drawn anywhere else."""
    ours, theirs = architecture(name).eval(), architecture(name).eval()
    state = torch.get_rng_state()
    adapt(ours, lora_of(ours, "all-linear"), 1)
    assert torch.equal(torch.get_rng_state(), state)
    micro = collate(items_of(LENGTHS), PAD)
    with torch.no_grad():
        (found,), (expected,) = (flat.states(each, micro, (None,)) for each in (ours, theirs))
    assert torch.equal(found, expected)


def test_only_the_matrices_are_trained_and_the_seed_alone_decides_them() -> None:
    """Twice two matrices of rank 3 in each of two layers, 32 wide."""
    found: list[dict[str, Tensor]] = []
    for seed in (1, 1, 2):
        torch.manual_seed(len(found))
        encoder = architecture("xlm-roberta")
        adapt(encoder, lora_of(encoder), seed)
        found.append({name: p for name, p in encoder.named_parameters() if p.requires_grad})
        assert trained_parameters(encoder) == 2 * 2 * 3 * (32 + 32)
    assert all("lora_" in name for name in found[0])
    assert same_bits(found[0], found[1])
    assert not same_bits(found[0], found[2])


@pytest.mark.parametrize("targets", ["attention", "all-linear"])
@pytest.mark.parametrize("name", KINDS)
def test_flat_states_and_gradients_are_the_padded_ones(name: str, targets: str) -> None:
    """With matrices that are not zero: all layers, the last for some tokens, and what the matrices learn."""
    ours, theirs = (adapted(name, targets).double().eval() for _ in range(2))
    micro = collate(items_of(LENGTHS), PAD)
    assert flat.goes_flat(ours)
    rows, columns = torch.tensor([2, 5, 0, 2, 5, 6]), torch.tensor([39, 0, 0, 3, 17, 6])
    expected = padded(theirs, micro)[-1]
    found = flat.states(ours, micro, (None,))[0]
    real = micro.mask.bool()
    torch.testing.assert_close(found[real], expected[real], rtol=1e-5, atol=1e-5)
    plain = padded(architecture(name).double().eval(), micro)[-1]
    assert (plain[real] - expected[real]).abs().max() > 0.01
    some = flat.token_states(ours, micro, rows, columns)
    torch.testing.assert_close(some, expected[rows, columns], rtol=1e-5, atol=1e-5)
    weights = torch.randn(some.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    for states in (some, expected[rows, columns]):
        torch.autograd.backward((states * weights).sum())
    gradients = {n: p.grad for n, p in theirs.named_parameters()}
    learnt = 0
    for parameter, own in ours.named_parameters():
        assert (own.grad is not None) is own.requires_grad
        if own.requires_grad:
            torch.testing.assert_close(own.grad, gradients[parameter], rtol=1e-5, atol=1e-5)
            learnt += int(own.grad.abs().sum() > 0)
    assert learnt > 0


@pytest.mark.parametrize("name", [*KINDS, "deberta-v2", "albert"])
def test_merged_matrices_leave_a_plain_encoder(name: str) -> None:
    """By the names it had, of the classes it had, and with the states that it had beside them."""
    encoder, plain = adapted(name, "all-linear").double().eval(), architecture(name)
    micro = collate(items_of(LENGTHS), PAD)
    real = micro.mask.bool()
    with torch.no_grad():
        before = flat.states(encoder, micro, (None,))[0][real]
        merge(encoder)
        after = flat.states(encoder, micro, (None,))[0][real]
    torch.testing.assert_close(after, before, rtol=1e-6, atol=1e-6)
    assert parameters(encoder).keys() == parameters(plain).keys()
    assert [type(m) for m in encoder.modules()] == [type(m) for m in plain.modules()]
    assert not hasattr(encoder, "peft_config")


def test_what_is_added_is_the_product_by_its_scale() -> None:
    """The scale is alpha / rank, by hand, and nothing beside the layers that are named."""
    encoder = architecture("bert")
    before = parameters(encoder)
    adapt(encoder, lora_of(encoder, ["value"], alpha=6), 1)
    drawn = torch.Generator().manual_seed(3)
    products: dict[str, Tensor] = {}
    for name, module in encoder.named_modules():
        if hasattr(module, "lora_A"):
            down, up = module.lora_A.default, module.lora_B.default
            assert not up.weight.any()
            nn.init.normal_(up.weight, generator=drawn)
            products[f"{name}.weight"] = 2 * up.weight.detach() @ down.weight.detach()
    merge(encoder)
    after = parameters(encoder)
    assert len(products) == 2
    for name, value in before.items():
        added = products.get(name, torch.zeros(()))
        torch.testing.assert_close(after[name], value + added, rtol=1e-6, atol=1e-6)


def test_a_target_is_a_name_or_the_end_of_one() -> None:
    """Behind a dot: `output.dense` is that of both parts of a layer, and `ense` is none."""
    encoder = architecture("bert")
    found = targeted(encoder, lora_of(encoder, ["attention.output.dense", "key"]))
    assert found == [
        f"encoder.layer.{layer}.attention.{part}" for layer in (0, 1) for part in ("self.key", "output.dense")
    ]
    assert len(targeted(encoder, lora_of(encoder, ["output.dense"]))) == 4
    whole = "encoder.layer.1.attention.self.key"
    assert targeted(encoder, lora_of(encoder, [whole])) == [whole]


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("qeury", "Did you mean 'query'?"),
        ("ense", "Did you mean 'dense'?"),
        ("attention.output.dens", "Did you mean 'attention.output.dense'?"),
        ("word_embeddings", "Their names end with: dense, key, query, value."),
        ("q_proj", "Their names end with: dense, key, query, value."),
    ],
)
def test_a_target_that_no_layer_is_called_is_refused(target: str, hint: str) -> None:
    """The nearest names are said; a table is no linear layer."""
    encoder = architecture("xlm-roberta")
    expected = rf"no linear layer of this xlm-roberta encoder is called '{target}'.*{hint}"
    with pytest.raises(UserError, match=expected.replace("?", r"\?")):
        adapt(encoder, lora_of(encoder, ["query", target]), 1)
    assert trained_parameters(encoder) == sum(p.numel() for p in encoder.parameters())


def test_without_the_library_the_cure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """By name of the extra that brings it; the encoder is as it was."""
    monkeypatch.setitem(sys.modules, "peft", None)
    encoder = architecture("bert")
    with pytest.raises(UserError, match=r"needs the library peft.*pip install 'stiltwalk\[peft\]'"):
        adapt(encoder, lora_of(encoder), 1)
    assert trained_parameters(encoder) == sum(p.numel() for p in encoder.parameters())
