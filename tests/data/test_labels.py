"""Tests of label sets that a file gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stiltwalk.data.labels import with_labels
from stiltwalk.data.load import available, fingerprint, load
from stiltwalk.data.verify import inventory, verify
from stiltwalk.spec.errors import DataError, UserError
from stiltwalk.spec.examples import Tagged
from stiltwalk.spec.task import Split, Task

from .fakes import fake_task, write

_MADE = "Ask the LDC for it."


def _task(obtain: str = "") -> Task:
    task = fake_task("tabbed-tags", {"train": Split(paths=("train.tsv",))}, kind="token-classification")
    return task.replace({"labels_file": "ids.json", "obtain": obtain})


def _write(folder: Path, labels: object) -> None:
    write(folder / "train.tsv", "the dog\tDET NOUN\n")
    write(folder / "ids.json.gz", json.dumps(labels))


def test_labels_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    """The file decides the set and its order; a record with labels of its own is left as it is."""
    _write(tmp_path, {"NOUN": 1, "DET": 0})
    task = with_labels(_task(), tmp_path)
    assert task.labels == ("DET", "NOUN")
    assert with_labels(task, None) is task
    plain = fake_task("lines", {"train": Split(paths=("a",))})
    assert with_labels(plain, None) is plain


def test_examples_are_checked_against_the_file(tmp_path: Path) -> None:
    """Loading reads the label set first."""
    _write(tmp_path, {"NOUN": 1, "DET": 0})
    assert load(_task(), "train", "en", tmp_path) == (Tagged("train.tsv:1", ("the", "dog"), ("DET", "NOUN")),)
    _write(tmp_path, {"NOUN": 1, "DETT": 0})
    with pytest.raises(DataError, match=r"line 1: There is no tag 'DET'\. Did you mean 'DETT'\?"):
        load(_task(), "train", "en", tmp_path)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["NOUN"], r"ids\.json\.gz: expected an object of labels and their numbers, found \['NOUN'\]"),
        ({}, "expected an object of labels and their numbers"),
        ({"a": 0, "b": 2}, r"expected the numbers 0 to 1, one for each of 2 labels, found \[0, 2\]"),
        ({"a": 0, "b": 0}, "expected the numbers 0 to 1"),
        ({"a": 0, "b": "1"}, "expected the numbers 0 to 1"),
        ({"a": False, "b": True}, "expected the numbers 0 to 1"),
    ],
)
def test_a_bad_label_file(tmp_path: Path, labels: object, message: str) -> None:
    """The labels must be numbered from 0 on, each with a number of its own."""
    _write(tmp_path, labels)
    with pytest.raises(DataError, match=message):
        with_labels(_task(), tmp_path)


def test_the_label_file_is_part_of_the_content(tmp_path: Path) -> None:
    """Other numbers of the same labels are other data, for they move the head's rows."""
    _write(tmp_path, {"NOUN": 1, "DET": 0})
    before = fingerprint(_task(), "train", "en", tmp_path)
    assert before == fingerprint(_task(_MADE), "train", "en", tmp_path)
    assert before == fingerprint(with_labels(_task(), tmp_path), "train", "en", tmp_path)
    _write(tmp_path, {"NOUN": 0, "DET": 1})
    assert before != fingerprint(_task(), "train", "en", tmp_path)


def test_a_missing_label_file(tmp_path: Path) -> None:
    """Without it the data is not there, and the message says what it is for and how to come by it."""
    write(tmp_path / "train.tsv", "the dog\tDET NOUN\n")
    assert available(_task(), "train", tmp_path) == ()
    (row,) = inventory(_task(), tmp_path)
    assert (row.state, row.files, row.wanted) == ("missing", ("train.tsv",), ("train.tsv", "ids.json"))
    with pytest.raises(DataError, match=r"ids\.json: no such file .* the labels of 'fake'\. Put it there"):
        load(_task(), "train", "en", tmp_path)
    with pytest.raises(DataError, match=r"the labels of 'fake'\. Ask the LDC for it\."):
        fingerprint(_task(_MADE), "train", "en", tmp_path)
    with pytest.raises(UserError, match="--data-dir"):
        with_labels(_task(), None)


def test_whole_data_is_listed_with_its_labels(tmp_path: Path) -> None:
    """The inventory names the label file among what is there."""
    _write(tmp_path, {"NOUN": 1, "DET": 0})
    assert [row.files for row in inventory(_task(), tmp_path)] == [("train.tsv", "ids.json.gz")]
    assert [row.state for row in verify(_task(), tmp_path)] == ["uncounted"]


def test_what_is_missing_says_how_to_obtain_it(tmp_path: Path) -> None:
    """A record's own words on how to come by the files stand in place of the general ones."""
    message = r"Looked below this folder for train\.tsv, ids\.json \(or \.gz\)\. Ask the LDC for it\.$"
    with pytest.raises(DataError, match=message):
        load(_task(_MADE), "train", "en", tmp_path)
    (row,) = verify(_task(_MADE), tmp_path)
    assert row.message.endswith(_MADE)
