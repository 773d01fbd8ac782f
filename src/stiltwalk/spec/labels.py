"""Label sets: whether a head trained on one task can answer another."""

from __future__ import annotations

from stiltwalk.spec.task import Task

_SHOWN = 20


def label_clash(trained: Task, target: Task) -> str | None:
    """Why a head trained on ``trained`` cannot answer ``target``, of the same type; ``None`` if it can.

    A classifier's labels must be the same in the same order. A tagger is decoded with the labels it was
    trained on, so that those may be fewer than the target's and in another order. Where a file gives the
    labels and it was not read yet, both must name the same file.
    """
    if trained.labels == target.labels and (trained.labels or trained.labels_file == target.labels_file):
        return None
    if trained.labels and target.type == "token-classification" and set(trained.labels) <= set(target.labels):
        return None
    rule = (
        "all labels it was trained on must be labels of the target"
        if target.type == "token-classification"
        else "both must have the same labels in the same order"
    )
    return (
        f"'{trained.name}' has the labels {_shown(trained)}, and '{target.name}' has {_shown(target)}: {rule}"
    )


def untrained_labels(trained: Task, target: Task) -> tuple[str, ...]:
    """The labels of ``target`` that a head trained on ``trained`` never predicts, in their order."""
    return tuple(label for label in target.labels if label not in trained.labels)


def _shown(task: Task) -> str:
    if not task.labels:
        return f"those in {task.labels_file}" if task.labels_file else "none"
    more = f", and {len(task.labels) - _SHOWN} more" if len(task.labels) > _SHOWN else ""
    return ", ".join(task.labels[:_SHOWN]) + more
