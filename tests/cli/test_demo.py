"""Tests of ``demo``, cut down to seconds: what it says, prints and keeps."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command

SMALL = (
    *("--workers", "0", "-o", "encoders=[pocket-xs]", "-o", "intermediate=[pocket-nli]"),
    *(
        "-o",
        "targets=[{task: pocket-entailment, languages: [en, de]}, {task: pocket-retrieval, languages: [sw]}]",
    ),
    *("-o", "recipe.intermediate.examples=32", "-o", "recipe.target.examples=32"),
)


def test_demo(command: Command, tmp_path: Path) -> None:
    """It says what it will do, prints gains and transfer against chance, and that it is a rehearsal."""
    ended = command("demo", "--store", tmp_path / "store", "-o", "seeds=2", *SMALL)
    assert ended.code == 0, ended.err
    assert "(ii)  trained on an English intermediate task: none, pocket-nli" in ended.err
    assert "Gain over 'none'" in ended.out
    assert "Zero-shot transfer against chance" in ended.out
    assert "above chance" in ended.out
    assert "This is a rehearsal of the pipeline" in ended.out
    again = command("demo", "--store", tmp_path / "store", "-o", "seeds=2", *SMALL)
    assert again.out == ended.out
    assert "steps to do" not in again.err


def test_one_seed_as_json(command: Command, tmp_path: Path) -> None:
    """With ``--json`` one object is printed; with one seed nothing is said about chance."""
    ended = command("demo", "--store", tmp_path / "store", "-o", "seeds=1", "--json", *SMALL)
    rows = ended.json["rows"]
    assert {row["study"] for row in rows} == {"demo"}
    assert {(row["intermediate"], row["target"]) for row in rows} == {
        (arm, target)
        for arm in ("none", "pocket-nli")
        for target in ("pocket-entailment", "pocket-retrieval")
    }
    assert {row["above"] for row in rows} == {None}
