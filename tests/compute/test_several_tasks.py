"""Tests of training on several tasks at once: whose steps there are, what they train, and what is kept."""

from __future__ import annotations

import os
import signal
from collections import Counter
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load_file
from scipy.stats import chisquare

from stiltwalk.compute import learners, loop
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.compute.lineage import lineage, seen_texts
from stiltwalk.compute.rows import read_rows
from stiltwalk.compute.train import train
from stiltwalk.data.load import load
from stiltwalk.data.overlap import text_hashes
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.errors import InterruptedRunError
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import read_artifact
from tests.compute.fakes import (
    accelerator,
    same_bits,
    several_step,
    stopping_after,
    train_step,
    weights,
)
from tests.worlds import finish, node, prepared_study

NAMES = ("commonsenseqa", "udpos", "tydiqa")
MLM = {"share": 0.25, "lines": 10, "max_tokens": 32}


def trained(step: TrainStep, place: Place, folder: Path, monitor: Monitor | None = None) -> dict[str, Any]:
    """The facts of ``train`` in ``folder``, whose draft holds the artifact."""
    (folder / "draft").mkdir(parents=True, exist_ok=True)
    return train(step, place, accelerator(), folder, monitor or Monitor())


def changed(step: TrainStep, training: dict[str, Any]) -> TrainStep:
    """``step`` with these hyper-parameters of all its tasks changed."""
    also = [part.replace({"training": part.training.replace(training)}) for part in step.also]
    return step.replace({"training": step.training.replace(training), "also": also})


class _Enough(Exception):  # noqa: N818  no error
    """Raised where training would begin."""


def job_of(step: TrainStep, place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch) -> loop.Job:
    """What ``step`` would train."""
    jobs: list[loop.Job] = []

    def spied(job: loop.Job, *rest: Any) -> Any:
        jobs.append(job)
        raise _Enough

    with monkeypatch.context() as patch:
        patch.setattr(loop, "fit", spied)
        with pytest.raises(_Enough):
            trained(step, place, folder)
    (job,) = jobs
    return job


def test_every_step_is_one_tasks(finished: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each task walks through its own epochs: the very batches that it has when it is trained alone."""
    step = several_step(finished, {"exponent": 0}).replace({"seed": 3})
    job = job_of(step, finished.place, tmp_path / "several", monkeypatch)
    batches: dict[int, list[list[int]]] = {5: [], 1: []}
    for done in range(job.optimisation.steps):
        _, items = job.batch(job.order, done)
        (rows,) = {len(item.sequences) for item in items}
        if rows == 5 or len(items[0].target) != 2:  # a span has a start and an end
            batches[rows].append([item.example for item in items])
    for rows, title in ((5, "intermediate commonsenseqa, seed 1"), (1, "target udpos, seed 1")):
        alone = train_step(finished, title, **step.training.model_dump()).replace({"seed": 3})
        found = batches[rows]
        assert found
        passes = -(-len(found) // 6)
        alone = alone.replace({"training": alone.training.replace({"epochs": passes})})
        single = job_of(alone, finished.place, tmp_path / title.split()[1], monkeypatch)
        expected = [[item.example for item in single.batch(single.order, n)[1]] for n in range(len(found))]
        assert found == expected


def test_the_mix_is_what_was_trained(finished: Prepared, tmp_path: Path) -> None:
    """Steps are the epochs' of all tasks; what each had stands in the facts and, last, in the log."""
    step = several_step(finished, {"exponent": 0.5}, **MLM)
    facts = trained(step, finished.place, tmp_path)
    alone = [max(1, round(step.training.epochs * -(-count // 8))) for count in (48, 48, facts["items"] - 96)]
    own, mix = sum(alone), facts["mix"]
    assert list(mix) == [*NAMES, "masked-lm"]
    assert mix["masked-lm"]["steps"] == round(own / 3)
    assert sum(mix[name]["steps"] for name in NAMES) == own
    assert facts["steps"] == facts["planned_steps"] == own + round(own / 3)
    assert mix["masked-lm"]["examples"] == 32 * mix["masked-lm"]["steps"]
    assert all(0 < each["examples"] < each["tokens"] for each in mix.values() if each["steps"])
    assert facts["tokens"] == sum(each["tokens"] for each in mix.values())
    assert facts["flops"] == 6 * facts["encoder_parameters"] * facts["tokens"]
    assert facts["log"][-1] == {"step": facts["steps"], "mix": mix}
    assert facts["examples"] == 48 + 48 + len(load(TASKS["tydiqa"], "train", "en", finished.place.data_dir))
    assert facts["batch_size"] == 8


def test_tokens_of_a_single_task_by_hand(finished: Prepared, tmp_path: Path) -> None:
    """Two epochs read every real sub-word twice, and padding never."""
    step = train_step(finished, "target udpos, seed 1", epochs=2)
    facts = trained(step, finished.place, tmp_path)
    assert facts["mix"] == {"udpos": {"steps": 12, "examples": 96, "tokens": facts["tokens"]}}
    once = trained(changed(step, {"epochs": 1}), finished.place, tmp_path / "1")
    assert facts["tokens"] == 2 * once["tokens"]
    assert "mix" not in facts["log"][-1]


def test_the_realised_schedule_is_as_in_theory(
    finished: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of some 600 steps as many are each task's as it is weighed, up to chance (Pearson's test)."""
    step = several_step(finished, {"weights": {"commonsenseqa": 1, "udpos": 2, "tydiqa": 3}})
    step = changed(step, {"epochs": 50})
    job = job_of(step, finished.place, tmp_path, monkeypatch)
    found: Counter[str] = Counter()
    for done in range(job.optimisation.steps):
        item = job.batch(job.order, done)[1][0]
        found["choices" if len(item.sequences) == 5 else "spans" if len(item.target) == 2 else "tags"] += 1
    assert found.total() > 500
    expected = {"choices": found.total() / 6, "tags": found.total() / 3, "spans": found.total() / 2}
    assert chisquare([found[name] for name in expected], list(expected.values())).pvalue > 0.001


def test_a_cap_cuts_epochs_short(finished: Prepared, tmp_path: Path) -> None:
    """At most sixteen items count of each task: two steps of eight an epoch."""
    step = several_step(finished, {"cap": 16})
    facts = trained(changed(step, {"epochs": 2}), finished.place, tmp_path)
    tydi = facts["items"] - 96
    assert facts["steps"] == 2 * 2 + 2 * 2 + 2 * -(-min(16, tydi) // 8)


def test_a_number_of_steps_is_that_of_all_tasks(finished: Prepared, tmp_path: Path) -> None:
    """Where it is given, epochs are no matter."""
    step = several_step(finished, {})
    step = changed(step, {"steps": 5})
    facts = trained(step, finished.place, tmp_path)
    assert facts["steps"] == sum(each["steps"] for each in facts["mix"].values()) == 5


@pytest.mark.parametrize("mixed", [{}, {**MLM, "placement": "replacing"}])
def test_several_tasks_are_resumed_to_the_bit(mixed: Any, finished: Prepared, tmp_path: Path) -> None:
    """Stopped now and then and gone on from, with looks at all dev sets: the same weights, facts and log."""
    step = several_step(finished, {"exponent": 0}, **mixed)
    step = changed(step, {"evaluate_every": 4})
    whole = trained(step, finished.place, tmp_path / "whole")
    for checks in (1, 3, 5):
        with pytest.raises(InterruptedRunError):
            trained(step, finished.place, tmp_path / "parts", stopping_after(checks))
    parts = trained(step, finished.place, tmp_path / "parts")
    assert same_bits(weights(tmp_path / "whole" / "draft"), weights(tmp_path / "parts" / "draft"))
    assert whole | {"wall_seconds": 0} == parts | {"wall_seconds": 0}


def _killed(step: TrainStep, place: Place, folder: Path, looks: int) -> None:
    """Train until that many checks passed, then die as a process dies that nobody asks."""
    torch.set_num_threads(1)
    left = iter(range(looks))

    def dying() -> bool:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    trained(step, place, folder, Monitor(stopping=dying))


def test_a_killed_training_is_resumed_to_the_bit(finished: Prepared, tmp_path: Path) -> None:
    """With a checkpoint after every step, SIGKILL costs nothing but time."""
    step = several_step(finished, {}, **MLM)
    place = replace(finished.place, checkpoint_seconds=0)
    whole = trained(step, place, tmp_path / "whole")
    child = get_context("spawn").Process(target=_killed, args=(step, place, tmp_path / "parts", 4))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert list((tmp_path / "parts").glob("checkpoint-*"))
    parts = trained(step, place, tmp_path / "parts")
    assert same_bits(weights(tmp_path / "whole" / "draft"), weights(tmp_path / "parts" / "draft"))
    assert whole | {"wall_seconds": 0} == parts | {"wall_seconds": 0}


def test_the_same_seed_gives_the_same_bits(finished: Prepared, tmp_path: Path) -> None:
    """Draws, orders and heads follow from the seed alone."""
    for name, seed in (("first", 1), ("second", 1), ("third", 2)):
        torch.manual_seed(len(name))
        trained(several_step(finished, {}).replace({"seed": seed}), finished.place, tmp_path / name)
    first, second, third = (weights(tmp_path / name / "draft") for name in ("first", "second", "third"))
    assert same_bits(first, second)
    assert not same_bits(first, third)


def test_a_head_a_task_is_kept(finished: Prepared, tmp_path: Path) -> None:
    """Under its type and its name; each begins as when its task is trained alone."""
    step = several_step(finished, {}, **MLM)
    still = changed(step, {"learning_rate": 1e-30, "weight_decay": 0})
    trained(still, finished.place, tmp_path / "still")
    heads = tmp_path / "still" / "draft" / "heads"
    assert {path.stem for path in heads.iterdir()} == {
        "multiple-choice.commonsenseqa",
        "token-classification.udpos",
        "question-answering.tydiqa",
        "masked-lm",
    }
    alone = train_step(finished, "target udpos, seed 1", learning_rate=1e-30, weight_decay=0)
    trained(alone, finished.place, tmp_path / "alone")
    expected = load_file(tmp_path / "alone" / "draft" / "heads" / "token-classification.safetensors")
    found = load_file(heads / "token-classification.udpos.safetensors")
    assert torch.equal(found["out.weight"], expected["out.weight"])


def test_a_shared_head_is_one(finished: Prepared, tmp_path: Path) -> None:
    """Two tasks of one type train it together; it is kept under the name of the first."""
    first, second = (
        train_step(finished, f"target {name}, seed 1") for name in ("tydiqa", "squad-dev-unseen")
    )
    also = {**second.parts[0].model_dump(), "training": first.training}
    one = first.replace({"also": [{**also, "head": "tydiqa"}], "sampling": {"exponent": 0}})
    two = first.replace({"also": [also], "sampling": {"exponent": 0}})
    names = {}
    for name, step in (("one", one), ("two", two)):
        facts = trained(step, finished.place, tmp_path / name)
        assert all(each["steps"] for each in facts["mix"].values())
        names[name] = {path.stem for path in (tmp_path / name / "draft" / "heads").iterdir()}
    assert names["one"] == {"question-answering.tydiqa"}
    assert names["two"] == {"question-answering.tydiqa", "question-answering.squad-dev-unseen"}


def test_the_rows_of_all_tasks_are_trained(finished: Prepared, tmp_path: Path) -> None:
    """The part of the embedding table is the union of the parts that they touch alone."""
    trained(several_step(finished, {}), finished.place, tmp_path / "several")
    found = read_rows(tmp_path / "several" / "draft" / "model")
    union: set[int] = set()
    for title in ("intermediate commonsenseqa, seed 1", "target udpos, seed 1", "target tydiqa, seed 1"):
        trained(train_step(finished, title), finished.place, tmp_path / title.split()[1])
        rows = read_rows(tmp_path / title.split()[1] / "draft" / "model")
        union |= set() if rows is None else set(rows.ids.tolist())
    assert found is None or set(found.ids.tolist()) == union


def test_selection_is_by_the_mean_of_main_scores(
    finished: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three made-up dev scores, 90, 30 and 60: the look says 60, and so do the facts."""
    made = {"commonsenseqa": 90.0, "udpos": 30.0, "tydiqa": 60.0}

    def scored(learner: learners.Learner, material: object, examiner: object) -> dict[str, float]:
        names = ("accuracy", "f1", "exact_match", "f1_seqeval1")
        return dict.fromkeys(names, made[learner.task.name])

    monkeypatch.setattr(learners, "dev_scores", scored)
    step = several_step(finished, {})
    step = changed(step, {"evaluate_every": 100})
    facts = trained(step, finished.place, tmp_path)
    assert [entry["dev"] for entry in facts["log"] if "dev" in entry] == [60.0]
    assert (facts["selection"], facts["dev_score"]) == ("english-dev", 60.0)
    assert {name: each["dev_score"] for name, each in facts["tasks"].items()} == made
    assert facts["chance"] == pytest.approx(np.mean([each["chance"] for each in facts["tasks"].values()]))


def test_one_task_at_chance_does_not_mark_the_run(
    finished: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is marked itself; the run has collapsed where the means are no better than chance."""
    step = several_step(finished, {})
    for name, scores, collapsed in (("one", (20.0, 90.0), False), ("all", (0.0, 0.0), True)):

        def scored(learner: learners.Learner, *rest: object, scores: Any = scores) -> dict[str, float]:
            value = scores[0] if learner.task.name == "commonsenseqa" else scores[1]
            return dict.fromkeys(("accuracy", "f1", "exact_match", "f1_seqeval1"), value)

        monkeypatch.setattr(learners, "dev_scores", scored)
        facts = trained(step, finished.place, tmp_path / name)
        assert facts["degenerate"] is collapsed
        assert facts["tasks"]["commonsenseqa"]["degenerate"] is True


ARMS: list[dict[str, Any] | str] = [
    "commonsenseqa",
    {"tasks": ["commonsenseqa", "udpos"]},
    {"tasks": ["commonsenseqa", "udpos"], "sampling": "uniform", "name": "evenly"},
    {"tasks": ["commonsenseqa", "udpos"], "masked_lm": {"text": ["multi30k"], **MLM}},
    {
        "tasks": ["commonsenseqa", "udpos"],
        "masked_lm": {"text": ["multi30k"], **MLM, "placement": "replacing"},
    },
]


def test_a_study_of_such_arms_runs_to_the_end(world: Path, tmp_path: Path) -> None:
    """Single, several with two samplers, and masked LM in both places; rows and lineage know each of them."""
    changes = {"intermediate": ARMS, "targets": ["tydiqa", "tatoeba"]}
    prepared = prepared_study(world, tmp_path / "store", changes)
    finish(prepared)
    several = "commonsenseqa+udpos"
    names = ["none", "commonsenseqa", several, "evenly", f"{several}+mlm", f"{several}+mlm-replacing"]
    assert list(dict.fromkeys(cell.intermediate for cell in prepared.plan.cells)) == names
    counts = Counter(each.step.kind for each in prepared.plan.nodes.values())
    assert counts == {"pretrain": 1, "intermediate": 5, "target": 6, "predict": 12}
    steps = {}
    for name in names[1:]:
        key = node(prepared.plan, f"intermediate {name}, seed 1").key
        facts = read_artifact(prepared.place.store, key).facts
        found = lineage(prepared.place, key)
        assert found.intermediate == (several if name == "evenly" else name)
        assert (found.examples, found.batch_size) == (48 if name == "commonsenseqa" else 96, 8)
        assert facts["flops"] > 0
        steps[name] = facts["steps"]
    assert list(steps.values()) == [6, 12, 12, 16, 12]
    for cell in prepared.plan.cells:
        rows = pq.read_table(prepared.place.store.folder(cell.key) / "results.parquet").to_pylist()
        assert all(np.isfinite(row["value"]) for row in rows)
    evenly = node(prepared.plan, "intermediate evenly, seed 1").key
    seen = seen_texts(prepared.place, lineage(prepared.place, evenly))
    texts = [text_hashes(load(TASKS[name], "train", "en", world)) for name in ("commonsenseqa", "udpos")]
    assert seen == texts[0] | texts[1]
