"""A judge by natural language inference: whether a passage, the premise, entails or contradicts a claim."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from stiltwalk.literature.judging.numbers import main_value, printed_among, printed_in
from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import CONTRADICTED, SUPPORTED, UNKNOWN, Judgement, Passage
from stiltwalk.spec.errors import UserError

LEAST: Final = 0.5
"""Probability that decides, unless another is asked for: of three classes, more than both others together."""

VERSION: Final = "1"
"""Of the rules below; part of a judge's name, since the same name means the same judgements."""


class Pair(NamedTuple):
    """What such a model reads.

    Attributes:
        premise: the passage.
        hypothesis: the sentence of the claim.
    """

    premise: str
    hypothesis: str


Probabilities = Callable[[Sequence[Pair]], npt.NDArray[np.float32]]
"""Pairs → ``(pairs, 3)``: probabilities of entailment, neutral and contradiction, in this order."""


class EntailmentJudge:
    """Judges by the probabilities of three classes.

    Supported: entailment has at least ``supports``, and the number that the claim states, if it states one,
    stands in the passage, within rounding. Contradicted: contradiction has at least ``contradicts``. All else
    is not enough evidence. A number that is not there turns entailment into not enough evidence and never
    into contradiction: it may be another number of the same experiment.

    The confidence is the probability of the class that decided; where none did, that neither of both is
    the case: the model's own of neutral, or what entailment leaves where a number is missing.

    Attributes:
        name: of the model, with the thresholds and the version of these rules.
    """

    def __init__(
        self, name: str, probabilities: Probabilities, *, supports: float = LEAST, contradicts: float = LEAST
    ) -> None:
        """A judge by ``probabilities``.

        Args:
            name: of the model.
            probabilities: its answers.
            supports: least probability of entailment.
            contradicts: least probability of contradiction.

        Raises:
            UserError: a threshold is below a half, where both could decide at once, or above 1.
        """
        for given in (supports, contradicts):
            if not LEAST <= given <= 1:
                raise UserError(
                    f"A probability that decides lies between {LEAST} and 1; found {given}. Below a half "
                    "both entailment and contradiction could decide."
                )
        self.name = f"{name}, entailment ≥ {supports:g}, contradiction ≥ {contradicts:g}, rules {VERSION}"
        self._probabilities = probabilities
        self._supports = supports
        self._contradicts = contradicts

    def __call__(self, pairs: Sequence[tuple[PaperClaim, Passage]]) -> list[Judgement]:
        """A judgement for each pair, in order.

        Raises:
            UserError: the model's answer is not of the shape that was promised, or no probabilities.
        """
        if not pairs:
            return []
        found = self._probabilities([Pair(passage.quote, claim.quote) for claim, passage in pairs])
        self._require(found, len(pairs))
        return [
            self._judgement(claim, passage, *(float(each) for each in row))
            for (claim, passage), row in zip(pairs, found, strict=True)
        ]

    def _judgement(
        self, claim: PaperClaim, passage: Passage, entailment: float, neutral: float, contradiction: float
    ) -> Judgement:
        if contradiction >= self._contradicts and contradiction > entailment:
            reason = f"The passage contradicts the claim with probability {contradiction:.2f}."
            return Judgement(label=CONTRADICTED, confidence=min(1.0, contradiction), reason=reason)
        if entailment < self._supports or entailment <= contradiction:
            reason = (
                f"Neither follows: entailment {entailment:.2f}, contradiction {contradiction:.2f}, "
                f"neutral {neutral:.2f}."
            )
            return Judgement(label=UNKNOWN, confidence=min(1.0, neutral), reason=reason)
        value = main_value(claim.values)
        if value is not None and not printed_among(value, printed_in(passage.quote)):
            reason = (
                f"The passage entails the claim with probability {entailment:.2f}, but no number in it is "
                f"{value.text} within rounding."
            )
            return Judgement(label=UNKNOWN, confidence=max(0.0, 1 - entailment), reason=reason)
        said = "" if value is None else f", and {value.text} stands in it"
        reason = f"The passage entails the claim with probability {entailment:.2f}{said}."
        return Judgement(label=SUPPORTED, confidence=min(1.0, entailment), reason=reason)

    def _require(self, found: npt.NDArray[np.float32], count: int) -> None:
        if found.shape != (count, 3) or not np.isfinite(found).all() or found.min() < 0:
            raise UserError(
                f"The model of the judge '{self.name}' gave an array of shape {found.shape}"
                + ("" if found.shape != (count, 3) else " with values that are no probabilities")
                + f". Expected: ({count}, 3), probabilities of entailment, neutral and contradiction."
            )
