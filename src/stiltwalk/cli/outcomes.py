"""Printing what a study has come to: its plan, its rows and its gains."""

from __future__ import annotations

from typing import Any

import pandas as pd

from stiltwalk.analyse.layers import swept_layer
from stiltwalk.cli import show
from stiltwalk.cli.curves import show_curves
from stiltwalk.cli.gains import gain_lists, show_averages, show_gains
from stiltwalk.cli.measured import show_measured
from stiltwalk.cli.reporting.ending import NO_REPORT, Ending, ended, page_rows
from stiltwalk.cli.reporting.inference import efficiencies, measured_rows
from stiltwalk.cli.spent import show_spent
from stiltwalk.cli.tuned import show_tuned
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.caveats import explain
from stiltwalk.spec.study import catalogue_of
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import Store

SCORE_COLUMNS = ("encoder", "intermediate", "target", "metric", "languages", "seeds", "value")


def show_results(prepared: Prepared, ending: Ending = NO_REPORT, *, as_json: bool) -> None:
    """Print the scores and gains of a study that was just run, and end in a report of it, or without one.

    Raises:
        UserError: the report's folder holds something else, or cannot be written.
    """
    rows = study_rows(prepared.place.store, prepared.plan)
    if as_json:
        page = ended(prepared, ending, as_json=True)
        show.print_lists(_lists(rows, prepared.plan, prepared.place.store) | page_rows(page))
    else:
        summary(rows, prepared.plan, prepared.place.store)
        ended(prepared, ending)


def summary(rows: pd.DataFrame, plan: Plan, store: Store, compared: pd.DataFrame | None = None) -> None:
    """Scores by arm, gains over ``none``, whichever way they fall, what arms spent, curves, then caveats.

    Gains are taken among the rows ``compared``, where ``rows`` themselves lack the baseline.
    """
    if rows.empty:
        show.console.print("No result yet.")
        return
    single = rows[swept_layer(rows).isna()]
    if not single.empty:
        _show_scores(single)
    among = single if compared is None else compared[swept_layer(compared).isna()]
    show_gains(among, plan.study.analysis.confidence)
    show_averages(among, plan.study)
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


def print_lists(rows: pd.DataFrame, plan: Plan, store: Store, compared: pd.DataFrame | None = None) -> None:
    """Print the rows as JSON; beside them the gains and, where the study measures, what inference costs.

    Gains are taken among the rows ``compared``, where ``rows`` themselves lack the baseline.
    """
    show.print_lists(_lists(rows, plan, store, compared))


def _lists(
    rows: pd.DataFrame, plan: Plan, store: Store, compared: pd.DataFrame | None = None
) -> dict[str, list[dict[str, Any]]]:
    lists = {"rows": _records(rows)} | gain_lists(rows if compared is None else compared, plan.study)
    if plan.measured:
        scored = [each._asdict() for each in efficiencies(rows, plan, store)]
        lists |= {"inference": measured_rows(plan, store), "efficiency": scored}
    return lists


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


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
