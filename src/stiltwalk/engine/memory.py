"""The memory that a step is expected to need: what steps of its class were measured to need, else arithmetic.

The arithmetic is that of ``plan.memory``, made a little too large, and wrong only until the first step of a
class is finished. A process has RESIDENT_BYTES, or CONTEXT_BYTES on an accelerator; it reads the whole model,
and has the table once more while that is put away or made whole; English text is taken to touch no more than
a part of its rows, and every step to have dropout. What the texts themselves take, and vectors of retrieval,
are not in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stiltwalk.compute.context import Place
from stiltwalk.engine.translator_memory import translation_memory
from stiltwalk.plan.memory import (
    LARGEST_TRIMMED,
    Pass,
    Way,
    activations,
    lora_parameters,
    need,
    prediction,
    state,
    trimmed_rows,
)
from stiltwalk.plan.memory_class import Sized, memory_class
from stiltwalk.plan.references import is_base
from stiltwalk.plan.sizes import Sizes, sizes_in, sizes_to_be
from stiltwalk.plan.steps import (
    ChooseStep,
    MeasureStep,
    PredictStep,
    Step,
    TranslateStep,
    parse_step,
)
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.spec.adaptation import Lora
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.translation import EXACT
from stiltwalk.store.atomic import read_json
from stiltwalk.store.index import open_index

PROCESSOR, ACCELERATOR = "cpu", "cuda"
"""Kinds of devices, as torch names them."""

RESIDENT_BYTES = 500 * 10**6
"""A process with torch and transformers and nothing else (measured on Linux: 472 MB)."""

CONTEXT_BYTES = 10**9
"""A process's context on an accelerator, with room for its kernels; a round guess, not measured."""


@dataclass(slots=True)
class Needs:
    """What steps are expected to need; learns from every finished step of the store.

    Attributes:
        place: where things lie.
        kind: what they are carried out on: ``PROCESSOR`` or ``ACCELERATOR``.
        measured: class → the most that any finished step of it needed.
        read: finished steps that were learned from.
        sizes: parent → its shape, as far as it was asked for.
    """

    place: Place
    kind: str
    measured: dict[str, int] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    sizes: dict[str, Sizes | None] = field(default_factory=dict)

    def learn_all(self) -> None:
        """Learn from all finished steps there are, as far as the store's index knows them."""
        index = open_index(self.place.store)
        if index.generation.folder is None:  # there is no index yet, or it was lost
            index.complete()
        known = list(index.known(("key", "kind", "parent", "memory_class", "sizes", "peak_bytes", "peak_of")))
        shapes = {key: Sizes(*json.loads(own)) for key, _, _, _, own, _, _ in known if own}
        for key, kind, parent, name, _, peak, peak_of in known:
            if kind == "pretrain":  # of its shape its own record speaks
                self.learn([key])
            self.read.add(key)
            if kind != "pretrain" and name and peak is not None and peak_of == self.kind:
                if parent in shapes:
                    self.sizes[parent] = shapes[parent]
                self._keep(name, self._sizes_behind(parent), peak)

    def learn(self, keys: Iterable[str]) -> None:
        """Learn from those of the steps that are finished and were not learned from yet."""
        for key in keys:
            record = None if key in self.read else read_json(self.place.store.folder(key) / "step.json")
            if record is not None:
                self.read.add(key)
                self._note(record)

    def of(self, step: Step) -> int | None:
        """Bytes that ``step`` is expected to need in each of its processes; ``None``: nothing is known."""
        if isinstance(step, ChooseStep):
            return RESIDENT_BYTES
        if isinstance(step, TranslateStep):
            return self._translating(step)
        if isinstance(step, MeasureStep):  # it gets all devices, whatever it needs
            return None
        sizes = self._sizes(step)
        if sizes is None:
            return None
        known = self.measured.get(class_of(step, sizes))
        return estimate(step, sizes, self.kind) if known is None else known

    def _note(self, record: Mapping[str, Any]) -> None:
        facts = record.get("facts", {})
        if facts.get("peak_memory_of") != self.kind:
            return
        try:
            step = parse_step(record["step"])
        except ValueError:  # written by another version: not this one's steps
            return
        if isinstance(step, Sized):
            self._keep(memory_class(step), self._sizes(step), int(facts["peak_memory_bytes"]))

    def _keep(self, name: str, sizes: Sizes | None, peak: int) -> None:
        """Learn that a step of the class ``name`` needed ``peak`` bytes, if it is known how large it was."""
        if sizes is not None:
            # torch does not count a process's context
            peak += CONTEXT_BYTES if self.kind == ACCELERATOR else 0
            sized = _sized(name, sizes)
            self.measured[sized] = max(self.measured.get(sized, 0), peak)

    def _translating(self, step: TranslateStep) -> int | None:
        if step.translator == EXACT:
            return RESIDENT_BYTES
        folder = self.place.translators.get(step.translator.partition(":")[2])
        needed = None if folder is None else translation_memory(step, folder)
        process = CONTEXT_BYTES if self.kind == ACCELERATOR else RESIDENT_BYTES
        return None if needed is None else process + needed

    def _sizes(self, step: Sized) -> Sizes | None:
        if isinstance(step, PretrainStep):
            return sizes_to_be(step.shape, step.vocabulary_size)
        return self._sizes_behind(step.parent)

    def _sizes_behind(self, parent: str) -> Sizes | None:
        if parent not in self.sizes:
            folder = model_folder(self.place, parent)
            self.sizes[parent] = None if folder is None else sizes_of(folder)
        return self.sizes[parent]


def class_of(step: Sized, sizes: Sizes) -> str:
    """What steps that need the same memory have in common: ``plan.memory_class``, and the encoder's size."""
    return _sized(memory_class(step), sizes)


def _sized(name: str, sizes: Sizes) -> str:
    return f"{name} {list(sizes)}"


def estimate(step: Sized, sizes: Sizes, kind: str) -> int:
    """Bytes by arithmetic: see the top of this file."""
    process = CONTEXT_BYTES if kind == ACCELERATOR else RESIDENT_BYTES
    execution = step.execution
    if isinstance(step, PredictStep):
        batch = Pass(execution.micro_tokens, step.max_tokens)
        return process + 4 * (sizes.parameters + sizes.table) + prediction(sizes, batch)
    trainings = [part.training for part in step.parts] if isinstance(step, TrainStep) else [step.training]
    length = max(each.max_tokens for each in trainings)
    share = step.training.mask_share if isinstance(step, PretrainStep) else 0.0
    if isinstance(step, TrainStep) and step.masked_lm is not None:
        share = step.masked_lm.mask_share
    batch = Pass(
        tokens=min(execution.micro_tokens, max(each.batch_size for each in trainings) * length),
        length=length,
        half=execution.precision == "bf16",
        accelerator=kind == ACCELERATOR,
        masked=share,
    )
    if execution.sharded:
        return process + _in_pieces(step, sizes, batch, kind)
    if isinstance(step, TrainStep) and step.adaptation.lora is not None:
        return process + 4 * sizes.table + _adapting(sizes, batch, step.adaptation.lora, execution)
    # a masked-LM loss touches every row
    whole = bool(share) or sizes.parameters > LARGEST_TRIMMED
    needed = need(sizes, batch, "full" if whole else "trimmed")
    rounded = 6 * sizes.inside if execution.optimiser == "adamw-8bit" else 0  # of eight bytes two are left
    rest = 0 if whole else 4 * (sizes.vocabulary - trimmed_rows(sizes)) * sizes.hidden
    kept = activations(sizes, batch, "checkpointed" if execution.checkpointing else "full")
    return process + 4 * sizes.table + rest + needed.state - rounded + kept


def _in_pieces(step: TrainStep | PretrainStep, sizes: Sizes, batch: Pass, kind: str) -> int:
    """Bytes of each process of a training whose state is cut over them; rank 0 gathers weights at the end."""
    way: Way = "checkpointed" if step.execution.checkpointing else "full"
    if isinstance(step, TrainStep) and step.adaptation.lora is not None:
        way = "lora"
    needed = need(sizes, batch, way, step.execution.processes)
    # in main memory, whatever it is trained on
    whole = 4 * sizes.parameters if kind == PROCESSOR else 0
    return needed.state + max(needed.gathered + needed.activations, whole)


def _adapting(sizes: Sizes, batch: Pass, lora: Lora, execution: Execution) -> int:
    """Bytes of a training that leaves the encoder itself as it is."""
    trained = lora_parameters(sizes, lora.rank, everywhere=not lora.of_attention)
    copies = 2 * sizes.inside if batch.half else 0
    # beside every layer matrices read what the layers would have kept
    way: Way = "lora" if lora.of_attention else "full"
    kept = activations(sizes, batch, "checkpointed" if execution.checkpointing else way)
    return state(trained, sizes.parameters) + copies + kept


def sizes_of(folder: Path) -> Sizes | None:
    """The shape of the encoder whose config.json lies in ``folder``; ``None`` if it does not say."""
    config = read_json(folder / "config.json")
    return None if config is None else sizes_in(config)


def model_folder(place: Place, parent: str) -> Path | None:
    """Where the config of ``parent`` lies; ``None``: not on this machine."""
    if not is_base(parent):
        return place.store.folder(parent) / "model"
    folder = place.encoders.get(parent.partition(":")[2])
    return folder / "model" if folder is not None and (folder / "model").is_dir() else folder
