"""Tests of compute.train: fine-tuning on one task from the tiny world, to the bit."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

from stiltwalk.compute import loop
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.compute.examples import training_examples
from stiltwalk.compute.learners import COLLAPSE_POINTS
from stiltwalk.compute.rows import read_rows
from stiltwalk.compute.train import optimisation, train
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.errors import DataError, InterruptedRunError, UserError
from stiltwalk.spec.recipes import Training
from stiltwalk.store.store import read_artifact
from tests.compute.fakes import (
    accelerator,
    copied_place,
    data_of,
    mixed_step,
    same_bits,
    stopping_after,
    train_step,
    weights,
)
from tests.worlds import node

UDPOS = "target udpos, seed 1"
SQUAD = "target squad-dev-unseen, seed 1"
CHOICES = "intermediate commonsenseqa, seed 1"

COLLAPSED_SEED = 0
"""A seed whose untrained head chooses no better than chance."""


def trained(step: TrainStep, place: Place, folder: Path, monitor: Monitor | None = None) -> dict[str, Any]:
    """The facts of ``train`` in ``folder``, whose draft holds the artifact."""
    (folder / "draft").mkdir(parents=True, exist_ok=True)
    return train(step, place, accelerator(), folder, monitor or Monitor())


def test_the_same_seed_gives_the_same_bits_and_another_does_not(finished: Prepared, tmp_path: Path) -> None:
    """Order, head and dropout follow from the seed alone."""
    step = train_step(finished, UDPOS)
    for name, seed in (("first", 1), ("second", 1), ("third", 2)):
        torch.manual_seed(len(name))
        trained(step.replace({"seed": seed}), finished.place, tmp_path / name)
    first, second, third = (weights(tmp_path / name / "draft") for name in ("first", "second", "third"))
    assert same_bits(first, second)
    assert not same_bits(first, third)


def test_a_finished_step_holds_what_train_computed(finished: Prepared, tmp_path: Path) -> None:
    """Carried out by a worker or called here: the same bits."""
    found = node(finished.plan, UDPOS)
    trained(train_step(finished, UDPOS), finished.place, tmp_path)
    artifact = read_artifact(finished.place.store, found.key)
    assert same_bits(weights(artifact.folder), weights(tmp_path / "draft"))


def test_the_facts_are_complete(finished: Prepared) -> None:
    """Everything that rows and reports read is there, and counts add up."""
    facts = read_artifact(finished.place.store, node(finished.plan, UDPOS).key).facts
    assert facts["examples"] == facts["items"] == 48
    assert facts["batch_size"] == 8
    assert facts["steps"] == facts["planned_steps"] == facts["selected_step"] == 6
    assert facts["selection"] == "last"
    assert facts["chance"] >= 0
    assert 0 <= facts["dev_score"] <= 100
    assert facts["degenerate"] is False
    assert facts["parameters"] > facts["encoder_parameters"] > 0
    assert facts["wall_seconds"] >= 0
    assert {"stiltwalk", "torch", "transformers", "tokenizers"} == set(facts["versions"])


def test_the_log_is_kept_beside_the_step(finished: Prepared) -> None:
    """One JSON object a line: step, loss and rate."""
    folder = read_artifact(finished.place.store, node(finished.plan, UDPOS).key).folder
    entries = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert [entry["step"] for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert set(entries[0]) == {"step", "loss", "learning_rate"}


def test_selection_keeps_the_best_look_on_english_dev(finished: Prepared, tmp_path: Path) -> None:
    """With looks every two steps the facts say english-dev, and the kept score is the best one logged."""
    step = train_step(finished, UDPOS, evaluate_every=2, epochs=2, dev_examples=None)
    facts = trained(step, finished.place, tmp_path)
    looks = {entry["step"]: entry["dev"] for entry in facts["log"] if "dev" in entry}
    assert list(looks) == [2, 4, 6, 8, 10, 12]
    assert facts["selection"] == "english-dev"
    assert looks[facts["selected_step"]] == max(looks.values()) == facts["dev_score"]
    assert facts["selected_step"] == min(s for s, score in looks.items() if score == max(looks.values()))


def test_a_look_scores_the_same_dev_subset_for_every_seed(
    finished: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five of twelve dev examples, the same whatever the seed, and windows keep to their questions."""
    subsets = []
    for seed in (1, 2):
        step = train_step(finished, UDPOS, evaluate_every=6, dev_examples=5).replace({"seed": seed})
        seen: list[tuple[str, ...]] = []

        def spied(learner: object, material: Any, examiner: object, into: Any = seen) -> dict[str, float]:
            into.append(tuple(example.id for example in material.examples))
            assert [item.example for item in material.items] == list(range(len(material.examples)))
            return {"f1": 50.0, "accuracy": 50.0}

        with monkeypatch.context() as patch:
            patch.setattr("stiltwalk.compute.learners.dev_scores", spied)
            trained(step, finished.place, tmp_path / str(seed))
        assert [len(ids) for ids in seen] == [5, 12]
        subsets.append(seen[0])
    assert subsets[0] == subsets[1]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(less=st.integers(1, 48), more=st.integers(1, 60), seed=st.integers(0, 99))
def test_capped_examples_are_nested(finished: Prepared, less: int, more: int, seed: int) -> None:
    """Fewer examples are a subset of more within a seed, in file order, and the same for both stages."""
    less, more = sorted((less, more))
    step = train_step(finished, UDPOS, examples=less).replace({"seed": seed})
    wider = train_step(finished, UDPOS, examples=more).replace({"seed": seed})
    ids = [example.id for example in training_examples(finished.place, step)[1]]
    wider_ids = [example.id for example in training_examples(finished.place, wider)[1]]
    everything = [example.id for example in training_examples(finished.place, train_step(finished, UDPOS))[1]]
    assert len(ids) == min(less, 48)
    assert set(ids) <= set(wider_ids)
    assert ids == [each for each in everything if each in set(ids)]
    staged = step.replace({"kind": "intermediate"})
    assert [example.id for example in training_examples(finished.place, staged)[1]] == ids


def test_capped_examples_differ_between_seeds(finished: Prepared) -> None:
    """Each seed draws its own subset."""
    step = train_step(finished, UDPOS, examples=10)
    drawn = {
        tuple(example.id for example in training_examples(finished.place, step.replace({"seed": seed}))[1])
        for seed in range(5)
    }
    assert len(drawn) == 5


def test_a_run_at_chance_is_degenerate(finished: Prepared, tmp_path: Path) -> None:
    """A rate of almost nothing teaches nothing: the dev score is chance and the run is marked."""
    step = train_step(finished, CHOICES, learning_rate=1e-12).replace({"seed": COLLAPSED_SEED})
    facts = trained(step, finished.place, tmp_path)
    assert facts["chance"] == pytest.approx(20.0)
    assert facts["dev_score"] <= facts["chance"] + COLLAPSE_POINTS
    assert facts["degenerate"] is True


def test_a_run_that_learns_is_not_degenerate(finished: Prepared) -> None:
    """The world's choices are learnt in one epoch."""
    facts = read_artifact(finished.place.store, node(finished.plan, CHOICES).key).facts
    assert facts["dev_score"] > 80
    assert facts["degenerate"] is False


def test_a_broken_run_is_degenerate_and_says_why(
    finished: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loss that is no number ends the run; what it learnt before is kept, marked."""
    monkeypatch.setattr(loop, "learning_rate", lambda optimisation, step: float("inf") if step == 2 else 1e-3)
    facts = trained(train_step(finished, UDPOS), finished.place, tmp_path)
    assert facts["degenerate"] is True
    assert facts["broken"].startswith("the loss was nan at step 4")
    assert facts["steps"] == 3


def test_memory_that_ran_out_is_recorded(
    finished: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token budget that did fit stands in the facts; none is there where nothing happened."""
    failures = iter([True])
    backward = loop._backward

    def scarce(*given: Any) -> float:
        if next(failures, False):
            raise torch.OutOfMemoryError("no room")
        return backward(*given)

    monkeypatch.setattr(loop, "_backward", scarce)
    step = train_step(finished, UDPOS)
    facts = trained(step, finished.place, tmp_path / "scarce")
    assert facts["micro_tokens_after_memory_ran_out"] == step.execution.micro_tokens // 2
    facts = trained(step, finished.place, tmp_path / "plenty")
    assert "micro_tokens_after_memory_ran_out" not in facts


@pytest.mark.parametrize("checks", [1, 4])
def test_interrupted_and_resumed_is_the_same_to_the_bit(
    checks: int, finished: Prepared, tmp_path: Path
) -> None:
    """With dropout on and looks every two steps, stopped and gone on from: the same weights and log."""
    step = train_step(finished, UDPOS, evaluate_every=2)
    whole = trained(step, finished.place, tmp_path / "whole")
    with pytest.raises(InterruptedRunError, match="run the same command again"):
        trained(step, finished.place, tmp_path / "parts", stopping_after(checks))
    parts = trained(step, finished.place, tmp_path / "parts")
    assert same_bits(weights(tmp_path / "whole" / "draft"), weights(tmp_path / "parts" / "draft"))
    assert whole | {"wall_seconds": 0} == parts | {"wall_seconds": 0}


def test_a_new_head_does_not_depend_on_the_arm(finished: Prepared, tmp_path: Path) -> None:
    """Arms that share a seed get the same fresh head, whatever encoder it is put on."""
    heads: list[dict[str, torch.Tensor]] = []
    for title in (UDPOS, "target udpos after commonsenseqa, seed 1"):
        step = train_step(finished, title, learning_rate=1e-30, weight_decay=0)
        trained(step, finished.place, tmp_path / str(len(heads)))
        heads.append(load_file(tmp_path / str(len(heads)) / "draft/heads/token-classification.safetensors"))
    assert torch.equal(heads[0]["out.weight"], heads[1]["out.weight"])


def test_a_head_is_inherited_where_the_step_says_so(finished: Prepared, tmp_path: Path) -> None:
    """A second task of the same type goes on with its parent's head; without that it gets a new one."""
    parent = node(finished.plan, SQUAD)
    step = train_step(finished, "target tydiqa, seed 1", learning_rate=1e-30, weight_decay=0)
    step = step.replace({"parent": parent.key})
    name = "heads/question-answering.safetensors"
    parents = load_file(finished.place.store.folder(parent.key) / name)
    for inherits, same in ((("question-answering",), True), ((), False)):
        folder = tmp_path / str(same)
        trained(step.replace({"inherits": inherits}), finished.place, folder)
        assert same_bits(load_file(folder / "draft" / name), parents) is same


def test_data_that_changed_since_planning_is_refused(finished: Prepared, tmp_path: Path) -> None:
    """Nothing is trained on other data than the step's key stands for."""
    place = copied_place(finished.place, tmp_path)
    path = data_of(place) / "commonsenseqa/train_rand_split.jsonl"
    with path.open("a") as file:
        file.write("\n")
    with pytest.raises(DataError, match=r"'commonsenseqa' \(train, en\) changed since the study was planned"):
        trained(train_step(finished, CHOICES), place, tmp_path)
    path.unlink()
    with pytest.raises(DataError, match=r"changed since .* found none"):
        trained(train_step(finished, CHOICES), place, tmp_path)


def test_a_damaged_parent_is_refused(finished: Prepared, tmp_path: Path) -> None:
    """A parent whose weights are not what was published, or are gone, is named with the cure."""
    place = copied_place(finished.place, tmp_path)
    step = train_step(finished, UDPOS)
    path = place.store.folder(step.parent) / "model" / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(
        UserError, match=r"damaged: model/model.safetensors is not what was published.*Delete"
    ):
        trained(step, place, tmp_path)
    path.unlink()
    with pytest.raises(UserError, match=r"damaged: model/model.safetensors is missing"):
        trained(step, place, tmp_path)


def test_an_encoder_that_is_elsewhere_is_named(finished: Prepared, tmp_path: Path) -> None:
    """A worker that was not told where a given encoder lies says so."""
    step = train_step(finished, UDPOS).replace({"parent": "encoder:" + "a" * 64})
    with pytest.raises(UserError, match="content hash aaaaaaaaaaaa is not on this machine"):
        trained(step, replace(finished.place, encoders={}), tmp_path)


def test_fractions_of_an_epoch_and_the_last_small_batch_are_trained(
    finished: Prepared, tmp_path: Path
) -> None:
    """48 examples in batches of 20 are three steps an epoch; half an epoch more is two more (rounded)."""
    facts = trained(train_step(finished, UDPOS, batch_size=20, epochs=1.5), finished.place, tmp_path)
    assert facts["steps"] == round(1.5 * 3)


def test_every_example_is_seen_once_an_epoch(
    finished: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches of an epoch hold each example once, in another order in the next."""
    jobs = spied_jobs(monkeypatch)
    trained(train_step(finished, UDPOS, batch_size=20, epochs=2), finished.place, tmp_path)
    (job,) = jobs
    batches = [[item.example for item in job.batch(job.order, step)[1]] for step in range(6)]
    assert [len(batch) for batch in batches] == [20, 20, 8, 20, 20, 8]
    epochs = [list(chain(*batches[:3])), list(chain(*batches[3:]))]
    assert [sorted(epoch) for epoch in epochs] == [list(range(48))] * 2
    assert epochs[0] != epochs[1]


def spied_jobs(monkeypatch: pytest.MonkeyPatch) -> list[loop.Job]:
    """Every job that is trained from now on."""
    jobs: list[loop.Job] = []
    fit = loop.fit

    def spied(job: loop.Job, *rest: Any) -> Any:
        jobs.append(job)
        return fit(job, *rest)

    monkeypatch.setattr(loop, "fit", spied)
    return jobs


def test_masked_lm_steps_are_added_to_the_tasks_own(
    finished: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task trains on the very batches it has without mixing; between them stand as many as the share."""
    jobs = spied_jobs(monkeypatch)
    plain, mixed = train_step(finished, CHOICES), mixed_step(finished, share=0.5)
    plain_facts = trained(plain, finished.place, tmp_path / "plain")
    mixed_facts = trained(mixed, finished.place, tmp_path / "mixed")
    assert (plain_facts["steps"], mixed_facts["steps"]) == (6, 12)
    assert mixed_facts["examples"] == plain_facts["examples"] == 48
    assert [entry["step"] for entry in mixed_facts["log"] if "loss" in entry] == list(range(1, 13))
    batches = [[job.batch(job.order, step) for step in range(job.optimisation.steps)] for job in jobs]
    own = [[item.example for item in items] for _, items in batches[0]]
    seen = [[item.example for item in items] for _, items in batches[1] if len(items[0].sequences) == 5]
    lines = [items for _, items in batches[1] if len(items[0].sequences) == 1]
    assert own == seen
    assert [len(items) for items in lines] == [32] * 6


def test_a_mixed_step_trains_and_keeps_both_heads(finished: Prepared, tmp_path: Path) -> None:
    """The masked-LM head starts as pretrained and moves on; the artifact holds it beside the task's own."""
    step = mixed_step(finished, share=0.5)
    before = load_file(finished.place.store.folder(step.parent) / "heads" / "masked-lm.safetensors")
    trained(step, finished.place, tmp_path / "moved")
    trained(
        step.replace({"training": step.training.replace({"learning_rate": 1e-30, "weight_decay": 0})}),
        finished.place,
        tmp_path / "still",
    )
    names = {"multiple-choice.safetensors", "masked-lm.safetensors"}
    for name in ("moved", "still"):
        assert {path.name for path in (tmp_path / name / "draft" / "heads").iterdir()} == names
    heads = {n: load_file(tmp_path / n / "draft/heads/masked-lm.safetensors") for n in ("moved", "still")}
    assert same_bits(heads["still"], before)
    assert all(not torch.equal(heads["moved"][name], before[name]) for name in before)
    choices = [load_file(tmp_path / n / "draft/heads/multiple-choice.safetensors") for n in heads]
    assert not same_bits(*choices)


def test_mixing_changes_the_encoder_by_what_it_adds(finished: Prepared, tmp_path: Path) -> None:
    """Embeddings of words that no choice holds stay with the plain arm, and move with the mixed one."""
    step = train_step(finished, CHOICES, weight_decay=0)
    mixed = mixed_step(finished, share=0.5)
    mixed = mixed.replace({"training": mixed.training.replace({"weight_decay": 0})})
    parent = load_file(finished.place.store.folder(step.parent) / "model" / "model.safetensors")
    (name,) = (name for name in parent if name.endswith("word_embeddings.weight"))
    trained(step, finished.place, tmp_path / "plain")
    trained(mixed, finished.place, tmp_path / "mixed")
    rows = read_rows(tmp_path / "plain/draft/model")
    assert rows is not None
    assert rows.decay == 1
    moved = (rows.values != parent[name][rows.ids]).any(dim=1).sum()
    assert 0 < moved <= len(rows.ids) < len(parent[name])
    found = load_file(tmp_path / "mixed/draft/model/model.safetensors")
    assert (found[name] != parent[name]).any(dim=1).all()


@pytest.mark.parametrize("checks", [0, 1, 2, 5, 11])
def test_an_interrupted_mixed_step_is_the_same_to_the_bit(
    checks: int, finished: Prepared, tmp_path: Path
) -> None:
    """Stopped after a step of either kind, with looks and dropout: the same heads, encoder and log."""
    step = mixed_step(finished, share=0.5)
    step = step.replace({"training": step.training.replace({"evaluate_every": 4})})
    whole = trained(step, finished.place, tmp_path / "whole")
    with pytest.raises(InterruptedRunError, match="run the same command again"):
        trained(step, finished.place, tmp_path / "parts", stopping_after(checks))
    parts = trained(step, finished.place, tmp_path / "parts")
    assert same_bits(weights(tmp_path / "whole" / "draft"), weights(tmp_path / "parts" / "draft"))
    assert whole | {"wall_seconds": 0} == parts | {"wall_seconds": 0}


def test_the_same_mixed_step_twice_is_the_same_to_the_bit(finished: Prepared, tmp_path: Path) -> None:
    """Schedule, lines and masks follow from the seed alone."""
    for name, seed in (("first", 1), ("second", 1), ("third", 2)):
        torch.manual_seed(len(name))
        trained(mixed_step(finished).replace({"seed": seed}), finished.place, tmp_path / name)
    first, second, third = (weights(tmp_path / name / "draft") for name in ("first", "second", "third"))
    assert same_bits(first, second)
    assert not same_bits(first, third)


def test_warm_up_is_a_share_or_a_number_of_steps() -> None:
    """A share is rounded up, a number wins, and neither goes beyond the steps there are."""
    assert optimisation(Training(warmup_share=0.1), 15).warmup_steps == 2
    assert optimisation(Training(warmup_share=0), 15).warmup_steps == 0
    assert optimisation(Training(warmup_steps=500), 15).warmup_steps == 15
    assert optimisation(Training(warmup_steps=5), 15).warmup_steps == 5
