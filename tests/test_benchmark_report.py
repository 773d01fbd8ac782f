"""Tests of benchmarks.report: the whole measurement at a small size."""

from __future__ import annotations

import json

import pytest

from benchmarks import report
from stiltwalk.spec.tasks import TASKS


@pytest.mark.slow
def test_small(capsys: pytest.CaptureFixture[str]) -> None:
    """Two arms on two targets: the command makes a report of every made-up row, and it is measured."""
    assert (
        report.main(["--arms", "2", "--targets", "2", "--languages", "4", "--seeds", "2", "--times", "1"])
        == 0
    )
    said = json.loads(capsys.readouterr().out)
    assert (said["cells"], said["rows"]) == (3 * 2 * 2, 3 * 2 * 2 * 4)
    assert 0 < said["page_mb"] < said["folder_mb"] < 20
    assert said["files"] > 10
    assert len(said["seconds"]) == 1
    assert said["processor_seconds"] > 0
    assert said["peak_mb"] > 50


def test_targets_of_every_type() -> None:
    """There are nine and more, so that one report has something of every kind."""
    assert len(report.TARGETS) >= 9
    assert len({TASKS[name].type for name in report.TARGETS}) == 5
