"""Tests of writing submissions: the exact text of every layout, and that it reads as what was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.analyse.benchmark import scored
from stiltwalk.data.submission import read_judged
from stiltwalk.data.submission_files import labels_text, predictions_text
from stiltwalk.spec.benchmark import BenchmarkTask
from stiltwalk.spec.examples import (
    Aligned,
    Answer,
    Choices,
    Classified,
    Example,
    Minable,
    Query,
    Question,
    Tagged,
)
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import TASKS
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS

BY_NAME = {task.task: task for benchmark in BENCHMARKS.values() for task in benchmark.tasks}


def _record(name: str) -> Task:
    """The task's record, or for a task that needs no labels any other."""
    return TASKS.get(name, TASKS["xquad"])


WRITTEN: list[tuple[str, list[Example], list[Any], str, str]] = [
    (
        "xnli",
        [Classified("1", "a", "b", 1), Classified("2", "a", "b", 2)],
        [0, 2],
        "contradiction\nneutral\n",
        "entailment\nneutral\n",
    ),
    ("pawsx", [Classified("1", "a", "b", 1)], [0], "0\n", "1\n"),
    (
        # English sorted: A (second), B (first), B (third; of equals the earlier one goes first)
        "tatoeba",
        [Aligned("de-1", "x", "B"), Aligned("de-2", "y", "A"), Aligned("de-3", "z", "B")],
        [{"cosine": name, "margin": "?", "centred": "?"} for name in ("de-1", "de-3", "de-1")],
        "2\n0\n0\n",
        "1\n0\n2\n",
    ),
    (
        "udpos",
        [Tagged("1", ("a", "b"), ("DET", "NOUN")), Tagged("2", ("c",), ("X",))],
        [["DET", "VERB"], ["X"]],
        "DET\nVERB\n\nX\n\n",
        "DET\nNOUN\n\nX\n\n",
    ),
    (
        "bucc",
        [
            Minable("de-1", "x", "foreign", "en-9"),
            Minable("de-2", "y", "foreign", None),
            Minable("de-3", "z", "foreign", "en-8"),
            Minable("en-8", "u", "english", "de-3"),
        ],
        ["en-9 en-7", "", "en-7", ""],
        "de-1\ten-9\nde-1\ten-7\nde-3\ten-7\n",
        "de-1\ten-9\nde-3\ten-8\n",
    ),
    ("xcopa", [Choices("1", "p", ("a", "b"), 1)], [0], '{"label": 0}\n', '{"label": 1}\n'),
]


@pytest.mark.parametrize(("name", "examples", "given", "predictions", "labels"), WRITTEN)
def test_lines(name: str, examples: list[Example], given: list[Any], predictions: str, labels: str) -> None:
    """Every layout of lines, to the character."""
    assert predictions_text(BY_NAME[name], _record(name), examples, given) == predictions
    assert labels_text(BY_NAME[name], _record(name), examples) == labels


def test_answers() -> None:
    """Answers by id, and labels in SQuAD's form with every gold answer."""
    question = Question("q1", "Wo?", "im Wald am See", (Answer("Wald", 3), Answer("See", 11)))
    task = BY_NAME["xquad"]
    assert json.loads(predictions_text(task, _record("xquad"), [question], ["Wald"])) == {"q1": "Wald"}
    assert json.loads(labels_text(task, _record("xquad"), [question])) == {
        "version": "1.1",
        "data": [
            {
                "paragraphs": [
                    {
                        "context": "im Wald am See",
                        "qas": [
                            {
                                "id": "q1",
                                "question": "Wo?",
                                "answers": [
                                    {"text": "Wald", "answer_start": 3},
                                    {"text": "See", "answer_start": 11},
                                ],
                            }
                        ],
                    }
                ]
            }
        ],
    }


def test_rankings() -> None:
    """Candidates by query, and the right ones as labels."""
    query = Query("q1", "text", "key", ("c2", "c5"))
    task = BY_NAME["lareqa"]
    assert json.loads(predictions_text(task, _record("lareqa"), [query], [["c1", "c2"]])) == {
        "q1": ["c1", "c2"]
    }
    assert json.loads(labels_text(task, _record("lareqa"), [query])) == {"q1": ["c2", "c5"]}


def _read_back(
    folder: Path, task: BenchmarkTask, examples: list[Example], kept: list[Any]
) -> dict[str, float]:
    record = _record(task.task)
    (folder / "given").write_text(predictions_text(task, record, examples, kept), encoding="utf-8")
    (folder / "gold").write_text(labels_text(task, record, examples), encoding="utf-8")
    judged = read_judged(task, folder / "given", folder / "gold")
    return scored(task, task.languages[0], judged.examples, judged.predictions, judged.unanswered)


@given(pairs=st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(0, 7)), min_size=8, max_size=8))
def test_rows_keep_the_accuracy(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, int]]
) -> None:
    """Whatever the English sentences and the neighbours, row numbers hold the same share of right ones."""
    examples: list[Example] = [Aligned(f"de-{n}", "x", english) for n, (english, _) in enumerate(pairs)]
    kept = [f"de-{found}" for _, found in pairs]
    right = sum(found == n for n, (_, found) in enumerate(pairs))
    found = _read_back(tmp_path_factory.mktemp("rows"), BY_NAME["tatoeba"], examples, kept)
    assert found["accuracy"] == pytest.approx(100 * right / 8)


def test_the_official_order() -> None:
    """Sorted by code points: quotes, digits, capitals, small letters, then letters with marks."""
    texts = ["b", "B", '"b', "1", "É", "a b", "a"]
    examples: list[Example] = [Aligned(f"de-{n}", "x", text) for n, text in enumerate(texts)]
    rows = labels_text(BY_NAME["tatoeba"], _record("tatoeba"), examples).split()
    assert rows == ["2", "3", "1", "6", "5", "0", "4"]
