"""Tests of training with LoRA: from the tiny world, to the bit, by every way a step can be trained."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from stiltwalk.compute.beside import add, read_beside
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.compute.encoder import load_model
from stiltwalk.compute.rows import read_rows
from stiltwalk.compute.train import train
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.errors import InterruptedRunError
from stiltwalk.store.bases import base_folder
from stiltwalk.store.store import read_artifact
from tests.compute.fakes import (
    accelerator,
    mixed_step,
    same_bits,
    several_step,
    stopping_after,
    train_step,
    weights,
)
from tests.worlds import PRETRAIN, finish, prepared_study

UDPOS = "target udpos, seed 1"
CHOICES = "intermediate commonsenseqa, seed 1"
LORA = {"lora": {"rank": 2, "targets": ["query", "value"]}}
HIDDEN, LAYERS = 16, 2


def adapted(step: TrainStep, **changes: Any) -> TrainStep:
    """``step`` with matrices beside queries and values."""
    return step.replace({"adaptation": {"lora": LORA["lora"] | changes}})


def trained(step: TrainStep, place: Place, folder: Path, monitor: Monitor | None = None) -> dict[str, Any]:
    """The facts of ``train`` in ``folder``, whose draft holds the artifact."""
    (folder / "draft").mkdir(parents=True, exist_ok=True)
    return train(step, place, accelerator(), folder, monitor or Monitor())


def model_of(folder: Path, place: Place) -> dict[str, Tensor]:
    """The tensors of a model in ``folder``, made whole."""
    beside = read_beside(folder / "model")
    if beside is None:
        return load_file(folder / "model" / "model.safetensors")
    encoder = load_model(base_folder(place.store, beside.base))
    for stage in beside.stages:
        add(encoder, stage)
    return dict(encoder.state_dict())


def moved(step: TrainStep, place: Place, folder: Path) -> set[str]:
    """Names of the tensors in which the draft in ``folder`` is no longer its parent."""
    before, after = model_of(place.store.folder(step.parent), place), model_of(folder / "draft", place)
    assert before.keys() == after.keys()
    return {name for name in before if not torch.equal(before[name], after[name])}


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(
    "training", [{}, {"evaluate_every": 2, "average_decay": 0.9}, {"noise_scale_every": 2}]
)
def test_training_moves_adapted_layers_alone(
    training: dict[str, Any], again: bool, finished: Prepared, tmp_path: Path
) -> None:
    """The rest is the parent's to the bit, and only matrices are kept; facts say what was trained."""
    step = adapted(train_step(finished, UDPOS, **training), dropout=0.1)
    step = step.replace({"execution": step.execution.replace({"checkpointing": again})})
    facts = trained(step, finished.place, tmp_path)
    names = {
        f"encoder.layer.{i}.attention.self.{n}.weight" for i in range(LAYERS) for n in ("query", "value")
    }
    assert moved(step, finished.place, tmp_path) == names
    assert read_rows(tmp_path / "draft" / "model") is None
    assert facts["trained_parameters"] == LAYERS * 2 * 2 * (HIDDEN + HIDDEN) < facts["encoder_parameters"]
    assert facts["lora"].items() >= {"rank": 2, "alpha": 16.0, "targets": ["query", "value"]}.items()
    operations = 4 * facts["encoder_parameters"] + 6 * facts["trained_parameters"]
    assert facts["flops"] == operations * facts["tokens"]
    kept = list((tmp_path / "draft" / "model").glob("*.safetensors"))
    assert [path.name for path in kept] == ["adapters.safetensors"]
    assert sum(t.numel() for path in kept for t in load_file(path).values()) == facts["trained_parameters"]


def test_layers_computed_again_give_the_same_bits(finished: Prepared, tmp_path: Path) -> None:
    """With frozen embeddings nothing that goes into the first layer asks for a gradient."""
    step = adapted(train_step(finished, UDPOS), dropout=0.1)
    for name, again in (("plain", False), ("again", True)):
        execution = step.execution.replace({"checkpointing": again})
        trained(step.replace({"execution": execution}), finished.place, tmp_path / name)
    ours, theirs = (weights(tmp_path / name / "draft") for name in ("plain", "again"))
    assert same_bits(ours, theirs)
    assert all(tensor.any() for name, tensor in ours.items() if name.endswith(".up"))


def test_what_is_learnt_is_of_the_rank_that_was_asked_for(finished: Prepared, tmp_path: Path) -> None:
    """No more than two of sixteen directions of a matrix have moved."""
    step = adapted(train_step(finished, UDPOS, learning_rate=0.05))
    trained(step, finished.place, tmp_path)
    place = finished.place
    before, after = model_of(place.store.folder(step.parent), place), model_of(tmp_path / "draft", place)
    for name in moved(step, finished.place, tmp_path):
        values = torch.linalg.svdvals((after[name] - before[name]).double())
        assert values[1] > 1e-4 > 100 * values[2]


def test_in_full_everything_counts_as_trained(finished: Prepared, tmp_path: Path) -> None:
    """Whatever is spared by trimming."""
    facts = trained(train_step(finished, UDPOS), finished.place, tmp_path)
    assert facts["trained_parameters"] == facts["parameters"]
    assert "lora" not in facts


@pytest.mark.parametrize("checks", [0, 1, 4])
def test_an_interrupted_step_is_the_same_to_the_bit(checks: int, finished: Prepared, tmp_path: Path) -> None:
    """With dropout before the matrices, looks and averages; checkpoints hold nothing that is frozen."""
    step = adapted(train_step(finished, UDPOS, evaluate_every=2, average_decay=0.5), dropout=0.2)
    whole = trained(step, finished.place, tmp_path / "whole")
    with pytest.raises(InterruptedRunError, match="run the same command again"):
        trained(step, finished.place, tmp_path / "parts", stopping_after(checks))
    (checkpoint,) = (tmp_path / "parts").glob("checkpoint-*")
    kept = load_file(checkpoint / "parameters.safetensors")
    assert all("lora_" in name or name.startswith("head.") for name in kept)
    assert any("lora_" in name for name in kept)
    torch.manual_seed(checks)
    parts = trained(step, finished.place, tmp_path / "parts")
    assert same_bits(weights(tmp_path / "whole" / "draft"), weights(tmp_path / "parts" / "draft"))
    assert whole | {"wall_seconds": 0} == parts | {"wall_seconds": 0}


def test_with_masked_lm_the_tied_table_stays_as_it_is(finished: Prepared, tmp_path: Path) -> None:
    """Its head learns, and so do the matrices; the table that it reads through is frozen with the encoder."""
    step = adapted(mixed_step(finished, share=0.5))
    trained(step, finished.place, tmp_path)
    assert {name.split(".")[-2] for name in moved(step, finished.place, tmp_path)} == {"query", "value"}
    head = load_file(tmp_path / "draft" / "heads" / "masked-lm.safetensors")
    before = load_file(finished.place.store.folder(step.parent) / "heads" / "masked-lm.safetensors")
    assert not torch.equal(head["dense.weight"], before["dense.weight"])


def test_several_tasks_share_the_matrices(finished: Prepared, tmp_path: Path) -> None:
    """Choices, tags and questions, and masked LM: heads in full, one encoder."""
    step = adapted(several_step(finished, {"exponent": 0}, share=0.3))
    facts = trained(step, finished.place, tmp_path)
    assert len(facts["tasks"]) == 3
    assert {name.split(".")[-2] for name in moved(step, finished.place, tmp_path)} == {"query", "value"}
    assert len(list((tmp_path / "draft" / "heads").iterdir())) == 4


def test_a_study_of_both_ways(world: Path, tmp_path: Path) -> None:
    """From one pretrained encoder, in full and with LoRA: a second stage begins with fresh matrices."""
    encoders = [PRETRAIN, {**PRETRAIN, "name": "beside", "adaptation": {"lora": {"rank": 2}}}]
    changes = {"encoders": encoders, "targets": ["udpos", "tatoeba"]}
    prepared = prepared_study(world, tmp_path / "store", changes)
    finish(prepared)
    store, plan = prepared.place.store, prepared.plan
    steps = [n for n in plan.nodes.values() if isinstance(n.step, TrainStep)]
    assert len(steps) == 2 * 3
    assert len([n for n in plan.nodes.values() if n.step.kind == "pretrain"]) == 1
    own = {n.title: n for n in steps if n.encoder == "beside"}
    middle, last = own["intermediate commonsenseqa, seed 1"], own["target udpos after commonsenseqa, seed 1"]
    assert last.step.parents == (middle.key,)
    for one in (middle, last):
        facts = read_artifact(store, one.key).facts
        assert facts["trained_parameters"] == LAYERS * 2 * 2 * (HIDDEN + HIDDEN)
        assert facts["lora"]["targets"] == ["query", "value"]
    keys = (middle.step.parents[0], middle.key, last.key)
    both = [model_of(store.folder(key), prepared.place) for key in keys]
    name = "encoder.layer.1.attention.self.value.weight"
    steps_taken = [after[name] - before[name] for before, after in pairwise(both)]
    for step in steps_taken:
        assert torch.linalg.matrix_rank(step, rtol=1e-3) == 2
    assert torch.linalg.matrix_rank(steps_taken[0] + steps_taken[1], rtol=1e-3) > 2
    caveats = {(cell.encoder, cell.intermediate, cell.target): {*cell.caveats} for cell in plan.cells}
    ways = {"lora", "methods-differ"}
    for (encoder, arm, target), found in caveats.items():
        trained_at_all = target == "udpos" or arm != "none"
        expected = (ways if encoder == "beside" else {"methods-differ"}) if trained_at_all else set()
        assert found & ways == expected
