"""A task that a user declares: what may be left out, and what is refused before any data is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from stiltwalk.spec.arms import MIXED, NONE_ARM
from stiltwalk.spec.columns import Columns
from stiltwalk.spec.errors import StudyError, nearest
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.record import parse
from stiltwalk.spec.task import Split, Task
from stiltwalk.spec.tasks import TASKS, Catalogue
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS

LABELLED = ("sequence-classification", "token-classification")
"""Types whose labels the file must name."""

SCORERS_OF: Mapping[str, tuple[str, ...]] = {
    "sequence-classification": ("accuracy", "accuracy-f1"),
    "multiple-choice": ("accuracy",),
    "token-classification": ("tag-accuracy", "ner", "udpos"),
    "question-answering": ("squad1", "squad2", "mlqa"),
    "sentence-retrieval": ("retrieval-accuracy", "map@20", "mining"),
    "masked-lm": (),
}
"""Task type → the scorers it may name, the one taken where it names none first."""

LAYOUTS_OF: Mapping[str, tuple[str, ...]] = {
    "sequence-classification": (),
    "multiple-choice": (),
    "token-classification": ("token-tags", "tabbed-tags", "conllu"),
    "question-answering": ("squad",),
    "sentence-retrieval": ("aligned-lines",),
    "masked-lm": ("lines",),
}
"""Task type → the layouts, beside ``columns``, that its files may have."""

_TRANSLATED_LAYOUTS = {"question-answering": ("squad-translated",)}

_RESERVED = (NONE_ARM, "all", *BENCHMARKS)
_ENTITIES = "ner"
_NAME = re.compile(r"[a-z0-9][a-z0-9+-]*")
_PLACES = ("language", "iso3", "name", "code")
_TEMPLATES = ("id", "group", "text_a", "text_b", "prompt", "choices", "choice", "question", "line")
_COLUMN_NAMES = ("choice_list", "words", "tags", "context", "answers", "label")


def own_task(raw: Mapping[str, Any], where: str, folder: Path, known: Catalogue = TASKS) -> Task:
    """The task that ``raw`` declares, with everything filled in that it leaves out.

    Left out, the title is the name; the layout is ``columns``; the stages follow from the splits, the scorer
    from the type (for tags: entities where a label begins with ``B-``); it trains on itself where it has
    English training data; licence and citation are not stated; and its paths start from ``folder``, or from
    the data folder where its data comes from a hub. What is filled in may as well be given, so that a record
    read again is the same record.

    Args:
        raw: the fields of ``Task``. Numbers stand for their digits in labels, a text for a split or for its
            paths where there is one path.
        where: names the file in messages.
        folder: where the file lies.
        known: tasks whose names are taken.

    Raises:
        StudyError: every field that is wrong on a line of its own, with what was expected.
    """
    for field in ("generator", "parts"):
        if raw.get(field):
            raise StudyError(f"{where}: {field} is for tasks of this package; say where the data is: splits.")
    missing = [f"{field}: expected, such as {field}: {example}." for field, example in _needed(raw)]
    if missing:
        raise StudyError("\n  ".join([f"{where} is not a valid task:", *missing]))
    task = parse(Task, _filled(raw, folder), where)
    problems = [problem for check in _CHECKS for problem in check(task)]
    if task.name in known:
        problems.append(f"name: '{task.name}' is the name of a task that is there already. Choose another.")
    if problems:
        raise StudyError("\n  ".join([f"{where} is not a valid task:", *problems]))
    return task


def _needed(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields without which nothing can be filled in, each with an example."""
    examples = {
        "name": "my-nli",
        "type": "sequence-classification",
        "columns": "{text_a: '{premise}', label: gold}",
        "splits": "{train: train.csv, dev: dev.csv}",
    }
    for field, example in examples.items():
        instead = ("layout", "hub") if field == "columns" else ()
        if not any(raw.get(name) for name in (field, *instead)):
            yield field, example


def _filled(raw: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: _as_text(value) if name in ("labels", "tag_map") else value for name, value in raw.items()
    }
    if isinstance(given.get("splits"), Mapping):
        given["splits"] = {name: _split(split) for name, split in given["splits"].items()}
    hub = given.get("hub")
    if isinstance(hub, Mapping):  # its rows are read as the task's, whichever of the two says how
        columns = _columns(given.get("columns") or hub.get("columns"))
        given |= {"columns": columns, "hub": {**hub, "columns": columns}}
    elif "columns" in given:
        given["columns"] = _columns(given["columns"])
    if given.get("folder") is not None:
        given["folder"] = str((folder / Path(str(given["folder"])).expanduser()).resolve())
    return _defaults(given, folder) | given


def _defaults(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    kind = given.get("type")
    scorers = SCORERS_OF.get(kind, ()) if isinstance(kind, str) else ()
    splits = given.get("splits")
    splits = splits if isinstance(splits, Mapping) else {}
    trained = kind not in ("sentence-retrieval", "masked-lm") and _in_english(splits.get("train"))
    stages = [*(["intermediate"] if trained else []), *(["target"] if "test" in splits else [])]
    return {
        "title": given.get("name"),
        "stages": ["text"] if kind == "masked-lm" else stages,
        "folder": None if given.get("hub") else str(folder.resolve()),
        "layout": "columns",
        "scorer": _scorer(scorers, given.get("labels")),
        "trains_on": [given.get("name")] if trained else [],
        "licence": "not stated",
        "citation": "not stated",
    }


def _scorer(scorers: tuple[str, ...], labels: object) -> str | None:
    listed = labels if isinstance(labels, list | tuple) else ()
    entities = any(str(label).startswith("B-") for label in listed)
    if entities and _ENTITIES in scorers:
        return _ENTITIES
    return scorers[0] if scorers else None


def _in_english(split: object) -> bool:
    return isinstance(split, Mapping) and SOURCE_LANGUAGE in split.get("languages", (SOURCE_LANGUAGE,))


def _split(raw: object) -> object:
    """A split's fields: an empty one is found on the hub, a text is its one path."""
    fields = {} if raw is None else {"paths": raw} if isinstance(raw, str) else raw
    if isinstance(fields, Mapping) and isinstance(fields.get("paths"), str):
        return {**fields, "paths": [fields["paths"]]}
    return fields


def _columns(raw: object) -> object:
    if not isinstance(raw, Mapping):
        return raw
    read_as_text = ("labels", "unlabelled", "values")
    return {name: _as_text(value) if name in read_as_text else value for name, value in raw.items()}


def _as_text(value: object) -> object:
    """Numbers as their digits, however deep; YAML knows 0 and 1 as numbers, a column's cells are texts."""
    if isinstance(value, Mapping):
        return {_as_text(key): _as_text(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_as_text(each) for each in value]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _wrong_name(task: Task) -> Iterator[str]:
    if not _NAME.fullmatch(task.name):
        yield f"name: expected small letters, digits, + and -, such as my-nli; found '{task.name}'."
    elif task.name in _RESERVED or task.name.endswith(tuple(MIXED.values())):
        yield f"name: '{task.name}' means something else where tasks are named. Choose another."


def _wrong_labels(task: Task) -> Iterator[str]:
    twice = sorted({label for label in task.labels if task.labels.count(label) > 1})
    if twice:
        yield f"labels: {', '.join(twice)} stands there twice."
    if task.type not in LABELLED:
        if task.labels:
            yield f"labels: {task.type} has none; columns.labels says what cells mean. Leave them out."
    elif len(task.labels) < 2 and task.labels_file is None:
        found = ", ".join(task.labels) or "none"
        yield f"labels: {task.type} needs its labels, such as [entailment, neutral]; found {found}."
    for tag, label in task.tag_map.items():
        yield from _unknown_label(f"tag_map.{tag}", label, task.labels)


def _unknown_label(field: str, label: str, labels: tuple[str, ...]) -> Iterator[str]:
    if label not in labels:
        close = nearest(label, labels)
        hint = f" Did you mean '{close}'?" if close else ""
        yield f"{field}: '{label}' is not among the labels.{hint} There is: {', '.join(labels) or 'none'}."


def _wrong_columns(task: Task) -> Iterator[str]:
    columns = task.columns
    if columns is None:
        return
    if columns.lines and task.type != "masked-lm":
        yield f"columns.lines: only raw text (masked-lm) is divided into lines; {task.type} is not. Drop it."
    for field, text in _texts(columns, _TEMPLATES):
        if "{" not in text:
            yield f"columns.{field}: '{text}' names no column. Write columns in braces: \"{{{text}}}\"."
    for field, text in _texts(columns, _COLUMN_NAMES):
        if "{" in text:
            yield f"columns.{field}: expected the name of one column, without braces; found '{text}'."
    for cell, label in columns.labels.items():
        if task.type == "sequence-classification":
            yield from _unknown_label(f"columns.labels.{cell}", label, task.labels)
        elif task.type == "multiple-choice" and not label.isdecimal():
            yield f"columns.labels.{cell}: expected the choice's number, counted from 0; found '{label}'."


def _texts(columns: Columns, fields: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for field in fields:
        value = getattr(columns, field)
        for text in (value,) if isinstance(value, str) else value or ():
            yield field, text


def _wrong_splits(task: Task) -> Iterator[str]:
    if not task.stages:
        yield "splits: expected English training data (train) or a test split (test)."
    if task.type == "sentence-retrieval" and task.columns and "train" in task.splits:
        yield "splits.train: pairs of sentences are only tested, never trained on. Leave it out."
    if task.hub and any(split.paths for split in task.splits.values()):
        yield "hub: the data is found by paths or on a hub, not both. Leave one out."
    for name, split in task.splits.items():
        patterns = [*split.paths, *([task.hub.config] if task.hub and task.hub.config else [])]
        selected = [*(task.columns.where.values() if task.columns else ())]
        wrong = [problem for text in (*patterns, *selected) for problem in _wrong_places(text)]
        yield from (f"splits.{name}: {problem}" for problem in dict.fromkeys(wrong))
        if not wrong:
            yield from _wrong_languages(name, split, [*patterns, *selected])


def _wrong_places(pattern: str) -> Iterator[str]:
    try:
        places = [name for _, name, _, _ in Formatter().parse(pattern) if name is not None]
    except ValueError as error:
        yield f"'{pattern}' is no pattern: {error}."
        return
    for place in places:
        if place not in _PLACES:
            known = ", ".join(f"{{{each}}}" for each in _PLACES)
            yield f"'{{{place}}}' in '{pattern}' is not known. There is: {known}."


def _wrong_languages(name: str, split: Split, patterns: list[str]) -> Iterator[str]:
    """Every language must be told from the others, or all would be tested on the same examples."""
    told_apart = any("{" in pattern for pattern in patterns)
    if len(split.languages) > 1 and not told_apart:
        yield (
            f"splits.{name}: every language would be read from the same rows. "
            "Put {language} in paths, or in columns.where."
        )
    if name == "test" and told_apart and "languages" not in split.model_fields_set:
        yield f"splits.{name}.languages: expected codes such as [en, de] to fill in {', '.join(patterns)}."


def _wrong_layout(task: Task) -> Iterator[str]:
    fitting = ("columns", *LAYOUTS_OF[task.type])
    if task.layout not in fitting:
        yield f"layout: '{task.layout}' is no layout of {task.type}. Use {' or '.join(fitting)}."
    fitting = (*fitting, *_TRANSLATED_LAYOUTS.get(task.type, ()))
    for name, split in task.splits.items():
        for at, each in enumerate(split.translated):
            if each.layout not in fitting:
                yield (
                    f"splits.{name}.translated.{at}.layout: '{each.layout}' is no layout of {task.type}. "
                    f"Use {' or '.join(fitting)}."
                )


def _wrong_scorer(task: Task) -> Iterator[str]:
    fitting = SCORERS_OF[task.type]
    if task.type == "sentence-retrieval" and task.columns:
        fitting = fitting[:1]  # rows make aligned sentences; the others score queries, or mined pairs
    if task.scorer is not None and task.scorer not in fitting:
        yield f"scorer: '{task.scorer}' does not score {task.type}. Use {' or '.join(fitting) or 'none'}."


_CHECKS = (_wrong_name, _wrong_labels, _wrong_columns, _wrong_splits, _wrong_layout, _wrong_scorer)
