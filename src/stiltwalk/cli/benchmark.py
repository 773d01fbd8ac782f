"""Printing benchmark scores: of submission folders, and of the arms of a study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stiltwalk.analyse.benchmark import (
    ArmScore,
    BenchmarkScore,
    LanguageScores,
    benchmark_score,
    benchmark_tables,
    scored,
)
from stiltwalk.cli import named, options, show
from stiltwalk.data.submission import FilePair, file_pairs, read_judged, strangers
from stiltwalk.spec.benchmark import Benchmark
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.tasks.benchmarks import find_benchmark
from stiltwalk.store.rows import study_rows

TOTAL = "all tasks"
"""What tables call the mean over tasks."""

Row = dict[str, Any]


def score_folders(predictions: Path, labels: Path, name: str, *, as_json: bool) -> None:
    """Print the scores of a folder of predictions against a folder of labels.

    Raises:
        UserError: no such benchmark or folder, a broken file, or no language that both folders hold.
    """
    benchmark = find_benchmark(name)
    pairs = file_pairs(benchmark, predictions, labels)
    lines = [line for folder in (predictions, labels) for line in strangers(benchmark, folder)]
    scores, notes = _scored_pairs(pairs)
    if not scores:
        first = benchmark.tasks[0]
        raise UserError(
            f"Nothing can be scored: no file of {benchmark.title} is in both {predictions} and {labels}. "
            f"Expected files such as {first.file(first.languages[0])} in each of them. " + " ".join(lines)
        )
    result = benchmark_score(benchmark, scores)
    for line in (*lines, *notes, *_absent(pairs)):
        show.note(line)
    if as_json:
        show.print_json("rows", _rows(benchmark, scores, result))
    else:
        _print_languages(scores)
        show.console.print()
        _print_means(benchmark, result)
        _print_missing(benchmark, result, "")


def show_study(study: str, name: str, store: Path | None, scale: str | None = None, *, as_json: bool) -> None:
    """Print the benchmark scores of every encoder and arm of a kept study.

    Raises:
        UserError: no such study or benchmark, or the study has rows of several layers.
    """
    benchmark = find_benchmark(name)
    opened = options.kept_store(store)
    arms = benchmark_tables(study_rows(opened, named.kept_plan(opened, study, scale)), benchmark)
    if not arms:
        raise UserError(f"The study '{study}' has no result of a task of {benchmark.title} yet.")
    if as_json:
        names = [{"encoder": arm.encoder, "intermediate": arm.intermediate} for arm in arms]
        rows = [
            who | row | {"seeds": arm.seeds.get(row["task"]), "degenerate": arm.degenerate.get(row["task"])}
            for who, arm in zip(names, arms, strict=True)
            for row in _rows(benchmark, arm.languages, arm.result)
        ]
        show.print_json("rows", rows)
        return
    for encoder in dict.fromkeys(arm.encoder for arm in arms):
        own = [arm for arm in arms if arm.encoder == encoder]
        _print_arms(benchmark, encoder, own)
        for arm in own:
            _print_missing(benchmark, arm.result, f"{arm.intermediate}: ")
            _print_degenerate(arm)
        show.console.print()


def _scored_pairs(pairs: list[FilePair]) -> tuple[dict[str, dict[str, dict[str, float]]], list[str]]:
    """Task → language → metric → value where both files are there, and what is to be said of the files."""
    scores: dict[str, dict[str, dict[str, float]]] = {}
    notes: list[str] = []
    for task, language, given, gold in pairs:
        if given is None or gold is None:
            continue
        judged = read_judged(task, given, gold)
        found = scored(task, language, judged.examples, judged.predictions, judged.unanswered)
        scores.setdefault(task.task, {})[language] = found
        notes += [f"{task.folder} {language}: {note}" for note in judged.notes]
    return scores, notes


def _absent(pairs: list[FilePair]) -> Iterator[str]:
    """A line for every task and side that lacks files, if the task has any file at all."""
    tasks = {pair.task.folder: pair.task for pair in pairs}
    for folder in tasks:
        own = [pair for pair in pairs if pair.task.folder == folder]
        if not any(pair.predictions or pair.labels for pair in own):
            continue
        for what, codes in (
            ("predictions", [pair.language for pair in own if pair.predictions is None]),
            ("labels", [pair.language for pair in own if pair.labels is None]),
        ):
            if codes:
                yield f"{folder}: no {what} for {' '.join(codes)}"


def _rows(
    benchmark: Benchmark, scores: Mapping[str, LanguageScores], result: BenchmarkScore
) -> Iterator[Row]:
    """Every number on a row of its own: of languages, of tasks (each metric and the score), groups, total."""
    groups = {task.task: group.name for group in benchmark.groups for task in group.tasks}
    for task in benchmark.tasks:
        for language, metrics in scores.get(task.task, {}).items():
            for metric, value in metrics.items():
                yield _row("language", groups[task.task], task.task, language, metric, value)
    for each in result.tasks:
        for metric, value in each.metrics.items():
            yield _row("task", groups[each.task], each.task, None, metric, value)
        yield _row("task", groups[each.task], each.task, None, "score", each.score, each.missing)
    for group in result.groups:
        yield _row("group", group.group, None, None, "score", group.score, group.missing)
    yield _row("benchmark", None, None, None, "score", result.overall, result.missing)


def _row(
    level: str,
    group: str | None,
    task: str | None,
    language: str | None,
    metric: str,
    value: float | None,
    missing: tuple[str, ...] = (),
) -> Row:
    return {
        "level": level,
        "group": group,
        "task": task,
        "language": language,
        "metric": metric,
        "value": value,
        "missing": list(missing),
    }


def _print_languages(scores: Mapping[str, LanguageScores]) -> None:
    rows: list[Row] = [
        {"task": task, "language": language, **metrics}
        for task, languages in scores.items()
        for language, metrics in languages.items()
    ]
    metrics = dict.fromkeys(name for row in rows for name in row)
    show.print_table(rows, tuple(metrics), title="Languages (0 to 100)")


def _print_means(benchmark: Benchmark, result: BenchmarkScore) -> None:
    found = {each.task: each for each in result.tasks}
    rows: list[Row] = []
    for group, mean in zip(benchmark.groups, result.groups, strict=True):
        for task in group.tasks:
            each = found[task.task]
            rows.append({"group": group.name, "task": task.task, **each.metrics, "score": each.score})
        rows.append({"group": group.name, "task": "mean", "score": mean.score})
    rows.append({"group": benchmark.title, "task": TOTAL, "score": result.overall})
    metrics = dict.fromkeys(name for each in result.tasks for name in each.metrics)
    show.print_table(rows, ("group", "task", *metrics, "score"), title=f"{benchmark.title} (0 to 100)")


def _print_arms(benchmark: Benchmark, encoder: str, arms: list[ArmScore]) -> None:
    """A line for each task, group and the total, a column for each arm."""
    tasks = [{each.task: each.score for each in arm.result.tasks} for arm in arms]
    groups = [{each.group: each.score for each in arm.result.groups} for arm in arms]
    names = [arm.intermediate for arm in arms]
    rows: list[Row] = []
    for group in benchmark.groups:
        for task in group.tasks:
            values = [found[task.task] for found in tasks]
            rows.append({"group": group.name, "task": task.task} | dict(zip(names, values, strict=True)))
        values = [found[group.name] for found in groups]
        rows.append({"group": group.name, "task": "mean"} | dict(zip(names, values, strict=True)))
    totals = [arm.result.overall for arm in arms]
    rows.append({"group": benchmark.title, "task": TOTAL} | dict(zip(names, totals, strict=True)))
    title = f"{benchmark.title}, {encoder}: mean over seeds and languages (0 to 100)"
    show.print_table(rows, ("group", "task", *names), title=title)


def _print_missing(benchmark: Benchmark, result: BenchmarkScore, prefix: str) -> None:
    """What the means lack: languages of begun tasks, then tasks of which nothing is there."""
    languages = {task.task: len(task.languages) for task in benchmark.tasks}
    absent = [each.task for each in result.tasks if len(each.missing) == languages[each.task]]
    for each in result.tasks:
        if each.missing and each.task not in absent:
            show.console.print(f"{prefix}{each.task} lacks {' '.join(each.missing)}", markup=False)
    if absent:
        show.console.print(f"{prefix}nothing of {', '.join(absent)}", markup=False)


def _print_degenerate(arm: ArmScore) -> None:
    for task, count in arm.degenerate.items():
        if count:
            runs = f"{count} of {arm.seeds[task]} runs collapsed; the mean holds them"
            show.console.print(f"{arm.intermediate}: {task}: {runs}", markup=False)
