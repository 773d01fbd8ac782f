"""Estimates as they stand in tables: never without their interval."""

from __future__ import annotations

import math

from stiltwalk.analyse.decisions.wording import interval
from stiltwalk.analyse.estimates import Estimate
from stiltwalk.cli import show


def plain(found: Estimate) -> str:
    """``61.20 [59.10, 63.30]``: a level, which needs no sign."""
    if not math.isfinite(found.value):
        return ""
    ends = f"[{found.low:.2f}, {found.high:.2f}]" if found.bounded else interval(found)
    return f"{found.value:.2f} {ends}"


def change(found: Estimate) -> str:
    """``+1.20 [-0.10, +2.50]``: a difference; one that there is no number of says so."""
    if not math.isfinite(found.value):
        return "not known"
    return f"{round(found.value, 2) + 0.0:+.2f} {interval(found)}"


def seeds(runs: int, paired: float, *, compared: bool) -> str:
    """``3``: so many runs; ``3, 2 paired``: so many of them are compared with the baseline's."""
    return f"{runs}" if not compared or runs == paired else f"{runs}, {paired:.4g} paired"


def say(text: str) -> None:
    """Print a sentence as it is: square brackets in it are not markup."""
    show.console.print(text, markup=False)
