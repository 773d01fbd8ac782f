"""Learning rates for a changed batch size: by a rule, or several of which dev scores choose one.

The rules are where a search starts: up to the gradient noise scale a larger batch bears a higher rate, beyond
it hardly (McCandlish et al. 2018, arXiv 1812.06162).
"""

from __future__ import annotations

import math
from typing import Literal

from pydantic import field_validator

from stiltwalk.spec.record import Record

RateRule = Literal["none", "square-root", "linear"]
"""How a rate follows the batch size: not at all, with its square root, or in proportion."""


class RateChoice(Record):
    """Which learning rates a batch size is tried with.

    Attributes:
        rule: how the rate follows the batch size.
        rates: candidates for every batch size, in place of the rule; the one with the best English dev score
            is taken.
    """

    rule: RateRule = "none"
    rates: tuple[float, ...] | None = None

    @field_validator("rates")
    @classmethod
    def _worth_a_choice(cls, rates: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if rates is not None and (len(set(rates)) < max(2, len(rates)) or min(rates) <= 0):
            raise ValueError(
                f"expected two or more different learning rates above 0, found {list(rates)}. Where one is "
                "enough, leave them out and name a rule"
            )
        return rates

    def candidates(self, rate: float, base_batch: int, batch: int) -> tuple[float, ...]:
        """The rates to try with ``batch`` examples a step, where ``rate`` is right for ``base_batch``."""
        return self.rates or (scaled_rate(rate, base_batch, batch, self.rule),)


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
