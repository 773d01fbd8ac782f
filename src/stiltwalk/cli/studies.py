"""What the study commands do, once their arguments are read."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from stiltwalk.analyse.gains import gains
from stiltwalk.cli import options, show
from stiltwalk.cli.progress import Watch
from stiltwalk.engine.local import Outcome, missing, run_local
from stiltwalk.engine.prepare import Prepared, prepare, prepare_evaluation
from stiltwalk.engine.status import step_states
from stiltwalk.plan.graph import Plan
from stiltwalk.spec.caveats import explain
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.errors import StepFailedError, unknown_name
from stiltwalk.spec.record import parse
from stiltwalk.spec.study import apply_overrides, read_study, study_from
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import Store, open_store
from stiltwalk.store.studies import keep_study, kept_names, read_kept_study


def presets() -> dict[str, Path]:
    """Name → file of the studies that come with the package."""
    folder = Path(str(files("stiltwalk.studies")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def prepared(name: str, data_dir: Path | None, store: Path | None, overrides: Mapping[str, Any]) -> Prepared:
    """The study called ``name`` (a file, a preset, or one run before), planned.

    Raises:
        UserError: no such study, or something it needs is missing.
    """
    opened = open_store(options.store_root(store))
    path = Path(name) if name.endswith((".yaml", ".yml")) or Path(name).is_file() else presets().get(name)
    if path is not None:
        return prepare(read_study(path, overrides), opened, options.data_dir(data_dir))
    if name not in kept_names(opened):
        raise unknown_name(
            "study file, preset or study run before called", name, [*presets(), *kept_names(opened)]
        )
    kept = read_kept_study(opened, name)
    raw = kept.plan.study.model_dump(mode="json", exclude_unset=True)
    return prepare(study_from(apply_overrides(raw, overrides), name), opened, data_dir or kept.data_dir)


def prepared_from(
    raw: Mapping[str, Any],
    where: str,
    data_dir: Path | None,
    store: Path | None,
    overrides: Mapping[str, Any],
) -> Prepared:
    """The study that ``raw`` describes, planned.

    Raises:
        UserError: it is not valid, or something it needs is missing.
    """
    opened = open_store(options.store_root(store))
    return prepare(study_from(apply_overrides(raw, overrides), where), opened, options.data_dir(data_dir))


def prepared_evaluation(
    model: str,
    targets: list[str],
    recipe: str,
    places: tuple[Path | None, Path | None],
    overrides: Mapping[str, Any],
) -> Prepared:
    """The test of one model, planned; ``places`` are the data folder and the store.

    Raises:
        UserError: the model or the test files are not there.
    """
    data_dir, store = places
    opened = open_store(options.store_root(store))
    encoder = parse(EncoderChoice, model, "MODEL")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", encoder.name).strip("-.") or "model"
    raw = {
        "study": f"evaluate-{name}"[:80],
        "encoders": [{"name": encoder.name, "source": model}],
        "targets": targets,
        "seeds": 1,
        "recipe": {"name": recipe},
    }
    study = study_from(apply_overrides(raw, overrides), "the command line")
    return prepare_evaluation(study, opened, options.data_dir(data_dir))


def carry_out(prepared: Prepared, workers: int | None) -> None:
    """Run what is missing, showing progress.

    Raises:
        StepFailedError: a step failed or a worker died; everything finished is kept.
        InterruptedRunError: stopped on request; everything finished is kept.
    """
    plan, place = prepared
    keep_study(place.store, plan, place.data_dir)
    for line in _absent(plan):
        _note(line)
    total, todo = len(plan.nodes), missing(plan, place)
    threads = plan.study.execution.threads
    count = workers if workers is not None else max(1, (os.cpu_count() or 1) // threads)
    if todo:
        _note(f"{plan.study.study}: {todo} of {total} steps to do, {count or 1} worker(s)")
        _note(f"store: {place.store.root}")
    with Watch(total, total - todo) as watch:
        outcome = run_local(plan, place, count, watch.tell)
    if outcome.done < outcome.total:
        raise StepFailedError(_what_failed(outcome, plan.study.study))


def _what_failed(outcome: Outcome, study: str) -> str:
    """The failure in words: how much, the first reason, and what to do."""
    failed = len(outcome.failed)
    said = [f"{failed} step(s) failed, {outcome.total - outcome.done - failed} not done"]
    said += [f"{outcome.done} of {outcome.total} are kept"]
    if outcome.died:
        said += [f"{len(outcome.died)} worker(s) ended with codes {list(outcome.died)}"]
    reasons = next(iter(outcome.failed.values()), "").strip().splitlines()
    if reasons:
        said += [f"first reason: {reasons[-1]}"]
    return f"{'; '.join(said)}. See 'stiltwalk status {study}', mend the cause and run again."


def show_plan(prepared: Prepared, *, as_json: bool) -> None:
    """Print the steps of a plan, each with its state."""
    plan, place = prepared
    rows = [
        {
            "step": node.key[:12],
            "state": "cached" if place.store.has(node.key) else "to do",
            "title": node.title,
        }
        | ({"key": node.key, "kind": node.step.kind, "parents": list(node.parents)} if as_json else {})
        for node in plan.nodes.values()
    ]
    if as_json:
        show.print_json("steps", rows)
        return
    show.print_table(rows, ("step", "state", "title"))
    cached = sum(row["state"] == "cached" for row in rows)
    show.console.print(
        f"\n{len(rows)} steps ({cached} cached) fill {len(plan.cells)} cells: "
        f"{len(plan.study.encoders)} encoder(s) × {len(plan.study.arms)} arms × "
        f"{len(plan.study.seeds)} seed(s) × {len(plan.study.targets)} target(s)."
    )
    for line in _absent(plan):
        show.console.print(line)


def show_results(prepared: Prepared, *, as_json: bool) -> None:
    """Print the scores and gains of a study that was just run."""
    rows = study_rows(prepared.place.store, prepared.plan)
    if as_json:
        show.print_json("rows", _records(rows))
    else:
        _summary(rows, prepared.plan)


def print_results(name: str, store: Path | None, *, csv: bool, parquet: Path | None, as_json: bool) -> None:
    """Print the rows of a kept study, in the form asked for."""
    opened = open_store(options.store_root(store))
    plan = _kept_plan(opened, name)
    rows = study_rows(opened, plan)
    if parquet is not None:
        rows.to_parquet(parquet, index=False)
        _note(f"{len(rows)} rows written to {parquet}")
    elif csv:
        rows.to_csv(sys.stdout, index=False)
    elif as_json:
        show.print_json("rows", _records(rows))
    else:
        _summary(rows, plan)


def show_status(name: str | None, store: Path | None, *, as_json: bool) -> None:
    """Print the state of every step of one study, or of every kept study in a line."""
    opened = open_store(options.store_root(store))
    if name is None:
        rows = [_one_line(opened, kept) for kept in kept_names(opened)]
        if as_json:
            show.print_json("rows", rows)
        elif rows:
            show.print_table(rows, ("study", "steps", "done", "running", "failed", "waiting"))
        else:
            show.console.print(f"No study was run with the store {opened.root}.")
        return
    states = step_states(_kept_plan(opened, name), opened)
    rows = [
        {
            "step": s.key if as_json else s.key[:12],
            "state": s.state,
            "seconds": s.wall_seconds,
            "title": s.title,
            "why": s.why,
        }
        for s in states
    ]
    if as_json:
        show.print_json("rows", rows)
    else:
        show.print_table(rows, ("step", "state", "seconds", "title", "why"))


def _kept_plan(store: Store, name: str) -> Plan:
    """The plan of a kept study; a file's path stands for the study it describes."""
    if name.endswith((".yaml", ".yml")):
        name = read_study(Path(name), {}).study
    return read_kept_study(store, name).plan


def _one_line(store: Store, name: str) -> dict[str, Any]:
    states = [s.state for s in step_states(read_kept_study(store, name).plan, store)]
    counts = {state: states.count(state) for state in ("done", "running", "failed", "waiting")}
    return {"study": name, "steps": len(states), **counts}


def _summary(rows: pd.DataFrame, plan: Plan) -> None:
    """Scores by arm and gains over ``none``, whichever way they fall, then the caveats."""
    if rows.empty:
        show.console.print("No result yet.")
        return
    scores = (
        rows.groupby(["encoder", "intermediate", "target", "metric"], sort=False)
        .agg(languages=("language", "nunique"), seeds=("seed", "nunique"), value=("value", "mean"))
        .reset_index()
    )
    show.print_table(
        _records(scores),
        ("encoder", "intermediate", "target", "metric", "languages", "seeds", "value"),
        title="Mean over languages and seeds (0 to 100)",
    )
    found = gains(rows)
    overall = found[found["language"] == "zero-shot"]
    if not overall.empty:
        show.console.print()
        show.print_table(
            _records(overall),
            (
                "encoder",
                "intermediate",
                "target",
                "metric",
                "seeds",
                "baseline",
                "value",
                "gain",
                "spread",
                "degenerate",
            ),
            title="Gain over 'none', mean of the zero-shot languages (points; spread: sd over seeds)",
        )
    marks = dict.fromkeys(mark for text in rows["caveats"].unique() for mark in text.split(";") if mark)
    show.console.print()
    for mark, sentence in explain(marks).items():
        show.console.print(f"{mark}: {sentence}", markup=False)
    show.console.print(
        f"\n{len(rows)} rows. All of them: stiltwalk results {plan.study.study} --csv", markup=False
    )


def _absent(plan: Plan) -> list[str]:
    """A line for every target that has languages without test files."""
    by_task: dict[str, list[str]] = {}
    for task, language in plan.absent:
        by_task.setdefault(task, []).append(language)
    return [f"{task}: no test files, so not tested: {' '.join(codes)}" for task, codes in by_task.items()]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _note(message: str) -> None:
    print(message, file=sys.stderr)  # noqa: T201  progress and notes go to standard error
