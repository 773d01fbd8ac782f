"""The card of an exported model: what it came from, what it was trained on, how it scored, what to know."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from stiltwalk.spec.task import Task

_PIPELINES: Mapping[str, str] = {
    "sequence-classification": "text-classification",
    "multiple-choice": "multiple-choice",
    "token-classification": "token-classification",
    "question-answering": "question-answering",
}
"""What the hub calls a task type; an encoder alone is for ``feature-extraction``."""

_HYPER = ("epochs", "steps", "batch_size", "learning_rate", "warmup_share", "weight_decay", "max_tokens")


class Stage(NamedTuple):
    """One training behind the model.

    Attributes:
        kind: ``pretrain``, ``intermediate`` or ``target``.
        key: of its step.
        tasks: what it trained on.
        seed: its random seed; ``None``: not said.
        hyper: hyper-parameters, as the step has them.
        facts: what carrying it out found: steps, examples, tokens, dev_score, chance, degenerate …
    """

    kind: str
    key: str
    tasks: tuple[Task, ...]
    seed: int | None
    hyper: Mapping[str, Any]
    facts: Mapping[str, Any]


class CardFacts(NamedTuple):
    """All that a card says.

    Attributes:
        title: of the model.
        encoder: what the first training started from, as studies call it; empty: from nothing.
        architecture: the class of transformers that opens it.
        task: what its head was trained on; ``None``: it is an encoder alone.
        without_head: why the head it was trained with is not in it; empty: none was left out.
        stages: trainings in order.
        rows: result rows of this very model.
        caveats: id → sentence.
        versions: library → version that trained it.
    """

    title: str
    encoder: str
    architecture: str
    task: Task | None
    without_head: str
    stages: tuple[Stage, ...]
    rows: pd.DataFrame
    caveats: Mapping[str, str]
    versions: Mapping[str, str]


def model_card(facts: CardFacts) -> str:
    """The card as Markdown, with the head of fields that the hub reads."""
    parts = [
        _fields(facts),
        f"# {facts.title}",
        _opening(facts),
        "## How it was trained",
        *_trainings(facts),
        "## Scores by language",
        _scores(facts.rows),
        "## What to know",
        _list([*facts.caveats.values(), *_licences(facts.stages)]) or "Nothing was noted.",
        "## Made with",
        _made_with(facts),
    ]
    return "\n\n".join(parts) + "\n"


def _made_with(facts: CardFacts) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in facts.versions.items())
    return f"{libraries}. Step `{facts.stages[-1].key}`."


def _fields(facts: CardFacts) -> str:
    """The head: only what is known, and no licence, for that is the encoder's and the data's to give."""
    languages = sorted(set(facts.rows["language"])) if len(facts.rows) else []
    pipeline = _PIPELINES.get(facts.task.type, "") if facts.task else "feature-extraction"
    lines = [
        "library_name: transformers",
        f"pipeline_tag: {pipeline or 'feature-extraction'}",
        *([f"base_model: {facts.encoder}"] if facts.encoder.count("/") == 1 else []),
        *(["language:", *(f"- {code!r}" for code in languages)] if languages else []),
        "tags:",
        "- stiltwalk",
        "- zero-shot-cross-lingual-transfer",
    ]
    return "\n".join(["---", *lines, "---"])


def _opening(facts: CardFacts) -> str:
    between = [stage for stage in facts.stages if stage.kind == "intermediate"]
    start = f"`{facts.encoder}`" if facts.encoder else "An encoder pretrained from nothing"
    went = [f"then trained on {_names(stage.tasks)} in between" for stage in between]
    went += [f"then on {_names(stage.tasks)}" for stage in facts.stages if stage.kind == "target"]
    said = f"{start}, {', '.join(went)}." if went else f"{start}."
    if facts.without_head:
        said += f" It is the encoder alone: {facts.without_head}."
    return f"{said} Opened by `{facts.architecture}.from_pretrained`; the weights are safetensors."


def _names(tasks: Sequence[Task]) -> str:
    return " + ".join(task.title for task in tasks)


def _trainings(facts: CardFacts) -> Iterator[str]:
    for stage in facts.stages:
        found = stage.facts
        lines = [
            f"seed {stage.seed}" if stage.seed is not None else "",
            ", ".join(f"{name} {stage.hyper[name]}" for name in _HYPER if stage.hyper.get(name) is not None),
            ", ".join(f"{name} {found[name]:,}" for name in ("steps", "examples", "tokens") if name in found),
            _dev(found),
            f"step `{stage.key[:12]}`",
        ]
        tasks = f": {_names(stage.tasks)}" if stage.tasks else ""
        yield f"**{stage.kind.capitalize()}{tasks}**\n\n{_list(line for line in lines if line)}"


def _dev(facts: Mapping[str, Any]) -> str:
    if facts.get("dev_score") is None:
        return ""
    said = f"score on the English dev set {facts['dev_score']:.2f}"
    if facts.get("chance") is not None:
        said += f", without reading the input {facts['chance']:.2f}"
    return said + (" (**at chance: this training collapsed**)" if facts.get("degenerate") else "")


def _scores(rows: pd.DataFrame) -> str:
    """A table of languages for every target and metric, on 0 to 100."""
    if not len(rows):
        return "It was not tested."
    table = rows.pivot_table(
        index=["target", "split", "metric"], columns="language", values="value", sort=False
    )
    head = ["target", "split", "metric", *map(str, table.columns)]
    lines = [head, ["---"] * 3 + ["---:"] * len(table.columns)]
    for names, values in zip(table.index, table.to_numpy(), strict=True):
        lines.append([*map(str, names), *("" if math.isnan(value) else f"{value:.2f}" for value in values)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _licences(stages: Sequence[Stage]) -> Iterator[str]:
    """The licence of all data that it was trained on, once each."""
    tasks = {task.name: task for stage in stages for task in stage.tasks}
    for task in tasks.values():
        cited = f" ({task.citation})" if task.citation else ""
        yield f"Data of {task.title}{cited}: {task.licence}"


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
