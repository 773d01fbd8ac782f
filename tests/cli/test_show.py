"""Tests of what is said beside tables."""

from __future__ import annotations

from stiltwalk.cli.show import absent_lines
from tests.plan.fakes import everything, plan


def test_what_is_missing_is_said() -> None:
    """Languages without test files, and those without the dev files that a threshold is tuned on."""
    lacking = {("dev", "sw"), ("dev", "de"), ("test", "zh")}
    data = {datum: found for datum, found in everything().items() if datum[1:] not in lacking}
    assert absent_lines(plan({"targets": ["pocket-mining"]}, data)) == [
        "pocket-mining: no dev files to tune a threshold on, so not tested: de sw",
        "pocket-mining: no test files, so not tested: zh",
    ]
    assert absent_lines(plan({"targets": ["pocket-mining"]})) == []
