"""Tests of compute.quantised: exact where numbers allow, off by no more than rounding where they do not."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from stiltwalk.compute import quantised
from stiltwalk.compute.machine import int8_is_fast
from stiltwalk.compute.quantised import TOGETHER, Int8Linear, int8_linears, rounded
from tests.compute.fakes import parameters, same_bits


def linear(weight: Tensor, bias: Tensor | None = None) -> nn.Linear:
    """A layer of these."""
    made = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    made.load_state_dict({"weight": weight} | ({} if bias is None else {"bias": bias}))
    return made


def drawn(seed: int, *shape: int) -> Tensor:
    """Normal numbers."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_rounding_by_hand() -> None:
    """The largest of a row becomes 127: of (1, -2, 0.5) with scale 2/127 the others are 63.5 → 64 and 32."""
    numbers, scales = rounded(torch.tensor([[1.0, -2.0, 0.5], [0.0, 0.0, 0.0]]))
    assert numbers.tolist() == [[64, -127, 32], [0, 0, 0]]
    assert scales[0].item() == pytest.approx(2 / 127)


@pytest.mark.parametrize(
    "fast", [pytest.param(True, marks=pytest.mark.skipif(not int8_is_fast(), reason="no VNNI")), False]
)
@pytest.mark.parametrize("biased", [True, False])
def test_whole_numbers_are_exact(fast: bool, biased: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of whole numbers up to 127, times powers of 2, lose nothing, in several parts and any shape."""
    monkeypatch.setattr(quantised, "int8_is_fast", lambda: fast)
    chance = torch.Generator().manual_seed(2)
    weight = torch.randint(-127, 128, (9, 24), generator=chance).float()
    tokens = torch.randint(-127, 128, (2, TOGETHER, 24), generator=chance).float()
    weight[:, 3] = tokens[..., 5] = 127.0
    layer = linear(weight / 64, torch.arange(9.0) if biased else None)
    with torch.inference_mode():
        expected, found = layer(tokens / 8), Int8Linear(layer)(tokens / 8)
    assert found.shape == (2, TOGETHER, 9)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=0)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), inputs=st.integers(1, 40), spread=st.floats(1e-3, 1e3))
def test_rounding_is_all_that_is_lost(seed: int, inputs: int, spread: float) -> None:
    """A product of rounded numbers is off by |x| w/2 + |w| x/2 + x w/4, x and w being their scales."""
    layer, tokens = linear(drawn(seed, 7, inputs), drawn(seed + 1, 7)), spread * drawn(seed + 2, 5, inputs)
    with torch.inference_mode():
        apart = (Int8Linear(layer)(tokens) - layer(tokens)).abs()
        x, w = rounded(tokens)[1], rounded(layer.weight)[1].T
        sums = tokens.abs().sum(1, keepdim=True), layer.weight.abs().sum(1)[None]
        bound = sums[0] * w / 2 + sums[1] * x / 2 + inputs * x * w / 4
    assert (apart <= 1.001 * bound + 1e-5 * (1 + spread)).all()


def test_a_token_does_not_see_its_neighbours() -> None:
    """Alone it becomes the same bits as beside others, however large these are."""
    layer, tokens = Int8Linear(linear(drawn(1, 16, 32))), drawn(2, 40, 32)
    tokens[::3] *= 1000
    with torch.inference_mode():
        together = layer(tokens)
        alone = torch.cat([layer(token[None]) for token in tokens])
    assert torch.equal(together, alone)


def test_no_numbers_stay_none() -> None:
    """Where a token holds one that is no number, its outputs are none, and those of others are."""
    tokens = drawn(3, 3, 8)
    tokens[1, 4] = float("nan")
    with torch.inference_mode():
        found = Int8Linear(linear(drawn(4, 5, 8)))(tokens)
    assert found.isnan().any(1).tolist() == [False, True, False]


def test_autocast_does_not_reach_into_it() -> None:
    """Trained in bf16 or not, a layer in int8 gives the same bits."""
    layer, tokens = Int8Linear(linear(drawn(1, 16, 32))), drawn(2, 40, 32)
    with torch.inference_mode():
        expected = layer(tokens)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            assert torch.equal(layer(tokens), expected)


def test_layers_come_back() -> None:
    """Every linear layer is in int8; afterwards the model is what it was, also where something failed."""
    model = nn.Sequential(
        nn.Linear(8, 8), nn.Sequential(nn.ReLU(), nn.Linear(8, 4, bias=False)), nn.Linear(4, 2)
    )
    modules, before = list(model.modules()), parameters(model)
    with int8_linears(model):
        kinds = [type(module) for module in model.modules()]
        assert kinds.count(Int8Linear) == 3
        assert nn.Linear not in kinds
    assert list(model.modules()) == modules
    with pytest.raises(ZeroDivisionError), int8_linears(model):
        raise ZeroDivisionError
    assert list(model.modules()) == modules
    assert same_bits(before, parameters(model))
