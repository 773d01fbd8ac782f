"""Words of claims: what a predicate says, and what the rows show of it, for people."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stiltwalk.analyse.claims.predicates import Estimated
from stiltwalk.analyse.decisions.best import Best
from stiltwalk.analyse.decisions.wording import counted, listed, said, signed
from stiltwalk.spec.claims import LeftOut
from stiltwalk.spec.predicates import (
    BestPerTargetGain,
    BetterThan,
    DecisionIs,
    ExceedsAll,
    GainAboveInShare,
    IntervalAboveInShare,
    MeanGainAbove,
    MeanGainWithin,
    NoGainAbove,
    NotBetterInMost,
    Predicate,
)

_LEFT_OUT: dict[LeftOut, str] = {
    "english": "English",
    "seen": "languages seen in between",
    "repeats": "targets whose training data the arm repeats",
    "retrieval": "targets that compare sentences",
}


def stated(predicate: Predicate) -> str:
    """What ``predicate`` says, in a line; a threshold with a star is ours."""
    if isinstance(predicate, MeanGainAbove):
        return f"mean gain of {predicate.arm} above {predicate.threshold.shown}"
    if isinstance(predicate, MeanGainWithin):
        return f"mean gain of {predicate.arm} within {predicate.value:g} ± {predicate.margin.shown}"
    if isinstance(predicate, ExceedsAll):
        return f"{predicate.arm} above each of {counted(len(predicate.others), 'other arm')}"
    if isinstance(predicate, GainAboveInShare | IntervalAboveInShare):
        what = "gain" if isinstance(predicate, GainAboveInShare) else "interval of the gain"
        many = f"at least a share of {predicate.share.shown} of {counted(len(predicate.arms), 'arm')}"
        return f"on {listed(predicate.targets)}, {what} above {predicate.threshold.shown} for {many}"
    if isinstance(predicate, NoGainAbove):
        many = counted(len(predicate.arms), "arm")
        return f"on {listed(predicate.targets)}, none of {many} gains more than {predicate.threshold.shown}"
    if isinstance(predicate, BestPerTargetGain):
        return f"gain with the best arm per target within {predicate.value:g} ± {predicate.margin.shown}"
    if isinstance(predicate, BetterThan):
        return f"better without {_suffixes(predicate)} than with, mean over pairs"
    if isinstance(predicate, NotBetterInMost):
        return f"better with {_suffixes(predicate)} in at most half of the pairs"
    return _decision(predicate)


def without(left_out: Sequence[LeftOut]) -> str:
    """Which cells are left out, in words; of none: all cells."""
    return f"without {listed([_LEFT_OUT[each] for each in left_out])}" if left_out else "as stated"


def shown_by(predicate: Predicate, found: Estimated) -> str:
    """What the estimates of several contrasts come to, with their numbers; empty: there is one."""
    names = [each.of for each in found.asked.contrasts]
    values = [each.value for each in found.estimates]
    if isinstance(predicate, GainAboveInShare | IntervalAboveInShare):
        return "; ".join(_counts(predicate, found))
    if isinstance(predicate, NoGainAbove):
        above = [each > predicate.threshold.value for each in values]
        most = max(range(len(values)), key=values.__getitem__)
        return (
            f"{sum(above)} of {counted(len(values), 'estimate')} above {predicate.threshold.value:g}; the "
            f"largest is {names[most]}'s, {said(found.estimates[most])}"
        )
    if isinstance(predicate, ExceedsAll):
        least = min(range(len(values)), key=values.__getitem__)
        ahead = sum(value > 0 for value in values)
        return f"above {ahead} of {len(values)}; least far: {names[least]}, {said(found.estimates[least])}"
    if isinstance(predicate, NotBetterInMost):
        return f"better in {sum(value > 0 for value in values)} of {counted(len(values), 'pair')}"
    return ""


def shown_by_best(found: Best) -> str:
    """What choosing each target's arm comes to; empty where nothing could be chosen."""
    if not found.targets:
        return ""
    chosen = f"chosen: {', '.join(f'{each.arm} for {each.target}' for each in found.targets)}"
    if not math.isfinite(found.optimism):
        return f"{chosen}; none of it can be judged on other seeds"
    return (
        f"{chosen}; judged on the seeds they were chosen on it would be {signed(found.naive)} points, "
        f"{signed(found.optimism)} of which are optimism"
    )


def _counts(predicate: GainAboveInShare | IntervalAboveInShare, found: Estimated) -> list[str]:
    whole = isinstance(predicate, IntervalAboveInShare)
    lines = []
    for target in predicate.targets:
        here = [
            each
            for contrast, each in zip(found.asked.contrasts, found.estimates, strict=True)
            if contrast.on == target
        ]
        above = sum((each.low if whole else each.value) > predicate.threshold.value for each in here)
        what = "intervals" if whole else "gains"
        lines.append(f"on {target} {above} of {len(here)} {what} above {predicate.threshold.value:g}")
    return lines


def _suffixes(predicate: BetterThan | NotBetterInMost) -> str:
    return " or ".join(predicate.suffixes)


def _decision(predicate: DecisionIs) -> str:
    if predicate.number:
        return f"decision '{predicate.decision}': {predicate.number} other than 0"
    return f"decision '{predicate.decision}': {' or '.join(predicate.answers)}"
