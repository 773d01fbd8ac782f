"""Predicates on rows: hand-solved gains, which cells count, and how several gains are judged together."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from stiltwalk.analyse.claims.asking import asked
from stiltwalk.analyse.claims.predicates import estimated, posterior_of, variants
from stiltwalk.analyse.responses import Responses
from stiltwalk.spec.predicates import (
    BestPerTargetGain,
    BetterThan,
    ExceedsAll,
    GainAboveInShare,
    IntervalAboveInShare,
    MeanGainAbove,
    MeanGainWithin,
    NoGainAbove,
    NotBetterInMost,
    Predicate,
    Threshold,
)

ZERO = Threshold(value=0)
CELLS = (("tags", "en"), ("tags", "de"), ("pairs", "de"))


def _above(arm: str, threshold: float = 0.0) -> MeanGainAbove:
    return MeanGainAbove(kind="mean_gain_above", arm=arm, threshold=Threshold(value=threshold))


def _responses(values: dict[str, list[list[float]]]) -> Responses:
    """Arm → a row for each seed, a column for each of ``CELLS``; ``a`` repeats tags and saw German."""
    arms = tuple(values)
    table = np.array([values[arm] for arm in arms], dtype=float)
    german, tags = np.array([False, True, True]), np.array([True, True, False])
    is_a = np.array([arm == "a" for arm in arms])
    return Responses(
        "small",
        arms,
        tuple(range(1, table.shape[1] + 1)),
        tuple(target for target, _ in CELLS),
        tuple(code for _, code in CELLS),
        table,
        np.zeros(table.shape, dtype=bool),
        is_a[:, None] & german,
        is_a[:, None] & tags,
        np.array([False, False, True]),
    )


# averages by seed, over tags ((en + de) / 2) and pairs: none 50, 52, 54; a 57, 60, 63; b 51, 53, 55
THREE = _responses(
    {
        "none": [[40, 60, 50], [42, 62, 52], [44, 64, 54]],
        "a": [[50, 62, 58], [54, 66, 60], [56, 70, 63]],
        "b": [[41, 61, 51], [43, 63, 53], [45, 65, 55]],
    }
)


def test_hand_solved_gain() -> None:
    """Tags of a are (50+62)/2, (54+66)/2, (56+70)/2 = 56, 60, 63; with pairs 57, 60, 63; none 50, 52, 54.

    The mean gain is 60 - 52 = 8: over targets, English too.
    """
    said = asked(_above("a"), THREE)
    assert said is not None
    (found,) = estimated(said, THREE).estimates
    assert found.value == pytest.approx(8.0)


@pytest.mark.parametrize(
    ("left_out", "gain"),
    [
        ((), 8.0),
        # German tags, 62, 66, 70 against 60, 62, 64: +4; pairs, 58, 60, 63 against 50, 52, 54: +8.3333
        (("english",), (4 + 25 / 3) / 2),
        # pairs and German tags are seen: English tags alone, 50, 54, 56 against 40, 42, 44
        (("seen",), 34 / 3),
        # tags are repeated: pairs alone
        (("repeats",), 25 / 3),
        # pairs are retrieval: tags alone, 56, 60, 63 against 50, 52, 54
        (("retrieval",), 23 / 3),
    ],
)
def test_cells_left_out(left_out: tuple[str, ...], gain: float) -> None:
    """Each view leaves out its own cells, of this arm alone."""
    said = asked(_above("a"), THREE, (), left_out)  # type: ignore[arg-type]
    assert said is not None
    (found,) = estimated(said, THREE).estimates
    assert found.value == pytest.approx(gain)


def test_nothing_left() -> None:
    """Repeats and retrieval together are all that arm a has: there is nothing to ask, and no posterior."""
    assert asked(_above("a"), THREE, (), ("repeats", "retrieval")) is None
    assert posterior_of(_above("a"), THREE, 5.0, (), ("repeats", "retrieval")) is None
    assert asked(_above("c"), THREE) is None


def test_arm_on_a_target_of_its_own() -> None:
    """Where a claim is of targets, an average is over these: pairs alone gain 25/3."""
    said = asked(_above("a"), THREE, ("pairs",))
    assert said is not None
    assert estimated(said, THREE).estimates[0].value == pytest.approx(25 / 3)


def _made(gains: dict[str, float], noise: float, seeds: int = 5, seed: int = 0) -> Responses:
    generator = np.random.default_rng(seed)
    return _responses(
        {
            arm: (
                (
                    50
                    + gain
                    + generator.normal(0, noise, (seeds, 1))
                    + generator.normal(0, noise / 10, (seeds, 3))
                ).tolist()
            )
            for arm, gain in {"none": 0.0, **gains}.items()
        }
    )


def test_wide_prior_and_no_shrinkage_is_students_t() -> None:
    """Two arms: with a wide prior P(gain > 0) is that of the paired t test, by scipy."""
    found = _made({"a": 0.5}, 1.0)
    runs = found.values
    averages = (runs[:, :, :2].mean(axis=2) + runs[:, :, 2]) / 2
    p = stats.ttest_rel(averages[1], averages[0], alternative="greater").pvalue
    assert posterior_of(_above("a"), found, 1e4) == pytest.approx(1 - p, abs=1e-4)


STATEMENTS: list[tuple[Predicate, bool]] = [
    (_above("a"), True),
    (_above("a", 4.0), False),
    (MeanGainWithin(kind="mean_gain_within", arm="a", value=3.0, margin=Threshold(value=1)), True),
    (MeanGainWithin(kind="mean_gain_within", arm="a", value=8.0, margin=Threshold(value=1)), False),
    (ExceedsAll(kind="exceeds_all", arm="a", others=("b", "a+mlm")), True),
    (ExceedsAll(kind="exceeds_all", arm="b", others=("a", "a+mlm")), False),
    (
        GainAboveInShare(
            kind="gain_above_in_share",
            arms=("a", "b", "a+mlm", "b+mlm"),
            targets=("tags", "pairs"),
            threshold=Threshold(value=2),
            share=Threshold(value=0.25),
        ),
        True,
    ),
    (
        IntervalAboveInShare(
            kind="interval_above_in_share",
            arms=("a", "b", "a+mlm", "b+mlm"),
            targets=("tags",),
            threshold=ZERO,
            share=Threshold(value=0.75),
        ),
        False,
    ),
    (
        NoGainAbove(
            kind="no_gain_above", arms=("b", "b+mlm"), targets=("pairs",), threshold=Threshold(value=1)
        ),
        True,
    ),
    (
        NoGainAbove(kind="no_gain_above", arms=("a", "b"), targets=("pairs",), threshold=Threshold(value=1)),
        False,
    ),
    (BetterThan(kind="better_than", arms=("a", "b"), suffixes=("+mlm",)), True),
    (NotBetterInMost(kind="not_better_in_most", arms=("a", "b"), suffixes=("+mlm",)), True),
    (
        BestPerTargetGain(kind="best_per_target_gain", arms=("a", "b"), value=3.0, margin=Threshold(value=1)),
        True,
    ),
]


@pytest.mark.parametrize(("predicate", "true"), STATEMENTS)
def test_clear_cases(predicate: Predicate, true: bool) -> None:
    """Gains a +3, b -3, a+mlm +1, b+mlm -4, with little noise: each statement is as good as known."""
    found = _made({"a": 3.0, "b": -3.0, "a+mlm": 1.0, "b+mlm": -4.0}, 0.1)
    posterior = posterior_of(predicate, found, 5.0)
    assert posterior is not None
    assert posterior > 0.99 if true else posterior < 0.01


def test_together_is_not_one_by_one() -> None:
    """Two arms of equal gain: each is the better with 1/2; of three, one exceeds both with 1/3.

    The estimates are planted equal, so that only the errors' and the prior's symmetry counts.
    """
    steps = np.array([-1.0, 0.5, 1.0, -0.5, 0.0])
    runs = {
        "none": steps,
        "a": np.roll(steps, 1),
        "b": np.roll(steps, 2),
        "c": np.roll(steps, 3),
    }
    found = _responses(
        {arm: np.repeat(50 + values[:, None], 3, axis=1).tolist() for arm, values in runs.items()}
    )
    two = posterior_of(ExceedsAll(kind="exceeds_all", arm="a", others=("b",)), found, 5.0)
    three = posterior_of(ExceedsAll(kind="exceeds_all", arm="a", others=("b", "c")), found, 5.0)
    assert two == pytest.approx(1 / 2, abs=0.02)
    assert three == pytest.approx(1 / 3, abs=0.02)


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_targets_that_differ_exactly_alike(seeds: int) -> None:
    """Errors that targets share to the bit, or too few to tell how they go together: still a posterior."""
    generator = np.random.default_rng(1)
    runs = 50 + generator.normal(0, 1, (3, seeds, 1))
    runs[1] += 6
    found = _responses(
        {arm: np.repeat(runs[place], 3, axis=1).tolist() for place, arm in enumerate(("none", "a", "b"))}
    )
    statement = GainAboveInShare(
        kind="gain_above_in_share",
        arms=("a", "b"),
        targets=("tags", "pairs"),
        threshold=ZERO,
        share=Threshold(value=0.5),
    )
    posterior = posterior_of(statement, found, 5.0)
    assert posterior is not None
    assert posterior > 0.8


def test_targets_of_other_seeds() -> None:
    """Two targets without a run in common: how their errors go together is not known."""
    generator = np.random.default_rng(2)
    runs = 50 + generator.normal(0, 1, (3, 6, 3))
    runs[1] += 6
    runs[:, :3, 2] = np.nan
    runs[:, 3:, :2] = np.nan
    found = _responses({arm: runs[place].tolist() for place, arm in enumerate(("none", "a", "b"))})
    statement = NoGainAbove(
        kind="no_gain_above", arms=("a", "b"), targets=("tags", "pairs"), threshold=Threshold(value=3)
    )
    posterior = posterior_of(statement, found, 5.0)
    assert posterior is not None
    assert posterior < 0.2


def test_variants_of_what_is_ours() -> None:
    """Thresholds of ours are halved and doubled, shares moved by 0.1; those of the paper stand."""
    predicate = GainAboveInShare(
        kind="gain_above_in_share",
        arms=("a",),
        targets=("tags",),
        threshold=Threshold(value=10, ours=True),
        share=Threshold(value=0.95, ours=True),
    )
    assert [(name, value) for name, value, _ in variants(predicate)] == [
        ("threshold", 5.0),
        ("threshold", 20.0),
        ("share", 0.85),
    ]
    assert list(variants(_above("a", 3.0))) == []
