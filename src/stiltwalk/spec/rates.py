"""Learning rates for a changed batch size: by a rule, or several of which dev scores choose one.

The rules are where a search starts: up to the gradient noise scale a larger batch bears a higher rate, beyond
it hardly (McCandlish et al. 2018, arXiv 1812.06162).
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, field_validator, model_validator

from stiltwalk.spec.errors import nearest
from stiltwalk.spec.record import Record

RateRule = Literal["none", "square-root", "linear"]
"""How a rate follows the batch size: not at all, with its square root, or in proportion."""

_RULES: tuple[str, ...] = get_args(RateRule)


def _worth_a_choice(rates: tuple[float, ...]) -> tuple[float, ...]:
    if len(set(rates)) < max(2, len(rates)) or min(rates) <= 0:
        raise ValueError(
            f"expected two or more different learning rates above 0, found {list(rates)}. Where one is "
            "enough, leave them out and set learning_rate, or name a rule"
        )
    return rates


Candidates = Annotated[tuple[float, ...], AfterValidator(_worth_a_choice)]
"""Learning rates that are all tried; the one with the best English dev score is taken."""


class RateChoice(Record):
    """Which learning rates a batch size is tried with.

    Attributes:
        rule: how the rate follows the batch size.
        rates: candidates, of which dev scores choose, in place of the recipe's one rate. They are meant for
            the recipe's batch size; the rule carries them over to another as it would the recipe's.
    """

    rule: RateRule = "none"
    rates: Candidates | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_rule(cls, raw: object) -> object:
        return {"rule": raw} if isinstance(raw, str) else raw

    @field_validator("rule", mode="before")
    @classmethod
    def _known(cls, rule: object) -> object:
        if rule not in _RULES:
            close = nearest(rule, _RULES) if isinstance(rule, str) else None
            hint = f" Did you mean '{close}'?" if close else ""
            raise ValueError(
                f"there is no rule {rule!r} for learning rates.{hint} Write {', '.join(_RULES[:-1])} or "
                f"{_RULES[-1]}, or rates: a list of which dev scores choose"
            )
        return rule

    def candidates(self, rate: float, base_batch: int, batch: int) -> tuple[float, ...]:
        """The rates to try with ``batch`` examples a step, where ``rate`` is right for ``base_batch``."""
        return tuple(scaled_rate(each, base_batch, batch, self.rule) for each in self.rates or (rate,))


class StageRates(Record):
    """Candidates for the learning rate of whole stages: every encoder has the same, and as many trials.

    Attributes:
        intermediate: of every arm; chosen anew for each encoder and arm.
        target: of every target's training; chosen for each encoder on the arm ``none``, and the same in all
            arms.
    """

    intermediate: Candidates | None = None
    target: Candidates | None = None


def scaled_rate(rate: float, base_batch: int, batch: int, rule: RateRule) -> float:
    """The learning rate for ``batch`` examples a step, where ``rate`` is right for ``base_batch``."""
    factor = batch / base_batch
    match rule:
        case "none":
            return rate
        case "square-root":
            return rate * math.sqrt(factor)
        case "linear":
            return rate * factor
