"""Tests of costs, solved by hand on an encoder of two layers, 10 wide."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.plan.amounts import Texts
from stiltwalk.plan.costs import LEAST_SECONDS, Cost, Speed, Terms, Total, costs_of, timed, total
from stiltwalk.plan.nodes import Node, Plan
from stiltwalk.plan.reads import CANDIDATES, Asked, Reads
from stiltwalk.plan.references import base
from stiltwalk.plan.sizes import Sizes
from stiltwalk.plan.steps import ChooseStep, PredictStep, Step, TranslateStep, Trial, key_of
from stiltwalk.plan.trainings import PretrainStep, TextData, TrainStep, at_rate, rate_chosen_by
from stiltwalk.spec.adaptation import Adaptation, Lora
from stiltwalk.spec.arms import MixedMaskedLm
from stiltwalk.spec.encoders import MaskedLm, Shape
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.study import Study

# a layer has 4 · 10² + 2 · 10 · 40 + 4 · 10 + 40 + ... = 1,330 parameters: see plan.sizes
SIZES = Sizes(layers=2, hidden=10, feed_forward=40, heads=2, vocabulary=100, positions=0)
INSIDE = SIZES.inside
STUDY = Study.model_validate({"study": "s", "encoders": ["e"], "targets": ["t"]})

COUNTS = {("t", "train", "en"): 10, ("t", "dev", "en"): 4, ("t", "test", "en"): 6, ("t", "test", "de"): 3}
TEXTS = {
    "train": Texts(1, 1, 7, "sampled"),
    "dev": Texts(1, 1, 5, "sampled"),
    "test": Texts(2, 1, 4, "assumed"),
}

TRAIN = TrainStep(
    kind="target",
    parent=base("one"),
    task="t",
    training=Training(batch_size=4, epochs=2, max_tokens=8),
    train="x",
    dev=None,
    seed=1,
    execution=Execution(),
)


def _count(task: str, split: str, language: str) -> int:
    return 0 if language == CANDIDATES else COUNTS.get((task, split, language), 8)


def _texts(asked: Asked) -> Texts:
    return TEXTS[asked.split]


TERMS = Terms({"e": SIZES}, Reads(_count, _texts), lambda step, sizes: 1000)


def cost_of(step: Step, terms: Terms = TERMS) -> Cost:
    """The cost of a step that stands alone."""
    return costs_of(plan_of(step), terms)[key_of(step)]


def plan_of(*steps: Step) -> Plan:
    """A plan of ``steps``, parents first."""
    return Plan(STUDY, {key_of(step): Node(key_of(step), step, step.kind, "e") for step in steps}, (), ())


def test_a_training() -> None:
    """Two epochs of 10 items of 7 tokens in batches of 4: 6 steps, 140 tokens, 6 operations a parameter.

    Beside them attention: three times 4 · 2 · 10 · 140 · 7.
    """
    found = cost_of(TRAIN)
    assert (found.steps, found.examples, found.tokens, found.known) == (6, 20, 140, "sampled")
    assert found.flops == 6 * INSIDE * 140
    assert found.beside == 3 * 4 * 2 * 10 * 140 * 7
    assert (found.memory, found.seconds) == (1000, None)


def test_looks_at_the_dev_set() -> None:
    """Every 2 of 6 steps on 3 of its 4 examples, and all of them in the end: 13 of 5 tokens, forward."""
    looking = TRAIN.training.replace({"evaluate_every": 2, "dev_examples": 3})
    found = cost_of(TRAIN.replace({"training": looking, "dev": "y"}))
    assert found.flops == cost_of(TRAIN).flops
    assert found.beside - cost_of(TRAIN).beside == 2 * INSIDE * 13 * 5


def test_small_matrices() -> None:
    """Rank 2 beside queries and values: 4 operations of a frozen parameter, 6 of each of 2 · 2 · 40."""
    adapted = TRAIN.replace({"adaptation": Adaptation(lora=Lora(rank=2))})
    assert cost_of(adapted).flops == (4 * INSIDE + 6 * 2 * 2 * 40) * 140
    assert cost_of(adapted).disk < cost_of(TRAIN).disk


def test_masked_lm_in_between() -> None:
    """A third of all: 3 steps of 2 lines of 7 tokens; a half of these are scored over 100 rows."""
    mixed = MixedMaskedLm(text=("w",), share=1 / 3, batch_size=2, mask_share=0.5)
    text = (TextData(task="w", language="en", fingerprint="z"),)
    found = cost_of(TRAIN.replace({"masked_lm": mixed, "text": text}))
    assert (found.steps, found.examples, found.tokens) == (9, 26, 140 + 42)
    assert found.beside == 3 * 4 * 2 * 10 * 182 * 7 + 6 * 10 * 100 * 21


def test_pretraining() -> None:
    """5 steps of 4 lines of 7 tokens; a tenth is scored."""
    step = PretrainStep(
        shape=Shape(layers=2, hidden=10, heads=2),
        text=(TextData(task="w", language="en", fingerprint="z"),),
        vocabulary=None,
        vocabulary_kind="unigram",
        vocabulary_size=100,
        training=MaskedLm(steps=5, batch_size=4, mask_share=0.1),
        seed=1,
        execution=Execution(),
    )
    found = cost_of(step)
    assert (found.steps, found.tokens, found.flops) == (5, 140, 6 * INSIDE * 140)
    assert found.beside == pytest.approx(3 * 4 * 2 * 10 * 140 * 7 + 6 * 10 * 100 * 14)


def test_a_prediction() -> None:
    """Two windows of 4 tokens of each of 6 and 3 examples, forward alone."""
    step = PredictStep(
        parent=base("one"), task="t", data={"en": "1", "de": "2"}, max_tokens=8, execution=Execution()
    )
    found = cost_of(step)
    assert (found.steps, found.examples, found.tokens, found.known) == (0, 18, 72, "assumed")
    assert found.flops == 2 * INSIDE * 72


def test_a_translation_has_no_hours() -> None:
    """Of a model; the exact one takes next to nothing."""
    step = TranslateStep(
        translator="translator:x", task="t", source="en", data="d", into="de", beams=1, execution=Execution()
    )
    assert (cost_of(step).examples, cost_of(step).seconds, cost_of(step).flops) == (10, None, None)
    exact = step.replace({"translator": "pocket", "beams": None})
    assert cost_of(exact).seconds == LEAST_SECONDS


def test_longer_by_another_training() -> None:
    """As many steps more as that one takes."""
    longer = TRAIN.replace({"longer_by": key_of(TRAIN), "seed": 2})
    found = costs_of(plan_of(TRAIN, longer), TERMS)
    assert found[key_of(longer)].steps == 12
    assert found[key_of(longer)].tokens == 2 * found[key_of(TRAIN)].tokens


def test_a_trial_that_is_taken_over_costs_nothing_again() -> None:
    """The training whose rate is chosen is one of the trials; of another seed it is trained."""
    trials = [at_rate(TRAIN, rate) for rate in (1e-5, 1e-4)]
    choose = ChooseStep(
        trials=tuple(Trial(rate=t.training.learning_rate, steps=(key_of(t),)) for t in trials)
    )
    chosen = rate_chosen_by(TRAIN, key_of(choose))
    other = chosen.replace({"seed": 7})
    found = costs_of(plan_of(*trials, choose, chosen, other), TERMS)
    assert (found[key_of(chosen)].tokens, found[key_of(chosen)].seconds) == (0, LEAST_SECONDS)
    assert found[key_of(other)].tokens == found[key_of(trials[0])].tokens == 140


@pytest.mark.parametrize(
    ("execution", "seconds"),
    [({}, 1.0), ({"processes": 2}, 0.5), ({"checkpointing": True}, 4 / 3)],
)
def test_seconds(execution: dict[str, Any], seconds: float) -> None:
    """All operations over the speed, shared by processes; a third more where layers are computed again."""
    step = TRAIN.replace({"execution": Execution().replace(execution)})
    plan = plan_of(step)
    untimed = costs_of(plan, TERMS)
    (cost,) = untimed.values()
    assert cost.flops is not None
    speed = Speed(rate=cost.flops + cost.beside, fixed=3.0, known="as said")
    (found,) = timed(plan, untimed, lambda step, encoder: speed).values()
    assert found.seconds == pytest.approx(3.0 + seconds)
    assert total([found]).card_seconds == pytest.approx(found.cards * (3.0 + seconds))
    assert timed(plan, untimed, lambda step, encoder: None) == untimed


def test_an_encoder_of_which_nothing_is_known() -> None:
    """Tokens are counted, operations are not."""
    found = cost_of(TRAIN, Terms({}, Reads(_count, _texts), lambda step, sizes: 1000))
    assert (found.tokens, found.flops, found.memory) == (140, None, None)


def test_the_whole() -> None:
    """Sums; the largest memory; what is not timed is counted."""
    some = [Cost(tokens=2, flops=3, memory=5, disk=7, seconds=11.0, cards=2), Cost(flops=None, seconds=None)]
    assert total(some) == Total(2, 2, 3, 0, 5, 7, 11.0, 22.0, 1)
    assert total([]) == Total(0, 0, 0, 0, None, 0, 0, 0, 0)


def test_equal_steps_are_reckoned_once() -> None:
    """Steps that differ in seed, weights or rate alone: their examples are asked for once."""
    asked: list[Asked] = []

    def texts(one: Asked) -> Texts:
        asked.append(one)
        return _texts(one)

    steps = [
        at_rate(TRAIN.replace({"seed": seed, "parent": base(str(seed))}), 1 / seed) for seed in range(1, 500)
    ]
    found = costs_of(plan_of(*steps), Terms({"e": SIZES}, Reads(_count, texts), lambda step, sizes: 1))
    assert len(asked) == 1
    assert len(set(found.values())) == 1
