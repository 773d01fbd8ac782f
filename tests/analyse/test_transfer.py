"""Zero-shot transfer against chance: the mean over languages, and its interval over seeds."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from stiltwalk.analyse.transfer import ZeroShot, zero_shot
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.spec.tasks import TASKS

CHANCE = {("pocket-entailment", code): floor for code, floor in {"de": 50.0, "sw": 46.0}.items()}


def _rows(*cells: tuple[int, str, float]) -> pd.DataFrame:
    """Accuracies of one arm on one target: (seed, language, value)."""
    frame = pd.DataFrame(cells, columns=["seed", "language", "value"])
    return frame.assign(encoder="small", intermediate="none", target="pocket-entailment", metric="accuracy")


def _one(frame: pd.DataFrame) -> ZeroShot:
    (row,) = zero_shot(frame, CHANCE, TASKS)
    return row


def test_hand_solved() -> None:
    """Three seeds with means 60, 62 and 64: the t interval is 62 ± 4.30265 × 2 / √3 = 62 ± 4.9683.

    The quantile is the 97.5 % point of t with 2 degrees of freedom, from printed tables.
    """
    row = _one(
        _rows(
            *((1, "en", 90.0), (1, "de", 70.0), (1, "sw", 50.0)),
            *((2, "en", 92.0), (2, "de", 71.0), (2, "sw", 53.0)),
            *((3, "en", 94.0), (3, "de", 72.0), (3, "sw", 56.0)),
        )
    )
    assert (row.seeds, row.english, row.zero_shot, row.chance) == (3, 92.0, 62.0, 48.0)
    assert row.low == pytest.approx(62 - 4.9683, abs=1e-3)
    assert row.high == pytest.approx(62 + 4.9683, abs=1e-3)
    assert row.above is True


def test_not_above_chance() -> None:
    """A mean above chance whose interval reaches below it is not shown to be above."""
    row = _one(_rows((1, "de", 48.0), (2, "de", 60.0), (1, "sw", 48.0), (2, "sw", 60.0)))
    assert row.zero_shot == 54.0 > row.chance
    assert row.above is False


def test_one_seed_says_nothing() -> None:
    """With one seed there is no interval, and nothing is said about chance."""
    row = _one(_rows((1, "de", 99.0)))
    assert row.above is None
    assert math.isnan(row.low)
    assert math.isnan(row.english)


def test_tagging_is_judged_by_accuracy() -> None:
    """Of several metrics the one that tells a collapsed run counts: accuracy for tagging, not span F1."""
    frame = pd.DataFrame(
        [
            ("small", "none", "pocket-pos", seed, "de", metric, value)
            for seed in (1, 2)
            for metric, value in (("f1", 10.0), ("accuracy", 70.0), ("f1_seqeval1", 20.0))
        ],
        columns=["encoder", "intermediate", "target", "seed", "language", "metric", "value"],
    )
    (row,) = zero_shot(frame, {("pocket-pos", "de"): 30.0}, TASKS)
    assert (row.zero_shot, row.low, row.high) == (70.0, 70.0, 70.0)


def test_english_alone_has_no_row() -> None:
    """Where only the source language was tested there is no transfer to speak of."""
    assert zero_shot(_rows((1, "en", 90.0), (2, "en", 91.0)), CHANCE, TASKS) == []


def test_chance_must_be_given() -> None:
    """A tested language without a chance level is refused by name."""
    with pytest.raises(StiltwalkError, match=r"Chance of 'pocket-entailment' is not given for: ru\."):
        zero_shot(_rows((1, "de", 60.0), (1, "ru", 60.0)), CHANCE, TASKS)
