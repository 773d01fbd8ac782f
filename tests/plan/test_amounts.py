"""Tests of how much a training goes through, solved by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.plan.amounts import (
    Amount,
    Texts,
    english_alone,
    examples_of,
    items_in,
    least_sure,
    masked_steps,
    own_steps,
    task_steps,
    together,
)
from stiltwalk.plan.trainings import TaskData, TrainStep, of_the_first
from stiltwalk.spec.arms import MixedMaskedLm
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.sampling import Sampling


def part(**changes: Any) -> TaskData:
    """A task of English and German, two epochs of batches of 4."""
    training = Training(batch_size=4, epochs=2).replace(changes.pop("training", {}))
    own = {"task": "t", "train": "e", "others": {"de": "d"}, "dev": None, "head": "t", "training": training}
    return TaskData.model_validate(own | changes)


def step(*parts: TaskData, **changes: Any) -> TrainStep:
    """A training of ``parts``."""
    first, *also = parts
    return TrainStep(
        kind="intermediate",
        parent="encoder:one",
        **of_the_first(first),
        also=tuple(also),
        sampling=Sampling() if also else None,
        seed=1,
        execution=Execution(),
        **changes,
    )


COUNTS = {"en": 10, "de": 6}


def test_pooled_languages_are_drawn_together() -> None:
    """16 in all; 8 of them are half of each."""
    assert examples_of(part(), COUNTS) == {"en": 10, "de": 6}
    assert examples_of(part(training={"examples": 8}), COUNTS) == {"en": 5, "de": 3}


def test_a_mix_matched_by_compute_has_every_language() -> None:
    """All of each; or all that are drawn of the English, in each."""
    mix = {"match": "compute", "like": "e"}
    assert examples_of(part(**mix), COUNTS) == {"en": 10, "de": 6}
    assert examples_of(part(training={"examples": 8}, **mix), COUNTS) == {"en": 8, "de": 6}
    assert english_alone(part(training={"examples": 8}, **mix), COUNTS, "en") == 8


def test_a_mix_matched_by_examples_deals_them_out() -> None:
    """10 English ones are 5 in each language; of 8 each has 4."""
    mix = {"match": "examples", "like": "e"}
    assert examples_of(part(**mix), COUNTS) == {"en": 5, "de": 5}
    assert examples_of(part(training={"examples": 8}, **mix), COUNTS) == {"en": 4, "de": 4}


@pytest.mark.parametrize(
    ("steps", "items"),
    # batches of 4, 4 and 2 an epoch of 10
    [(1, 4), (2, 8), (3, 10), (4, 14), (6, 20), (7, 24)],
)
def test_items_of_steps(steps: int, items: int) -> None:
    """No batch reaches from one epoch into the next."""
    assert items_in(steps, 10, 4) == items


@given(items=st.integers(1, 500), batch=st.integers(1, 64), epochs=st.integers(1, 4))
def test_whole_epochs_go_through_every_item(items: int, batch: int, epochs: int) -> None:
    """As often as there are epochs; and another step never goes through less."""
    steps = epochs * math.ceil(items / batch)
    assert items_in(steps, items, batch) == epochs * items
    assert 1 <= items_in(steps + 1, items, batch) - epochs * items <= batch


def test_steps_of_several_tasks() -> None:
    """30 and 10 items, batches of 4, two epochs: 16 + 6 = 22 steps, shared out 3 to 1; or as many as said."""
    first, second = part(), part(task="u", head="u")
    trainings = [first.training, second.training]
    own = own_steps(trainings, [30, 10], Sampling())
    assert own == 22
    assert task_steps(step(first, second), [30, 10], own) == [16, 6]
    assert own_steps([trainings[0].replace({"steps": 5})], [30], None, longer=3) == 8


def test_masked_lm_on_top_or_in_place() -> None:
    """A fifth of all: of 8 steps 2 more, or 2 of them; one step stays the tasks' own."""
    assert masked_steps(0.2, "added", 8) == 2
    assert masked_steps(0.2, "replacing", 8) == 2
    assert masked_steps(0.9, "replacing", 1) == 0
    mixed = MixedMaskedLm(text=("x",), share=0.25, placement="replacing")
    assert task_steps(step(part(), masked_lm=mixed), [16], 8) == [6]
    assert task_steps(step(part(), masked_lm=mixed.replace({"placement": "added"})), [16], 8) == [8]


def test_languages_together_weigh_by_their_items() -> None:
    """3 examples of 2 windows of 10, and 4 of 1 of 30: 10 items, (60 + 120) / 10 tokens each."""
    found = together([(3, Texts(2, 1, 10, "sampled")), (4, Texts(1, 2, 30, "at most"))])
    assert found[:3] == pytest.approx((10 / 7, 1.4, 18.0))
    assert found.known == "at most"


def test_amounts_add_up() -> None:
    """5 items of 12 tokens in 2 rows of 6, then 1 of 4: 64 tokens; each token meets its row's."""
    found = Amount().and_items(5, Texts(1, 2, 12, "measured")).and_items(1, Texts(1, 1, 4, "assumed"))
    assert (found.items, found.tokens, found.pairs, found.known) == (6, 64, 60 * 6 + 16, "assumed")


def test_the_least_sure() -> None:
    """What is only at most says so of the whole."""
    assert least_sure("sampled", "at most", "measured") == "at most"
    assert least_sure("measured") == "measured"
