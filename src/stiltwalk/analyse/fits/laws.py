"""The laws that a score may follow as intermediate data grows, and what each says beyond the data.

Scores are on 0 to 100, D is the number of intermediate examples, above 0. Every law is a level less a gain
still to come, ``score = level - gain * shape(D)``, and its shape has at most one parameter of its own:

=================  ================================  ==========================================
law                form                              shape, with d the smallest amount
=================  ================================  ==========================================
log-linear         a + b ln D                        -ln(D / d); no limit
power              100 - (E + A D^-β)                (D / d)^-β; of the error, with a floor E
exponential        S - A exp(-D / τ)                 exp(-D / τ)
michaelis-menten   S0 + (S - S0) D / (D + K)         K / (D + K); half of the gain at D = K
=================  ================================  ==========================================

Laws with a limit are kept to what a score can be: the limit is at most 100, a gain at least 0, the score at
the law's start (no data; the power law, which has no value there: the smallest amount) at least 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = Floats | float

FULL: Final = 100.0
"""The best score there is: no limit lies above it."""


class Law(NamedTuple):
    """One law.

    Attributes:
        name: its key in ``LAWS``.
        form: for people.
        parameters: names of its natural parameters, in order.
        limited: whether it has a limit and, with it, a shape parameter.
        shape: ``(amounts, theta, smallest)`` → the part of the gain that is still to come; broadcasts.
        inverse: ``(part, theta, smallest)`` → the amount at which that part is still to come.
        natural: ``(level, gain, theta, smallest)`` → the natural parameters.
        span: ``(smallest, largest)`` → lowest and highest ``theta`` that is looked at: beyond these the law
            is a straight line, or a step below the smallest amount.
    """

    name: str
    form: str
    parameters: tuple[str, ...]
    limited: bool
    shape: Callable[[Numbers, Numbers, float], Floats]
    inverse: Callable[[float, float, float], float]
    natural: Callable[[float, float, float, float], tuple[float, ...]]
    span: Callable[[float, float], tuple[float, float]]


class LawFit(NamedTuple):
    """A law, fitted.

    Attributes:
        law: its name.
        amounts: the different amounts it was fitted to, rising.
        values: its natural parameters, as ``LAWS[law].parameters`` names them.
        level: the limit; of the log-linear law the score at the smallest amount.
        gain: the gain still to come where the shape is 1; of the log-linear law the slope b.
        theta: the shape's parameter; NaN where it has none.
        rss: sum of squares left over, weighted, seeds' own levels taken out.
        n: scores it was fitted to.
        k: numbers that were estimated: the law's, the seeds' levels, the variance.
        bounds: which of its bounds it lies on, in words.
    """

    law: str
    amounts: tuple[float, ...]
    values: tuple[float, ...]
    level: float
    gain: float
    theta: float
    rss: float
    n: int
    k: int
    bounds: tuple[str, ...] = ()

    @property
    def df(self) -> int:
        """Degrees of freedom of ``rss``."""
        return self.n - self.k + 1

    @property
    def limit(self) -> float:
        """The score that no amount passes; inf where the law has none."""
        return self.level if LAWS[self.law].limited else math.inf

    def predict(self, amounts: Floats) -> Floats:
        """The law's score at each of ``amounts`` (above 0)."""
        shape = LAWS[self.law].shape
        found = np.asarray(amounts, dtype=float)
        return self.level - self.gain * shape(found, self.theta, self.amounts[0])

    def reaching(self, share: float, base: float | None = None) -> float:
        """The amount at which this share of the gain is made, from ``base`` to the limit.

        Args:
            share: 0 to 1, both apart.
            base: the score that the gain counts from; ``None``: the law's own at the smallest amount.

        Returns:
            0 where the law has it before any data; inf where there is no limit or no gain.
        """
        return amount_reaching(
            LAWS[self.law], self.level, self.gain, self.theta, self.amounts[0], share, base
        )


def amount_reaching(
    law: Law,
    level: float,
    gain: float,
    theta: float,
    smallest: float,
    share: float,
    base: float | None = None,
) -> float:
    """``LawFit.reaching`` of bare parameters."""
    if not (law.limited and gain > 0):
        return math.inf
    start = base
    if start is None:
        start = level - gain * float(law.shape(smallest, theta, smallest))
    if not level > start:
        return math.inf
    return law.inverse((1 - share) * (level - start) / gain, theta, smallest)


def _log_linear(amounts: Numbers, theta: Numbers, smallest: float) -> Floats:
    return np.asarray(0 * np.nan_to_num(theta) - np.log(np.asarray(amounts) / smallest))


def _power(amounts: Numbers, theta: Numbers, smallest: float) -> Floats:
    return np.asarray(np.exp(-np.asarray(theta) * np.log(np.asarray(amounts) / smallest)))


def _exponential(amounts: Numbers, theta: Numbers, smallest: float) -> Floats:  # noqa: ARG001
    return np.asarray(np.exp(-np.asarray(amounts) / theta))


def _michaelis_menten(amounts: Numbers, theta: Numbers, smallest: float) -> Floats:  # noqa: ARG001
    return np.asarray(theta / (np.asarray(amounts) + theta))


def _power_inverse(part: float, theta: float, smallest: float) -> float:
    # of a very small exponent the amount is no number that a computer has
    power = -math.log(part) / theta
    return smallest * math.exp(power) if power < 600 else math.inf


_ALL: Final = (
    Law(
        "log-linear",
        "a + b ln D",
        ("a", "b"),
        False,
        _log_linear,
        lambda part, theta, smallest: math.inf,  # noqa: ARG005
        lambda level, gain, theta, smallest: (level - gain * math.log(smallest), gain),  # noqa: ARG005
        lambda smallest, largest: (1.0, 1.0),  # noqa: ARG005
    ),
    Law(
        "power",
        "100 - (E + A D^-β)",
        ("E", "A", "β"),
        True,
        _power,
        _power_inverse,
        lambda level, gain, theta, smallest: (FULL - level, gain * smallest**theta, theta),
        lambda smallest, largest: (0.01 / math.log(largest / smallest), 50 / math.log(largest / smallest)),
    ),
    Law(
        "exponential",
        "S - A exp(-D / τ)",
        ("S", "A", "τ"),
        True,
        _exponential,
        lambda part, theta, smallest: max(0.0, -theta * math.log(part)),  # noqa: ARG005
        lambda level, gain, theta, smallest: (level, gain, theta),  # noqa: ARG005
        lambda smallest, largest: (smallest / 10, 100 * largest),
    ),
    Law(
        "michaelis-menten",
        "S0 + (S - S0) D / (D + K)",
        ("S0", "S", "K"),
        True,
        _michaelis_menten,
        lambda part, theta, smallest: max(0.0, theta * (1 / part - 1)),  # noqa: ARG005
        lambda level, gain, theta, smallest: (level - gain, level, theta),  # noqa: ARG005
        lambda smallest, largest: (smallest / 1000, 100 * largest),
    ),
)

LAWS: Final[Mapping[str, Law]] = MappingProxyType({law.name: law for law in _ALL})
"""Every law by its name."""
