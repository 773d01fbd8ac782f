"""Writing the stored predictions of one arm as a submission folder, and the labels beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from stiltwalk.cli import named, options, show
from stiltwalk.cli.own_places import writing_to
from stiltwalk.data.load import fingerprint, load, load_candidates
from stiltwalk.data.submission_files import labels_text, predictions_text
from stiltwalk.plan.nodes import Cell, Plan
from stiltwalk.plan.steps import PredictStep
from stiltwalk.spec.benchmark import BenchmarkTask
from stiltwalk.spec.errors import StudyError, UserError, unknown_name
from stiltwalk.spec.examples import Candidate, Example, Query, with_right
from stiltwalk.spec.tasks import find_task
from stiltwalk.spec.tasks.benchmarks import find_benchmark
from stiltwalk.store.atomic import write_bytes
from stiltwalk.store.store import Store, read_artifact
from stiltwalk.store.studies import read_kept_study


class Choice(NamedTuple):
    """Whose predictions are written: those of an arm by one encoder and seed (``None``: its only one)."""

    study: str
    scale: str | None
    arm: str
    encoder: str | None
    seed: int | None


def write_submission(
    choice: Choice,
    name: str,
    folders: tuple[Path, Path | None],
    places: tuple[Path | None, Path | None],
) -> None:
    """Write the predictions, and the labels where a folder for them is named.

    Args:
        choice: whose predictions.
        name: of the benchmark.
        folders: of the predictions and the labels, new or empty.
        places: the data folder and the store.

    Raises:
        UserError: no such study, arm, encoder or seed; none of its targets is finished and of the benchmark;
            a folder holds something already; or the data files are not those that were predicted.
    """
    data_dir, store = places
    benchmark = find_benchmark(name)
    opened = options.kept_store(store)
    plan = named.kept_plan(opened, choice.study, choice.scale)
    root = options.data_dir(data_dir) or read_kept_study(opened, plan.study.study).data_dir
    tasks = {task.task: task for task in benchmark.tasks}
    every = [cell for cell in _cells(plan, choice) if cell.target in tasks]
    cells = [cell for cell in every if _split(plan, cell) == "test"]
    ready = [cell for cell in cells if opened.has(cell.key)]
    if not ready:
        raise StudyError(
            f"The study '{plan.study.study}' has no finished predictions of a task of {benchmark.title} in "
            f"the arm '{choice.arm}'. Its targets: {', '.join(sorted({cell.target for cell in plan.cells}))}."
        )
    for folder in filter(None, folders):
        _require_empty(folder)
    # all of it is made before any of it is written, so that a mistake leaves nothing half done
    files = [file for cell in ready for file in _files(tasks[cell.target], cell, opened, root, folders)]
    for path, text in files:
        with writing_to(path, "--out" if path.is_relative_to(folders[0]) else "--labels"):
            write_bytes(path, text.encode())
    show.note(f"{len(ready)} task(s) written to {' and '.join(str(each) for each in folders if each)}")
    waiting = [cell.target for cell in cells if cell not in ready]
    absent = [each for each in tasks if each not in {cell.target for cell in every}]
    on_dev = [cell.target for cell in every if cell not in cells]
    for what, left in (
        ("not finished yet", waiting),
        ("predicted on dev data, which is no submission", on_dev),
        ("not among the study's targets", absent),
    ):
        if left:
            show.note(f"{what}: {', '.join(left)}")


def _split(plan: Plan, cell: Cell) -> str:
    step = plan.nodes[cell.key].step
    assert isinstance(step, PredictStep), cell
    return step.split


def _cells(plan: Plan, choice: Choice) -> list[Cell]:
    """The cells of one encoder, arm and seed."""
    arms = dict.fromkeys(cell.intermediate for cell in plan.cells)
    if choice.arm not in arms:
        raise unknown_name(f"arm in the study '{plan.study.study}' called", choice.arm, arms)
    encoder = _only("encoder", choice.encoder, [each.name for each in plan.study.encoders])
    seed = _only("seed", choice.seed, list(plan.study.seeds))
    return [
        cell
        for cell in plan.cells
        if (cell.intermediate, cell.encoder, cell.seed) == (choice.arm, encoder, seed)
    ]


def _only(what: str, given: Any, known: list[Any]) -> Any:
    """The one that was named, or the only one there is."""
    if given is None and len(known) > 1:
        raise UserError(
            f"The study has several {what}s: {', '.join(map(str, known))}. Name one with --{what}."
        )
    if given is not None and given not in known:
        raise unknown_name(f"{what} in this study called", str(given), map(str, known))
    return known[0] if given is None else given


def _require_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} holds something already. Name a new folder, so that nothing is mixed up.")


def _files(
    task: BenchmarkTask, cell: Cell, store: Store, root: Path | None, folders: tuple[Path, Path | None]
) -> Iterator[tuple[Path, str]]:
    """What is to be written of one target, and where."""
    step = read_artifact(store, cell.key).step
    assert isinstance(step, PredictStep), cell
    record = find_task(task.task)
    predictions, labels = folders
    for code, examples in _examples(step, root).items():
        if code not in task.languages:  # of another benchmark
            continue
        path = store.folder(cell.key) / "predictions" / f"{code}.parquet"
        if not path.exists():
            raise UserError(
                f"'{step.task}' was read at several layers, and a submission takes one. Run it with its "
                "published layer."
            )
        kept = pq.read_table(path, columns=["id", "prediction"]).to_pylist()
        queries = [example for example in examples if not isinstance(example, Candidate)]
        if [row["id"] for row in kept] != [example.id for example in queries]:
            raise _changed(step.task, code, root)
        answers = [row["prediction"] for row in kept]
        yield predictions / task.file(code), predictions_text(task, record, queries, answers)
        if labels is not None:
            yield labels / task.file(code), labels_text(task, record, queries)


def _examples(step: PredictStep, root: Path | None) -> Mapping[str, list[Example]]:
    """Language → what was predicted, queries with their right candidates."""
    record = find_task(step.task)
    found: dict[str, list[Example]] = {}
    for code, content in step.data.items():
        if fingerprint(record, "test", code, root) != content:
            raise _changed(step.task, code, root)
        found[code] = list(load(record, "test", code, root))
    queries = any(isinstance(example, Query) for part in found.values() for example in part)
    if not queries:
        return found
    every = [example for part in found.values() for example in part]
    candidates = [*_of_kind(every), *load_candidates(record, "test", root)]
    return {
        code: [*with_right([e for e in part if isinstance(e, Query)], candidates)]
        for code, part in found.items()
    }


def _of_kind(examples: Iterable[Example]) -> list[Candidate]:
    return [example for example in examples if isinstance(example, Candidate)]


def _changed(task: str, code: str, root: Path | None) -> UserError:
    return UserError(
        f"The test files of '{task}' in '{code}' below {root} are not those that were predicted. Name the "
        "data folder of that run with --data-dir, or run the study again."
    )
