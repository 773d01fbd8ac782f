"""The card of an exported model: what it came from, what it was trained on, how it scored, what to know."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from stiltwalk.render.tables.cells import NONE, Cell, count, decimal, left, made, right
from stiltwalk.render.tables.languages import spoken
from stiltwalk.render.tables.table import Table, markdown, marked
from stiltwalk.spec.task import Task

_PIPELINES: Mapping[str, str] = {
    "sequence-classification": "text-classification",
    "multiple-choice": "multiple-choice",
    "token-classification": "token-classification",
    "question-answering": "question-answering",
}
"""What the hub calls a task type; an encoder alone is for ``feature-extraction``."""

_HYPER = (
    *("epochs", "steps", "batch_size", "learning_rate", "least_rate_share", "warmup_share", "warmup_steps"),
    *("weight_decay", "clip_norm", "average_decay", "max_tokens", "evaluate_every", "patience", "precision"),
)

_ALONE = (
    "Scores of this one model, on 0 to 100. It was trained once, so nothing here shows how far another seed "
    "would be from them: there is no interval. n counts test examples."
)


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
        base: hub id of what the first training started from; empty: it is on no hub, or that is not known.
        base_revision: its commit; empty: not known.
        content: content hash of what the first training started from; empty: from nothing.
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
    base: str = ""
    base_revision: str = ""
    content: str = ""


def model_card(facts: CardFacts) -> str:
    """The card as Markdown, with the head of fields that the hub reads."""
    parts = [
        _fields(facts),
        f"# {marked(facts.title)}",
        _opening(facts),
        "## How it was trained",
        *_trainings(facts),
        "## Scores by language",
        *_scores(facts.rows),
        "## What to know",
        _list(map(marked, facts.caveats.values())) or "Nothing was noted.",
        "## Licences",
        _list(_licences(facts)),
        "## Made with",
        _made_with(facts),
    ]
    return "\n\n".join(parts) + "\n"


def _made_with(facts: CardFacts) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in facts.versions.items())
    return f"{marked(libraries)}. Step `{facts.stages[-1].key}`."


def _fields(facts: CardFacts) -> str:
    """The head: only what is known, and no licence, for that is the encoder's and the data's to give."""
    languages = sorted(set(facts.rows["language"])) if len(facts.rows) else []
    pipeline = _PIPELINES.get(facts.task.type, "") if facts.task else "feature-extraction"
    tasks = [task for stage in facts.stages for task in stage.tasks]
    data = dict.fromkeys(task.hub.id for each in tasks for task in _parts(each) if task.hub is not None)
    lines = [
        "library_name: transformers",
        f"pipeline_tag: {pipeline or 'feature-extraction'}",
        *([f"base_model: {json.dumps(facts.base)}"] if facts.base else []),
        *(["datasets:", *(f"- {json.dumps(name)}" for name in data)] if data else []),
        *(["language:", *(f"- {json.dumps(code)}" for code in languages)] if languages else []),
        "tags:",
        "- stiltwalk",
        "- zero-shot-cross-lingual-transfer",
    ]
    return "\n".join(["---", *lines, "---"])


def _opening(facts: CardFacts) -> str:
    between = [stage for stage in facts.stages if stage.kind == "intermediate"]
    start = marked(facts.encoder) if facts.encoder else "An encoder pretrained from nothing"
    went = [f"then trained on {_names(stage.tasks)} in between" for stage in between]
    went += [f"then on {_names(stage.tasks)}" for stage in facts.stages if stage.kind == "target"]
    said = f"{start}, {', '.join(went)}." if went else f"{start}."
    if facts.without_head:
        said += f" It is the encoder alone: {marked(facts.without_head)}."
    return f"{said} Opened by `{facts.architecture}.from_pretrained`; the weights are safetensors."


def _names(tasks: Sequence[Task]) -> str:
    return " + ".join(marked(task.title) for task in tasks)


def _trainings(facts: CardFacts) -> Iterator[str]:
    recipes = sorted(set(facts.rows["recipe"].dropna())) if len(facts.rows) else []
    if recipes:
        yield (
            f"By the recipe {', '.join(map(marked, recipes))}; the numbers below are what was used, with "
            "whatever the study changed."
        )
    if facts.content:
        at = f" at commit {marked(facts.base_revision)}" if facts.base_revision else ""
        named = f"{marked(facts.base)}{at}" if facts.base else marked(facts.encoder or "an encoder")
        yield f"**Start: {named}**\n\n{_list([f'content hash `{facts.content[:12]}`'])}"
    for stage in facts.stages:
        tasks = f": {_names(stage.tasks)}" if stage.tasks else ""
        yield f"**{stage.kind.capitalize()}{tasks}**\n\n{_list(line for line in _lines(stage) if line)}"


def _lines(stage: Stage) -> Iterator[str]:
    """What is said of one training; empty lines say nothing."""
    found = stage.facts
    yield f"seed {stage.seed}" if stage.seed is not None else ""
    yield ", ".join(f"{name} {stage.hyper[name]}" for name in _HYPER if stage.hyper.get(name) is not None)
    yield ", ".join(f"{name} {found[name]:,}" for name in ("steps", "examples", "tokens") if name in found)
    if isinstance(found.get("languages"), Mapping):
        yield "languages " + ", ".join(f"{marked(code)} {n:,}" for code, n in found["languages"].items())
    yield _dev(found)
    if found.get("selected_step") is not None:
        why = "best on the English dev set" if found.get("selection") == "english-dev" else "the last"
        yield f"kept: the parameters after step {found['selected_step']:,} ({why})"
    if found.get("degenerate") and found.get("dev_score") is None:
        yield "**this training broke down**"
    yield f"step `{stage.key[:12]}`"


def _dev(facts: Mapping[str, Any]) -> str:
    if facts.get("dev_score") is None:
        return ""
    said = f"score on the English dev set {facts['dev_score']:.2f}"
    if facts.get("chance") is not None:
        said += f", without reading the input {facts['chance']:.2f}"
    return said + (" (**at chance: this training collapsed**)" if facts.get("degenerate") else "")


def _scores(rows: pd.DataFrame) -> Iterator[str]:
    """A table for every target and split: languages by metrics."""
    if not len(rows):
        yield "It was not tested."
        return
    yield _ALONE
    for (target, split), part in rows.groupby(["target", "split"], sort=False):
        yield markdown(_of_target(str(target), str(split), part)).rstrip()


def _of_target(target: str, split: str, rows: pd.DataFrame) -> Table:
    found: dict[str, dict[str, Cell]] = {}
    for row in rows.to_dict("records"):
        line = found.setdefault(row["language"], {})
        line["n"] = count(row["n"])
        line[_measure(row)] = decimal(row["value"])
    names = dict.fromkeys(name for line in found.values() for name in line if name != "n")
    return made(
        "scores",
        f"{target}, {split} split",
        (*left("language"), *right(*names, "n")),
        ((spoken(code), *(line.get(name, NONE) for name in (*names, "n"))) for code, line in found.items()),
    )


def _measure(row: Mapping[Any, Any]) -> str:
    """The metric, and of sentence vectors how they were read."""
    layer = row["layer"]
    read = [f"layer {layer:.0f}"] if layer is not None and not math.isnan(layer) else []
    read += [row["pooling"]] if isinstance(row["pooling"], str) else []
    return " ".join([row["metric"], *([f"({', '.join(read)})"] if read else [])])


def _licences(facts: CardFacts) -> Iterator[str]:
    """Of what it started from, and of all data that it was trained on, once each."""
    start = facts.base or facts.encoder
    if start:
        yield f"Weights of {marked(start)}: under the licence of their own; look it up where they come from."
    tasks = {part.name: part for stage in facts.stages for task in stage.tasks for part in _parts(task)}
    for task in tasks.values():
        cited = f" ({marked(task.citation)})" if task.citation else ""
        yield f"Data of {marked(task.title)}{cited}: {marked(task.licence)}"
    yield (
        "Whoever passes this model on has to keep to all of them. This card grants nothing: the fields above "
        "name no licence of the model."
    )


def _parts(task: Task) -> Iterator[Task]:
    """``task``, or the tasks whose examples it pools."""
    if not task.parts:
        yield task
    for part in task.parts:
        yield from _parts(part)


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
