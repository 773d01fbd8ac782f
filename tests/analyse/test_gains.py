"""Gains are paired by seed, averaged within it, and open about what was left out."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.analyse.gains import ALL, BASELINE, ZERO_SHOT, Gain, gains
from stiltwalk.spec.errors import StiltwalkError


class Row(NamedTuple):
    """A result row as far as gains read it."""

    intermediate: str
    seed: int
    language: str
    value: float
    degenerate: bool = False
    encoder: str = "small"
    target: str = "xnli"
    metric: str = "accuracy"


def frame_of(*rows: Row) -> pd.DataFrame:
    """The rows as gains take them."""
    return pd.DataFrame(rows, columns=list(Row._fields))


def gain_of(result: pd.DataFrame, language: str, intermediate: str = "mnli") -> Gain:
    """The one comparison of this arm in this language."""
    chosen = result[(result["language"] == language) & (result["intermediate"] == intermediate)]
    assert len(chosen) == 1
    return Gain(*chosen.iloc[0].tolist())


# Two seeds; differences: en +2, +4; de +1, +5; sw +3, -1.
WORLD = (
    Row("none", 1, "en", 80.0),
    Row("none", 1, "de", 60.0),
    Row("none", 1, "sw", 40.0),
    Row("none", 2, "en", 82.0),
    Row("none", 2, "de", 62.0),
    Row("none", 2, "sw", 44.0),
    Row("mnli", 1, "en", 82.0),
    Row("mnli", 1, "de", 61.0),
    Row("mnli", 1, "sw", 43.0),
    Row("mnli", 2, "en", 86.0),
    Row("mnli", 2, "de", 67.0),
    Row("mnli", 2, "sw", 43.0),
)


IN_ORDER = gains(frame_of(*WORLD))


def test_one_language_by_hand() -> None:
    """German: 61 and 64 on average, differences 1 and 5, so +3 with a deviation of the square root of 8."""
    gain = gain_of(gains(frame_of(*WORLD)), "de")
    assert (gain.baseline, gain.value, gain.gain) == (61.0, 64.0, 3.0)
    assert gain.spread == pytest.approx(math.sqrt(8))
    assert (gain.seeds, gain.degenerate, gain.unpaired, gain.gain_clean) == (2, 0, 0, 3.0)


def test_zero_shot_averages_within_the_seed_first() -> None:
    """Seed means of German and Swahili differ by +2 and +2: the gain is 2 and its spread is 0."""
    gain = gain_of(gains(frame_of(*WORLD)), ZERO_SHOT)
    assert (gain.baseline, gain.value, gain.gain) == (51.5, 53.5, 2.0)
    assert gain.spread == pytest.approx(0.0)


def test_all_includes_english() -> None:
    """Over three languages the seed differences are 2 and 8/3."""
    gain = gain_of(gains(frame_of(*WORLD)), ALL)
    assert gain.gain == pytest.approx(7 / 3)
    assert gain.spread == pytest.approx(math.sqrt(2) / 3)


def test_rows_and_columns_keep_one_order() -> None:
    """English first, other languages by code, then the two means; columns as the record lists them."""
    result = gains(frame_of(*WORLD))
    assert result["language"].tolist() == ["en", "de", "sw", ZERO_SHOT, ALL]
    assert list(result.columns) == list(Gain._fields)


@settings(max_examples=40)
@given(st.permutations(WORLD))
def test_input_order_does_not_matter(rows: list[Row]) -> None:
    """The same rows in any order give the same frame."""
    pd.testing.assert_frame_equal(IN_ORDER, gains(frame_of(*rows)))


def test_every_encoder_arm_target_and_metric_is_compared() -> None:
    """Each is compared with the baseline of its own encoder, target and metric, in sorted order."""
    rows = [
        row._replace(encoder=encoder, target=target, metric=metric, value=row.value + shift)
        for shift, encoder in enumerate(("base", "large"))
        for target in ("pawsx", "xnli")
        for metric in ("accuracy", "f1")
        for row in (Row("none", 1, "de", 50.0), Row("squad", 1, "de", 52.0), Row("mnli", 1, "de", 49.0))
    ]
    result = gains(frame_of(*rows))
    german = result[result["language"] == "de"]
    assert list(
        german[["encoder", "intermediate", "target", "metric"]].itertuples(index=False, name=None)
    ) == [
        (encoder, arm, target, metric)
        for encoder in ("base", "large")
        for arm in ("mnli", "squad")
        for target in ("pawsx", "xnli")
        for metric in ("accuracy", "f1")
    ]
    assert german.groupby("intermediate")["gain"].unique().map(list).to_dict() == {
        "mnli": [-1.0],
        "squad": [2.0],
    }


def test_one_seed_has_no_spread() -> None:
    """A single pair gives a gain and NaN for its spread."""
    gain = gain_of(gains(frame_of(Row("none", 1, "de", 60.0), Row("mnli", 1, "de", 61.0))), "de")
    assert (gain.seeds, gain.gain) == (1, 1.0)
    assert math.isnan(gain.spread)


def test_unpaired_seeds_are_left_out_and_counted() -> None:
    """Seeds that one side lacks touch no mean, and are counted from both sides."""
    rows = (*WORLD, Row("none", 3, "de", 0.0), Row("mnli", 4, "de", 0.0), Row("mnli", 5, "de", 0.0))
    gain = gain_of(gains(frame_of(*rows)), "de")
    assert (gain.seeds, gain.unpaired, gain.baseline, gain.value, gain.gain) == (2, 3, 61.0, 64.0, 3.0)


def test_a_seed_that_lacks_a_language_is_unpaired_in_the_mean() -> None:
    """Seed 2 lacks Swahili in the arm: it stays in German, and leaves zero-shot, which needs both."""
    rows = [row for row in WORLD if (row.intermediate, row.seed, row.language) != ("mnli", 2, "sw")]
    result = gains(frame_of(*rows))
    assert (gain_of(result, "de").seeds, gain_of(result, "de").unpaired) == (2, 0)
    mean = gain_of(result, ZERO_SHOT)
    assert (mean.seeds, mean.unpaired, mean.baseline, mean.value) == (1, 1, 50.0, 52.0)


def test_no_shared_seed_is_shown() -> None:
    """Arms that share no seed give a row with no pairs, not a silence."""
    gain = gain_of(gains(frame_of(Row("none", 1, "de", 60.0), Row("mnli", 2, "de", 61.0))), "de")
    assert (gain.seeds, gain.unpaired) == (0, 2)
    assert all(math.isnan(value) for value in (gain.baseline, gain.value, gain.gain, gain.spread))


def test_a_language_of_one_side_is_in_no_mean() -> None:
    """Swahili without a baseline has no row and leaves the means to English and German."""
    result = gains(frame_of(*(row for row in WORLD if (row.intermediate, row.language) != ("none", "sw"))))
    assert result["language"].tolist() == ["en", "de", ZERO_SHOT, ALL]
    assert (gain_of(result, ZERO_SHOT).gain, gain_of(result, ALL).gain) == (3.0, 3.0)


def test_all_needs_english_on_both_sides() -> None:
    """Without English in both arms there is zero-shot and no mean over all."""
    result = gains(frame_of(*(row for row in WORLD if (row.intermediate, row.language) != ("mnli", "en"))))
    assert result["language"].tolist() == ["de", "sw", ZERO_SHOT]


def test_english_alone_has_no_mean() -> None:
    """One language that is not zero-shot stands by itself."""
    assert gains(frame_of(*(row for row in WORLD if row.language == "en")))["language"].tolist() == ["en"]


def test_degenerate_runs_are_counted_and_can_be_left_out() -> None:
    """A collapsed Swahili run drags the gain; it is counted, and gain_clean does without its seed."""
    rows = [
        row._replace(value=3.0, degenerate=True)
        if (row.intermediate, row.seed, row.language) == ("mnli", 2, "sw")
        else row
        for row in WORLD
    ]
    result = gains(frame_of(*rows))
    swahili = gain_of(result, "sw")
    assert (swahili.gain, swahili.degenerate, swahili.gain_clean) == (-19.0, 1, 3.0)
    mean = gain_of(result, ZERO_SHOT)
    assert (mean.gain, mean.degenerate, mean.gain_clean) == (-8.0, 1, 2.0)
    assert (gain_of(result, "de").degenerate, gain_of(result, "de").gain_clean) == (0, 3.0)


def test_both_sides_of_a_pair_count() -> None:
    """Two degenerate runs in the only pair are two, and nothing clean is left."""
    rows = (Row("none", 1, "de", 33.0, degenerate=True), Row("mnli", 1, "de", 33.0, degenerate=True))
    gain = gain_of(gains(frame_of(*rows)), "de")
    assert (gain.gain, gain.degenerate) == (0.0, 2)
    assert math.isnan(gain.gain_clean)


def test_a_lost_value_is_missing_and_says_so() -> None:
    """A run without a number is no pair, in its language and in the means; it is counted as unpaired."""
    rows = [row._replace(value=math.nan, degenerate=True) if row == WORLD[-1] else row for row in WORLD]
    result = gains(frame_of(*rows))
    for language, gained in (("sw", 3.0), (ZERO_SHOT, 2.0)):
        gain = gain_of(result, language)
        assert (gain.seeds, gain.unpaired, gain.gain, gain.gain_clean) == (1, 1, gained, gained)
        assert gain.degenerate == 0
    assert (gain_of(result, "de").seeds, gain_of(result, "de").unpaired) == (2, 0)


def test_a_language_without_any_number_is_in_no_mean() -> None:
    """It keeps its row, with no pair, and the means are over the other languages."""
    rows = [
        row._replace(value=math.nan) if (row.intermediate, row.language) == ("mnli", "sw") else row
        for row in WORLD
    ]
    result = gains(frame_of(*rows))
    swahili = gain_of(result, "sw")
    assert (swahili.seeds, swahili.unpaired, swahili.df, swahili.p) == (0, 2, 0.0, 1.0)
    assert (swahili.low, swahili.high, swahili.mde) == (-math.inf, math.inf, math.inf)
    assert gain_of(result, ZERO_SHOT).gain == gain_of(result, "de").gain


@pytest.mark.parametrize(
    "rows",
    [
        pd.DataFrame(),
        frame_of(),
        frame_of(*(row for row in WORLD if row.intermediate != BASELINE)),
        frame_of(*(row for row in WORLD if row.intermediate == BASELINE)),
        frame_of(Row("none", 1, "de", 60.0, target="pawsx"), Row("mnli", 1, "de", 61.0)),
    ],
    ids=["nothing", "no rows", "no baseline", "only baseline", "another target's baseline"],
)
def test_nothing_to_compare_is_an_empty_frame(rows: pd.DataFrame) -> None:
    """Without rows or a baseline the frame is empty, with the same columns and kinds as ever."""
    result = gains(rows)
    assert result.empty
    assert gains(frame_of(*WORLD)).dtypes.to_dict() == result.dtypes.to_dict()


@given(
    st.lists(
        st.tuples(st.sampled_from([1, 2, 3]), st.sampled_from(["en", "de", "sw"]), st.floats(0, 100)),
        unique_by=lambda cell: cell[:2],
    ),
    st.floats(-20, 20),
)
def test_a_constant_shift_is_the_gain(cells: list[tuple[int, str, float]], shift: float) -> None:
    """An arm that adds the same to every cell gains that, with no spread, wherever a seed is whole."""
    before = [Row("none", seed, language, value) for seed, language, value in cells]
    after = [row._replace(intermediate="mnli", value=row.value + shift) for row in before]
    result = gains(frame_of(*before, *after))
    whole = result[result["seeds"] > 0]
    assert all(gain == pytest.approx(shift, abs=1e-9) for gain in whole["gain"])
    assert all(math.isnan(spread) or spread < 1e-9 for spread in whole["spread"])


@given(st.lists(st.integers(0, 1000), min_size=12, max_size=12), st.integers(-50, 50), st.integers(-50, 50))
def test_shifts(values: list[int], of_all: int, of_one: int) -> None:
    """What is added to every score changes nothing; what is added to one arm is added to its gains alone."""
    cells = [(arm, seed, code) for arm in ("none", "a", "b") for seed in (1, 2) for code in ("en", "de")]
    rows = [
        Row(arm, seed, code, float(value)) for (arm, seed, code), value in zip(cells, values, strict=True)
    ]
    shifted = [row._replace(value=row.value + of_all + of_one * (row.intermediate == "a")) for row in rows]
    before, after = gains(frame_of(*rows)), gains(frame_of(*shifted))
    moved = of_one * (before["intermediate"] == "a")
    for column, by in (("gain", moved), ("low", moved), ("high", moved), ("se", 0), ("df", 0), ("mde", 0)):
        expected = (before[column] + by).tolist()
        assert after[column].tolist() == pytest.approx(expected, rel=1e-6, abs=1e-6, nan_ok=True)


def test_a_cell_given_twice_is_named() -> None:
    """Two rows for one cell are refused with the cell's full name."""
    message = (
        r"The cell \(encoder small, intermediate mnli, seed 2, target xnli, language sw, metric accuracy\) "
        "has more than one row"
    )
    with pytest.raises(StiltwalkError, match=message):
        gains(frame_of(*WORLD, WORLD[-1]._replace(value=1.0)))


def test_missing_columns_are_named() -> None:
    """Rows that lack what pairing needs are refused with the names they lack."""
    with pytest.raises(StiltwalkError, match=r"missing: seed, degenerate\."):
        gains(frame_of(*WORLD).drop(columns=["seed", "degenerate"]))


def test_empty_names_are_refused() -> None:
    """A row without a language could pair with nothing, so it is an error that counts them."""
    rows = frame_of(*WORLD)
    rows.loc[0, "language"] = None
    with pytest.raises(StiltwalkError, match="'language' in every row; 1 of 12 rows lack it"):
        gains(rows)


@pytest.mark.parametrize("name", [ZERO_SHOT, ALL])
def test_means_are_not_averaged_again(name: str) -> None:
    """Rows that are already a mean over languages are refused."""
    with pytest.raises(StiltwalkError, match=f"The language '{name}' is the name of a mean"):
        gains(frame_of(*WORLD, Row("none", 1, name, 50.0)))
