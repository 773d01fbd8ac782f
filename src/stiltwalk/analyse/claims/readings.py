"""Readings: one predicate of a claim held against the rows, whatever their scope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from stiltwalk.analyse.claims.asking import ROUNDING, asked
from stiltwalk.analyse.claims.judged import REFUTED, VERIFIED, Reading, Tried
from stiltwalk.analyse.claims.predicates import (
    Estimated,
    best_of,
    estimated,
    probability,
    probability_of_best,
    variants,
)
from stiltwalk.analyse.claims.words import shown_by, shown_by_best
from stiltwalk.analyse.estimates import Estimate, p_above, p_equivalent
from stiltwalk.analyse.responses import Responses
from stiltwalk.analyse.verdicts import UNDECIDED, Number, Verdict, number
from stiltwalk.spec.claims import Claim, LeftOut
from stiltwalk.spec.predicates import (
    BestPerTargetGain,
    DecisionIs,
    IntervalAboveInShare,
    MeanGainWithin,
    Predicate,
)


def _verdict(posterior: float | None, confidence: float) -> str:
    if posterior is None:
        return UNDECIDED
    if posterior >= confidence:
        return VERIFIED
    return REFUTED if posterior <= 1 - confidence else UNDECIDED


def read_by(
    claim: Claim,
    predicate: Predicate,
    left_out: tuple[LeftOut, ...],
    found: Responses | None,
    decided: Verdict | None,
    confidence: float,
) -> Reading:
    """One predicate as the rows have it, whatever their scope."""
    nothing = Reading(predicate.name, left_out, UNDECIDED, None, (), ())
    if isinstance(predicate, DecisionIs):
        right = decided is not None and decided.decision == predicate.decision
        return _by_decision(nothing, predicate, decided) if right and decided is not None else nothing
    if found is None:
        return nothing
    view = _View(found, targets_of(claim, found), left_out, healthy=True, confidence=confidence)
    if isinstance(predicate, BestPerTargetGain):
        return _by_best(nothing, predicate, view, claim.prior)
    return _by_contrasts(nothing, predicate, view, claim.prior)


class _View(NamedTuple):
    """What a reading looks at; arguments as of ``predicates.posterior_of``."""

    found: Responses
    targets: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    healthy: bool
    confidence: float


def targets_of(claim: Claim, found: Responses) -> tuple[str, ...]:
    """Those of the claim's that there are rows of; where there are none, all that there are."""
    there = dict.fromkeys(found.targets)
    return tuple(name for name in claim.scope.targets if name in there) or tuple(there)


def _by_contrasts(nothing: Reading, predicate: Predicate, view: _View, tau: float) -> Reading:
    made = _estimated(predicate, view)
    if made is None:
        return nothing._replace(note="No arms of it are there to be compared on these cells.")
    posterior = probability(made, tau)
    numbers = tuple(_numbers(predicate, made))
    tried = [_tried("prior", other, probability(made, other), view) for other in (tau / 2, 2 * tau)]
    for name, value, variant in variants(predicate):
        other = asked(variant, view.found, view.targets, view.left_out, healthy=view.healthy)
        if other is not None:
            found = made._replace(asked=other)
            tried.append(_of_intervals(_tried(name, value, probability(found, tau), view), variant, found))
    verdict = _of_intervals(_tried("", 0.0, posterior, view), predicate, made).verdict
    note = [shown_by(predicate, made)]
    if posterior is None:
        note.append("nothing is known of the noise, so that no probability can be given")
    if _collapsed(made, view):
        whole = _estimated(predicate, view._replace(healthy=False))
        with_them = None if whole is None else probability(whole, tau)
        if _verdict(with_them, view.confidence) != _verdict(posterior, view.confidence):
            note.append(f"with collapsed runs included it would be: {_verdict(with_them, view.confidence)}")
    return nothing._replace(
        verdict=verdict,
        posterior=posterior,
        numbers=numbers,
        tried=tuple(tried),
        note="; ".join(part for part in note if part),
    )


def _estimated(predicate: Predicate, view: _View) -> Estimated | None:
    said = asked(predicate, view.found, view.targets, view.left_out, healthy=view.healthy)
    if said is None:
        return None
    return estimated(said, view.found, healthy=view.healthy, confidence=view.confidence)


def _collapsed(made: Estimated, view: _View) -> bool:
    """Whether any run that the statement is about collapsed."""
    return any(
        bool(view.found.degenerate[contrast.weights != 0][:, :, contrast.cells].any())
        for contrast in made.asked.contrasts
    )


def _tried(name: str, value: float, posterior: float | None, view: _View) -> Tried:
    return Tried(name, value, posterior, _verdict(posterior, view.confidence))


def _numbers(predicate: Predicate, made: Estimated) -> Iterator[Number]:
    for contrast, found, seeds in zip(made.asked.contrasts, made.estimates, made.seeds, strict=True):
        of = f"{contrast.of} · {contrast.on}" if contrast.on else contrast.of
        name = "gain" if contrast.weights[0] == -1 else "difference"
        p, note = _p(predicate, found)
        yield number(name, found, of=of, n=seeds, p=p, note=note)


def _p(predicate: Predicate, found: Estimate) -> tuple[float, str]:
    """The p beside a posterior, and of which test it is."""
    if isinstance(predicate, MeanGainWithin):
        away = found._replace(value=found.value - predicate.value)
        return p_equivalent(away, predicate.margin.value), "p: two one-sided tests of the margin"
    if found.df > 0 and hasattr(predicate, "threshold"):
        return p_above(found, predicate.threshold.value), "p: one-sided, of the threshold"
    return found.p, ""


def _of_intervals(found: Tried, predicate: Predicate, made: Estimated) -> Tried:
    """Not verified where whole intervals were asked for, and there are too few."""
    lacking = found.verdict == VERIFIED and not _enough_intervals(predicate, made)
    return found._replace(verdict=UNDECIDED) if lacking else found


def _enough_intervals(predicate: Predicate, made: Estimated) -> bool:
    """Whether as many whole intervals are above the threshold as the statement asks for, if it does."""
    if not isinstance(predicate, IntervalAboveInShare):
        return True
    for target in predicate.targets:
        above = [
            found.low > predicate.threshold.value
            for contrast, found in zip(made.asked.contrasts, made.estimates, strict=True)
            if contrast.on == target
        ]
        if not above or sum(above) / len(above) < predicate.share.value - ROUNDING:
            return False
    return True


def _by_best(nothing: Reading, predicate: BestPerTargetGain, view: _View, tau: float) -> Reading:
    made = _estimated(predicate, view)
    best = best_of(
        predicate,
        view.found,
        view.targets,
        view.left_out,
        healthy=view.healthy,
        confidence=view.confidence,
    )
    if made is None or not best.targets:
        return nothing._replace(note="no arm could be chosen")
    posterior = probability_of_best(predicate, made, best, tau)
    tried = [
        _tried("prior", other, probability_of_best(predicate, made, best, other), view)
        for other in (tau / 2, 2 * tau)
    ]
    for name, value, variant in variants(predicate):
        if isinstance(variant, BestPerTargetGain):
            tried.append(_tried(name, value, probability_of_best(variant, made, best, tau), view))
    gain = best.crossfitted
    shown = number(
        "gain",
        gain,
        of="best arm per target",
        n=best.seeds,
        p=p_equivalent(gain._replace(value=gain.value - predicate.value), predicate.margin.value),
        note="chosen on some seeds, judged on the others; p: two one-sided tests of the margin",
    )
    return nothing._replace(
        verdict=_verdict(posterior, view.confidence),
        posterior=posterior,
        numbers=(shown,),
        tried=tuple(tried),
        note=shown_by_best(best),
    )


def _by_decision(nothing: Reading, predicate: DecisionIs, decided: Verdict) -> Reading:
    """What the study's own decision says; it has no posterior."""
    note = f"no posterior: it rests on the study's own decision, '{decided.answer}'. {decided.sentence}"
    if not predicate.number:
        if decided.answer == UNDECIDED or decided.answer in predicate.open:
            verdict = UNDECIDED
        else:
            verdict = VERIFIED if decided.answer in predicate.answers else REFUTED
        return nothing._replace(verdict=verdict, numbers=decided.numbers, note=note)
    named = tuple(each for each in decided.numbers if each.name == predicate.number)
    apart = bool(named) and all(each.low > 0 or each.high < 0 for each in named[:1])
    if not named:
        note = f"the decision gives no number called '{predicate.number}'. {note}"
    return nothing._replace(verdict=VERIFIED if apart else UNDECIDED, numbers=named, note=note)
