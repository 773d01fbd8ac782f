"""Hugging Face's side: the unmodified ``Trainer`` set as ``run_xnli.py`` sets it, and a pipeline."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    default_data_collator,
    pipeline,
)

from benchmarks import world
from benchmarks.shapes import BATCH, LONGEST
from benchmarks.turns import Facts, Gate
from stiltwalk.compute.streams import generator
from stiltwalk.spec.tasks import TASKS

EVALUATED = 8
"""Examples in a batch of evaluation: what ``Trainer`` and XTREME's scripts do unless told otherwise."""

Pairs = list[dict[str, str]]


class _Turns(TrainerCallback):
    """Waits before every optimiser step."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """Called by the trainer, which has collated the step's batch by then."""
        self._gate.wait()


def train(gate: Gate, options: Mapping[str, Any]) -> Facts:
    """Fine-tune for ``options["steps"]`` steps and save; a unit is an optimiser step.

    Every step has the examples of our step: the file is put in our order, and read from its beginning.
    ``options["pad"]`` pads to 128 sub-words, or else to the longest of the batch.

    Returns:
        The loss of every step, and the bytes that were saved.
    """
    torch.set_num_threads(os.cpu_count() or 1)
    folder, steps, pad = Path(options["folder"]), options["steps"], bool(options["pad"])
    model, tokenizer = _loaded(folder)
    pairs = _pairs(folder / world.TASK / "train.tsv")
    epochs = range(-(-steps * BATCH // len(pairs)))
    order = [i for e in epochs for i in generator(world.SEED, "order", world.TASK, e).permutation(len(pairs))]
    encoded = _encoded([pairs[i] for i in order], tokenizer, pad)
    saved = Path(options["scratch"]) / "theirs"
    trainer = Trainer(
        model=model,
        args=arguments(
            saved,
            per_device_train_batch_size=BATCH,
            max_steps=steps,
            learning_rate=2e-5,
            train_sampling_strategy="sequential",
            logging_steps=1 if options["losses"] else 500,
            save_strategy="no",
        ),
        train_dataset=encoded,
        data_collator=default_data_collator if pad else DataCollatorWithPadding(tokenizer),
        processing_class=tokenizer,
        callbacks=[_Turns(gate)],
    )
    trainer.train()
    model.save_pretrained(saved)
    return {
        "losses": [entry["loss"] for entry in trainer.state.log_history if "loss" in entry],
        "bytes": sum(path.stat().st_size for path in saved.iterdir() if path.is_file()),
    }


def evaluate(gate: Gate, options: Mapping[str, Any]) -> Facts:
    """Predict one language after the other in batches of 8 padded to 128; a unit is all of it."""
    torch.set_num_threads(os.cpu_count() or 1)
    folder = Path(options["folder"])
    model, tokenizer = _loaded(folder)
    trainer = Trainer(
        model=model,
        args=arguments(Path(options["scratch"]) / "theirs", per_device_eval_batch_size=EVALUATED),
        data_collator=default_data_collator,
        processing_class=tokenizer,
    )
    languages = [_encoded(part, tokenizer, pad=True) for part in _tests(folder, options["examples"])]
    found: list[int] = []
    for _ in range(options["turns"]):
        gate.wait()
        found = [int(np.argmax(row)) for part in languages for row in trainer.predict(part).predictions]
    gate.wait()
    return {"predictions": found}


def pipe(gate: Gate, options: Mapping[str, Any]) -> Facts:
    """Predict from text with the classification pipeline as it comes, one by one; a unit is all of it."""
    torch.set_num_threads(os.cpu_count() or 1)
    folder = Path(options["folder"])
    model, tokenizer = _loaded(folder)
    classify: Any = pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")
    pairs = [each for part in _tests(folder, options["examples"]) for each in part]
    texts = [{"text": each["sentence1"], "text_pair": each["sentence2"]} for each in pairs]
    found: list[int] = []
    for _ in range(options["turns"]):
        gate.wait()
        found = [int(model.config.label2id[classify(text)["label"]]) for text in texts]
    gate.wait()
    return {"predictions": found}


def _loaded(folder: Path) -> tuple[Any, Any]:
    model = AutoModelForSequenceClassification.from_pretrained(folder / "classifier")
    return model, AutoTokenizer.from_pretrained(folder / "classifier")


def arguments(saved: Path, **settings: Any) -> Any:
    """``TrainingArguments``: defaults of the library, fused AdamW and clipping at 1.0 among them."""
    return TrainingArguments(
        output_dir=str(saved), use_cpu=True, report_to="none", disable_tqdm=True, **settings
    )


def _tests(folder: Path, examples: int) -> list[Pairs]:
    return [_pairs(folder / "predict" / f"{language}.tsv")[:examples] for language in world.LENGTHS]


def _pairs(path: Path) -> Pairs:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, dialect="excel-tab", quoting=csv.QUOTE_NONE))


def _encoded(pairs: Pairs, tokenizer: Any, pad: bool) -> Dataset:
    columns = tokenizer(
        [each["sentence1"] for each in pairs],
        [each["sentence2"] for each in pairs],
        padding="max_length" if pad else False,
        max_length=LONGEST,
        truncation=True,
    )
    labels = [TASKS[world.TASK].labels.index(each["gold_label"]) for each in pairs]
    return Dataset.from_dict({**columns, "label": labels})
