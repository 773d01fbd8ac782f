"""Tests of averages over targets: by hand, against scipy and against the comparison they are made of."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from stiltwalk.analyse.averages import OVERALL, Average, averages, groups_of
from stiltwalk.analyse.comparing import VIEWS, cells_of, compared
from stiltwalk.analyse.multiplicity import benjamini_hochberg, holm
from stiltwalk.analyse.responses import responses
from stiltwalk.spec.errors import StiltwalkError, UnknownNameError
from stiltwalk.spec.tasks import TASKS

GROUPS = {"one": "left", "two": "left", "three": "right"}


class Score(NamedTuple):
    """A row of what ``scores`` makes."""

    intermediate: str
    seed: int
    target: str
    language: str
    score: float
    degenerate: bool = False
    seen: bool = False
    repeats: bool = False
    retrieval: bool = False
    encoder: str = "small"


def _frame(*rows: Score) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(Score._fields))


def _row(found: pd.DataFrame, **names: object) -> Average:
    wanted = {"level": "overall", "view": "headline", "healthy": True, "intermediate": "a"} | names
    chosen = found[np.logical_and.reduce([found[name] == value for name, value in wanted.items()])]
    assert len(chosen) == 1
    return Average(*chosen.iloc[0].tolist())


def _study(seed: int = 0, arms: tuple[str, ...] = ("none", "a", "b")) -> list[Score]:
    """Three targets: one in three foreign languages, two in one, three (retrieval) in two; four seeds."""
    draw = np.random.default_rng(seed)
    languages = {"one": "en de ru sw", "two": "en de", "three": "de ru"}
    return [
        Score(arm, number, target, code, float(draw.normal(60, 3)), retrieval=target == "three")
        for arm in arms
        for number in (1, 2, 3, 4)
        for target, codes in languages.items()
        for code in codes.split()
    ]


def test_every_target_counts_the_same() -> None:
    """One gains 3, 3 and 9 points in its languages, two gains 1, three 2: (5 + 1 + 2) / 3; left (5 + 1) / 2.

    English, where one gains 50, is in no average.
    """
    gained = {"one en": 50, "one de": 3, "one ru": 3, "one sw": 9, "two en": 0, "two de": 1}
    rows = [
        Score(arm, 1, name.split()[0], name.split()[1], 40.0 + by * (arm == "a"))
        for arm in ("none", "a")
        for name, by in (gained | {"three de": 2}).items()
    ]
    found = averages(_frame(*rows), GROUPS)
    for level, of, expected, targets, cells in (
        ("target", "one", 5.0, 1, 3),
        ("target", "two", 1.0, 1, 1),
        ("group", "left", 3.0, 2, 4),
        ("group", "right", 2.0, 1, 1),
        ("overall", OVERALL, 8 / 3, 3, 5),
    ):
        row = _row(found, level=level, of=of)
        assert row.gain == pytest.approx(expected)
        assert (row.targets, row.cells) == (targets, cells)


def test_two_arms_are_a_paired_t_test() -> None:
    """scipy.stats.ttest_rel of the average within each seed."""
    frame = _frame(*_study(arms=("none", "a")))
    foreign = frame[frame["language"] != "en"]
    of_seeds = (
        foreign.groupby(["intermediate", "seed", "target"])["score"]
        .mean()
        .groupby(["intermediate", "seed"])
        .mean()
    )
    expected = stats.ttest_rel(of_seeds["a"], of_seeds["none"])
    interval = expected.confidence_interval(0.9)
    row = _row(averages(frame, GROUPS, confidence=0.9))
    assert (row.df, row.seeds, row.targets, row.cells) == (3.0, 4.0, 3, 6)
    assert (row.low, row.high, row.p) == pytest.approx((*interval, expected.pvalue))
    assert row.gain == pytest.approx(sum(interval) / 2)


def test_views_leave_out_what_flatters() -> None:
    """Arm a has seen German and repeats target two; three is retrieval. Arm b did neither."""
    rows = [
        row._replace(
            seen=row.intermediate == "a" and row.language == "de",
            repeats=row.intermediate == "a" and row.target == "two",
        )
        for row in _study()
    ]
    found = averages(_frame(*rows), GROUPS)
    cells = {view: _row(found, view=view).cells for view in VIEWS}
    assert cells == {
        "headline": 3,  # one: ru, sw; three: ru
        "zero-shot": 6,
        "unseen": 3,  # two is tested in German alone
        "without-repeats": 5,
        "without-retrieval": 4,
        "headline-without-retrieval": 2,
    }
    assert {view: _row(found, view=view, intermediate="b").cells for view in VIEWS} == {
        **dict.fromkeys(VIEWS, 6),
        "without-retrieval": 4,
        "headline-without-retrieval": 4,
    }
    # nothing of retrieval is left to average
    of_three = found[(found["of"] == "three") & (found["view"] == "without-retrieval")]
    assert of_three.empty


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_row_is_that_comparison(seed: int) -> None:
    """Each estimate is ``compared`` over the same cells, with runs missing and collapsed here and there."""
    draw = np.random.default_rng(seed)
    lost, collapsed = ({(*map(str, cell),) for cell in draw.integers((4, 5), size=(3, 2))} for _ in "ab")
    rows = [
        row._replace(
            degenerate=(str("none a b c".split().index(row.intermediate)), str(row.seed)) in collapsed,
            seen=row.intermediate == "b" and row.language == "ru",
        )
        for row in _study(seed, ("none", "a", "b", "c"))
        if (str("none a b c".split().index(row.intermediate)), str(row.seed)) not in lost
    ]
    frame = _frame(*rows)
    (table,) = responses(frame)
    targets = np.array(table.targets)
    in_group = np.array([GROUPS[name] for name in table.targets])
    found = [Average(*row) for row in averages(frame, GROUPS).itertuples(index=False, name=None)]
    assert {row.healthy for row in found} == {True, False}
    for row in found:
        arms = (row.intermediate, "none")
        cells = cells_of(table, row.view, arms, healthy=row.healthy)
        part = {"target": targets == row.of, "group": in_group == row.of, "overall": True}[row.level]
        expected = compared(table, {arms[0]: 1, "none": -1}, cells & part, healthy=row.healthy)
        assert row[6:12] == pytest.approx(
            [expected.estimate[place] for place in (0, 3, 4, 1, 2, 5)], nan_ok=True
        )
        assert (row.seeds, row.targets, row.cells) == (expected.seeds, expected.targets, expected.cells)


def test_collapsed_runs_are_counted_and_left_out() -> None:
    """Arm a collapsed on target one under seed 4: one of 24 runs; with it the average falls."""
    rows = [
        row._replace(degenerate=True, score=1.0) if row[:3] == ("a", 4, "one") else row for row in _study()
    ]
    found = averages(_frame(*rows), GROUPS)
    without, whole = _row(found), _row(found, healthy=False)
    assert (without.runs, without.degenerate) == (whole.runs, whole.degenerate) == (24, 1)
    assert without.gain > whole.gain + 2
    # three of four seeds on one of three targets
    assert without.seeds == pytest.approx((3 + 4 + 4) / 3)
    assert whole.seeds == 4
    assert _row(found, level="target", of="two").degenerate == 0
    assert _row(found, intermediate="b").degenerate == 0


def test_a_target_on_which_all_runs_collapsed_is_left_out() -> None:
    """Then it is in the average with collapsed runs alone."""
    rows = [row._replace(degenerate=row[0] == "a" and row[2] == "one") for row in _study()]
    found = averages(_frame(*rows), GROUPS)
    assert (_row(found).targets, _row(found, healthy=False).targets) == (2, 3)
    assert (_row(found).runs, _row(found).degenerate) == (24, 4)
    assert found[(found["of"] == "one") & (found["intermediate"] == "a") & found["healthy"]].empty


def test_families() -> None:
    """All arms but the control, on every target; overall, all arms: adjusted together, the control never."""
    rows = _study(arms=("none", "a", "b", "c"))
    found = averages(_frame(*rows), GROUPS, controls=["c"])
    for level, size in (("target", 6), ("group", 4), ("overall", 2)):
        family = found[(found["level"] == level) & (found["view"] == "headline") & found["healthy"]]
        judged = family[family["intermediate"] != "c"]
        assert len(judged) == size
        assert judged["holm"].tolist() == pytest.approx(holm(judged["p"]))
        assert judged["benjamini_hochberg"].tolist() == pytest.approx(benjamini_hochberg(judged["p"]))
        control = family[family["intermediate"] == "c"]
        assert control[["holm", "benjamini_hochberg"]].isna().all(axis=None)
        assert control["p"].notna().all()


def test_each_encoder_by_itself() -> None:
    """A second encoder changes nothing of the first, its adjusted p-values included."""
    rows, others = _study(), [row._replace(encoder="large") for row in _study(9)]
    alone, both = averages(_frame(*rows), GROUPS), averages(_frame(*rows, *others), GROUPS)
    pd.testing.assert_frame_equal(alone, both[both["encoder"] == "small"])
    assert set(both["encoder"]) == {"small", "large"}


def test_order_changes_no_number() -> None:
    """Rows in another order have the same averages."""
    rows = _study()
    names = ["intermediate", "level", "of", "view", "healthy"]
    found, turned = (
        averages(_frame(*given), GROUPS).set_index(names).sort_index() for given in (rows, rows[::-1])
    )
    pd.testing.assert_frame_equal(found, turned)


def test_one_seed_bounds_nothing() -> None:
    """There is a gain, and everything about it is open."""
    row = _row(averages(_frame(*(row for row in _study() if row.seed == 1)), GROUPS))
    assert math.isfinite(row.gain)
    assert (row.low, row.high, row.mde) == (-math.inf, math.inf, math.inf)
    assert (row.df, row.p, row.seeds) == (0.0, 1.0, 1.0)
    assert math.isnan(row.holm)


def test_nothing_in_common_is_said() -> None:
    """Arms without a shared cell keep the row of their average over all, with no number."""
    rows = [row for row in _study() if (row.intermediate == "a") == (row.target == "one")]
    row = _row(averages(_frame(*rows), GROUPS))
    assert (row.targets, row.cells, row.seeds, row.p) == (0, 0, 0.0, 1.0)
    assert math.isnan(row.gain)
    assert (row.low, row.high) == (-math.inf, math.inf)


def test_without_a_baseline_there_is_nothing() -> None:
    """The frame is empty, with the same columns and kinds as ever."""
    rows = _study()
    empty = averages(_frame(*(row for row in rows if row.intermediate != "none")), GROUPS)
    assert empty.empty
    assert empty.dtypes.to_dict() == averages(_frame(*rows), GROUPS).dtypes.to_dict()


def test_a_target_without_a_group_is_named() -> None:
    """Nothing is guessed."""
    with pytest.raises(StiltwalkError, match="there is none for three, two"):
        averages(_frame(*_study()), {"one": "left"})


def test_groups_are_those_of_benchmarks_or_the_type() -> None:
    """XTREME calls XNLI classification; no benchmark has the pocket tasks."""
    assert groups_of(["xnli", "mlqa", "tatoeba", "pocket-nli"], TASKS) == {
        "xnli": "classification",
        "mlqa": "qa",
        "tatoeba": "retrieval",
        "pocket-nli": TASKS["pocket-nli"].type,
    }
    with pytest.raises(UnknownNameError, match="xnlii"):
        groups_of(["xnlii"], TASKS)
