"""Our side: a step is trained and published as any engine does it, and predictions come from one stream."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import torch
from accelerate import Accelerator

from benchmarks import world
from benchmarks.shapes import BATCH, LONGEST
from benchmarks.turns import Facts, Gate
from stiltwalk.compute.carry_out import carry_out
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.compute.encoder import load_start
from stiltwalk.compute.heads import EncoderWithHead, initialise
from stiltwalk.compute.infer import infer
from stiltwalk.compute.kinds import kind_of
from stiltwalk.compute.reduced import reduced
from stiltwalk.compute.streams import stream
from stiltwalk.data.load import fingerprint
from stiltwalk.data.table import rows
from stiltwalk.plan.references import base
from stiltwalk.plan.steps import key_of
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.examples import Classified
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import open_store

ENCODER = "benchmark"
"""How a step names the random encoder."""

THREADS = os.cpu_count() or 1


def train(gate: Gate, options: Mapping[str, Any]) -> Facts:
    """Fine-tune for ``options["steps"]`` steps and publish; a unit is an optimiser step.

    In ``options["precision"]``, by default fp32.

    Returns:
        The loss of every step, and the bytes of model and head in the store.
    """
    folder = Path(options["folder"])
    place = _place(folder, options)
    step = _step(folder, options["steps"], options.get("precision", "fp32"))

    def stopping() -> bool:
        """The loop asks before every step; here it waits for its turn."""
        gate.wait()
        return False

    key = key_of(step)
    carry_out(step, key, place, Path(options["scratch"]) / key, Monitor(stopping=stopping))
    finished = place.store.folder(key)
    log = [json.loads(line) for line in (finished / "log.jsonl").read_text().splitlines()]
    return {
        "losses": [entry["loss"] for entry in log if "loss" in entry],
        "bytes": sum(
            path.stat().st_size for part in ("model", "heads") for path in (finished / part).rglob("*.*")
        ),
    }


def predict(gate: Gate, options: Mapping[str, Any]) -> Facts:
    """Predict the test files of all languages as one stream; a unit is all of it, ``turns`` times.

    With ``options["from_text"]`` tokenising is part of it, as where the peer tokenises too. All of it is in
    ``options["precision"]``, whose weights are made before; by default in fp32.
    """
    torch.set_num_threads(THREADS)
    folder = Path(options["folder"])
    start = load_start(_place(folder, options), base(ENCODER))
    task = TASKS[world.TASK]
    kind = kind_of(task)
    config: Any = start.encoder.model.config
    head = initialise(kind.head(task, config.hidden_size, 0.0), stream(world.SEED, "head", task.name))
    model = EncoderWithHead(start.encoder.model, head)
    examples = [each for name in world.LENGTHS for each in _test(folder, name)[: options["examples"]]]
    tokenizer = start.encoder.tokenizer
    accelerator = Accelerator(mixed_precision="no")
    items = kind.encode(examples, tokenizer, task, LONGEST)
    found: list[Any] = []
    with reduced(model, options.get("precision", "as-trained"), accelerator.device):
        for _ in range(options["turns"]):
            gate.wait()
            if options["from_text"]:
                items = kind.encode(examples, tokenizer, task, LONGEST)
            budget = Execution().micro_tokens
            scores = infer(model, kind.scores, items, accelerator, budget, tokenizer.pad_token_id)
            found = kind.decode(examples, items, scores, task)
        gate.wait()
    return {"predictions": [int(each) for each in found]}


def _place(folder: Path, options: Mapping[str, Any]) -> Place:
    return Place(
        store=open_store(Path(options["scratch"]) / "store"),
        data_dir=folder,
        encoders={ENCODER: folder / "encoder"},
        vocabularies={},
        tasks=TASKS,
        checkpoint_seconds=float("inf"),  # the peer writes none either
    )


def _step(folder: Path, steps: int, precision: Literal["fp32", "bf16"]) -> TrainStep:
    """Settings of :func:`benchmarks.hugging_face.train`, and defaults."""
    content = fingerprint(TASKS[world.TASK], "train", "en", folder)
    assert content is not None, folder
    return TrainStep(
        kind="target",
        parent=base(ENCODER),
        task=world.TASK,
        training=Training(
            learning_rate=2e-5,
            batch_size=BATCH,
            epochs=steps / world.STEPS,
            max_tokens=LONGEST,
            weight_decay=0,
            warmup_share=0,
        ),
        train=content,
        dev=None,
        seed=world.SEED,
        execution=Execution(threads=THREADS, precision=precision),
    )


def _test(folder: Path, language: str) -> list[Classified]:
    """The test examples of one language, in file order."""
    task = TASKS[world.TASK]
    assert task.columns is not None
    labels = task.labels.index
    return [
        Classified(
            str(number), row.cells["sentence1"], row.cells["sentence2"], labels(row.cells["gold_label"])
        )
        for number, row in enumerate(rows((folder / "predict" / f"{language}.tsv",), task.columns))
    ]
