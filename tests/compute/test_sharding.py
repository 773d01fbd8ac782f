"""Tests of compute.sharding: parameters cut over two processes are trained as by one."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from stiltwalk.compute import checkpoint, gradients, loop, parallel, sharding, trimming
from stiltwalk.compute.carry_out import carry_out
from stiltwalk.compute.checkpoint import State
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.pretrain import pretrain
from stiltwalk.compute.train import train
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.memory import Way, need
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution
from tests.compute.fakes import NEVER, Toy, accelerator, item, parameters, row, same_bits, weights
from tests.compute.ranks import RANKS, Ranks, run_in_ranks
from tests.compute.sharding_program import (
    AGAIN,
    ARCHITECTURES,
    MEMORY,
    MIXED,
    WORLD,
    adapted_step,
    job_of,
    model,
    pretrained_step,
    several_tasks_step,
    tags_step,
)
from tests.compute.test_memory_measured import WITHIN, one_pass, sizes_of, with_head
from tests.worlds import prepared_study

pytestmark = pytest.mark.slow  # test_parallel.py trains over two processes by default

NEAR = 1e-5
"""How far a parameter may be from that of one process: sums of fp32 in another order."""


@pytest.fixture(scope="module")
def ranks(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Ranks:
    """The one run of torchrun that all tests here look at."""
    folder = tmp_path_factory.mktemp("ranks")
    prepared = prepared_study(world, folder / "store", WORLD)
    (made,) = ((key, n.step) for key, n in prepared.plan.nodes.items() if isinstance(n.step, PretrainStep))
    carry_out(made[1], made[0], prepared.place, folder / "made", Monitor())
    return run_in_ranks("tests.compute.sharding_program", world, prepared, folder)


@pytest.fixture
def _whole_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process trains and keeps whole tables too."""
    monkeypatch.setattr(trimming, "MOST_ROWS", 0.0)


def far(ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> float:
    """The largest difference of two numbers of the same name and place."""
    assert ours.keys() == theirs.keys()
    return max(float((ours[name] - theirs[name]).abs().max()) for name in ours)


def alone(step: TrainStep, prepared: Prepared, folder: Path) -> dict[str, Any]:
    """The facts of one process; what it trained lies in ``folder/draft``."""
    (folder / "draft").mkdir(parents=True)
    step = step.replace({"execution": Execution()})
    return train(step, prepared.place, accelerator(), folder, Monitor())


def but_for_time(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What must be the same however often a training was interrupted."""
    return {name: value for name, value in facts.items() if name != "wall_seconds"}


def require_same_story(said: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    """The same losses and dev scores, at the same steps."""
    assert said["steps"] == facts["steps"]
    assert said["selected_step"] == facts["selected_step"]
    assert said["dev_score"] == pytest.approx(facts["dev_score"])
    for own, expected in zip(said["log"], facts["log"], strict=True):
        if "mix" not in own:
            assert own == pytest.approx(expected, abs=1e-5)


@pytest.mark.usefixtures("_whole_tables")
def test_cut_over_two_processes_it_trains_as_one(
    ranks: Ranks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clipped, decayed and selected on dev: the same parameters, dev scores and losses."""
    norms: list[float] = []
    clip = gradients.clip

    def measured(module: nn.Module, most: float) -> float:
        norms.append(clip(module, most))
        return norms[-1]

    monkeypatch.setattr(gradients, "clip", measured)
    step = tags_step(ranks.prepared, Execution())
    facts = alone(step, ranks.prepared, tmp_path / "alone")
    assert min(norms) > step.training.clip_norm
    assert facts["steps"] == 12
    ours, theirs = weights(ranks.folder / "tags/draft"), weights(tmp_path / "alone/draft")
    assert far(ours, theirs) < NEAR
    begun = load_file(ranks.prepared.place.store.folder(step.parent) / "model/model.safetensors")
    moved = {name: ours[f"model/model.safetensors:{name}"] for name in begun}
    assert far(moved, begun) > 1e-2
    for said in ranks.said("tags/{}.json"):
        require_same_story(said, facts)
        assert said["embedding_rows"] == facts["embedding_rows"]
        assert said["parameters"] == facts["parameters"]


def test_what_is_kept_is_an_encoder_like_any_other(ranks: Ranks) -> None:
    """The same files as of one process, with the same config; nothing says that it was cut."""
    kept = ranks.folder / "tags/draft"
    parent = ranks.prepared.place.store.folder(tags_step(ranks.prepared, Execution()).parent)
    for folder in ("model", "tokenizer"):
        assert sorted(p.name for p in (kept / folder).iterdir()) == sorted(
            p.name for p in (parent / folder).iterdir()
        )
    ours, theirs = (json.loads((f / "model/config.json").read_text()) for f in (kept, parent))
    assert ours == theirs


def test_interrupted_and_resumed_it_is_the_same_to_the_bit(ranks: Ranks) -> None:
    """Only one rank was asked to stop; both wrote their pieces, and went on from there."""
    for whole, parts in (("tags", "parts"), ("averaged", "averaged-parts")):
        assert ranks.said(f"{parts}/{{}}-interrupted.json") == [{"interrupted": True}] * RANKS
        assert same_bits(weights(ranks.folder / whole / "draft"), weights(ranks.folder / parts / "draft"))
        for first, second in zip(
            ranks.said(f"{whole}/{{}}.json"), ranks.said(f"{parts}/{{}}.json"), strict=True
        ):
            assert but_for_time(first) == but_for_time(second)


@pytest.mark.usefixtures("_whole_tables")
def test_averages_are_those_of_one_process(ranks: Ranks, tmp_path: Path) -> None:
    """They are evaluated and kept, and training goes on from what it had."""
    step = tags_step(ranks.prepared, Execution(), average_decay=0.5, least_rate_share=1.0)
    facts = alone(step, ranks.prepared, tmp_path / "alone")
    ours = weights(ranks.folder / "averaged/draft")
    assert far(ours, weights(tmp_path / "alone/draft")) < NEAR
    require_same_story(ranks.said("averaged/{}.json")[1], facts)


@pytest.mark.parametrize("mixed", [{}, MIXED], ids=["tasks", "masked-lm"])
def test_several_tasks(
    mixed: dict[str, Any], ranks: Ranks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task drawn for each step, of capped sizes, with masked LM among them or not."""
    monkeypatch.setattr(trimming, "MOST_ROWS", 0.0)
    name = "several-mixed" if mixed else "several"
    require_same_several(ranks, name, several_tasks_step(ranks.prepared, Execution(), **mixed), tmp_path)


def test_several_tasks_of_ranks_that_have_whole_models(ranks: Ranks, tmp_path: Path) -> None:
    """The same where nothing is cut, on trimmed tables."""
    require_same_several(ranks, "several-apart", several_tasks_step(ranks.prepared, Execution()), tmp_path)
    assert (ranks.folder / "several-apart/draft/model/rows.safetensors").exists()


def require_same_several(ranks: Ranks, name: str, step: TrainStep, folder: Path) -> None:
    """What two ranks left in ``name`` is what one process trains, and so is every task's share."""
    facts = alone(step, ranks.prepared, folder / "alone")
    ours, theirs = weights(ranks.folder / name / "draft"), weights(folder / "alone/draft")
    assert far(ours, theirs) < NEAR
    assert len({key for key in ours if key.endswith("out.bias")}) == 3
    for said in ranks.said(f"{name}/{{}}.json"):
        require_same_story(said, facts)
        assert said["mix"] == facts["mix"]
        assert all(each["steps"] for each in said["mix"].values())


def test_pretraining(ranks: Ranks, tmp_path: Path) -> None:
    """Masked LM over a table that is cut: the same losses, and the same loss on held-out lines."""
    (tmp_path / "draft").mkdir()
    step = pretrained_step(ranks.prepared, Execution())
    facts = pretrain(step, ranks.prepared.place, accelerator(), tmp_path, Monitor())
    assert far(weights(ranks.folder / "pretrained/draft"), weights(tmp_path / "draft")) < 1e-4
    for said in ranks.said("pretrained/{}.json"):
        assert said["held_out_loss"] == pytest.approx(facts["held_out_loss"], abs=1e-5)
        for own, expected in zip(said["log"], facts["log"], strict=True):
            assert own == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("name", [*ARCHITECTURES, *(f"{name}-again" for name in AGAIN)])
def test_architectures(name: str, ranks: Ranks, tmp_path: Path) -> None:
    """Flat or padded, also where a rank has fewer passes than another, or nothing to do."""
    module = model(name.removesuffix("-again"), again=False)
    whole = sum(p.numel() for p in module.parameters())
    begun = parameters(module)
    state = loop.fit(job_of(module), accelerator(), tmp_path, Monitor(), NEVER)
    ours = load_file(ranks.folder / name / "whole.safetensors")
    assert far(ours, parameters(module)) < NEAR
    assert far(ours, begun) > 1e-3
    first, second = ranks.said(f"{name}/{{}}.json")
    assert first["held"] + second["held"] == whole
    assert max(first["held"], second["held"]) < 0.55 * whole
    assert first["left_out"] > second["left_out"] == 0
    for said in (first, second):
        for own, expected in zip(said["log"], state.log, strict=True):
            assert own == pytest.approx(expected, abs=1e-5)


def test_noise_and_averages_of_pieces(ranks: Ranks, tmp_path: Path) -> None:
    """Gradients that are put aside and given back, and norms of all pieces."""
    module = model("bert", again=False)
    job = job_of(module, average_decay=0.5, noise_every=2)
    state = loop.fit(job, accelerator(), tmp_path, Monitor(), NEVER)
    assert far(load_file(ranks.folder / "measured/whole.safetensors"), parameters(module)) < NEAR
    measured = [entry["noise"] for entry in state.log if "noise" in entry]
    for said in ranks.said("measured/{}.json"):
        for own, expected in zip(said["noise"], measured, strict=True):
            assert own == pytest.approx(expected, rel=1e-4)


def test_small_matrices_beside_frozen_weights(ranks: Ranks, tmp_path: Path) -> None:
    """LoRA's: trained in pieces and kept whole, beside the one model that both were added to."""
    step = adapted_step(ranks.prepared, Execution())
    facts = alone(step, ranks.prepared, tmp_path / "alone")
    ours, theirs = weights(ranks.folder / "adapted/draft"), weights(tmp_path / "alone/draft")
    assert far(ours, theirs) < NEAR
    layers = 2  # of which queries and values are read by a matrix and written by another
    assert len([key for key in ours if key.startswith("model/adapters.safetensors:")]) == layers * 2 * 2
    for said in ranks.said("adapted/{}.json"):
        require_same_story(said, facts)
        assert said["trained_parameters"] == facts["trained_parameters"]


@pytest.mark.parametrize("name", sorted(MEMORY))
def test_the_arithmetic_of_memory(name: str, ranks: Ranks) -> None:
    """What each of two processes really holds at most, against what is told before anything runs."""
    measure = MEMORY[name]
    way: Way = "checkpointed" if measure.again else "full"
    expected = need(sizes_of(measure.encoder()), one_pass(dropout=0, half=measure.half), way, cards=RANKS)
    assert expected.gathered > 0
    for rank in range(RANKS):
        said = json.loads((ranks.folder / f"memory/{name}-{rank}.json").read_text())
        assert expected.total == pytest.approx(said["most"], rel=WITHIN)


@pytest.mark.parametrize("name", sorted(MEMORY))
def test_gathering_makes_one_copy_on_one_rank(name: str, ranks: Ranks) -> None:
    """Beside its pieces: the whole model, and for the moment two of the largest tensor, as the other has."""
    sizes = [p.nbytes for p in with_head(MEMORY[name].encoder(), 0.0).parameters()]
    whole, pieces = sum(sizes), 0.51 * sum(sizes)
    first, second = (
        json.loads((ranks.folder / f"memory/{name}-{rank}.json").read_text()) for rank in range(RANKS)
    )
    assert whole < first["gathering"] <= pieces + whole + 2 * max(sizes)
    assert second["gathering"] <= pieces + 3 * max(sizes)


def test_memory_that_runs_out_ends_the_step(ranks: Ranks) -> None:
    """With the cure: nobody can take back what others wait for."""
    for rank, said in enumerate(ranks.said("short/{}.json")):
        assert f"ran out on rank {rank} of {RANKS}" in said["message"]
        assert "Lower execution.micro_tokens" in said["message"]


def _pass(both: threading.Barrier) -> None:
    both.wait()


def test_a_checkpoint_of_other_ranks_is_refused(tmp_path: Path) -> None:
    """It is said how many wrote it."""
    module = Toy()
    optimiser = torch.optim.AdamW(module.parameters())
    both = threading.Barrier(2)

    def save(rank: int) -> None:
        part = checkpoint.Part(rank, 2, lambda: _pass(both))
        checkpoint.save(tmp_path, module, optimiser, State(done=3), torch.zeros(0), {}, part)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(save, range(2)))
    with pytest.raises(
        UserError, match=r"written by 2 process\(es\), and 1 cannot.*execution.processes to 2"
    ):
        checkpoint.restore(tmp_path, module, optimiser, {})
    with pytest.raises(UserError, match=r"written by 2 process\(es\), and 4 cannot"):
        checkpoint.restore(tmp_path, module, optimiser, {}, checkpoint.Part(1, 4))
    assert checkpoint.restore(tmp_path, module, optimiser, {}, checkpoint.Part(1, 2)) is not None


def test_what_is_not_cut_is_left_as_it_is() -> None:
    """In a process of its own: the same tensors, and one pass for every micro-batch."""
    module = Toy()
    assert not sharding.is_sharded(module)
    assert sharding.writes(module)
    weight = module.out.weight
    assert sharding.local(weight).data_ptr() == sharding.whole(weight).data_ptr() == weight.data_ptr()
    assert sharding.as_piece(weight, weight) is weight
    assert same_bits(sharding.whole_state(module), module.state_dict())
    sharding.gather_no_more(module)
    items = [item(row(*range(1, 9))) for _ in range(3)]
    assert [counts for _, counts in parallel.passes(items, module, accelerator(), 8, 0)] == [True] * 3
    with pytest.raises(torch.OutOfMemoryError), sharding.together(module):
        raise torch.OutOfMemoryError("no room")
