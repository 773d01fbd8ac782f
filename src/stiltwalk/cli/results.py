"""Printing the rows of a study that was run before: all of them, or those that are asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from stiltwalk.cli import options, show
from stiltwalk.cli.studies import kept_plan
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.errors import unknown_name
from stiltwalk.store.narrowing import ALL, Narrowing, narrowed
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import Store, open_store


class Form(NamedTuple):
    """How rows are printed: as CSV, into a Parquet file, as JSON; none of them: as tables for people."""

    csv: bool = False
    parquet: Path | None = None
    json: bool = False


def print_results(
    name: str, store: Path | None, scale: str | None, form: Form, narrowing: Narrowing = ALL
) -> None:
    """Print the rows of a kept study that are asked for.

    Raises:
        UserError: there is no such study, or nothing in it is called like that.
    """
    opened = open_store(options.store_root(store))
    whole = kept_plan(opened, name, scale)
    _require_names(whole, narrowing)
    # gains are over the baseline, so that its rows are read with those of an arm
    with_baseline = not (form.csv or form.parquet) and bool(narrowing.arms)
    read = replace(narrowing, arms=(*narrowing.arms, NONE_ARM)) if with_baseline else narrowing
    compared = study_rows(opened, whole, read)
    _require_values(compared, narrowing, whole, opened)
    rows = compared[compared["intermediate"].isin(narrowing.arms)] if with_baseline else compared
    if form.parquet is not None:
        rows.to_parquet(form.parquet, index=False)
        show.note(f"{len(rows)} rows written to {form.parquet}")
    elif form.csv:
        rows.to_csv(sys.stdout, index=False)
    else:
        _print_with_gains(rows, compared, whole, opened, narrowing, as_json=form.json)


def _print_with_gains(
    rows: pd.DataFrame,
    compared: pd.DataFrame,
    whole: Plan,
    store: Store,
    narrowing: Narrowing,
    *,
    as_json: bool,
) -> None:
    # the statistics take a second to load, for which bare rows do not wait
    from stiltwalk.cli import outcomes  # noqa: PLC0415
    from stiltwalk.cli.verdict import show_short  # noqa: PLC0415

    plan = narrowed(whole, narrowing)
    if as_json:
        outcomes.print_lists(rows, plan, store, compared)
        return
    outcomes.summary(rows, plan, store, compared)
    if narrowing == ALL and not rows.empty:
        show_short(whole, store)


def _require_names(plan: Plan, narrowing: Narrowing) -> None:
    study = f"in the study '{plan.study.study}' called"
    _require(f"arm {study}", narrowing.arms, (cell.intermediate for cell in plan.cells))
    _require(f"target {study}", narrowing.targets, (cell.target for cell in plan.cells))
    _require(f"encoder {study}", narrowing.encoders, (cell.encoder for cell in plan.cells))


def _require_values(rows: pd.DataFrame, narrowing: Narrowing, plan: Plan, store: Store) -> None:
    """Refuse a language or metric that no row has; where nothing is finished, nothing is known of them."""
    asked = set(narrowing.languages) - set(rows["language"]) or set(narrowing.metrics) - set(rows["metric"])
    if not asked:
        return
    rows = study_rows(store, plan, replace(narrowing, languages=(), metrics=()))
    if rows.empty:
        show.note("none of these cells is finished yet")
        return
    _require("language in these results called", narrowing.languages, rows["language"].unique())
    _require("metric in these results called", narrowing.metrics, rows["metric"].unique())


def _require(kind: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    there = set(known) if wanted else set()
    for name in wanted:
        if name not in there:
            raise unknown_name(kind, name, there)
