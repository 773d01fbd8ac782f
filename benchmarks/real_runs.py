"""A training on a real task, said once for both sides; and our side of it.

The encoder has XLM-R's form and random weights, and reads mBERT's 119,547 word pieces. Of UD-POS it learns a
good part all the same; CommonsenseQA, for which one must know things, it can but learn by heart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import XLMRobertaConfig, XLMRobertaModel

from stiltwalk.compute.carry_out import carry_out
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.compute.vocabulary import given_tokenizer
from stiltwalk.data.load import fingerprint
from stiltwalk.plan.references import base
from stiltwalk.plan.steps import key_of
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import open_store, read_artifact

ENCODER = "curves"
"""How a step names the encoder."""

VOCABULARY = Path("vocab/bert-base-multilingual-cased/vocab.txt")
"""Below the data folder."""

POSITIONS = 320
"""More sub-words than EWT's longest sentence has: none is cut by one side and split by the other."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a task is trained with.

    Attributes:
        examples: of its training file, drawn for each seed; few enough that something is learnt in ``steps``.
        steps: optimiser steps of 32 examples.
        learning_rate: the peak.
    """

    examples: int
    steps: int
    learning_rate: float


BATCH = 32
CASES: Mapping[str, Case] = {
    "udpos": Case(examples=6400, steps=200, learning_rate=1e-3),
    "commonsenseqa": Case(examples=320, steps=200, learning_rate=5e-4),
}


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    Attributes:
        side: ``ours`` or ``theirs``.
        task: one of ``CASES``.
        seed: decides which examples in which order, the new head, and dropout.
        hidden: dropout of states, and in heads.
        attention: dropout of attention weights.
        faster: what the learning rate is multiplied by.
    """

    side: str
    task: str
    seed: int
    hidden: float = 0.1
    attention: float = 0.1
    faster: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the loss of every step, and the main score on the dev set (0 to 100)."""

    losses: tuple[float, ...]
    dev: float


def train(run: Run, place: Place) -> Outcome:
    """Our side: the step is trained and published as any engine does it."""
    assert place.data_dir is not None
    step = step_of(run, place.data_dir)
    key = key_of(step)
    carry_out(step, key, place, place.store.root / "draft", Monitor())
    finished = place.store.folder(key)
    facts = read_artifact(place.store, key).facts
    log = [json.loads(line) for line in (finished / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    return Outcome(tuple(entry["loss"] for entry in log if "loss" in entry), facts["dev_score"])


def place_of(run: Run, data_dir: Path, folder: Path) -> Place:
    """An empty store below ``folder``, and the encoder with the run's dropout."""
    write_encoder(folder / "encoder", data_dir / VOCABULARY, run.hidden, run.attention)
    return Place(
        store=open_store(folder / "store"),
        data_dir=data_dir,
        encoders={ENCODER: folder / "encoder"},
        vocabularies={},
        tasks=TASKS,
        checkpoint_seconds=float("inf"),
    )


def step_of(run: Run, data_dir: Path) -> TrainStep:
    """The run as a step; the peer reads its settings from here."""
    case = CASES[run.task]
    content = {split: fingerprint(TASKS[run.task], split, "en", data_dir) for split in ("train", "dev")}
    assert content["train"] is not None, data_dir
    return TrainStep(
        kind="target",
        parent=base(ENCODER),
        task=run.task,
        training=Training(
            learning_rate=run.faster * case.learning_rate,
            batch_size=BATCH,
            epochs=case.steps * BATCH / case.examples,
            max_tokens=POSITIONS,
            examples=case.examples,
        ),
        train=content["train"],
        dev=content["dev"],
        seed=run.seed,
        execution=Execution(threads=1),
    )


def write_encoder(folder: Path, vocabulary: Path, hidden: float, attention: float) -> None:
    """Save encoder and tokenizer as transformers does; the weights are always the same."""
    tokenizer = given_tokenizer(vocabulary, POSITIONS)
    torch.manual_seed(1)
    kind: Any = XLMRobertaConfig
    config = kind(
        vocab_size=len(tokenizer),
        hidden_size=128,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=512,
        max_position_embeddings=POSITIONS + tokenizer.pad_token_id + 1,
        type_vocab_size=1,
        pad_token_id=tokenizer.pad_token_id,
        hidden_dropout_prob=hidden,
        attention_probs_dropout_prob=attention,
    )
    XLMRobertaModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
