"""Tests of compute.checkpoint: what is written is read back to the bit, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import torch

from stiltwalk.compute import checkpoint
from stiltwalk.compute.checkpoint import State
from tests.compute.fakes import Toy, parameters, same_bits

ORDER = torch.tensor([2, 0, 1])
STATE = State(
    done=3,
    best_score=41.5,
    best_step=2,
    looks_without_gain=1,
    micro_tokens=512,
    seconds=1.25,
    examples=12,
    tokens=345,
    log=({"step": 1, "loss": 0.1}, {"step": 2, "dev": 41.5}),
)


def trained(steps: int) -> tuple[Toy, torch.optim.Optimizer]:
    """A toy and its optimiser after some steps of made-up gradients."""
    module = Toy()
    optimiser = torch.optim.AdamW(module.parameters(), fused=True)
    drawn = torch.Generator().manual_seed(8)
    for _ in range(steps):
        for parameter in module.parameters():
            parameter.grad = torch.randn(parameter.shape, generator=drawn)
        optimiser.step()
    return module, optimiser


def moments(optimiser: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """Every tensor that the optimiser keeps."""
    return {
        f"{index}.{name}": value
        for index, entry in optimiser.state_dict()["state"].items()
        for name, value in entry.items()
    }


def test_saved_and_restored_is_the_same_to_the_bit(tmp_path: Path) -> None:
    """Parameters, both moments, the step counts, the order and the state come back as they were."""
    module, optimiser = trained(3)
    checkpoint.save(tmp_path, module, optimiser, STATE, ORDER, {})
    other, other_optimiser = trained(0)
    found = checkpoint.restore(tmp_path, other, other_optimiser, {})
    assert found is not None
    state, order = found
    assert state == STATE
    assert torch.equal(order, ORDER)
    assert same_bits(parameters(other), parameters(module))
    assert len(moments(optimiser)) == 3 * len(list(module.parameters()))
    assert same_bits(moments(other_optimiser), moments(optimiser))


def test_averages_come_back_too(tmp_path: Path) -> None:
    """Where there are any, and beside them the parameters that training goes on from."""
    module, optimiser = trained(3)
    averages = {name: parameter / 2 for name, parameter in parameters(module).items()}
    checkpoint.save(tmp_path, module, optimiser, STATE, ORDER, averages)
    other, other_optimiser = trained(0)
    found = {name: torch.zeros_like(parameter) for name, parameter in averages.items()}
    assert checkpoint.restore(tmp_path, other, other_optimiser, found) is not None
    assert same_bits(found, averages)
    assert same_bits(parameters(other), parameters(module))


def test_a_checkpoint_before_the_first_step_has_no_moments(tmp_path: Path) -> None:
    """Stopped at once: the optimiser has no state yet, and gets none."""
    module, optimiser = trained(0)
    checkpoint.save(tmp_path, module, optimiser, State(micro_tokens=64), ORDER, {})
    other, other_optimiser = trained(0)
    assert checkpoint.restore(tmp_path, other, other_optimiser, {}) is not None
    assert moments(other_optimiser) == {}


def test_nothing_to_restore_is_none(tmp_path: Path) -> None:
    """An empty folder, or none at all, holds no checkpoint."""
    module, optimiser = trained(0)
    assert checkpoint.restore(tmp_path, module, optimiser, {}) is None
    assert checkpoint.restore(tmp_path / "nowhere", module, optimiser, {}) is None


def test_only_the_newest_checkpoint_and_the_best_weights_stay(tmp_path: Path) -> None:
    """Saving removes older checkpoints, and best weights that are no longer the best."""
    module, optimiser = trained(2)
    for step in (1, 2):
        checkpoint.save_parameters(checkpoint.best_path(tmp_path, step), module)
    for done in (1, 2, 3):
        checkpoint.save(tmp_path, module, optimiser, State(done=done, best_score=1.0, best_step=2), ORDER, {})
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "best-00000002.safetensors",
        "checkpoint-00000003",
    ]


def test_a_half_written_checkpoint_is_passed_over(tmp_path: Path) -> None:
    """A draft that a kill left behind is neither read nor in the way."""
    module, optimiser = trained(2)
    checkpoint.save(tmp_path, module, optimiser, STATE, ORDER, {})
    draft = tmp_path / "checkpoint.draft"
    draft.mkdir()
    (draft / "parameters.safetensors").write_bytes(b"half")
    other, other_optimiser = trained(0)
    found = checkpoint.restore(tmp_path, other, other_optimiser, {})
    assert found is not None
    assert found[0].done == 3
    checkpoint.save(tmp_path, module, optimiser, State(done=4), ORDER, {})
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-00000004"]


def test_a_checkpoint_is_safetensors_and_json_alone(tmp_path: Path) -> None:
    """No pickle, and no file left over from writing."""
    module, optimiser = trained(2)
    checkpoint.save(tmp_path, module, optimiser, STATE, ORDER, {})
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "optimiser.safetensors",
        "parameters.safetensors",
        "state.json",
    ]


def test_tied_parameters_are_written_once(tmp_path: Path) -> None:
    """A weight with two names is saved under one and stays tied when it is read."""
    first, second = torch.nn.Linear(3, 3, bias=False), torch.nn.Linear(3, 3, bias=False)
    second.weight = first.weight
    module = torch.nn.Sequential(first, second)
    before = parameters(module)
    checkpoint.save_parameters(tmp_path / "tied.safetensors", module)
    with torch.no_grad():
        first.weight.zero_()
    checkpoint.load_parameters(tmp_path / "tied.safetensors", module)
    assert same_bits(parameters(module), before)
    assert second.weight is first.weight
