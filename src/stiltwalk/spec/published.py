"""Published results: numbers that others printed, to set beside one's own; facts in ``published.csv``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from stiltwalk.spec.errors import unknown_name
from stiltwalk.spec.record import Record

WHOLES: Mapping[str, str] = {
    "xtreme": "all nine tasks of XTREME",
    "xtreme-classification": "XTREME's two tasks of sentence pairs",
    "xtreme-tagging": "XTREME's two tagging tasks",
    "xtreme-qa": "XTREME's three question-answering tasks",
    "xtreme-retrieval": "XTREME's two retrieval tasks",
    "xtreme-without-retrieval": "XTREME's other seven tasks, in three groups",
}
"""Targets that are no task but a set of them → what they hold."""


class Published(Record):
    """One published number.

    Attributes:
        source: the document it was read in, or is said to stand in where it is recalled.
        model: name of the model.
        parameters: all of its parameters, in millions.
        intermediate: ``none``, a task, ``best per target`` (another intermediate task for each target), or
            ``translate-train`` and ``translate-train-all``: trained on translated target data, so not
            zero-shot; never to be set in one curve with zero-shot numbers.
        target: a task, or one of ``WHOLES``.
        language: a language's code, or ``avg``: the plain mean over the task's languages.
        metric: as in result rows; or ``map`` (full, not cut at 20), ``mean over tasks``,
            ``mean over groups``, ``gain`` (points over the same model without an intermediate stage).
        value: on 0 to 100.
        recalled: from memory, and not read in a source; never to be shown as a fact.
        split: ``dev`` or ``test``; never to be mixed.
        note: doubts; mostly empty.
    """

    source: str
    model: str
    parameters: float
    intermediate: str
    target: str
    language: str
    metric: str
    value: float
    recalled: bool
    split: Literal["dev", "test"]
    note: str


def published(target: str | None = None, model: str | None = None, recalled: bool = False) -> list[Published]:
    """Published numbers of ``target`` and ``model``, of all where they are ``None``, as the file has them.

    Args:
        target: a task's name, or one of ``WHOLES``.
        model: a model's name, as printed in its source.
        recalled: also those that were never read in a source.

    Raises:
        UnknownNameError: nothing is known of such a target or model; the nearest is suggested.
    """
    rows = _table()
    targets, models = {row.target for row in rows}, {row.model for row in rows}
    if target is not None and target not in targets:
        raise unknown_name("target with published results", target, targets)
    if model is not None and model not in models:
        raise unknown_name("model with published results", model, models)
    return [
        row
        for row in rows
        if target in {None, row.target} and model in {None, row.model} and (recalled or not row.recalled)
    ]


@cache
def _table() -> tuple[Published, ...]:
    text = files("stiltwalk.spec").joinpath("published.csv").read_text(encoding="utf-8")
    return tuple(Published.model_validate(row) for row in csv.DictReader(text.splitlines()))
