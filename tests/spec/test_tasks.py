"""Tests of the table of tasks: its own rules, and those every record must keep."""

from __future__ import annotations

import pytest

from stiltwalk.spec.errors import UnknownNameError
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.recipes import RECIPES, check_override
from stiltwalk.spec.task import Split
from stiltwalk.spec.tasks import TASKS, catalogue, find_task

from .fakes import fake_task


def test_two_tasks_of_one_name() -> None:
    """A name belongs to one record."""
    with pytest.raises(ValueError, match="two task records are called 'fake'"):
        catalogue((fake_task({}),), (fake_task({}),))


def test_training_on_an_unknown_task() -> None:
    """A record cannot need the training of a task that is not there."""
    with pytest.raises(ValueError, match=r"There is no task 'fakes'\. Did you mean 'fake'\?"):
        catalogue((fake_task({"trains_on": ("fakes",)}),))


def test_records_may_refer_forward() -> None:
    """The order of groups does not matter to what a record trains on."""
    late = fake_task({"name": "late"})
    assert list(catalogue((fake_task({"trains_on": ("late",)}),), (late,))) == ["fake", "late"]


def test_unknown_task() -> None:
    """An unknown task gets the nearest known one."""
    with pytest.raises(UnknownNameError, match=r"There is no task 'sqaud'\. Did you mean 'squad'\?"):
        find_task("sqaud")


@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_record_is_complete(name: str) -> None:
    """Each record can stand where it says it can, and its facts fit together."""
    task = TASKS[name]
    with_head = task.type != "sentence-retrieval" or task.scoring.ranks
    assert task.licence
    assert task.citation
    if "target" in task.stages:
        assert "test" in task.splits
        # an encoder's own states need no training, but may have it
        assert task.trains_on or not with_head
    if "intermediate" in task.stages:
        assert SOURCE_LANGUAGE in task.split("train").languages
    if task.type == "token-classification":
        assert (task.labels_file is not None and not task.labels) or (
            len(set(task.labels)) == len(task.labels) > 1
        )
    for needed in task.trains_on:
        assert SOURCE_LANGUAGE in TASKS[needed].split("train").languages
    if task.trains_on and with_head:
        assert TASKS[task.trains_on[-1]].type == task.type


@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_split_is_consistent(name: str) -> None:
    """Counts belong to languages of the split, codes to languages of the task, paths to the data folder."""
    task = TASKS[name]
    spoken = {code for split in task.splits.values() for code in split.languages}
    assert set(task.codes) <= spoken
    for split, record in task.splits.items():
        assert len(set(record.languages)) == len(record.languages)
        assert set(record.expected) <= set(record.languages)
        assert 0 <= record.share[0] < record.share[1] <= 1
        for code in record.languages:
            patterns = task.patterns(split, code)
            assert bool(patterns) == (record.made is None and not task.parts)
            assert not any(path.startswith("/") or ".." in path or "{" in path for path in patterns)


@pytest.mark.parametrize("name", sorted(TASKS))
def test_hyper_parameters_of_a_record(name: str) -> None:
    """What a record sets differently belongs to a recipe that exists and names hyper-parameters."""
    for recipe, stages in TASKS[name].training.items():
        assert recipe in RECIPES
        for stage, override in stages.items():
            check_override(override, f"{name}.{recipe}.{stage}")


def test_published_counts() -> None:
    """Sizes of training data as the protocol gives them."""
    assert TASKS["squad"].split("train").expected == {"en": 87599}
    assert TASKS["commonsenseqa"].split("train").expected == {"en": 9741}


def test_shares_of_one_file_do_not_meet() -> None:
    """Train and dev cut from one file by document hash have no document in common."""
    for task in TASKS.values():
        train, dev = (task.splits.get(name, Split(paths=())) for name in ("train", "dev"))
        if set(train.paths) & set(dev.paths):
            assert train.share[0] >= dev.share[1] or dev.share[0] >= train.share[1], task.name
