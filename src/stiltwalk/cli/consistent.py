"""Printing how far arms say the same in different languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from stiltwalk.analyse.across.consistency import Pairs, label_pairs, ranked_pairs
from stiltwalk.analyse.across.consistency_table import Consistency, consistency_table
from stiltwalk.analyse.estimates import CONFIDENCE
from stiltwalk.cli import show
from stiltwalk.cli.estimates import change, plain, say, seeds
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.errors import StiltwalkError, UserError
from stiltwalk.spec.study import catalogue_of
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import find_task
from stiltwalk.store.predictions import kept_languages, read_labels, read_rankings
from stiltwalk.store.store import Store

_LABELLED = frozenset({"sequence-classification", "multiple-choice"})
_COLUMNS = (
    *("target", "arm", "pairs", "measure", "level", "vs none", "vs none at equal accuracy"),
    *("seeds", "languages paired", "items"),
)

Runs = dict[tuple[str, int], Pairs]
"""(arm, seed) → how it agrees with itself."""


def show_consistency(scores: pd.DataFrame, plan: Plan, store: Store, confidence: float = CONFIDENCE) -> None:
    """Print the consistency of every arm, and of which targets there is none and why.

    Args:
        scores: as ``analyse.scores.scores`` makes them; collapsed runs are left out.
        plan: of the study.
        store: where its steps lie.
        confidence: of intervals.

    Raises:
        UserError: a finished step is damaged; named, with the cure.
    """
    tasks = catalogue_of(plan.study)
    records = [find_task(target.task, tasks) for target in plan.study.targets]
    silent: dict[str, str] = {}
    for encoder in dict.fromkeys(str(name) for name in scores["encoder"]):
        rows = []
        for task in records:
            try:
                runs = _runs(scores, plan, store, encoder, task)
            except UserError:
                raise
            except StiltwalkError as error:  # items that are not parallel
                silent[task.name] = str(error)
                continue
            if runs is None:
                silent[task.name] = "neither labels nor rankings are predicted there."
                continue
            rows += [_row(task.name, each) for each in consistency_table(runs, confidence)]
        if rows:
            show.console.print()
            show.print_table(
                rows,
                _COLUMNS,
                title=f"{encoder}: the same answer to the same item in two languages, times 100, each with "
                f"its {100 * confidence:.4g} % interval over seeds",
            )
            say(
                "kappa takes off what chance alone would give. At equal accuracy: less what pairs of "
                "languages within a run gain by being done better."
            )
    for name, why in silent.items():
        say(f"No consistency of '{name}': {why}")


def _runs(scores: pd.DataFrame, plan: Plan, store: Store, encoder: str, task: Task) -> Runs | None:
    """Pairs of every finished run that did not collapse; ``None``: the target has nothing to compare."""
    if task.type not in _LABELLED and not (task.scorer is not None and task.scoring.ranks):
        return None
    own = scores[(scores["encoder"] == encoder) & (scores["target"] == task.name) & ~scores["degenerate"]]
    parts: Any = own.groupby(["intermediate", "seed"], sort=False)  # the keys have no types
    by_run: Mapping[tuple[str, int], pd.DataFrame] = {
        (str(arm), int(seed)): part for (arm, seed), part in parts
    }
    keys = {
        (cell.intermediate, cell.seed): cell.key
        for cell in plan.cells
        if cell.encoder == encoder and cell.target == task.name
    }
    found: dict[str, Pairs] = {}  # by step: several cells may share one
    runs: Runs = {}
    for run, part in by_run.items():
        key = keys[run]
        if key not in found:
            found[key] = _pairs(store, key, task, part)
        if found[key].pairs:
            runs[run] = found[key]
    return runs


def _pairs(store: Store, key: str, task: Task, scores: pd.DataFrame) -> Pairs:
    languages = kept_languages(store, key)
    if task.type in _LABELLED:
        return label_pairs({code: read_labels(store, key, code) for code in languages})
    by_language = dict(zip(scores["language"], scores["score"], strict=True))
    return ranked_pairs({code: read_rankings(store, key, code) for code in languages}, by_language)


def _row(target: str, found: Consistency) -> dict[str, object]:
    compared = found.arm != NONE_ARM
    left_out = f" ({found.left_out} left out)" if found.left_out else ""
    return {
        "target": target,
        "arm": found.arm,
        "pairs": found.scope,
        "measure": found.measure,
        "level": plain(found.level),
        "vs none": change(found.change) if compared else "",
        "vs none at equal accuracy": change(found.at_equal_accuracy) if compared else "",
        "seeds": seeds(found.runs, found.seeds, compared=compared),
        "languages paired": f"{found.pairs}{left_out}",
        "items": found.items,
    }
