"""The memory that a translation is expected to need beside its process, by arithmetic; not measured."""

from __future__ import annotations

from pathlib import Path

from stiltwalk.plan.steps import TranslateStep
from stiltwalk.store.atomic import read_json

_GROWTH = 3
"""Tokens read and written for one that is read: a translation is cut off at about twice its sentence."""

_SHORT = 16
"""Tokens of a short sentence: so few make the most rows, each with a score for every entry."""


def translation_memory(step: TranslateStep, folder: Path) -> int | None:
    """Bytes for weights in fp32, the keys and values of a batch and its scores; ``None``: not known.

    Args:
        step: the step.
        folder: of its model.
    """
    config = read_json(folder / "config.json")
    if config is None or step.batch_tokens is None:
        return None
    stored = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    # weights stored in half are read in fp32
    half = str(config.get("dtype") or config.get("torch_dtype")) in {"float16", "bfloat16"}
    width = int(config.get("d_model") or 0)
    layers = int(
        config.get("decoder_layers") or config.get("num_decoder_layers") or config.get("num_layers") or 0
    )
    # of both attentions of a decoder's layer, and as much again while a batch is put in order
    kept = _GROWTH * step.batch_tokens * 2 * 2 * layers * width * 4 * 2
    scores = step.batch_tokens // _SHORT * int(config.get("vocab_size") or 0) * 4 * 3
    return stored * (2 if half else 1) + kept + scores
