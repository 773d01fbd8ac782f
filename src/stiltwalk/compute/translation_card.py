"""The card of translated data: what people should know of it, the same whenever it is made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stiltwalk.plan.steps import TranslateStep
from stiltwalk.spec.languages import language
from stiltwalk.spec.task import Task

_CACHED = "models--"
"""How a hub's cache begins the name of a model's folder, in which ``--`` stands for a slash."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows.

    Attributes:
        source_examples: rows that were to be translated.
        examples: rows that there are now.
        dropped_empty: rows with a sentence whose translation is blank.
        dropped_answers: rows none of whose answers was found in the translated context.
    """

    source_examples: int
    examples: int
    dropped_empty: int
    dropped_answers: int


def card(step: TranslateStep, task: Task, counts: Counts, model: Path | None, texts: int) -> str:
    """The card of what ``step`` made of ``task``, as Markdown.

    Args:
        step: the step.
        task: whose examples they are.
        counts: what became of the rows.
        model: folder of the model; ``None``: the generator translated exactly.
        texts: distinct sentences that the model translated.
    """
    source, into = language(step.source), language(step.into)
    lines = [
        f"- Task: {task.name}, split {step.split}",
        f"- From: {source.name} ({source.code}), content {step.data}",
        f"- Into: {into.name} ({into.code}), {_by_whom(step, model)}",
        f"- Licence of the original data: {task.licence}",
        f"- Rows: {counts.examples} of {counts.source_examples}, under the ids of the original rows",
        f"- Dropped with a blank translation: {counts.dropped_empty} (lost.jsonl)",
        f"- Dropped since the answer was not found again: {counts.dropped_answers} (lost.jsonl)",
    ]
    if model is not None:
        lines += [
            f"- Licence of the model: {licence_in(model) or 'not stated'}",
            f"- Search: {step.beams} beam(s), sentences of at most {step.max_tokens} tokens",
            f"- Distinct sentences: {texts}",
        ]
    return f"# {task.title}, translated into {into.name}\n\n" + "\n".join(lines) + "\n"


def _by_whom(step: TranslateStep, model: Path | None) -> str:
    if model is None:
        return "exactly, by the generator"
    return f"by {model_name(model)} (content {step.translator.partition(':')[2]}), computed by {step.backend}"


def model_name(folder: Path) -> str:
    """What people call the model in ``folder``: its hub id in a hub's cache, else the folder's name."""
    cached = [part for part in folder.parts if part.startswith(_CACHED)]
    return cached[-1].removeprefix(_CACHED).replace("--", "/") if cached else folder.name


def licence_in(folder: Path) -> str | None:
    """The licence that the head of the model's own card in ``folder`` names; ``None``: it names none."""
    path = folder / "README.md"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    if lines[:1] != ["---"]:
        return None
    head = lines[1 : lines.index("---", 1)] if "---" in lines[1:] else []
    named = (line.partition(":")[2].strip().strip("\"'") for line in head if line.startswith("license:"))
    return next(named, None) or None
