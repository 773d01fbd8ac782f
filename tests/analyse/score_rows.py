"""Result rows for tests: few columns said, the others filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

ROW = {
    "study": "s",
    "step": "k",
    "encoder": "e",
    "intermediate": "none",
    "seed": 1,
    "target": "pocket-entailment",
    "language": "de",
    "split": "test",
    "metric": "accuracy",
    "value": 50.0,
    "layer": None,
    "degenerate": False,
    "language_seen_in_intermediate": False,
    "caveats": "",
}
"""One result row, of a target with one main metric."""


def score_rows(*changed: dict[str, Any] | Sequence[dict[str, Any]]) -> pd.DataFrame:
    """A frame of rows, each :data:`ROW` but for what is said of it."""
    flat = [each for one in changed for each in ([one] if isinstance(one, dict) else one)]
    return pd.DataFrame([{**ROW, **each} for each in flat])
