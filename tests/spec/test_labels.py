"""Tests of label sets: which head can answer which task."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.labels import label_clash, untrained_labels
from stiltwalk.spec.study_checks import check_study
from stiltwalk.spec.task import Split, Task
from stiltwalk.spec.tasks import TASKS, find_task

from .fakes import fake_task, study

_SETS = st.lists(st.sampled_from("ABCDE"), min_size=1, unique=True).map(tuple)


def _task(
    name: str, labels: tuple[str, ...], kind: str = "token-classification", file: str | None = None
) -> Task:
    changes: dict[str, Any] = {"name": name, "type": kind, "labels": labels, "labels_file": file}
    splits = {split: Split(paths=(split,)) for split in ("train", "test")}
    return fake_task({**changes, "stages": ("intermediate", "target"), "trains_on": ("a",), "splits": splits})


@given(trained=_SETS, target=_SETS)
def test_a_tagger_answers_with_its_own_labels(trained: tuple[str, ...], target: tuple[str, ...]) -> None:
    """A tagger goes with a target that has all of its labels, in any order; a classifier with equal ones."""
    a, b = _task("a", trained), _task("b", target)
    assert (label_clash(a, b) is None) == (set(trained) <= set(target))
    if label_clash(a, b) is None:
        assert sorted([*trained, *untrained_labels(a, b)]) == sorted(target)
    kind = "sequence-classification"
    assert (label_clash(_task("a", trained, kind), _task("b", target, kind)) is None) == (trained == target)


def test_a_clash_names_both_sets() -> None:
    """The sentence says what each task has, and what is asked of them; long sets are shortened."""
    assert label_clash(_task("a", ("X", "Y")), _task("b", ("X",))) == (
        "'a' has the labels X, Y, and 'b' has X: all labels it was trained on must be labels of the target"
    )
    kind = "sequence-classification"
    assert label_clash(_task("a", ("X", "Y"), kind), _task("b", ("Y", "X"), kind)) == (
        "'a' has the labels X, Y, and 'b' has Y, X: both must have the same labels in the same order"
    )
    many = tuple(f"L{number}" for number in range(30))
    clash = label_clash(_task("a", many), _task("b", ("X",)))
    assert clash is not None
    assert "L18, L19, and 10 more, and 'b' has X" in clash


def test_labels_that_a_file_gives() -> None:
    """As long as they are not read, they go with those of the same file alone."""
    one, same, other = (
        _task(name, (), file=f"{file}.json") for name, file in (("a", "x"), ("b", "x"), ("c", "y"))
    )
    assert label_clash(one, same) is None
    clash = label_clash(one, other)
    assert clash is not None
    assert "'a' has the labels those in x.json, and 'c' has those in y.json" in clash
    assert label_clash(one, _task("d", ("X",))) is not None
    assert label_clash(_task("d", ("X",)), one) is not None


def test_tasks_without_labels_go_together() -> None:
    """Question answering and multiple choice have no label sets to compare."""
    assert label_clash(find_task("squad"), find_task("xquad")) is None


def test_fewer_labels_in_training_are_allowed_in_a_study() -> None:
    """Entities without dates may be what a target with dates is trained on, but not the other way round."""
    tasks = {
        **TASKS,
        "a": _task("a", ("O", "B-PER")),
        "b": _task("b", ("O", "B-PER", "B-DATE")),
    }
    check_study(study({"targets": ["b"]}), tasks)
    message = r"Target 'a' cannot train on 'b' has the labels O, B-PER, B-DATE, and 'a' has O, B-PER: "
    with pytest.raises(StudyError, match=message):
        check_study(study({"targets": [{"task": "a", "trains_on": ["b"]}]}), tasks)


def test_a_classifier_needs_the_same_labels() -> None:
    """Two classes cannot answer three, nor three in another order."""
    kind = "sequence-classification"
    tasks = {**TASKS, "a": _task("a", ("no", "yes"), kind), "b": _task("b", ("yes", "no"), kind)}
    with pytest.raises(StudyError, match="'a' has the labels no, yes, and 'b' has yes, no: both must have"):
        check_study(study({"targets": ["b"]}), tasks)


def test_a_head_is_not_trained_on_with_other_labels() -> None:
    """In a chain the next task of the type takes over the head, so its labels must be the same."""
    tasks = {**TASKS, "a": _task("a", ("O", "B-PER")), "b": _task("b", ("O", "B-PER", "B-DATE"))}
    message = r"Target 'b': 'b' would train the head of 'a' on, but their labels differ: 'b' has .*B-DATE"
    with pytest.raises(StudyError, match=message):
        check_study(study({"targets": [{"task": "b", "trains_on": ["a", "b"]}]}), tasks)
    check_study(study({"targets": [{"task": "b", "trains_on": ["squad", "b"]}]}), tasks)


@pytest.mark.parametrize("name", sorted(name for name, task in TASKS.items() if task.trains_on))
def test_every_target_goes_with_what_it_trains_on(name: str) -> None:
    """The label sets of the records themselves go together."""
    task = TASKS[name]
    last = TASKS[task.trains_on[-1]]
    assert last.type != task.type or label_clash(last, task) is None
