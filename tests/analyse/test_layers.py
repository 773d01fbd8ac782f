"""Curves over layers: which rows are part of one, and that nothing is averaged or paired across it."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from stiltwalk.analyse.gains import ZERO_SHOT, gains
from stiltwalk.analyse.layers import swept_layer
from stiltwalk.analyse.transfer import zero_shot
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.spec.tasks import TASKS

COLUMNS = ["intermediate", "seed", "language", "layer", "value"]


def frame(
    *cells: tuple[str, int, str, float | None, float], target: str = "pocket-entailment"
) -> pd.DataFrame:
    """Rows of one encoder and metric: (arm, seed, language, layer, value)."""
    made = pd.DataFrame(cells, columns=COLUMNS).astype({"layer": "Float64"})
    return made.assign(encoder="small", target=target, metric="accuracy", degenerate=False)


SWEPT = frame(
    *(("none", 1, "de", 0, 10.0), ("none", 1, "de", 1, 30.0)),
    *(("none", 1, "sw", 0, 20.0), ("none", 1, "sw", 1, 50.0)),
    *(("mnli", 1, "de", 0, 11.0), ("mnli", 1, "de", 1, 40.0)),
    *(("mnli", 1, "sw", 0, 21.0), ("mnli", 1, "sw", 1, 54.0)),
)
SINGLE = frame(("none", 1, "de", 7, 60.0), ("mnli", 1, "de", 8, 66.0), target="pocket-paraphrase")
PLAIN = frame(("none", 1, "de", None, 70.0), ("mnli", 1, "de", None, 71.0), target="pocket-pos")


def test_a_target_read_at_several_layers_is_swept() -> None:
    """Its rows have their layer; those of a target with one layer a run, or none, have NaN."""
    found = swept_layer(pd.concat([SWEPT, SINGLE, PLAIN], ignore_index=True))
    assert found.tolist()[:8] == [0, 1] * 4
    assert found[8:].isna().all()
    assert swept_layer(SWEPT.drop(columns="layer")).isna().all()
    assert swept_layer(SWEPT[:0]).empty


def test_gains_are_taken_within_a_layer() -> None:
    """By hand: at layer 0 both languages gain 1, at layer 1 they gain 10 and 4."""
    found = gains(SWEPT)
    assert found[["layer", "language", "gain"]].to_numpy().tolist() == [
        *([0, "de", 1.0], [0, "sw", 1.0], [0, ZERO_SHOT, 1.0]),
        *([1, "de", 10.0], [1, "sw", 4.0], [1, ZERO_SHOT, 7.0]),
    ]


def test_arms_with_a_layer_each_are_paired() -> None:
    """Layers chosen on dev data may differ between arms; tasks without layers pair as ever."""
    found = gains(pd.concat([SINGLE, PLAIN], ignore_index=True))
    assert found[found["language"] == "de"]["gain"].tolist() == [6.0, 1.0]
    assert found["layer"].isna().all()


def test_a_layer_given_twice_is_still_refused() -> None:
    """One cell of a sweep has one row."""
    with pytest.raises(StiltwalkError, match="has more than one row"):
        gains(pd.concat([SWEPT, SWEPT[:1]], ignore_index=True))


def test_zero_shot_is_told_for_each_layer() -> None:
    """No mean over the curve: a row for each arm and layer."""
    chance = {("pocket-entailment", code): 50.0 for code in ("de", "sw")}
    found = {(row.intermediate, row.layer): row.zero_shot for row in zero_shot(SWEPT, chance, TASKS)}
    assert found == {("none", 0): 15.0, ("none", 1): 40.0, ("mnli", 0): 16.0, ("mnli", 1): 47.0}
    plain = zero_shot(SWEPT[SWEPT["layer"] == 1], chance, TASKS)
    assert [row.zero_shot for row in plain] == [40.0, 47.0]
    assert all(math.isnan(row.layer) for row in plain)
