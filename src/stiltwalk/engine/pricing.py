"""The price of a plan: what every step will cost, from what is known on this machine."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from stiltwalk.engine.devices import find_devices
from stiltwalk.engine.encoder_sizes import local_encoder, sizes_before
from stiltwalk.engine.letting_go import to_train_again
from stiltwalk.engine.memory import ACCELERATOR, PROCESSOR, estimate
from stiltwalk.engine.outline import Outline, published_count
from stiltwalk.engine.prepare import step_key
from stiltwalk.engine.probe import Pace, kept_pace, probe_all
from stiltwalk.engine.token_counts import token_counts
from stiltwalk.plan.amounts import Texts
from stiltwalk.plan.costs import Cost, Speed, Terms, costs_of, timed, work
from stiltwalk.plan.memory_class import Sized
from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.reads import CANDIDATES, Reads
from stiltwalk.plan.references import is_base
from stiltwalk.plan.sizes import Sizes
from stiltwalk.plan.steps import Step
from stiltwalk.plan.trainings import PretrainStep, TaskData, TrainStep
from stiltwalk.spec.cards import USUAL_SHARE, Card
from stiltwalk.spec.encoder_configs import KNOWN_CONFIGS
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.task import SplitName
from stiltwalk.spec.tasks import find_task
from stiltwalk.spec.tasks.lengths import USUAL_CANDIDATES, USUAL_COUNTS
from stiltwalk.store.atomic import read_json
from stiltwalk.store.entries import Entry
from stiltwalk.store.index import open_index

FIXED_SECONDS = 1.0
"""What a step takes beside its operations: reading texts, writing and checking what it leaves; about what the
steps of the demo take on two cores."""

WRITTEN_A_SECOND = 200e6
"""Bytes that are written and hashed in a second; a round figure."""


class Wish(NamedTuple):
    """Of which machine the seconds are wanted.

    Attributes:
        card: an accelerator of the table; ``None``: this machine.
        share: of what the card promises, that is taken to be reached.
        probe: whether encoders are probed on this machine first.
    """

    card: Card | None = None
    share: float = USUAL_SHARE
    probe: bool = False


class Priced(NamedTuple):
    """A plan with its price.

    Attributes:
        outline: the plan, and what it was made without.
        costs: key → cost of every step.
        finished: what the store says of those that are finished.
        sizes: encoder → its shape, where it is known.
        uncounted: what it is not known of how many examples there are: task and split.
    """

    outline: Outline
    costs: Mapping[str, Cost]
    finished: Mapping[str, Entry]
    sizes: Mapping[str, Sizes]
    uncounted: tuple[tuple[str, str], ...]

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.outline.prepared.plan

    @property
    def todo(self) -> dict[str, Cost]:
        """Key → cost of every step that is still to be done."""
        return {key: cost for key, cost in self.costs.items() if key not in self.finished}


def price(outline: Outline, wish: Wish, say: Callable[[str], None]) -> Priced:
    """What every step of ``outline`` will cost.

    Raises:
        UserError: an encoder can be neither read nor probed.
    """
    plan, place = outline.prepared
    again = set(to_train_again(plan, place.store))
    finished = open_index(place.store).entries(key for key in plan.nodes if key not in again)
    sizes = _sizes(outline)
    counts = _Counts(outline)
    lengths = token_counts(place, dict(_readers(outline)), counts.of, say)
    found = _Found(plan, finished)
    kind = ACCELERATOR if wish.card is not None or find_devices()[0].name != "cpu" else PROCESSOR

    def memory(step: Step, shape: Sizes) -> int | None:
        return estimate(step, shape, kind) if isinstance(step, Sized) else None

    costs = costs_of(plan, Terms(sizes, Reads(counts.of, lengths.of, found.learned), memory))
    lengths.keep()
    if wish.probe:
        probe_all(plan, costs, dict(_configs(outline, sizes)), place.store, say)
    speeds = _Speeds(outline, wish, sizes, found.rates(costs))
    return Priced(outline, timed(plan, costs, speeds.of), finished, sizes, tuple(counts.unknown))


@dataclass(slots=True)
class _Counts:
    """How many examples there are; notes what nobody knows."""

    outline: Outline
    unknown: dict[tuple[str, str], None] = field(default_factory=dict)
    known: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def of(self, name: str, split: SplitName, language: str) -> int:
        asked = (name, split, language)
        if asked not in self.known:
            found = self._found(name, split, language)
            drawn = find_task(name, self.outline.prepared.place.tasks).type == "masked-lm"
            if found is None and not drawn:  # of text so many lines are drawn, however many there are
                self.unknown[name, split] = None
            self.known[asked] = found or 0
        return self.known[asked]

    def _found(self, name: str, split: SplitName, language: str) -> int | None:
        tasks = self.outline.prepared.place.tasks
        rule = find_task(name, tasks).split(split)
        if language == CANDIDATES:
            return USUAL_CANDIDATES.get(name) if rule.candidates else 0
        counts = self.outline.facts.counts
        there = counts.get((name, split, language))
        if there is None:
            there = counts.get((name, split, SOURCE_LANGUAGE)) or published_count(
                (name, split, language), tasks
            )
        if there is None and rule.expected:  # about as many as in the languages of which it is known
            there = round(sum(rule.expected.values()) / len(rule.expected))
        return USUAL_COUNTS.get((name, split)) if there is None else there


@dataclass(slots=True)
class _Found:
    """What finished steps of the plan tell of those that are to be done."""

    plan: Plan
    finished: Mapping[str, Entry]
    texts: dict[tuple[object, ...], Texts] | None = None

    def learned(self, encoder: str, part: TaskData) -> Texts | None:
        """What trainings on the same examples came to."""
        if self.texts is None:
            self.texts = dict(self._learn())
        return self.texts.get(_drawn(encoder, part))

    def _learn(self) -> Iterator[tuple[tuple[object, ...], Texts]]:
        for key, entry in self.finished.items():
            node = self.plan.nodes[key]
            step = node.step
            if not isinstance(step, TrainStep) or step.also:
                continue
            facts = json.loads(entry.facts)
            mix = facts.get("mix", {}).get(step.task)
            if not mix or not mix["examples"] or not facts.get("examples"):
                continue
            items = facts["items"] / facts["examples"]
            tokens = mix["tokens"] / mix["examples"]
            yield _drawn(node.encoder, step.parts[0]), Texts(items, 1.0, tokens, "measured")

    def rates(self, costs: Mapping[str, Cost]) -> dict[tuple[str, str], tuple[float, int]]:
        """(kind, encoder) → operations a second of finished steps, and of how many."""
        done: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
        for key, entry in self.finished.items():
            node, cost = self.plan.nodes[key], costs[key]
            seconds = entry.wall_seconds
            if seconds is None or not cost.flops:
                continue
            # a prediction's time is of all of it, a training's of its optimiser steps
            fixed = 0.0 if isinstance(node.step, TrainStep | PretrainStep) else FIXED_SECONDS
            own = max(seconds - fixed, seconds / 10)
            if own > 0:
                done[node.step.kind, node.encoder].append((work(cost, node.step), own))
        return {
            what: (sum(w for w, _ in each) / sum(s for _, s in each), len(each))
            for what, each in done.items()
        }


def _drawn(encoder: str, part: TaskData) -> tuple[object, ...]:
    """What trainings that read equally long texts have in common."""
    training = part.training
    return (
        encoder,
        part.task,
        part.train,
        tuple(sorted(part.others.items())),
        part.match,
        training.max_tokens,
    )


@dataclass(slots=True)
class _Speeds:
    """How quickly steps go: on a card of the table; else as probed here; else as finished ones did."""

    outline: Outline
    wish: Wish
    sizes: Mapping[str, Sizes]
    rates: Mapping[tuple[str, str], tuple[float, int]]
    paces: dict[tuple[object, ...], Pace | None] = field(default_factory=dict)

    def of(self, step: Step, encoder: str) -> Speed | None:
        fixed = FIXED_SECONDS + self._written(step, encoder) / WRITTEN_A_SECOND
        card = self.wish.card
        if card is not None:
            peak = card.peak(step.execution.precision)
            return Speed(self.wish.share * peak, fixed, f"{100 * self.wish.share:g} % of {card.name}")
        trains = isinstance(step, TrainStep | PretrainStep)
        pace = self._pace(step, encoder)
        if pace is not None:
            rate = pace.training if trains else pace.predicting
            return Speed(rate, fixed, f"probed on {pace.on}")
        for kind in dict.fromkeys((step.kind, "target", "intermediate", "pretrain")):
            if (kind, encoder) in self.rates:
                rate, steps = self.rates[kind, encoder]
                return Speed(rate, fixed, f"{steps} finished {kind} step(s)")
        return None

    def _pace(self, step: Step, encoder: str) -> Pace | None:
        sizes = self.sizes.get(encoder)
        if sizes is None:
            return None
        execution = step.execution.replace({"prediction": "as-trained"})
        like = (sizes, tuple(execution.__dict__.values()))
        if like not in self.paces:
            self.paces[like] = kept_pace(self.outline.prepared.place.store, sizes, execution)
        return self.paces[like]

    def _written(self, step: Step, encoder: str) -> float:
        sizes = self.sizes.get(encoder)
        return 0.0 if sizes is None or not isinstance(step, TrainStep | PretrainStep) else 4.0 * sizes.inside


def _sizes(outline: Outline) -> dict[str, Sizes]:
    """Encoder → its shape, where it is known."""
    plan, place = outline.prepared
    found = {}
    for choice in plan.study.encoders:
        try:
            found[choice.name] = sizes_before(choice, place.store)
        except UserError:  # a plan can do without
            continue
    return found


def _readers(outline: Outline) -> Iterator[tuple[str, tuple[str, Path]]]:
    """Encoder → what its tokenizer goes by, and where it lies, of those whose tokenizer is here."""
    plan, place = outline.prepared
    made = {node.encoder: node.key for node in plan.nodes.values() if node.step.kind == "pretrain"}
    for choice in plan.study.encoders:
        if choice.source is not None:
            parent = outline.facts.encoders[choice.source].parent
            name = parent.partition(":")[2]
            if not is_base(parent):
                yield choice.name, (parent, place.store.folder(parent))
            elif name in place.encoders:
                yield choice.name, (name, place.encoders[name])
            continue
        key = made.get(choice.name, "")
        if place.store.has(key):
            yield choice.name, (key, place.store.folder(key))
        elif choice.pretrain is not None and choice.pretrain.vocabulary is not None:
            content = outline.facts.vocabularies[choice.pretrain.vocabulary]
            if content in place.vocabularies:
                yield choice.name, (content, place.vocabularies[content])


def _configs(
    outline: Outline, sizes: Mapping[str, Sizes]
) -> Iterator[tuple[str, tuple[Sizes, Mapping[str, Any]]]]:
    """Encoder → its shape, and a config of it, of those that can be probed."""
    for choice in outline.prepared.plan.study.encoders:
        config = _config(choice, sizes.get(choice.name), outline)
        if config is not None:
            yield choice.name, (sizes[choice.name], config)


def _config(choice: EncoderChoice, sizes: Sizes | None, outline: Outline) -> Mapping[str, Any] | None:
    if sizes is None:
        return None
    if choice.pretrain is not None:
        return _plain(choice.pretrain.shape.architecture, sizes)
    source, store = str(choice.source), outline.prepared.place.store
    key = step_key(source, store)
    folder = store.folder(key) if key is not None else local_encoder(source, choice.revision)
    if folder is not None:
        return read_json((folder / "model" if (folder / "model").is_dir() else folder) / "config.json")
    known = KNOWN_CONFIGS.get(source)
    if known is None or len(known) > 1:
        return known
    return _plain(str(known["model_type"]), sizes)


def _plain(architecture: str, sizes: Sizes) -> Mapping[str, Any]:
    """The config of an encoder of BERT's or XLM-R's kind."""
    return {
        "model_type": architecture,
        "hidden_size": sizes.hidden,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "intermediate_size": sizes.feed_forward,
        "vocab_size": sizes.vocabulary,
        "max_position_embeddings": sizes.positions or 514,
    }
