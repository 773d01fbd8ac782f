"""Tests of compute.dropout: the distribution, masks from the seed, and modules put back as they were."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from stiltwalk.compute.attention import Flat, Span, attend
from stiltwalk.compute.dropout import CheapDropout, cheap_dropout, dropped
from tests.compute.fakes import Toy, parameters, same_bits

MANY = 200_000


@pytest.mark.parametrize("probability", [0.05, 0.1, 0.5, 0.9])
def test_masks_have_the_probability(probability: float) -> None:
    """The share of zeros is within four standard errors; what is kept is scaled so that the mean stays."""
    torch.manual_seed(1)
    found = dropped(torch.ones(MANY), probability)
    error = math.sqrt(probability * (1 - probability) / MANY)
    assert abs((found == 0).double().mean().item() - probability) < 4 * error
    (kept,) = set(found[found != 0].tolist())
    assert kept == pytest.approx(1 / (1 - probability), rel=2e-4)
    assert found.double().mean().item() == pytest.approx(1, abs=4 * error / (1 - probability))


def test_elements_are_dropped_independently() -> None:
    """Neighbours, rows and two masks agree as often as chance has it, within five standard errors."""
    torch.manual_seed(2)
    first, second = (dropped(torch.ones(MANY // 100, 100), 0.3) == 0 for _ in range(2))
    expected, error = 0.3**2 + 0.7**2, math.sqrt(0.58 * 0.42 / MANY)
    for one, other in ((first, second), (first[:, 1:], first[:, :-1]), (first[1:], first[:-1])):
        assert abs((one == other).double().mean().item() - expected) < 5 * error


def test_masks_follow_from_the_seed() -> None:
    """The same after the same seed, another after another; odd sizes too."""
    values = torch.randn(3, 7, 5)
    torch.manual_seed(5)
    first = dropped(values, 0.5)
    assert not torch.equal(dropped(values, 0.5), first)
    torch.manual_seed(5)
    assert torch.equal(dropped(values, 0.5), first)


def test_the_gradient_has_the_mask_of_the_values() -> None:
    """What was dropped has none, what was kept has its scale."""
    values = torch.ones(1000, requires_grad=True)
    found = dropped(values, 0.25)
    torch.autograd.backward(found.sum())
    assert values.grad is not None
    assert torch.equal(values.grad, found.detach())


def test_nothing_and_everything() -> None:
    """A probability of 0 changes nothing, one of 1 leaves nothing; no elements are no trouble."""
    values = torch.randn(10)
    assert torch.equal(dropped(values, 0.0), values)
    assert torch.equal(dropped(values, 1.0), torch.zeros(10))
    assert dropped(torch.empty(0, 4), 0.5).shape == (0, 4)


def test_in_evaluation_nothing_is_dropped() -> None:
    """As nn.Dropout has it."""
    values = torch.randn(10)
    assert torch.equal(CheapDropout(0.5).eval()(values), values)


def test_modules_are_put_back() -> None:
    """Within the context every dropout is cheap and in the module's mode; behind it all is as it was."""
    module = nn.Sequential(Toy(), nn.Dropout(0.4)).train()
    before, own = parameters(module), list(module.modules())
    names = list(module.state_dict())
    with cheap_dropout(module):
        cheap = [part for part in module.modules() if isinstance(part, nn.Dropout)]
        assert [(type(part), part.p, part.training) for part in cheap] == [
            (CheapDropout, 0.3, True),
            (CheapDropout, 0.4, True),
        ]
        assert list(module.state_dict()) == names
        module.eval()
    assert all(one is other for one, other in zip(module.modules(), own, strict=True))
    assert not any(part.training for part in module.modules())
    assert same_bits(parameters(module), before)


def attention(dropout: float, real: Tensor | None, heads: int = 2) -> Tensor:
    """What two rows of five tokens get from four heads, keys and values of ``heads``."""
    drawn = torch.Generator().manual_seed(3)
    query, key, value = (torch.randn(1, count, 10, 4, generator=drawn) for count in (4, heads, heads))
    flat = Flat((Span(2, 5, real),), None, 5)
    return attend(nn.Module(), query, key, value, None, dropout, 0.7, 4, flat)[0]


@pytest.mark.parametrize("heads", [4, 2])
@pytest.mark.parametrize("padded", [True, False])
def test_attention_with_dropout_is_on_average_attention(heads: int, padded: bool) -> None:
    """The mean over many draws is what there is without, window, padding and shared heads included."""
    real = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])[:, None, None] if padded else None
    torch.manual_seed(4)
    drawn = torch.stack([attention(0.2, real, heads) for _ in range(2000)])
    error = drawn.std(0) / math.sqrt(len(drawn))
    away = ((drawn.mean(0) - attention(0.0, real, heads)).abs() / (error + 1e-6)).numpy()
    assert away.max() < 5
    assert np.median(away) > 0.1


def test_attention_drops_weights_and_not_answers() -> None:
    """A dropped weight leaves the other tokens' answers in a row, so hardly any answer is 0."""
    torch.manual_seed(4)
    found = attention(0.5, None)
    assert not torch.equal(found, attention(0.5, None))
    assert (found == 0).double().mean() < 0.2
