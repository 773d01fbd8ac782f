"""Tests of engine.adaptations: what a way of training needs is looked for when a study is planned."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.engine import adaptations
from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.errors import UserError
from tests.worlds import PRETRAIN, prepared_study, write_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the tiny world."""
    return write_world(tmp_path_factory.mktemp("world"))


def encoders(*ways: object) -> dict[str, Any]:
    """The tiny encoder, once for each of these ways to train it."""
    return {"encoders": [{**PRETRAIN, "name": f"e{i}", "adaptation": way} for i, way in enumerate(ways)]}


def without(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it seem that nobody installed it."""
    monkeypatch.setattr(adaptations, "find_spec", lambda name: None if name == library else find_spec(name))


@pytest.mark.parametrize(
    ("library", "changes", "message"),
    [
        (
            "peft",
            encoders("full", "lora"),
            r"Encoder 'e1': adaptation: lora needs the library peft.*pip install 'stiltwalk\[peft\]'",
        ),
        (
            "bitsandbytes",
            {"execution": {"optimiser": "adamw-8bit"}},
            r"execution.optimiser: adamw-8bit needs the library bitsandbytes.*'stiltwalk\[eight-bit\]'",
        ),
    ],
)
def test_a_library_that_is_not_installed(
    library: str,
    changes: dict[str, Any],
    message: str,
    world: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The study is refused, and the cure is a command; who does not need it is not asked."""
    without(library, monkeypatch)
    with pytest.raises(UserError, match=message):
        prepared_study(world, tmp_path, changes)
    assert prepared_study(world, tmp_path, encoders("full")).plan.nodes


def test_a_target_that_is_no_layer(world: Path, tmp_path: Path) -> None:
    """Of an encoder yet to be made, and of a given one: the nearest name is said before anything runs."""
    named = {"lora": {"targets": ["query", "valeu"]}}
    expected = r"Encoder '{}': adaptation.lora.targets: no linear layer .*'valeu'\. Did you mean 'value'"
    with pytest.raises(UserError, match=expected.format("e0")):
        prepared_study(world, tmp_path, encoders(named))
    given = {"encoders": [{"name": "given", "source": "pocket-xs", "adaptation": named}]}
    with pytest.raises(UserError, match=expected.format("given")):
        prepared_study(world, tmp_path, given)
    assert not list(tmp_path.glob("steps/*"))


def test_layers_by_their_names_are_part_of_every_training(world: Path, tmp_path: Path) -> None:
    """The word for them means the same; a prediction does not know how its parent was trained."""
    by_word, by_name = {"lora": {"rank": 2}}, {"lora": {"rank": 2, "targets": ["value", "query"]}}
    plan = prepared_study(world, tmp_path, encoders(by_word, by_name, "full")).plan
    steps = [n.step for n in plan.nodes.values() if isinstance(n.step, TrainStep)]
    ways = [step.adaptation.lora.targets if step.adaptation.lora else None for step in steps]
    assert ways.count(("query", "value")) == ways.count(None) == len(steps) / 2 > 0
    keys = {cell.encoder: set() for cell in plan.cells}  # type: ignore[var-annotated]
    for cell in plan.cells:
        keys[cell.encoder].add(cell.key)
    assert keys["e0"] == keys["e1"] != keys["e2"]


def test_a_prediction_knows_nothing_of_the_optimiser(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trainings do, and so do the rows of what was trained."""
    monkeypatch.setattr(adaptations, "find_spec", lambda name: object())
    plan = prepared_study(world, tmp_path, {"execution": {"optimiser": "adamw-8bit"}}).plan
    found = {(isinstance(n.step, PredictStep), n.step.execution.optimiser) for n in plan.nodes.values()}
    assert found == {(True, "adamw"), (False, "adamw-8bit")}
    marked = {(cell.intermediate, cell.target): "eight-bit-optimiser" in cell.caveats for cell in plan.cells}
    assert marked["none", "udpos"]
    assert marked["commonsenseqa", "tatoeba"]
    assert not marked["none", "tatoeba"]
