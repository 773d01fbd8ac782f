"""Printing examples as a reader wants them: text, gold, and the English of what was generated."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from stiltwalk.cli import options, show
from stiltwalk.data.load import load
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import (
    Aligned,
    Candidate,
    Choices,
    Classified,
    Example,
    Line,
    Minable,
    Paired,
    Query,
    Question,
    Tagged,
)
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.task import SplitName, Task
from stiltwalk.spec.task_files import named_task


def show_examples(
    names: list[str],
    data_dir: Path | None,
    count: int,
    language: str | None,
    split: str | None,
    *,
    as_json: bool,
) -> None:
    """Print the first ``count`` examples of each task, in one language, with English glosses where there are.

    Raises:
        UserError: no task is named, or one has no such split or language.
    """
    if not names:
        raise UserError("Whose examples? Name a task, such as: stiltwalk data ls pocket-nli --show 5.")
    root = options.data_dir(data_dir)
    rows: list[dict[str, Any]] = []
    for name in names:
        task = named_task(name)
        chosen = _split(task, split)
        code = language or _first_language(task, chosen)
        shown = load(task, chosen, code, root, count)
        glosses = _glosses(task, chosen, code, root, count)
        if not as_json:
            show.console.print(f"{task.name}, {chosen}, {code}: {len(shown)} examples", style="bold")
        for example in shown:
            gloss = glosses.get(example.id)
            rows.append({"task": task.name, "split": chosen, "language": code, **asdict(example)})
            if gloss is not None:
                rows[-1]["gloss"] = asdict(gloss)
            if not as_json:
                _print(task, example, gloss)
    if as_json:
        show.print_json("rows", rows)


def _split(task: Task, name: str | None) -> SplitName:
    """The split asked for; left out, the one that exists in most languages."""
    if name is None:
        return max(task.splits, key=lambda split: (len(task.splits[split].languages), split == "test"))
    for split in task.splits:
        if split == name:
            return split
    raise UserError(f"Task '{task.name}' has no split '{name}'. It has: {', '.join(task.splits)}.")


def _first_language(task: Task, split: SplitName) -> str:
    languages = task.splits[split].languages
    return SOURCE_LANGUAGE if SOURCE_LANGUAGE in languages else languages[0]


def _glosses(
    task: Task, split: SplitName, language: str, root: Path | None, count: int
) -> dict[str, Example]:
    """The English example of the same id, where examples are translations of each other."""
    translated = task.generator is not None and task.type not in {"masked-lm", "sentence-retrieval"}
    if not translated or language == SOURCE_LANGUAGE:
        return {}
    return {example.id: example for example in load(task, split, SOURCE_LANGUAGE, root, count)}


def _print(task: Task, example: Example, gloss: Example | None) -> None:
    lines = _lines(task, example)
    english = _lines(task, gloss) if gloss is not None else [("", "")] * len(lines)
    show.console.print(f"\n{example.id}", markup=False)
    for (label, text), (_, meaning) in zip(lines, english, strict=True):
        show.console.print(f"  {label:<11}{text}", markup=False)
        # labels need no translation, and tags have none
        if meaning and meaning != text:
            show.console.print(f"  {'':<11}{meaning}", markup=False, style="dim")


def _lines(task: Task, example: Example) -> list[tuple[str, str]]:
    """Labelled lines, as many for an example as for its translation."""
    match example:
        case Classified(text_a=a, text_b=b, label=label):
            second = [] if b is None else [("", b)]
            return [("text", a), *second, ("label", "" if label is None else task.labels[label])]
        case Choices(prompt=prompt, choices=choices, label=label):
            marked = [(("* " if i == label else "  ") + str(i), choice) for i, choice in enumerate(choices)]
            return [("prompt", prompt), *marked]
        case Tagged(words=words, tags=tags):
            return [("words", " ".join(f"{word}/{tag}" for word, tag in zip(words, tags, strict=True)))]
        case Question(question=question, context=context, answers=answers):
            return [
                ("context", context),
                ("question", question),
                ("answer", answers[0].text if answers else ""),
            ]
        case _:
            return _retrieval_lines(example)


def _retrieval_lines(example: Aligned | Minable | Query | Candidate | Paired | Line) -> list[tuple[str, str]]:
    match example:
        case Aligned(text=text, english=english):
            return [("text", text), ("english", english)]
        case Minable(text=text, side=side, twin=twin):
            return [(side, text), ("twin", twin or "none")]
        case Query(text=text, key=key):
            return [("query", text), ("key", key)]
        case Candidate(text=text, answers=answers):
            return [("candidate", text), ("answers", " ".join(answers))]
        case Paired(query=query, candidate=candidate):
            return [("query", query), ("candidate", candidate)]
        case Line(text=text):
            return [("text", text)]
