"""Tests of compute.sentence_encoder: a saved pipeline against the same by hand, and its rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import AutoModel, AutoTokenizer

from stiltwalk.compute.context import Monitor
from stiltwalk.compute.encoder import load_start
from stiltwalk.compute.vectors import vectors_by_layer, wanted_layers
from stiltwalk.engine.prepare import Prepared, prepare_evaluation
from stiltwalk.plan.steps import PredictStep
from stiltwalk.spec.errors import UserError
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import open_store
from tests.compute.fakes import accelerator
from tests.sentence_encoders import MODULES, write, write_sentence_encoder
from tests.worlds import finish, prepared_study, tiny_study

TEXTS = (
    "The quick brown fox",
    "Der Hund",
    "the letters that were found in the old house by the river again .",
)
"""The last is longer than the 12 tokens that the encoder reads."""


def evaluation(
    folder: Path, world: Path, store: Path, encoder: Any = None, target: Any = "tatoeba"
) -> Prepared:
    """The encoder in ``folder`` to be tested on ``target``."""
    source = {"name": "tiny", "source": str(folder), **(encoder or {})}
    study = tiny_study({"encoders": [source], "targets": [target], "intermediate": []})
    return prepare_evaluation(study, open_store(store), world)


def only_step(prepared: Prepared) -> PredictStep:
    """The one step of an evaluation."""
    (node,) = prepared.plan.nodes.values()
    assert isinstance(node.step, PredictStep)
    return node.step


def vectors(prepared: Prepared) -> Tensor:
    """What the evaluation makes of ``TEXTS``."""
    step = only_step(prepared)
    start = load_start(prepared.place, step.parent)
    found = vectors_by_layer(step, start, TEXTS, wanted_layers(step), accelerator(), Monitor())
    ((_, made),) = found
    return torch.from_numpy(made)


def states(folder: Path, text: str) -> Tensor:
    """``(tokens, hidden)`` of the last layer, by transformers alone."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        encoded = tokenizer(text, return_tensors="pt", truncation=True, max_length=12)
        return model(**encoded).last_hidden_state[0]  # type: ignore[no-any-return]


def dense(folder: Path, vector: Tensor) -> Tensor:
    """The saved linear layer."""
    weights = load_file(folder / "2_Dense" / "model.safetensors")
    return weights["linear.weight"] @ vector + weights["linear.bias"]


def test_first_token_dense_and_length_one(world: Path, tmp_path: Path) -> None:
    """As LaBSE: the first token, a linear layer with tanh, and length 1."""
    folder = write_sentence_encoder(tmp_path / "e")
    for text, vector in zip(TEXTS, vectors(evaluation(folder, world, tmp_path / "store")), strict=True):
        expected = torch.tanh(dense(folder, states(folder, text)[0]))
        assert torch.allclose(vector, expected / expected.norm(), atol=1e-5)


def test_mean_with_a_prefix(world: Path, tmp_path: Path) -> None:
    """As multilingual E5: a prefix, the mean over all tokens, and length 1."""
    modules = (*MODULES[:2], MODULES[3])
    prompts = {"prompts": {"query": "by the "}, "default_prompt_name": "query"}
    folder = write_sentence_encoder(tmp_path / "e", modules, {"pooling_mode": "mean"}, prompts)
    for encoder, prefix in ((None, "by the "), ({"prefix": "a man "}, "a man "), ({"prefix": ""}, "")):
        made = vectors(evaluation(folder, world, tmp_path / "store", encoder))
        for text, vector in zip(TEXTS, made, strict=True):
            expected = states(folder, prefix + text).mean(0)
            assert torch.allclose(vector, expected / expected.norm(), atol=1e-5)


def test_largest_value_and_no_length(world: Path, tmp_path: Path) -> None:
    """The largest value of each dimension, padding left out, then a linear layer alone."""
    identity = "torch.nn.modules.linear.Identity"
    folder = write_sentence_encoder(tmp_path / "e", MODULES[:3], {"pooling_mode": "max"}, activation=identity)
    for text, vector in zip(TEXTS, vectors(evaluation(folder, world, tmp_path / "store")), strict=True):
        assert torch.allclose(vector, dense(folder, states(folder, text).amax(0)), atol=1e-5)


def test_lower_case(world: Path, tmp_path: Path) -> None:
    """Texts are lower-cased where the encoder was saved so, the prefix with them."""
    folder = write_sentence_encoder(tmp_path / "e", MODULES[:2])
    write(folder / "sentence_bert_config.json", {"max_seq_length": 12, "do_lower_case": True})
    made = vectors(evaluation(folder, world, tmp_path / "store", {"prefix": "DER "}))
    for text, vector in zip(TEXTS, made, strict=True):
        assert torch.allclose(vector, states(folder, "der " + text.lower())[0], atol=1e-5)


def test_rows_say_that_it_is_the_encoder_s_own(world: Path, tmp_path: Path) -> None:
    """Pooling "own", the last layer, and the caveat; nothing of it where a layer is chosen but the caveat."""
    folder = write_sentence_encoder(tmp_path / "e")
    own = evaluation(folder, world, tmp_path / "store")
    assert (only_step(own).pooling, only_step(own).layer) == ("own", 2)
    finish(own)
    frame = study_rows(own.place.store, own.plan)
    assert (set(frame["pooling"]), set(frame["layer"])) == ({"own"}, {2})
    assert all("sentence-encoder" in caveats.split(";") for caveats in frame["caveats"])
    for encoder, target, expected in (
        ({"retrieval_layer": 1}, "tatoeba", ("mean", 1, None)),
        (None, {"task": "tatoeba", "layers": "all"}, ("mean", None, (0, 1, 2))),
        (None, {"task": "tatoeba", "pooling": "cls"}, ("cls", 1, None)),
    ):
        chosen = evaluation(folder, world, tmp_path / "store", encoder, target)
        step = only_step(chosen)
        assert (step.pooling, step.layer, step.layers) == expected
        assert "sentence-encoder" in chosen.plan.cells[0].caveats


def test_arms_are_compared_by_the_same_vectors(world: Path, tmp_path: Path) -> None:
    """Where an arm trains the encoder, which then has no such pipeline, the baseline does without, too."""
    folder = write_sentence_encoder(tmp_path / "e")
    encoders = [{"name": "tiny", "source": str(folder)}]
    for arms, pooling in ((["commonsenseqa"], "mean"), ([], "own")):
        changes = {"encoders": encoders, "intermediate": arms, "targets": ["tatoeba"]}
        plan = prepared_study(world, tmp_path / "store", changes).plan
        found = {n.step.pooling for n in plan.nodes.values() if isinstance(n.step, PredictStep)}
        assert found == {pooling}


def test_other_weights_are_refused(world: Path, tmp_path: Path) -> None:
    """A dense layer whose weights are of another shape is named."""
    folder = write_sentence_encoder(tmp_path / "e")
    path = folder / "2_Dense" / "model.safetensors"
    save_file({"linear.weight": torch.zeros(6, 15), "linear.bias": torch.zeros(6)}, path)
    with pytest.raises(
        UserError, match=r"2_Dense/model\.safetensors does not hold the weights of a dense layer"
    ):
        vectors(evaluation(folder, world, tmp_path / "store"))


def test_a_prompt_must_be_chosen_before_anything_runs(world: Path, tmp_path: Path) -> None:
    """Several prompts and no default: refused when planned."""
    prompts = {"prompts": {"query": "query: ", "passage": "passage: "}}
    folder = write_sentence_encoder(tmp_path / "e", prompts=prompts)
    with pytest.raises(UserError, match="'tiny' knows several prompts and none by default"):
        evaluation(folder, world, tmp_path / "store")
    assert only_step(evaluation(folder, world, tmp_path / "store", {"prefix": ""})).prefix == ""
