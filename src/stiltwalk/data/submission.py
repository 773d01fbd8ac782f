"""Reading submissions: the files of XTREME's layout, predictions against labels, as examples to score.

    FOLDER/TASK/test-LANGUAGE.tsv      (json for question answering and rankings, jsonl for choices)

What is accepted and counted is what google-research/xtreme ``evaluate.py`` accepts and counts: lines are
stripped, a blank line of a label file is an empty label, an unanswered question counts 0, a pair that stands
twice counts once. One thing is refused that it lets pass: a sentence with more or fewer predicted than gold
tags, which would shift all tags after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from stiltwalk.data.fields import field, parse_json, short
from stiltwalk.data.files import read_text, stored
from stiltwalk.spec.benchmark import Benchmark, BenchmarkTask, SubmissionLayout
from stiltwalk.spec.errors import DataError, UserError, nearest
from stiltwalk.spec.examples import Answer, Classified, Example, Minable, Query, Question, Tagged
from stiltwalk.spec.tasks import TASKS
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS


class Judged(NamedTuple):
    """The predictions of one task in one language beside what they are judged by.

    Attributes:
        examples: one for each label, empty but for their gold.
        predictions: one for each example: what the scorer of the task takes.
        unanswered: further examples without a prediction, each of which counts 0.
        notes: what a reader should know of the files: extra ids, unknown labels.
    """

    examples: tuple[Example, ...]
    predictions: tuple[int | str | tuple[str, ...], ...]
    unanswered: int = 0
    notes: tuple[str, ...] = ()


class FilePair(NamedTuple):
    """The two files of one task in one language; ``None``: not there."""

    task: BenchmarkTask
    language: str
    predictions: Path | None
    labels: Path | None


def file_pairs(benchmark: Benchmark, predictions: Path, labels: Path) -> list[FilePair]:
    """Every task and language of ``benchmark`` with what the two folders hold of it, gzipped or not.

    Raises:
        UserError: one of the two is no folder.
    """
    for folder, what in ((predictions, "predictions"), (labels, "labels")):
        if not folder.is_dir():
            raise UserError(
                f"{folder} is no folder. Name the folder of {what} that holds a folder for each task, "
                f"such as {benchmark.tasks[0].file(benchmark.tasks[0].languages[0])}."
            )
    return [
        FilePair(task, code, stored(predictions / task.file(code)), stored(labels / task.file(code)))
        for task in benchmark.tasks
        for code in task.languages
    ]


def strangers(benchmark: Benchmark, folder: Path) -> list[str]:
    """A line for each sub-folder of ``folder`` that is no task of ``benchmark``: it is not read."""
    known = [task.folder for task in benchmark.tasks]
    elsewhere = {task.folder for other in BENCHMARKS.values() for task in other.tasks}
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in known:
            # a task of another benchmark is no misspelt one
            close = None if path.name in elsewhere else nearest(path.name, known)
            hint = f" Did you mean '{close}'?" if close else ""
            found.append(f"{path} is not read: '{path.name}' is no task of {benchmark.title}.{hint}")
    return found


def read_judged(task: BenchmarkTask, predictions: Path, labels: Path) -> Judged:
    """The two files of one task in one language as examples and predictions.

    Raises:
        DataError: a file is not what its layout promises, or the label file holds nothing.
        UserError: there are not as many predictions as labels.
    """
    judged = _READERS[task.layout](task, predictions, labels)
    if not judged.examples and not judged.unanswered:
        raise DataError(labels, None, "holds no label, so there is nothing to score. Fetch it again.")
    return judged


def _lines(path: Path) -> list[str]:
    """The lines of a file, stripped; any of the three usual line ends ends one."""
    lines = read_text(path).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.strip() for line in lines]


def _require_as_many(what: str, given: int, wanted: int, predictions: Path, labels: Path) -> None:
    if given != wanted:
        raise UserError(
            f"{predictions} has {given:,} {what}, {labels} has {wanted:,}. Give one prediction for each "
            "label, in the same order; a blank line too many counts."
        )


def _known(task: BenchmarkTask) -> frozenset[str]:
    """The labels that a prediction may be, as files write them; empty where any text may be one."""
    if task.layout == "rows":
        return frozenset()
    return frozenset(TASKS[task.task].labels if task.task in TASKS else ())


def _unknown_labels(task: BenchmarkTask, given: Sequence[str]) -> tuple[str, ...]:
    """A note on predictions that are no label of the task, which are wrong wherever they stand."""
    known = _known(task)
    unknown = [label for label in given if known and label not in known]
    if not unknown:
        return ()
    shown = ", ".join(repr(label) for label in list(dict.fromkeys(unknown))[:3])
    return (f"{len(unknown):,} of {len(given):,} predictions are no label of the task: {shown}",)


# --- labels, rows and choices: equal or not ---


def _compared(given: Sequence[str | float], gold: Sequence[str | float]) -> Judged:
    """Predictions that are right where they equal the label."""
    index = {label: number for number, label in enumerate(dict.fromkeys([*gold, *given]))}
    return Judged(
        tuple(Classified(str(n), "", None, index[label]) for n, label in enumerate(gold, start=1)),
        tuple(index[label] for label in given),
    )


def _labels(task: BenchmarkTask, predictions: Path, labels: Path) -> Judged:
    given, gold = _lines(predictions), _lines(labels)
    _require_as_many("lines", len(given), len(gold), predictions, labels)
    return _compared(given, gold)._replace(notes=_unknown_labels(task, given))


def _rows(task: BenchmarkTask, predictions: Path, labels: Path) -> Judged:
    judged = _labels(task, predictions, labels)
    odd = [line for line in _lines(predictions) if not line.isdecimal()]
    return judged._replace(notes=(f"{len(odd):,} predictions are no row number: {odd[0]!r}",) if odd else ())


def _choices(_task: BenchmarkTask, predictions: Path, labels: Path) -> Judged:
    given, gold = _choice_labels(predictions), _choice_labels(labels)
    _require_as_many("lines", len(given), len(gold), predictions, labels)
    return _compared(given, gold)


def _choice_labels(path: Path) -> list[str | float]:
    found: list[str | float] = []
    for number, line in enumerate(_lines(path), start=1):
        record = parse_json(line, path, number)
        label = record.get("label") if isinstance(record, dict) else None
        if not isinstance(label, str | int | float):
            message = f"expected an object with a 'label', such as {{\"label\": 1}}, found {short(record)}"
            raise DataError(path, number, message)
        found.append(label)
    return found


# --- tags ---


def _tags(task: BenchmarkTask, predictions: Path, labels: Path) -> Judged:
    given, gold = _sentences(predictions), _sentences(labels)
    _require_as_many("sentences", len(given), len(gold), predictions, labels)
    examples, tags = [], []
    for number, (predicted, wanted) in enumerate(zip(given, gold, strict=True), start=1):
        if len(predicted) != len(wanted):
            raise UserError(
                f"Sentence {number:,} has {len(predicted):,} tags in {predictions} and {len(wanted):,} in "
                f"{labels}. Give one tag a line for each word, and a blank line after each sentence."
            )
        if wanted:
            examples.append(Tagged(str(number), words=wanted, tags=wanted))
            tags.append(predicted)
    every = [tag for sentence in tags for tag in sentence]
    return Judged(tuple(examples), tuple(tags), notes=_unknown_labels(task, every))


def _sentences(path: Path) -> list[tuple[str, ...]]:
    """Tags sentence by sentence; every blank line ends one, so that two in a row make an empty one."""
    found: list[tuple[str, ...]] = []
    tags: list[str] = []
    for line in _lines(path):
        if line:
            tags.append(line)
        else:
            found.append(tuple(tags))
            tags = []
    return [*found, tuple(tags)] if tags else found


# --- pairs ---


def _pairs(_task: BenchmarkTask, predictions: Path, labels: Path) -> Judged:
    """Every pair that one of the two files holds becomes an example, right if both do."""
    lines = _lines(predictions)
    given, gold = set(lines), set(_lines(labels))
    odd = [line for line in lines if line.count("\t") != 1]
    every = sorted(given | gold)
    return Judged(
        tuple(Minable(pair, "", "foreign", "found" if pair in gold else None) for pair in every),
        tuple("found" if pair in given else "" for pair in every),
        notes=(f"{len(odd):,} lines are no two ids with a tab between them: {odd[0]!r}",) if odd else (),
    )


# --- answers and rankings: by id ---


def _answers(_task: BenchmarkTask, predictions: Path, labels: Path) -> Judged:
    given = _by_id(predictions)
    texts = {name: field(given, name, str, partial(_fault, predictions, name)) for name in given}
    questions = list(_questions(labels))
    answered = [question for question in questions if question.id in texts]
    return Judged(
        tuple(answered),
        tuple(texts[question.id] for question in answered),
        unanswered=len(questions) - len(answered),
        notes=_id_notes(texts, {question.id for question in questions}, "questions"),
    )


def _questions(path: Path) -> Iterator[Question]:
    document = _unwrapped(path)
    if not isinstance(document, list):
        raise DataError(path, None, f"expected a list of articles under 'data', found {short(document)}")
    for article in document:
        for paragraph in field(article, "paragraphs", list, partial(_fault, path, "an article")):
            for raw in field(paragraph, "qas", list, partial(_fault, path, "a paragraph")):
                name = field(raw, "id", str, partial(_fault, path, "a question"))
                fault = partial(_fault, path, f"question {name}")
                answers = [field(answer, "text", str, fault) for answer in field(raw, "answers", list, fault)]
                if not answers:
                    raise fault("it has no answer to be judged by. Use the labels as they were published.")
                yield Question(name, "", "", tuple(Answer(text, 0) for text in answers))


def _rankings(_task: BenchmarkTask, predictions: Path, labels: Path) -> Judged:
    given = {name: _ids(value, predictions, name) for name, value in _by_id(predictions).items()}
    gold = {name: _ids(value, labels, name) for name, value in _by_id(labels).items()}
    for name, right in gold.items():
        if not right:
            raise _fault(labels, name, "it has no right candidate. Use the labels as they were published.")
    return Judged(
        tuple(Query(name, "", name, tuple(each.strip() for each in right)) for name, right in gold.items()),
        tuple(given.get(name, ()) for name in gold),
        notes=_id_notes(given, set(gold), "queries"),
    )


def _ids(value: object, path: Path, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _fault(path, name, f"expected a list of candidate ids, found {short(value)}")
    return tuple(value)


def _by_id(path: Path) -> dict[str, object]:
    document = _unwrapped(path)
    if not isinstance(document, dict):
        raise DataError(path, None, f"expected one object with an entry for each id, found {short(document)}")
    return document


def _unwrapped(path: Path) -> object:
    """The JSON of a file, or what stands under its ``data``."""
    document = parse_json(read_text(path), path)
    return document["data"] if isinstance(document, dict) and "data" in document else document


def _id_notes(given: Mapping[str, object], wanted: set[str], what: str) -> tuple[str, ...]:
    missing, extra = len(wanted - set(given)), len(set(given) - wanted)
    notes = [f"{missing:,} of {len(wanted):,} {what} have no prediction and count 0"] if missing else []
    return (*notes, *([f"{extra:,} predictions are for no known id and are left out"] if extra else []))


def _fault(path: Path, place: str, message: str) -> DataError:
    return DataError(path, None, f"{place}: {message}")


_READERS: Mapping[SubmissionLayout, Callable[[BenchmarkTask, Path, Path], Judged]] = {
    "labels": _labels,
    "rows": _rows,
    "tags": _tags,
    "pairs": _pairs,
    "answers": _answers,
    "rankings": _rankings,
    "choices": _choices,
}
