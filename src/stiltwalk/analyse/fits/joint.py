"""Which joint law of size and data do errors follow, and does size change what data returns.

The rows of one encoder count as independent once the law is taken out of them. Encoders that are better or
worse than the law as a whole make the weights surer than they should be; ``interaction`` therefore takes the
encoder as its unit: the returns of data within each, compared between them. What it finds hangs on the floor
of the error, E: with another floor the same errors bend otherwise. It is given with the fitted floor and with
none, and holds where both agree.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse.decisions.wording import counted
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, unbounded
from stiltwalk.analyse.fits.akaike import aicc, ranked
from stiltwalk.analyse.fits.joint_laws import (
    JOINT,
    JointFit,
    Labels,
    Rows,
    fit_joint,
    joint_count,
    joint_rows,
)
from stiltwalk.analyse.fits.laws import Floats
from stiltwalk.analyse.fits.slopes import family_slope

LEAST_ENCODERS: Final = 5
"""Encoders below which nothing is concluded about size (the protocol's rule)."""


class JointChoice(NamedTuple):
    """Joint laws, compared.

    Attributes:
        reason: why nothing can be concluded, a sentence; empty where something can. Laws that could be fitted
            all the same are there, as a description.
        encoders: how many.
        n: rows.
        fits: of every law.
        aicc: of each.
        delta: what each has above the best.
        weights: Akaike weights.
        best: name of the law with the least AICc.
        rivals: others within 2 of it.
        decided: there are no rivals, and no reason.
    """

    reason: str
    encoders: int
    n: int
    fits: tuple[JointFit, ...] = ()
    aicc: tuple[float, ...] = ()
    delta: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    best: str = ""
    rivals: tuple[str, ...] = ()
    decided: bool = False


class Interaction(NamedTuple):
    """Whether the returns of data change with size.

    Attributes:
        reason: why nothing can be concluded, a sentence; empty where something can.
        gamma: of ln N ln D in ln(e - E); above 0: data returns less to larger encoders.
        floor: the E it was found with, taken for known.
        without_floor: the same with E = 0.
        encoders: how many it rests on.
        slopes: of ln(e - E) on ln D, of each encoder, in the order of its first row.
    """

    reason: str
    gamma: Estimate
    floor: float
    without_floor: Estimate
    encoders: int
    slopes: tuple[float, ...] = ()


def choose_joint(
    parameters: Floats,
    amounts: Floats,
    scores: Floats,
    encoders: Labels,
    families: Labels | None = None,
    weights: Floats | None = None,
    huber: float | None = None,
) -> JointChoice:
    """Every joint law fitted to the same rows, and compared.

    Args:
        parameters: ``(rows,)``: N, above 0; rows of NaN are left out.
        amounts: ``(rows,)``: D; rows of 0 are left out.
        scores: ``(rows,)``: means over seeds, 0 to 100; rows of NaN are left out.
        encoders: ``(rows,)``: names.
        families: ``(rows,)``: names; ``None``: one family.
        weights: ``(rows,)``: one over the variance of a score; ``None``: all alike.
        huber: robust fit: residuals of ln e beyond so many of their standard deviations count by their
            distance (1.345 is usual); AICc is then an approximation. ``None``: least squares of e.

    Raises:
        StiltwalkError: arrays differ in length.
    """
    rows = joint_rows(parameters, amounts, scores, encoders, families, weights)
    names, n = len(set(rows.encoders)), len(rows.error)
    reason = _too_few(names)
    counts = {law: joint_count(law, len(rows.families)) for law in JOINT}
    if names < 2 or len(np.unique(rows.v)) < 3 or np.ptp(rows.u) == 0 or n <= max(counts.values()) + 1:
        return JointChoice(
            f"{counted(n, 'row')} of {counted(names, 'encoder')} do not bear a joint law: it takes "
            f"encoders of different sizes, three amounts above 0, more than {max(counts.values()) + 1} rows.",
            names,
            n,
        )
    if np.ptp(rows.error) < 1e-9:
        return JointChoice("All scores are the same: there is no law to choose.", names, n)
    fits = tuple(fit_joint(law, rows, counts[law], huber) for law in JOINT)
    order = ranked([aicc(fit.rss, fit.n, fit.k) for fit in fits])
    return JointChoice(
        reason,
        names,
        n,
        fits,
        order.aicc,
        order.delta,
        order.weights,
        fits[order.best].law,
        tuple(fits[place].law for place in order.rivals),
        not (order.rivals or reason),
    )


def _too_few(encoders: int) -> str:
    if encoders >= LEAST_ENCODERS:
        return ""
    return (
        f"Of {counted(encoders, 'encoder')} nothing follows about size: the encoder is the unit, and below "
        f"{LEAST_ENCODERS} there is not enough evidence."
    )


def interaction(
    parameters: Floats,
    amounts: Floats,
    scores: Floats,
    encoders: Labels,
    families: Labels | None = None,
    floor: float = 0.0,
    confidence: float = CONFIDENCE,
) -> Interaction:
    """Whether size changes the returns of data, with the encoder as the unit.

    Within each encoder ln(e - E) has a slope on ln D; between encoders these slopes have one on ln N, which
    is gamma. Families have a level of their own. Degrees of freedom are encoders less families less 1.

    Args:
        parameters: see ``choose_joint``, as for ``amounts``, ``scores``, ``encoders`` and ``families``.
        amounts: see ``choose_joint``.
        scores: see ``choose_joint``.
        encoders: see ``choose_joint``.
        families: see ``choose_joint``.
        floor: E, taken for known (of the fitted law); errors at or below it are left out.
        confidence: of the interval.

    Raises:
        StiltwalkError: arrays differ in length.
    """
    rows = joint_rows(parameters, amounts, scores, encoders, families, None)
    gamma, slopes = _between(rows, floor, confidence)
    plain, _ = _between(rows, 0.0, confidence)
    reason = _too_few(len(slopes))
    if not reason and not gamma.bounded:
        reason = "The encoders at hand do not tell size from family: gamma has no interval."
    if reason:
        gamma, plain = (unbounded(each.value, confidence) for each in (gamma, plain))
    return Interaction(reason, gamma, floor, plain, len(slopes), slopes)


def _between(rows: Rows, floor: float, confidence: float) -> tuple[Estimate, tuple[float, ...]]:
    above = rows.error > floor
    slopes, sizes, groups = [], [], []
    for name in dict.fromkeys(rows.encoders):
        mine = above & (rows.encoders == name)
        v = rows.v[mine]
        if len(np.unique(v)) < 2:
            continue
        logs = np.log(rows.error[mine] - floor)
        centred = v - v.mean()
        slopes.append(float(centred @ logs / (centred @ centred)))
        sizes.append(float(rows.u[mine][0]))
        groups.append(int(rows.of[mine][0]))
    return family_slope(np.array(sizes), np.array(slopes), np.array(groups), confidence), tuple(slopes)
