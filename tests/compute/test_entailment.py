"""Tests of compute.entailment: probabilities are those of transformers, and of the step that was trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
)

import stiltwalk
from stiltwalk.compute.context import Place
from stiltwalk.compute.entailment import CLASSES, class_order, load_entailment, load_trained
from stiltwalk.compute.export import export_model
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.errors import InterruptedRunError, UserError
from stiltwalk.store.store import open_store
from stiltwalk.store.studies import kept_tasks, read_kept_study
from tests.compute.fakes import encoder_folder, stopping_after
from tests.declared import own_study, write_declared
from tests.nli_checkpoints import saved_nli
from tests.worlds import node

PAIRS = (
    ("The quick brown fox jumps over the lazy dog .", "The dog sleeps on ."),
    ("A man inspects the uniform .", "The man sleeps ."),
    ("The letters were found .", "Who wrote the letters that were found in the old house by the river ?"),
    ("A man inspects the uniform .", "The man sleeps ."),
)


def by_transformers(folder: Path, columns: list[int]) -> Any:
    """``(pairs, 3)`` of ``PAIRS`` one by one, by transformers alone."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        rows = [model(**tokenizer(*pair, return_tensors="pt")).logits[0, columns] for pair in PAIRS]
    return torch.softmax(torch.stack(rows), dim=1).numpy()


@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta"])
@pytest.mark.parametrize(
    ("labels", "columns"),
    [
        (("entailment", "neutral", "contradiction"), [0, 1, 2]),
        (("CONTRADICTION", "Neutral", " entailment"), [2, 1, 0]),
        (("contradiction", "entailment", "neutral"), [1, 2, 0]),
    ],
)
def test_probabilities_are_those_of_transformers(
    architecture: str, labels: tuple[str, ...], columns: list[int], tmp_path: Path
) -> None:
    """Entailment, neutral, contradiction, in this order whatever the model's is; equal pairs, equal rows."""
    folder = saved_nli(tmp_path / "m", labels, architecture)
    found = load_entailment(folder, "tiny").probabilities(PAIRS)
    assert found.shape == (4, 3)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, by_transformers(folder, columns), atol=1e-5)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-6)
    assert np.ptp(found, axis=0).max() > 0.01, "the model tells pairs apart"
    np.testing.assert_array_equal(found[1], found[3])


def test_no_pairs_and_long_pairs(tmp_path: Path) -> None:
    """No pair makes no row; a pair longer than the model's positions is cut and not refused."""
    model = load_entailment(saved_nli(tmp_path / "m"), "tiny")
    assert model.probabilities([]).shape == (0, 3)
    found = model.probabilities([("the old dog " * 400, "the river " * 400), ("", "")])
    assert found.shape == (2, 3)
    assert np.isfinite(found).all()


def test_it_stops_when_asked_to(tmp_path: Path) -> None:
    """The monitor that was handed over is heard."""
    model = load_entailment(saved_nli(tmp_path / "m"), "tiny")
    object.__setattr__(model, "monitor", stopping_after(0))
    with pytest.raises(InterruptedRunError):
        model.probabilities(PAIRS)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            ("LABEL_0", "LABEL_1", "LABEL_2"),
            "has the labels LABEL_0, LABEL_1, LABEL_2.*Its author says which",
        ),
        (("entailment", "not_entailment"), "has the labels entailment, not_entailment.*three classes"),
        (("entailment", "neutral", "contradiction", "other"), "has the labels .*other.*three classes"),
        (
            ("entailment", "neutral", "Entailment"),
            "Expected: entailment, neutral, contradiction, in any order",
        ),
    ],
)
def test_other_labels_are_refused(labels: tuple[str, ...], message: str, tmp_path: Path) -> None:
    """Numbered labels, two classes, four, or one twice: said, with what was found and what to do."""
    with pytest.raises(UserError, match=message):
        load_entailment(saved_nli(tmp_path / "m", labels), "tiny")


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    """No config at all: the folder is named."""
    with pytest.raises(UserError, match=r"No model can be read from .*nothing: "):
        load_entailment(tmp_path / "nothing", "tiny")


def test_an_encoder_without_head_is_refused(tmp_path: Path) -> None:
    """Transformers would draw a head at random: what it was saved as is said."""
    with pytest.raises(UserError, match=r"was saved as BertModel: it has no head to judge by"):
        load_entailment(encoder_folder(tmp_path / "e"), "tiny")


def test_incomplete_weights_are_refused(tmp_path: Path) -> None:
    """A missing head would be drawn at random."""
    path = saved_nli(tmp_path / "m") / "model.safetensors"
    kept = {name: tensor for name, tensor in load_file(path).items() if not name.startswith("classifier")}
    save_file(kept, path, {"format": "pt"})
    with pytest.raises(UserError, match=r"incomplete: 2 tensors are missing, classifier\.bias"):
        load_entailment(path.parent, "tiny")


def test_pickled_weights_are_not_read(tmp_path: Path) -> None:
    """Weights beside no safetensors file are refused: reading them could run code."""
    folder = saved_nli(tmp_path / "m")
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(UserError, match="No model can be read from"):
        load_entailment(folder, "tiny")


def test_orders_of_classes() -> None:
    """Index of entailment, neutral and contradiction."""
    assert class_order({0: "contradiction", 1: "entailment", 2: "neutral"}, "m") == (1, 2, 0)


class Trained(NamedTuple):
    """Where a finished study lies, and its plan."""

    place: Place
    plan: Plan

    def key(self, title: str) -> str:
        """Of the step of that title."""
        return node(self.plan, title).key


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """An encoder that was trained on NLI and on tags, on a few lines of declared tasks."""
    folder = tmp_path_factory.mktemp("trained")
    targets = [
        str(write_declared(folder / "tasks", kind))
        for kind in ("sequence-classification", "token-classification")
    ]
    raw = own_study(folder / "tasks", {"intermediate": [], "targets": targets})
    raw["encoders"] = [{"name": "given", "source": str(encoder_folder(folder / "encoder"))}]
    (folder / "study.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")
    stiltwalk.run(folder / "study.yaml", store=folder / "store", workers=0)
    store = open_store(folder / "store")
    return Trained(Place(store, None, {}, {}, kept_tasks(store)), read_kept_study(store, raw["study"]).plan)


def test_a_trained_step_judges_as_its_export(trained: Trained, tmp_path: Path) -> None:
    """The head of a step says what the checkpoint says that transformers opens."""
    key = trained.key("target my-nli, seed 1")
    model = load_trained(trained.place, key)
    assert model.name == f"step {key[:12]}, trained on my-nli"
    found = model.probabilities(PAIRS)
    assert export_model(trained.place, key, tmp_path / "out").task == "my-nli"
    again = load_entailment(tmp_path / "out", "tiny")
    np.testing.assert_allclose(found, again.probabilities(PAIRS), atol=1e-5)
    order = [trained.place.tasks["my-nli"].labels.index(name) for name in CLASSES]
    np.testing.assert_allclose(found, by_transformers(tmp_path / "out", order), atol=1e-5)


def test_other_steps_are_refused(trained: Trained) -> None:
    """A test has no head, and tags are no classes: said, with what was expected."""
    (tested,) = [each for each in trained.plan.nodes.values() if each.title.startswith("predict my-nli")]
    for key, message in (
        (tested.key, r"\(predict\) has no head to judge by\. Name the target training"),
        (trained.key("target my-entities, seed 1"), r"was trained on 'my-entities' \(token-classification\)"),
    ):
        with pytest.raises(UserError, match=message):
            load_trained(trained.place, key)
