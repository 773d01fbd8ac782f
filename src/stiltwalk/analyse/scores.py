"""Scores: of every run on every target and language the one number it is compared by.

That is the mean of the target's main metrics (``metrics.scorers.main_score``). Averages, gains, fits and
verdicts are made of these; other metrics have gains of their own (``gains.py``).
"""

from __future__ import annotations

import pandas as pd

from stiltwalk.analyse.layers import swept_layer
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.spec.tasks import Catalogue, find_task

RUN = ("encoder", "intermediate", "seed", "target")
"""What one evaluated model is known by."""
CELL = (*RUN, "language")

REPEATS = "intermediate-repeats-target-training"
"""The caveat of rows whose intermediate data is the target's own training data again."""

_NEEDED = (*CELL, "metric", "value", "degenerate", "language_seen_in_intermediate", "caveats")


def scores(rows: pd.DataFrame, tasks: Catalogue) -> pd.DataFrame:
    """One row for each encoder, arm, seed, target and language.

    Targets that were read at several layers are left out: no one layer is their score.

    Args:
        rows: result rows of one study, columns as in ``store.rows.COLUMNS``.
        tasks: every task that the rows may name.

    Returns:
        Columns encoder, intermediate, seed, target, language, score (0 to 100; NaN where a metric is no
        number), degenerate, seen (the language was in the intermediate data), repeats (the intermediate data
        is the target's training data again), retrieval (the target compares sentences).

    Raises:
        StiltwalkError: a column is missing; a cell has a metric twice, or lacks one of its main metrics.
    """
    missing = [name for name in _NEEDED if name not in rows.columns]
    if missing:
        raise StiltwalkError(f"Scores need result rows; missing columns: {', '.join(missing)}.")
    single = rows[swept_layer(rows).isna()]
    main = {str(name): find_task(str(name), tasks).scoring.main for name in single["target"].unique()}
    wanted = pd.MultiIndex.from_tuples(
        [(target, metric) for target, metrics in main.items() for metric in metrics],
        names=["target", "metric"],
    )
    kept = single[pd.MultiIndex.from_frame(single[["target", "metric"]]).isin(wanted)]
    if kept.empty:
        return _frame(kept.assign(score=kept["value"], seen=False, repeats=False), tasks)
    _refuse_twice(kept)
    found = kept.assign(
        repeats=kept["caveats"].fillna("").str.contains(REPEATS, regex=False), unknown=kept["value"].isna()
    )
    table = (
        found.groupby(list(CELL), sort=False, observed=True)
        .agg(
            metrics=("metric", "size"),
            total=("value", "sum"),
            unknown=("unknown", "any"),
            degenerate=("degenerate", "any"),
            seen=("language_seen_in_intermediate", "any"),
            repeats=("repeats", "any"),
        )
        .reset_index()
    )
    expected = table["target"].map({target: len(metrics) for target, metrics in main.items()})
    lacking = table[table["metrics"] != expected]
    if not lacking.empty:
        first = lacking.iloc[0]
        names = ", ".join(f"{name} {first[name]}" for name in CELL)
        raise StiltwalkError(
            f"The cell ({names}) has {first['metrics']} of the metrics {', '.join(main[first['target']])}. "
            "Hand in all metrics."
        )
    return _frame(table.assign(score=(table["total"] / expected).where(~table["unknown"])), tasks)


def _refuse_twice(rows: pd.DataFrame) -> None:
    twice = rows[rows.duplicated([*CELL, "metric"])]
    if not twice.empty:
        names = ", ".join(f"{name} {twice.iloc[0][name]}" for name in (*CELL, "metric"))
        raise StiltwalkError(f"The cell ({names}) has more than one row. Keep one split and recipe.")


def _frame(table: pd.DataFrame, tasks: Catalogue) -> pd.DataFrame:
    types = {str(name): find_task(str(name), tasks).type for name in table["target"].unique()}
    retrieval = table["target"].map({name: kind == "sentence-retrieval" for name, kind in types.items()})
    found = table.assign(retrieval=retrieval.astype(bool))
    columns = [*CELL, "score", "degenerate", "seen", "repeats", "retrieval"]
    return found[columns].astype({"score": float, "degenerate": bool, "seen": bool, "repeats": bool})
