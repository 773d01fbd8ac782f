"""The memory that a step is expected to need: what steps of its class were measured to need, else arithmetic.

The arithmetic is this project's own, meant to be a little too large, and wrong only until the first step of
a class is finished. In bytes, with ``P`` parameters, of them ``V · H`` in the embedding table and ``T``
trained (a trimmed table: at most ``TRIMMED_ROWS`` rows), and ``n`` tokens in one forward pass:

    a process       RESIDENT_BYTES, or CONTEXT_BYTES on an accelerator
    weights         4 · P as they are read, and 4 · V · H once more while the table is put away or made whole
    training        12 · T: gradient and AdamW's two moments; with the weights 16 a trained parameter
    its activations n · layers · (4 · (9 H + 2 F) + 12 · heads · length)
    masked LM       12 · n · mask share · V: its scores, their softmax and their gradient
    prediction      n · (4 · (8 H + 2 F + H · (layers + 1)) + 12 · heads · length)

What the texts themselves take, vectors of retrieval, and precision below fp32 are not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from stiltwalk.compute.context import Place
from stiltwalk.plan.steps import (
    PredictStep,
    PretrainStep,
    Step,
    TrainStep,
    canonical_json,
    is_base,
    parse_step,
)
from stiltwalk.store.atomic import read_json

PROCESSOR, ACCELERATOR = "cpu", "cuda"
"""Kinds of devices, as torch names them."""

RESIDENT_BYTES = 500 * 10**6
"""A process with torch and transformers and nothing else (measured on Linux: 472 MB)."""

CONTEXT_BYTES = 10**9
"""A process's context on an accelerator, with room for its kernels; a round guess, not measured."""

TRIMMED_ROWS = 45_000
"""Rows of a multilingual table that English training text touches, at most; an estimate."""

GIVEN_VOCABULARY = 250_002
"""Rows to expect where a vocabulary is given and nothing is known of it: XLM-R's."""


class Sizes(NamedTuple):
    """The shape of an encoder, as its config says it."""

    layers: int
    hidden: int
    feed_forward: int
    heads: int
    vocabulary: int

    @property
    def table(self) -> int:
        """Parameters of the embedding table."""
        return self.vocabulary * self.hidden

    @property
    def inside(self) -> int:
        """Parameters of the layers: four projections of attention, two (if gated three) of feed-forward."""
        return self.layers * self.hidden * (4 * self.hidden + 3 * self.feed_forward)


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
        """Learn from all finished steps there are."""
        self.learn(path.parent.name for path in self.place.store.root.glob("steps/*/*/step.json"))

    def learn(self, keys: Iterable[str]) -> None:
        """Learn from those of the steps that are finished and were not learned from yet."""
        for key in keys:
            record = None if key in self.read else read_json(self.place.store.folder(key) / "step.json")
            if record is not None:
                self.read.add(key)
                self._note(record)

    def of(self, step: Step) -> int | None:
        """Bytes that ``step`` is expected to need in each of its processes; ``None``: nothing is known."""
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
        sizes = self._sizes(step)
        if sizes is not None:
            name, peak = class_of(step, sizes), int(facts["peak_memory_bytes"])
            # torch does not count a process's context
            peak += CONTEXT_BYTES if self.kind == ACCELERATOR else 0
            self.measured[name] = max(self.measured.get(name, 0), peak)

    def _sizes(self, step: Step) -> Sizes | None:
        if isinstance(step, PretrainStep):
            return sizes_to_be(step)
        if step.parent not in self.sizes:
            folder = _model_folder(self.place, step.parent)
            self.sizes[step.parent] = None if folder is None else sizes_of(folder)
        return self.sizes[step.parent]


def class_of(step: Step, sizes: Sizes) -> str:
    """What steps that need the same memory have in common.

    They differ in seed, weights, learning rate, and in what their data says, but not in which tasks and
    languages it is of, how it is batched, and how large the encoder is.
    """
    described: dict[str, Any] = {"kind": step.kind, "execution": step.execution.model_dump(mode="json")}
    if isinstance(step, PretrainStep):
        described |= step.model_dump(mode="json", include={"shape", "vocabulary_kind", "vocabulary_size"})
        described |= _batching(step.training.model_dump(mode="json"))
        described["text"] = sorted(f"{text.task} {text.language}" for text in step.text)
    elif isinstance(step, TrainStep):
        described |= step.model_dump(mode="json", include={"task", "masked_lm"})
        described |= _batching(step.training.model_dump(mode="json"))
        described |= {"english": bool(step.train), "others": sorted(step.others), "dev": step.dev is not None}
    else:
        fields = {"task", "split", "max_tokens", "layer", "layers", "pooling"}
        described |= step.model_dump(mode="json", include=fields)
        described |= {"data": sorted(step.data), "dev": sorted(step.dev)}
    return canonical_json([described, list(sizes)])


def _batching(training: Mapping[str, Any]) -> dict[str, Any]:
    """Of a training's hyper-parameters those that decide how much is in memory at once."""
    names = ("batch_size", "max_tokens", "examples", "lines")
    return {name: training[name] for name in names if name in training}


def estimate(step: Step, sizes: Sizes, kind: str) -> int:
    """Bytes by arithmetic: see the top of this file."""
    process = CONTEXT_BYTES if kind == ACCELERATOR else RESIDENT_BYTES
    weights = 4 * (sizes.inside + sizes.table) + 4 * sizes.table
    if isinstance(step, PredictStep):
        tokens = step.execution.micro_tokens
        states = 4 * (8 * sizes.hidden + 2 * sizes.feed_forward + sizes.hidden * (sizes.layers + 1))
        return process + weights + tokens * (states + 12 * sizes.heads * step.max_tokens)
    length = step.training.max_tokens
    tokens = min(step.execution.micro_tokens, step.training.batch_size * length)
    states = 4 * (9 * sizes.hidden + 2 * sizes.feed_forward) + 12 * sizes.heads * length
    share = step.training.mask_share if isinstance(step, PretrainStep) else 0.0
    if isinstance(step, TrainStep) and step.masked_lm is not None:
        share = step.masked_lm.mask_share
    # a masked-LM loss touches every row
    rows = sizes.vocabulary if share else min(sizes.vocabulary, TRIMMED_ROWS)
    trained = 12 * (sizes.inside + rows * sizes.hidden)
    scores = int(12 * tokens * share * sizes.vocabulary)
    return process + weights + trained + tokens * sizes.layers * states + scores


def sizes_to_be(step: PretrainStep) -> Sizes:
    """The shape of the encoder that a pretraining makes."""
    shape = step.shape
    inner = shape.feed_forward or 4 * shape.hidden
    rows = step.vocabulary_size or GIVEN_VOCABULARY
    return Sizes(shape.layers, shape.hidden, inner, shape.attention_heads, rows)


def sizes_of(folder: Path) -> Sizes | None:
    """The shape of the encoder whose config.json lies in ``folder``; ``None`` if it does not say."""
    config = read_json(folder / "config.json")
    if config is None:
        return None
    layers = _first(config, ("num_hidden_layers", "num_layers", "n_layers"))
    hidden = _first(config, ("hidden_size", "d_model", "dim"))
    vocabulary = _first(config, ("vocab_size",))
    if layers is None or hidden is None or vocabulary is None:
        return None
    inner = _first(config, ("intermediate_size", "d_ff", "hidden_dim")) or 4 * hidden
    heads = _first(config, ("num_attention_heads", "num_heads", "n_heads")) or max(1, hidden // 64)
    return Sizes(layers, hidden, inner, heads, vocabulary)


def _first(config: Mapping[str, Any], names: Sequence[str]) -> int | None:
    return next((config[name] for name in names if isinstance(config.get(name), int)), None)


def _model_folder(place: Place, parent: str) -> Path | None:
    """Where the config of ``parent`` lies; ``None``: not on this machine."""
    if not is_base(parent):
        return place.store.folder(parent) / "model"
    folder = place.encoders.get(parent.partition(":")[2])
    return folder / "model" if folder is not None and (folder / "model").is_dir() else folder
