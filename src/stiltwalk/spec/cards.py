"""Accelerators by name: their memory, and the operations a second that their makers promise at most.

Of dense products, never of sparse ones. Sources: the makers' data sheets as they are quoted by the pages
named below; where a page gives the figure with sparsity, half of it. What was found for a sister card alone,
and reckoned by cores and clock, is marked as not verified.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

from stiltwalk.spec.errors import UserError, nearest

Products = Literal["fp32", "bf16"]
"""In what a study's products are made: ``Execution.precision``."""

USUAL_SHARE = 0.3
"""Share of the promised operations that training reaches, where the user names none; an assumption. Short
texts and small encoders reach less, large ones on long texts more: a probe on the card itself tells."""


class Card(NamedTuple):
    """One accelerator.

    Attributes:
        name: what ``--card`` calls it.
        memory: gigabytes (10^9 bytes).
        fp32: 10^12 operations a second in fp32, as torch multiplies by default.
        bf16: the same in bf16; ``None``: it has no instructions for that.
        tf32: the same where fp32 products may be rounded (torch does so only when told); ``None``: it cannot.
        source: where the figures are from.
        verified: whether they were read in a source, or reckoned from those of a sister card.
    """

    name: str
    memory: float
    fp32: float
    bf16: float | None
    tf32: float | None
    source: str
    verified: bool = True

    def peak(self, precision: Products) -> float:
        """Operations a second at most; in fp32 where it has nothing for bf16."""
        return 1e12 * (self.bf16 if precision == "bf16" and self.bf16 is not None else self.fp32)


_AMPERE = "NVIDIA's A100 data sheet (r4), as glennklockwood.com/garden/processors/A100 quotes it"
_HOPPER = "NVIDIA's H100 data sheet (SXM5), as glennklockwood.com/garden/processors/h100 quotes it"
_ADA = "NVIDIA's product page, as resellers quote it with sparsity; half of that"
_GA102 = "NVIDIA's A40 data sheet (same chip), by cores and clock"

CARDS: Mapping[str, Card] = {
    card.name: card
    for card in (
        Card("V100", 32, 15.7, None, None, "NVIDIA's V100 data sheet, quoted in public benchmarks"),
        Card("T4", 16, 8.1, None, None, "NVIDIA's T4 data sheet, quoted in public tables"),
        Card("A100-40", 40, 19.5, 312.0, 156.0, _AMPERE),
        Card("A100-80", 80, 19.5, 312.0, 156.0, _AMPERE),
        Card("H100", 80, 66.9, 989.4, 494.7, _HOPPER),
        Card("H200", 141, 66.9, 989.4, 494.7, f"{_HOPPER}; H200 differs in memory alone"),
        Card("L4", 24, 30.3, 121.0, 60.0, _ADA),
        Card("L40S", 48, 91.6, 362.0, 183.0, "NVIDIA's L40S data sheet, dense and sparse side by side"),
        Card("RTX-3090", 24, 35.6, 71.0, 35.6, _GA102, verified=False),
        Card("RTX-4090", 24, 82.6, 165.2, 82.6, "waredb.com and NVIDIA's Ada figures: 82.58 fp32"),
        Card("A6000", 48, 38.7, 154.8, 77.4, _GA102, verified=False),
    )
}


class Room(NamedTuple):
    """What ``--card`` says: the gigabytes of a card, and the card where it was named."""

    gigabytes: float
    card: Card | None = None


def card_called(text: str) -> Room:
    """The card, or the gigabytes, that ``text`` names; capitals, spaces and dashes do not matter.

    Raises:
        UserError: neither a number above 0 nor a known card; the nearest name is suggested.
    """
    try:
        gigabytes = float(text)
    except ValueError:
        return _named(text)
    if not (math.isfinite(gigabytes) and gigabytes > 0):
        raise UserError(f"--card {text}: expected gigabytes above 0, or a card such as {', '.join(CARDS)}.")
    return Room(gigabytes)


def _named(text: str) -> Room:
    known = {_plain(name): card for name, card in CARDS.items()}
    found = known.get(_plain(text))
    if found is None:
        close = nearest(_plain(text), known)
        hint = f" Did you mean '{known[close].name}'?" if close else ""
        raise UserError(
            f"--card {text}: there is no such card.{hint} Expected gigabytes, such as 80, or one of "
            f"{', '.join(CARDS)}."
        )
    return Room(found.memory, found)


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())
