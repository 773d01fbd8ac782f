"""Tests of compute.parallel: two processes train as one does, and stop, fail and go on together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from torch import distributed, nn

from stiltwalk.compute import gradients, loop, parallel
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.pretrain import pretrain
from stiltwalk.compute.train import train
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution
from tests.compute.fakes import NEVER, Toy, accelerator, item, parameters, row, same_bits, toy_job, weights
from tests.compute.rank_program import (
    WORLD,
    Spare,
    adapted_step,
    measured_job,
    pretrained_step,
    spare_job,
    trained_step,
)
from tests.compute.ranks import Ranks, run_in_ranks
from tests.worlds import finish, prepared_study

NEAR = 1e-6
"""How far a parameter may be from that of one process: sums of fp32 in another order."""


@pytest.fixture(scope="module")
def ranks(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Ranks:
    """The one run of torchrun that all tests here look at."""
    folder = tmp_path_factory.mktemp("ranks")
    prepared = prepared_study(world, folder / "store", WORLD)
    finish(prepared)
    return run_in_ranks("tests.compute.rank_program", world, prepared, folder)


def near(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> bool:
    """Whether the same names hold the same numbers but for rounding."""
    return ours.keys() == theirs.keys() and all(
        torch.allclose(ours[name], theirs[name], rtol=0, atol=NEAR) for name in ours
    )


def but_for_time(facts: dict[str, Any]) -> dict[str, Any]:
    """What must be the same however often a training was interrupted."""
    return {name: value for name, value in facts.items() if name != "wall_seconds"}


def test_two_processes_train_as_one(ranks: Ranks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clipped, decayed, trimmed and selected on dev: the same parameters, dev scores and losses."""
    norms: list[float] = []
    clip = gradients.clip

    def measured(module: nn.Module, most: float) -> float:
        norms.append(clip(module, most))
        return norms[-1]

    monkeypatch.setattr(gradients, "clip", measured)
    step = trained_step(ranks.prepared)
    (tmp_path / "draft").mkdir()
    facts = train(step, ranks.prepared.place, accelerator(), tmp_path, Monitor())
    ours, theirs = weights(ranks.folder / "whole/draft"), weights(tmp_path / "draft")
    assert near(ours, theirs)
    assert "model/rows.safetensors:values" in ours
    assert min(norms) > step.training.clip_norm
    begun = load_file(ranks.prepared.place.store.folder(step.parent) / "model/model.safetensors")
    moved = [
        not torch.allclose(ours[f"model/model.trimmed.safetensors:{name}"], tensor, atol=1e-2)
        for name, tensor in begun.items()
        if name != "embeddings.word_embeddings.weight"
    ]
    assert sum(moved) > len(moved) / 2
    for said in ranks.said("whole/{}-finished.json"):
        assert said["dev_scores"] == pytest.approx(facts["dev_scores"])
        assert said["selected_step"] == facts["selected_step"] == 10
        assert said["steps"] == facts["steps"] == 12
        for own, alone in zip(said["log"], facts["log"], strict=True):
            assert own == pytest.approx(alone, abs=1e-5)


def test_two_processes_train_adapters_as_one(ranks: Ranks, tmp_path: Path) -> None:
    """Where most parameters have no gradients: the same matrices."""
    (tmp_path / "draft").mkdir()
    step = adapted_step(ranks.prepared)
    facts = train(step, ranks.prepared.place, accelerator(), tmp_path, Monitor())
    ours = weights(ranks.folder / "adapted/draft")
    assert near(ours, weights(tmp_path / "draft"))
    ups = {name: tensor for name, tensor in ours.items() if name.endswith(".up")}
    assert {name.split(".")[-2] for name in ups} == {"query", "value"}
    assert all(tensor.abs().max() > 1e-3 for tensor in ups.values())
    for said in ranks.said("adapted/{}-finished.json"):
        assert said["dev_scores"] == pytest.approx(facts["dev_scores"])
        assert said["trained_parameters"] == facts["trained_parameters"]


def test_ranks_interrupted_and_resumed_are_the_same_to_the_bit(ranks: Ranks) -> None:
    """Only one rank was asked to stop; both did, behind the same step, and went on from there."""
    assert all(said == {"interrupted": True} for said in ranks.said("parts/{}-interrupted.json"))
    assert same_bits(weights(ranks.folder / "whole/draft"), weights(ranks.folder / "parts/draft"))
    whole = ranks.said("whole/{}-finished.json")
    parts = ranks.said("parts/{}-finished.json")
    assert [but_for_time(said) for said in whole] == [but_for_time(said) for said in parts]


def test_two_processes_pretrain_as_one(ranks: Ranks, tmp_path: Path) -> None:
    """Masked LM over the whole table: the same losses, and the same loss on held-out lines."""
    (tmp_path / "draft").mkdir()
    step = pretrained_step(ranks.prepared)
    facts = pretrain(step, ranks.prepared.place, accelerator(), tmp_path, Monitor())
    first, second = ranks.said("pretrained/{}.json")
    assert but_for_time(first) == but_for_time(second)
    assert first["held_out_loss"] == pytest.approx(facts["held_out_loss"], abs=1e-5)
    for own, alone in zip(first["log"], facts["log"], strict=True):
        assert own == pytest.approx(alone, abs=1e-5)


@pytest.mark.parametrize(("name", "batch_size"), [("uneven", 5), ("fewer-items-than-ranks", 1)])
def test_ranks_without_an_even_share_train_as_one(
    name: str, batch_size: int, ranks: Ranks, tmp_path: Path
) -> None:
    """Also with nothing to do; what no loss depends on has no gradient, and is not even decayed."""
    module = Spare()
    loop.fit(spare_job(module, batch_size), accelerator(), tmp_path, Monitor(), NEVER)
    first, second = ranks.parameters(name)
    assert same_bits(first, second)
    assert near(first, parameters(module))
    assert torch.equal(first["spare"], torch.ones(2, 2))


def test_two_processes_measure_the_same_noise(ranks: Ranks, tmp_path: Path) -> None:
    """The halves of a step are shared among them; with averaged weights, which are the same too."""
    module = Spare()
    state = loop.fit(measured_job(module), accelerator(), tmp_path, Monitor(), NEVER)
    alone = [entry["noise"] for entry in state.log if "noise" in entry]
    for said in ranks.said("measured/{}.json"):
        for own, expected in zip(said["noise"], alone, strict=True):
            assert own == pytest.approx(expected, rel=1e-4)
    first, second = ranks.parameters("measured")
    assert same_bits(first, second)
    assert near(first, parameters(module))
    assert not near(first, ranks.parameters("uneven")[0])


def test_memory_that_runs_out_on_one_rank_halves_the_budget_of_all(ranks: Ranks) -> None:
    """The step is computed again, whole, as if nothing had been."""
    assert [said["budget"] for said in ranks.said("short-of-memory/{}.json")] == [32, 32]
    first, second = ranks.parameters("short-of-memory")
    assert same_bits(first, second)
    assert near(first, ranks.parameters("uneven")[0])


def test_a_loss_that_is_no_number_on_one_rank_ends_training_on_all(ranks: Ranks) -> None:
    """Both say so, at the same step, with the same sound weights."""
    first, second = ranks.said("no-number/{}.json")
    assert first == second
    assert "the loss was nan" in first["broken"]
    assert same_bits(*ranks.parameters("no-number"))
    assert all(torch.isfinite(p).all() for p in ranks.parameters("no-number")[0].values())


def test_each_rank_draws_its_own_masks(ranks: Ranks) -> None:
    """Rank 0 those of one process; with dropout parameters stay the same on all ranks."""
    first, second = (said["drawn"] for said in ranks.said("masks/{}.json"))
    torch.manual_seed(7)
    assert first == torch.rand(4).tolist()
    assert first != second
    assert same_bits(*ranks.parameters("dropout"))
    assert not near(ranks.parameters("dropout")[0], ranks.parameters("uneven")[0])


@given(
    lengths=st.lists(st.lists(st.integers(1, 30), min_size=1, max_size=3), max_size=20),
    ranks=st.integers(1, 5),
)
def test_shares_are_even_and_lose_nothing(lengths: list[list[int]], ranks: int) -> None:
    """Every item lies in one share, in its order; two shares differ by no more than the longest item has."""
    items = [
        item(*(row(*range(length)) for length in rows), example=index) for index, rows in enumerate(lengths)
    ]
    shares = parallel.shares(items, ranks)
    assert sorted(each.example for share in shares for each in share) == list(range(len(items)))
    assert all([e.example for e in share] == sorted(e.example for e in share) for share in shares)
    held = [sum(sum(lengths[each.example]) for each in share) for share in shares]
    assert max(held) - min(held) <= max((sum(rows) for rows in lengths), default=0)


def test_gradients_are_summed_in_buckets_of_one_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bucket is larger than allowed, but for a gradient that is so alone; the order is kept."""
    monkeypatch.setattr(parallel, "BUCKET", 10)
    sizes = [4, 6, 1, 25, 3, 3]
    some = [*(torch.zeros(size) for size in sizes), torch.zeros(2, dtype=torch.bfloat16)]
    buckets = [[each.numel() for each in bucket] for bucket in parallel._buckets(some)]
    assert buckets == [[4, 6], [1], [25], [3, 3], [2]]


def test_one_process_calls_no_collective(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own never comes near torch.distributed."""

    def refused(*given: object) -> None:
        raise AssertionError("nobody to talk to")

    for name in ("all_reduce", "all_gather_object", "init_process_group", "destroy_process_group"):
        monkeypatch.setattr(distributed, name, refused)
    alone = parallel.accelerator(Execution())
    module = Toy()
    loop.fit(toy_job(module), alone, tmp_path, Monitor(), NEVER)
    parallel.wait(alone)
    parallel.leave(alone)


def test_a_step_of_several_processes_is_refused_by_one() -> None:
    """Its key stands for sums in another order."""
    with pytest.raises(UserError, match=r"of 2 process\(es\) cannot be carried out by 1"):
        parallel.accelerator(Execution(processes=2))
