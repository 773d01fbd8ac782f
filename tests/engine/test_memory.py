"""Tests of what steps are expected to need: the arithmetic, and what is learned from finished steps."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.compute.context import Place
from stiltwalk.engine.memory import (
    ACCELERATOR,
    CONTEXT_BYTES,
    PROCESSOR,
    RESIDENT_BYTES,
    Needs,
    class_of,
    estimate,
    sizes_of,
)
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.memory import Pass, Way, activations, need, prediction
from stiltwalk.plan.memory_class import Sized
from stiltwalk.plan.references import base
from stiltwalk.plan.sizes import Sizes
from stiltwalk.plan.steps import ChooseStep, PredictStep, Step, Trial, key_of
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.spec.arms import MixedMaskedLm
from stiltwalk.spec.encoders import MaskedLm, Shape
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import open_store, publish, read_artifact
from tests.worlds import finish, prepared_study, write_world

SMALL = Sizes(layers=2, hidden=10, feed_forward=40, heads=2, vocabulary=100, positions=0)
TABLE = 100 * 10

PARENT = base("one")
TRAIN = TrainStep(
    kind="target",
    parent=PARENT,
    task="udpos",
    training=Training(batch_size=4, max_tokens=8),
    train="t",
    dev="d",
    seed=1,
    execution=Execution(),
)
PREDICT = PredictStep(
    parent=PARENT,
    task="udpos",
    data={"en": "1", "de": "2"},
    max_tokens=8,
    execution=Execution(micro_tokens=64),
)
PRETRAIN = PretrainStep(
    shape=Shape(layers=2, hidden=10, heads=2),
    text=(),
    vocabulary=None,
    vocabulary_kind="unigram",
    vocabulary_size=100,
    training=MaskedLm(steps=3, batch_size=4, max_tokens=8, mask_share=0.5),
    seed=1,
    execution=Execution(),
)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty store, and an encoder of the shape ``SMALL`` under two hashes."""
    folder = tmp_path / "encoder"
    folder.mkdir()
    config = {
        "num_hidden_layers": 2,
        "hidden_size": 10,
        "intermediate_size": 40,
        "num_attention_heads": 2,
        "vocab_size": 100,
    }
    (folder / "config.json").write_text(json.dumps(config))
    encoders = {"one": folder, "two": folder}
    return Place(open_store(tmp_path / "store"), None, encoders, {}, TASKS)


def finished(place: Place, step: Step, facts: Mapping[str, Any]) -> str:
    """The key of ``step``, published with ``facts``."""
    key = key_of(step)
    draft = place.store.root / "work" / "draft"
    draft.mkdir(parents=True)
    publish(place.store, key, step, facts, draft)
    return key


def on_cpu(peak: int) -> dict[str, Any]:
    """The facts of a step that held ``peak`` bytes of main memory."""
    return {"peak_memory_bytes": peak, "peak_memory_of": "cpu"}


def test_the_arithmetic_of_training() -> None:
    """Four examples of 8 tokens, no row trimmed: the plan's arithmetic, and the table once more."""
    for kind, process in ((PROCESSOR, RESIDENT_BYTES), (ACCELERATOR, CONTEXT_BYTES)):
        kept = activations(SMALL, Pass(32, 8, accelerator=kind == ACCELERATOR))
        assert estimate(TRAIN, SMALL, kind) == process + 16 * SMALL.parameters + 4 * TABLE + kept


def test_the_arithmetic_of_a_trimmed_table() -> None:
    """Rows that are not trained are read all the same."""
    large = SMALL._replace(vocabulary=100_000)
    more = estimate(TRAIN, large, PROCESSOR) - estimate(TRAIN, SMALL, PROCESSOR)
    assert more == 10 * (16 * (45_000 - 100) + 4 * 55_000 + 4 * (100_000 - 100))


def test_the_arithmetic_of_checkpointed_layers_and_bf16() -> None:
    """Execution decides what is kept."""
    deep = SMALL._replace(layers=9)
    for changes, batch in (
        ({"checkpointing": True}, Pass(32, 8)),
        ({"precision": "bf16"}, Pass(32, 8, half=True)),
    ):
        step = TRAIN.replace({"execution": changes})
        way: Way = "checkpointed" if "checkpointing" in changes else "full"
        saved = activations(deep, Pass(32, 8)) - activations(deep, batch, way)
        copies = 2 * deep.inside if batch.half else 0
        assert estimate(TRAIN, deep, ACCELERATOR) - estimate(step, deep, ACCELERATOR) == saved - copies


def test_the_arithmetic_of_training_in_pieces() -> None:
    """State is cut over the processes; the whole model is read, and gathered, in main memory alone."""
    ways: tuple[Way, ...] = ("full", "checkpointed")
    for way in ways:
        execution = {"processes": 2, "sharded": True, "checkpointing": way == "checkpointed"}
        step = TRAIN.replace({"execution": execution})
        there = need(SMALL, Pass(32, 8), way, 2)
        assert estimate(step, SMALL, ACCELERATOR) == CONTEXT_BYTES + there.total
        here = need(SMALL, Pass(32, 8, accelerator=False), way, 2)
        assert estimate(step, SMALL, PROCESSOR) == RESIDENT_BYTES + here.total
    deep = SMALL._replace(layers=500)
    step = TRAIN.replace({"execution": {"processes": 8, "sharded": True, "checkpointing": True}})
    assert estimate(step, deep, PROCESSOR) == RESIDENT_BYTES + (16 // 8 + 4) * deep.parameters


def test_the_arithmetic_of_base_size() -> None:
    """XLM-R Base: the training state with a trimmed table is near the 1.87 GB of this project's arithmetic.

    There 16 bytes a parameter, 40,000 rows of 768 and 86 M parameters inside; here 45,000 rows, and the table
    as it is read.
    """
    base_size = Sizes(12, 768, 3072, 12, 250_002)
    step = TRAIN.replace({"training": {"batch_size": 1, "max_tokens": 8}})
    table = 8 * base_size.table - 4 * 45_000 * 768
    state = estimate(step, base_size, PROCESSOR) - RESIDENT_BYTES - table
    assert state == pytest.approx(1.87e9, rel=0.1)


def test_the_arithmetic_of_masked_lm() -> None:
    """Pretraining adds the scores of the hidden half of 32 tokens over all rows; so does an arm with it."""
    plain = TRAIN.replace({"training": {"batch_size": 4, "max_tokens": 8}})
    scores = int(12 * 32 * 0.5 * 100)
    assert estimate(PRETRAIN, SMALL, PROCESSOR) == estimate(plain, SMALL, PROCESSOR) + scores
    mixed = plain.replace({"masked_lm": MixedMaskedLm(text=("udhr",), mask_share=0.5)})
    large = SMALL._replace(vocabulary=100_000)
    more = estimate(mixed, large, PROCESSOR) - estimate(plain, large, PROCESSOR)
    assert more == 12 * (100_000 - 45_000) * 10 + int(12 * 32 * 0.5 * 100_000)


def test_the_arithmetic_of_prediction() -> None:
    """Weights and the states of one layer at a time, for as many tokens as a pass may hold."""
    weights = 4 * SMALL.parameters + 4 * TABLE
    assert estimate(PREDICT, SMALL, PROCESSOR) == RESIDENT_BYTES + weights + prediction(SMALL, Pass(64, 8))


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        (TRAIN, {"seed": 2}),
        (TRAIN, {"parent": "0" * 64}),
        (TRAIN, {"train": "other", "dev": "other"}),
        (TRAIN, {"training": {"learning_rate": 1.0, "epochs": 9.0, "batch_size": 4, "max_tokens": 8}}),
        (PREDICT, {"parent": "0" * 64, "data": {"en": "3", "de": "4"}}),
        (PRETRAIN, {"seed": 2}),
    ],
)
def test_steps_of_one_class(step: Sized, changes: Mapping[str, Any]) -> None:
    """Seed, weights and the words of the data are not what memory goes by."""
    other = step.replace(changes)
    assert key_of(other) != key_of(step)
    assert class_of(other, SMALL) == class_of(step, SMALL)


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        (TRAIN, {"kind": "intermediate"}),
        (TRAIN, {"task": "panx"}),
        (TRAIN, {"dev": None}),
        (TRAIN, {"others": {"de": "g"}}),
        (TRAIN, {"masked_lm": MixedMaskedLm(text=("udhr",))}),
        (TRAIN, {"training": {"batch_size": 5, "max_tokens": 8}}),
        (TRAIN, {"training": {"batch_size": 4, "max_tokens": 9}}),
        (TRAIN, {"training": {"batch_size": 4, "max_tokens": 8, "examples": 7}}),
        (TRAIN, {"execution": {"micro_tokens": 64}}),
        (TRAIN, {"execution": {"processes": 2}}),
        (PREDICT, {"data": {"en": "1"}}),
        (PREDICT, {"max_tokens": 9}),
        (PREDICT, {"layers": (1, 2)}),
        (PRETRAIN, {"vocabulary_size": 101}),
        (PRETRAIN, {"training": {"steps": 3, "batch_size": 5}}),
    ],
)
def test_steps_of_other_classes(step: Sized, changes: Mapping[str, Any]) -> None:
    """Tasks, languages, batching, execution and the encoder's shape are."""
    assert class_of(step.replace(changes), SMALL) != class_of(step, SMALL)
    assert class_of(step, SMALL._replace(layers=3)) != class_of(step, SMALL)


def test_expectations_are_learned(place: Place) -> None:
    """A finished step speaks for its class, the largest for all; other classes keep the arithmetic."""
    needs = Needs(place, PROCESSOR)
    needs.learn_all()
    assert needs.of(TRAIN) == estimate(TRAIN, SMALL, PROCESSOR)
    for seed, peak in ((2, 700), (3, 900), (4, 800)):
        needs.learn([finished(place, TRAIN.replace({"seed": seed, "parent": base("two")}), on_cpu(peak))])
    assert needs.of(TRAIN) == 900
    assert needs.of(PREDICT) == estimate(PREDICT, SMALL, PROCESSOR)
    later = Needs(place, PROCESSOR)
    later.learn_all()
    assert later.of(TRAIN) == 900


def test_each_kind_of_device_learns_for_itself(place: Place) -> None:
    """Main memory says nothing of an accelerator's; there a process's context comes on top."""
    finished(place, TRAIN.replace({"seed": 2}), on_cpu(700))
    finished(place, TRAIN.replace({"seed": 3}), {"peak_memory_bytes": 500, "peak_memory_of": "cuda"})
    for kind, expected in ((PROCESSOR, 700), (ACCELERATOR, 500 + CONTEXT_BYTES)):
        needs = Needs(place, kind)
        needs.learn_all()
        assert needs.of(TRAIN) == expected


def test_steps_that_say_nothing(place: Place) -> None:
    """Steps without a measured peak, of an unknown kind, or from an encoder elsewhere teach nothing."""
    without = finished(place, TRAIN.replace({"seed": 2}), {})
    elsewhere = finished(place, TRAIN.replace({"seed": 3, "parent": base("three")}), on_cpu(700))
    strange = finished(place, TRAIN.replace({"seed": 4}), on_cpu(700))
    record = place.store.folder(strange) / "step.json"
    record.write_text(record.read_text().replace('"kind": "target"', '"kind": "distil"'))
    shutil.rmtree(place.store.journal)  # another version's publication is not in ours
    needs = Needs(place, PROCESSOR)
    needs.learn_all()
    assert needs.read == {without, elsewhere, strange}
    assert needs.of(TRAIN) == estimate(TRAIN, SMALL, PROCESSOR)
    needs.learn(["0" * 64])  # not finished: it can be learned from later
    assert "0" * 64 not in needs.read


def test_nothing_is_known_of_an_encoder_elsewhere(place: Place) -> None:
    """Then no number is made up."""
    assert Needs(replace(place, encoders={}), PROCESSOR).of(TRAIN) is None


def test_shapes_are_read_from_folders(place: Place, tmp_path: Path) -> None:
    """Of its config.json; where there is none, nothing is known."""
    assert sizes_of(place.encoders["one"]) == SMALL
    assert sizes_of(tmp_path / "absent") is None


def test_a_study_teaches_its_own_steps(tmp_path: Path) -> None:
    """Once a study is finished, each of its steps is expected to need what it did."""
    prepared: Prepared = prepared_study(
        write_world(tmp_path / "data"), tmp_path / "store", {"targets": ["tatoeba"], "intermediate": []}
    )
    finish(prepared)
    needs = Needs(prepared.place, PROCESSOR)
    needs.learn_all()
    peaks = [
        read_artifact(prepared.place.store, key).facts["peak_memory_bytes"] for key in prepared.plan.nodes
    ]
    assert [needs.of(node.step) for node in prepared.plan.nodes.values()] == peaks


def test_a_choice_needs_a_process_and_no_more(tmp_path: Path) -> None:
    """It reads what others found: no encoder is loaded for it."""
    place = Place(open_store(tmp_path / "store"), None, {}, {}, {})
    step = ChooseStep(trials=(Trial(rate=1e-5, steps=("a" * 64,)), Trial(rate=2e-5, steps=("b" * 64,))))
    assert Needs(place, PROCESSOR).of(step) == RESIDENT_BYTES
