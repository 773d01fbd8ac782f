"""Tests of declaring a task: what may be left out, and what is refused in which words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.own_tasks import LAYOUTS_OF, SCORERS_OF, own_task
from stiltwalk.spec.task import Hub, Task
from stiltwalk.spec.task_files import TEMPLATES, template

FOLDER = Path("/somewhere/tasks")


def _raw(changes: Mapping[str, Any] | None = None, kind: str = "sequence-classification") -> dict[str, Any]:
    """A template's fields with ``changes``; a field that becomes ``None`` is left out."""
    changed = {**yaml.safe_load(template(kind)), **(changes or {})}
    return {name: value for name, value in changed.items() if value is not None}


def _own(changes: Mapping[str, Any] | None = None, kind: str = "sequence-classification") -> Task:
    return own_task(_raw(changes, kind), "my.yaml", FOLDER)


def _columns(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The classification template's columns with ``changes``, as a change of the task."""
    return {"columns": {**_raw()["columns"], **changes}}


def test_what_is_left_out_is_filled_in() -> None:
    """Title, layout, stages, scorer, chain, folder, licence and citation follow from the rest."""
    task = _own()
    assert (task.title, task.layout, task.scorer) == ("my-nli", "columns", "accuracy")
    assert (task.stages, task.trains_on) == (("intermediate", "target"), ("my-nli",))
    assert (task.licence, task.citation, task.folder) == ("not stated", "not stated", str(FOLDER))
    assert task.split("train").paths == ("my-nli/train.csv",)
    assert task.languages == ("en", "de")


@pytest.mark.parametrize(
    ("kind", "scorer", "stages", "chain"),
    [
        ("multiple-choice", "accuracy", ("intermediate", "target"), ("my-choices",)),
        ("token-classification", "ner", ("intermediate", "target"), ("my-entities",)),
        ("question-answering", "squad1", ("intermediate", "target"), ("my-questions",)),
        ("sentence-retrieval", "retrieval-accuracy", ("target",), ()),
        ("masked-lm", None, ("text",), ()),
    ],
)
def test_what_the_type_decides(
    kind: str, scorer: str | None, stages: tuple[str, ...], chain: tuple[str, ...]
) -> None:
    """Each type's template gets its scorer, stages and training chain."""
    task = _own(kind=kind)
    assert (task.scorer, task.stages, task.trains_on) == (scorer, stages, chain)


def test_tags_that_are_no_entities() -> None:
    """Where no label begins with ``B-``, words are counted, not entities."""
    assert _own({"labels": ["NOUN", "VERB"]}, "token-classification").scorer == "tag-accuracy"


def test_a_task_that_is_only_tested() -> None:
    """Without training data it is a target and trains on what it names."""
    splits = {"test": {"paths": "{language}.csv", "languages": ["en", "de"]}}
    task = _own({"splits": splits, "trains_on": ["xnli-like"]})
    assert (task.stages, task.trains_on) == (("target",), ("xnli-like",))


def test_a_task_that_is_only_trained_on() -> None:
    """Without a test split it is an intermediate task."""
    assert _own({"splits": {"train": "train.csv"}}).stages == ("intermediate",)


def test_numbers_are_labels() -> None:
    """YAML's numbers stand for their digits, in labels and in what cells are read as."""
    task = _own({"labels": [0, 1], **_columns({"labels": {-1: 0, 2: 1}, "unlabelled": [9]})})
    assert task.labels == ("0", "1")
    assert task.columns is not None
    assert (task.columns.labels, task.columns.unlabelled) == ({"-1": "0", "2": "1"}, ("9",))


def test_a_task_on_the_hub() -> None:
    """Where the data comes from a hub, it lies in the data folder, and its rows are read as the task's."""
    splits = {"train": None, "test": {"languages": ["en", "de"]}}
    hub = {"id": "me/mine", "config": "{language}", "splits": {"train": "train", "test": "test"}}
    task = _own({"splits": splits, "hub": hub})
    assert (task.folder, task.layout) == (None, "columns")
    assert isinstance(task.hub, Hub)
    assert task.hub.columns == task.columns
    # the columns may as well stand with the hub
    other = _own({"splits": splits, "hub": {**hub, "columns": _raw()["columns"]}, "columns": None})
    assert other.model_dump() == task.model_dump()


@pytest.mark.parametrize(
    ("given", "folder"),
    [(None, None), ("data", "/somewhere/tasks/data"), ("../x", "/somewhere/x"), ("/abs", "/abs")],
)
def test_the_folder_paths_start_from(given: str | None, folder: str | None) -> None:
    """It may be named, from the file's own folder on; ``null`` stands for the data folder."""
    assert own_task({**_raw(), "folder": given}, "my.yaml", FOLDER).folder == folder


@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_record_read_again_is_the_same(kind: str) -> None:
    """What was filled in, written out and read from elsewhere, changes nothing."""
    task = _own(kind=kind)
    again = own_task(task.model_dump(mode="json", exclude_unset=True), "kept", Path("/elsewhere"))
    assert again.model_dump() == task.model_dump()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lables": ["a"]}, r"lables: there is no such field\. Did you mean 'labels'\?"),
        ({"name": None}, r"name: expected, such as name: my-nli"),
        ({"type": None}, r"type: expected, such as type: sequence-classification"),
        ({"splits": None}, r"splits: expected, such as splits: \{train: train\.csv"),
        ({"columns": None}, r"columns: expected, such as columns: \{text_a: '\{premise\}', label: gold\}"),
        ({"type": "classification"}, r"type: expected 'sequence-classification', .*'classification'"),
        ({"name": "squad"}, r"name: 'squad' is the name of a task that is there already\. Choose another"),
        ({"name": "My task"}, r"name: expected small letters, digits, \+ and -.*found 'My task'"),
        ({"name": "none"}, r"name: 'none' means something else"),
        ({"name": "mine+mlm"}, r"name: 'mine\+mlm' means something else"),
        ({"name": "xtreme"}, r"name: 'xtreme' means something else"),
        ({"generator": "nli"}, r"generator is for tasks of this package; say where the data is: splits"),
        ({"scorer": "acuracy"}, r"There is no scorer 'acuracy'\. Did you mean 'accuracy'\?"),
        ({"scorer": "squad1"}, r"scorer: 'squad1' does not score sequence-classification\. Use accuracy or"),
        ({"layout": "conllu", "columns": None}, r"layout: 'conllu' is no layout of sequence-class.*columns"),
        (
            _columns({"lines": True}),
            r"columns\.lines: only raw text \(masked-lm\) is divided into lines; sequence-class.* Drop it\.",
        ),
        (
            {
                "splits": {
                    "train": {
                        "paths": "a",
                        "translated": [{"paths": ["b"], "layout": "conllu", "languages": ["de"]}],
                    }
                }
            },
            r"splits\.train\.translated\.0\.layout: 'conllu' is no layout of sequence-class.* Use columns\.",
        ),
        ({"trains_on": "squad"}, r"trains_on: expected a list such as \[a, b\], found 'squad'"),
    ],
)
def test_what_is_wrong_with_a_field(changes: dict[str, Any], message: str) -> None:
    """The file and the field are named, with what was expected."""
    with pytest.raises(StudyError, match=r"^my\.yaml[\s\S]*" + message):
        _own(changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": None}, r"labels: sequence-classification needs its labels.*found none"),
        ({"labels": ["entailment"]}, r"labels: .* needs its labels.*found entailment"),
        ({"labels": ["a", "b", "a"]}, r"labels: a stands there twice"),
        ({"labels": ["yes", False]}, r"labels\.1: .*found False\. YAML reads yes, no, .* quotation marks"),
        (
            {"labels": ["entailment", "neutral", "contradict"]},
            r"columns\.labels\.2: 'contradiction' is not among the labels\. Did you mean 'contradict'\?",
        ),
        ({"tag_map": {0: "x"}}, r"tag_map\.0: 'x' is not among the labels"),
    ],
)
def test_what_is_wrong_with_labels(changes: dict[str, Any], message: str) -> None:
    """Labels are there where the type needs them, once each, and all that is read is among them."""
    with pytest.raises(StudyError, match=message):
        _own(changes)


def test_labels_where_there_are_none() -> None:
    """Where the type has no labels, naming some would change nothing, and is refused."""
    with pytest.raises(StudyError, match=r"labels: multiple-choice has none; columns\.labels says"):
        _own({"labels": ["A", "B"]}, "multiple-choice")
    columns = {**_raw(kind="multiple-choice")["columns"], "labels": {"A": "first"}}
    with pytest.raises(StudyError, match=r"columns\.labels\.A: expected the choice's number.*'first'"):
        _own({"columns": columns}, "multiple-choice")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text_a": "premise"}, r"columns\.text_a: 'premise' names no column\. .*\"\{premise\}\""),
        ({"text_a": {"premise": None}}, r"columns\.text_a: .*Put quotation marks around it: \"\{premise\}\""),
        ({"label": "{gold}"}, r"columns\.label: expected the name of one column, without braces"),
        ({"label": None}, r"columns of 'my-nli' \(sequence-classification\) lack: label"),
        ({"texta": "{a}"}, r"columns\.texta: there is no such field\. Did you mean 'text_a'\?"),
    ],
)
def test_what_is_wrong_with_columns(changes: dict[str, Any], message: str) -> None:
    """Templates name columns in braces, columns are named without, and what the type needs is there."""
    with pytest.raises(StudyError, match=message):
        _own(_columns(changes))


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        ({"trian": "x.csv"}, r"splits\.trian\.\[key\]: expected 'train', 'dev' or 'test'"),
        ({"train": {"path": "x.csv"}}, r"splits\.train\.path: .* Did you mean 'paths'\?"),
        ({"train": None}, r"split 'train' of 'my-nli' must be made where its task is, else found: by paths"),
        ({"dev": "x.csv"}, r"splits: expected English training data \(train\) or a test split \(test\)"),
        (
            {"train": {"paths": "x.csv", "languages": ["de"]}},
            r"splits: expected English training data",
        ),
        (
            {"test": {"paths": "x.csv", "languages": ["en", "de"]}},
            r"splits\.test: every language would be read from the same rows\. Put \{language\} in paths",
        ),
        ({"test": "{language}.csv"}, r"splits\.test\.languages: expected codes such as \[en, de\]"),
        ({"test": "{lang}.csv"}, r"splits\.test: '\{lang\}' in '\{lang\}\.csv' is not known\. .*\{iso3\}"),
        ({"test": "{lang.csv"}, r"splits\.test: '\{lang\.csv' is no pattern"),
        ({"test": {"paths": "{language}", "languages": ["englisch"]}}, r"There is no language 'englisch'"),
    ],
)
def test_what_is_wrong_with_splits(splits: dict[str, Any], message: str) -> None:
    """Splits are known, found somewhere, and told apart by language."""
    with pytest.raises(StudyError, match=message):
        _own({"splits": splits})


def test_paths_and_a_hub() -> None:
    """Where both are named it would not be clear which data is meant."""
    with pytest.raises(StudyError, match="hub: the data is found by paths or on a hub, not both"):
        _own({"hub": {"id": "me/mine", "splits": {"train": "train"}}})


def test_retrieval_is_not_trained_on() -> None:
    """Pairs of sentences of the ``columns`` layout are for tests."""
    splits = {"train": "x.tsv", **_raw(kind="sentence-retrieval")["splits"]}
    with pytest.raises(StudyError, match=r"splits\.train: pairs of sentences are only tested"):
        _own({"splits": splits}, "sentence-retrieval")
    with pytest.raises(StudyError, match=r"scorer: 'map@20' does not score .*Use retrieval-accuracy\."):
        _own({"scorer": "map@20"}, "sentence-retrieval")


def test_tables_know_every_type() -> None:
    """Scorers and layouts are listed for the same types, and each has a template."""
    assert tuple(SCORERS_OF) == tuple(LAYOUTS_OF) == TEMPLATES


@given(st.text("ab0+-_./, ", max_size=5))
def test_a_name_is_safe_or_refused(name: str) -> None:
    """No name that is accepted could be taken for a path, a list of names or an option."""
    try:
        accepted = _own({"name": name or "-"}).name
    except StudyError:
        return
    assert not set(accepted) & set("/\\., _")
    assert not accepted.startswith("-")
