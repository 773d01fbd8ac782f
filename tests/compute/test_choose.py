"""Tests of choosing a learning rate: by hand, and in a tiny study whose trials are not trained twice."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.compute import train as training
from stiltwalk.compute.carry_out import carry_out
from stiltwalk.compute.choose import TABLE, choose
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.compute.lineage import lineage
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.nodes import Node
from stiltwalk.plan.steps import ChooseStep, Trial, key_of
from stiltwalk.plan.trainings import TrainStep, at_rate
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.recipes import Training
from stiltwalk.store.atomic import read_json
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import Store, open_store, publish, read_artifact, verify_artifact
from tests.worlds import finish, node, prepared_study

CHANGES: Mapping[str, Any] = {
    "study": "tuned",
    "intermediate": [{"task": "commonsenseqa", "rate": {"rates": [5e-3, 1e-4]}}],
    "targets": ["udpos"],
    "seeds": [1, 2],
    "recipe": {
        "name": "pocket",
        "intermediate": {"batch_size": 8},
        "target": {"batch_size": 8, "epochs": 1},
        "rates": {"target": [2e-2, 1e-5]},
    },
}
"""Two rates in between and two for the target, two seeds each: eight trials and two that follow the arm."""


@pytest.fixture(scope="module")
def tuned(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The study, finished."""
    prepared = prepared_study(world, tmp_path_factory.mktemp("tuned") / "store", CHANGES)
    finish(prepared)
    return prepared


def _scored(store: Store, rate: float, scores: list[float], degenerate: bool = False) -> Trial:
    """A trial whose trainings, one a seed, are in the store with these dev scores and 10 steps each."""
    keys = []
    for seed, score in enumerate(scores):
        step = TrainStep(
            kind="intermediate",
            parent="encoder:e",
            task="fake",
            training=Training(learning_rate=rate),
            train="t",
            dev="d",
            seed=seed,
            execution=Execution(),
        )
        draft = store.root / "draft"
        draft.mkdir()
        facts = {"dev_score": score, "degenerate": degenerate, "steps": 10, "tokens": 100, "flops": 6000}
        publish(store, key_of(step), step, facts, draft)
        keys.append(key_of(step))
    return Trial(rate=rate, steps=tuple(keys))


@pytest.mark.parametrize(
    ("scores", "chosen"),
    [
        ({1e-5: [50, 60], 2e-5: [70, 41], 5e-5: [90, 20]}, 2e-5),  # means 55, 55.5 and 55
        ({1e-5: [50, 60], 2e-5: [60, 50], 5e-5: [54, 56]}, 1e-5),  # 55 each: the smallest
        ({1e-5: [10, 10], 2e-5: [60, 50], 5e-5: [50, 60]}, 2e-5),  # 55 twice: the smaller of the two
    ],
)
def test_the_best_mean_by_hand(tmp_path: Path, scores: dict[float, list[float]], chosen: float) -> None:
    """The highest mean over seeds; of equal ones the smallest rate."""
    store = open_store(tmp_path / "store")
    step = ChooseStep(trials=tuple(_scored(store, rate, found) for rate, found in scores.items()))
    (tmp_path / "draft").mkdir()
    facts = choose(step, store, tmp_path / "draft")
    assert facts["rate"] == chosen
    assert [(each["rate"], each["dev_scores"]) for each in facts["rates"]] == list(scores.items())
    assert (facts["trials"], facts["steps"], facts["tokens"], facts["flops"]) == (6, 60, 600, 36000)
    table = json.loads((tmp_path / "draft" / TABLE).read_text())
    assert table == {"rates": facts["rates"], "chosen": chosen}


def test_a_collapsed_trial_counts_as_it_is(tmp_path: Path) -> None:
    """It is not left out: its score is compared, and how many collapsed is said."""
    store = open_store(tmp_path / "store")
    trials = (_scored(store, 1e-5, [40, 40]), _scored(store, 2e-5, [41, 41], degenerate=True))
    (tmp_path / "draft").mkdir()
    facts = choose(ChooseStep(trials=trials), store, tmp_path / "draft")
    assert facts["rate"] == 2e-5
    assert [each["degenerate"] for each in facts["rates"]] == [0, 2]


def _train_node(prepared: Prepared, title: str) -> tuple[Node, TrainStep]:
    found = node(prepared.plan, title)
    assert isinstance(found.step, TrainStep)
    return found, found.step


@pytest.mark.parametrize(
    ("title", "choice"),
    [
        ("intermediate commonsenseqa, seed 2", "choose the rate of intermediate commonsenseqa"),
        ("target udpos, seed 1", "choose the rate of target udpos"),
    ],
)
def test_what_was_chosen_is_the_trial(tuned: Prepared, title: str, choice: str) -> None:
    """The bytes of the trial at that rate, shared on the disk; the record and facts say whose they are."""
    store = tuned.place.store
    found, step = _train_node(tuned, title)
    artifact = read_artifact(store, found.key)
    rate = read_artifact(store, node(tuned.plan, choice).key).facts["rate"]
    trial = read_artifact(store, key_of(at_rate(step, rate)))
    assert artifact.step == step
    assert step.rate_from == node(tuned.plan, choice).key
    assert artifact.facts["learning_rate"] == rate
    assert artifact.facts["chosen_of"] == trial.key
    for name in ("dev_score", "steps", "mix", "wall_seconds", "versions"):
        assert artifact.facts[name] == trial.facts[name]
    files = {path.relative_to(trial.folder) for path in trial.folder.rglob("*") if path.is_file()}
    assert files == {
        path.relative_to(artifact.folder) for path in artifact.folder.rglob("*") if path.is_file()
    }
    own = {Path("step.json"), Path("manifest.json"), Path("step.log")}
    for inside in files:
        assert (artifact.folder / inside).samefile(trial.folder / inside) == (inside not in own)
    for each in (artifact, trial):
        verify_artifact(each)


def test_the_best_of_the_trials_was_chosen(tuned: Prepared) -> None:
    """The chosen rate is the one whose trials' dev scores have the highest mean."""
    store = tuned.place.store
    for title in ("intermediate commonsenseqa", "target udpos"):
        found = node(tuned.plan, f"choose the rate of {title}")
        assert isinstance(found.step, ChooseStep)
        means = {
            trial.rate: sum(read_artifact(store, key).facts["dev_score"] for key in trial.steps) / 2
            for trial in found.step.trials
        }
        best = max(means.values())
        facts = read_artifact(store, found.key).facts
        assert facts["rate"] == min(rate for rate, mean in means.items() if mean == best)
        assert facts["trials"] == 4


def test_behind_an_arm_the_target_is_trained_at_the_rate_of_none(tuned: Prepared) -> None:
    """There is no trial to take over: it is trained, at the rate that the baseline's dev scores chose."""
    store = tuned.place.store
    found, step = _train_node(tuned, "target udpos after commonsenseqa, seed 1")
    choice = node(tuned.plan, "choose the rate of target udpos")
    artifact = read_artifact(store, found.key)
    assert step.rate_from == choice.key
    rate = read_artifact(store, choice.key).facts["rate"]
    assert (artifact.facts["chosen_of"], artifact.facts["learning_rate"]) == (None, rate)
    log = [json.loads(line) for line in (artifact.folder / "log.jsonl").read_text().splitlines()]
    assert max(entry["learning_rate"] for entry in log if "learning_rate" in entry) == pytest.approx(rate)


def test_lineage_follows_the_model_and_not_the_choice(tuned: Prepared) -> None:
    """What stands behind a target's model is its arm, each training once."""
    found, step = _train_node(tuned, "target udpos after commonsenseqa, seed 1")
    descent = lineage(tuned.place, found.key)
    first, _ = _train_node(tuned, "intermediate commonsenseqa, seed 1")
    assert [key_of(each) for each in descent.trained] == [first.key, key_of(step)]
    assert (descent.intermediate, descent.seed, descent.batch_size) == ("commonsenseqa", 1, 8)


def test_rows_are_starred(tuned: Prepared) -> None:
    """A recipe whose rate was chosen is not the recipe as it was published."""
    rows = study_rows(tuned.place.store, tuned.plan)
    assert set(rows["recipe"]) == {"pocket*"}
    assert set(rows["intermediate"]) == {"none", "commonsenseqa"}


def test_k_rates_cost_k_trainings(
    world: Path, tuned: Prepared, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another study with one of the rates fixed finds its trial; run again, nothing is computed."""

    def refused(*_: object) -> None:
        raise AssertionError("nothing is left to train")

    monkeypatch.setattr(training, "load_start", refused)
    fixed = {**CHANGES, "intermediate": [], "recipe": {**CHANGES["recipe"], "rates": {}}}
    fixed["recipe"]["target"] = {**CHANGES["recipe"]["target"], "learning_rate": 1e-5}
    again = prepared_study(world, tuned.place.store.root, fixed)
    target = node(again.plan, "target udpos, seed 2")
    assert tuned.place.store.has(target.key)
    finish(prepared_study(world, tuned.place.store.root, CHANGES))
    # a step that takes over its trial trains nothing either
    copied = tmp_path / "store"
    shutil.copytree(tuned.place.store.root, copied)
    half = prepared_study(world, copied, CHANGES)
    chosen = node(half.plan, "target udpos, seed 2")
    shutil.rmtree(half.place.store.folder(chosen.key))
    finish(half)
    assert half.place.store.has(chosen.key)


def _reopened(tuned: Prepared, world: Path, folder: Path, title: str) -> tuple[Prepared, Node]:
    """A copy of the study in which the step of that title is still to do."""
    shutil.copytree(tuned.place.store.root, folder / "store")
    prepared = prepared_study(world, folder / "store", CHANGES)
    found = node(prepared.plan, title)
    shutil.rmtree(prepared.place.store.folder(found.key))
    return prepared, found


def _killed(found: Node, place: Place, work: Path, files: int) -> None:
    """Take over a trial until that many files are there, then die as a process dies that nobody asks."""
    link = os.link

    def dying(source: Path, target: Path) -> None:
        if sum(path.is_file() for path in work.rglob("*")) == files:
            os.kill(os.getpid(), signal.SIGKILL)
        link(source, target)

    os.link = dying  # type: ignore[assignment]
    carry_out(found.step, found.key, place, work, Monitor())


def test_killed_between_files_nothing_is_half(world: Path, tuned: Prepared, tmp_path: Path) -> None:
    """What was linked before a kill is dropped; the next attempt ends with the whole."""
    prepared, found = _reopened(tuned, world, tmp_path, "target udpos, seed 1")
    store, work = prepared.place.store, tmp_path / "work"
    child = get_context("spawn").Process(target=_killed, args=(found, prepared.place, work, 2))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert not store.has(found.key)
    assert sum(path.is_file() for path in (work / "draft").rglob("*")) == 2
    assert carry_out(found.step, found.key, prepared.place, work, Monitor())
    artifact = read_artifact(store, found.key)
    for each in (artifact, read_artifact(store, artifact.facts["chosen_of"])):
        verify_artifact(each)
    whole = read_json(tuned.place.store.folder(found.key) / "manifest.json")
    again = read_json(artifact.folder / "manifest.json")
    assert whole is not None
    assert again is not None
    # a worker keeps a log beside them, which is its own
    assert whole["files"].keys() - {"step.log"} == again["files"].keys()


def test_where_links_are_impossible_files_are_copied(
    world: Path, tuned: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system without links takes the room twice, and holds the same."""
    prepared, found = _reopened(tuned, world, tmp_path, "intermediate commonsenseqa, seed 1")

    def impossible(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr("stiltwalk.store.atomic.os.link", impossible)
    assert carry_out(found.step, found.key, prepared.place, tmp_path / "work", Monitor())
    artifact = read_artifact(prepared.place.store, found.key)
    trial = read_artifact(prepared.place.store, artifact.facts["chosen_of"])
    ours, theirs = (each.folder / "tokenizer" / "tokenizer.json" for each in (artifact, trial))
    assert ours.read_bytes() == theirs.read_bytes()
    assert not ours.samefile(theirs)


def test_a_damaged_trial_is_not_taken_over(world: Path, tuned: Prepared, tmp_path: Path) -> None:
    """It is checked against its manifest first."""
    prepared, found = _reopened(tuned, world, tmp_path, "target udpos, seed 1")
    assert isinstance(found.step, TrainStep)
    store = prepared.place.store
    choice = read_artifact(store, str(found.step.rate_from))
    trial = read_artifact(store, key_of(at_rate(found.step, choice.facts["rate"])))
    (trial.folder / "log.jsonl").write_text("nothing")
    with pytest.raises(UserError, match=r"damaged: log\.jsonl is not what was published"):
        carry_out(found.step, found.key, prepared.place, tmp_path / "work", Monitor())
