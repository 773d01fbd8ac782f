"""How a study is made again: its file, the commands, and the versions that trained it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version

import pandas as pd
import yaml

from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.study import Study, catalogue_of
from stiltwalk.spec.tasks import find_task

HOME = "git+https://github.com/stiltwalk/stiltwalk"
"""Where pip finds stiltwalk."""

FILE = "study.yaml"
"""What the study's file is called beside a report."""


def study_text(study: Study) -> str:
    """The study as a file that runs, all defaults filled in."""
    return yaml.safe_dump(study.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=100)


def commands_for(plan: Plan) -> tuple[str, ...]:
    """The commands that make the study and its report again, from its file, in order."""
    data = " --data-dir DATA" if _reads_files(plan) else ""
    return (
        f"pip install {HOME}  # {version('stiltwalk')}",
        *([f"stiltwalk data verify{data}"] if data else []),
        f"stiltwalk plan {FILE}{data}",
        f"stiltwalk run {FILE}{data}",
        f"stiltwalk report {FILE}",
    )


def versions_in(rows: pd.DataFrame) -> dict[str, str]:
    """Library → version that made the rows; where there are several, all of them."""
    found: dict[str, dict[str, None]] = {}
    for text in rows["versions"].dropna().unique():
        for name, number in json.loads(text).items():
            found.setdefault(str(name), {})[str(number)] = None
    return {name: ", ".join(numbers) for name, numbers in sorted(found.items())}


def _reads_files(plan: Plan) -> bool:
    """Whether any of its tasks lies in files that do not come along."""
    tasks = catalogue_of(plan.study)
    return any(find_task(name, tasks).generator is None for name in _named(plan.study))


def _named(study: Study) -> Iterator[str]:
    for arm in study.intermediate:
        yield from arm.trained
    yield from (target.task for target in study.targets)
