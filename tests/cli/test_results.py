"""Tests of narrowing ``results``: arms, targets, encoders, languages, metrics."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest

from stiltwalk.store.store import open_store
from stiltwalk.store.studies import keep_study
from tests.cli.conftest import Command
from tests.plan.fakes import plan
from tests.store.fakes import finish_plan

MADE = plan(
    {
        "study": "one",
        "encoders": ["x/e", {"name": "f", "source": "x/f"}],
        "targets": ["xquad", "udpos"],
        "intermediate": ["squad", "hellaswag"],
    }
)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A finished study of two encoders, three arms and two targets."""
    opened = open_store(tmp_path / "store")
    keep_study(opened, MADE, None)
    finish_plan(opened, MADE)
    return opened.root


def _rows(command: Command, store: Path, *words: str) -> list[dict[str, str]]:
    ended = command("results", "one", "--csv", *words, "--store", store)
    assert ended.code == 0, ended.err
    return list(csv.DictReader(StringIO(ended.out)))


def test_what_is_asked_for(command: Command, store: Path) -> None:
    """Each option leaves the rows with these names, and together those with all of them."""
    every = _rows(command, store)
    assert len(every) == 2 * 3 * 2 * 2
    for option, column, names in (
        ("--arm", "intermediate", "squad,none"),
        ("--target", "target", "udpos"),
        ("--encoder", "encoder", "f"),
        ("--language", "language", "l1"),
        ("--metric", "metric", "f1"),
    ):
        assert _rows(command, store, option, names) == [r for r in every if r[column] in names.split(",")]
    (one,) = _rows(
        command, store, "--arm", "squad", "--target", "udpos", "--encoder", "e", "--language", "l0"
    )
    assert (one["intermediate"], one["target"], one["encoder"], one["language"]) == (
        "squad",
        "udpos",
        "e",
        "l0",
    )


def test_gains_of_one_arm(command: Command, store: Path) -> None:
    """For people the baseline is read as well, so that the gains are there; other arms are not shown."""
    ended = command("results", "one", "--arm", "squad", "--store", store)
    assert ended.code == 0
    assert "Gain over 'none'" in ended.out
    assert "hellaswag" not in ended.out
    assert "8 rows. All of them: stiltwalk results one --csv" in ended.out
    assert "What the arms spent" not in ended.out  # these steps do not say


def test_json_of_one_arm(command: Command, store: Path) -> None:
    """Programs get the rows that were asked for and no others."""
    rows = command("results", "one", "--arm", "squad", "--json", "--store", store).json["rows"]
    assert {row["intermediate"] for row in rows} == {"squad"}


def test_parquet_of_one_arm(command: Command, store: Path, tmp_path: Path) -> None:
    """A file holds them as well."""
    ended = command("results", "one", "--arm", "squad", "--parquet", tmp_path / "r.parquet", "--store", store)
    assert (ended.code, "8 rows written" in ended.err) == (0, True)


@pytest.mark.parametrize(
    ("option", "wrong", "right"),
    [
        ("--arm", "squads", "squad"),
        ("--target", "udpo", "udpos"),
        ("--encoder", "ff", "f"),
        ("--language", "l11", "l1"),
        ("--metric", "f11", "f1"),
    ],
)
def test_an_unknown_name(command: Command, store: Path, option: str, wrong: str, right: str) -> None:
    """Exit code 2, and the nearest name there is."""
    ended = command("results", "one", option, wrong, "--store", store)
    assert ended.code == 2
    assert f"Did you mean '{right}'?" in ended.err


def test_nothing_is_finished_yet(command: Command, tmp_path: Path) -> None:
    """Then nothing is known of languages, and that is said."""
    keep_study(open_store(tmp_path), MADE, None)
    ended = command("results", "one", "--language", "de", "--store", tmp_path)
    assert (ended.code, ended.out) == (0, "No result yet.\n")
    assert "none of these cells is finished yet" in ended.err


def test_a_benchmark_is_of_a_whole_study(command: Command, store: Path) -> None:
    """Its table has all arms, so that none is chosen."""
    ended = command("results", "one", "--benchmark", "xtreme", "--arm", "squad", "--store", store)
    assert (ended.code, "Leave out --arm and the like" in ended.err) == (2, True)


def test_a_parquet_file_that_cannot_be_written(command: Command, store: Path, tmp_path: Path) -> None:
    """It is the user's mistake, told in words."""
    for place, why in ((tmp_path / "nope" / "x.parquet", "No such file"), (tmp_path, "Is a directory")):
        ended = command("results", "one", "--parquet", place, "--store", store)
        assert (ended.code, f"--parquet {place}: it cannot be written: {why}" in ended.err) == (2, True)


@pytest.mark.parametrize(
    "forms", [("--csv", "--json"), ("--csv", "--parquet", "x"), ("--parquet", "x", "--json")]
)
def test_one_form_at_a_time(command: Command, store: Path, forms: tuple[str, ...]) -> None:
    """None is left out in silence."""
    ended = command("results", "one", *forms, "--store", store)
    assert (ended.code, "are each a form of its own. Give one of them." in ended.err) == (2, True)
    assert not ended.out
