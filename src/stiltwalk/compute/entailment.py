"""Natural language inference by an encoder with a head of three classes: a checkpoint's or a step's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification

from stiltwalk.compute.batches import Micro
from stiltwalk.compute.checkpoint_heads import saved_with
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.compute.encoder import (
    SAFELY,
    load_head,
    load_start,
    load_tokenizer,
    longest_input,
    require_weights,
)
from stiltwalk.compute.examples import task_with_labels
from stiltwalk.compute.flat import model_inputs
from stiltwalk.compute.heads import EncoderWithHead
from stiltwalk.compute.infer import infer
from stiltwalk.compute.kinds import kind_of
from stiltwalk.compute.pairs import encode_classified
from stiltwalk.compute.tokens import Tokenizer
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Classified
from stiltwalk.store.store import read_artifact

CLASSES: Final = ("entailment", "neutral", "contradiction")
"""The classes, in the order of the columns of probabilities."""

LONGEST: Final = 512
"""Most tokens of a pair; what is longer is cut as in training."""

MICRO_TOKENS: Final = 8192
"""Most tokens that go through the encoder at once."""


@dataclass(frozen=True, slots=True)
class Entailment:
    """A model that says whether a premise entails or contradicts a hypothesis.

    Attributes:
        name: as whoever loaded it calls it.
        model: makes ``(rows, labels)`` of a micro-batch.
        tokenizer: of its encoder.
        order: for each of ``CLASSES`` the column of the model's outputs.
        longest: tokens that it can read.
        pad: id of the padding token.
        monitor: who hears how far it is, and may stop it.
    """

    name: str
    model: nn.Module
    tokenizer: Tokenizer
    order: tuple[int, ...]
    longest: int
    pad: int
    monitor: Monitor = Monitor()  # noqa: RUF009  it cannot be changed

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """``(pairs, 3)``: probabilities of ``CLASSES`` for each pair of premise and hypothesis.

        Pairs of similar length are read together; equal pairs are read once.

        Raises:
            InterruptedRunError: asked to stop.
        """
        different = list(dict.fromkeys((premise, hypothesis) for premise, hypothesis in pairs))
        if not different:
            return np.zeros((0, len(CLASSES)), dtype=np.float32)
        examples = [Classified(str(n), *pair, None) for n, pair in enumerate(different)]
        items = encode_classified(examples, self.tokenizer, self.longest)
        accelerator = Accelerator(mixed_precision="no")
        model = self.model.to(accelerator.device)
        rows = infer(model, self._read, items, accelerator, MICRO_TOKENS, self.pad, self.monitor)
        place = {pair: number for number, pair in enumerate(different)}
        return np.stack([rows[place[premise, hypothesis]] for premise, hypothesis in pairs])

    def _read(self, outputs: Tensor, micro: Micro) -> list[NDArray[np.float32]]:  # noqa: ARG002  one row is one pair
        chosen = outputs.float()[:, list(self.order)]
        return list(torch.softmax(chosen, dim=1).cpu().numpy())


def load_entailment(folder: Path, name: str) -> Entailment:
    """The checkpoint in ``folder``, saved by ``save_pretrained`` with a head for classification.

    Weights are read from safetensors only, and nothing in the folder is run.

    Args:
        folder: a local folder; of a hub id, where it was fetched to.
        name: what it is called in a synthesis: the folder's name or the hub id, with its revision.

    Raises:
        UserError: there is no such model, it has no head, or its labels are not the three classes.
    """
    try:
        model, report = AutoModelForSequenceClassification.from_pretrained(folder, **SAFELY)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"No model can be read from {folder}: {error}. Expected config.json and model.safetensors of a "
            "class that ends in ForSequenceClassification."
        ) from None
    _require_head(model, folder)
    require_weights(folder, report)
    order = class_order(model.config.id2label, str(folder))
    return _entailment(name, _Checkpoint(model), load_tokenizer(folder), order, longest_input(model, LONGEST))


def load_trained(place: Place, key: str) -> Entailment:
    """The finished target training ``key`` of a store, as it was trained: its encoder and its own head.

    Nothing is exported: a head that transformers has no class for is as good as any other.

    Raises:
        UserError: the step is damaged, is no target training of whole inputs, or its task's labels are not
            the three classes.
    """
    step = read_artifact(place.store, key).step
    if not isinstance(step, TrainStep) or step.kind != "target":
        raise UserError(
            f"Step {key[:12]} ({step.kind}) has no head to judge by. Name the target training of a task with "
            f"the labels {', '.join(CLASSES)}: 'stiltwalk status STUDY --json' lists steps."
        )
    task = task_with_labels(place, step.task)
    if task.type != "sequence-classification":
        raise UserError(
            f"Step {key[:12]} was trained on '{task.name}' ({task.type}). Expected: sequence-classification "
            f"with the labels {', '.join(CLASSES)}."
        )
    order = class_order(dict(enumerate(task.labels)), f"step {key[:12]}, trained on '{task.name}'")
    start = load_start(place, key, step.reading)
    assert start.artifact is not None, "its key is no given encoder's"
    encoder = start.encoder
    width = int(encoder.model.config.hidden_size)  # type: ignore[union-attr, arg-type]
    head = load_head(start.artifact, task.type, kind_of(task).head(task, width, 0.0))
    model = EncoderWithHead(encoder.model, head, step.reading.pooling)
    name = f"step {key[:12]}, trained on {task.name}"
    return _entailment(name, model, encoder.tokenizer, order, longest_input(encoder.model, LONGEST))


def class_order(labels: Mapping[int, str], where: str) -> tuple[int, ...]:
    """For each of ``CLASSES`` the index that ``labels`` has it under, in any case.

    Raises:
        UserError: the labels are other ones, or only numbered.
    """
    index = {str(label).strip().casefold(): number for number, label in labels.items()}
    if sorted(index) == sorted(CLASSES) and len(labels) == len(CLASSES):
        return tuple(index[name] for name in CLASSES)
    known = ", ".join(str(label) for label in labels.values())
    cure = (
        "Its author says which number is which: write the names into id2label of its config.json."
        if _only_numbered(index)
        else "Give a model for natural language inference of three classes."
    )
    raise UserError(
        f"The model of {where} has the labels {known}. Expected: {', '.join(CLASSES)}, in any order. {cure}"
    )


def _only_numbered(labels: Iterable[str]) -> bool:
    return all(label.removeprefix("label_").isdigit() for label in labels)


def _require_head(model: Any, folder: Path) -> None:
    saved_as = list(model.config.architectures or ["unknown"])
    if saved_with(saved_as) != "sequence-classification":
        raise UserError(
            f"The model in {folder} was saved as {', '.join(saved_as)}: it has no head to judge by. "
            "Expected: a class that ends in ForSequenceClassification, trained on natural language inference."
        )


def _entailment(
    name: str, model: nn.Module, tokenizer: Any, order: tuple[int, ...], longest: int
) -> Entailment:
    return Entailment(name, model.eval(), tokenizer, order, longest, int(tokenizer.pad_token_id))


class _Checkpoint(nn.Module):
    """A model of transformers with its head, read as our own are."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, micro: Micro) -> Tensor:
        """``(rows, labels)``."""
        return self.model(**model_inputs(self.model, micro)).logits  # type: ignore[no-any-return]
