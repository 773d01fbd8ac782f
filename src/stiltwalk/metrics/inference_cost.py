"""What timed runs of inference come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Timing(NamedTuple):
    """Timed runs of one batch.

    Attributes:
        p50_ms: median of a run, in milliseconds.
        p95_ms: their 95th percentile, on a straight line between the two runs beside it.
        sequences_per_second: the batch over the median.
    """

    p50_ms: float
    p95_ms: float
    sequences_per_second: float


def timing(seconds: Sequence[float], batch: int) -> Timing:
    """What runs of ``batch`` sequences that took so many ``seconds`` each come to.

    The median, so that a run which something else held up counts as one run and no more.
    """
    p50, p95 = (float(value) for value in np.percentile(seconds, (50, 95)))
    return Timing(1000 * p50, 1000 * p95, batch / p50)
