"""Deciding whether more intermediate data stops to help: diminishing, saturated, or neither shown.

Series with as many optimiser steps at every amount decide it where the study has them, for only they tell
data from training. Of several encoders their mean answers, unless they are shown to differ: each encoder by
itself would leave most questions open. How it differs between sizes is looked at over five sizes or more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from stiltwalk.analyse.decisions.arms import collapsed_runs
from stiltwalk.analyse.decisions.curves import COLLAPSED_IN, Variant, curves, variants
from stiltwalk.analyse.decisions.ladder import by_size, enough_said
from stiltwalk.analyse.decisions.one_curve import (
    DIMINISHING,
    GAINING,
    NO_GAIN,
    SATURATED,
    Saturation,
    known_d90,
    numbers,
    pictures,
    remarks,
    saturation,
    together,
)
from stiltwalk.analyse.decisions.series import Series, series_along
from stiltwalk.analyse.decisions.standing import STANDING, missing_caveats
from stiltwalk.analyse.decisions.wording import counted, listed, plain, said, whole
from stiltwalk.analyse.estimates import Estimate, p_equivalent
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.power import seeds_needed
from stiltwalk.analyse.responses import Responses, responses
from stiltwalk.analyse.verdicts import UNDECIDED, Number, Verdict, number
from stiltwalk.spec.axes import EXAMPLES

DECISION: Final = "saturation"
MIXED: Final = "mixed"

AMOUNTS_FOR_LAWS: Final = 7
"""The fewest amounts for a choice among laws, some of which have three parameters and a variance."""

_MEANING = {
    SATURATED: "more data has stopped to help",
    DIMINISHING: "each doubling of the data brings less than the one before",
    GAINING: "the last doubling of the data still helps, and no bend is shown",
    NO_GAIN: "there is no gain that could saturate",
}


_SCALE = (
    "Diminishing is meant on a scale of doublings. For each further example even a curve that never bends, "
    "a + b log D, brings less and less."
)
_ALONE = "By themselves, each at the full error"
_MEAN = (
    "The answer is of the mean over these encoders, each counting the same: seeds are its units, and other "
    "encoders are not spoken of."
)
_FEW = 4
"""So many curves are named one by one."""
_DRAWN = "Draws of one seed are averaged: they are no seeds of their own."
_DRAWN_ONCE = "Each seed draws its examples once: what the draw does and what the seed does are one."


class _Study(NamedTuple):
    """What is decided upon: the curves that decide, those beside them, and the bounds.

    Attributes:
        deciding: curves that the answer is about.
        means: of each of their series, over encoders.
        collapsed: curves that would be, had any of their trainings beaten chance.
        beside: further ones.
        varied: the deciding ones over other cells, and with collapsed runs left in.
        margin: of the study's analysis.
        alpha: the error.
    """

    deciding: list[Saturation]
    means: list[Saturation]
    collapsed: list[Saturation]
    beside: list[Saturation]
    varied: list[Variant]
    margin: float
    alpha: float


def decide_saturation(evidence: Evidence) -> Verdict:
    """Whether more intermediate examples stop to help. Answers: see ``one_curve.py``, and ``mixed``."""
    series = series_along(evidence.study, EXAMPLES, evidence.amounts, evidence.tasks)
    if not series:
        return _no_series()
    fixed = [each for each in series if each.fixed_steps]
    deciding = fixed or list(series)
    beside = [each for each in series if each not in deciding]
    tables = responses(evidence.scores)
    found = _measured(evidence, tables, deciding, series)
    lost = [each for each in found if each.curve.degenerate and not each.curve.series.arms]
    judged = [each for each in found if each not in lost]
    laid = _Study(
        judged,
        _means(judged, evidence.confidence),
        lost,
        _measured(evidence, tables, beside, series),
        list(variants(evidence, tables, [each.curve for each in judged], series)),
        evidence.study.analysis.margin,
        1 - evidence.confidence,
    )
    answer = decided(laid.deciding, laid.means, laid.margin, laid.alpha)
    return Verdict(
        DECISION,
        answer,
        _sentence(laid, answer, steps=bool(fixed)),
        tuple(each for each in _numbers(evidence, laid) if not math.isnan(each.value)),
        tuple(_assumptions(laid)),
        tuple(_caveats(evidence, laid, answer, steps=bool(fixed))),
        _needed(laid, answer),
        tuple(each for one in (*laid.deciding, *laid.beside) for each in pictures(one, evidence.confidence)),
    )


def decided(found: Sequence[Saturation], means: Sequence[Saturation], margin: float, alpha: float) -> str:
    """One answer for all encoders and series.

    Of each series the mean over encoders answers; all series have to agree. It is ``mixed`` where they are
    shown to differ: series, each at its share of the error; or encoders, where one is shown to be within the
    margin and another one outside of it.

    Args:
        found: every encoder along every series.
        means: over encoders, of every series.
        margin: of the study's analysis.
        alpha: the error.
    """
    share = alpha / max(1, len(found))
    steep = any(each.steep(margin, share) for each in found)
    gains = any(each.gains(margin, share) for each in found)
    flat = any(each.answer(margin, share) == SATURATED for each in found)
    nothing = any(each.answer(margin, share) == NO_GAIN for each in found)
    stricter = [each.answer(margin, alpha / max(1, len(means))) for each in means]
    answer = overall([each.answer(margin, alpha) for each in means], stricter)
    if (flat and steep) or (nothing and gains):
        return MIXED
    return MIXED if (answer == SATURATED and steep) or (answer == NO_GAIN and gains) else answer


def overall(answers: Sequence[str], stricter: Sequence[str]) -> str:
    """One answer for all: theirs where all agree, ``mixed`` where all differ also under stricter bounds.

    Args:
        answers: of every series.
        stricter: the same, each at its share of the error.
    """
    if not answers or UNDECIDED in answers:
        return UNDECIDED
    if len(set(answers)) == 1:
        return answers[0]
    return UNDECIDED if UNDECIDED in stricter or len(set(stricter)) == 1 else MIXED


def _means(found: Sequence[Saturation], confidence: float) -> list[Saturation]:
    return [together(each, confidence) for each in _by_series(found).values()]


def _measured(
    evidence: Evidence, tables: Sequence[Responses], series: Sequence[Series], every: Sequence[Series]
) -> list[Saturation]:
    return [saturation(each, evidence.confidence) for each in curves(evidence, tables, series, every)]


def _no_series() -> Verdict:
    return Verdict(
        DECISION,
        UNDECIDED,
        "Whether more data stops to help cannot be said: no two arms with results differ in the number of "
        "intermediate examples alone.",
        (),
        (),
        (),
        "arms along the axis examples, seven amounts or more",
    )


def _sentence(laid: _Study, answer: str, *, steps: bool) -> str:
    held = "At equal numbers of optimiser steps" if steps else "At equal passes over the data"
    if not laid.deciding:
        why = (
            "no intermediate training beat chance on its own dev set"
            if laid.collapsed
            else "nothing is finished"
        )
        return f"Whether more data stops to help cannot be said: {why}."
    if answer == UNDECIDED:
        own = [each.open_because(laid.margin, laid.alpha) for each in laid.means]
        because = next((each for each in own if each), f"{_counts(laid.means, laid)}.")
        return f"{held} it cannot be said whether more data stops to help: {because}"
    if answer == MIXED:
        return f"{held} encoders or arms differ: {_counts(laid.deciding, laid)}."
    shows = max(laid.means, key=lambda each: abs(_telling(each, answer).value))
    name = {NO_GAIN: "the gain of the largest amount", DIMINISHING: "the bend"}.get(
        answer, "the last doubling"
    )
    of = f"the {shows.of}" if shows.name else shows.of
    verb = f"{name} is {said(_telling(shows, answer), _UNITS.get(answer, 'points'))} for {of}"
    span = f" (margin ±{plain(laid.margin)})" if answer in {SATURATED, NO_GAIN} else ""
    every = "" if len(laid.means) == 1 else f", the largest of {counted(len(laid.means), 'mean')}"
    return f"{held} {_MEANING[answer]}: {verb}{every}{span}."


def _counts(found: Sequence[Saturation], laid: _Study) -> str:
    """What curves are by themselves: each by name where they are few."""
    own = [(each.of, each.answer(laid.margin, laid.alpha)) for each in found]
    if len(own) <= _FEW:
        return listed([f"{of} {_open(answer)}" for of, answer in own])
    names = (SATURATED, DIMINISHING, GAINING, NO_GAIN, UNDECIDED)
    counts = [(sum(answer == name for _, answer in own), name) for name in names]
    told = [f"{count} {'open' if name == UNDECIDED else name}" for count, name in counts if count]
    return f"of {len(own)} curves {listed(told)}"


_UNITS = {DIMINISHING: "points per doubling, squared"}


def _telling(found: Saturation, answer: str) -> Estimate:
    """The number that an answer rests on."""
    return {NO_GAIN: found.gain, DIMINISHING: found.bend}.get(answer, found.last)


def _numbers(evidence: Evidence, laid: _Study) -> list[Number]:
    means = [each for each in laid.means if each.name]
    made = [each for one in (*means, *laid.deciding, *laid.beside) for each in numbers(one, laid.margin)]
    beside = [n for each in laid.varied for n in _last(each, evidence, laid.margin)]
    return [*made, *beside, *_over_size(evidence, laid)]


def _last(other: Variant, evidence: Evidence, margin: float) -> list[Number]:
    """The last doubling over other cells, or with collapsed runs left in."""
    if len(other.curve.x) < 2:
        return []
    found = saturation(other.curve, evidence.confidence, laws=False)
    p, n = p_equivalent(found.last, margin), float(other.curve.seeds)
    unit = "points per doubling"
    return [number("last doubling", found.last, of=found.of, unit=unit, n=n, p=p, note=other.note)]


def _over_size(evidence: Evidence, laid: _Study) -> list[Number]:
    """How D90 and the bend move with size, series by series."""
    made = []
    for name, found in _by_series(laid.deciding).items():
        bends = {each.curve.encoder: each.bend.value for each in found}
        amounts = {encoder: math.log2(amount) for encoder, amount in known_d90(found).items()}
        for what, values, unit in (
            ("bend over size", bends, "points per doubling, squared, per doubling of parameters"),
            ("D90 over size", amounts, "doublings of examples per doubling of parameters"),
        ):
            line = by_size(values, evidence.encoders, evidence.confidence)
            if line.encoders > 1:
                note = "" if line.enough else f"not enough evidence: {enough_said(line)}"
                if len(values) < len(found):
                    short = f"of {len(values)} of {counted(len(found), 'encoder')}, whose D90 is bounded"
                    note = f"{note}; {short}" if note else short
                n = float(line.encoders)
                made.append(
                    number(what, line.per_doubling, of=name, unit=unit, n=n, units="encoders", note=note)
                )
    return made


def _by_series(found: Sequence[Saturation]) -> dict[str, list[Saturation]]:
    grouped: dict[str, list[Saturation]] = {}
    for each in found:
        grouped.setdefault(each.curve.series.name, []).append(each)
    return grouped


def _assumptions(laid: _Study) -> list[str]:
    sure = 100 * (1 - 2 * laid.alpha)
    tests = (
        f"Saturated means that two one-sided tests at {100 * laid.alpha:.3g} % reject a last doubling of "
        f"{plain(laid.margin)} points or more either way: its {sure:.3g} % interval lies inside the margin. "
        "The margin is the analysis's own, and noise never widens it."
    )
    drawn = [each for each in (*laid.deciding, *laid.beside) if each.curve.draws is not None]
    several = [_MEAN] if any(each.name for each in laid.means) else []
    return [*STANDING, *several, _SCALE, tests, _DRAWN if drawn else _DRAWN_ONCE]


def _caveats(evidence: Evidence, laid: _Study, answer: str, *, steps: bool) -> list[str]:
    made = []
    if not steps:
        made.append(
            "More examples are also more optimiser steps here: only arms with as many steps at every amount "
            "(training.steps) tell data from training."
        )
    elif laid.beside:
        own = _counts(_means(laid.beside, evidence.confidence), laid)
        made.append(f"At equal passes, where more examples are also more steps: {own}.")
    if len(laid.deciding) > len(laid.means):
        made.append(f"{_ALONE}: {_counts(laid.deciding, laid)}.")
    made += [each.open_because(laid.margin, laid.alpha) for each in (*laid.means, *laid.collapsed)]
    made += [
        each.open_because(laid.margin, laid.alpha)
        for each in laid.deciding
        if not each.curve.cells or len(each.curve.x) < 2
    ]
    made += [each for one in laid.deciding for each in remarks(one)]
    made += [each for one in laid.beside for each in remarks(one, laws=False)]
    fewest = min((len(each.curve.x) for each in laid.deciding), default=0)
    if 0 < fewest < AMOUNTS_FOR_LAWS:
        made.append(
            f"{counted(fewest, 'amount')} of examples: below {AMOUNTS_FOR_LAWS} the laws can hardly be told "
            "apart, and below 3 no bend is seen."
        )
    made += _about_size(evidence, laid)
    collapsed, runs = collapsed_runs(evidence)
    if collapsed:
        made.append(f"{whole(collapsed)} of {whole(runs)} runs ended no better than chance and are left out.")
        made += _with_collapsed(evidence, laid, answer)
    # the mean over one encoder is that encoder, and says the same
    return list(dict.fromkeys(each for each in (*made, *missing_caveats(evidence)) if each))


def _open(answer: str) -> str:
    return "is open" if answer == UNDECIDED else f"is {answer}"


def _with_collapsed(evidence: Evidence, laid: _Study, answer: str) -> list[str]:
    """Whether collapsed runs would change the answer."""
    changed = {
        (each.of.encoder, each.of.series.name): saturation(each.curve, evidence.confidence, laws=False)
        for each in laid.varied
        if each.note == COLLAPSED_IN
    }
    full = [changed.get((each.curve.encoder, each.curve.series.name), each) for each in laid.deciding]
    other = decided(full, _means(full, evidence.confidence), laid.margin, laid.alpha)
    return [] if other == answer else [f"With collapsed runs left in the answer would be: {other}."]


def _about_size(evidence: Evidence, laid: _Study) -> list[str]:
    made = []
    for name, found in _by_series(laid.deciding).items():
        line = by_size({each.curve.encoder: each.slope.value for each in found}, evidence.encoders)
        if not line.enough:
            made.append(f"{name}: whether D90 or the bend moves with size is open: it {enough_said(line)}.")
    return made


def _needed(laid: _Study, answer: str) -> str:
    """How many seeds would decide, were runs to vary as they do."""
    if answer != UNDECIDED:
        return ""
    open_ones = [each for each in laid.means if each.answer(laid.margin, laid.alpha) == UNDECIDED]
    if laid.deciding and not open_ones:
        return "More seeds: arms differ, but not each by itself at its share of the error."
    wanted = [_seeds(each, laid) for each in open_ones]
    known = [each for each in wanted if each is not None]
    if not known or len(known) < len(open_ones):
        return "Arms that train above chance at two amounts or more, with two seeds or more."
    seeds = f"About {max(known):,} seeds"
    return f"{seeds}, were runs to vary as they do here and the last doubling to bring nothing."


def _seeds(found: Saturation, laid: _Study) -> int | None:
    if p_equivalent(found.last, laid.margin) > laid.alpha:
        one_sided = found.last._replace(confidence=max(1 - 2 * laid.alpha, 0.5))
        return seeds_needed(one_sided, found.curve.seeds, half_width=laid.margin)
    return seeds_needed(found.gain, found.curve.seeds, effect=max(laid.margin, abs(found.gain.value)))
