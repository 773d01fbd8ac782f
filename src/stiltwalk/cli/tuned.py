"""Printing learning rates that dev scores chose: what was tried, what was taken, and what trying cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stiltwalk.cli import show
from stiltwalk.engine.status import chosen_by
from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.steps import ChooseStep
from stiltwalk.store.store import Store

COLUMNS = ("encoder", "training", "dev", "rate", "trials", "steps", "tokens", "operations")


def show_tuned(plan: Plan, store: Store) -> None:
    """Print a line for every finished choice of a learning rate, if the plan has any."""
    rows = [
        {"encoder": node.encoder, "training": node.title.removeprefix("choose the rate of "), **_line(facts)}
        for node in plan.nodes.values()
        if isinstance(node.step, ChooseStep) and (facts := chosen_by(store, node.key))
    ]
    if rows:
        show.console.print()
        show.print_table(
            rows,
            COLUMNS,
            title="Learning rates chosen on English dev (dev: mean score at each rate; the rest is of all "
            "trials together, those that were discarded included)",
        )


def _line(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "dev": ", ".join(_score(each) for each in facts["rates"]),
        "rate": f"{facts['rate']:g}",
        "trials": facts["trials"],
        "steps": facts["steps"],
        "tokens": facts["tokens"],
        "operations": f"{facts['flops']:.2e}",
    }


def _score(each: Mapping[str, Any]) -> str:
    collapsed = f" ({each['degenerate']} collapsed)" if each["degenerate"] else ""
    return f"{each['rate']:g}: {each['mean']:.2f}{collapsed}"
