"""Export: a finished training as a checkpoint that transformers opens without this package.

A head goes along where a class of transformers computes the same with it. Whether it does is not read off a
table of architectures but tried: what was written is read back, and must say the same of a few inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from transformers.utils import logging as transformers_logging

from stiltwalk.compute.batches import Micro, collate
from stiltwalk.compute.checkpoint_heads import CLASSES, load_checkpoint_model
from stiltwalk.compute.context import Place
from stiltwalk.compute.encoder import Encoder, load_head, load_start
from stiltwalk.compute.examples import task_with_labels
from stiltwalk.compute.heads import EncoderWithHead, FirstTokenHead, TokenHead
from stiltwalk.compute.kinds import kind_of
from stiltwalk.compute.tokens import Item
from stiltwalk.compute.tokens import Sequence as Row
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.task import Task
from stiltwalk.store.store import read_artifact

TOLERANCE = 1e-4
"""Largest difference of a score from ours when what was written is read back, as a share of the largest."""

_DENSE = ("classifier.dense", "{prefix}.pooler.dense", "pooler.dense")
_OUT = ("classifier.out_proj", "classifier")
_TOKENS = ("qa_outputs", "classifier")
"""What transformers calls the layers of heads, in the order in which they are looked for."""


class Exported(NamedTuple):
    """What was written.

    Attributes:
        architecture: the class of transformers that opens it.
        task: what its head was trained on; ``None``: it is an encoder alone.
        without_head: why, if a head there was; empty: none was left out.
    """

    architecture: str
    task: str | None
    without_head: str


def export_model(place: Place, key: str, folder: Path) -> Exported:
    """Write the model of the finished step ``key`` and its tokenizer into ``folder``, safetensors only.

    Args:
        place: where things lie.
        key: a pretraining, an intermediate or a target training.
        folder: an empty folder, or none yet.

    Raises:
        UserError: the step trains no model, or is damaged.
    """
    artifact = read_artifact(place.store, key)
    step = artifact.step
    if not isinstance(step, TrainStep | PretrainStep):
        raise UserError(
            f"Step {key[:12]} holds no model. Name a training: 'stiltwalk status STUDY --json' lists steps."
        )
    start = load_start(place, key)
    encoder = start.encoder
    why = ""
    if isinstance(step, TrainStep) and step.kind == "target":
        task = task_with_labels(place, step.task)
        width = int(encoder.model.config.hidden_size)  # type: ignore[union-attr, arg-type]
        head = load_head(artifact, task.type, kind_of(task).head(task, width, 0.0))
        ours = EncoderWithHead(encoder.model, head, step.reading.pooling).eval()
        made = _with_head(encoder.model, head, task)
        why = made if isinstance(made, str) else _written(made, ours, encoder, task, folder)
        if not why:
            assert not isinstance(made, str), "then why says it"
            return Exported(type(made).__name__, task.name, "")
    _save(encoder.model, encoder, folder)
    return Exported(type(encoder.model).__name__, None, why)


def _save(model: Any, encoder: Encoder, folder: Path) -> None:
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    model.save_pretrained(folder)
    encoder.tokenizer.save_pretrained(folder)


def _with_head(encoder: Any, head: nn.Module, task: Task) -> nn.Module | str:
    """The encoder with its head as transformers has it; or why there is no such thing."""
    if task.type not in CLASSES or not isinstance(head, FirstTokenHead | TokenHead):
        return f"transformers has no head for {task.type}"
    table = CLASSES[task.type][1]._model_mapping
    if type(encoder.config) not in table:
        return f"transformers has no {encoder.config.model_type} for {task.type}"
    config = type(encoder.config).from_dict(encoder.config.to_dict())
    if task.labels:
        config.id2label = dict(enumerate(task.labels))
        config.label2id = {label: number for number, label in enumerate(task.labels)}
    if hasattr(config, "pooler_hidden_act"):
        config.pooler_hidden_act = "tanh"  # as our head has it
    with torch.random.fork_rng():  # weights that are drawn here are replaced
        model = table[type(config)](config)
    inside = getattr(model, model.base_model_prefix, None)
    if inside is None or inside.load_state_dict(encoder.state_dict(), strict=False).unexpected_keys:
        return f"{type(model).__name__} holds another encoder"
    for names, layer in _layers(head, str(model.base_model_prefix)):
        found = next((place for name in names if isinstance(place := _at(model, name), nn.Linear)), None)
        if found is None or found.weight.shape != layer.weight.shape:
            return f"the head of {type(model).__name__} is of another form"
        found.load_state_dict(layer.state_dict())
    return model.eval()  # type: ignore[no-any-return]


def _layers(head: nn.Module, prefix: str) -> Iterator[tuple[tuple[str, ...], nn.Linear]]:
    """Each linear layer of our head with what it may be called there."""
    if isinstance(head, FirstTokenHead):
        yield tuple(name.format(prefix=prefix) for name in _DENSE), head.dense
        yield _OUT, head.out
    elif isinstance(head, TokenHead):
        yield _TOKENS, head.out


def _at(model: nn.Module, name: str) -> nn.Module | None:
    try:
        return model.get_submodule(name)
    except AttributeError:
        return None


def _written(model: nn.Module, ours: nn.Module, encoder: Encoder, task: Task, folder: Path) -> str:
    """Write ``model`` and read it back; why it cannot stand for ``ours``, or nothing."""
    _save(model, encoder, folder)
    theirs = load_checkpoint_model(folder, task).eval()
    micro = _sample(encoder)
    with torch.no_grad():
        expected, found = ours(micro), theirs(micro)
    if expected.shape == found.shape and _close(expected, found):
        return ""
    (folder / "model.safetensors").unlink()  # what is written next is the encoder alone
    return f"{type(model).__name__} computes something else with the same weights"


def _close(expected: Tensor, found: Tensor) -> bool:
    return float((expected - found).abs().max()) <= TOLERANCE * max(1.0, float(expected.abs().max()))


def _sample(encoder: Encoder) -> Micro:
    """A few rows of one length, of tokens from all over the vocabulary."""
    tokenizer = encoder.tokenizer
    source = torch.Generator().manual_seed(0)
    drawn = torch.randint(len(tokenizer), (3, 7), generator=source).tolist()
    special = set(tokenizer.all_special_ids)
    usual = next(number for number in range(len(tokenizer)) if number not in special)
    rows = [[usual if number in special else number for number in row] for row in drawn]
    target, places = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    items = [
        Item(0, (Row(np.array(row, dtype=np.int32), np.zeros(len(row), dtype=np.int8)),), target, places)
        for row in rows
    ]
    return collate(items, int(tokenizer.pad_token_id))
