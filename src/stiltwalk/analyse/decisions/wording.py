"""How numbers are written in the sentences of verdicts: with units, two decimals, and their interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stiltwalk.analyse.estimates import Estimate

POINTS = "points"
MOST_NAMES = 5


def said(found: Estimate, unit: str = POINTS) -> str:
    """``+3.20 points [+1.10, +5.30]``; an interval without ends says so."""
    if not math.isfinite(found.value):
        return "no estimate"
    return f"{signed(found.value)} {unit} {interval(found)}"


def interval(found: Estimate) -> str:
    """``[+1.10, +5.30]``; ``[unbounded]`` where it has no end at all."""
    if not math.isfinite(found.low) and not math.isfinite(found.high):
        return "[unbounded]"
    return f"[{signed(found.low)}, {signed(found.high)}]"


def signed(value: float) -> str:
    """``+3.20``; what rounds to nothing has no sign of its own."""
    if not math.isfinite(value):
        return {math.inf: "unbounded", -math.inf: "unbounded"}.get(value, "no number")
    return f"{round(value, 2) + 0.0:+.2f}"


def percent(share: float) -> str:
    """``95 %``."""
    return f"{100 * share:.4g} %"


def listed(names: Sequence[str]) -> str:
    """``a, b and c``; of many the first, and how many others."""
    if len(names) > MOST_NAMES + 1:
        return f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES} others"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def counted(count: int, one: str, many: str | None = None) -> str:
    """``1 arm``, ``9 arms``."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def plain(value: float) -> str:
    """``0.30``; ``1,250`` from a thousand on; ``unbounded`` where there is no such number."""
    if not math.isfinite(value):
        return "unbounded"
    return f"{value:.2f}" if abs(value) < 1000 else f"{value:,.0f}"


def whole(value: float) -> str:
    """``1,000``: a count; with decimals where it has any."""
    return f"{value:,.0f}" if float(value).is_integer() else plain(value)


def amount(found: Estimate, unit: str) -> str:
    """``12,000 examples [8,000, unbounded]``: of what is never below 0."""
    if not math.isfinite(found.value):
        return "no estimate"
    if not math.isfinite(found.low) and not math.isfinite(found.high):
        return f"{plain(found.value)} {unit} [unbounded]"
    return f"{plain(found.value)} {unit} [{plain(found.low)}, {plain(found.high)}]"


def large(amount: float) -> str:
    """``7.0 M``, ``270 M``, ``3.5 B``: a count too large to be read digit by digit."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(amount) >= size:
            return f"{amount / size:.3g} {letter}"
    return f"{amount:,.0f}"
