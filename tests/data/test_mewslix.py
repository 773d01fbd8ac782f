"""Tests of the ``mewslix`` layout."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.data.load import load, load_candidates
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Candidate, Paired, Query
from stiltwalk.spec.tasks import TASKS
from tests.data.fakes import read_all, write
from tests.data.mewslix_files import context, entity, mention, pair, write_rows

_TASK = TASKS["mewslix"]
_WHERE = context("de", "Es regnet.", "In Ulm steht ein Turm.", "Er ist hoch.")
_LINE = {
    "context": _WHERE,
    "mentions": [mention("m1", "Q3", _WHERE, "Ulm"), mention("m2", "Q9", _WHERE, "Turm")],
}


def test_mentions_become_queries(tmp_path: Path) -> None:
    """The mention, then its own sentence with the mention in braces; grouped by document."""
    path = write_rows(tmp_path / "dev.jsonl", [_LINE])
    rows = read_all(_TASK, "de", path)
    assert [row.example for row in rows] == [
        Query("m1", "Ulm: In { Ulm } steht ein Turm.", "Q3"),
        Query("m2", "Turm: In Ulm steht ein { Turm } .", "Q9"),
    ]
    assert {row.group for row in rows} == {"D1"}


def test_one_language_is_taken(tmp_path: Path) -> None:
    """The file holds all languages; only the one asked for is read."""
    other = context("tr", "Ankara.", document="D2")
    lines = [_LINE, {"context": other, "mentions": [mention("m3", "Q1", other, "Ankara")]}]
    path = write_rows(tmp_path / "dev.jsonl.gz", lines)
    assert [row.example.id for row in read_all(_TASK, "tr", path)] == ["m3"]
    assert read_all(_TASK, "pl", path) == []


def test_braces_and_line_ends_in_the_text(tmp_path: Path) -> None:
    """A pair of braces becomes parentheses, line ends become spaces, each two spaces one, so three two."""
    where = context("en", "See {x} and {y\n} at Ulm  or {a {b} } here   now {")
    path = write_rows(
        tmp_path / "dev.jsonl", [{"context": where, "mentions": [mention("m", "Q", where, "Ulm")]}]
    )
    (row,) = read_all(_TASK, "en", path)
    assert row.example == Query("m", "Ulm: See (x) and {y } at { Ulm }  or (a {b) } here  now {", "Q")


def test_pairs_train(tmp_path: Path) -> None:
    """A mention and the sentences of its entity's description; what lies between those is left out."""
    described = entity("Q3", "Ulm is a city.", "It is old.")
    described["description"] = (
        described["description"].replace("city. It", "city. [1] It").replace("old", "old\n")
    )
    described["sentence_spans"][1] = {"start": 19, "end": 30}
    where = context("en", "He was born in Ulm.")
    line = pair(where, mention("p1", "Q3", where, "Ulm"), described)
    (row,) = read_all(TASKS["mewslix-pairs"], "en", write_rows(tmp_path / "t.jsonl", [line]))
    assert row.example == Paired("p1", "Ulm: He was born in { Ulm } .", "Ulm is a city. It is old .")


def test_entities_become_candidates(tmp_path: Path) -> None:
    """Each answers the mentions of itself, whatever its language; one without a description has no text."""
    folder = tmp_path / "mewslix"
    entities = [entity("Q3", "Eine Stadt.", language="de"), entity("Q9", "A tower."), entity("Q0")]
    write_rows(folder / "candidate_set_entities.jsonl.gz", entities)
    write_rows(folder / "wikinews_mentions-test.jsonl", [_LINE])
    assert load_candidates(_TASK, "test", tmp_path) == (
        Candidate("Q3", "Eine Stadt.", ("Q3",)),
        Candidate("Q9", "A tower.", ("Q9",)),
        Candidate("Q0", "", ("Q0",)),
    )
    assert [query.id for query in load(_TASK, "test", "de", tmp_path)] == ["m1", "m2"]


def test_entities_are_read_a_line_at_a_time(tmp_path: Path) -> None:
    """What stands before a broken line comes out before the line is reached, so nothing is read ahead."""
    path = write_rows(tmp_path / "c.jsonl", [entity("Q3", "A city.")])
    path.write_bytes(path.read_bytes() + b"\xff\n")
    from stiltwalk.data import mewslix

    rows = mewslix.read(_TASK, "", (path,))
    assert next(rows).example.id == "Q3"
    with pytest.raises(DataError, match=r"c\.jsonl, line 2: expected UTF-8, found the byte 0xff"):
        next(rows)


def _changed(path: str, value: Any) -> dict[str, Any]:
    """The line of mentions with one thing in it changed."""
    line: Any = copy.deepcopy(_LINE)
    *parts, last = path.split(".")
    here = line
    for part in parts:
        here = here[int(part)] if isinstance(here, list) else here[part]
    here[last] = value
    return line  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("mentions.0.entity_id", "", "line 1: the mention m1 has no entity: XTREME's preprocessing removes"),
        ("context.text", "", "its text is empty: texts were not restored"),
        ("mentions.0.mention_span.text", "Bonn", "expected the mention 'Bonn' at character 14, found 'Ulm'"),
        ("mentions.0.mention_span.end", 99, "within the 46 characters of its text, found 14 to 99"),
        ("context.sentence_spans", [{"start": 0, "end": 10}], "'Ulm' stands in no single sentence"),
        ("context.sentence_spans", [{"start": 0}], "expected the field 'end', found 'start'"),
        ("context.language", 3, "expected text in the field 'language', found 3"),
        ("mentions.0.example_id", " ", "the field 'example_id' is empty"),
        (
            "mentions",
            {},
            "expected 'context' and 'mentions', 'contextual_mention' and 'entity', or an entity",
        ),
    ],
)
def test_bad_lines(tmp_path: Path, path: str, value: Any, message: str) -> None:
    """What breaks the layout is named with its line."""
    file = write_rows(tmp_path / "dev.jsonl", [_changed(path, value)])
    with pytest.raises(DataError, match=message):
        read_all(_TASK, "de", file)


def test_a_line_cut_short(tmp_path: Path) -> None:
    """The line and the cause are named; blank lines are not lines."""
    path = write(tmp_path / "dev.jsonl", '\n{"context": {')
    with pytest.raises(DataError, match=r"dev\.jsonl, line 2: the JSON is cut short"):
        read_all(_TASK, "de", path)
