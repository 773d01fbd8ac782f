"""Averages: what an arm gains over ``none`` on a target, on a group of targets, and over all of them.

Every average is given in each of the views of ``comparing.py`` and both without collapsed runs and with
them, so that whatever flatters a gain can be seen beside it. A target counts the same in an average however
many languages it has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple, get_type_hints

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stiltwalk.analyse.blocks import contrasts
from stiltwalk.analyse.comparing import VIEWS, View, cells_of
from stiltwalk.analyse.estimates import CONFIDENCE
from stiltwalk.analyse.multiplicity import benjamini_hochberg, holm
from stiltwalk.analyse.power import minimum_detectable
from stiltwalk.analyse.responses import Bools, Floats, Responses, averaged, responses
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.spec.tasks import Catalogue, find_task
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS

Level = Literal["target", "group", "overall"]

OVERALL = "overall"
"""Stands in ``of`` for the average over all targets."""

FAMILY = ("encoder", "level", "view", "healthy")
"""What rows share that are adjusted together."""


class Average(NamedTuple):
    """One average gain of one arm; the columns of what ``averages`` returns.

    Attributes:
        encoder: the encoder's name.
        intermediate: the arm's name, never ``none``.
        level: what is averaged over: the languages of a target, the targets of a group, all targets.
        of: the name of the target or group; ``overall``.
        view: which cells count, a name of ``comparing.View``.
        healthy: whether collapsed runs are left out.
        gain: in points; NaN where the arms share nothing.
        se: its standard error over seeds; NaN where it is not known.
        df: degrees of freedom; 0 where there are none.
        low: lower end of its interval; -inf where nothing bounds it.
        high: upper end; inf where nothing bounds it.
        p: two-sided, of no gain; 1 where nothing is known.
        holm: ``p`` adjusted by Holm over its family; NaN where nothing was tested, or the arm is a control.
        benjamini_hochberg: the same by Benjamini and Hochberg.
        mde: the smallest true gain that such a design finds four times in five; inf: none.
        seeds: how many it rests on; a fraction where parts of averages were missing.
        targets: how many were averaged.
        cells: how many targets in languages.
        runs: how many runs of the two arms there are on these targets, collapsed ones included.
        degenerate: how many of these had collapsed.
    """

    encoder: str
    intermediate: str
    level: Level
    of: str
    view: View
    healthy: bool
    gain: float
    se: float
    df: float
    low: float
    high: float
    p: float
    holm: float
    benjamini_hochberg: float
    mde: float
    seeds: float
    targets: int
    cells: int
    runs: int
    degenerate: int


def groups_of(targets: Iterable[str], tasks: Catalogue) -> dict[str, str]:
    """Target → its group: what a benchmark calls it that has the task, else the type of the task.

    Raises:
        UnknownNameError: a target is not among ``tasks``.
    """
    known = {
        each.task: group.name
        for benchmark in BENCHMARKS.values()
        for group in benchmark.groups
        for each in group.tasks
    }
    return {name: known.get(name) or find_task(name, tasks).type for name in dict.fromkeys(targets)}


def averages(
    scores: pd.DataFrame,
    groups: Mapping[str, str],
    confidence: float = CONFIDENCE,
    controls: Collection[str] = (),
) -> pd.DataFrame:
    """A row for each encoder, arm, target, group and all targets, view, without and with collapsed runs.

    An interval is that of ``comparing.compared``: over seeds, of these encoders, targets and languages.

    p-values are adjusted within a family. For targets that is every arm that is no control, on every
    target; for groups every such arm on every group; overall every such arm: of one encoder, one view, and
    either without or with collapsed runs. The view to be judged by is ``headline`` without them; the others
    are beside it to be looked at, not to be chosen from.

    Args:
        scores: as ``scores.scores`` makes them.
        groups: target → the group it belongs to (``groups_of``).
        confidence: of the intervals.
        controls: names of arms that no verdict is about.

    Returns:
        A frame with the fields of ``Average`` as columns. A target or group without a cell that counts has
        no row; of the average over all there is one even then.

    Raises:
        StiltwalkError: a target has no group.
    """
    rows = [
        row
        for found in responses(scores)
        if NONE_ARM in found.arms
        for healthy in (True, False)
        for row in _of_encoder(found, groups, healthy, confidence)
    ]
    frame = pd.DataFrame(rows, columns=list(Average._fields)).astype(_KINDS)
    frame["mde"] = minimum_detectable(frame["se"], frame["df"], confidence)
    judged = (frame["df"] > 0) & ~frame["intermediate"].isin(list(controls))
    tested = frame["p"].where(judged).to_numpy(dtype=float)
    for places in frame.groupby(list(FAMILY), sort=False).indices.values():
        for column, adjust in (("holm", holm), ("benjamini_hochberg", benjamini_hochberg)):
            frame.loc[places, column] = adjust(tested[places])
    return frame


_KINDS = get_type_hints(Average) | {"level": str, "view": str}


class _Part(NamedTuple):
    """A set of targets that is averaged over; ``cells`` is ``(cells,)``."""

    level: Level
    of: str
    cells: Bools


class _Known(NamedTuple):
    """Every arm's difference from the baseline over the same cells; arrays are ``(arms,)``."""

    value: Floats
    se: Floats
    df: Floats
    low: Floats
    high: Floats
    p: Floats
    seeds: Floats


class _Runs(NamedTuple):
    """How many runs there are; a run is a trained model on its target: an arm, a seed and a target.

    Attributes:
        of_cells: ``(cells,)``: of every cell the number of its target.
        there: ``(arms, targets)``.
        collapsed: ``(arms, targets)``: how many of these had collapsed.
    """

    of_cells: NDArray[np.intp]
    there: Floats
    collapsed: Floats

    def targets(self, cells: Bools) -> NDArray[np.intp]:
        """The numbers of the targets that have any of ``cells``."""
        found = np.zeros(self.there.shape[1], dtype=bool)
        found[self.of_cells[cells]] = True
        return np.flatnonzero(found)


def _of_encoder(
    found: Responses, groups: Mapping[str, str], healthy: bool, confidence: float
) -> Iterator[Average]:
    parts, runs = _parts(found.targets, groups), _runs(found)
    baseline = found.arms.index(NONE_ARM)
    # what is looked at again and again is made once
    looked_at = replace(found, values=found.healthy) if healthy else found
    # most arms and many views come to the same cells
    known: dict[bytes, _Known] = {}
    for place, arm in enumerate(found.arms):
        for view in VIEWS if place != baseline else ():
            counted = cells_of(looked_at, view, (arm, NONE_ARM), healthy=False)
            whole = cells_of(found, view, (arm, NONE_ARM), healthy=False) if healthy else counted
            for part in parts:
                cells = counted & part.cells
                if not cells.any() and part.level != "overall":
                    continue
                key = cells.tobytes()
                if key not in known:
                    known[key] = _gained(found, cells, baseline, healthy, confidence)
                gained = known[key]
                of_runs = runs.targets(whole & part.cells)
                yield Average(
                    encoder=found.encoder,
                    intermediate=arm,
                    level=part.level,
                    of=part.of,
                    view=view,
                    healthy=healthy,
                    gain=gained.value[place],
                    se=gained.se[place],
                    df=gained.df[place],
                    low=gained.low[place],
                    high=gained.high[place],
                    p=gained.p[place],
                    holm=np.nan,
                    benjamini_hochberg=np.nan,
                    mde=np.nan,
                    seeds=gained.seeds[place],
                    targets=len(runs.targets(cells)),
                    cells=int(cells.sum()),
                    runs=int(runs.there[[place, baseline]][:, of_runs].sum()),
                    degenerate=int(runs.collapsed[[place, baseline]][:, of_runs].sum()),
                )


def _gained(found: Responses, cells: Bools, baseline: int, healthy: bool, confidence: float) -> _Known:
    differences = np.eye(len(found.arms))
    differences[:, baseline] -= 1
    if cells.any():
        table = averaged(found, cells, healthy=healthy)
        values, present = table.values[None], table.present[None]
    else:
        values, present = np.full((1, *found.values.shape[:2]), np.nan), None
    made = contrasts(values, differences, present, confidence=confidence)
    half = made.half[0]
    bounded = np.isfinite(half)
    low = np.where(bounded, made.value[0] - half, -np.inf)
    high = np.where(bounded, made.value[0] + half, np.inf)
    return _Known(made.value[0], made.se[0], made.df[0], low, high, made.p[0], made.seeds[0])


def _parts(targets: tuple[str, ...], groups: Mapping[str, str]) -> list[_Part]:
    """Every target, every group, and all targets."""
    lacking = sorted({target for target in targets if target not in groups})
    if lacking:
        raise StiltwalkError(
            f"Averages need a group for every target; there is none for {', '.join(lacking)}."
        )
    levels: dict[Level, list[str]] = {
        "target": list(targets),
        "group": [groups[target] for target in targets],
        "overall": [OVERALL] * len(targets),
    }
    return [
        _Part(level, name, np.array(names) == name)
        for level, names in levels.items()
        for name in dict.fromkeys(names)
    ]


def _runs(found: Responses) -> _Runs:
    of_cells, names = pd.factorize(np.array(found.targets))
    of_targets = [(of_cells == number) & found.zero_shot for number in range(len(names))]

    def counted(marks: Bools) -> Floats:
        return np.array([np.any(marks[:, :, cells], axis=2).sum(axis=1) for cells in of_targets], float).T

    there = ~np.isnan(found.values) | found.degenerate
    return _Runs(of_cells, counted(there), counted(found.degenerate))
