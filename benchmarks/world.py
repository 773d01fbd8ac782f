"""What both sides read: texts of MNLI's and XNLI's lengths, a tokenizer, and one set of random weights.

Written to a folder, so that each side reads it in its own way:

    mnli/train.tsv          pairs with a label, in the file layout of MNLI
    predict/LANGUAGE.tsv    the same, with the lengths of a language of XNLI
    encoder/                the encoder and the tokenizer, as transformers saves them
    classifier/             the same weights with the head, as transformers saves a classifier
    facts.json              parameters, those that first tokens alone need, and the tokens of every step
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
    XLMRobertaModel,
)

from benchmarks.shapes import BATCH, LONGEST, SHAPES
from benchmarks.turns import Facts, Gate
from stiltwalk.compute.encoder import parameter_counts
from stiltwalk.compute.heads import FirstTokenHead, initialise
from stiltwalk.compute.streams import generator, stream
from stiltwalk.spec.tasks import TASKS

TASK = "mnli"
SEED = 1

ROWS = 250_002
"""Of XLM-R's embedding table."""

TOUCHED = 38_000
"""Rows that English training data of MNLI's size touches (estimated from 0.55 M tokens of English)."""

STEPS = 160
"""Optimiser steps in one pass over the training file."""

TRAIN_LENGTHS = (39.0, 75.0)
"""Mean and 95th percentile of a pair's sub-words in MNLI's training data, special tokens included."""

LENGTHS: Mapping[str, tuple[float, float]] = {"en": (40, 62), "de": (47, 76), "sw": (55, 87)}
"""The same of XNLI's pairs by language, in mBERT's word pieces."""

_FRAME = 4
"""Special tokens of a pair: ``<s> A </s></s> B </s>``."""
_PLAIN = ("a", "b", "1", "2", ".", ",")


def write(gate: Gate, options: Mapping[str, Any]) -> Facts:
    """Write everything of ``options["shape"]`` below ``options["folder"]``, with ``options["dropout"]``."""
    gate.wait()
    folder = Path(options["folder"])
    drawn = np.random.default_rng(7)
    touched = drawn.choice(np.arange(4 + len(_PLAIN), ROWS - 1), TOUCHED, replace=False)
    lengths = _lengths(drawn, STEPS * BATCH, *TRAIN_LENGTHS)
    _write_pairs(folder / TASK / "train.tsv", drawn, lengths, _all_at_least_once(drawn, lengths, touched))
    for language, (mean, high) in LENGTHS.items():
        some = _lengths(drawn, SHAPES[options["shape"]].predicted, mean, high)
        _write_pairs(folder / "predict" / f"{language}.tsv", drawn, some, _zipf(drawn, some, touched))
    parameters, first = _write_models(folder, options["shape"], options["dropout"])
    in_order = lengths[generator(SEED, "order", TASK, 0).permutation(len(lengths))]
    facts = {
        "parameters": parameters,
        "first_tokens_alone": first,
        "step_tokens": in_order.reshape(STEPS, BATCH).sum(1).tolist(),
    }
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    return facts


def _lengths(drawn: np.random.Generator, count: int, mean: float, high: float) -> NDArray[np.int64]:
    """``(count,)`` log-normal lengths of that mean and 95th percentile, at most ``LONGEST``."""
    at_95 = 1.6449
    sigma = at_95 - math.sqrt(at_95**2 - 2 * math.log(high / mean))
    found = drawn.lognormal(math.log(mean) - sigma**2 / 2, sigma, count)
    return np.clip(found.round(), _FRAME + 4, LONGEST).astype(np.int64)


def _zipf(
    drawn: np.random.Generator, lengths: NDArray[np.int64], touched: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Token ids for texts of these lengths, the n-th of ``touched`` being 1/n as frequent as the first."""
    weights = 1 / np.arange(1, len(touched) + 1)
    return drawn.choice(touched, int((lengths - _FRAME).sum()), p=weights / weights.sum())


def _all_at_least_once(
    drawn: np.random.Generator, lengths: NDArray[np.int64], touched: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The same, every id occurring: a trimmed table is as large as with the whole of MNLI."""
    ids = _zipf(drawn, lengths, touched)
    ids[drawn.choice(len(ids), len(touched), replace=False)] = touched
    return ids


def _write_pairs(
    path: Path, drawn: np.random.Generator, lengths: NDArray[np.int64], ids: NDArray[np.int64]
) -> None:
    """Two thirds of an example's tokens are the premise's."""
    labels = TASKS[TASK].labels
    lines = ["sentence1\tsentence2\tgold_label"]
    for text in np.split(ids, np.cumsum(lengths - _FRAME)[:-1]):
        words = [f"w{each}" for each in text]
        middle = 2 * len(words) // 3
        label = labels[drawn.integers(len(labels))]
        lines.append(f"{' '.join(words[:middle])}\t{' '.join(words[middle:])}\t{label}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _tokenizer() -> Any:
    """One token a word, framed like XLM-R; the word ``w17`` has the id 17."""
    words = ["<s>", "<pad>", "</s>", "<unk>", *_PLAIN]
    words += [f"w{each}" for each in range(len(words), ROWS - 1)] + ["<mask>"]
    made = Tokenizer(models.WordLevel({word: row for row, word in enumerate(words)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    kind: Any = PreTrainedTokenizerFast
    return kind(
        tokenizer_object=made,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=512,
        model_input_names=["input_ids", "attention_mask"],
    )


def _write_models(folder: Path, shape: str, dropout: float) -> tuple[int, int]:
    """Save encoder and classifier with the same weights.

    Returns:
        The parameters outside the embeddings, and how many of them no token needs but the first of its
        sequence, from which a pair's class is read: those of the last layer, but for keys and values.
    """
    size = SHAPES[shape]
    labels = TASKS[TASK].labels
    torch.manual_seed(SEED)
    kind: Any = XLMRobertaConfig
    config = kind(
        vocab_size=ROWS,
        hidden_size=size.hidden,
        num_hidden_layers=size.layers,
        num_attention_heads=size.hidden // 64,
        intermediate_size=4 * size.hidden,
        max_position_embeddings=514,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
        num_labels=len(labels),
    )
    classifier = XLMRobertaForSequenceClassification(config)
    head = initialise(FirstTokenHead(size.hidden, len(labels), dropout), stream(SEED, "head", TASK))
    weights = head.state_dict()
    classifier.classifier.load_state_dict(
        {name.replace("out.", "out_proj."): weight for name, weight in weights.items()}
    )
    encoder = XLMRobertaModel(config, add_pooling_layer=False)
    encoder.load_state_dict(classifier.roberta.state_dict())
    tokenizer = _tokenizer()
    for name, model in (("encoder", encoder), ("classifier", classifier)):
        model.save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)
    last: Any = encoder.encoder.layer[-1]
    parts = (last.attention.self.query, last.attention.output, last.intermediate, last.output)
    first = sum(p.numel() for part in parts for p in part.parameters())
    return parameter_counts(encoder)["encoder_parameters"], first
