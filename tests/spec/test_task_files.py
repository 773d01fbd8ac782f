"""Tests of naming a task by the path of its file, wherever tasks are named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from stiltwalk.spec.errors import StudyError, UnknownNameError, UserError
from stiltwalk.spec.record import parse
from stiltwalk.spec.study import Study, catalogue_of
from stiltwalk.spec.study_files import read_study, study_from
from stiltwalk.spec.task_files import named_task, template
from stiltwalk.spec.tasks import TASKS
from tests.declared import own_study, write_declared
from tests.spec.fakes import SMALL


def _file(path: Path, changes: Mapping[str, Any], kind: str = "sequence-classification") -> Path:
    """A template's task with ``changes``, as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({**yaml.safe_load(template(kind)), **changes}), encoding="utf-8")
    return path


def _study(path: Path, changes: Mapping[str, Any]) -> Path:
    path.write_text(yaml.safe_dump({**SMALL, **changes}), encoding="utf-8")
    return path


def test_a_study_names_files(tmp_path: Path) -> None:
    """Arms, targets and chains may be files, from the study's own folder on; names stand in their place."""
    _file(tmp_path / "tasks" / "nli.yaml", {})
    _file(tmp_path / "tasks" / "tested.yml", {"name": "tested", "splits": {"test": "test.csv"}})
    targets = ["xquad", {"task": "tasks/tested.yml", "trains_on": ["tasks/nli.yaml"]}]
    arm = {"task": "tasks/nli.yaml", "masked_lm": {"text": ["udhr"]}}
    several = {"tasks": ["squad", "tasks/nli.yaml"]}
    path = _study(tmp_path / "study.yaml", {"targets": targets, "intermediate": ["squad", arm, several]})
    study = read_study(path, {})
    assert study.arms == ("none", "squad", "my-nli+mlm", "squad+my-nli")
    assert [target.task for target in study.targets] == ["xquad", "tested"]
    assert study.targets[1].trains_on == ("my-nli",)
    assert {task.name for task in study.tasks} == {"my-nli", "tested"}
    assert {task.folder for task in study.tasks} == {str(tmp_path / "tasks")}


def test_raw_text_of_ones_own(tmp_path: Path) -> None:
    """Text to pretrain on, or to mix in, may be a file as well."""
    text = str(write_declared(tmp_path, "masked-lm"))
    arm = {"task": "squad", "masked_lm": {"text": [text]}}
    study = study_from(own_study(tmp_path, {"targets": ["xquad"], "intermediate": [arm]}), "here")
    assert study.raw_text == ("my-text",)


def test_tasks_of_a_study(tmp_path: Path) -> None:
    """The field ``tasks`` holds files and whole declarations, whose names are then known."""
    file = _file(tmp_path / "nli.yaml", {})
    inline = {**yaml.safe_load(template("token-classification")), "name": "inline"}
    path = _study(
        tmp_path / "study.yaml",
        {
            "tasks": ["nli.yaml", inline],
            "targets": ["inline"],
            "intermediate": ["my-nli"],
            "recipe": {"tasks": {"my-nli": {"epochs": 1}}},
        },
    )
    study = read_study(path, {})
    assert {task.name: task.folder for task in study.tasks} == {
        "my-nli": str(tmp_path),
        "inline": str(tmp_path),
    }
    assert catalogue_of(study)["my-nli"].model_dump() == named_task(str(file)).model_dump()
    assert "my-nli" not in TASKS


def test_a_kept_study_needs_no_file(tmp_path: Path) -> None:
    """The records travel with the study: written out and read again, it is the same without the files."""
    file = _file(tmp_path / "nli.yaml", {})
    study = study_from({**SMALL, "targets": [str(file)]}, "here")
    file.unlink()
    kept = yaml.safe_load(yaml.safe_dump(study.model_dump(mode="json")))
    assert parse(Study, kept, "kept").model_dump() == study.model_dump()
    again = study_from(study.model_dump(mode="json", exclude_unset=True), "kept", {"seeds": 2})
    assert again.tasks[0].model_dump() == study.tasks[0].model_dump()


def test_an_override_names_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command line names is looked for from the current folder."""
    _file(tmp_path / "here" / "nli.yaml", {})
    monkeypatch.chdir(tmp_path / "here")
    study = read_study(_study(tmp_path / "study.yaml", {}), {"targets.0": "nli.yaml", "seeds": 1})
    assert (study.targets[0].task, study.tasks[0].folder) == ("my-nli", str(tmp_path / "here"))
    changed = read_study(
        _study(tmp_path / "study.yaml", {"targets": ["here/nli.yaml"]}), {"tasks.0.title": "T"}
    )
    assert changed.tasks[0].title == "T"


def test_a_file_that_trains_on_another(tmp_path: Path) -> None:
    """A chain may lead through files, from each file's own folder on."""
    _file(tmp_path / "deep" / "nli.yaml", {})
    tested = {"name": "tested", "splits": {"test": "t.csv"}, "trains_on": ["deep/nli.yaml"]}
    file = _file(tmp_path / "tested.yaml", tested)
    study = study_from({**SMALL, "targets": [str(file)]}, "here")
    assert {task.name for task in study.tasks} == {"my-nli", "tested"}
    assert named_task(str(file)).trains_on == ("my-nli",)


def test_a_file_named_twice(tmp_path: Path) -> None:
    """The same file in two places is one task."""
    file = str(_file(tmp_path / "nli.yaml", {}))
    study = study_from({**SMALL, "targets": [file], "intermediate": [file], "tasks": [file]}, "here")
    assert [task.name for task in study.tasks] == ["my-nli"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"targets": ["none.yaml"]}, r"Cannot read the task file .*none\.yaml: No such file"),
        ({"targets": ["list.yaml"]}, r"list\.yaml holds no task: expected fields such as 'name:'"),
        ({"targets": ["broken.yaml"]}, r"broken\.yaml is not valid YAML"),
        ({"targets": ["twice.yaml"]}, r"twice\.yaml is not valid YAML: name stands twice"),
        ({"targets": ["taken.yaml"]}, r"taken\.yaml is not a valid task:\n  name: 'xquad' is the name of"),
        ({"targets": ["nli.yaml", "other.yaml"]}, r"nli\.yaml and .*other\.yaml both declare .*'my-nli'"),
        ({"targets": ["chain.yaml"]}, r"chain\.yaml: trains_on: There is no task 'sqaud'.*'squad'"),
        ({"targets": ["circle.yaml"]}, r"circle\.yaml: trains_on leads back to this file"),
        ({"targets": ["alone.yaml"]}, r"'alone' is sequence-classification and must be trained: name a task"),
        ({"intermediate": ["alone.yaml"]}, r"'alone' cannot be an intermediate arm: it has no labelled"),
        ({"tasks": [{"name": "x"}]}, r"study\.yaml, tasks\.0 is not a valid task:\n  type: expected"),
        ({"tasks": "nli.yaml"}, r"study\.yaml is not a valid study:\n  tasks: expected a list"),
        ({"tasks": [3]}, r"tasks\.0: expected a mapping .*found 3"),
    ],
)
def test_what_is_wrong(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    """A file that is missing, broken, taken, double or circular is refused with file and cure."""
    _file(tmp_path / "nli.yaml", {})
    _file(tmp_path / "other.yaml", {"title": "another"})
    _file(tmp_path / "taken.yaml", {"name": "xquad"})
    _file(tmp_path / "chain.yaml", {"trains_on": ["sqaud"]})
    _file(tmp_path / "circle.yaml", {"trains_on": ["circle.yaml"]})
    _file(tmp_path / "alone.yaml", {"name": "alone", "splits": {"test": "test.csv"}})
    for name, text in (("list", "- a"), ("broken", "name: [a"), ("twice", "name: a\nname: b")):
        (tmp_path / f"{name}.yaml").write_text(text)
    with pytest.raises(UserError, match=message):
        read_study(_study(tmp_path / "study.yaml", changes), {})


def test_a_task_that_is_only_tested_can_be_evaluated(tmp_path: Path) -> None:
    """Where nothing is trained, nothing has to be named to train on; a misplaced task is still refused."""
    alone = _file(tmp_path / "alone.yaml", {"name": "alone", "splits": {"test": "test.csv"}})
    assert study_from({**SMALL, "targets": [str(alone)]}, "here", trained=False).tasks[0].name == "alone"
    train = _file(tmp_path / "train.yaml", {"splits": {"train": "train.csv"}})
    with pytest.raises(StudyError, match="'my-nli' is no target task"):
        study_from({**SMALL, "targets": [str(train)]}, "here", trained=False)


def test_named_task(tmp_path: Path) -> None:
    """A name or a file; either may be unknown."""
    assert named_task("xquad") is TASKS["xquad"]
    assert named_task(str(_file(tmp_path / "nli.yaml", {}))).name == "my-nli"
    with pytest.raises(UnknownNameError, match="Did you mean 'xquad'"):
        named_task("xqad")
    with pytest.raises(StudyError, match="trains_on: There is no task 'sqaud'"):
        named_task(str(_file(tmp_path / "chain.yaml", {"trains_on": ["sqaud"]})))


def test_no_such_template() -> None:
    """The nearest type is suggested."""
    with pytest.raises(UnknownNameError, match=r"no task type 'question'.*multiple-choice"):
        template("question")
