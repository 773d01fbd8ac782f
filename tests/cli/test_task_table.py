"""Tests of the task records as Markdown."""

from __future__ import annotations

import re

from stiltwalk.cli.task_table import GROUPS, markdown
from stiltwalk.spec.task import Split, Task
from stiltwalk.spec.tasks import TASKS, find_task


def _row(task: Task) -> list[str]:
    """The cells of the one row made of ``task``."""
    line = next(line for line in markdown({task.name: task}).splitlines() if line.startswith("| `"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def _sizes(*splits: Split) -> list[str]:
    named = dict(zip(("train", "dev", "test"), splits, strict=False))
    return _row(find_task("xnli").replace({"splits": named}))[3:6]


def test_every_task_stands_in_one_row() -> None:
    """Each record has a row, below one of the headings, which all come in their order."""
    text = markdown(TASKS)
    assert sorted(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)) == sorted(TASKS)
    assert re.findall(r"^### (.*)$", text, re.MULTILINE) == list(GROUPS)


def test_groups() -> None:
    """A target stands with the first benchmark that counts it; what trains only, apart from all targets."""
    for name, group in {
        "mnli": "Intermediate tasks",
        "pawsx": "Targets of XTREME",
        "xcopa": "Targets that XTREME-R adds",
        "americasnli": "Further targets",
        "udhr": "Raw text for masked-LM training",
        "pocket-text": "The pocket world",
    }.items():
        assert f"### {group}\n" in markdown({name: find_task(name)}), name


def test_sizes() -> None:
    """One number where languages agree, a range where not, whose it is where only some are known."""
    two = Split(paths=("a",), languages=("de", "en"))
    assert _sizes(two.replace({"expected": {"de": 1000, "en": 1000}})) == ["1,000", "", ""]
    assert _sizes(
        two.replace({"expected": {"en": 7}}), two, two.replace({"expected": {"de": 47, "en": 20436}})
    ) == ["7 (en)", "–", "47-20,436"]


def test_a_row() -> None:
    """What a reader looks up: languages, metrics with those of the score in bold, and where it lies."""
    cells = _row(find_task("mlqa"))
    assert cells[:3] == ["`mlqa`", "question-answering", "7: ar de en es hi vi zh"]
    assert cells[6:] == [
        "**f1**, **exact_match**",
        "hub `facebook/mlqa`, or its original files",
        "CC BY-SA 3.0",
    ]
    assert _row(find_task("anli+"))[7] == "snli, mnli, anli-r1, anli-r2, anli-r3"
    assert _row(find_task("bible"))[6:8] == ["", "original files (bible-xml)"]
    assert _row(find_task("pocket-nli"))[3:8] == ["6,000", "200", "200", "**accuracy**", "generated"]
