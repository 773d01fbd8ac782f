"""Prediction: one target task in every language at once, kept per example and scored from what was kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from accelerate import Accelerator
from torch import Tensor, nn

from stiltwalk.compute.batches import Micro
from stiltwalk.compute.checkpoint_heads import load_checkpoint_model
from stiltwalk.compute.context import Monitor, Place, Progress, Ticker, given_encoder
from stiltwalk.compute.encoder import Start, hidden_states, load_head, load_start, parameter_counts
from stiltwalk.compute.examples import planned_examples
from stiltwalk.compute.heads import EncoderWithHead
from stiltwalk.compute.infer import infer
from stiltwalk.compute.kinds import kind_of
from stiltwalk.compute.lineage import Lineage, lineage, seen_texts
from stiltwalk.compute.pairs import encode_aligned
from stiltwalk.compute.tokens import Item
from stiltwalk.data.overlap import overlap
from stiltwalk.metrics.scorers import Prediction, score, statistics
from stiltwalk.plan.steps import PredictStep
from stiltwalk.spec.examples import Example
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.study import NONE_ARM
from stiltwalk.spec.task import Task
from stiltwalk.store.rows import ROW_SCHEMA, write_rows


def predict(
    step: PredictStep, key: str, place: Place, accelerator: Accelerator, folder: Path, monitor: Monitor
) -> dict[str, Any]:
    """Carry out ``step``: predictions and result rows below ``folder/draft``; returns the facts.

    Raises:
        InterruptedRunError: asked to stop.
        UserError: data or parent are missing, damaged or changed, or the parent has no head of the type.
    """
    ticker = Ticker()
    monitor.report(Progress("reading", 0, 1, 0.0))
    start = load_start(place, step.parent)
    task, by_language = _read(step, place)
    if task.type == "sentence-retrieval":
        predictions = _retrieve(step, start, by_language, accelerator, monitor)
    else:
        predictions = _decode(step, task, start, place, by_language, accelerator, monitor)
    descent = lineage(place, step.parent)
    seen = seen_texts(place, descent)
    rows: list[dict[str, Any]] = []
    for language, examples in by_language.items():
        path = folder / "draft" / "predictions" / f"{language}.parquet"
        _write(path, task, examples, predictions[language])
        scores, count = _score_kept(path, task)
        assert count == len(examples), f"{language}: {count} predictions for {len(examples)} examples"
        shared = _row(step, key, start, descent) | {
            "target": task.name,
            "language": language,
            "n": count,
            "overlap": overlap(examples, seen),
            # intermediate data is English
            "language_seen_in_intermediate": descent.intermediate != NONE_ARM and language == SOURCE_LANGUAGE,
        }
        shared["caveats"] = ";".join(_caveats(task, shared, descent))
        rows += [shared | {"metric": metric, "value": value} for metric, value in scores.items()]
    seconds = round(ticker.seconds(), 2)
    write_rows(folder / "draft" / "results.parquet", [row | {"wall_seconds": seconds} for row in rows])
    return {
        **parameter_counts(start.encoder.model),
        "examples": sum(map(len, by_language.values())),
        "wall_seconds": seconds,
    }


def _read(step: PredictStep, place: Place) -> tuple[Task, dict[str, tuple[Example, ...]]]:
    by_language = {}
    for language, content in step.data.items():
        task, by_language[language] = planned_examples(place, step.task, "test", language, content)
    return task, by_language


def _decode(
    step: PredictStep,
    task: Task,
    start: Start,
    place: Place,
    by_language: Mapping[str, tuple[Example, ...]],
    accelerator: Accelerator,
    monitor: Monitor,
) -> dict[str, list[Prediction]]:
    """Predictions through the parent's head: all languages in one stream, told apart afterwards."""
    kind = kind_of(task)
    tokenizer = start.encoder.tokenizer
    model = _with_own_head(step, task, start, place).to(accelerator.device)
    items = {
        language: kind.encode(examples, tokenizer, task, step.max_tokens)
        for language, examples in by_language.items()
    }
    stream = [item for part in items.values() for item in part]
    scores = infer(
        model, kind.scores, stream, accelerator, step.execution.micro_tokens, tokenizer.pad_token_id, monitor
    )
    found: dict[str, list[Prediction]] = {}
    first = 0
    for language, part in items.items():
        own = scores[first : first + len(part)]
        found[language] = kind.decode(by_language[language], part, own, task)
        first += len(part)
    return found


def _with_own_head(step: PredictStep, task: Task, start: Start, place: Place) -> nn.Module:
    """The parent with the head it was trained with: a step's, or one saved by transformers."""
    if start.artifact is None:
        return load_checkpoint_model(given_encoder(place, step.parent), task)
    width = int(start.encoder.model.config.hidden_size)  # type: ignore[union-attr, arg-type]
    head = load_head(start.artifact, task.type, kind_of(task).head(task, width, 0.0))
    return EncoderWithHead(start.encoder.model, head)


class _MeanPooled(nn.Module):
    """Sentence vectors: the mean over all tokens, special tokens included (XTREME, STILTs code)."""

    def __init__(self, encoder: nn.Module, layer: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.layer = layer

    def forward(self, micro: Micro) -> Tensor:
        """``(rows, hidden)``."""
        mask = micro.mask[..., None].float()
        states = hidden_states(self.encoder, micro, self.layer).float()
        return (states * mask).sum(1) / mask.sum(1)


def _retrieve(
    step: PredictStep,
    start: Start,
    by_language: Mapping[str, tuple[Any, ...]],
    accelerator: Accelerator,
    monitor: Monitor,
) -> dict[str, list[Prediction]]:
    """For every English sentence the id of the nearest foreign one by cosine."""
    tokenizer = start.encoder.tokenizer
    assert step.layer is not None, "a retrieval step names its layer"
    model = _MeanPooled(start.encoder.model, step.layer).to(accelerator.device)
    sides = [
        side
        for examples in by_language.values()
        for item in encode_aligned(examples, tokenizer, step.max_tokens)
        for side in _two_sides(item)
    ]
    vectors = infer(
        model, _rows, sides, accelerator, step.execution.micro_tokens, tokenizer.pad_token_id, monitor
    )
    found: dict[str, list[Prediction]] = {}
    first = 0
    for language, examples in by_language.items():
        own = torch.from_numpy(np.stack(vectors[first : first + 2 * len(examples)]))
        nearest = nearest_by_cosine(queries=own[1::2], candidates=own[0::2])
        found[language] = [examples[i].id for i in nearest.tolist()]
        first += 2 * len(examples)
    return found


def nearest_by_cosine(queries: Tensor, candidates: Tensor, block: int = 1024) -> Tensor:
    """Index of the candidate with the largest cosine, ``(queries,)``; ties go to the first."""
    normal = nn.functional.normalize(candidates.float(), dim=1)
    parts = [
        (nn.functional.normalize(part.float(), dim=1) @ normal.T).argmax(1)
        for part in torch.split(queries, block)
    ]
    return torch.cat(parts)


def _two_sides(item: Item) -> tuple[Item, Item]:
    """The foreign and the English sentence as items of their own, so that each is batched by its length."""
    foreign, english = item.sequences
    return replace(item, sequences=(foreign,)), replace(item, sequences=(english,))


def _rows(outputs: Tensor, micro: Micro) -> list[Any]:  # noqa: ARG001  one row is one item
    return list(outputs.float().cpu().numpy())


def _write(path: Path, task: Task, examples: Sequence[Example], predictions: Sequence[Prediction]) -> None:
    """Keep every prediction with its id and the statistics that its scores are made of."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = [list(p) if isinstance(p, tuple) else p for p in predictions]
    columns: dict[str, Any] = {"id": [example.id for example in examples], "prediction": kept}
    columns |= statistics(task.scoring.name, examples, predictions)
    pq.write_table(pa.table(columns), path)


def _score_kept(path: Path, task: Task) -> tuple[dict[str, float], int]:
    table = pq.read_table(path)
    names = [name for metric in task.scoring.metrics for name in metric.statistics]
    columns = {name: table[name].to_numpy() for name in names}
    return score(task.scoring.name, columns), table.num_rows


def _row(step: PredictStep, key: str, start: Start, descent: Lineage) -> dict[str, Any]:
    """What every row of the step shares."""
    return {
        "step": key,
        "parameters": parameter_counts(start.encoder.model)["parameters"],
        "intermediate": descent.intermediate,
        "examples": descent.examples,
        "batch_size": descent.batch_size,
        "seed": descent.seed,
        "split": "test",
        "layer": step.layer,
        "pooling": step.pooling,
        "selection": descent.selection,
        "degenerate": descent.degenerate,
        "versions": json.dumps(descent.versions, sort_keys=True),
        "schema": ROW_SCHEMA,
    }


def _caveats(task: Task, row: Mapping[str, Any], descent: Lineage) -> list[str]:
    """Caveats that only the run can know."""
    found = []
    published = task.split("test").expected.get(str(row["language"]))
    if published is not None and row["n"] != published:
        found.append("fewer-examples" if row["n"] < published else "more-examples")
    if row["overlap"] > 0:
        found.append("overlap")
    if descent.degenerate:
        found.append("degenerate")
    return found
