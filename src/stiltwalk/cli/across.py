"""Printing what a mean over languages hides: gap, worst languages, spread, consistency, kinds of language.

Beside that, how far gains depend on which test examples there are.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd

from stiltwalk.analyse.across.relations import NOT_INDEPENDENT, relations
from stiltwalk.analyse.across.spread import MEANS, WORST, Spread, spreads
from stiltwalk.analyse.estimates import CONFIDENCE
from stiltwalk.analyse.responses import Responses, responses
from stiltwalk.cli import show
from stiltwalk.cli.by_items import show_items
from stiltwalk.cli.consistent import show_consistency
from stiltwalk.cli.estimates import change, plain, say, seeds
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.pretraining_text import text_sizes
from stiltwalk.store.store import Store
from stiltwalk.store.studies import kept_names, read_kept_study

_MEASURES = ("gap", f"worst-{WORST}", "sd")


def show_across(
    scores: pd.DataFrame,
    plan: Plan,
    store: Store,
    *,
    confidence: float = CONFIDENCE,
    data_dir: Path | None = None,
) -> None:
    """Print gap, worst languages, spread, consistency, kinds of language, and gains over test items.

    Args:
        scores: as ``analyse.scores.scores`` makes them.
        plan: of the study.
        store: where its steps lie.
        confidence: of intervals.
        data_dir: where test data lies, from which documents are read where it is there; ``None``: where the
            study was run on, if the store keeps that.

    Raises:
        UserError: a finished step is damaged; named, with the cure.
    """
    if scores.empty:
        show.console.print("No result yet: nothing can be said of languages.")
        return
    found = responses(scores)
    for each in found:
        _show_spread(each, confidence)
    show_consistency(scores, plan, store, confidence)
    for each in found:
        _show_relations(each, plan, confidence)
    if data_dir is None and plan.study.study in kept_names(store):
        data_dir = read_kept_study(store, plan.study.study).data_dir
    show_items(found, plan, store, confidence=confidence, data_dir=data_dir)


def _show_spread(found: Responses, confidence: float) -> None:
    rows = _spread_rows(spreads(found, confidence=confidence))
    if not rows:
        say(
            f"{found.encoder}: no target has runs that did not collapse in two languages or more, so there "
            "is nothing to say of gaps between languages."
        )
        return
    columns = [
        "target",
        "targets",
        "arm",
        "seeds",
        *(name for each in _MEASURES for name in (each, f"{each} vs none")),
    ]
    shown = [name for name in columns if any(row.get(name) for row in rows)]
    show.console.print()
    show.print_table(
        rows,
        shown,
        title=f"{found.encoder}: between languages, in points, each with its {_percent(confidence)} interval "
        f"over seeds (gap: English minus the mean of the others; worst-{WORST}: mean of each run's {WORST} "
        "lowest; sd: over languages but English)",
    )
    seen = [
        f"{row['arm']} ({row['seen']})" for row in rows if row["target"] == rows[0]["target"] and row["seen"]
    ]
    if seen:
        say(
            f"Languages above that are in an arm's own intermediate data, where transfer is not zero-shot: "
            f"{', '.join(seen)} in '{rows[0]['target']}'."
        )
    say(
        "The lowest languages are chosen anew in every run, so runs that vary more look worse in "
        f"worst-{WORST} and in sd. Collapsed runs are left out. Means over targets are over those that the "
        "arm and 'none' both have."
    )


def _spread_rows(found: tuple[Spread, ...]) -> list[dict[str, Any]]:
    """One row for each target and arm, its measures side by side."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    single = dict.fromkeys(each.target for each in found if each.target not in MEANS)
    order = {name: place for place, name in enumerate((*single, *MEANS))}
    for each in found:
        row = rows.setdefault((each.target, each.arm), {"target": each.target, "arm": each.arm, "seen": 0})
        row[each.measure] = plain(each.level)
        row["seen"] = max(row["seen"], each.seen)
        if each.arm != NONE_ARM:
            row[f"{each.measure} vs none"] = change(each.change)
        row["seeds"] = seeds(each.runs, each.seeds, compared=each.arm != NONE_ARM)
        row["targets"] = each.targets
    return sorted(rows.values(), key=lambda row: order[row["target"]])


def _show_relations(found: Responses, plan: Plan, confidence: float) -> None:
    source = next((each.source for each in plan.study.encoders if each.name == found.encoder), None)
    text = text_sizes(source)
    rows = [
        {
            "arm": each.arm,
            "gain": each.what,
            "points": change(each.estimate),
            "p, all ways tried": None if math.isnan(each.exact_p) else f"{each.exact_p:.3f}",
            "languages": " and ".join(map(str, each.groups)),
            "targets": each.targets,
        }
        for each in relations(found, text, confidence)
    ]
    if not rows:
        return
    show.console.print()
    show.print_table(
        rows,
        ("arm", "gain", "points", "p, all ways tried", "languages", "targets"),
        title=f"{found.encoder}: gains over 'none' by kind of language ({_percent(confidence)} t interval "
        "over languages)",
    )
    say(NOT_INDEPENDENT)
    if not text:
        say(
            f"How much text of each language {found.encoder} was pretrained on is not known here, so nothing "
            "is said of that."
        )


def _percent(confidence: float) -> str:
    return f"{100 * confidence:.4g} %"
