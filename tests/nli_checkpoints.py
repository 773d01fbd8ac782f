"""Tiny models of natural language inference, as transformers saves them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

from tests.compute.fakes import tiny_settings
from tests.fakes import tiny_tokenizer

CLASSES = ("entailment", "neutral", "contradiction")


def saved_nli(folder: Path, labels: tuple[str, ...] = CLASSES, architecture: str = "bert") -> Path:
    """A random model with a head for ``labels`` and its tokenizer, as transformers saves them."""
    tokenizer = tiny_tokenizer("wordpiece" if architecture == "bert" else "unigram")
    settings: dict[str, Any] = tiny_settings(tokenizer) | {"id2label": dict(enumerate(labels))}
    settings["initializer_range"] = 0.6  # so that the outputs of two pairs are far apart
    with torch.random.fork_rng():
        torch.manual_seed(6)
        if architecture == "bert":
            model: Any = BertForSequenceClassification(BertConfig(**settings))
        else:
            settings |= {"type_vocab_size": 1, "max_position_embeddings": 70}
            model = XLMRobertaForSequenceClassification(XLMRobertaConfig(**settings))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
