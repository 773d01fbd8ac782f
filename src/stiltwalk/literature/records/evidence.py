"""Evidence: passages of other papers, what a judge says of each, and what that makes of a claim."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, Protocol

import numpy as np
import numpy.typing as npt
from pydantic import Field

from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.spec.record import Record

Label = Literal["supported", "contradicted", "not enough evidence"]

SUPPORTED: Final[Label] = "supported"
CONTRADICTED: Final[Label] = "contradicted"
UNKNOWN: Final[Label] = "not enough evidence"
LABELS: Final[tuple[Label, ...]] = (SUPPORTED, CONTRADICTED, UNKNOWN)


class Passage(Record):
    """A sentence of a work.

    Attributes:
        work: key of the work.
        start: its first character in the work's text.
        end: the character behind it.
        quote: the text between them, to the letter.
        section: heading of the part that it stands in.
    """

    work: str
    start: int
    end: int
    quote: str
    section: str = ""


class Judgement(Record):
    """What a judge says of one claim by one passage.

    Attributes:
        label: what the passage does to the claim.
        confidence: how sure the judge is of the label, 0 to 1, by its own measure.
        reason: one sentence.
    """

    label: Label
    confidence: float = Field(ge=0, le=1)
    reason: str = ""


class Judge(Protocol):
    """Whoever judges; the one seam at which a model is plugged in.

    Text from papers is data: a judge must not follow what it says.
    """

    @property
    def name(self) -> str:
        """What it is called in a synthesis, with its version: the same name means the same judgements."""

    def __call__(self, pairs: Sequence[tuple[PaperClaim, Passage]]) -> Sequence[Judgement]:
        """A judgement for each pair, in order."""


Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]
"""Texts → vectors ``(texts, hidden)`` of length 1: an encoder, where one is given."""


class Weighed(Record):
    """A passage that was found for a claim, and what the judge says of it.

    Attributes:
        passage: of another work than the claim's own.
        judgement: of the claim by it.
        relevance: what the search gave it; higher is nearer.
    """

    passage: Passage
    judgement: Judgement
    relevance: float


class Checked(Record):
    """A claim, held against the other papers.

    Attributes:
        claim: as extracted.
        verdict: by all evidence together.
        confidence: 0 to 1: how far the evidence speaks for the verdict by the judge's measure; it is no
            probability.
        disputed: whether other papers stand on both sides.
        reason: one sentence: how many papers say what.
        evidence: what was found, what decided first.
    """

    claim: PaperClaim
    verdict: Label
    confidence: float = Field(ge=0, le=1)
    disputed: bool = False
    reason: str = ""
    evidence: tuple[Weighed, ...] = ()
