"""Benchmark scores by the official rules: languages to tasks, tasks to groups, tasks to the total.

Source: google-research/xtreme ``evaluate.py``. Whatever would be a mean over less than the benchmark asks for
is not given at all; what it lacks is listed instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

import pandas as pd

from stiltwalk.metrics.predictions import Prediction
from stiltwalk.metrics.scorers import main_score, score
from stiltwalk.metrics.statistics import statistics
from stiltwalk.spec.benchmark import Benchmark, BenchmarkTask, Group
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Example
from stiltwalk.spec.metrics import SCORERS

LanguageScores = Mapping[str, Mapping[str, float]]
"""Language → metric → value, on 0 to 100."""


class TaskScore(NamedTuple):
    """A task of a benchmark; scores on 0 to 100.

    Attributes:
        task: name of the task record.
        metrics: metric → its mean over all languages; empty where a language is missing.
        score: the mean of the means of the scorer's main metrics; ``None`` where a language is missing.
        missing: languages without a score, in the benchmark's order.
    """

    task: str
    metrics: Mapping[str, float]
    score: float | None
    missing: tuple[str, ...]


class GroupScore(NamedTuple):
    """A group: the mean of its tasks' scores, or ``None`` and the tasks it lacks."""

    group: str
    score: float | None
    missing: tuple[str, ...]


class BenchmarkScore(NamedTuple):
    """A benchmark: its tasks, its groups and the mean over all tasks, or ``None`` and the tasks it lacks."""

    tasks: tuple[TaskScore, ...]
    groups: tuple[GroupScore, ...]
    overall: float | None
    missing: tuple[str, ...]


class ArmScore(NamedTuple):
    """What one encoder reached after one intermediate arm.

    Attributes:
        encoder: the encoder's name.
        intermediate: the arm's name.
        seeds: task → number of seeds its scores are means of.
        degenerate: task → number of those whose run collapsed; they are in the means.
        languages: task → language → metric → mean over seeds.
        result: the benchmark's scores made of them.
    """

    encoder: str
    intermediate: str
    seeds: Mapping[str, int]
    degenerate: Mapping[str, int]
    languages: Mapping[str, LanguageScores]
    result: BenchmarkScore


def scored(
    task: BenchmarkTask,
    language: str,
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    unanswered: int = 0,
) -> dict[str, float]:
    """Every metric of the task's scorer over ``examples`` and so many more that nobody answered.

    Args:
        task: whose scorer is asked.
        language: of the examples.
        examples: with their gold.
        predictions: one for each example.
        unanswered: further examples, all of whose statistics are 0.

    Raises:
        StiltwalkError: examples or predictions are not of the scorer's kind, or there are none.
    """
    columns = statistics(task.scorer, examples, predictions, language)
    return score(task.scorer, {name: [*column, *[0.0] * unanswered] for name, column in columns.items()})


def benchmark_score(benchmark: Benchmark, scores: Mapping[str, LanguageScores]) -> BenchmarkScore:
    """Task, group and total scores of ``benchmark`` from those of single languages.

    A task's metrics are means over its languages, each metric by itself. A language counts as missing unless
    it has every main metric of the task's scorer; languages and tasks that the benchmark does not have are
    not looked at.

    Args:
        benchmark: whose rules are followed.
        scores: task → language → metric → value (0 to 100).
    """
    tasks = tuple(_task_score(task, scores.get(task.task, {})) for task in benchmark.tasks)
    found = {each.task: each.score for each in tasks}
    groups = tuple(_group_score(group, found) for group in benchmark.groups)
    overall, missing = _mean_or_missing(benchmark.tasks, found)
    return BenchmarkScore(tasks, groups, overall, missing)


def _task_score(task: BenchmarkTask, languages: LanguageScores) -> TaskScore:
    needed = SCORERS[task.scorer].main
    missing = tuple(
        code for code in task.languages if any(name not in languages.get(code, {}) for name in needed)
    )
    if missing:
        return TaskScore(task.task, {}, None, missing)
    shared = [
        name
        for name in languages[task.languages[0]]
        if all(name in languages[code] for code in task.languages)
    ]
    means = {name: fmean(languages[code][name] for code in task.languages) for name in shared}
    return TaskScore(task.task, means, main_score(task.scorer, means), ())


def _group_score(group: Group, found: Mapping[str, float | None]) -> GroupScore:
    return GroupScore(group.name, *_mean_or_missing(group.tasks, found))


def _mean_or_missing(
    tasks: Sequence[BenchmarkTask], found: Mapping[str, float | None]
) -> tuple[float | None, tuple[str, ...]]:
    values = [value for task in tasks if (value := found[task.task]) is not None]
    missing = tuple(task.task for task in tasks if found[task.task] is None)
    return (None if missing else fmean(values)), missing


def benchmark_tables(rows: pd.DataFrame, benchmark: Benchmark) -> list[ArmScore]:
    """The scores of every encoder and arm in ``rows``, in the order of their first rows.

    Every number is averaged over seeds first, over those that have it.

    Args:
        rows: result rows, columns as in ``store.rows.COLUMNS``; of these the test rows of the benchmark's
            tasks are looked at.
        benchmark: whose rules are followed.

    Raises:
        UserError: a target has several rows of one language and metric, as a layer sweep makes them.
    """
    names = [task.task for task in benchmark.tasks]
    wanted = rows[rows["target"].isin(names) & (rows["split"] == "test")]
    _refuse_twice(wanted)
    return [
        _arm_score(str(encoder), str(arm), part, benchmark)
        for (encoder, arm), part in wanted.groupby(["encoder", "intermediate"], sort=False)
    ]


def _arm_score(encoder: str, arm: str, rows: pd.DataFrame, benchmark: Benchmark) -> ArmScore:
    means = rows.groupby(["target", "language", "metric"], sort=False)["value"].mean().reset_index()
    languages: dict[str, dict[str, dict[str, float]]] = {}
    for target, language, metric, value in means.itertuples(index=False, name=None):
        languages.setdefault(target, {}).setdefault(language, {})[metric] = float(value)
    runs = rows.groupby(["target", "seed"], sort=False)["degenerate"].any().astype(int).groupby("target")
    return ArmScore(
        encoder,
        arm,
        seeds={str(target): int(count) for target, count in runs.count().items()},
        degenerate={str(target): int(count) for target, count in runs.sum().items()},
        languages=languages,
        result=benchmark_score(benchmark, languages),
    )


def _refuse_twice(rows: pd.DataFrame) -> None:
    cell = ["encoder", "intermediate", "seed", "target", "language", "metric"]
    twice = rows[rows.duplicated(cell)]
    if not twice.empty:
        target = twice.iloc[0]["target"]
        layers = ", ".join(str(layer) for layer in rows[rows["target"] == target]["layer"].unique())
        raise UserError(
            f"'{target}' has several rows of one language and metric (layers {layers}), and a benchmark "
            "takes one. Run the target with its published layer."
        )
