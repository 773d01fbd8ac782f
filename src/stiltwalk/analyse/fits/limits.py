"""What all laws in play imply together: limits and amounts with intervals that do not hang on one law.

A limit or a D90 is a law's. Where the law itself was chosen by the same scores, the best law's own interval
is too short: it takes the choice for granted. The interval here holds those of all laws with at least a
twentieth of the best one's weight. A law without a limit among them leaves it unbounded above.
"""

from __future__ import annotations

import math
from typing import Final

from stiltwalk.analyse.estimates import CONFIDENCE, Estimate
from stiltwalk.analyse.fits.derived import NO_PLATEAU, SHARE, Derived, derived
from stiltwalk.analyse.fits.law_choice import LawChoice
from stiltwalk.analyse.fits.laws import LAWS, Floats

IN_PLAY: Final = 2 * math.log(20)
"""Differences of AICc below this: the law has at least a twentieth of the best one's weight."""


def over_laws(
    choice: LawChoice,
    amounts: Floats,
    table: Floats,
    anchor: Floats | None = None,
    share: float = SHARE,
    confidence: float = CONFIDENCE,
) -> Derived:
    """Limit and amount by the best law that has a limit, with intervals that hold those of all laws in play.

    Args:
        choice: of laws for these scores (``choose_law``).
        amounts: see ``derived.derived``, as for ``table``, ``anchor``, ``share`` and ``confidence``.
        table: see ``derived.derived``.
        anchor: see ``derived.derived``.
        share: see ``derived.derived``.
        confidence: of each law's interval.

    Returns:
        As ``derived.derived``; ``reason`` is that of ``choice`` where that has one.
    """
    if choice.reason:
        first = derived(amounts, table, next(iter(LAWS)), anchor, share, confidence)
        return first._replace(reason=choice.reason, fit=None, sentence="")
    laws = {fit.law: delta for fit, delta in zip(choice.fits, choice.delta, strict=True) if delta < IN_PLAY}
    limited = sorted((law for law in laws if LAWS[law].limited), key=laws.__getitem__)
    if not limited:
        return derived(amounts, table, choice.best, anchor, share, confidence)
    found = [derived(amounts, table, law, anchor, share, confidence) for law in limited]
    first, unlimited = found[0], len(limited) < len(laws)
    limit = _holding([each.limit for each in found], unlimited)
    amount = _holding([each.amount for each in found], unlimited)
    plateau = math.isfinite(limit.high)
    sentence = "" if plateau else first.sentence or NO_PLATEAU
    return first._replace(limit=limit, amount=amount, plateau=plateau, sentence=sentence)


def _holding(estimates: list[Estimate], unlimited: bool) -> Estimate:
    """The first, with an interval that holds all of theirs; unbounded above where a law has no limit."""
    high = math.inf if unlimited else max(each.high for each in estimates)
    return estimates[0]._replace(low=min(each.low for each in estimates), high=high)
