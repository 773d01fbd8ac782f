"""Tests of the task record: what it refuses, and the paths it fills in."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from stiltwalk.spec.errors import UserError
from stiltwalk.spec.metrics import SCORERS
from stiltwalk.spec.task import Made, Split
from stiltwalk.spec.tasks import TASKS

from .fakes import fake_task

GERMAN = {"paths": ("b",), "columns": {"text_a": "{x}", "label": "y"}, "languages": ("de",)}
"""A translation into German."""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scorer": "acuracy"}, r"There is no scorer 'acuracy'\. Did you mean 'accuracy'\?"),
        (
            {"splits": {"train": {"paths": ("a",), "languages": ("zhh",)}}},
            r"There is no language 'zhh'\. Did you mean 'zh'\?",
        ),
        (
            {"splits": {"train": {"paths": ("a",), "translated": [{**GERMAN, "languages": ("dxe",)}]}}},
            "There is no language 'dxe'",
        ),
        (
            {"splits": {"train": {"paths": ("a",), "translated": [{**GERMAN, "layout": "squad"}]}}},
            "task 'fake': 'columns' and the layout 'columns' go together",
        ),
        (
            {"splits": {"train": {"paths": ("a",), "translated": [{**GERMAN, "columns": None}]}}},
            "task 'fake': 'columns' and the layout 'columns' go together",
        ),
        (
            {
                "splits": {
                    "train": {"paths": ("a",), "translated": [{**GERMAN, "columns": {"text_a": "{x}"}}]}
                }
            },
            r"columns of 'fake' \(sequence-classification\) lack: label",
        ),
        ({"scorer": None}, "task 'fake' needs a scorer; there is: accuracy, "),
        ({"type": "regression"}, "Input should be 'sequence-classification'"),
        ({"stages": ("middle",)}, "Input should be 'intermediate', 'target' or 'text'"),
        ({"splits": {"validation": {"paths": ("a",)}}}, "Input should be 'train', 'dev' or 'test'"),
    ],
)
def test_a_record_that_cannot_be(changes: dict[str, Any], message: str) -> None:
    """A record that names what does not exist cannot be made."""
    with pytest.raises(ValidationError, match=message):
        fake_task(changes)


def test_patterns_are_filled_in() -> None:
    """Every placeholder takes the language's own spelling; the task's own code goes over ISO 639-3."""
    paths = ("{language}/{iso3}/{name}-*.txt", "{code}.gz")
    task = fake_task({"splits": {"test": Split(paths=paths, languages=("de", "fa"))}, "codes": {"fa": "pes"}})
    assert task.patterns("test", "de") == ("de/deu/German-*.txt", "deu.gz")
    assert task.patterns("test", "fa") == ("fa/fas/Persian-*.txt", "pes.gz")


def test_patterns_of_real_tasks() -> None:
    """Tatoeba's and TyDiQA's files are named by codes of their own."""
    assert TASKS["tatoeba"].patterns("test", "zh") == (
        "tatoeba/v1/tatoeba.cmn-eng.cmn",
        "tatoeba/v1/tatoeba.cmn-eng.eng",
    )
    assert TASKS["tydiqa"].patterns("train", "en") == (
        "tydiqa/tydiqa-goldp-v1.1-train/tydiqa-goldp-train-english.json",
    )


def test_a_split_that_is_not_there() -> None:
    """The message lists the splits there are and says what to do."""
    message = r"Task 'fake' has no split 'dev'\. It has: train\. Use one of those, or add the split"
    with pytest.raises(UserError, match=message):
        fake_task({}).split("dev")


def test_languages_are_those_tested() -> None:
    """A task's languages are those of its test split, or of its text where nothing is tested."""
    train, test = Split(paths=("a",)), Split(paths=("b",), languages=("de", "fr"))
    assert fake_task({"splits": {"train": train, "test": test}}).languages == ("de", "fr")
    assert fake_task({"splits": {"train": train}}).languages == ("en",)


def test_scoring() -> None:
    """A task hands out its scorer's record; raw text has none."""
    assert fake_task({}).scoring == SCORERS["accuracy"]
    with pytest.raises(UserError, match="Task 'fake' is raw text: it has no scorer"):
        _ = fake_task({"scorer": None, "stages": ("text",)}).scoring


def test_a_generated_split() -> None:
    """It says how many examples are made; the seed is 0 unless told, and there are no files."""
    task = fake_task(made_task())
    assert task.split("train").made == Made(examples=5, seed=0)
    assert task.split("test").made == Made(examples=2, seed=7)
    assert task.patterns("train", "en") == ()
    assert task.languages == ("de", "en")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layout": None}, "task 'fake' needs exactly one of 'layout', 'generator' and 'parts'"),
        ({"generator": "nli"}, "task 'fake' needs exactly one of 'layout', 'generator' and 'parts'"),
        ({"splits": {"train": {"made": {"examples": 1}}}}, "split 'train' of 'fake' must be made where"),
        (
            {"splits": {"train": {"paths": ("a",), "made": {"examples": 1}}}},
            "split 'train' of 'fake' must be made where its task is, else found",
        ),
        ({"splits": {"train": {}}}, "split 'train' of 'fake' must be made where its task is, else found"),
    ],
)
def test_files_with_something_made(changes: dict[str, Any], message: str) -> None:
    """A task with files has a layout alone, and paths alone in every split."""
    with pytest.raises(ValidationError, match=message):
        fake_task(changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layout": "lines"}, "needs exactly one of 'layout', 'generator' and 'parts'"),
        ({"splits": {"train": {"paths": ("a",)}}}, "split 'train' of 'fake' must be made where its task is"),
        (
            {
                "splits": {
                    "train": {"made": {"examples": 1}},
                    "dev": {"made": {"examples": 1}, "paths": ("a",)},
                }
            },
            "split 'dev' of 'fake' must be made where its task is",
        ),
        ({"splits": {"test": {}}}, "split 'test' of 'fake' must be made where its task is"),
        ({"splits": {"train": {"made": {"examples": 0}}}}, "greater than or equal to 1"),
        ({"splits": {"train": {"made": {"examples": 1, "sed": 1}}}}, "Extra inputs are not permitted"),
    ],
)
def test_something_made_with_files(changes: dict[str, Any], message: str) -> None:
    """A generated task has a generator alone, and a number of examples alone in every split."""
    with pytest.raises(ValidationError, match=message):
        fake_task({**made_task(), **changes})


def made_task() -> dict[str, Any]:
    """What turns a fake task into a generated one."""
    test = Split(made=Made(examples=2, seed=7), languages=("de", "en"))
    return {
        "layout": None,
        "generator": "nli",
        "splits": {"train": Split(made=Made(examples=5)), "test": test},
    }


@pytest.mark.parametrize("dev", [{}, {"dev": Split(paths=("a",), languages=("de",))}])
def test_a_tuned_task_has_dev_data_in_every_language(dev: dict[str, Split]) -> None:
    """Where a threshold is tuned, no test language may be without dev data; one more is no harm."""
    test = Split(paths=("a",), languages=("de", "fr"))
    with pytest.raises(ValidationError, match="task 'fake' needs a dev split in all of its test languages"):
        fake_task({"scorer": "mining", "splits": {**dev, "test": test}})
    more = Split(paths=("a",), languages=("de", "fr", "ru"))
    assert fake_task({"scorer": "mining", "splits": {"dev": more, "test": test}}).scoring.tuned
