"""Tests of data.mixes: every id once, evenly, the same in a smaller draw, and fresh for every seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.data.mixes import dealt_out
from stiltwalk.data.subsets import in_rounds, subset

CLASSES = st.lists(st.sampled_from("aaaabbc"), max_size=60)
LANGUAGES = st.sampled_from(["de en", "de en ru", "de en ru sw", "de en es hi ru sw tr zh"])
SEEDS = st.integers(0, 99)


def drawn(classes: list[str], size: int, seed: int) -> list[tuple[str, str]]:
    """Ids and classes of the subset of that size, in the order of the draw."""
    order = in_rounds(classes, np.random.default_rng(seed))[:size]
    assert sorted(order) == subset(classes, size, np.random.default_rng(seed))
    return [(str(index), classes[index]) for index in order]


def everywhere(classes: list[str], languages: str) -> dict[str, set[str]]:
    """Every id in each of the languages."""
    return {code: {str(index) for index in range(len(classes))} for code in languages.split()}


@given(classes=CLASSES, size=st.integers(0, 70), seed=SEEDS, languages=LANGUAGES)
def test_every_id_once_and_evenly(classes: list[str], size: int, seed: int, languages: str) -> None:
    """All that was drawn, in no two languages, and in each as many as in another up to one."""
    some = drawn(classes, size, seed)
    dealt = dealt_out(some, everywhere(classes, languages))
    assert list(dealt) == [name for name, _ in some]
    counts = Counter(dealt.values())
    every = [counts[code] for code in languages.split()]
    assert max(every) - min(every) <= 1


@given(classes=CLASSES, less=st.integers(0, 70), more=st.integers(0, 70), seed=SEEDS, languages=LANGUAGES)
def test_what_is_dealt_out_of_less_is_dealt_out_of_more(
    classes: list[str], less: int, more: int, seed: int, languages: str
) -> None:
    """An example keeps its language when there are more."""
    less, more = sorted((less, more))
    there = everywhere(classes, languages)
    small, large = (dealt_out(drawn(classes, size, seed), there) for size in (less, more))
    assert small.items() <= large.items()


@given(st.integers(1, 6), LANGUAGES, SEEDS)
def test_classes_are_as_even_as_languages(kinds: int, languages: str, seed: int) -> None:
    """Of forty of each class each language has its share, up to a tenth of them (the worst case: 3.7)."""
    classes = ["abcdef"[index % kinds] for index in range(40 * kinds)]
    dealt = dealt_out(drawn(classes, len(classes), seed), everywhere(classes, languages))
    found = Counter((classes[int(name)], code) for name, code in dealt.items())
    share = 40 / len(languages.split())
    assert all(abs(found[kind, code] - share) <= 4 for kind in set(classes) for code in languages.split())


def test_another_seed_deals_anew() -> None:
    """Of the same examples, in the same languages."""
    classes = ["a"] * 30
    there = everywhere(classes, "en de")
    found = [dealt_out(drawn(classes, 30, seed), there) for seed in range(4)]
    assert len({frozenset(each.items()) for each in found}) == 4


def test_by_hand() -> None:
    """Six of two classes in two languages: whoever has fewer, then whoever has fewer of the class."""
    order = [("1", "a"), ("2", "b"), ("3", "b"), ("4", "a"), ("5", "a"), ("6", "b")]
    there = {code: set("123456") for code in ("en", "de")}
    assert dealt_out(order, there) == {"1": "en", "2": "de", "3": "en", "4": "de", "5": "en", "6": "de"}


def test_what_a_language_lacks_is_another_ones() -> None:
    """A dropped translation costs no example where another language has it; what none has is left out."""
    there: Mapping[str, Set[str]] = {"de": {"1", "2"}, "ru": {"2", "3", "4"}}
    order = [(name, None) for name in "12345"]
    assert dealt_out(order, there) == {"1": "de", "2": "ru", "3": "ru", "4": "ru"}
