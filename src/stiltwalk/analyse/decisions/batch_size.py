"""Deciding what a larger intermediate batch does to transfer, and to the way there.

The answer is of equal passes over the data, where every batch size is given the same examples and the same
operations; at equal steps a larger batch is also more passes, and stands beside. Where dev scores chose the
learning rate of each batch size, those arms answer, and arms by a rule stand beside. Of several encoders
their mean answers, unless they are shown to differ.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from stiltwalk.analyse.decisions.arms import collapsed_runs
from stiltwalk.analyse.decisions.batch_costs import (
    TARGET,
    about_targets,
    constant_cost,
    critical,
    noise,
    per_cost,
)
from stiltwalk.analyse.decisions.batches import (
    DEPENDS,
    HELPS,
    HURTS,
    NO_WORSE,
    Batches,
    batches,
    numbers,
    open_because,
    together,
)
from stiltwalk.analyse.decisions.curves import COLLAPSED_IN, Curve, Variant, curves, drawn, variants
from stiltwalk.analyse.decisions.series import Series, series_along, training_of
from stiltwalk.analyse.decisions.standing import STANDING, missing_caveats
from stiltwalk.analyse.decisions.to_target import ToTarget, pictures, to_target
from stiltwalk.analyse.decisions.to_target import numbers as target_numbers
from stiltwalk.analyse.decisions.wording import listed, plain, said, whole
from stiltwalk.analyse.estimates import Estimate
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.power import seeds_needed
from stiltwalk.analyse.responses import responses
from stiltwalk.analyse.verdicts import UNDECIDED, Number, Verdict

DECISION: Final = "batch-size"
AXIS: Final = "batch_size"
ALONG: Final = "examples in an intermediate step"
"""What its curves are drawn along."""

_MEAN = (
    "The answer is of the mean over these encoders, each counting the same: seeds are its units, and other "
    "encoders are not spoken of."
)
_HORIZONS = (
    "The answer is of equal passes over the data, the same examples and operations for every batch size. At "
    "equal steps a larger batch is also more passes."
)


class _Study(NamedTuple):
    """What is decided upon.

    Attributes:
        deciding: curves that the answer is about.
        means: of each of their series, over encoders.
        beside: further ones, such as at equal steps.
        lost: deciding curves with fewer than two batch sizes to compare.
        varied: the deciding ones over other cells, and with collapsed runs left in.
        margin: of the study's analysis.
        alpha: the error.
    """

    deciding: list[Batches]
    means: list[Batches]
    beside: list[Batches]
    lost: list[Curve]
    varied: list[Variant]
    margin: float
    alpha: float


def decide_batch_size(evidence: Evidence) -> Verdict:
    """What a batch larger than the recipe's does to transfer. Answers: see ``batches.py``."""
    series = series_along(evidence.study, AXIS, evidence.batch_sizes, evidence.tasks)
    laid = _laid(evidence, series)
    unfinished = any(not each.degenerate for each in laid.lost)
    answer = decided(laid.deciding, laid.means, laid.alpha, unfinished=unfinished)
    reached = [
        found
        for encoder in dict.fromkeys(evidence.scores["encoder"])
        for each in series
        if each.constant_rate and (found := to_target(evidence, str(encoder), each)) is not None
    ]
    return Verdict(
        DECISION,
        answer,
        _sentence(laid, answer),
        tuple(each for each in _numbers(evidence, laid, series, reached) if not math.isnan(each.value)),
        (
            *STANDING,
            *([_MEAN] if any(each.name for each in laid.means) else []),
            _HORIZONS,
            *([TARGET] if reached else []),
            *constant_cost(evidence),
        ),
        tuple(_caveats(evidence, laid, answer, series, reached)),
        _needed(laid, answer),
        (
            *(drawn(each.curve, ALONG, evidence.confidence) for each in (*laid.deciding, *laid.beside)),
            *(picture for each in reached for picture in pictures(each, ALONG, evidence.confidence)),
        ),
    )


def decided(
    found: Sequence[Batches], means: Sequence[Batches], alpha: float, *, unfinished: bool = False
) -> str:
    """One answer for all encoders and series.

    Of each series the mean over encoders answers. It is ``DEPENDS`` where a larger batch is shown to hurt one
    encoder and to be no worse for another, each at its share of the error.

    Args:
        found: every encoder along every series.
        means: over encoders, of every series.
        alpha: the error.
        unfinished: whether an encoder is missing that did not collapse.
    """
    share = alpha / max(1, len(found))
    own = {each.answer(share) for each in found}
    if not unfinished and HURTS in own and own & {HELPS, NO_WORSE}:
        return DEPENDS
    return overall([each.answer(alpha) for each in means], unfinished=unfinished)


def _means(found: Sequence[Batches], margin: float, confidence: float) -> list[Batches]:
    names = dict.fromkeys(each.curve.series.name for each in found)
    own = [[each for each in found if each.curve.series.name == name] for name in names]
    return [together(each, margin, confidence) for each in own]


def overall(answers: Sequence[str], *, unfinished: bool = False) -> str:
    """One answer for all series: theirs where all agree; ``DEPENDS`` where all are decided."""
    if not answers or unfinished or UNDECIDED in answers:
        return UNDECIDED
    if len(set(answers)) == 1:
        return answers[0]
    return HELPS if set(answers) == {HELPS, NO_WORSE} else DEPENDS


def _laid(evidence: Evidence, series: Sequence[Series]) -> _Study:
    tables, deciding = responses(evidence.scores), _deciding(series)
    beside = [each for each in series if each not in deciding]
    margin = evidence.study.analysis.margin
    made = {
        name: [
            (each, _batches(evidence, each)) for each in curves(evidence, tables, own, series, baseline=False)
        ]
        for name, own in (("deciding", deciding), ("beside", beside))
    }
    judged = [found for _, found in made["deciding"] if found is not None]
    own_curves = [each.curve for each in judged]
    return _Study(
        judged,
        _means(judged, margin, evidence.confidence),
        [found for _, found in made["beside"] if found is not None],
        [each for each, found in made["deciding"] if found is None],
        list(variants(evidence, tables, own_curves, series, baseline=False)),
        margin,
        1 - evidence.confidence,
    )


def _deciding(series: Sequence[Series]) -> list[Series]:
    """Those at equal passes, where there are any; of each task those with tuned rates, else falling ones."""
    found = [each for each in series if not each.fixed_steps] or list(series)
    kept = []
    for tasks in dict.fromkeys(each.tasks for each in found):
        own = [each for each in found if each.tasks == tasks]
        falling = [each for each in own if not each.constant_rate]
        kept += [each for each in own if each.tuned] or falling or own
    return kept


def _batches(evidence: Evidence, curve: Curve) -> Batches | None:
    study = evidence.study
    recipe = training_of(study, None, curve.series.tasks[0], evidence.tasks).batch_size
    return batches(curve, float(recipe), study.analysis.margin, evidence.confidence)


_MEANING = {
    HELPS: "a batch larger than the recipe's helps",
    NO_WORSE: "a batch larger than the recipe's is no worse",
    HURTS: "a batch larger than the recipe's hurts",
    DEPENDS: "what a larger batch does depends on the batch",
}


def _sentence(laid: _Study, answer: str) -> str:
    if not laid.deciding:
        why = "of no encoder are there two batch sizes to compare"
        if any(each.degenerate for each in laid.lost):
            why += ", since trainings ended no better than chance"
        return f"What a larger batch does to transfer cannot be said: {why}."
    passes = "steps" if laid.deciding[0].curve.series.fixed_steps else "passes"
    largest = sorted({each.largest_no_worse(laid.alpha) for each in laid.means if each.larger})
    some = (
        f"the largest batch shown to be no worse by {plain(laid.margin)} points is {_range(largest)}"
        if any(each.largest_no_worse(laid.alpha) > each.anchor for each in laid.means)
        else f"no larger batch is shown to be no worse by {plain(laid.margin)} points"
    )
    if answer == UNDECIDED:
        return f"At equal {passes} it cannot be said what a larger batch does to transfer: {some}."
    telling = [
        (found, each)
        for found in (laid.deciding if answer == DEPENDS else laid.means)
        for each in found.larger
        if answer == DEPENDS or each.outcome(laid.alpha) == answer
    ]
    shown, worst = (max if answer == HELPS else min)(telling, key=lambda pair: pair[1].difference.value)
    of = f"the {shown.of}" if shown.name else shown.of
    told = f"batch {whole(worst.batch)} against {whole(shown.anchor)} is {said(worst.difference)} for {of}"
    return f"At equal {passes} {_MEANING[answer]}: {told}; {some}."


def _range(batch: Sequence[float]) -> str:
    return whole(batch[0]) if len(batch) == 1 else f"{whole(batch[0])} to {whole(batch[-1])} (by series)"


def _numbers(
    evidence: Evidence, laid: _Study, series: Sequence[Series], reached: Sequence[ToTarget]
) -> list[Number]:
    means = [each for each in laid.means if each.name]
    made = [each for one in (*means, *laid.deciding, *laid.beside) for each in numbers(one, laid.margin)]
    for other in laid.varied:
        found = _batches(evidence, other.curve)
        if found is not None:
            made += [
                each._replace(note=f"{each.note}; {other.note}") for each in numbers(found, laid.margin)[:-1]
            ]
    made += [each for one in laid.deciding for each in per_cost(evidence, one)]
    for each in reached:
        made += [*target_numbers(each, evidence.confidence), *critical(each, evidence.confidence)]
    return [*made, *noise(evidence, series)]


def _caveats(
    evidence: Evidence,
    laid: _Study,
    answer: str,
    series: Sequence[Series],
    reached: Sequence[ToTarget],
) -> list[str]:
    made = [open_because(each, laid.alpha) for each in laid.means]
    if len(laid.deciding) > len(laid.means):
        own = [f"{each.of}: {_open(each.answer(laid.alpha))}" for each in laid.deciding]
        made.append(f"By themselves, each at the full error: {'; '.join(own)}.")
    made += [_lost(each) for each in laid.lost]
    made += [_left_out(each.curve) for each in (*laid.deciding, *laid.beside)]
    made += [
        f"{each.of}: no arm has the recipe's batch, {whole(each.recipe)}: {whole(each.anchor)} is the anchor."
        for each in laid.deciding
        if each.anchor != each.recipe
    ]
    if laid.deciding and all(each.curve.series.fixed_steps for each in laid.deciding):
        made.append("Every series is at equal steps: a larger batch is also more passes over the data here.")
    if laid.deciding and not any(each.curve.series.tuned for each in laid.deciding):
        made.append(
            "No learning rate was chosen by dev scores for each batch size: a rule may suit one batch better "
            "than another."
        )
    beside = _means(laid.beside, laid.margin, evidence.confidence)
    if beside:
        own = [f"{each.of}: {_open(each.answer(laid.alpha))}" for each in beside]
        made.append(f"Beside: {'; '.join(own)}.")
    made += about_targets(series, reached, evidence.confidence)
    collapsed, runs = collapsed_runs(evidence)
    if collapsed:
        made.append(f"{whole(collapsed)} of {whole(runs)} runs ended no better than chance and are left out.")
        made += _with_collapsed(evidence, laid, answer)
    return [each for each in (*made, *missing_caveats(evidence)) if each]


def _lost(curve: Curve) -> str:
    if curve.degenerate:
        return (
            f"{curve.of}: fewer than two batch sizes are left: every training of {listed(curve.degenerate)} "
            "ended no better than chance."
        )
    return f"{curve.of}: fewer than two batch sizes share a target in an unseen language."


def _left_out(curve: Curve) -> str:
    out = []
    if curve.degenerate:
        out.append(f"{listed(curve.degenerate)} (every training ended no better than chance)")
    if curve.missing:
        out.append(f"{listed(curve.missing)} (nothing is there)")
    return f"{curve.of}: without {' and '.join(out)}." if out else ""


def _open(answer: str) -> str:
    return "open" if answer == UNDECIDED else answer


def _with_collapsed(evidence: Evidence, laid: _Study, answer: str) -> list[str]:
    """Whether collapsed runs would change the answer."""
    changed = {
        (each.of.encoder, each.of.series.name): _batches(evidence, each.curve)
        for each in laid.varied
        if each.note == COLLAPSED_IN
    }
    full = [changed.get((each.curve.encoder, each.curve.series.name)) or each for each in laid.deciding]
    other = decided(full, _means(full, laid.margin, evidence.confidence), laid.alpha)
    return [] if other == answer else [f"With collapsed runs left in the answer would be: {other}."]


def _needed(laid: _Study, answer: str) -> str:
    """How many seeds would show that larger batches are no worse, were they alike."""
    if answer != UNDECIDED:
        return ""
    open_ones = [
        (each.difference, found.curve.seeds)
        for found in laid.means
        for each in found.larger
        if each.outcome(laid.alpha) == UNDECIDED
    ]
    wanted = [_seeds(found, seeds, laid) for found, seeds in open_ones]
    known = [each for each in wanted if each is not None]
    if not known or len(known) < len(wanted):
        return "Arms that train above chance at the recipe's batch and a larger one, with two seeds or more."
    return f"About {max(known):,} seeds, were runs to vary as they do here and larger batches to be alike."


def _seeds(found: Estimate, seeds: int, laid: _Study) -> int | None:
    one_sided = found._replace(confidence=max(1 - 2 * laid.alpha, 0.5))
    return seeds_needed(one_sided, seeds, half_width=laid.margin)
