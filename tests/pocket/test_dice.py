"""Chance that is the same everywhere."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.pocket.dice import Dice


def test_first_draws() -> None:
    """Golden: these may never change, or every pocket example does."""
    dice = Dice(0, "golden")
    assert [dice.below(1000) for _ in range(8)] == [514, 628, 904, 54, 860, 531, 868, 171]


def test_first_draws_of_every_kind() -> None:
    """Golden: each way of drawing uses the stream as it did."""
    dice = Dice(7, "x")
    assert "".join(dice.shuffled("abcdef")) == "adfceb"
    assert dice.one_of("abcdef") == "c"
    assert dice.weighted((("a", 1.0), ("b", 2.0))) == "b"
    assert dice.maybe(0.5)


@given(st.integers(), st.lists(st.text(max_size=5), max_size=3))
def test_same_seed_same_stream(seed: int, names: list[str]) -> None:
    """Two dice of one seed and name fall alike."""
    one, other = Dice(seed, *names), Dice(seed, *names)
    assert [one.below(10**6) for _ in range(5)] == [other.below(10**6) for _ in range(5)]


def test_streams_differ() -> None:
    """By seed, by name, by how many names."""
    streams = (Dice(0), Dice(1), Dice(0, "a"), Dice(1, "a"), Dice(0, "a", "b"), Dice(0, "b", "a"))
    assert len({dice.below(10**9) for dice in streams}) == len(streams)


def test_below_is_uniform() -> None:
    """Each of ten numbers comes up a tenth of the time, and no other."""
    dice = Dice(0, "uniform")
    counted = Counter(dice.below(10) for _ in range(10_000))
    assert set(counted) == set(range(10))
    assert all(abs(count - 1000) < 150 for count in counted.values())  # five standard deviations


def test_one_of_is_uniform() -> None:
    """Each option a third of the time."""
    dice = Dice(0, "one-of")
    counted = Counter(dice.one_of("abc") for _ in range(9000))
    assert all(abs(counted[letter] - 3000) < 225 for letter in "abc")


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_maybe(probability: float) -> None:
    """As often as it should; never and always are exact."""
    dice = Dice(0, "maybe")
    share = sum(dice.maybe(probability) for _ in range(10_000)) / 10_000
    assert share == probability if probability in {0.0, 1.0} else abs(share - probability) < 0.025


def test_weighted() -> None:
    """By weight, whatever the weights add up to; what weighs nothing never comes."""
    dice = Dice(0, "weighted")
    counted = Counter(dice.weighted((("none", 0.0), ("a", 1.0), ("b", 3.0))) for _ in range(8000))
    assert set(counted) == {"a", "b"}
    assert abs(counted["a"] - 2000) < 200


def test_shuffled() -> None:
    """The same items; every order as likely as any other; the first list stays as it was."""
    dice = Dice(0, "shuffled")
    items = [1, 2, 3]
    counted = Counter(tuple(dice.shuffled(items)) for _ in range(6000))
    assert items == [1, 2, 3]
    assert len(counted) == 6
    assert all(sorted(order) == items for order in counted)
    assert all(abs(count - 1000) < 150 for count in counted.values())
