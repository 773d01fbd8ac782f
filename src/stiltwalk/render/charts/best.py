"""The arm that is looked at more closely, where there is no room for all of them."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Final

import pandas as pd

from stiltwalk.analyse.averages import OVERALL
from stiltwalk.analyse.estimates import Estimate
from stiltwalk.render.contents import Contents

_MOST_ENCODERS: Final = 2


def mean_gains(averages: pd.DataFrame, encoder: str) -> dict[str, tuple[Estimate, float]]:
    """Arm → its mean gain over all targets, as verdicts have it, and how many seeds that rests on.

    Args:
        averages: see ``Contents``.
        encoder: its name.
    """
    if averages.empty:
        return {}
    own = averages[
        (averages["encoder"] == encoder)
        & (averages["level"] == OVERALL)
        & (averages["view"] == "headline")
        & averages["healthy"]
    ]
    return {
        str(row["intermediate"]): (
            Estimate(row["gain"], row["low"], row["high"], row["se"], row["df"], row["p"], math.nan),
            float(row["seeds"]),
        )
        for row in own.to_dict("records")
        if math.isfinite(row["gain"])
    }


def best_arm(contents: Contents, encoder: str, among: Collection[str]) -> str:
    """Of the arms ``among``, at least one, that with the highest mean gain; no control but where all are."""
    known = mean_gains(contents.averages, encoder)
    controls = {arm.name for arm in contents.arms if arm.control}
    open_ = [arm for arm in among if arm not in controls] or list(among)
    return max(open_, key=lambda arm: known[arm][0].value if arm in known else -math.inf)


def closely(contents: Contents, among: Collection[str]) -> list[str]:
    """Of the encoders ``among`` those with charts of their own: all of one or two, of more the largest."""
    known = [name for name in contents.encoders if name in among]
    if len(known) <= _MOST_ENCODERS:
        return known
    return [max(known, key=lambda name: contents.encoders[name].parameters)]
