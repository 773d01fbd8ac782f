"""Printing what arms spent: the realised mix of their tasks, and the steps, tokens and operations of it."""

from __future__ import annotations

from typing import Any

from stiltwalk.cli import show
from stiltwalk.cli.reporting.spending import Spent, spending
from stiltwalk.plan.nodes import Plan
from stiltwalk.store.store import Store

WITH_TRIALS = "with trials"
"""The operations of all trainings that a rate was chosen among, those that were discarded included."""

COLUMNS = ("encoder", "intermediate", "steps", "tokens", "operations", WITH_TRIALS, "mix")


def show_spent(plan: Plan, store: Store) -> None:
    """Print a line for every arm whose intermediate training is done, its numbers means over seeds.

    Of a control that trains the targets for longer it is what that added, a mean over targets as well.
    """
    rows = [
        {"encoder": encoder, "intermediate": arm} | _line(spent)
        for (encoder, arm), spent in spending(plan, store).items()
    ]
    if rows:
        show.console.print()
        columns = [name for name in COLUMNS if name != WITH_TRIALS or any(row[name] for row in rows)]
        show.print_table(rows, columns, title="What the arms spent (mean over seeds; mix: share of steps)")


def _line(spent: Spent) -> dict[str, Any]:
    return {
        "steps": round(spent.steps),
        "tokens": round(spent.tokens),
        "operations": f"{spent.flops:.2e}",
        WITH_TRIALS: None if spent.tried_flops is None else f"{spent.tried_flops:.2e}",
        "mix": spent.mix,
    }
