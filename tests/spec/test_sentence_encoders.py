"""Tests of spec.sentence_encoders: what is read of a saved pipeline, and what is refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.spec.errors import UserError
from stiltwalk.spec.sentence_encoders import DenseLayer, SentencePipeline, chosen_prompt, read_pipeline

TYPES = ("Transformer", "Pooling", "Dense", "Normalize")


def written(folder: Path, *types: str, package: str = "sentence_transformers.models") -> Path:
    """A folder with these modules, the first token, and a dense layer with Tanh."""
    listed = [
        {"idx": n, "path": f"{n}_{name}" if n else "", "type": f"{package}.{name}"}
        for n, name in enumerate(types)
    ]
    put(folder / "modules.json", listed)
    put(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 8, "pooling_mode_cls_token": True})
    dense = {"in_features": 8, "out_features": 4, "bias": False}
    put(
        folder / "2_Dense" / "config.json",
        dense | {"activation_function": "torch.nn.modules.activation.Tanh"},
    )
    (folder / "2_Dense" / "model.safetensors").write_bytes(b"weights")
    return folder


def put(path: Path, content: object) -> None:
    """``content`` as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def change(path: Path, changes: dict[str, Any]) -> None:
    """The JSON object at ``path`` with ``changes``."""
    put(path, json.loads(path.read_text()) | changes)


def test_a_plain_folder_has_none(tmp_path: Path) -> None:
    """Without modules.json it is no sentence encoder."""
    assert read_pipeline(tmp_path) is None


@pytest.mark.parametrize("package", ["sentence_transformers.models", "sentence_transformers.base.modules.x"])
def test_a_pipeline_as_labse_has_it(tmp_path: Path, package: str) -> None:
    """First token, dense, length 1; wherever in the package the classes lie."""
    dense = DenseLayer(folder="2_Dense", inputs=8, outputs=4, bias=False, activation="Tanh")
    assert read_pipeline(written(tmp_path, *TYPES, package=package)) == SentencePipeline(
        pooling="cls", after=(dense, "normalize"), parts=("1_Pooling", "2_Dense")
    )


def test_modules_go_by_their_index(tmp_path: Path) -> None:
    """Whatever the order in which they are listed."""
    folder = written(tmp_path, *TYPES)
    before = read_pipeline(folder)
    listed = json.loads((folder / "modules.json").read_text())
    put(folder / "modules.json", listed[::-1])
    assert read_pipeline(folder) == before


def test_texts_and_prompts(tmp_path: Path) -> None:
    """Longest input, lower case and prompts are read; empty prompts are none."""
    folder = written(tmp_path, "Transformer", "Pooling")
    put(folder / "sentence_bert_config.json", {"max_seq_length": 128, "do_lower_case": True})
    prompts = {"query": "query: ", "document": ""}
    put(folder / "config_sentence_transformers.json", {"prompts": prompts, "default_prompt_name": "query"})
    change(folder / "1_Pooling" / "config.json", {"include_prompt": False})
    assert read_pipeline(folder) == SentencePipeline(
        pooling="cls",
        max_tokens=128,
        lower_case=True,
        pools_prompt=False,
        prompts={"query": "query: "},
        default_prompt="query",
        parts=("1_Pooling",),
    )


@pytest.mark.parametrize(
    ("config", "pooling"),
    [
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, "mean"),
        ({"pooling_mode_max_tokens": True}, "max"),
        ({"pooling_mode": "mean"}, "mean"),
        ({"pooling_mode": ["cls"]}, "cls"),
    ],
)
def test_pooling_by_either_way_of_saying_it(tmp_path: Path, config: dict[str, Any], pooling: str) -> None:
    """Switches of old, or the one field of today."""
    folder = written(tmp_path, "Transformer", "Pooling")
    put(folder / "1_Pooling" / "config.json", config)
    found = read_pipeline(folder)
    assert found is not None
    assert found.pooling == pooling


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            {"pooling_mode_lasttoken": True},
            r"the pooling pooling_mode_lasttoken\. Known are mean, cls and max",
        ),
        (
            {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True},
            r"pooling_mode_cls_token \+ pooling_mode_mean_tokens\. Known",
        ),
        ({"pooling_mode": "weightedmean"}, "the pooling weightedmean"),
        ({}, "the pooling none"),
        ([], "1_Pooling/config.json holds no JSON object"),
    ],
)
def test_another_pooling_is_named(tmp_path: Path, config: object, message: str) -> None:
    """One that is not known, two at a time, or none."""
    folder = written(tmp_path, "Transformer", "Pooling")
    put(folder / "1_Pooling" / "config.json", config)
    with pytest.raises(UserError, match=message):
        read_pipeline(folder)


@pytest.mark.parametrize(
    ("types", "message"),
    [
        (("Transformer", "Pooling", "LSTM"), r"Transformer, Pooling, LSTM\. .* Not known: LSTM"),
        (
            ("Pooling", "Transformer"),
            "lists the modules Pooling, Transformer.* one Transformer, then one Pooling",
        ),
        (("Transformer", "Normalize"), "lists the modules Transformer, Normalize"),
        (("Transformer", "Pooling", "Pooling"), "lists the modules Transformer, Pooling, Pooling"),
        ((), "lists the modules "),
    ],
)
def test_other_modules_are_named(tmp_path: Path, types: tuple[str, ...], message: str) -> None:
    """A module of another kind, or known ones in another order."""
    with pytest.raises(UserError, match=message):
        read_pipeline(written(tmp_path, *types))


def test_a_module_of_somebody_else_is_named_in_full(tmp_path: Path) -> None:
    """A class from outside sentence-transformers would be code to run: not known, whatever it is called."""
    with pytest.raises(UserError, match=r"Not known: mine\.Pooling, mine\.Transformer"):
        read_pipeline(written(tmp_path, "Transformer", "Pooling", package="mine"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("modules.json", {}, "modules.json is no list of modules"),
        ("modules.json", "{", "No sentence encoder can be read from .*: modules.json"),
        ("2_Dense/config.json", "{", "2_Dense: config.json.* complete it, or remove modules.json"),
    ],
)
def test_broken_files_are_named(tmp_path: Path, name: str, content: object, message: str) -> None:
    """What is no JSON, or of another form, is refused with its place."""
    folder = written(tmp_path, *TYPES)
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(UserError, match=message):
        read_pipeline(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"activation_function": "torch.nn.SiLU"},
            "activation 'torch.nn.SiLU'. Known are: Tanh, Identity, ReLU",
        ),
        ({"module_input_name": "token_embeddings"}, "no dense layer of the sentence's vector"),
    ],
)
def test_another_dense_layer_is_named(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    """An unknown activation, or a layer on something else than the sentence's vector."""
    folder = written(tmp_path, *TYPES)
    change(folder / "2_Dense" / "config.json", changes)
    with pytest.raises(UserError, match=message):
        read_pipeline(folder)


def test_weights_of_another_kind_are_not_read(tmp_path: Path) -> None:
    """A dense layer kept as a pickle is refused with the cure."""
    folder = written(tmp_path, *TYPES)
    (folder / "2_Dense" / "model.safetensors").rename(folder / "2_Dense" / "pytorch_model.bin")
    with pytest.raises(UserError, match=r"2_Dense holds no model\.safetensors.*Save the encoder again"):
        read_pipeline(folder)


@pytest.mark.parametrize("path", ["../outside", "/etc", "a/b"])
def test_nothing_outside_the_folder_is_read(tmp_path: Path, path: str) -> None:
    """A module's place is a sub-folder."""
    folder = written(tmp_path / "encoder", *TYPES)
    listed = json.loads((folder / "modules.json").read_text())
    put(folder / "modules.json", [*listed[:2], listed[2] | {"path": path}])
    with pytest.raises(UserError, match=f"'{path}' is no sub-folder"):
        read_pipeline(folder)


def test_a_transformer_in_a_sub_folder(tmp_path: Path) -> None:
    """As the oldest versions saved it: refused with the cure."""
    folder = written(tmp_path, *TYPES)
    listed = json.loads((folder / "modules.json").read_text())
    put(folder / "modules.json", [listed[0] | {"path": "0_Transformer"}, *listed[1:]])
    with pytest.raises(UserError, match=r"the sub-folder '0_Transformer'\. Save the encoder again"):
        read_pipeline(folder)


PROMPTS = {"query": "query: ", "passage": "passage: "}


@pytest.mark.parametrize(
    ("pipeline", "prefix", "prompt"),
    [
        ({}, None, ""),
        ({}, "query: ", "query: "),
        ({"prompts": PROMPTS, "default_prompt": "query"}, None, "query: "),
        ({"prompts": PROMPTS, "default_prompt": "query"}, "", ""),
        ({"prompts": PROMPTS}, "passage: ", "passage: "),
        ({"prompts": PROMPTS}, "", ""),
        ({"pools_prompt": False}, None, ""),
    ],
)
def test_the_prompt_that_is_put_in_front(pipeline: dict[str, Any], prefix: str | None, prompt: str) -> None:
    """What was chosen, else the default; an empty text chooses nothing."""
    assert chosen_prompt(SentencePipeline(pooling="mean", **pipeline), prefix, "e5") == prompt


def test_a_choice_that_must_be_made() -> None:
    """Several prompts and no default: they are listed, and how to say which."""
    with pytest.raises(UserError, match=r"'e5' knows several prompts.*query: 'query: '.*--prefix TEXT"):
        chosen_prompt(SentencePipeline(pooling="mean", prompts=PROMPTS), None, "e5")


def test_a_prompt_left_out_of_the_pooling() -> None:
    """Is not supported, and said so."""
    with pytest.raises(UserError, match="leaves the prompt 'query: ' out of its pooling"):
        chosen_prompt(SentencePipeline(pooling="mean", pools_prompt=False), "query: ", "e5")
