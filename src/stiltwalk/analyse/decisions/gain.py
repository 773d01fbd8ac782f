"""Decides whether intermediate training gains anything: every arm against ``none``, all of them at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse.comparing import Compared, View, cells_of, compared
from stiltwalk.analyse.decisions.arms import (
    Control,
    collapsed_arms,
    collapsed_runs,
    controls_of,
    judged_arms,
    standing_arms,
)
from stiltwalk.analyse.decisions.best import Best, best_per_target
from stiltwalk.analyse.decisions.standing import STANDING, missing_caveats
from stiltwalk.analyse.decisions.wording import counted, listed, percent, said
from stiltwalk.analyse.estimates import Estimate, p_below, unbounded
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.multiplicity import holm
from stiltwalk.analyse.power import POWER, seeds_needed
from stiltwalk.analyse.responses import Responses, responses
from stiltwalk.analyse.verdicts import UNDECIDED, Number, Verdict, number
from stiltwalk.spec.arms import NONE_ARM

GAIN: Final = "gain"
LOSS: Final = "loss"
MIXED: Final = "mixed"
NO_GAIN: Final = "no gain found"

BESIDE: tuple[View, ...] = ("headline-without-retrieval", "zero-shot", "unseen", "without-repeats")
"""Views shown beside the headline."""

_WHERE: Final = "languages unseen in between, of targets whose training data they do not repeat"


class ArmGain(NamedTuple):
    """What one arm gains over ``none``, with one encoder.

    Attributes:
        encoder: the encoder.
        arm: the arm.
        headline: the gain that is judged: collapsed runs left out.
        whole: the same, collapsed runs included.
        views: the gain in other views, those of ``BESIDE`` in their order.
        controls: the gain over each of its controls.
        collapsed: whether every one of its intermediate trainings did, so that it is not judged.
    """

    encoder: str
    arm: str
    headline: Compared
    whole: Compared
    views: tuple[Compared, ...]
    controls: tuple[tuple[Control, Compared], ...]
    collapsed: bool

    @property
    def name(self) -> str:
        """Encoder and arm, as numbers name them."""
        return f"{self.encoder} · {self.arm}"


class _Found(NamedTuple):
    """Which arms gain and which lose, once all are tested together."""

    answer: str
    gaining: tuple[int, ...]
    losing: tuple[int, ...]
    adjusted: tuple[float, ...]
    below: tuple[int, ...]  # shown to gain less than the margin


def decide_gain(evidence: Evidence) -> Verdict:
    """Whether any arm gains over ``none``.

    ``gain``: at least one does, and none loses; ``loss``: the reverse; ``mixed``: both. Arms of all encoders
    are one family, corrected by Holm's method. ``no gain found``: every arm is shown to gain less than the
    study's margin, one-sided. Anything else is not enough evidence.
    """
    tables = responses(evidence.scores)
    found = [gain for table in tables for gain in arm_gains(evidence, table)]
    judged = [gain for gain in found if not gain.collapsed]
    alpha, margin = 1 - evidence.confidence, evidence.study.analysis.margin
    result = _judged([gain.headline.estimate for gain in judged], alpha, margin)
    best = [(table.encoder, _best(evidence, table)) for table in tables]
    return Verdict(
        decision="gain",
        answer=result.answer,
        sentence=_sentence(evidence, judged, result, found),
        numbers=(*_numbers(found, judged, result), *_best_numbers(best)),
        assumptions=STANDING,
        caveats=(
            *missing_caveats(evidence),
            *_collapsed_caveats(evidence, found, judged, result),
            *_view_caveats(judged, result, alpha, margin),
            *_control_caveats(judged, result),
            *_small_caveats(judged, result, margin),
        ),
        needed=_needed(judged, result, alpha, margin),
    )


def arm_gains(evidence: Evidence, found: Responses) -> Iterator[ArmGain]:
    """The gain of every arm of one encoder that is no control and that has been run beside ``none``."""
    if NONE_ARM not in found.arms:
        return
    collapsed = collapsed_arms(evidence, found.encoder)
    for arm in judged_arms(evidence.study):
        if arm not in found.arms:
            continue
        views = _views(evidence, found, arm)
        yield ArmGain(
            found.encoder,
            arm,
            views[0],
            _over(evidence, found, arm, NONE_ARM, "headline", healthy=False),
            tuple(views[1:]),
            tuple(
                (control, _over(evidence, found, arm, control.arm, "headline"))
                for control in controls_of(evidence.study, arm)
                if control.arm in found.arms
            ),
            arm in collapsed,
        )


def _views(evidence: Evidence, found: Responses, arm: str) -> list[Compared]:
    """The gain over ``none`` in the headline and the views beside it; most of them are of the same cells."""
    known: dict[bytes, Compared] = {}
    gains = []
    for view in ("headline", *BESIDE):
        key = cells_of(found, view, (arm, NONE_ARM)).tobytes()
        if key not in known:
            known[key] = _over(evidence, found, arm, NONE_ARM, view)
        gains.append(known[key])
    return gains


def _over(
    evidence: Evidence, found: Responses, arm: str, reference: str, view: View, *, healthy: bool = True
) -> Compared:
    cells = cells_of(found, view, (arm, reference), healthy=healthy)
    weights = {arm: 1.0, reference: -1.0}
    return compared(found, weights, cells, healthy=healthy, confidence=evidence.confidence)


def _judged(found: Sequence[Estimate], alpha: float, margin: float) -> _Found:
    """All arms at once: a p that nothing is known of is not tested, and counts for nothing."""
    tested = np.array([each.p if each.df > 0 else np.nan for each in found], dtype=float)
    adjusted = holm(tested)
    far = [place for place, p in enumerate(adjusted) if p <= alpha]
    gaining = tuple(place for place in far if found[place].value > 0)
    losing = tuple(place for place in far if found[place].value < 0)
    below = tuple(place for place, each in enumerate(found) if p_below(each, margin) <= alpha)
    if gaining or losing:
        answer = MIXED if gaining and losing else GAIN if gaining else LOSS
    else:
        answer = NO_GAIN if found and len(below) == len(found) else UNDECIDED
    return _Found(answer, gaining, losing, tuple(map(float, adjusted)), below)


def _sentence(evidence: Evidence, judged: Sequence[ArmGain], result: _Found, found: Sequence[ArmGain]) -> str:
    if not judged:
        return _nothing_judged(evidence, found)
    several = len({gain.encoder for gain in judged}) > 1
    many = (
        counted(len(judged), "arm of an encoder", "arms of encoders")
        if several
        else counted(len(judged), "arm")
    )
    how = f"(Holm, {percent(evidence.confidence)})"
    known = [gain for gain in judged if gain.headline.estimate.df > 0]
    if not known:
        return _nothing_known(judged, many)
    ranked = sorted(known, key=lambda gain: -gain.headline.estimate.value)
    best, worst = ranked[0], ranked[-1]
    gains, loses = len(result.gaining), len(result.losing)
    if len(judged) == 1 and result.answer in {GAIN, LOSS}:
        verb = "gains over none" if gains else "loses against none"
        how_much = f"{said(best.headline.estimate)} ({percent(evidence.confidence)})"
        return f"{best.arm} {verb} in {_WHERE}: {how_much}."
    if result.answer == GAIN:
        verb = "gains" if gains == 1 else "gain"
        return (
            f"Of {many} {gains} {verb} over none in {_WHERE} {how}: best {_as_said(best, several)}; "
            "no arm loses."
        )
    if result.answer == LOSS:
        verb = "loses" if loses == 1 else "lose"
        return (
            f"Of {many} {loses} {verb} against none in {_WHERE} {how}: worst {_as_said(worst, several)}; "
            "no arm gains."
        )
    if result.answer == MIXED:
        return (
            f"Of {many} {gains} gain over none and {loses} lose in {_WHERE} {how}: best "
            f"{_as_said(best, several)}, worst {_as_said(worst, several)}."
        )
    margin = evidence.study.analysis.margin
    if len(judged) == 1:
        return _of_one(evidence, best, how, no_gain=result.answer == NO_GAIN)
    if result.answer == NO_GAIN:
        return (
            f"None of {many} gains {margin:.2f} points or more over none in {_WHERE} "
            f"({percent(evidence.confidence)}): the largest gain is {_as_said(best, several)}."
        )
    open_ones = len(judged) - len(result.below)
    return (
        f"Whether any of {many} gains over none cannot be said: none differs from 0 in {_WHERE} {how}, and "
        f"{open_ones} may gain {margin:.2f} points or more; the largest gain is {_as_said(best, several)}."
    )


def _of_one(evidence: Evidence, gain: ArmGain, how: str, *, no_gain: bool) -> str:
    margin, estimate = evidence.study.analysis.margin, said(gain.headline.estimate)
    if no_gain:
        return (
            f"{gain.arm} does not gain {margin:.2f} points or more over none in {_WHERE} "
            f"({percent(evidence.confidence)}): its gain is {estimate}."
        )
    return (
        f"Whether {gain.arm} gains over none cannot be said: it does not differ from 0 in {_WHERE} {how}, "
        f"and may gain {margin:.2f} points or more; its gain is {estimate}."
    )


def _as_said(gain: ArmGain, several: bool) -> str:
    return f"{gain.name if several else gain.arm} {said(gain.headline.estimate)}"


def _nothing_judged(evidence: Evidence, found: Sequence[ArmGain]) -> str:
    if found:
        return (
            "Nothing can be said of a gain: every intermediate training collapsed to what a constant answer "
            "scores on its own English dev set."
        )
    arms = set(evidence.scores["intermediate"])
    if not judged_arms(evidence.study):
        return "Nothing can be said of a gain: the study has no intermediate arm beside controls."
    if NONE_ARM not in arms:
        return "Nothing can be said of a gain: no run of the arm 'none' is finished."
    return "Nothing can be said of a gain: no run of an intermediate arm is finished."


def _nothing_known(judged: Sequence[ArmGain], many: str) -> str:
    if all(gain.headline.cells == 0 for gain in judged):
        return (
            f"Nothing can be said of a gain: none of {many} has a healthy run beside one of none in {_WHERE}."
        )
    if max(gain.headline.seeds for gain in judged) <= 1:
        return f"Nothing can be said of the gain of {many}: under a single seed nothing shows how runs vary."
    return (
        f"Nothing can be said of the gain of {many}: nothing shows how runs vary, since too few seeds are "
        "shared, or all scores agree to the last digit."
    )


def _numbers(found: Sequence[ArmGain], judged: Sequence[ArmGain], result: _Found) -> Iterator[Number]:
    adjusted = {gain.name: p for gain, p in zip(judged, result.adjusted, strict=True)}
    for gain in found:
        note = "headline; p by Holm"
        if gain.collapsed:
            note = "not judged: all its intermediate trainings collapsed"
        p = adjusted.get(gain.name, np.nan)
        head = gain.headline
        yield number("gain", head.estimate, of=gain.name, n=head.seeds, p=p, note=note)
    for gain in found:
        whole = gain.whole
        if _differ(whole.estimate, gain.headline.estimate):
            note = "headline, collapsed runs included"
            yield number("gain", whole.estimate, of=gain.name, n=whole.seeds, note=note)
        for view, one in () if gain.collapsed else zip(BESIDE, gain.views, strict=True):
            yield number("gain", one.estimate, of=gain.name, n=one.seeds, note=view)
    for gain in found:
        for control, one in gain.controls:
            note = f"headline; {control.arm}: {control.what}"
            yield number("gain over control", one.estimate, of=gain.name, n=one.seeds, note=note)


def _differ(one: Estimate, other: Estimate) -> bool:
    return not np.array_equal([one.value, one.se], [other.value, other.se], equal_nan=True)


def _best(evidence: Evidence, found: Responses) -> Best:
    return best_per_target(found, standing_arms(evidence, found.encoder), confidence=evidence.confidence)


def _best_numbers(best: Sequence[tuple[str, Best]]) -> Iterator[Number]:
    for encoder, one in best:
        if not any(target.candidates > 1 for target in one.targets):
            continue
        chosen = "; ".join(f"{target.target}: {target.arm}" for target in one.targets)
        crossfitted = one.crossfitted
        confidence = crossfitted.confidence
        yield number(
            "best arm per target, cross-fitted",
            crossfitted,
            of=encoder,
            n=one.seeds,
            note=f"chosen on the other seeds; on all seeds {chosen}",
        )
        flattered = "chosen and judged on the same seeds: flattered, so no interval is honest"
        for name, value, note in (
            ("best arm per target, naive", one.naive, flattered),
            ("optimism of the best", one.optimism, "naive minus cross-fitted"),
        ):
            open_ended = unbounded(value, confidence)
            yield number(name, open_ended, of=encoder, n=one.seeds, p=math.nan, note=note)


def _collapsed_caveats(
    evidence: Evidence, found: Sequence[ArmGain], judged: Sequence[ArmGain], result: _Found
) -> Iterator[str]:
    lost, runs = collapsed_runs(evidence)
    if lost:
        yield f"{lost} of {counted(runs, 'run')} collapsed and are left out."
    dead = [gain.name for gain in found if gain.collapsed]
    if dead:
        yield (
            f"No verdict on {listed(dead)}: every intermediate training collapsed to chance on its own "
            "English dev set."
        )
    alpha, margin = 1 - evidence.confidence, evidence.study.analysis.margin
    whole = _judged([gain.whole.estimate for gain in judged], alpha, margin)
    if whole.answer != result.answer:
        yield f"With collapsed runs included the answer would be: {whole.answer}."


def _view_caveats(judged: Sequence[ArmGain], result: _Found, alpha: float, margin: float) -> Iterator[str]:
    place = BESIDE.index("headline-without-retrieval")
    alone = _judged([gain.views[place].estimate for gain in judged], alpha, margin)
    if alone.answer != result.answer:
        yield f"Without targets that compare sentences the answer would be: {alone.answer}."


def _control_caveats(judged: Sequence[ArmGain], result: _Found) -> Iterator[str]:
    for place in result.gaining:
        gain = judged[place]
        for control, one in gain.controls:
            if not one.estimate.low > 0:
                yield (
                    f"{gain.name} is not shown to gain over its control {control.arm} ({control.what}): "
                    f"{said(one.estimate)}."
                )
        if not gain.controls:
            yield f"{gain.name} has no control: longer training of the targets may gain as much."


def _small_caveats(judged: Sequence[ArmGain], result: _Found, margin: float) -> Iterator[str]:
    small = [judged[place].name for place in result.gaining if place in result.below]
    if small:
        yield f"The gain of {listed(small)} is shown to be below the margin of {margin:.2f} points."


def _needed(judged: Sequence[ArmGain], result: _Found, alpha: float, margin: float) -> str:
    """How many seeds would find a gain of the margin of every arm, and the largest gain as it stands."""
    if result.answer != UNDECIDED:
        return ""
    known = [gain.headline for gain in judged if gain.headline.estimate.df > 0 and gain.headline.seeds > 1]
    if not known:
        return "At least 2 seeds of 'none' and of every arm that did not collapse; 5 for any claim."
    strict = 1 - alpha / len(known)  # what the best of so many arms has to pass
    # of the arm that is known least
    least = max(known, key=lambda one: one.estimate.se * one.seeds**0.5)
    asked = seeds_needed(least.estimate._replace(confidence=strict), least.seeds, effect=margin)
    has = min(one.seeds for one in known)
    largest = max(known, key=lambda one: one.estimate.value)
    found = seeds_needed(
        largest.estimate._replace(confidence=strict), largest.seeds, half_width=abs(largest.estimate.value)
    )
    return (
        f"To find a gain of {margin:.2f} points of every arm with {percent(POWER)} power takes "
        f"{_seeds(asked)} in all (has {has:.3g}); for the largest gain to differ from 0, were it to stay, "
        f"{_seeds(found)}."
    )


def _seeds(found: int | None) -> str:
    return "more than 1,000 seeds" if found is None else f"{found} seeds"
