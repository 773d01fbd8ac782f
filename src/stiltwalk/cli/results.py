"""Printing the rows of a study that was run before: all of them, or those that are asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from pyarrow import compute, csv, parquet

from stiltwalk.cli import options, show
from stiltwalk.cli.named import kept_plan
from stiltwalk.cli.own_places import writing_to
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.errors import unknown_name
from stiltwalk.store.narrowing import ALL, Narrowing, narrowed
from stiltwalk.store.rows import study_table
from stiltwalk.store.store import Store


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
        UserError: there is no such study, or nothing in it is called like that; the Parquet file cannot be
            written.
    """
    opened = options.kept_store(store)
    whole = kept_plan(opened, name, scale)
    _require_names(whole, narrowing)
    # gains are over the baseline, so that its rows are read with those of an arm
    with_baseline = not (form.csv or form.parquet) and bool(narrowing.arms)
    read = replace(narrowing, arms=(*narrowing.arms, NONE_ARM)) if with_baseline else narrowing
    compared = study_table(opened, whole, read)
    _require_values(compared, narrowing, whole, opened)
    if form.parquet is not None:
        with writing_to(form.parquet, "--parquet"):
            parquet.write_table(compared, form.parquet)
        show.note(f"{compared.num_rows} rows written to {form.parquet}")
    elif form.csv:
        _print_csv(compared)
    else:
        asked = compute.is_in(compared["intermediate"], value_set=pa.array(narrowing.arms, pa.string()))
        rows = compared.filter(asked) if with_baseline else compared
        _print_with_gains(rows, compared, whole, opened, narrowing, as_json=form.json)


def _print_csv(rows: pa.Table) -> None:
    """Text in quotation marks, nothing where nothing is known; booleans as Python and pandas write them."""
    for place, field in enumerate(rows.schema):
        if field.type == pa.bool_():
            words = compute.if_else(rows[field.name], "True", "False")
            rows = rows.set_column(place, field.name, words)
    sys.stdout.flush()
    csv.write_csv(rows, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _print_with_gains(
    rows: pa.Table,
    compared: pa.Table,
    whole: Plan,
    store: Store,
    narrowing: Narrowing,
    *,
    as_json: bool,
) -> None:
    # the statistics take a second to load, for which bare rows do not wait
    from stiltwalk.cli import outcomes  # noqa: PLC0415
    from stiltwalk.cli.verdict import show_short  # noqa: PLC0415

    plan, shown = narrowed(whole, narrowing), rows.to_pandas()
    if as_json:
        outcomes.print_lists(shown, plan, store, compared.to_pandas())
        return
    outcomes.summary(shown, plan, store, compared.to_pandas())
    if narrowing == ALL and rows.num_rows:
        show_short(whole, store)


def _require_names(plan: Plan, narrowing: Narrowing) -> None:
    study = f"in the study '{plan.study.study}' called"
    _require(f"arm {study}", narrowing.arms, (cell.intermediate for cell in plan.cells))
    _require(f"target {study}", narrowing.targets, (cell.target for cell in plan.cells))
    _require(f"encoder {study}", narrowing.encoders, (cell.encoder for cell in plan.cells))


def _require_values(rows: pa.Table, narrowing: Narrowing, plan: Plan, store: Store) -> None:
    """Refuse a language or metric that no row has; where nothing is finished, nothing is known of them."""
    asked = {"language": narrowing.languages, "metric": narrowing.metrics}
    if all(set(names) <= _different(rows, column) for column, names in asked.items()):
        return
    rows = study_table(store, plan, replace(narrowing, languages=(), metrics=()))
    if not rows.num_rows:
        show.note("none of these cells is finished yet")
        return
    for column, names in asked.items():
        _require(f"{column} in these results called", names, _different(rows, column))


def _different(rows: pa.Table, column: str) -> set[str]:
    return set(compute.unique(rows[column]).to_pylist())


def _require(kind: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    there = set(known) if wanted else set()
    for name in wanted:
        if name not in there:
            raise unknown_name(kind, name, there)
