"""Tiny records that the tests of this package fill in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stiltwalk.spec.record import parse
from stiltwalk.spec.study import Study
from stiltwalk.spec.task import Split, Task

SMALL: Mapping[str, Any] = {"study": "s", "encoders": ["x/e"], "targets": ["xquad"]}
"""The least a study says."""

MADE: Mapping[str, Any] = {"shape": {"layers": 1, "hidden": 8}, "training": {"steps": 1}}
"""The least that a pretrained encoder says, but for its text."""


def study(changes: Mapping[str, Any]) -> Study:
    """The least a study says, with ``changes``."""
    return parse(Study, {**SMALL, **changes}, "here")


def fake_task(changes: Mapping[str, Any]) -> Task:
    """A small classification task with ``changes``."""
    given: dict[str, Any] = {
        "name": "fake",
        "title": "Fake",
        "type": "sequence-classification",
        "stages": ("intermediate",),
        "layout": "lines",
        "splits": {"train": Split(paths=("fake/train.{language}",))},
        "scorer": "accuracy",
        "licence": "none",
        "citation": "none",
    }
    return Task.model_validate({**given, **changes})
