"""What inference costs: operations of a sequence by arithmetic, and what timed runs come to."""

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


def forward_flops(parameters: int, layers: int, width: int, tokens: int) -> int:
    """Floating-point operations of one sequence of ``tokens`` through an encoder without a head.

    ``2 N s + 4 L d s²``. Every parameter outside the embeddings multiplies and adds once a token: 2 N. In
    each of L layers each of s tokens is compared with all s by products of d numbers, and takes the sum of s
    vectors of d: twice 2 d s a token. It is a third of what PaLM's appendix B (arXiv 2204.02311) has for a
    training step, 6 N + 12 L d s a token; a way back costs twice a way forth. Softmax, norms and activations
    are left out, as they are there; where layers look only at a window, or only backwards, it is too much.

    Args:
        parameters: N, those outside the embeddings.
        layers: L.
        width: d, of all queries together.
        tokens: s.
    """
    return 2 * parameters * tokens + 4 * layers * width * tokens**2
