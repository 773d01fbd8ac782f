"""Tests of the table of layouts."""

from __future__ import annotations

from stiltwalk.data.layouts import LAYOUTS
from stiltwalk.spec.tasks import TASKS


def test_every_task_can_be_read() -> None:
    """Every task record with files names a layout that has a reader, and no reader is idle."""
    own = {task.layout for task in TASKS.values() if task.layout}
    splits = [split for task in TASKS.values() for split in task.splits.values()]
    assert own | {each.layout for split in splits for each in split.translated} == set(LAYOUTS)
