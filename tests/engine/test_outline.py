"""Tests of planning what is not on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.engine import outline as module
from stiltwalk.engine.missing import Missing, is_absent
from stiltwalk.engine.outline import Outline, outline, published_count
from stiltwalk.engine.prepare import prepare
from stiltwalk.engine.pricing import Wish, price
from stiltwalk.plan.steps import PredictStep, TranslateStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.cards import CARDS
from stiltwalk.spec.errors import DataError, StudyError, UserError
from stiltwalk.spec.study_files import study_from
from stiltwalk.spec.tasks import TASKS, find_task
from stiltwalk.store.store import open_store
from tests.worlds import SMALL_STUDY, tiny_study, write_world

LARGE: Mapping[str, Any] = {
    "study": "large",
    "encoders": ["facebook/xlm-roberta-xl", "google/mt5-xl"],
    "intermediate": ["mnli", {"task": "mnli", "languages": ["en", "de"]}],
    "targets": ["xnli", "tatoeba"],
    "seeds": [1],
}


@pytest.fixture
def nothing_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No hub's cache holds anything."""
    monkeypatch.setattr("stiltwalk.engine.encoder_sizes.try_to_load_from_cache", lambda *a, **k: None)
    monkeypatch.setattr(module, "try_to_load_from_cache", lambda *a, **k: None)


def planned(tmp_path: Path, changes: Mapping[str, Any] | None = None, data: Path | None = None) -> Outline:
    """``LARGE`` with changes, on an empty store."""
    study = study_from({**LARGE, **(changes or {})}, "the large study")
    return outline(study, open_store(tmp_path / "store"), data)


def test_what_is_here_is_planned_as_it_runs(tmp_path: Path) -> None:
    """Nothing is missing, and the keys are those of the run."""
    data, store = write_world(tmp_path / "data"), open_store(tmp_path / "store")
    found = outline(tiny_study(), store, data)
    assert found.missing == Missing()
    assert not found.missing
    assert list(found.prepared.plan.nodes) == list(prepare(tiny_study(), store, data).plan.nodes)


@pytest.mark.usefixtures("nothing_here")
def test_without_data_and_encoders(tmp_path: Path) -> None:
    """Every language of the record counts as tested; shapes and counts are the published ones."""
    found = planned(tmp_path)
    assert found.missing.encoders == ("xlm-roberta-xl", "mt5-xl")
    assert {"xnli", "mnli", "tatoeba"} == {task for task, _, _ in found.missing.data}
    steps = [node.step for node in found.prepared.plan.nodes.values()]
    tested = next(step for step in steps if isinstance(step, PredictStep) and step.task == "xnli")
    assert tuple(tested.data) == find_task("xnli").split("test").languages
    assert all(is_absent(content) for content in tested.data.values())
    assert found.facts.encoders["google/mt5-xl"].layers == 24
    assert found.facts.counts["mnli", "train", "en"] == 392_702
    assert found.facts.counts["mnli", "train", "de"] == 392_702
    assert not any(isinstance(step, TranslateStep) for step in steps)  # published translations count as there


@pytest.mark.usefixtures("nothing_here")
def test_hours_of_what_is_not_here(tmp_path: Path) -> None:
    """MNLI once by XLM-R XL: 3 epochs of 392,702 pairs of 38 tokens, 6 operations of 2.83 B parameters."""
    found = price(planned(tmp_path), Wish(CARDS["H100"]), lambda message: None)
    (cost,) = [
        found.costs[key]
        for key, node in found.plan.nodes.items()
        if node.encoder == "xlm-roberta-xl" and node.title == "intermediate mnli, seed 1"
    ]
    assert cost.tokens == 3 * 392_702 * 38
    assert cost.flops is not None
    assert cost.flops == pytest.approx(6 * 2.83e9 * cost.tokens, rel=0.01)
    assert cost.known == "assumed"
    assert cost.seconds == pytest.approx(cost.flops / (0.3 * 66.9e12), rel=0.05)


@pytest.mark.usefixtures("nothing_here")
def test_a_translator_that_is_not_here(tmp_path: Path) -> None:
    """It is taken to translate what it is asked to; the step is in the plan."""
    changes = {"intermediate": [{"task": "sick", "languages": ["sw"]}], "translation": "somebody/translator"}
    found = planned(tmp_path, changes)
    assert found.missing.translators == ("somebody/translator",)
    (step,) = [
        node.step for node in found.prepared.plan.nodes.values() if isinstance(node.step, TranslateStep)
    ]
    assert (step.into, is_absent(step.translator.partition(":")[2])) == ("sw", True)


def test_what_is_here_is_used(tmp_path: Path) -> None:
    """Half of the data: what is there keeps its content and its own count."""
    data = write_world(tmp_path / "data")
    changes = {"intermediate": ["commonsenseqa", "mnli"], "targets": ["udpos", "xnli"]}
    found = outline(tiny_study(changes), open_store(tmp_path / "store"), data)
    assert {task for task, _, _ in found.missing.data} == {"mnli", "xnli", "udpos", "udhr"}
    assert found.facts.counts["commonsenseqa", "train", "en"] == 48
    here = {
        node.step.train for node in found.prepared.plan.nodes.values() if isinstance(node.step, TrainStep)
    }
    assert {is_absent(content) for content in here} == {True, False}


def test_the_run_still_refuses(tmp_path: Path) -> None:
    """With its own message."""
    study = tiny_study({"intermediate": ["mnli"]})
    with pytest.raises(DataError, match="holds no training data of 'mnli'"):
        prepare(study, open_store(tmp_path / "store"), write_world(tmp_path / "data"))


def test_a_study_that_could_never_run(tmp_path: Path) -> None:
    """What is wrong with it is said, not hidden behind what is missing."""
    changes = {"encoders": SMALL_STUDY["encoders"], "intermediate": [{"task": "sick", "languages": ["sw"]}]}
    with pytest.raises(StudyError, match=r"no training data of 'sick' in 'sw'"):
        planned(tmp_path, changes)


def test_a_broken_file_is_no_missing_one(tmp_path: Path) -> None:
    """It is named, although other data is not here."""
    data = write_world(tmp_path / "data")
    path = data / "commonsenseqa" / "train_rand_split.jsonl"
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    with pytest.raises(DataError, match="train_rand_split"):
        outline(tiny_study({"targets": ["xnli"]}), open_store(tmp_path / "store"), data)


def test_a_data_folder_that_does_not_exist(tmp_path: Path) -> None:
    """A slip of the pen is no plan without data."""
    with pytest.raises(UserError, match=r"does not exist\. Give --data-dir"):
        planned(tmp_path, data=tmp_path / "daat")


@pytest.mark.parametrize(
    ("datum", "count"),
    [
        (("mnli", "train", "en"), 392_702),
        (("mnli", "train", "sw"), 392_702),
        (("xnli", "test", "sw"), 5_010),
        (("pocket-nli", "train", "en"), TASKS["pocket-nli"].split("train").made),
        (("bucc", "test", "de"), None),
    ],
)
def test_published_counts(datum: Any, count: Any) -> None:
    """Of translations as many as of the English; what is made says itself; not all records know."""
    assert published_count(datum, TASKS) == (
        count if count is None or isinstance(count, int) else count.examples
    )
