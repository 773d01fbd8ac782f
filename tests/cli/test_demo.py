"""Tests of ``demo``, cut down to seconds: what it says, prints and keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command

SMALL = (
    *("--workers", "0", "-o", "encoders=[pocket-xs]", "-o", "intermediate=[pocket-nli]"),
    *(
        "-o",
        "targets=[{task: pocket-entailment, languages: [en, de]}, {task: pocket-retrieval, languages: [sw]}]",
    ),
    *("-o", "recipe.intermediate.examples=32", "-o", "recipe.target.examples=32"),
)


@pytest.mark.usefixtures("undrawn")
def test_demo(command: Command, tmp_path: Path) -> None:
    """It says what it will do, prints gains and transfer against chance, and that it is a rehearsal."""
    ended = command("demo", "--store", tmp_path / "store", "-o", "seeds=2", *SMALL)
    assert ended.code == 0, ended.err
    assert "(ii)  trained on an English intermediate task: none, pocket-nli" in ended.err
    assert "Gain over 'none'" in ended.out
    assert "Zero-shot transfer against chance" in ended.out
    assert "above chance" in ended.out
    assert "This is a rehearsal of the pipeline" in ended.out
    page = tmp_path / "store" / "reports" / "demo" / "report.html"
    assert ended.out.endswith(f"\nReport: {page}\n")
    assert "does not answer the question" in page.read_text(encoding="utf-8")
    again = command("demo", "--store", tmp_path / "store", "-o", "seeds=2", "--no-report", *SMALL)
    assert again.out == ended.out.removesuffix(f"\nReport: {page}\n")
    assert "steps to do" not in again.err


@pytest.mark.usefixtures("undrawn")
def test_one_seed_as_json(command: Command, tmp_path: Path) -> None:
    """With ``--json`` one object is printed, where the report is too; with one seed no word of chance."""
    words = ("demo", "--store", tmp_path / "store", "-o", "seeds=1", "--json", *SMALL)
    ended = command(*words, "--out", tmp_path / "report")
    assert ended.json["report"] == [{"page": str(tmp_path / "report" / "report.html")}]
    assert (tmp_path / "report" / "report.html").is_file()
    rows = ended.json["rows"]
    assert {row["study"] for row in rows} == {"demo"}
    assert {(row["intermediate"], row["target"]) for row in rows} == {
        (arm, target)
        for arm in ("none", "pocket-nli")
        for target in ("pocket-entailment", "pocket-retrieval")
    }
    assert {row["above"] for row in rows} == {None}


def test_a_report_that_cannot_be_is_refused_before_anything_runs(command: Command, tmp_path: Path) -> None:
    """Minutes of work must not end in a mistake that was there to be seen."""
    (tmp_path / "thesis.tex").write_text("years of work")
    ended = command("demo", "--store", tmp_path / "store", "--out", tmp_path, *SMALL)
    assert ended.code == 2
    assert "holds other things than an earlier report: thesis.tex" in ended.err
    assert not (tmp_path / "store").exists()
