"""Printing gains with their intervals over test items, conditional on these trained models."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stiltwalk.analyse.comparing import cells_of
from stiltwalk.analyse.estimates import CONFIDENCE
from stiltwalk.analyse.item_cells import ItemCell, item_cell
from stiltwalk.analyse.items import CONDITIONAL, DRAWS, FEW, ItemGain, item_gains
from stiltwalk.analyse.responses import Responses
from stiltwalk.cli import show
from stiltwalk.cli.estimates import say
from stiltwalk.data.load import load
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.errors import StiltwalkError, UserError
from stiltwalk.spec.examples import Question
from stiltwalk.spec.study import catalogue_of
from stiltwalk.spec.task import SplitName, Task
from stiltwalk.spec.tasks import find_task
from stiltwalk.store.predictions import Kept, read_statistics
from stiltwalk.store.store import Store

ALL = "all targets"

_COLUMNS = ("arm", "target", "gain", "languages", "units", "seeds", "note")


def show_items(
    found: Sequence[Responses],
    plan: Plan,
    store: Store,
    *,
    confidence: float = CONFIDENCE,
    data_dir: Path | None = None,
    draws: int = DRAWS,
) -> None:
    """Print what every arm gains over ``none``, with intervals from drawing test items again.

    Of the cells that verdicts are about (``comparing``'s headline), over seeds whose runs did not collapse.

    Args:
        found: the scores of every encoder.
        plan: of the study.
        store: where its steps lie.
        confidence: of intervals.
        data_dir: where test data lies, from which documents are read where it is there.
        draws: how many times items are drawn.

    Raises:
        UserError: a finished step is damaged; named, with the cure.
    """
    reader = _Reader(plan, store, data_dir)
    shown = False
    for each in found:
        rows: list[dict[str, Any]] = []
        for arm in each.arms:
            if arm != NONE_ARM and NONE_ARM in each.arms:
                cells = list(reader.cells(each, arm))
                rows += _rows(arm, cells, draws, confidence)
        if rows:
            shown = True
            show.console.print()
            show.print_table(
                rows,
                _COLUMNS,
                title=f"{each.encoder}: gain over 'none' by test items, {CONDITIONAL} (points, "
                f"{100 * confidence:.4g} % percentile interval of {draws:,} draws of items; not of seeds)",
            )
    if shown:
        say(
            "These intervals say how much hangs on which test items there are. What other seeds would give "
            "they do not say."
        )
    for why in reader.said:
        say(why)


def _rows(arm: str, cells: list[ItemCell], draws: int, confidence: float) -> Iterator[dict[str, Any]]:
    if not cells:
        return
    gains = item_gains(cells, draws, confidence=confidence)
    targets = [cell.target for cell in cells]
    for target in dict.fromkeys(targets):
        taken = np.array([name == target for name in targets])
        own = [cell for cell in cells if cell.target == target]
        yield _row(arm, target, gains.mean(taken), own)
    if len(set(targets)) > 1:
        yield _row(arm, ALL, gains.mean(), cells)


def _row(arm: str, target: str, gain: ItemGain, cells: Sequence[ItemCell]) -> dict[str, Any]:
    kinds = {cell.documents for cell in cells}
    kind = "of each" if len(kinds) > 1 else "documents" if kinds == {True} else "examples"
    seeds = sorted({cell.seeds for cell in cells})
    unpaired = max(cell.unpaired for cell in cells)
    notes = [
        "too few units: the interval is too short" if 1 < gain.units < FEW else "",
        f"{unpaired} seeds in one arm only" if unpaired else "",
    ]
    ends = f"[{gain.low:+.2f}, {gain.high:+.2f}]" if math.isfinite(gain.low) else "[unbounded]"
    return {
        "arm": arm,
        "target": target,
        "gain": f"{round(gain.value, 2) + 0.0:+.2f} {ends}",
        "languages": len({cell.language for cell in cells}),
        "units": f"{gain.units} {kind}" if gain.units else "",
        "seeds": "-".join(map(str, {seeds[0]: 0, seeds[-1]: 0})),
        "note": "; ".join(filter(None, notes)),
    }


class _Reader:
    """Reads statistics of a study's steps, each once, and remembers what could not be had.

    Attributes:
        said: a sentence for each thing that could not be had.
    """

    def __init__(self, plan: Plan, store: Store, data_dir: Path | None) -> None:
        self.said: dict[str, None] = {}
        self._plan, self._store, self._data_dir = plan, store, data_dir
        self._tasks = catalogue_of(plan.study)
        self._splits: Mapping[str, SplitName] = {each.task: each.split for each in plan.study.targets}
        self._keys = {
            (cell.encoder, cell.intermediate, cell.seed, cell.target): cell.key for cell in plan.cells
        }
        self._kept: dict[tuple[str, str], Kept] = {}
        self._documents: dict[tuple[str, str], Mapping[str, str] | None] = {}

    def cells(self, found: Responses, arm: str) -> Iterator[ItemCell]:
        """Every cell of the headline view in which ``arm`` and ``none`` share a healthy seed."""
        for place in np.flatnonzero(cells_of(found, "headline", (arm, NONE_ARM))):
            task = find_task(found.targets[place], self._tasks)
            language = found.languages[place]
            pair = [self._by_seed(found, name, int(place), task) for name in (arm, NONE_ARM)]
            if not pair[0].keys() & pair[1].keys():
                self.said[
                    f"No interval over items for '{arm}' on '{task.name}': it shares no seed with "
                    f"'{NONE_ARM}' whose runs did not collapse."
                ] = None
                continue
            documents = self._documents_of(task, language, pair[1])
            try:
                yield item_cell(task.name, language, task.scoring.name, pair[0], pair[1], documents)
            except StiltwalkError as error:
                self.said[f"No interval over items for '{arm}': {error}"] = None

    def _by_seed(self, found: Responses, arm: str, place: int, task: Task) -> dict[int, Kept]:
        """Seed → statistics of the arm's runs that did not collapse."""
        language, values = found.languages[place], found.healthy[found.arms.index(arm), :, place]
        healthy = [seed for seed, value in zip(found.seeds, values, strict=True) if not math.isnan(value)]
        return {
            seed: self._read(self._keys[found.encoder, arm, seed, task.name], task, language)
            for seed in healthy
        }

    def _read(self, key: str, task: Task, language: str) -> Kept:
        if (key, language) not in self._kept:
            self._kept[key, language] = read_statistics(self._store, key, task.scoring, language)
        return self._kept[key, language]

    def _documents_of(
        self, task: Task, language: str, tested: Mapping[int, Kept]
    ) -> Mapping[str, str] | None:
        """Id → document, for questions of which several are asked about one text; ``None``: not known."""
        if task.type != "question-answering" or not tested:
            return None
        place = task.name, language
        if place not in self._documents:
            found = _documents(task, self._splits[task.name], language, self._data_dir)
            ids = next(iter(tested.values())).ids.tolist()
            known = found is not None and all(name in found for name in ids)
            self._documents[place] = found if known else None
            if not known:
                self.said[
                    f"'{task.name}': its test data is not at hand, so examples are drawn one by one although "
                    "several belong to one document: its intervals over items are too short."
                ] = None
        return self._documents[place]


def _documents(task: Task, split: SplitName, language: str, root: Path | None) -> Mapping[str, str] | None:
    """Id → its text's name, which is the first id that is asked about it: the same in parallel languages."""
    try:
        questions = [each for each in load(task, split, language, root) if isinstance(each, Question)]
    except UserError:
        return None
    names: dict[str, str] = {}
    for each in sorted(questions, key=lambda question: question.id):
        names.setdefault(each.context, each.id)
    return {each.id: names[each.context] for each in questions}
