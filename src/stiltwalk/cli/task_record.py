"""Printing one task's record in full, and files to declare a task with."""

from __future__ import annotations

import yaml

from stiltwalk.cli import show
from stiltwalk.spec.task_files import named_task, template


def show_records(names: list[str], *, as_json: bool) -> None:
    """Print the full record of each task, as YAML; ``names`` may be task files.

    Raises:
        UserError: there is no such task, or its file is not valid.
    """
    found = [named_task(name) for name in names]
    if as_json:
        show.print_json(
            "rows", [{"name": task.name, "record": task.model_dump(mode="json")} for task in found]
        )
        return
    for task in found:
        record = task.model_dump(mode="json", exclude_defaults=True)
        show.console.file.write(yaml.safe_dump(record, sort_keys=False, allow_unicode=True, width=show.WIDE))


def show_template(kind: str) -> None:
    """Print a commented task file of one type.

    Raises:
        UnknownNameError: there is no such type.
    """
    show.console.file.write(template(kind))
