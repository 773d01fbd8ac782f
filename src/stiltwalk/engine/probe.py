"""How quickly this machine trains each encoder of a study: measured on request, and kept with its date."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from stiltwalk.engine.devices import find_devices
from stiltwalk.engine.machine import this_machine
from stiltwalk.engine.memory import ACCELERATOR, PROCESSOR, estimate
from stiltwalk.plan.costs import Cost, work
from stiltwalk.plan.memory import LARGEST_TRIMMED, trimmed_rows
from stiltwalk.plan.nodes import Node, Plan
from stiltwalk.plan.operations import FORWARD, attention_flops, training_flops
from stiltwalk.plan.sizes import Sizes
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.spec.execution import Execution
from stiltwalk.store.atomic import read_json, write_cache
from stiltwalk.store.store import Store


class Pace(NamedTuple):
    """How quickly one encoder goes on one machine.

    Attributes:
        training: operations a second, of a training.
        predicting: the same of a pass forward.
        machine: on which, for people.
        on: the day it was measured, as ISO has it.
    """

    training: float
    predicting: float
    machine: str
    on: str


def kept_pace(store: Store, sizes: Sizes, execution: Execution) -> Pace | None:
    """What a probe on this machine found before of encoders of that shape; ``None``: there was none."""
    found = (read_json(_file(store)) or {}).get(_name(sizes, execution))
    return None if found is None else Pace(**found)


def probe_all(
    plan: Plan,
    costs: Mapping[str, Cost],
    shapes: Mapping[str, tuple[Sizes, Mapping[str, Any]]],
    store: Store,
    say: Callable[[str], None],
) -> None:
    """Probe every encoder of ``plan`` on its dearest training, and keep what is found.

    Args:
        plan: the study.
        costs: key → what its steps cost, without seconds.
        shapes: encoder → its shape, and a config that transformers reads.
        store: where it is kept.
        say: told before each; and of encoders that do not fit, or of which nothing is known.
    """
    for encoder in plan.study.encoders:
        dearest = max(
            _trainings(plan, encoder.name), key=lambda node: work(costs[node.key], node.step), default=None
        )
        if dearest is None:
            say(f"{encoder.name}: nothing is trained, so there is nothing to probe")
            continue
        if encoder.name not in shapes:
            say(f"{encoder.name}: not probed, because its config.json is not on this machine")
            continue
        _probe(dearest, costs[dearest.key], *shapes[encoder.name], store, say)


def _probe(
    node: Node, cost: Cost, sizes: Sizes, config: Mapping[str, Any], store: Store, say: Callable[[str], None]
) -> None:
    step = node.step
    assert isinstance(step, TrainStep | PretrainStep), step.kind
    if not _fits(step, sizes):
        say(f"{node.encoder}: not probed, because its training does not fit this machine's memory")
        return
    # brings in torch, which a plan does without
    from stiltwalk.compute.probe import STEPS, probe  # noqa: PLC0415

    length = max(8, min(step.training.max_tokens, round(cost.tokens / max(1, cost.examples))))
    whole = isinstance(step, PretrainStep) or sizes.parameters > LARGEST_TRIMMED
    rows = sizes.vocabulary if whole else trimmed_rows(sizes)
    size = step.training.batch_size
    say(f"{node.encoder}: {STEPS} training steps of {size} sequences of {length} tokens")
    found = probe({**config, "vocab_size": rows}, step.execution, size, length)
    attention = attention_flops(sizes.layers, sizes.queries, found.tokens, length)
    kept = dict(read_json(_file(store)) or {})
    kept[_name(sizes, step.execution)] = Pace(
        (training_flops(found.parameters, found.tokens) + 3 * attention) / found.train_seconds,
        (FORWARD * found.parameters * found.tokens + attention) / found.predict_seconds,
        this_machine().described,
        datetime.now(tz=UTC).date().isoformat(),
    )._asdict()
    write_cache(_file(store), kept)


def _trainings(plan: Plan, encoder: str) -> Iterator[Node]:
    for node in plan.nodes.values():
        if node.encoder == encoder and isinstance(node.step, TrainStep | PretrainStep):
            yield node


def _fits(step: TrainStep | PretrainStep, sizes: Sizes) -> bool:
    device = find_devices()[0]
    kind = PROCESSOR if device.name == PROCESSOR else ACCELERATOR
    return not device.capacity or estimate(step, sizes, kind) <= device.capacity


def _name(sizes: Sizes, execution: Execution) -> str:
    """What a pace goes by: this machine, the encoder's shape, and how it is computed."""
    how = (execution.precision, execution.threads, execution.micro_tokens, execution.optimiser)
    return "|".join(map(str, (this_machine().described, *sizes, *how, execution.checkpointing)))


def _file(store: Store) -> Path:
    return store.cache / "probes.json"
