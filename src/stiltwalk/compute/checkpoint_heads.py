"""Models saved with their head by transformers, such as ``BertForTokenClassification``, for evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForMultipleChoice,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
)

from stiltwalk.compute.batches import Micro
from stiltwalk.compute.encoder import SAFELY, require_weights
from stiltwalk.compute.flat import model_inputs
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.task import Task, TaskType

CLASSES: dict[TaskType, tuple[str, Any]] = {
    "sequence-classification": ("ForSequenceClassification", AutoModelForSequenceClassification),
    "multiple-choice": ("ForMultipleChoice", AutoModelForMultipleChoice),
    "token-classification": ("ForTokenClassification", AutoModelForTokenClassification),
    "question-answering": ("ForQuestionAnswering", AutoModelForQuestionAnswering),
}


def saved_with(architectures: Iterable[str]) -> TaskType | None:
    """The task type of the head that a model of those ``architectures`` was saved with, if it has one."""
    for name in architectures:
        for kind, (suffix, _) in CLASSES.items():
            if name.endswith(suffix):
                return kind
    return None


class CheckpointModel(nn.Module):
    """A transformers model with head, read as our own heads are.

    Attributes:
        order: for each of the task's labels the model's index of it.
    """

    def __init__(self, model: nn.Module, task: Task, order: list[int]) -> None:
        super().__init__()
        self.model = model
        self.task_type: TaskType = task.type
        self.order = order

    def forward(self, micro: Micro) -> Tensor:
        """Outputs in the shape that the task type's scores are read from."""
        inputs = model_inputs(self.model, micro)
        if self.task_type == "multiple-choice":
            outputs = self.model(**{name: value[None] for name, value in inputs.items()})
            return outputs.logits.T  # type: ignore[no-any-return]
        outputs = self.model(**inputs)
        if self.task_type == "question-answering":
            return torch.stack([outputs.start_logits, outputs.end_logits], dim=-1)
        return outputs.logits[..., self.order]  # type: ignore[no-any-return]


def load_checkpoint_model(folder: Path, task: Task) -> CheckpointModel:
    """The model in ``folder`` with its own head for tasks of this type.

    Raises:
        UserError: it was saved without such a head, or its labels are not the task's.
    """
    if task.type not in CLASSES:
        raise UserError(
            f"No class of transformers has the head that '{task.name}' ({task.type}) needs, so the model in "
            f"{folder} cannot have it. Train one with 'stiltwalk transfer --target {task.name}'."
        )
    suffix, kind = CLASSES[task.type]
    saved_as = _classes(folder)
    if not any(name.endswith(suffix) for name in saved_as):
        raise UserError(
            f"The model in {folder} was saved as {', '.join(saved_as)}: it has no head for {task.type}, "
            f"which '{task.name}' needs (a class ending in {suffix}). Evaluate retrieval targets with it, or "
            "train a head with 'stiltwalk transfer'."
        )
    model, report = kind.from_pretrained(folder, **SAFELY)
    require_weights(folder, report)
    return CheckpointModel(model, task, _label_order(model.config.id2label, task, folder))


def _classes(folder: Path) -> list[str]:
    """The classes of transformers that the model in ``folder`` was saved as."""
    if not (folder / "config.json").is_file():  # laid out as a step is, in model/ and tokenizer/
        return ["an encoder alone"]
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    return list(config.architectures or ["unknown"])


def _label_order(id2label: dict[int, str], task: Task, folder: Path) -> list[int]:
    if not task.labels:
        return []
    index = {label: number for number, label in id2label.items()}
    absent = [label for label in task.labels if label not in index]
    if absent:
        raise UserError(
            f"The model in {folder} does not know the labels {', '.join(absent)} of '{task.name}'. "
            f"It knows: {', '.join(id2label.values())}. Set id2label in its config.json."
        )
    return [index[label] for label in task.labels]
