"""Printing what a study has come to: its plan, its state, its rows and its gains."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd

from stiltwalk.analyse.gains import ZERO_SHOT, gains
from stiltwalk.analyse.layers import swept_layer
from stiltwalk.cli import options, show
from stiltwalk.cli.curves import show_curves
from stiltwalk.cli.measured import efficiency_rows, measured_rows, show_measured
from stiltwalk.cli.spent import show_spent
from stiltwalk.cli.tuned import show_tuned
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.status import step_states
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.caveats import explain
from stiltwalk.spec.study import catalogue_of
from stiltwalk.spec.study_files import read_study
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import Store, open_store
from stiltwalk.store.studies import kept_names, read_kept_study

SCORE_COLUMNS = ("encoder", "intermediate", "target", "metric", "languages", "seeds", "value")
GAIN_COLUMNS = (
    *("encoder", "intermediate", "target", "metric", "seeds"),
    *("baseline", "value", "gain", "spread", "degenerate"),
)


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
    for line in show.absent_lines(plan):
        show.console.print(line)


def show_results(prepared: Prepared, *, as_json: bool) -> None:
    """Print the scores and gains of a study that was just run."""
    rows = study_rows(prepared.place.store, prepared.plan)
    if as_json:
        _print_lists(rows, prepared.plan, prepared.place.store)
    else:
        _summary(rows, prepared.plan, prepared.place.store)


def print_results(name: str, store: Path | None, *, csv: bool, parquet: Path | None, as_json: bool) -> None:
    """Print the rows of a kept study, in the form asked for."""
    opened = open_store(options.store_root(store))
    plan = kept_plan(opened, name)
    rows = study_rows(opened, plan)
    if parquet is not None:
        rows.to_parquet(parquet, index=False)
        show.note(f"{len(rows)} rows written to {parquet}")
    elif csv:
        rows.to_csv(sys.stdout, index=False)
    elif as_json:
        _print_lists(rows, plan, opened)
    else:
        _summary(rows, plan, opened)


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
    states = step_states(kept_plan(opened, name), opened)
    rows = [
        {
            "step": s.key if as_json else s.key[:12],
            "state": s.state,
            "seconds": s.wall_seconds,
            "title": s.title,
            "why": s.why,
        }
        | ({"spent": dict(s.spent)} if as_json else {})
        for s in states
    ]
    if as_json:
        show.print_json("rows", rows)
    else:
        show.print_table(rows, ("step", "state", "seconds", "title", "why"))


def kept_plan(store: Store, name: str) -> Plan:
    """The plan of a kept study; a file's path stands for the study it describes."""
    if name.endswith((".yaml", ".yml")):
        name = read_study(Path(name), {}).study
    return read_kept_study(store, name).plan


def _one_line(store: Store, name: str) -> dict[str, Any]:
    states = [s.state for s in step_states(read_kept_study(store, name).plan, store)]
    counts = {state: states.count(state) for state in ("done", "running", "failed", "waiting")}
    return {"study": name, "steps": len(states), **counts}


def _summary(rows: pd.DataFrame, plan: Plan, store: Store) -> None:
    """Scores by arm, gains over ``none``, whichever way they fall, what arms spent, curves, then caveats."""
    if rows.empty:
        show.console.print("No result yet.")
        return
    single = rows[swept_layer(rows).isna()]
    if not single.empty:
        _show_scores(single)
    show_gains(single)
    show_spent(plan, store)
    show_tuned(plan, store)
    show_measured(rows, plan, store)
    show_curves(rows, plan, store)
    marks = dict.fromkeys(mark for text in rows["caveats"].unique() for mark in text.split(";") if mark)
    show.console.print()
    for mark, sentence in explain(marks, catalogue_of(plan.study)).items():
        show.console.print(f"{mark}: {sentence}", markup=False)
    show.console.print(
        f"\n{len(rows)} rows. All of them: stiltwalk results {plan.study.study} --csv", markup=False
    )


def _print_lists(rows: pd.DataFrame, plan: Plan, store: Store) -> None:
    """Print the rows as JSON; beside them, where the study measures, what inference costs."""
    lists = {"rows": _records(rows)}
    if plan.measured:
        lists |= {"inference": measured_rows(plan, store), "efficiency": efficiency_rows(rows, plan, store)}
    show.print_lists(lists)


def _show_scores(rows: pd.DataFrame) -> None:
    scores = (
        rows.groupby(["encoder", "intermediate", "target", "metric"], sort=False)
        .agg(languages=("language", "nunique"), seeds=("seed", "nunique"), value=("value", "mean"))
        .reset_index()
    )
    show.print_table(
        _records(scores),
        SCORE_COLUMNS,
        title="Mean over languages and seeds (0 to 100)",
    )


def show_gains(rows: pd.DataFrame) -> None:
    """Print the gains over ``none``, whichever way they fall."""
    found = gains(rows)
    overall = found[found["language"] == ZERO_SHOT]
    if not overall.empty:
        show.console.print()
        show.print_table(
            _records(overall),
            GAIN_COLUMNS,
            title="Gain over 'none', mean of the zero-shot languages (points; spread: sd over seeds)",
        )


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
