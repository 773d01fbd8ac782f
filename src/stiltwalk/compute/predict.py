"""Prediction: one target task in every language at once, kept per example and scored from what was kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from accelerate import Accelerator
from torch import nn

from stiltwalk.compute.answers import Stream, answers
from stiltwalk.compute.checkpoint_heads import load_checkpoint_model
from stiltwalk.compute.context import Monitor, Place, Progress, Ticker, given_encoder
from stiltwalk.compute.dual_encoder import find
from stiltwalk.compute.encoder import Start, load_head, load_start, longest_input, parameter_counts
from stiltwalk.compute.examples import planned_examples, task_with_labels
from stiltwalk.compute.heads import EncoderWithHead
from stiltwalk.compute.kinds import kind_of
from stiltwalk.compute.lineage import Lineage, lineage, seen_texts
from stiltwalk.compute.reduced import drift, reduced
from stiltwalk.compute.retrieval import mine_pairs, retrieve
from stiltwalk.data.load import load_candidates
from stiltwalk.data.overlap import overlap
from stiltwalk.metrics.predictions import Answered, Nearest, Prediction
from stiltwalk.metrics.scorers import score
from stiltwalk.metrics.statistics import column_names, statistics
from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Example
from stiltwalk.spec.labels import label_clash, untrained_labels
from stiltwalk.spec.task import SplitName, Task
from stiltwalk.store.columns import ROW_SCHEMA, write_rows


def predict(
    step: PredictStep, key: str, place: Place, accelerator: Accelerator, folder: Path, monitor: Monitor
) -> dict[str, Any]:
    """Carry out ``step``: predictions and result rows below ``folder/draft``; returns the facts.

    Predictions lie in ``predictions/LANGUAGE.parquet``; those of several layers in
    ``predictions/layer-NN/LANGUAGE.parquet``.

    Raises:
        InterruptedRunError: asked to stop.
        UserError: data or parent are missing, damaged or changed, or the parent has no head of the type.
    """
    ticker = Ticker()
    monitor.report(Progress("reading", 0, 1, 0.0))
    start = load_start(place, step.parent, step.reading)
    task = task_with_labels(place, step.task)
    by_language = _read(step, place, step.split, step.data)
    found: dict[int | None, Mapping[str, Sequence[Prediction]]] = {}  # by layer, where it reads any
    tuned: dict[str, Any] = {}
    changed: dict[str, Any] = {}
    unknowable: tuple[str, ...] = ()
    if task.scoring.tuned:
        dev = _read(step, place, "dev", step.dev)
        mined = mine_pairs(step, start, dev, by_language, accelerator, monitor)
        found[mined.layer] = mined.predictions
        tuned = {"thresholds": mined.thresholds, "layer": mined.layer, "dev_f1": mined.curve}
    elif task.scoring.ranks:
        by_language, found[None] = _rank(step, task, start, place, by_language, accelerator, monitor)
    elif task.type == "sentence-retrieval":
        by_layer = retrieve(step, start, by_language, accelerator, monitor)
        found.update((layer, predictions) for layer, predictions in by_layer.items())
    else:
        answered = _as_trained(task, start, place)
        found[None], changed = _decode(step, task, answered, start, place, by_language, accelerator, monitor)
        unknowable = untrained_labels(answered, task)
    descent = lineage(place, step.parent)
    seen = seen_texts(place, descent)
    rows: list[dict[str, Any]] = []
    for language, examples in by_language.items():
        shared = _row(step, key, start, descent) | {
            "target": task.name,
            "language": language,
            "n": len(examples),
            "overlap": overlap(examples, seen),
            "language_seen_in_intermediate": language in descent.languages,
        }
        shared["caveats"] = ";".join(_caveats(task, shared, descent, unknowable) + _step_caveats(step, task))
        for layer, predictions in found.items():
            place_of_layer = f"layer-{layer:02}" if len(found) > 1 else ""
            path = folder / "draft" / "predictions" / place_of_layer / f"{language}.parquet"
            _write(path, task, language, examples, predictions[language])
            scores, count = _score_kept(path, task)
            assert count == len(examples), f"{language}: {count} predictions for {len(examples)} examples"
            rows += [shared | {"layer": layer, "metric": name, "value": v} for name, v in scores.items()]
    seconds = round(ticker.seconds(), 2)
    write_rows(folder / "draft" / "results.parquet", [row | {"wall_seconds": seconds} for row in rows])
    return {
        **parameter_counts(start.encoder.model),
        "examples": sum(map(len, by_language.values())),
        "wall_seconds": seconds,
        **tuned,
        **changed,
    }


def _read(
    step: PredictStep, place: Place, split: SplitName, data: Mapping[str, str]
) -> dict[str, tuple[Any, ...]]:
    """Language → its examples, by what the step says of their content."""
    return {
        language: planned_examples(place, step.task, split, language, content)[1]
        for language, content in data.items()
    }


def _decode(
    step: PredictStep,
    task: Task,
    answered: Task,
    start: Start,
    place: Place,
    by_language: Mapping[str, tuple[Example, ...]],
    accelerator: Accelerator,
    monitor: Monitor,
) -> tuple[dict[str, list[Prediction]], dict[str, Any]]:
    """Predictions through the parent's head, and what less precision than it was trained in changes in them.

    ``answered`` is the task with the labels that the head knows.
    """
    precision = step.execution.prediction
    model = _with_own_head(step, answered, start, place).to(accelerator.device)
    stream = Stream(
        task,
        answered,
        start.reader,
        start.encoder.tokenizer.pad_token_id,
        longest_input(start.encoder.model, step.max_tokens),
        step.execution.micro_tokens,
        accelerator,
    )
    changed = {} if precision == "as-trained" else {"drift": drift(model, stream, by_language, precision)}
    with reduced(model, precision, accelerator.device):
        return answers(model, stream, by_language, monitor=monitor).predictions, changed


def _rank(
    step: PredictStep,
    task: Task,
    start: Start,
    place: Place,
    by_language: Mapping[str, tuple[Example, ...]],
    accelerator: Accelerator,
    monitor: Monitor,
) -> tuple[dict[str, tuple[Any, ...]], dict[str, list[Prediction]]]:
    """The queries of each language, and their nearest candidates by the parent's dual encoder."""
    model = _with_own_head(step, task, start, place).to(accelerator.device)
    shared = load_candidates(task, step.split, place.data_dir)
    return find(step, task, model, start, by_language, shared, accelerator, monitor)


def _as_trained(task: Task, start: Start, place: Place) -> Task:
    """The task with the labels of what the parent was trained on last, which its head and predictions have.

    Raises:
        UserError: the two label sets do not go together.
    """
    step = start.artifact.step if start.artifact else None
    if not isinstance(step, TrainStep):
        return task
    trained = task_with_labels(place, step.task)
    # a head of another type is refused where it is loaded
    if trained.type != task.type or trained.labels == task.labels:
        return task
    if clash := label_clash(trained, task):
        raise UserError(f"Target '{task.name}' cannot be predicted by a head trained on {clash}.")
    return task.replace({"labels": trained.labels})


def _with_own_head(step: PredictStep, task: Task, start: Start, place: Place) -> nn.Module:
    """The parent with the head it was trained with: a step's, or one saved by transformers."""
    if start.artifact is None:
        return load_checkpoint_model(given_encoder(place, step.parent), task)
    width = int(start.encoder.model.config.hidden_size)  # type: ignore[union-attr, arg-type]
    head = load_head(start.artifact, task.type, kind_of(task).head(task, width, 0.0))
    return EncoderWithHead(start.encoder.model, head, step.reading.pooling)


def _write(
    path: Path, task: Task, language: str, examples: Sequence[Example], predictions: Sequence[Prediction]
) -> None:
    """Keep every prediction with its id and the statistics that its scores are made of."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns: dict[str, Any] = {
        "id": [example.id for example in examples],
        "prediction": [_storable(prediction) for prediction in predictions],
    }
    columns |= statistics(task.scoring.name, examples, predictions, language)
    pq.write_table(pa.table(columns), path)


def _storable(prediction: Prediction) -> Any:
    """Named tuples keep their names, as structs; other tuples become lists."""
    if isinstance(prediction, Nearest | Answered):
        return prediction._asdict()
    return list(prediction) if isinstance(prediction, tuple) else prediction


def _score_kept(path: Path, task: Task) -> tuple[dict[str, float], int]:
    table = pq.read_table(path)
    columns = {name: table[name].to_numpy() for name in column_names(task.scoring)}
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
        "split": step.split,
        "pooling": step.pooling,
        "selection": descent.selection,
        "degenerate": descent.degenerate,
        "versions": json.dumps(descent.versions, sort_keys=True),
        "schema": ROW_SCHEMA,
    }


def _caveats(task: Task, row: Mapping[str, Any], descent: Lineage, unknowable: tuple[str, ...]) -> list[str]:
    """Caveats that only the run can know."""
    found = []
    published = task.split(row["split"]).expected.get(str(row["language"]))
    if published is not None and row["n"] != published:
        found.append("fewer-examples" if row["n"] < published else "more-examples")
    if row["overlap"] > 0:
        found.append("overlap")
    if unknowable:
        found.append("untrained-labels")
    if descent.degenerate:
        found.append("degenerate")
    return found


def _step_caveats(step: PredictStep, task: Task) -> list[str]:
    """Caveats of all languages: candidates of untested languages are not searched; less precision."""
    rule = task.split(step.split)
    narrow = task.scoring.ranks and not rule.candidates and set(step.data) != set(rule.languages)
    rough = step.execution.prediction != "as-trained"
    return ["smaller-pool"] * narrow + ["reduced-precision"] * rough
