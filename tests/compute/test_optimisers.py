"""Tests of compute.optimisers: moments of 8 bits, by bitsandbytes where it is, and by a stand-in."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from stiltwalk.compute import loop
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.optimisers import entries, entry, optimiser_of
from stiltwalk.compute.trimmed_table import TrimmedEmbedding
from stiltwalk.spec.errors import InterruptedRunError, UserError
from stiltwalk.spec.execution import Optimiser
from tests.compute.fakes import NEVER, Toy, accelerator, parameters, same_bits, stopping_after, toy_job

LEAST = 4096
"""Numbers of a tensor from which on bitsandbytes rounds its moments."""


class Manager:
    """What each parameter's moments look like, where that is no default."""

    def __init__(self) -> None:
        message = "there is one for all"
        raise RuntimeError(message)

    def initialize(self) -> None:
        """Begin with nothing."""
        self.bits: dict[int, int] = {}

    def override_config(self, parameter: Tensor, key: str, value: int) -> None:
        """Note it."""
        assert key == "optim_bits"
        self.bits[id(parameter)] = value


class AdamW8bit(torch.optim.Optimizer):
    """Descends by the mean gradient so far, which it keeps as bytes, in the layout of bitsandbytes."""

    levels = torch.linspace(-1, 1, 256)

    def __init__(self, groups: Iterable[dict[str, Any]], lr: float, eps: float) -> None:
        super().__init__(groups, {"lr": lr, "eps": eps})
        self.mng: Any = None

    def state_dict(self) -> dict[str, Any]:
        """With what is rounded one floor deeper."""
        found = super().state_dict()
        deeper = ("state1", "qmap1", "absmax1")
        found["state"] = {
            index: {"step": kept["step"], "__deeper__": {name: kept[name] for name in deeper if name in kept}}
            for index, kept in found["state"].items()
        }
        return found

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Bytes stay bytes, of which torch would make numbers of the parameter's type."""
        parameters = [p for group in self.param_groups for p in group["params"]]
        for index, kept in state_dict["state"].items():
            self.state[parameters[index]] = dict(kept)

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """One."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.sub_(group["lr"] * (self._mean(p) + group["weight_decay"] * p))

    def _mean(self, p: Tensor) -> Tensor:
        kept = self.state[p]
        count = kept["step"] = kept.get("step", 0) + 1
        assert isinstance(count, int)
        rounded = self.mng.bits.get(id(p)) != 32 and p.numel() >= LEAST
        before = kept.get("state1", torch.zeros_like(p))
        if before.dtype == torch.uint8:
            before = kept["qmap1"][before.long()] * kept["absmax1"]
        mean: Tensor = before + (p.grad - before) / count
        kept["state1"] = mean
        if rounded:
            kept["qmap1"], kept["absmax1"] = self.levels, mean.abs().max().reshape(1) + 1e-12
            kept["state1"] = ((mean / kept["absmax1"] + 1) * 127.5).round().to(torch.uint8)
        return mean


def stand_in() -> ModuleType:
    """A library that has as much of bitsandbytes as is needed."""
    found, optim = ModuleType("bitsandbytes"), ModuleType("bitsandbytes.optim")
    vars(optim).update({"AdamW8bit": AdamW8bit, "GlobalOptimManager": Manager})
    vars(found)["optim"] = optim
    return found


@pytest.fixture(params=["stand-in", "bitsandbytes"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Either, the real one only where it is installed."""
    if request.param == "stand-in":
        monkeypatch.setitem(sys.modules, "bitsandbytes", stand_in())
    elif find_spec("bitsandbytes") is None:
        pytest.skip("bitsandbytes is not installed")
    return str(request.param)


class Wide(Toy):
    """A ``Toy`` with a table and a layer that are large enough for moments of 8 bits."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(12)
            self.embed, self.norm = nn.Embedding(20, 256, padding_idx=0), nn.LayerNorm(256)
            self.out = nn.Sequential(nn.Linear(256, 32), nn.Linear(32, 3))  # type: ignore[assignment]


def rounded(optimiser: torch.optim.Optimizer, module: nn.Module) -> set[str]:
    """Names of the parameters whose moments have 8 bits."""
    names: dict[Tensor, str] = {p: name for name, p in module.named_parameters()}
    return {names[p] for p, kept in optimiser.state.items() if kept["state1"].dtype == torch.uint8}


def made(module: nn.Module) -> torch.optim.Optimizer:
    """The optimiser of it."""
    return optimiser_of(module, "adamw-8bit", learning_rate=0.01, weight_decay=0.1, epsilon=1e-8)


def one_step(module: nn.Module, optimiser: torch.optim.Optimizer) -> None:
    """With a gradient for everything."""
    for parameter in module.parameters():
        parameter.grad = torch.randn_like(parameter)
    optimiser.step()


def test_moments_of_layers_are_rounded_and_those_of_tables_and_small_tensors_are_not(library: str) -> None:
    """In the second optimiser of a process too, whose parameters lie elsewhere."""
    for _ in range(2):
        module = Wide()
        optimiser = made(module)
        one_step(module, optimiser)
        assert rounded(optimiser, module) == {"out.0.weight"}
    part = TrimmedEmbedding(module.embed, torch.arange(18))
    optimiser = made(part)
    one_step(part, optimiser)
    assert part.weight.numel() > LEAST
    assert rounded(optimiser, part) == set()


def test_biases_and_norms_are_spared_weight_decay_and_the_frozen_are_left_out(library: str) -> None:
    """As with moments of 32 bits."""
    module = Wide()
    module.out[0].weight.requires_grad_(requires_grad=False)  # type: ignore[index]
    decayed, spared = made(module).param_groups
    assert (decayed["weight_decay"], spared["weight_decay"]) == (0.1, 0.0)
    assert [tuple(p.shape) for p in decayed["params"]] == [(20, 256), (3, 32)]
    assert all(p.ndim == 1 for p in spared["params"])
    assert len(spared["params"]) == 4


@pytest.mark.parametrize("checks", [1, 3, 5])
def test_an_interrupted_training_ends_in_the_same_bits(checks: int, library: str, tmp_path: Path) -> None:
    """Bytes, their scales and counts of steps come back from a checkpoint as they were."""
    found = []
    for name in ("whole", "parts"):
        module = Wide()
        job = toy_job(module)
        job = replace(job, optimisation=replace(job.optimisation, optimiser="adamw-8bit"))
        folder = tmp_path / name
        folder.mkdir()
        if name == "parts":
            with pytest.raises(InterruptedRunError, match="run the same command again"):
                loop.fit(job, accelerator(), folder, stopping_after(checks), NEVER)
            (kept,) = folder.glob("checkpoint-*/optimiser.safetensors")
            assert any(tensor.dtype == torch.uint8 for tensor in load_file(kept).values())
            module = Wide()
            job = replace(job, module=module, batch=toy_job(module).batch)
        loop.fit(job, accelerator(), folder, Monitor(), NEVER)
        found.append(parameters(module))
    assert same_bits(*found)
    assert not same_bits(found[0], parameters(Wide()))


def test_a_row_without_gradient_decays_as_trimming_takes_it_to() -> None:
    """By the factor of every step alone, which a trimmed artifact keeps for all rows that were left out."""
    pytest.importorskip("bitsandbytes")
    table = nn.Embedding(3, 8)
    before = table.weight.detach().clone()
    optimiser = made(table)
    for rate in (0.01, 0.02):
        optimiser.param_groups[0]["lr"] = rate
        table.weight.grad = torch.zeros_like(table.weight)
        table.weight.grad[1] = 1.0
        optimiser.step()
    expected = before * (1 - 0.01 * 0.1) * (1 - 0.02 * 0.1)
    torch.testing.assert_close(table.weight.detach()[[0, 2]], expected[[0, 2]])
    assert not torch.allclose(table.weight.detach()[1], expected[1], atol=1e-3)


def test_a_quarter_of_the_memory() -> None:
    """Two bytes a number in place of eight, and a little for scales."""
    pytest.importorskip("bitsandbytes")
    module = nn.Linear(512, 512, bias=False)
    optimiser = made(module)
    one_step(module, optimiser)
    own = [v for name, v in optimiser.state[module.weight].items() if "qmap" not in name and name != "step"]
    assert sum(t.nbytes for t in own) == pytest.approx(2 * module.weight.numel(), rel=0.05)


def test_a_step_is_close_to_that_of_32_bits() -> None:
    """Of the first step, whose moments come from one gradient: within a tenth of the rate on average."""
    pytest.importorskip("bitsandbytes")
    ends = []
    kinds: tuple[Optimiser, ...] = ("adamw", "adamw-8bit")
    for kind in kinds:
        torch.manual_seed(4)
        module = nn.Linear(128, 128, bias=False)
        optimiser = optimiser_of(module, kind, learning_rate=0.01, weight_decay=0.1, epsilon=1e-8)
        for _ in range(3):
            one_step(module, optimiser)
        ends.append(module.weight.detach())
    assert (ends[0] - ends[1]).abs().mean() < 0.001


def test_without_the_library_the_cure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """By name of the extra that brings it."""
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    with pytest.raises(
        UserError, match=r"needs the library bitsandbytes.*pip install 'stiltwalk\[eight-bit\]'"
    ):
        made(Wide())


def test_what_is_kept_goes_into_tensors_and_back() -> None:
    """Whole numbers, tensors, and one of which all parameters have the same; nothing shares memory."""
    levels = torch.linspace(0, 1, 4)
    kept = {"step": 3, "deeper": {"state1": torch.ones(2, dtype=torch.uint8), "qmap1": levels}}
    found = dict(entries(kept))
    assert found.keys() == {"step", "state1", "qmap1"}
    assert found["qmap1"].data_ptr() != levels.data_ptr()
    assert entry(found["step"]) == 3
    assert isinstance(entry(found["step"]), int)
    assert torch.equal(entry(found["qmap1"]), levels)  # type: ignore[arg-type]
    whole = entry(torch.tensor(3.0))  # AdamW's own count of steps
    assert isinstance(whole, Tensor)
