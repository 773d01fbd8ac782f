"""The analysis of a study: what is decided, and by which bounds, before its first result is seen."""

from __future__ import annotations

import hashlib
import json
from typing import Literal, get_args

from pydantic import Field, field_validator, model_validator

from stiltwalk.spec.errors import nearest
from stiltwalk.spec.record import Record

Decision = Literal["gain", "size", "saturation", "batch-size", "languages", "exchange"]
"""Whether training in between helps; whether size changes that; whether more data stops to help; what a
larger batch does; English against other languages; how much data is worth a larger encoder."""

_DECISIONS: tuple[str, ...] = get_args(Decision)


class Analysis(Record):
    """What is fixed of an analysis before the first run; a plain text stands for ``decision``.

    Attributes:
        decision: the question that the results are to decide.
        margin: points (of 0 to 100) below which a difference counts as none: the ε of equivalence and
            non-inferiority. It is never widened by noise.
        confidence: of intervals; a verdict's error is at most 1 minus it.
        looks: how often growing results are to be judged; the error is spent over so many looks.
    """

    decision: Decision = "gain"
    margin: float = Field(0.3, gt=0, le=100)
    confidence: float = Field(0.95, ge=0.5, lt=1)
    looks: int = Field(1, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _from_decision(cls, raw: object) -> object:
        return {"decision": raw} if isinstance(raw, str) else raw

    @field_validator("decision", mode="before")
    @classmethod
    def _known(cls, decision: object) -> object:
        if decision not in _DECISIONS:
            close = nearest(decision, _DECISIONS) if isinstance(decision, str) else None
            hint = f" Did you mean '{close}'?" if close else ""
            raise ValueError(f"there is no decision {decision!r}.{hint} There is: {', '.join(_DECISIONS)}")
        return decision

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change when anything of the analysis does."""
        said = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:12]
