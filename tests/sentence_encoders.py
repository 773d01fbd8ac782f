"""Tiny sentence encoders, written in the layout in which sentence-transformers saves them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertModel

from tests.fakes import tiny_tokenizer

MODULES = ("models.Transformer", "models.Pooling", "models.Dense", "models.Normalize")
"""As LaBSE has them: class names below ``sentence_transformers``."""

OLD_POOLING = (
    "pooling_mode_cls_token",
    "pooling_mode_mean_tokens",
    "pooling_mode_max_tokens",
    "pooling_mode_mean_sqrt_len_tokens",
)


def write_sentence_encoder(
    folder: Path,
    modules: tuple[str, ...] = MODULES,
    pooling: Mapping[str, Any] | None = None,
    prompts: Mapping[str, Any] | None = None,
    activation: str = "torch.nn.modules.activation.Tanh",
) -> Path:
    """A BERT of 2 layers, 16 wide, and what stands behind it; the dense layer makes 6 of them.

    Args:
        folder: where it is written.
        modules: class names; the first goes into the folder itself, the others into ``N_Name``.
        pooling: the pooling's config beside its width; default: the first token, as LaBSE has it.
        prompts: content of ``config_sentence_transformers.json``; default: no such file.
        activation: of the dense layer.
    """
    tokenizer = tiny_tokenizer("wordpiece")
    tokenizer.save_pretrained(folder)
    torch.manual_seed(4)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=24,
        max_position_embeddings=32,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    places = [f"{n}_{name.rpartition('.')[2]}" if n else "" for n, name in enumerate(modules)]
    listed = [
        {"idx": n, "name": str(n), "path": place, "type": f"sentence_transformers.{name}"}
        for n, (name, place) in enumerate(zip(modules, places, strict=True))
    ]
    write(folder / "modules.json", listed)
    write(folder / "sentence_bert_config.json", {"max_seq_length": 12, "do_lower_case": False})
    if prompts is not None:
        write(folder / "config_sentence_transformers.json", prompts)
    switches = {name: name == "pooling_mode_cls_token" for name in OLD_POOLING}
    write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 16, **(pooling or switches)})
    for place in (p for p in places if p.endswith("_Dense")):
        sizes = {"in_features": 16, "out_features": 6, "bias": True}
        write(folder / place / "config.json", {**sizes, "activation_function": activation})
        weights = {"linear.weight": torch.randn(6, 16), "linear.bias": torch.randn(6)}
        save_file(weights, folder / place / "model.safetensors")
    return folder


def write(path: Path, content: object) -> None:
    """``content`` as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
