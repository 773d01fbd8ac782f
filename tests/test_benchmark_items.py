"""Tests of benchmarks.items: the whole measurement at a small size."""

from __future__ import annotations

import json

import pytest

from benchmarks import items


def test_small(capsys: pytest.CaptureFixture[str]) -> None:
    """Nine targets in two languages: every cell is read and drawn, and the figures are printed."""
    assert items.main(["--languages", "2", "--seeds", "2", "--examples", "30", "--draws", "100"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["cells"], said["seeds"], said["examples"], said["draws"]) == (18, 2, 30, 100)
    assert said["mean"] == sorted(said["mean"])
    assert said["peak_gib"] > 0
    assert said["seconds"] >= said["seconds_to_draw"]
