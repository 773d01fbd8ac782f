"""Deciding between more data and more parameters: slopes, exchange rate, joint laws, frontier."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stiltwalk.analyse.decisions.arms import collapsed_runs
from stiltwalk.analyse.decisions.curves import COLLAPSED_IN, drawn, views_beside
from stiltwalk.analyse.decisions.exchange_numbers import difference, frontiers, joint, known, of_series
from stiltwalk.analyse.decisions.ladder import FEWEST, enough_said
from stiltwalk.analyse.decisions.series import Series, series_along
from stiltwalk.analyse.decisions.slopes_compared import DEPENDS, PARAMETERS, Traded, traded
from stiltwalk.analyse.decisions.standing import STANDING, missing_caveats
from stiltwalk.analyse.decisions.wording import counted, listed, plain, said, whole
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.responses import Responses, responses
from stiltwalk.analyse.verdicts import MEASURED, UNDECIDED, Curve, Number, Verdict
from stiltwalk.spec.axes import EXAMPLES

DECISION: Final = "exchange"

ENOUGH_AMOUNTS: Final = 3
"""A series of two amounts has a slope of its ends alone: it stands beside where there are longer ones."""

_UNITS = (
    "The encoder is the unit of both slopes: of data, how it differs between encoders; of parameters, how "
    "encoders differ from a line over log2 N with an intercept for each family."
)
_DOUBLINGS = (
    "Data and parameters are held against each other by doublings, at the middle of the amounts; a doubling "
    "of each has its own price."
)
_COSTS = (
    "Costs are operations of intermediate trainings alone. What targets cost is not in them: it is the same "
    "for all arms of an encoder, and more for a larger one."
)
_PASSES = "More examples are also more optimiser steps, as is usual where more data is to be had."


class _Study(NamedTuple):
    """What is decided upon.

    Attributes:
        deciding: series that the answer is about.
        beside: shorter ones.
        varied: the deciding ones over other cells and with collapsed runs left in, and what is different.
        alpha: the error.
    """

    deciding: list[Traded]
    beside: list[Traded]
    varied: list[tuple[str, Traded]]
    alpha: float


def decide_exchange(evidence: Evidence) -> Verdict:
    """Whether a doubling of data or one of parameters brings more. Answers: see ``slopes_compared.py``."""
    series = series_along(evidence.study, EXAMPLES, evidence.amounts, evidence.tasks)
    long = [each for each in series if len(each.points) >= ENOUGH_AMOUNTS] or list(series)
    tables = responses(evidence.scores)
    deciding = [traded(evidence, tables, each, series) for each in long]
    laid = _Study(
        deciding,
        [traded(evidence, tables, each, series) for each in series if each not in long],
        [found for each in deciding for found in _variants(evidence, tables, each, series)],
        1 - evidence.confidence,
    )
    answer = overall([each.answer(laid.alpha) for each in laid.deciding])
    steps = [] if all(each.series.fixed_steps for each in laid.deciding) else [_PASSES]
    return Verdict(
        DECISION,
        answer,
        _sentence(laid, answer),
        tuple(each for each in _numbers(evidence, laid) if known(each)),
        (*STANDING, _UNITS, _DOUBLINGS, *steps, _COSTS),
        tuple(_caveats(evidence, laid, answer)),
        _needed(laid, answer),
        tuple(_pictures(evidence, laid)),
    )


def overall(answers: Sequence[str]) -> str:
    """One answer for all series: theirs where they agree; ``DEPENDS`` where all are decided otherwise."""
    if not answers or UNDECIDED in answers:
        return UNDECIDED
    return answers[0] if len(set(answers)) == 1 else DEPENDS


def _sentence(laid: _Study, answer: str) -> str:
    if not laid.deciding:
        return (
            "Data and parameters cannot be held against each other: no two arms with results differ in the "
            "number of intermediate examples alone."
        )
    shown = laid.deciding[0] if len(laid.deciding) == 1 else max(laid.deciding, key=_strength)
    if shown.reason:
        return f"Data and parameters cannot be held against each other: {shown.series.name}: {shown.reason}"
    slopes = (
        f"a doubling of parameters brings {said(shown.size.per_doubling)}, one of data {said(shown.data)} "
        f"({shown.series.name}, {counted(shown.size.encoders, 'encoder')})"
    )
    if not shown.size.enough:
        far = f"; so far {slopes}" if math.isfinite(shown.size.per_doubling.value) else ""
        why = f"a slope over size {enough_said(shown.size)}"
        return f"Whether data or parameters bring more cannot be said: {why}{far}."
    if answer == UNDECIDED:
        return f"Whether data or parameters bring more cannot be said: {slopes}."
    if answer == DEPENDS:
        return f"Whether data or parameters bring more depends {_on_what(laid)}: {slopes}."
    verb = "parameters bring more than data" if answer == PARAMETERS else "data bring more than parameters"
    return f"Doubling for doubling {verb}: {slopes}; {_rate(shown)}."


def _on_what(laid: _Study) -> str:
    """What the answer depends on: the size of the encoder, or the series."""
    within = next((each for each in laid.deciding if each.answer(laid.alpha) == DEPENDS), None)
    if within is None:
        return "on the arms"
    ends = f"{said(within.smallest)} with the smallest encoders and {said(within.largest)} with the largest"
    return f"on the encoder (parameters less data, for a doubling of each, are {ends})"


def _rate(found: Traded) -> str:
    """What a doubling of parameters is worth in data."""
    rate = found.rate
    if rate.reason or not (math.isfinite(rate.high) or rate.low > 0):
        return "how many times the data match a doubling of parameters is unbounded"
    high = _times(rate.high) if math.isfinite(rate.high) else "no upper end"
    low = _times(rate.low) if rate.low > 0 else "no lower end"
    many = f"{_times(rate.factor)} times" if math.isfinite(rate.factor) else "so many times"
    return f"a doubling of parameters is worth {many} the data [{low}, {high}]"


def _times(factor: float) -> str:
    """``14.58``; far from 1 its size alone: ``3.6e+14``."""
    return plain(factor) if 0.01 <= factor < 1000 else f"{factor:.2g}"


def _strength(found: Traded) -> float:
    """How far the difference is known from 0, in standard errors; below 0 where nothing is known."""
    return abs(found.difference.value) / found.difference.se if found.difference.df > 0 else -1.0


def _numbers(evidence: Evidence, laid: _Study) -> Iterator[Number]:
    for each in (*laid.deciding, *laid.beside):
        yield from of_series(evidence, each)
    for note, other in laid.varied:
        yield difference(other, note)
    yield from frontiers(evidence, laid.deciding)


def _variants(
    evidence: Evidence, tables: Sequence[Responses], found: Traded, series: Sequence[Series]
) -> Iterator[tuple[str, Traded]]:
    for view in dict.fromkeys(view for table in tables for view in views_beside(table)):
        other = traded(evidence, tables, found.series, series, view=view)
        if not other.reason and (found.reason or other.curves[0].keys != found.curves[0].keys):
            yield f"view: {view}", other
    if evidence.scores["degenerate"].any():
        yield COLLAPSED_IN, traded(evidence, tables, found.series, series, healthy=False)


def _caveats(evidence: Evidence, laid: _Study, answer: str) -> list[str]:
    made = []
    for each in (*laid.deciding, *laid.beside):
        if each.reason:
            made.append(f"{each.series.name}: {each.reason}")
        elif not each.size.enough:
            made.append(
                f"{each.series.name}: no exchange rate: nothing is concluded of parameters, "
                f"since a slope over size {enough_said(each.size)}."
            )
        if each.left_out:
            made.append(f"{each.series.name}: without {listed(each.left_out)}: no scores at two amounts.")
        made += _shortened(each)
        made += _of_laws(evidence, each)
    made += _differing(laid)
    collapsed, runs = collapsed_runs(evidence)
    if collapsed:
        made.append(f"{whole(collapsed)} of {whole(runs)} runs ended no better than chance and are left out.")
        other = overall([each.answer(laid.alpha) for note, each in laid.varied if note == COLLAPSED_IN])
        if other != answer:
            made.append(f"With collapsed runs left in the answer would be: {other}.")
    return [*made, *missing_caveats(evidence)]


def _shortened(found: Traded) -> list[str]:
    """That amounts are left out, which not all encoders have."""
    own = set(found.series.points)
    if found.reason or own == set(found.curves[0].x):
        return []
    lacking = [whole(x) for x in sorted(own - set(found.curves[0].x))]
    return [f"{found.series.name}: without {listed(lacking)} examples, which not every encoder has."]


def _of_laws(evidence: Evidence, found: Traded) -> list[str]:
    choice = joint(evidence, found)
    if choice is None:
        return []
    if choice.reason:
        return [f"{found.series.name}: no joint law is chosen. {choice.reason}"]
    ranked = sorted(zip(choice.weights, (fit.law for fit in choice.fits), strict=True), reverse=True)
    weights = ", ".join(f"{law} {weight:.2f}" for weight, law in ranked)
    outcome = (
        f"the {choice.best} law fits best"
        if choice.decided
        else f"it is open which joint law fits: {listed((choice.best, *choice.rivals))} are near each other"
    )
    return [f"{found.series.name}: by AICc {outcome} (Akaike weights: {weights})."]


def _differing(laid: _Study) -> list[str]:
    """What each series says, where there are several."""
    every = [*laid.deciding, *laid.beside]
    if len(every) < 2:
        return []
    own = [f"{each.series.name}: {_open(each.answer(laid.alpha))}" for each in every]
    return [f"By series: {'; '.join(own)}."]


def _open(answer: str) -> str:
    return "open" if answer == UNDECIDED else answer


def _needed(laid: _Study, answer: str) -> str:
    if answer != UNDECIDED:
        return ""
    if not laid.deciding:
        return "Arms along the axis examples."
    fewest = min(each.size.encoders for each in laid.deciding)
    if fewest < FEWEST:
        more = counted(FEWEST - fewest, "more size", "more sizes")
        return f"{more} of encoders that train above chance at the same amounts."
    return "More sizes of encoders: more seeds of these make each surer, but do not add units."


def _pictures(evidence: Evidence, laid: _Study) -> Iterator[Curve]:
    """Scores over data of every encoder, and mean scores over parameters of every family."""
    for found in laid.deciding:
        for each in found.curves:
            yield drawn(each, "intermediate examples", evidence.confidence)
        families = dict.fromkeys(rung.family for rung in found.size.rungs)
        for family in families:
            rungs = sorted(
                (rung for rung in found.size.rungs if rung.family == family), key=lambda rung: rung.parameters
            )
            open_end = tuple(math.inf for _ in rungs)
            yield Curve(
                MEASURED,
                f"{family} · {found.series.name}",
                "parameters without embeddings",
                tuple(float(rung.parameters) for rung in rungs),
                tuple(rung.value for rung in rungs),
                tuple(-end for end in open_end),
                open_end,
            )
