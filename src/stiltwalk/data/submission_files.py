"""Writing submissions: stored predictions, or the labels they are judged by, as files of XTREME's layout."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from stiltwalk.spec.benchmark import BenchmarkTask, SubmissionLayout
from stiltwalk.spec.examples import Aligned, Choices, Classified, Example, Minable, Query, Question, Tagged
from stiltwalk.spec.task import Task

Stored = Any
"""A prediction as it is kept: an index, a text, a list of tags or ids, or the named ids of ``Nearest``."""


def predictions_text(
    task: BenchmarkTask, record: Task, examples: Sequence[Example], predictions: Sequence[Stored]
) -> str:
    """The content of one language's file of predictions.

    Args:
        task: whose layout is written.
        record: the task's record, for its label names.
        examples: all examples of the language, in file order.
        predictions: one for each, as they are kept; of an ``Aligned`` the neighbour by cosine counts.
    """
    return _WRITERS[task.layout].predictions(record.labels, examples, predictions)


def labels_text(task: BenchmarkTask, record: Task, examples: Sequence[Example]) -> str:
    """The content of one language's file of labels; arguments as of ``predictions_text``.

    Queries must know their right candidates.
    """
    return _WRITERS[task.layout].labels(record.labels, examples)


def _joined(lines: Iterable[object]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _gold(example: Example) -> int:
    assert isinstance(example, Classified | Choices), type(example)
    assert example.label is not None, f"{example.id}: a test example of a benchmark has a label"
    return example.label


def _labels(names: Sequence[str], examples: Sequence[Example], predictions: Sequence[Stored]) -> str:
    assert len(examples) == len(predictions)
    return _joined(names[prediction] for prediction in predictions)


def _gold_labels(names: Sequence[str], examples: Sequence[Example]) -> str:
    return _joined(names[_gold(example)] for example in examples)


def _choices(_names: Sequence[str], examples: Sequence[Example], predictions: Sequence[Stored]) -> str:
    assert len(examples) == len(predictions)
    return _joined(json.dumps({"label": prediction}) for prediction in predictions)


def _gold_choices(_names: Sequence[str], examples: Sequence[Example]) -> str:
    return _joined(json.dumps({"label": _gold(example)}) for example in examples)


def _english_order(examples: Sequence[Example]) -> list[int]:
    """Places of the pairs once their English sentences are sorted, as XTREME shuffles its test."""
    texts = [example.english for example in examples if isinstance(example, Aligned)]
    assert len(texts) == len(examples), "rows are of aligned sentences"
    return sorted(range(len(texts)), key=texts.__getitem__)


def _rows(_names: Sequence[str], examples: Sequence[Example], predictions: Sequence[Stored]) -> str:
    """For each English sentence, sorted, the row of the foreign sentence found, counting from 0."""
    row = {example.id: number for number, example in enumerate(examples)}
    found = [kept["cosine"] if isinstance(kept, Mapping) else kept for kept in predictions]
    return _joined(row[found[place]] for place in _english_order(examples))


def _gold_rows(_names: Sequence[str], examples: Sequence[Example]) -> str:
    return _joined(_english_order(examples))


def _tags(_names: Sequence[str], examples: Sequence[Example], predictions: Sequence[Stored]) -> str:
    assert len(examples) == len(predictions)
    return _joined(_joined(tags) for tags in predictions)


def _gold_tags(_names: Sequence[str], examples: Sequence[Example]) -> str:
    return _joined(_joined(example.tags) for example in examples if isinstance(example, Tagged))


def _pairs(_names: Sequence[str], examples: Sequence[Example], predictions: Sequence[Stored]) -> str:
    """The id of the foreign sentence, then that of the English one; nothing for what has no translation."""
    return _joined(
        f"{example.id}\t{english}"
        for example, found in zip(examples, predictions, strict=True)
        for english in str(found).split()
    )


def _gold_pairs(_names: Sequence[str], examples: Sequence[Example]) -> str:
    return _joined(
        f"{example.id}\t{example.twin}"
        for example in examples
        if isinstance(example, Minable) and example.side == "foreign" and example.twin is not None
    )


def _by_id(_names: Sequence[str], examples: Sequence[Example], predictions: Sequence[Stored]) -> str:
    pairs = zip(examples, predictions, strict=True)
    return _json({example.id: kept if isinstance(kept, str) else list(kept) for example, kept in pairs})


def _gold_answers(_names: Sequence[str], examples: Sequence[Example]) -> str:
    """SQuAD's JSON, with an article for each question."""
    articles = [
        {"paragraphs": [{"context": example.context, "qas": [_question(example)]}]}
        for example in examples
        if isinstance(example, Question)
    ]
    return _json({"version": "1.1", "data": articles})


def _question(example: Question) -> dict[str, object]:
    answers = [{"text": answer.text, "answer_start": answer.start} for answer in example.answers]
    return {"id": example.id, "question": example.question, "answers": answers}


def _gold_rankings(_names: Sequence[str], examples: Sequence[Example]) -> str:
    return _json({example.id: list(example.right) for example in examples if isinstance(example, Query)})


class _Writer(NamedTuple):
    """How one layout's two files are written; label names come first."""

    predictions: Callable[[Sequence[str], Sequence[Example], Sequence[Stored]], str]
    labels: Callable[[Sequence[str], Sequence[Example]], str]


_WRITERS: Mapping[SubmissionLayout, _Writer] = {
    "labels": _Writer(_labels, _gold_labels),
    "rows": _Writer(_rows, _gold_rows),
    "tags": _Writer(_tags, _gold_tags),
    "pairs": _Writer(_pairs, _gold_pairs),
    "answers": _Writer(_by_id, _gold_answers),
    "rankings": _Writer(_by_id, _gold_rankings),
    "choices": _Writer(_choices, _gold_choices),
}
