"""Tests of the Python API: the verbs of the command line, returning frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import stiltwalk
from stiltwalk.spec.errors import UnknownNameError, UserError
from tests.worlds import SMALL_STUDY, write_study, write_world


def test_run_results_and_gains(tmp_path: Path) -> None:
    """A study as a mapping or a file gives the same rows, kept for later; gains come from them."""
    data, store = write_world(tmp_path / "data"), tmp_path / "store"
    changes = {"targets": ["tatoeba"]}
    rows = stiltwalk.run({**SMALL_STUDY, **changes}, data_dir=data, store=store, workers=0)
    file = write_study(tmp_path / "study.yaml", changes)
    again = stiltwalk.run(file, data_dir=data, store=store, workers=0)
    pd.testing.assert_frame_equal(rows, again)
    pd.testing.assert_frame_equal(rows, stiltwalk.results("tiny-world", store=store))
    found = stiltwalk.gains(rows)
    assert set(found["intermediate"]) == {"commonsenseqa"}
    (key,) = rows.loc[rows["intermediate"] == "none", "step"].unique()
    assert len(key) == 64


def test_overrides(tmp_path: Path) -> None:
    """Dotted overrides reach the study."""
    data, store = write_world(tmp_path / "data"), tmp_path / "store"
    overrides = {"targets": ["tatoeba"], "intermediate": [], "targets.0.languages": ["de"]}
    rows = stiltwalk.run(dict(SMALL_STUDY), data_dir=data, store=store, overrides=overrides, workers=0)
    assert set(rows["language"]) == {"de"}


def test_an_unknown_function() -> None:
    """A name the package does not have is refused with those it has."""
    with pytest.raises(
        AttributeError, match=r"has no attribute 'rnu'\. It has: __version__, evaluate, gains"
    ):
        stiltwalk.rnu  # noqa: B018


@pytest.mark.parametrize("target", ["tatoeba", ["tatoeba"]])
def test_one_name_needs_no_list(tmp_path: Path, target: str | list[str]) -> None:
    """It is no list of letters, and what is wrong with it is said of the whole name."""
    with pytest.raises(UnknownNameError, match=r"task 'commonsensqa'\. Did you mean 'commonsenseqa'"):
        stiltwalk.transfer("x/e", target=target, intermediate="commonsensqa", store=tmp_path)
    with pytest.raises(UnknownNameError, match=r"'tatoebo'\. Did you mean 'tatoeba'"):
        stiltwalk.evaluate("pocket-xs", target="tatoebo", store=tmp_path)


@pytest.mark.parametrize("workers", [-1, True, "2"])
def test_workers_are_a_number(tmp_path: Path, workers: Any) -> None:
    """Fewer than none are refused, and before anything is read."""
    said = f"workers: expected a number of processes, 0 for this one, .*; found {workers!r}"
    with pytest.raises(UserError, match=said):
        stiltwalk.run("first-light", store=tmp_path, workers=workers)
    with pytest.raises(UserError, match=said):
        stiltwalk.transfer("x/e", target="tatoeba", store=tmp_path, workers=workers)
    with pytest.raises(UserError, match=said):
        stiltwalk.evaluate("x/e", target="tatoeba", store=tmp_path, workers=workers)


def test_mappings_are_mappings(tmp_path: Path) -> None:
    """A list where fields and values are expected is refused in words."""
    wrong: Any = ["seeds=1"]
    with pytest.raises(UserError, match=r"overrides: expected a mapping such as .*, found \['seeds=1'\]"):
        stiltwalk.run("first-light", store=tmp_path, overrides=wrong)
    with pytest.raises(UserError, match="engine_options: expected a mapping such as"):
        stiltwalk.run("first-light", store=tmp_path, engine_options=wrong)
    with pytest.raises(UserError, match=r"overrides: expected .*targets\.0\.layers"):
        stiltwalk.evaluate("pocket-xs", target="tatoeba", store=tmp_path, overrides=wrong)
    with pytest.raises(UserError, match="endpoints: expected a mapping such as"):
        stiltwalk.synthesis("Does NLI help?", store=tmp_path, endpoints=wrong)
