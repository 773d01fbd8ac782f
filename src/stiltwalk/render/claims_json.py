"""Claims for programs: what each states and how it stands by the rows, as one JSON object."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from stiltwalk.analyse.claims.judged import Reading
from stiltwalk.analyse.claims.words import stated, without
from stiltwalk.render.contents import Claimed, Contents

SCHEMA: Final = 1
"""Of the object; raised when a field changes its meaning or goes."""


def claims_json(contents: Contents) -> str:
    """Every claim with its verdict, posteriors, readings, numbers and the digest of the rows behind it.

    In the order of ``contents``, so that the same rows give the same text. A number that is none is null, and
    so is an end of an interval that nothing bounds.
    """
    return _dumped(
        {
            "schema": SCHEMA,
            "study": contents.study.study,
            "scale": contents.study.scale,
            "rehearsal": contents.rehearsal or None,
            "question": contents.study.question.strip(),
            "finished": contents.finished,
            "planned": contents.planned,
            "claims": [_claim(each) for each in contents.claims],
        }
    )


def finite(value: object) -> Any:
    """``value`` as JSON has it: named tuples are objects, and what is no finite number is null."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: finite(part) for name, part in value._asdict().items()}
    if isinstance(value, tuple | list):
        return [finite(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): finite(part) for name, part in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _dumped(value: Mapping[str, Any]) -> str:
    return json.dumps(finite(value), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _claim(each: Claimed) -> dict[str, Any]:
    claim, judged = each.claim, each.judged
    return {
        "claim": judged.claim,
        "version": judged.version,
        "text": judged.text,
        "source": claim.source.model_dump(mode="json"),
        "scope": claim.scope.model_dump(mode="json"),
        "note": claim.note,
        "verdict": judged.verdict,
        "prior": judged.prior,
        "confidence": judged.confidence,
        "readings": [_reading(each, reading) for reading in judged.readings],
        "why": judged.why,
        "suggests": judged.suggests,
        "rests_on": judged.rests_on,
        "caveats": judged.caveats,
    }


def _reading(each: Claimed, reading: Reading) -> dict[str, Any]:
    predicate = next(part for part in each.claim.predicates if part.name == reading.name)
    return {
        "name": reading.name,
        "states": stated(predicate),
        "cells": without(reading.left_out),
        **{name: part for name, part in reading._asdict().items() if name != "name"},
    }
