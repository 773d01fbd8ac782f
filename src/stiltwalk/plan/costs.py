"""What every step of a plan will cost: examples, tokens, operations, memory, disk and seconds.

Arithmetic alone, before anything runs. Operations of trainings are counted as finished ones count theirs
(``plan.operations``); what those leave out is beside them: attention's products of pairs, scores over a
vocabulary, looks at the dev set. Seconds are all operations over a speed, and a fixed part; they come last,
because a speed may be learnt from what finished steps cost.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from stiltwalk.plan.amounts import Amount, Known
from stiltwalk.plan.footprints import RECORD_BYTES, artifact_bytes
from stiltwalk.plan.keeping import passing_in
from stiltwalk.plan.memory import lora_parameters
from stiltwalk.plan.nodes import Node, Plan
from stiltwalk.plan.operations import (
    FORWARD,
    attention_flops,
    forward_flops,
    training_flops,
    vocabulary_flops,
)
from stiltwalk.plan.reads import Reads, predicted, pretrained_on, trained_on, translated
from stiltwalk.plan.sizes import Sizes
from stiltwalk.plan.steps import ChooseStep, MeasureStep, PredictStep, Step, TranslateStep, key_of
from stiltwalk.plan.trainings import PretrainStep, TrainStep, at_rate
from stiltwalk.spec.adaptation import Adaptation

LEAST_SECONDS = 0.2
"""Of a step that computes next to nothing: it is claimed, written and published; a round figure."""

CHECKPOINTED = 4 / 3
"""How much more is computed where the way back computes the way forth again."""


class Speed(NamedTuple):
    """How quickly steps of one kind are carried out.

    Attributes:
        rate: operations a second, of one process.
        fixed: seconds that a step takes beside them.
        known: where that is from, for people.
    """

    rate: float
    fixed: float
    known: str


class Cost(NamedTuple):
    """What one step will cost.

    Attributes:
        steps: optimiser steps; 0 where nothing is trained.
        examples: items that are trained on, predicted or translated.
        tokens: their sub-words, padding left out.
        known: how their lengths are known.
        flops: operations as finished trainings count them; ``None``: not known.
        beside: operations that those leave out.
        memory: bytes that each of its processes needs; ``None``: not known.
        disk: bytes that it leaves.
        passing: bytes that it leaves until its model is let go, beside those.
        seconds: ``None``: no speed is known.
        cards: processes that it takes at once.
        speed: where the speed is from.
    """

    steps: int = 0
    examples: int = 0
    tokens: int = 0
    known: Known = "measured"
    flops: float | None = 0
    beside: float = 0.0
    memory: int | None = None
    disk: int = 0
    passing: int = 0
    seconds: float | None = 0.0
    cards: int = 1
    speed: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What costs are reckoned from.

    Attributes:
        sizes: the study's name of an encoder → its shape, where it is known.
        reads: its examples.
        memory: step and shape → bytes; ``None``: not known.
    """

    sizes: Mapping[str, Sizes]
    reads: Reads
    memory: Callable[[Step, Sizes], int | None]


def costs_of(plan: Plan, terms: Terms) -> dict[str, Cost]:
    """Key → cost, for every step of ``plan``.

    Steps that differ in seed, weights or learning rate alone cost the same, and are reckoned once.
    """
    found: dict[str, Cost] = {}
    known: dict[Hashable, Cost] = {}
    for node in plan.nodes.values():
        step = node.step
        longer = found[step.longer_by].steps if isinstance(step, TrainStep) and step.longer_by else 0
        if isinstance(step, TrainStep) and step.rate_from is not None and _tried(plan, step):
            like: Hashable = (_likeness(step), node.encoder, "taken over")
            if like not in known:
                known[like] = Cost(
                    disk=artifact_bytes(step, terms.sizes.get(node.encoder)), seconds=LEAST_SECONDS
                )
        else:
            like = (_likeness(step), node.encoder, longer)
            if like not in known:
                known[like] = _cost(node, terms, longer)
        found[node.key] = known[like]
    return found | {key: _let_go(found[key]) for key in passing_in(plan)}


def _let_go(cost: Cost) -> Cost:
    """Of a training whose model is not kept: its record stays."""
    return cost._replace(disk=RECORD_BYTES, passing=cost.disk - RECORD_BYTES)


def _cost(node: Node, terms: Terms, longer: int) -> Cost:
    step, sizes = node.step, terms.sizes.get(node.encoder)
    if isinstance(step, ChooseStep):
        return Cost(disk=artifact_bytes(step, None), seconds=LEAST_SECONDS)
    if isinstance(step, MeasureStep):
        return _measured(step, sizes)
    amount = _amount(step, node.encoder, terms.reads, longer)
    made = amount.items if isinstance(step, PredictStep) else 0
    cost = Cost(
        steps=amount.steps,
        examples=amount.items,
        tokens=amount.tokens,
        known=amount.known,
        flops=None,
        memory=None if sizes is None else terms.memory(step, sizes),
        disk=artifact_bytes(step, sizes, made),
        seconds=None,
        cards=step.execution.processes,
    )
    if isinstance(step, TranslateStep):
        exact = step.beams is None
        return cost._replace(seconds=LEAST_SECONDS if exact else None, flops=0 if exact else None)
    if sizes is None:
        return cost
    flops, beside = _operations(step, sizes, amount)
    return cost._replace(flops=flops, beside=beside)


def _amount(step: Step, encoder: str, reads: Reads, longer: int) -> Amount:
    if isinstance(step, TrainStep):
        return trained_on(step, encoder, reads, longer)
    if isinstance(step, PretrainStep):
        return pretrained_on(step, encoder, reads)
    if isinstance(step, PredictStep):
        return predicted(step, encoder, reads)
    assert isinstance(step, TranslateStep), step.kind
    return translated(step, reads)


def _operations(step: Step, sizes: Sizes, amount: Amount) -> tuple[float, float]:
    """Operations as they are counted, and those beside them."""
    attention = attention_flops(sizes.layers, sizes.queries, 1, amount.pairs)
    if isinstance(step, PredictStep):
        return FORWARD * sizes.inside * amount.tokens, attention
    adaptation = step.adaptation if isinstance(step, TrainStep) else None
    beside = 3 * attention + vocabulary_flops(sizes.hidden, sizes.vocabulary, amount.masked)
    beside += FORWARD * sizes.inside * amount.looked
    return training_flops(sizes.inside, amount.tokens, _small(sizes, adaptation)), beside


def _small(sizes: Sizes, adaptation: Adaptation | None) -> int | None:
    """Parameters of LoRA's matrices; ``None``: the encoder itself is trained."""
    lora = None if adaptation is None else adaptation.lora
    return None if lora is None else lora_parameters(sizes, lora.rank, everywhere=not lora.of_attention)


def _measured(step: MeasureStep, sizes: Sizes | None) -> Cost:
    """A measurement of inference: every batch and length as often as it is repeated, and again in int8."""
    if sizes is None:
        return Cost(flops=None, seconds=None)
    asked = step.measuring
    runs = asked.repeats * (2 if asked.int8 else 1)
    flops = sum(
        runs * batch * forward_flops(sizes.inside, sizes.layers, sizes.queries, length)
        for batch in asked.batches
        for length in asked.lengths
    )
    return Cost(flops=flops, seconds=None, disk=artifact_bytes(step, sizes))


def timed(
    plan: Plan, costs: Mapping[str, Cost], speed: Callable[[Step, str], Speed | None]
) -> dict[str, Cost]:
    """``costs`` with their seconds, where a speed is known.

    Args:
        plan: whose they are.
        costs: key → what :func:`costs_of` has found.
        speed: step and encoder → how quickly such steps go; ``None``: not known.
    """
    found: dict[str, Cost] = {}
    known: dict[Hashable, Cost] = {}
    for key, cost in costs.items():
        node = plan.nodes[key]
        like = (cost, node.step.kind, node.encoder, tuple(node.step.execution.__dict__.values()))
        if like not in known:
            known[like] = _timed(cost, node.step, speed(node.step, node.encoder))
        found[key] = known[like]
    return found


def _timed(cost: Cost, step: Step, speed: Speed | None) -> Cost:
    if speed is None or cost.flops is None or cost.seconds is not None:
        return cost
    seconds = speed.fixed + work(cost, step) / (speed.rate * cost.cards)
    return cost._replace(seconds=seconds, speed=speed.known)


def work(cost: Cost, step: Step) -> float:
    """All operations of ``step``, those that are computed twice counted twice."""
    trains = isinstance(step, TrainStep | PretrainStep)
    again = CHECKPOINTED if trains and step.execution.checkpointing else 1.0
    return again * ((cost.flops or 0) + cost.beside)


def _tried(plan: Plan, step: TrainStep) -> bool:
    """Whether a trial is the very training whose rate is chosen, which then takes it over."""
    chosen = plan.nodes.get(step.rate_from or "")
    if chosen is None or not isinstance(chosen.step, ChooseStep):
        return False
    trial = chosen.step.trials[0]
    return key_of(at_rate(step, trial.rate)) in trial.steps


def _likeness(step: Step) -> Hashable:
    """What steps of the same cost have in common; quicker than to compare records."""
    execution = tuple(step.execution.__dict__.values())
    if isinstance(step, TrainStep):
        own = (step.kind, step.task, step.train, step.match, step.like, step.dev, _values(step.training))
        also = tuple(
            (part.task, part.train, tuple(part.others.items()), part.dev, _values(part.training))
            for part in step.also
        )
        rest = None if step.sampling is None else repr(step.sampling)
        mixed = None if step.masked_lm is None else (repr(step.masked_lm), step.text)
        lora = None if step.adaptation.lora is None else repr(step.adaptation.lora)
        return (*own, tuple(step.others.items()), also, rest, mixed, lora, execution)
    if isinstance(step, PredictStep):
        data = (tuple(step.data.items()), tuple(step.dev.items()))
        return (step.kind, step.task, step.split, data, step.max_tokens, step.layers, execution)
    if isinstance(step, TranslateStep):
        return (step.kind, step.task, step.split, step.data, step.into, step.examples, step.beams, execution)
    if isinstance(step, ChooseStep):
        return step.kind
    return repr(step)


def _values(training: object) -> tuple[object, ...]:
    """Every hyper-parameter but the learning rate, which costs nothing."""
    return tuple(value for name, value in training.__dict__.items() if name != "learning_rate")


class Total(NamedTuple):
    """Several steps together.

    Attributes:
        steps: how many.
        tokens: sub-words.
        flops: operations as they are counted.
        beside: those that are not.
        memory: of the one that needs most; ``None``: of none is it known.
        disk: bytes.
        seconds: of those whose speed is known.
        card_seconds: the same, times the processes that each takes.
        untimed: steps whose seconds are not known.
    """

    steps: int
    tokens: int
    flops: float
    beside: float
    memory: int | None
    disk: int
    seconds: float
    card_seconds: float
    untimed: int


def total(costs: Iterable[Cost]) -> Total:
    """The sum of ``costs``."""
    given = list(costs)
    timed = [(cost.seconds, cost.cards) for cost in given if cost.seconds is not None]
    return Total(
        len(given),
        sum(cost.tokens for cost in given),
        sum(cost.flops or 0 for cost in given),
        sum(cost.beside for cost in given),
        max((cost.memory for cost in given if cost.memory is not None), default=None),
        sum(cost.disk for cost in given),
        sum(seconds for seconds, _ in timed),
        sum(seconds * cards for seconds, cards in timed),
        len(given) - len(timed),
    )
