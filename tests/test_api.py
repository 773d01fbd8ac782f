"""Tests of the Python API: the verbs of the command line, returning frames."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import stiltwalk
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
