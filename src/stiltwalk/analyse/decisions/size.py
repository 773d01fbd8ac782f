"""Decides whether the size of the encoder changes what intermediate training gains; encoders are units."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse.averages import groups_of
from stiltwalk.analyse.blocks import contrasts
from stiltwalk.analyse.comparing import View, cells_of
from stiltwalk.analyse.decisions.arms import collapsed_arms, collapsed_runs, judged_arms
from stiltwalk.analyse.decisions.ladder import FEWEST, BySize, by_size, enough_said
from stiltwalk.analyse.decisions.shared import cells_somewhere, shared_cells
from stiltwalk.analyse.decisions.standing import STANDING, missing_caveats
from stiltwalk.analyse.decisions.wording import counted, listed, percent, said
from stiltwalk.analyse.estimates import Estimate
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.responses import Bools, Responses, averaged, responses
from stiltwalk.analyse.verdicts import MEASURED, UNDECIDED, Curve, Number, Verdict, number
from stiltwalk.spec.arms import NONE_ARM

SHRINKS: Final = "shrinks with size"
GROWS: Final = "grows with size"
FLAT: Final = "does not change within margin"

PER_DOUBLING: Final = "points per doubling of parameters"
AXIS: Final = "parameters without embeddings"

_VIEWS: tuple[View, ...] = ("headline-without-retrieval", "zero-shot", "unseen", "without-repeats")

LINE: Final = (
    (
        "What size does is a line over the logarithm of parameters without embeddings, with an intercept for "
        "every family and one slope for all; whether it bends is not tested."
    ),
    (
        "Encoders scatter around their line normally and alike; they are the unit of inference, not their "
        "languages, targets or seeds."
    ),
)


class _Part(NamedTuple):
    """Some of what gains are averaged over.

    Attributes:
        arms: which arms.
        view: which cells.
        targets: of these targets alone; ``None``: all.
        healthy: whether collapsed runs are left out.
    """

    arms: tuple[str, ...]
    view: View = "headline"
    targets: frozenset[str] | None = None
    healthy: bool = True


class _Gains(NamedTuple):
    """The mean gain of every encoder, over cells that all of them have."""

    found: Mapping[str, Estimate]
    arms: tuple[str, ...]
    cells: int


def decide_size(evidence: Evidence) -> Verdict:
    """Whether the gain over ``none`` changes with the size of the encoder.

    Of every encoder its mean gain over all arms that are no controls is one number. ``does not change within
    margin``: over the whole ladder it is shown to change by less than the study's margin, by two one-sided
    tests; else ``shrinks with size`` or ``grows with size`` where the slope differs from 0. Below five
    encoders nothing is decided.
    """
    tables = {table.encoder: table for table in responses(evidence.scores) if NONE_ARM in table.arms}
    arms = _arms_to_judge(evidence, tables)
    main = _gains(evidence, tables, _Part(arms))
    line = _line(evidence, main)
    answer = _answer(evidence, line)
    whole = _gains(evidence, tables, _Part(arms, healthy=False))
    return Verdict(
        decision="size",
        answer=answer,
        sentence=_sentence(evidence, main, line, answer),
        numbers=tuple(_numbers(evidence, tables, main, whole)),
        assumptions=(*LINE, *STANDING),
        caveats=(
            *missing_caveats(evidence),
            *line_caveats(line),
            *_cell_caveats(tables, main),
            *_collapsed_caveats(evidence, tables, whole, answer),
        ),
        needed=_needed(evidence, line, answer),
        curves=tuple(_curves(evidence, main)),
    )


def _answer(evidence: Evidence, line: BySize) -> str:
    alpha, slope = 1 - evidence.confidence, line.per_doubling
    if not (line.enough and slope.df > 0):
        return UNDECIDED
    if line.p_flat(evidence.study.analysis.margin) <= alpha:
        return FLAT
    if slope.p > alpha:
        return UNDECIDED
    return GROWS if slope.value > 0 else SHRINKS


def _arms_to_judge(evidence: Evidence, tables: Mapping[str, Responses]) -> tuple[str, ...]:
    """Arms that every encoder has a healthy training of: a mean over others would compare arms, not sizes."""
    return tuple(
        arm
        for arm in judged_arms(evidence.study)
        if tables
        and all(
            arm in table.arms and arm not in collapsed_arms(evidence, encoder)
            for encoder, table in tables.items()
        )
    )


def _gains(evidence: Evidence, tables: Mapping[str, Responses], part: _Part) -> _Gains:
    """The mean over arms of the gain of every encoder; of an arm those cells that all encoders have."""
    masks = {arm: shared for arm in part.arms if (shared := _shared_cells(tables, arm, part)) is not None}
    if not masks:
        return _Gains({}, (), 0)
    found = {
        encoder: _mean_gain(
            table, {arm: of_arm[encoder] for arm, of_arm in masks.items()}, evidence.confidence, part
        )
        for encoder, table in tables.items()
    }
    cells = sum(int(next(iter(of_arm.values())).sum()) for of_arm in masks.values())
    return _Gains(found, tuple(masks), cells)


def _mean_gain(table: Responses, masks: Mapping[str, Bools], confidence: float, part: _Part) -> Estimate:
    """The mean over arms of the gain of one encoder, each over its own cells, within every seed first."""
    levels, present = [], []
    for arm, mask in masks.items():
        over = averaged(table, mask, healthy=part.healthy)
        places = [table.arms.index(arm), table.arms.index(NONE_ARM)]
        levels.append(over.values[places])
        present.append(over.present[places])
    result = contrasts(
        np.mean(levels, axis=0)[None],
        np.array([[1.0, -1.0]]),
        np.min(present, axis=0)[None],
        confidence=confidence,
    )
    return result.at(0, 0)


def _shared_cells(tables: Mapping[str, Responses], arm: str, part: _Part) -> dict[str, Bools] | None:
    """Encoder → the cells of ``arm`` that count with every encoder; ``None``: there are none."""
    if any(arm not in table.arms for table in tables.values()):
        return None
    own = {}
    for encoder, table in tables.items():
        mask = cells_of(table, part.view, (arm, NONE_ARM), healthy=part.healthy)
        if part.targets is not None:
            mask &= np.array([target in part.targets for target in table.targets], dtype=bool)
        own[encoder] = mask
    return shared_cells(tables, own)


def _line(evidence: Evidence, gains: _Gains) -> BySize:
    values = {encoder: found.value for encoder, found in gains.found.items()}
    return by_size(values, evidence.encoders, evidence.confidence)


def _sentence(evidence: Evidence, main: _Gains, line: BySize, answer: str) -> str:
    margin, slope = evidence.study.analysis.margin, line.per_doubling
    what = f"the mean gain of {counted(len(main.arms), 'arm')} over none"
    if not main.arms:
        return (
            "Whether size changes the gain cannot be said: no intermediate arm has a healthy run beside none "
            "in the same cells with every encoder."
        )
    if not line.enough:
        tendency = "" if not math.isfinite(slope.value) else f"; so far {said(slope, PER_DOUBLING)}"
        return (
            f"Whether size changes the gain cannot be said: a slope over size {enough_said(line)}{tendency}."
        )
    over = f"{said(slope, PER_DOUBLING)} ({percent(slope.confidence)}) over {line.encoders} encoders"
    if answer == FLAT:
        return (
            f"From the smallest encoder to the largest {what} changes by less than {margin:.2f} points: "
            f"{over}."
        )
    if answer == UNDECIDED:
        return (
            f"Whether size changes {what} cannot be said: {over}; it may be flat, and it may change by "
            f"{margin:.2f} points or more from the smallest to the largest."
        )
    verb = "grows" if answer == GROWS else "shrinks"
    return f"With the size of the encoder {what} {verb}: {over}."


def _numbers(
    evidence: Evidence, tables: Mapping[str, Responses], main: _Gains, whole: _Gains
) -> Iterator[Number]:
    arms = main.arms
    line = _line(evidence, main)
    yield _slope("slope of the gain", line, note="headline, mean over arms")
    yield number(
        "change over the ladder", line.over_range, n=line.encoders, units="encoders",
        p=line.p_flat(evidence.study.analysis.margin), note="p: of a change by the margin or more",
    )  # fmt: skip
    for encoder, found in main.found.items():
        yield number(
            "mean gain", found, of=encoder, n=len(arms), units="arms", note="headline; interval over seeds"
        )
    yield _slope("slope of the gain", _line(evidence, whole), note="headline, collapsed runs included")
    for view in _VIEWS:
        gains = _gains(evidence, tables, _Part(arms, view))
        yield _slope("slope of the gain", _line(evidence, gains), note=view)
    for arm in arms if len(arms) > 1 else ():
        gains = _gains(evidence, tables, _Part((arm,)))
        yield _slope("slope of the gain", _line(evidence, gains), of=arm, note="headline")
    for group, targets in _groups(evidence).items():
        gains = _gains(evidence, tables, _Part(arms, targets=targets))
        if gains.found:
            note = f"headline, targets of the group {group} alone"
            yield _slope("slope of the gain", _line(evidence, gains), of=group, note=note)


def _slope(name: str, line: BySize, *, of: str = "", note: str = "") -> Number:
    return number(
        name, line.per_doubling, of=of, unit=PER_DOUBLING, n=line.encoders, units="encoders", note=note
    )


def _groups(evidence: Evidence) -> dict[str, frozenset[str]]:
    """Group → its targets, where there are several groups; retrieval is one of them."""
    by_target = groups_of([str(target) for target in evidence.scores["target"].unique()], evidence.tasks)
    found: dict[str, set[str]] = {}
    for target, group in by_target.items():
        found.setdefault(group, set()).add(target)
    return {group: frozenset(targets) for group, targets in found.items()} if len(found) > 1 else {}


def line_caveats(line: BySize) -> Iterator[str]:
    """What must be known of the encoders that a line over size rests on."""
    families = {rung.family for rung in line.rungs}
    if line.alone:
        yield f"Alone in its family, so of no use to a slope: {listed(line.alone)}."
    if line.unknown:
        yield f"Left out, since size or gain is not known: {listed(line.unknown)}."
    if len(families) > 1:
        yield f"Families with an intercept each: {listed(sorted(families))}."
    seeds = [rung for rung in line.rungs if len(rung.encoders) > 1]
    if seeds:
        shapes = counted(len(seeds), "shape")
        yield f"Pretraining seeds of one shape count as one encoder, their mean: {shapes}."
    large = [rung for rung in line.rungs if rung.parameters > BILLION]
    if large and len(large) < LEAST_FOR_A_BEND:
        yield (
            f"{counted(len(large), 'size')} above 1 billion parameters: of a bend there nothing can be said."
        )


def _cell_caveats(tables: Mapping[str, Responses], main: _Gains) -> Iterator[str]:
    """Cells that only some encoders have are left out, or encoders would be compared on different ones."""
    some = sum(
        len(
            cells_somewhere(
                tables, {name: cells_of(table, "headline", (arm, NONE_ARM)) for name, table in tables.items()}
            )
        )
        for arm in main.arms
    )
    if some > main.cells:
        yield (
            f"{some - main.cells} of {some} cells (arms, targets, languages) are left out, since not every "
            "encoder has a healthy run there."
        )


BILLION: Final = 10**9
LEAST_FOR_A_BEND: Final = 4
"""Sizes from which a bend beside a slope leaves a degree of freedom."""


def _collapsed_caveats(
    evidence: Evidence, tables: Mapping[str, Responses], whole: _Gains, answer: str
) -> Iterator[str]:
    lost, runs = collapsed_runs(evidence)
    if lost:
        yield f"{lost} of {counted(runs, 'run')} collapsed and are left out."
    left = []
    for arm in judged_arms(evidence.study):
        dead = [name for name in tables if arm in collapsed_arms(evidence, name)]
        absent = [name for name in tables if arm not in tables[name].arms]
        if dead or absent:
            why = "collapsed" if dead else "has no run yet"
            left.append(f"{arm} ({why} with {listed(dead or absent)})")
    if left:
        yield f"Arms left out of the mean, since not every encoder has them: {listed(left)}."
    other = _answer(evidence, _line(evidence, whole))
    if other != answer:
        yield f"With collapsed runs included the answer would be: {other}."


def _needed(evidence: Evidence, line: BySize, answer: str) -> str:
    if answer != UNDECIDED:
        return ""
    if not line.enough:
        return f"A slope over size {enough_said(line)}."
    slope, margin = line.per_doubling, evidence.study.analysis.margin
    if not slope.df > 0:
        return "Nothing shows how encoders vary: all lie on one line to the last digit."
    wanted = margin / line.doublings
    half = slope.high - slope.value
    # the error of a slope falls with the square root of the encoders, where they are spread alike
    count = math.ceil(line.encoders * max(1.0, half / wanted) ** 2)
    return (
        f"About {max(count, line.encoders + 1)} encoders spread over the same sizes would bring the interval "
        f"down to a change of {margin:.2f} points over the ladder (has {line.encoders}; at least {FEWEST})."
    )


def _curves(evidence: Evidence, main: _Gains) -> Iterator[Curve]:
    """The mean gain over parameters, a curve for each family."""
    by_family: dict[str, list[tuple[int, Estimate]]] = {}
    for encoder, found in main.found.items():
        size = evidence.encoders.get(encoder)
        if size is not None and size.encoder_parameters and math.isfinite(found.value):
            by_family.setdefault(size.family, []).append((size.encoder_parameters, found))
    for family, points in by_family.items():
        ordered = sorted(points, key=lambda point: point[0])
        values = [found for _, found in ordered]
        yield Curve(
            MEASURED,
            f"{family} · mean gain",
            AXIS,
            tuple(float(count) for count, _ in ordered),
            tuple(found.value for found in values),
            tuple(found.low for found in values),
            tuple(found.high for found in values),
        )
