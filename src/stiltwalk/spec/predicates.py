"""Predicates: the closed vocabulary in which a claim says what must be true of gains.

A gain is an arm's average minus that of ``none``, in points of 0 to 100. A threshold that is no word of the
paper but a choice of whoever wrote the claim down is marked ``ours``; verdicts show how they hang on it.
"""

from __future__ import annotations

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from stiltwalk.spec.analysis import Decision
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.record import Record


class Threshold(Record):
    """A bound; a plain number stands for its value.

    Attributes:
        value: in points, or a share of 0 to 1.
        ours: it is a choice of whoever wrote the claim down; other values are tried as well.
    """

    value: float
    ours: bool = False

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, raw: object) -> object:
        return {"value": raw} if isinstance(raw, int | float) and not isinstance(raw, bool) else raw

    @property
    def shown(self) -> str:
        """Its value, starred where it is ours."""
        return f"{self.value:g}{'*' if self.ours else ''}"


class _Stated(Record):
    """What every predicate has: what its line in tables is called, and on which targets it is (all: none)."""

    name: str = ""

    @property
    def on(self) -> tuple[str, ...]:
        """Targets it is about; empty: the average over those of the scope."""
        return ()

    @property
    def arms_needed(self) -> tuple[str, ...]:
        """Arms without which it cannot be judged, ``none`` first."""
        return (NONE_ARM,)


class MeanGainAbove(_Stated):
    """The mean gain of ``arm`` is above ``threshold``."""

    kind: Literal["mean_gain_above"]
    arm: str
    threshold: Threshold

    @property
    def arms_needed(self) -> tuple[str, ...]:
        """``none`` and the arm."""
        return (NONE_ARM, self.arm)


class MeanGainWithin(_Stated):
    """The mean gain of ``arm`` is within ``margin`` of ``value``."""

    kind: Literal["mean_gain_within"]
    arm: str
    value: float
    margin: Threshold

    @property
    def arms_needed(self) -> tuple[str, ...]:
        """``none`` and the arm."""
        return (NONE_ARM, self.arm)


class ExceedsAll(_Stated):
    """The average of ``arm`` is above that of each of ``others``."""

    kind: Literal["exceeds_all"]
    arm: str
    others: tuple[str, ...] = Field(min_length=1)

    @property
    def arms_needed(self) -> tuple[str, ...]:
        """``none``, the arm and the others."""
        return (NONE_ARM, self.arm, *self.others)


class _OfArmsOnTargets(_Stated):
    arms: tuple[str, ...] = Field(min_length=1)
    targets: tuple[str, ...] = Field(min_length=1)
    threshold: Threshold

    @property
    def on(self) -> tuple[str, ...]:
        """Its targets, each by itself."""
        return self.targets

    @property
    def arms_needed(self) -> tuple[str, ...]:
        """``none`` and its arms."""
        return (NONE_ARM, *self.arms)


class GainAboveInShare(_OfArmsOnTargets):
    """On each of ``targets`` at least a ``share`` of ``arms`` gain more than ``threshold``."""

    kind: Literal["gain_above_in_share"]
    share: Threshold


class IntervalAboveInShare(_OfArmsOnTargets):
    """As ``gain_above_in_share``, and of as many arms the whole interval of the gain is above."""

    kind: Literal["interval_above_in_share"]
    share: Threshold


class NoGainAbove(_OfArmsOnTargets):
    """On none of ``targets`` any of ``arms`` gains more than ``threshold``."""

    kind: Literal["no_gain_above"]


class BestPerTargetGain(_Stated):
    """With the best of ``arms`` for each target, the average gains ``value``, within ``margin``.

    Each target's arm is chosen on the rows themselves; what luck there is in that, the posterior knows of.
    """

    kind: Literal["best_per_target_gain"]
    arms: tuple[str, ...] = Field(min_length=1)
    value: float
    margin: Threshold

    @property
    def arms_needed(self) -> tuple[str, ...]:
        """``none`` and its arms."""
        return (NONE_ARM, *self.arms)


class _OfPairs(_Stated):
    arms: tuple[str, ...] = Field(min_length=1)
    suffixes: tuple[str, ...] = Field(min_length=1)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Each arm and the one that is called like it, with a suffix."""
        return tuple((arm, arm + suffix) for arm in self.arms for suffix in self.suffixes)

    @property
    def arms_needed(self) -> tuple[str, ...]:
        """``none``, the arms and those with a suffix."""
        return (NONE_ARM, *self.arms, *(other for _, other in self.pairs))


class BetterThan(_OfPairs):
    """On average over pairs, arms without a suffix are better than those with one."""

    kind: Literal["better_than"]


class NotBetterInMost(_OfPairs):
    """Of at most half of all pairs the arm with a suffix is better than the one without."""

    kind: Literal["not_better_in_most"]


class DecisionIs(_Stated):
    """A study's own decision comes out as one of ``answers``.

    Attributes:
        decision: which one; only a study with that analysis can be judged.
        answers: the decision's words that make the statement true; any other answer refutes it.
        open: further words of the decision, that neither make it true nor refute it.
        number: in place of answers, the name of one of the decision's numbers: it is other than 0.
    """

    kind: Literal["decision"]
    decision: Decision
    answers: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    number: str = ""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if bool(self.answers) == bool(self.number):
            raise ValueError("a decision is judged by 'answers', a list of its words, or by a 'number'")
        return self

    @property
    def arms_needed(self) -> tuple[str, ...]:
        """``none``; the decision itself says what else it lacks."""
        return (NONE_ARM,)


Predicate = (
    MeanGainAbove
    | MeanGainWithin
    | ExceedsAll
    | GainAboveInShare
    | IntervalAboveInShare
    | NoGainAbove
    | BestPerTargetGain
    | BetterThan
    | NotBetterInMost
    | DecisionIs
)

KINDS: tuple[str, ...] = tuple(
    get_args(each.model_fields["kind"].annotation)[0] for each in get_args(Predicate)
)
