"""Sentence encoders: how a folder saved by sentence-transformers turns token states into one vector.

``modules.json`` lists the modules in order: ``Transformer``, ``Pooling``, and behind them any number of
``Dense`` and ``Normalize``. Only what these say is read; nothing in the folder is run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from stiltwalk.spec.errors import UserError
from stiltwalk.spec.record import Record

MODULES = "modules.json"
"""The file by which such a folder is recognised."""

Pooled = Literal["mean", "cls", "max"]

_SWITCHES: Mapping[str, Pooled] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
}
"""Switches of ``Pooling`` before it had one field ``pooling_mode``."""

ACTIVATIONS = ("Tanh", "Identity", "ReLU", "GELU")
"""What may follow a dense layer, by the class names of ``torch.nn``."""


class DenseLayer(Record):
    """A linear layer and its activation.

    Attributes:
        folder: below the encoder's folder; holds ``linear.weight`` and, with a bias, ``linear.bias``.
        inputs: width of the vectors that go in.
        outputs: width of those that come out.
        bias: whether there is one.
        activation: one of ``ACTIVATIONS``.
    """

    folder: str
    inputs: int
    outputs: int
    bias: bool
    activation: Literal["Tanh", "Identity", "ReLU", "GELU"]


class SentencePipeline(Record):
    """How the states of the last layer become a sentence's vector.

    Attributes:
        pooling: mean over all tokens, the first token, or the largest value of each dimension.
        after: what follows, in order: a dense layer, or ``normalize`` (to length 1).
        max_tokens: longest input, special tokens included; ``None``: as long as the encoder allows.
        lower_case: whether texts are lower-cased first.
        pools_prompt: whether the tokens of a text put in front are pooled with the others.
        prompts: what may be put in front of a sentence, by name; empty ones left out.
        default_prompt: the name of the one that is put there unasked.
        parts: the sub-folders all this was read from.
    """

    pooling: Pooled
    after: tuple[DenseLayer | Literal["normalize"], ...] = ()
    max_tokens: int | None = None
    lower_case: bool = False
    pools_prompt: bool = True
    prompts: Mapping[str, str] = {}
    default_prompt: str | None = None
    parts: tuple[str, ...] = ()


def read_pipeline(folder: Path) -> SentencePipeline | None:
    """The pipeline of the encoder in ``folder``; ``None`` where there is no ``modules.json``.

    Raises:
        UserError: a file is missing or not readable, or a module, pooling or activation is of a kind that
            stiltwalk does not know; names it.
    """
    if not (folder / MODULES).is_file():
        return None
    modules = [(_kind(module), str(module.get("path", ""))) for module in _read_modules(folder)]
    kinds = [kind for kind, _ in modules]
    unknown = sorted(set(kinds) - {"Transformer", "Pooling", "Dense", "Normalize"})
    if unknown or kinds[:2] != ["Transformer", "Pooling"] or kinds.count("Pooling") > 1:
        raise UserError(
            f"{folder / MODULES} lists the modules {', '.join(kinds)}. Known are Transformer, Pooling, Dense "
            "and Normalize: one Transformer, then one Pooling, then any of the others."
            + (f" Not known: {', '.join(unknown)}." if unknown else "")
        )
    outside = [path for _, path in modules if path != Path(path).name]
    if outside:
        raise UserError(f"{folder / MODULES}: '{outside[0]}' is no sub-folder. Save the encoder again.")
    (_, transformer), (_, pooling), *rest = modules
    if transformer:
        raise UserError(
            f"{folder / MODULES}: the Transformer lies in the sub-folder '{transformer}'. Save the encoder "
            "again with a sentence-transformers of today, which puts it into the folder itself."
        )
    own = _read(folder / pooling / "config.json")
    # sentence_bert_config.json whatever the architecture, but for the oldest, which name their own
    texts: dict[str, Any] = {}
    for path in sorted(folder.glob("sentence_*_config.json")):
        texts |= _read(path)
    place = folder / "config_sentence_transformers.json"
    prompts = _read(place) if place.is_file() else {}
    return SentencePipeline(
        pooling=_pooling(own, folder / pooling),
        after=tuple("normalize" if kind == "Normalize" else _dense(folder, path) for kind, path in rest),
        max_tokens=texts.get("max_seq_length"),
        lower_case=bool(texts.get("do_lower_case")),
        pools_prompt=bool(own.get("include_prompt", True)),
        prompts={name: text for name, text in (prompts.get("prompts") or {}).items() if text},
        default_prompt=prompts.get("default_prompt_name"),
        parts=(pooling, *(path for kind, path in rest if kind == "Dense")),
    )


def chosen_prompt(pipeline: SentencePipeline, prefix: str | None, name: str) -> str:
    """What is put in front of every sentence: ``prefix`` if given, else the default prompt, if there is one.

    Args:
        pipeline: of the encoder.
        prefix: the user's choice; empty: nothing.
        name: of the encoder, for the message.

    Raises:
        UserError: the encoder knows prompts, none of them by default, and none was chosen; or the one chosen
            would have to be left out of the pooling.
    """
    prompt = pipeline.prompts.get(pipeline.default_prompt or "", "") if prefix is None else prefix
    if prefix is None and pipeline.prompts and pipeline.default_prompt is None:
        known = ", ".join(f"{key}: {text!r}" for key, text in pipeline.prompts.items())
        raise UserError(
            f"The sentence encoder '{name}' knows several prompts and none by default ({known}). "
            "Say what is put in front of every sentence: --prefix TEXT, or 'prefix' of the encoder in a "
            "study file; an empty text for nothing."
        )
    if prompt and not pipeline.pools_prompt:
        raise UserError(
            f"The sentence encoder '{name}' leaves the prompt {prompt!r} out of its pooling (include_prompt "
            "is false), which is not supported. Choose an empty prefix."
        )
    return prompt


def _read_modules(folder: Path) -> list[dict[str, Any]]:
    modules = _json(folder / MODULES)
    if not isinstance(modules, list) or not all(isinstance(module, dict) for module in modules):
        raise UserError(f"{folder / MODULES} is no list of modules. Save the encoder again.")
    return sorted(modules, key=lambda module: int(module.get("idx", 0)))


def _kind(module: Mapping[str, Any]) -> str:
    """The class of a module; where in the package it lies has changed between versions."""
    package, _, name = str(module.get("type", "")).rpartition(".")
    return name if package.split(".")[0] == "sentence_transformers" else str(module.get("type", ""))


def _pooling(config: Mapping[str, Any], folder: Path) -> Pooled:
    mode = config.get("pooling_mode")
    modes = [mode] if isinstance(mode, str) else mode or []
    switched = [name for name, on in config.items() if name.startswith("pooling_mode_") and on]
    chosen = [str(name) for name in modes or switched]
    known: dict[str, Pooled] = {**_SWITCHES, "mean": "mean", "cls": "cls", "max": "max"}
    if len(chosen) != 1 or chosen[0] not in known:
        raise UserError(
            f"{folder / 'config.json'} asks for the pooling {' + '.join(chosen) or 'none'}. Known are mean, "
            "cls and max, one of them at a time."
        )
    return known[chosen[0]]


def _dense(folder: Path, path: str) -> DenseLayer:
    place = folder / path / "config.json"
    config = _read(place)
    activation = str(config.get("activation_function", "")).rpartition(".")[2]
    if activation not in ACTIVATIONS:
        raise UserError(
            f"{place} asks for the activation '{config.get('activation_function')}'. "
            f"Known are: {', '.join(ACTIVATIONS)}."
        )
    names = {str(config.get(f"module_{end}_name") or "sentence_embedding") for end in ("input", "output")}
    if not {"in_features", "out_features"} <= set(config) or names != {"sentence_embedding"}:
        raise UserError(
            f"{place} is no dense layer of the sentence's vector: expected in_features and out_features, and "
            "no other name of what goes in and out than sentence_embedding."
        )
    if not (folder / path / "model.safetensors").is_file():
        raise UserError(
            f"{folder / path} holds no model.safetensors, and no other kind of weights is read. Save the "
            "encoder again with a sentence-transformers of today."
        )
    return DenseLayer(
        folder=path,
        inputs=config["in_features"],
        outputs=config["out_features"],
        bias=config.get("bias", True),
        activation=activation,
    )


def _read(path: Path) -> dict[str, Any]:
    """The JSON object in ``path``."""
    found = _json(path)
    if not isinstance(found, dict):
        raise UserError(f"{path} holds no JSON object. Save the encoder again.")
    return found


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(
            f"No sentence encoder can be read from {path.parent}: {path.name}: {error}. It is laid out as "
            "sentence-transformers saves it: complete it, or remove modules.json."
        ) from None
