"""Tests of making examples of the rows of a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from stiltwalk.data.columns import left_out, of_language, read
from stiltwalk.spec.columns import Columns
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Aligned, Answer, Choices, Classified, Example, Line, Question, Tagged
from stiltwalk.spec.task import Split, Task, TaskType

from .fakes import write


def _task(
    kind: TaskType, columns: Columns, labels: tuple[str, ...] = (), tag_map: Mapping[str, str] | None = None
) -> Task:
    return Task(
        name="fake",
        title="Fake",
        type=kind,
        stages=("text",),
        layout="columns",
        columns=columns,
        labels=labels,
        tag_map=tag_map or {},
        splits={"train": Split(paths=("a",))},
        scorer=None,
        licence="none",
        citation="none",
    )


def _read(task: Task, folder: Path, *rows: Mapping[str, Any], language: str = "en") -> list[Example]:
    path = write(folder / "a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    return [grouped.example for grouped in read(task, language, (path,))]


_PAIR = Columns(
    text_a="{one}", text_b="{two}", label="gold", labels={"0": "no", "1": "yes"}, unlabelled=("-",)
)
_PAIRS = _task("sequence-classification", _PAIR, ("yes", "no"))


def test_pairs(tmp_path: Path) -> None:
    """Labels are looked up by name; rows without one are left out, but still counted in the ids."""
    rows = [{"one": "a", "two": "b", "gold": label} for label in (0, "-", "yes")]
    assert _read(_PAIRS, tmp_path, *rows) == [Classified("1", "a", "b", 1), Classified("3", "a", "b", 0)]


def test_lines_of_a_text(tmp_path: Path) -> None:
    """A text is whole unless its lines are asked for; then they are stripped, and blank ones left out."""
    rows = [{"t": "one\n\n two ", "g": "x"}, {"t": "three", "g": "y"}]
    whole = _task("masked-lm", Columns(line="{t}"))
    assert _read(whole, tmp_path, *rows) == [Line("1", "one\n\n two "), Line("2", "three")]
    lines = _task("masked-lm", Columns(line="{t}", lines=True, group="{g}"))
    assert _read(lines, tmp_path, *rows) == [Line("1:1", "one"), Line("1:3", "two"), Line("2:1", "three")]
    assert [grouped.group for grouped in read(lines, "en", (tmp_path / "a.jsonl",))] == ["x", "x", "y"]
    with pytest.raises(DataError, match="line 1: the column 't' is empty"):
        _read(lines, tmp_path, {"t": " ", "g": "x"})
    blank = _task("masked-lm", Columns(line="{t}", lines=True, blank=("t",)))
    assert _read(blank, tmp_path, {"t": "\n"}, *rows[1:]) == [Line("2:1", "three")]


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        (_PAIR, None),
        (_PAIR.replace({"gaps": True}), ["1", "5"]),
        (_PAIR.replace({"gaps": True, "blank": ("two",)}), ["1", "3", "5"]),
    ],
)
def test_gaps(tmp_path: Path, columns: Columns, kept: list[str] | None) -> None:
    """Rows with a blank text are an error, or left out where gaps are known; the others keep their number."""
    texts = (("a", "b"), (" ", "b"), ("a", ""), ("", ""), ("c", "d"))
    rows = [{"one": one, "two": two, "gold": 1} for one, two in texts]
    task = _task("sequence-classification", columns, ("yes", "no"))
    if kept is None:
        with pytest.raises(DataError, match="line 2: the column 'one' is empty"):
            _read(task, tmp_path, *rows)
    else:
        assert [example.id for example in _read(task, tmp_path, *rows)] == kept
    unlabelled = {"one": "", "two": "", "gold": "-"}
    path = write(tmp_path / "b.jsonl", "".join(json.dumps(row) + "\n" for row in (*rows, unlabelled)))
    assert left_out(task, "en", (path,)) == (0 if kept is None else 5 - len(kept))


def test_single_texts(tmp_path: Path) -> None:
    """Without a second template there is no second text; a template may join columns."""
    columns = Columns(text_a="{x.y}: {z}", label="gold", id="n{z}")
    task = _task("sequence-classification", columns, ("yes",))
    assert _read(task, tmp_path, {"x": {"y": "a"}, "z": 7, "gold": "yes"}) == [
        Classified("n7", "a: 7", None, 0)
    ]


def test_choices(tmp_path: Path) -> None:
    """Choices stand in columns of their own or in a list; the right one is given by name or number."""
    own = Columns(
        prompt="{p} {ask}",
        choices=("{c1}", "{c2}"),
        label="gold",
        labels={"A": "0", "B": "1"},
        values={"ask": {"cause": "Why?"}},
    )
    row: dict[str, Any] = {"p": "It rained.", "ask": "cause", "c1": "x", "c2": "y", "gold": "B"}
    assert _read(_task("multiple-choice", own), tmp_path, row) == [
        Choices("1", "It rained. Why?", ("x", "y"), 1)
    ]
    listed = Columns(prompt="{p}", choice_list="c.text", choice="{q} {choice}", label="gold", blank=("q",))
    row = {"p": "p", "q": "", "c": {"text": ["x", "y"]}, "gold": 1}
    assert _read(_task("multiple-choice", listed), tmp_path, row) == [Choices("1", "p", (" x", " y"), 1)]


def test_tags(tmp_path: Path) -> None:
    """Words and tags pair up; the record's map says what a tag is read as."""
    task = _task("token-classification", Columns(words="w", tags="t"), ("O", "B"), {"OTH": "O"})
    assert _read(task, tmp_path, {"w": ["a", 2], "t": ["B", "OTH"]}) == [Tagged("1", ("a", "2"), ("B", "O"))]


def test_questions(tmp_path: Path) -> None:
    """Answers are lists beside each other; the group is what a split is shared out by."""
    columns = Columns(id="{id}", group="{title}", question="{q}", context="c", answers="a")
    task = _task("question-answering", columns).replace({"scorer": "squad1"})
    row = {"id": "x", "title": "t", "q": "who?", "c": "A cat.", "a": {"text": ["cat"], "answer_start": [2]}}
    (grouped,) = read(task, "en", (write(tmp_path / "a.jsonl", json.dumps(row)),))
    assert grouped.example == Question("x", "who?", "A cat.", (Answer("cat", 2),))
    assert grouped.group == "t"
    unanswered = row | {"a": {"text": [], "answer_start": []}}
    with pytest.raises(DataError, match=r"the question has no answer\. Is this SQuAD 2\.0"):
        _read(task, tmp_path, unanswered)
    assert _read(task.replace({"scorer": "squad2"}), tmp_path, unanswered) == [
        Question("x", "who?", "A cat.", ())
    ]
    for answers, said in (
        ({"text": ["cat"], "answer_start": [3]}, r"expected the answer 'cat' at character 3 .* found 'at\.'"),
        ({"text": ["cat"], "answer_start": []}, r"a number for each of 1 answers, found \[\]"),
        (
            {"text": ["cat"], "answer_start": [None]},
            r"a number for each of 1 answers, found \[None\]",
        ),
    ):
        with pytest.raises(DataError, match=said):
            _read(task, tmp_path, row | {"a": answers})


def test_lines_and_pairs_of_lines(tmp_path: Path) -> None:
    """Aligned sentences lose the line ends that hubs keep; raw text stays as it is."""
    aligned = _task("sentence-retrieval", Columns(text_a="{a}", text_b="{b}"))
    assert _read(aligned, tmp_path, {"a": "eins\n", "b": " one"}) == [Aligned("1", "eins", "one")]
    assert _read(_task("masked-lm", Columns(line="{a}")), tmp_path, {"a": " x "}) == [Line("1", " x ")]


def test_rows_of_one_language(tmp_path: Path) -> None:
    """Only rows that meet the pattern are read, numbered among themselves; so are Arrow tables divided."""
    task = _task("masked-lm", Columns(line="{a}", where={"m.id": "{name}-*"}))
    rows = [
        {"a": a, "m": {"id": name}} for a, name in (("x", "German-1"), ("y", "French-1"), ("z", "German-2"))
    ]
    assert _read(task, tmp_path, *rows, language="de") == [Line("1", "x"), Line("2", "z")]
    table = of_language(pa.Table.from_pylist(rows), task, "de", Path("t"))
    assert table.column("a").to_pylist() == ["x", "z"]
    assert of_language(table, task, "fr", Path("t")).num_rows == 0
    whole = task.replace({"columns": Columns(line="{a}")})
    assert of_language(table, whole, "de", Path("t")) is table
    with pytest.raises(DataError, match=r"t: expected the column 'm\.id'"):
        of_language(table.drop_columns(["m"]), task, "de", Path("t"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"gold": "yse"},
            r"line 1: there is no label \(column 'gold'\) 'yse'\. Did you mean 'yes'\? There is: yes, no",
        ),
        ({"gold": None}, r"expected text or a number in the column 'gold', found None"),
        ({"one": " "}, r"the column 'one' is empty"),
        ({"one": ["a"]}, r"expected text or a number in the column 'one', found \['a'\]"),
        ({"one": "\ud800"}, r"the column 'one' holds half a surrogate pair"),
    ],
)
def test_wrong_cells(tmp_path: Path, change: Mapping[str, Any], said: str) -> None:
    """What is wrong in a cell is said with its line and column."""
    with pytest.raises(DataError, match=said):
        _read(_PAIRS, tmp_path, {"one": "a", "two": "b", "gold": "yes", **change})


def test_a_missing_column(tmp_path: Path) -> None:
    """A missing column is said with those there are and the nearest."""
    with pytest.raises(DataError, match=r"the column 'two', found one, tow, gold\. Did you mean 'tow'\?"):
        _read(_PAIRS, tmp_path, {"one": "a", "tow": "b", "gold": "yes"})


@pytest.mark.parametrize(
    ("kind", "columns", "row", "said"),
    [
        (
            "multiple-choice",
            Columns(prompt="{p}", choices=("{p}", "{p}"), label="g"),
            {"p": "p", "g": 2},
            r"expected the right choice in the column 'g' \(0, 1\), found '2'",
        ),
        (
            "multiple-choice",
            Columns(prompt="{p}", choice_list="c", label="g"),
            {"p": "p", "c": "x", "g": 0},
            r"expected a list in the column 'c', found 'x'",
        ),
        (
            "multiple-choice",
            Columns(prompt="{p}", choices=("{p}", "{p}"), label="g", values={"p": {"x": "X"}}),
            {"p": "p", "g": 0},
            r"expected one of x in the column 'p', found 'p'",
        ),
        (
            "token-classification",
            Columns(words="w", tags="t"),
            {"w": ["a", "b"], "t": ["O"]},
            r"expected a tag for each of the 2 words, found 1",
        ),
        (
            "token-classification",
            Columns(words="w", tags="t"),
            {"w": ["a"], "t": ["o"]},
            r"there is no tag 'o'\. Did you mean 'O'\?",
        ),
        (
            "token-classification",
            Columns(words="w", tags="t"),
            {"w": [None], "t": ["O"]},
            r"expected text or a number in the column 'w', found None",
        ),
    ],
)
def test_wrong_rows(
    tmp_path: Path, kind: TaskType, columns: Columns, row: Mapping[str, Any], said: str
) -> None:
    """A row that cannot become an example of its type is refused."""
    with pytest.raises(DataError, match=said):
        _read(_task(kind, columns, ("O",) if kind == "token-classification" else ()), tmp_path, row)
