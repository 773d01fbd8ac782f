"""The numbers behind an exchange of data for parameters: slopes, joint laws, frontier."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stiltwalk.analyse.decisions.ladder import enough_said
from stiltwalk.analyse.decisions.slopes_compared import Traded
from stiltwalk.analyse.decisions.wording import counted, listed, whole
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.fits.joint import JointChoice, choose_joint, interaction
from stiltwalk.analyse.fits.rates import frontier
from stiltwalk.analyse.responses import Floats
from stiltwalk.analyse.verdicts import Number, number


def known(found: Number) -> bool:
    """Whether there is anything in it: a value, or an end of an interval."""
    return not math.isnan(found.value) or math.isfinite(found.low) or math.isfinite(found.high)


def of_series(evidence: Evidence, found: Traded) -> Iterator[Number]:
    """Slopes, their difference, the exchange rate and the interaction of one series."""
    if found.reason:
        return
    name, n = found.series.name, float(found.size.encoders)
    short = "" if found.size.enough else f"not enough evidence: {enough_said(found.size)}"
    yield difference(found, short)
    for end, told in (("smallest encoders", found.smallest), ("largest encoders", found.largest)):
        yield difference(found, short)._replace(
            of=f"{name} · {end}", value=told.value, low=told.low, high=told.high, p=told.p
        )
    yield number(
        "slope of parameters",
        found.size.per_doubling,
        of=name,
        unit="points per doubling of parameters",
        n=n,
        units="encoders",
        note=short,
    )
    yield number(
        "slope of data",
        found.data,
        of=name,
        unit="points per doubling of data",
        n=float(len(found.curves)),
        units="encoders",
        note=short,
    )
    rate = found.rate
    low = rate.low if rate.low > 0 else -math.inf
    times = rate.doublings._replace(value=rate.factor, low=low, high=rate.high)
    yield number(
        "exchange rate",
        times,
        of=name,
        unit="times the data for a doubling of parameters",
        n=n,
        units="encoders",
        p=math.nan,
        note=rate.reason.rstrip("."),
    )
    yield number(
        "slope of data over size",
        found.moving.per_doubling,
        of=name,
        unit="points per doubling of data, per doubling of parameters",
        n=n,
        units="encoders",
        note=short,
    )
    for each in found.curves:
        yield number(
            "slope of data",
            found.slopes[each.encoder],
            of=each.of,
            unit="points per doubling of data",
            n=float(each.seeds),
            note=f"{whole(each.x[0])} to {whole(each.x[-1])} examples",
        )
    yield from _interaction(evidence, found)


def difference(found: Traded, note: str) -> Number:
    """What a doubling of parameters brings more than one of data."""
    return number(
        "parameters less data",
        found.difference,
        of=found.series.name,
        unit="points per doubling",
        n=float(found.size.encoders),
        units="encoders",
        note=note,
    )


class _Rows(NamedTuple):
    """Mean scores, a row for each encoder and amount."""

    parameters: Floats
    amounts: Floats
    scores: Floats
    encoders: NDArray[np.str_]
    families: NDArray[np.str_]


def _rows(evidence: Evidence, found: Traded) -> _Rows:
    rows = [
        (each.encoder, x, float(np.nanmean(own)))
        for each in found.curves
        for x, own in zip(each.x, each.table, strict=True)
        if not np.isnan(own).all()
    ]
    sizes = [evidence.encoders[name] for name, _, _ in rows]
    return _Rows(
        np.array([float(size.encoder_parameters or math.nan) for size in sizes]),
        np.array([x for _, x, _ in rows]),
        np.array([score for _, _, score in rows]),
        np.array([name for name, _, _ in rows], dtype=np.str_),
        np.array([size.family for size in sizes], dtype=np.str_),
    )


def joint(evidence: Evidence, found: Traded) -> JointChoice | None:
    """The joint laws of one series; ``None`` where it has no rows."""
    if found.reason:
        return None
    rows = _rows(evidence, found)
    return choose_joint(rows.parameters, rows.amounts, rows.scores, rows.encoders, rows.families)


def _interaction(evidence: Evidence, found: Traded) -> Iterator[Number]:
    """Whether size changes the returns of data, on the scale of ln error."""
    rows = _rows(evidence, found)
    told = interaction(
        rows.parameters,
        rows.amounts,
        rows.scores,
        rows.encoders,
        rows.families,
        confidence=evidence.confidence,
    )
    if math.isfinite(told.gamma.value):
        yield number(
            "interaction",
            told.gamma,
            of=found.series.name,
            unit="change of the slope of ln error on ln D, per ln N",
            n=float(told.encoders),
            units="encoders",
            note=told.reason.rstrip("."),
        )


def frontiers(evidence: Evidence, found: Sequence[Traded]) -> Iterator[Number]:
    """The best scores at each budget, over encoders, amounts, and series that share the first one's cells.

    Once by what trainings took, and once with all trials of their learning rates, where there were any.
    """
    alike = [each for each in found if not each.reason]
    alike = [each for each in alike if each.curves[0].keys == alike[0].curves[0].keys]
    tried = any(each.tried_flops > each.flops for each in evidence.trainings.values())
    for name, trials in (("frontier", False), *([("frontier with trials", True)] if tried else [])):
        points = [
            (cost, level, f"{each.encoder} · {listed(arms)}")
            for one in alike
            for each in one.curves
            for place, arms in enumerate(each.series.points.values())
            if math.isfinite(cost := _cost(evidence, each.encoder, arms, trials=trials))
            and math.isfinite((level := each.level(place, evidence.confidence)).value)
        ]
        costs, levels = [cost for cost, _, _ in points], [level for _, level, _ in points]
        for step in frontier(costs, levels, [label for _, _, label in points]):
            rivals = f"; not told apart from {counted(len(step.rivals), 'other')}" if step.rivals else ""
            yield number(
                name,
                step.score,
                of=step.label,
                n=step.score.df + 1,
                p=math.nan,
                note=f"from {step.cost:.3g} operations on the best that was measured{rivals}",
            )


def _cost(evidence: Evidence, encoder: str, arms: Sequence[str], *, trials: bool) -> float:
    """Operations of one intermediate training of these arms, a mean over draws and seeds."""
    own = [
        training.tried_flops if trials else training.flops
        for (name, arm, _), training in evidence.trainings.items()
        if name == encoder and arm in arms and not training.degenerate
    ]
    return float(np.mean(own)) if own else math.nan
