"""Tests of reading tasks that a user declared: from their own folder, and keyed by all that decides."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from stiltwalk.data.load import available, fingerprint, load
from stiltwalk.data.verify import inventory, verify
from stiltwalk.spec.errors import DataError, UserError
from stiltwalk.spec.examples import Aligned, Answer, Choices, Classified, Line, Question, Tagged
from stiltwalk.spec.own_tasks import own_task
from stiltwalk.spec.task import Task
from stiltwalk.spec.task_files import named_task, template
from tests.declared import SPLITS, write_declared
from tests.worlds import sentence

FIRST = " ".join(sentence("de", 60))
"""The first German test sentence: ``SPLITS`` begins its tests there."""


def _declared(folder: Path, kind: str, changes: Mapping[str, Any] | None = None) -> Task:
    return named_task(str(write_declared(folder, kind, changes)))


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("sequence-classification", Classified("1", FIRST, FIRST, 0)),
        (
            "multiple-choice",
            Choices(
                "1", f"{FIRST} {sentence('de', 60)[3]}", (sentence("de", 60)[8], sentence("de", 60)[2]), 1
            ),
        ),
        (
            "token-classification",
            Tagged("1", tuple(sentence("de", 60)), tuple("O O B-PER O O O O B-LOC I-LOC O".split())),
        ),
        (
            "question-answering",
            Question("q60", "im das ?", FIRST, (Answer(sentence("de", 60)[8], FIRST.rfind(" ", 0, -2) + 1),)),
        ),
    ],
)
def test_every_template_is_read(tmp_path: Path, kind: str, first: object) -> None:
    """CSV, TSV, JSON lines and Parquet become examples, with no data folder named."""
    task = _declared(tmp_path, kind)
    for stem, language, _, count in SPLITS:
        split = task.split(stem.partition(".")[0])  # type: ignore[arg-type]  # the stems are splits' names
        assert language in split.languages
        assert len(load(task, stem.partition(".")[0], language, None)) == count  # type: ignore[arg-type]
    assert load(task, "test", "de", None)[0] == first


def test_retrieval_and_text_are_read(tmp_path: Path) -> None:
    """Pairs of sentences, and lines of raw text."""
    pairs = load(_declared(tmp_path, "sentence-retrieval"), "test", "fr", None)
    assert pairs[3] == Aligned("4", " ".join(sentence("fr", 3)), " ".join(sentence("en", 3)))
    lines = load(_declared(tmp_path, "masked-lm"), "train", "de", None)
    assert isinstance(lines[0], Line)
    assert (len(lines), lines[0].text) == (40, " ".join(sentence("de", 0)))


def test_where_files_are_looked_for(tmp_path: Path) -> None:
    """In the task file's folder whatever the data folder; in the latter where ``folder`` is null."""
    task = _declared(tmp_path / "own", "sequence-classification")
    assert available(task, "test", None) == available(task, "test", tmp_path / "no") == ("en", "de")
    moved = task.replace({"folder": None})
    assert available(moved, "test", tmp_path / "own") == ("en", "de")
    with pytest.raises(UserError, match="Where are the original data files of 'my-nli'"):
        available(moved, "test", None)


def test_absolute_paths(tmp_path: Path) -> None:
    """A path may be absolute, with stars and languages in it; its files are listed in full."""
    write_declared(tmp_path / "data", "sequence-classification")
    splits = {"test": {"paths": f"{tmp_path}/data/*/test.{{language}}.csv", "languages": ["en", "de"]}}
    raw = {**yaml.safe_load(template("sequence-classification")), "splits": splits}
    task = own_task(raw, "here", tmp_path / "elsewhere")
    assert len(load(task, "test", "de", None)) == 8
    row = inventory(task, None)[0]
    assert (row.state, row.files) == ("present", (f"{tmp_path}/data/my-nli/test.en.csv",))


def test_one_table_for_all_languages(tmp_path: Path) -> None:
    """Rows may be told apart by a column; a language without rows is not there."""
    (tmp_path / "all.csv").write_text("lang,text,gold\nen,one,a\nde,zwei,b\nen,three,b\n", encoding="utf-8")
    columns = {"text_a": "{text}", "label": "gold", "where": {"lang": "{language}"}}
    splits = {"test": {"paths": "all.csv", "languages": ["en", "de", "fr"]}}
    raw = {"name": "mine", "type": "sequence-classification", "labels": ["a", "b"]}
    task = own_task({**raw, "columns": columns, "splits": splits}, "here", tmp_path)
    assert load(task, "test", "en", None) == (
        Classified("1", "one", None, 0),
        Classified("2", "three", None, 1),
    )
    assert available(task, "test", None) == ("en", "de")


def test_inventory_and_verify(tmp_path: Path) -> None:
    """Files are listed below the task's folder; counts stand beside those that are expected."""
    splits = {
        "train": "my-nli/train.csv",
        "test": {"paths": "my-nli/test.{language}.csv", "languages": ["en", "fr"], "expected": {"en": 9}},
    }
    task = _declared(tmp_path, "sequence-classification", {"splits": splits})
    rows = {(row.split, row.language): row for row in inventory(task, None)}
    assert rows["train", "en"].files == ("my-nli/train.csv",)
    assert (rows["test", "fr"].state, rows["test", "fr"].wanted) == ("missing", ("my-nli/test.fr.csv",))
    states = {(row.split, row.language): row for row in verify(task, None)}
    assert states["train", "en"].state == "uncounted"
    assert (states["test", "en"].state, states["test", "en"].examples) == ("fewer", 8)
    missing = states["test", "fr"]
    assert missing.state == "missing"
    assert missing.message.startswith(f"{tmp_path}: no data of task 'my-nli', split 'test', language 'fr'.")
    assert "or mend the paths in the task file" in missing.message


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        (
            "sequence-classification",
            {"columns": {"text_a": "{premise}", "label": "golden"}},
            r"train\.csv, line 2: expected the column 'golden', found premise, .* Did you mean 'gold'",
        ),
        (
            "sequence-classification",
            {"columns": {"text_a": "{premise}", "label": "gold"}},
            r"train\.csv, line 2: there is no label \(column 'gold'\) '0'\.",
        ),
        ("token-classification", {"labels": ["O", "B-PER", "I-PER"]}, r"train\.jsonl, line 1: .*'B-LOC'"),
        (
            "multiple-choice",
            {"columns": {"prompt": "{story}", "choices": ["{first}"], "label": "answer"}},
            r"train\.tsv, line 2: expected the right choice in the column 'answer' \(0\), found 'B'",
        ),
        (
            "question-answering",
            {"columns": {"question": "{question}", "context": "context", "answers": "id"}},
            r"train\.parquet: row 1: expected the column '(id\.)?text'",
        ),
    ],
)
def test_what_is_wrong_with_a_file(
    tmp_path: Path, kind: str, changes: Mapping[str, Any], message: str
) -> None:
    """A missing column and an unknown label are named with file and line, and with what there is."""
    with pytest.raises(DataError, match=message):
        load(_declared(tmp_path, kind, changes), "train", "en", None)


def test_another_task_of_the_same_name(tmp_path: Path) -> None:
    """Whatever of a record decides results tells two tasks of one name and the same files apart."""
    kind = "token-classification"
    plain = _declared(tmp_path / "a", kind)
    prints = {"plain": fingerprint(plain, "test", "de", None)}
    splits = dict(yaml.safe_load(template(kind))["splits"])
    others: dict[str, dict[str, Any]] = {
        "scorer": {"scorer": "tag-accuracy"},
        "labels": {"labels": ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]},
        "tag_map": {"tag_map": {"B-PER": "O"}},
        "columns": {"columns": {"words": "tokens", "tags": "tags", "id": "{tokens}"}},
        "expected": {"splits": {**splits, "test": {**splits["test"], "expected": {"de": 9}}}},
    }
    for what, changes in others.items():
        prints[what] = fingerprint(_declared(tmp_path / what, kind, changes), "test", "de", None)
    assert len(set(prints.values())) == len(prints)
    assert None not in prints.values()
    # of training data it does not matter how many test examples there should be, nor where it lies
    same = _declared(tmp_path / "expected", kind, others["expected"])
    assert fingerprint(same, "train", "en", None) == fingerprint(plain, "train", "en", None)


def test_another_type_with_the_same_files(tmp_path: Path) -> None:
    """Type and layout are part of the fingerprint, though the files are the same."""
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    raw: dict[str, Any] = {"name": "mine", "type": "masked-lm", "splits": {"train": "a.txt"}}
    lines = own_task({**raw, "layout": "lines"}, "here", tmp_path)
    table = own_task({**raw, "columns": {"line": "{text}", "header": ["text"]}}, "here", tmp_path)
    assert load(lines, "train", "en", None)[0] != load(table, "train", "en", None)[0]
    assert fingerprint(lines, "train", "en", None) != fingerprint(table, "train", "en", None)
