"""How the page writes numbers: with their sign, two decimals and the interval they never go without."""

from __future__ import annotations

import math
import re
from typing import Final

from stiltwalk.analyse.decisions.wording import plain, signed
from stiltwalk.analyse.verdicts import Number

LEAST_P: Final = 0.001
NONE: Final = "–"
"""Stands where there is no number."""

_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LETTERS: Final = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
_RIGHT_TO_LEFT: Final = re.compile(rf"{_LETTERS}+(?:[^\w\n]*{_LETTERS}+)*")
_MINUS: Final = re.compile(r"(?<![\w.@+-])-(?=\d)")


def minus(text: str) -> str:
    """``text`` with true minus signs before its numbers; hyphens within names stay."""
    return _MINUS.sub("\N{MINUS SIGN}", text)


def typeset(text: str) -> str:
    """``text`` as it stands in a sentence of the page.

    With true minus signs; what is written from the right to the left is set apart, so that it does not turn
    the numbers beside it around, and signs that turn more than themselves are left out.
    """
    return minus(
        _RIGHT_TO_LEFT.sub("\N{FIRST STRONG ISOLATE}\\g<0>\N{POP DIRECTIONAL ISOLATE}", straight(text))
    )


def straight(text: str) -> str:
    """``text`` without signs that turn around more than themselves."""
    return _TURNING.sub("", text)


def points(value: float) -> str:
    """``+1.23``; a dash where there is no number."""
    return minus(signed(value)) if math.isfinite(value) else NONE


def ends(low: float, high: float) -> str:
    """``+0.30 to +2.76``; ``unbounded`` where the interval has no end at all."""
    if not (math.isfinite(low) or math.isfinite(high)):
        return "unbounded"
    return minus(f"{signed(low)} to {signed(high)}")


def p_value(p: float) -> str:
    """``0.042``; ``< 0.001``; a dash where nothing was tested."""
    if math.isnan(p):
        return NONE
    return f"{p:.3f}" if p >= LEAST_P else f"< {LEAST_P}"


def value_of(number: Number) -> str:
    """The value of a verdict's number as people write it, without its unit."""
    return points(number.value) if number.unit.startswith("points") else _any(number.value)


def ends_of(number: Number) -> str:
    """Its interval: ``+0.30 to +2.76``."""
    if number.unit.startswith("points"):
        return ends(number.low, number.high)
    if not (math.isfinite(number.low) or math.isfinite(number.high)):
        return "unbounded"
    return f"{_any(number.low)} to {_any(number.high)}"


def tested(number: Number) -> bool:
    """Whether its ``p`` says anything: something was tested, and is known of its noise."""
    return not math.isnan(number.p) and (math.isfinite(number.low) or math.isfinite(number.high))


def score(value: float) -> str:
    """``7.4``: of 10; a dash where there is nothing to score."""
    return f"{value:.1f}" if math.isfinite(value) else NONE


def hours(amount: float) -> str:
    """``12 s``, ``3.4 min``, ``5.2 h``, ``1,200 h``; ``not known`` where it is no number."""
    if not math.isfinite(amount):
        return "not known"
    if amount < 1 / 60:
        return f"{3600 * amount:.0f} s"
    if amount < 1:
        return f"{60 * amount:.3g} min"
    return f"{amount:,.0f} h" if amount >= 100 else f"{amount:.3g} h"


def degrees(count: float) -> str:
    """``3``, ``2.4``: a number of seeds, a fraction where parts of averages are missing."""
    return f"{count:.3g}"


def _any(value: float) -> str:
    return minus(plain(value)) if abs(value) >= 0.1 or value == 0 else f"{value:.3g}"
