"""Tests of what is fixed of an analysis before the first run."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.spec.analysis import Analysis
from stiltwalk.spec.errors import StudyError

from .fakes import study


def test_what_is_fixed_when_nothing_is_said() -> None:
    """Gain, by the equivalence margin and the confidence of section 4 of the protocol, in one look."""
    found = study({}).analysis
    assert (found.decision, found.margin, found.confidence, found.looks) == ("gain", 0.3, 0.95, 1)


def test_a_decision_alone() -> None:
    """A plain text is the decision; the rest is as usual."""
    assert study({"analysis": "size"}).analysis == Analysis(decision="size")


@pytest.mark.parametrize(
    ("analysis", "message"),
    [
        (
            "sise",
            r"analysis\.decision: there is no decision 'sise'\. Did you mean 'size'\? There is: gain, size",
        ),
        ({"decision": 3}, r"analysis\.decision: there is no decision 3\. There is: "),
        ({"margin": 0}, r"analysis\.margin: .*expected more than 0, found 0"),
        ({"confidence": 95}, r"analysis\.confidence: .*expected less than 1, found 95"),
        ({"looks": 0}, r"analysis\.looks: .*, found 0"),
        ({"margn": 1}, r"analysis\.margn: there is no such field\. Did you mean 'margin'\?"),
    ],
)
def test_an_analysis_that_cannot_be(analysis: Any, message: str) -> None:
    """An unknown decision and bounds that bound nothing are refused."""
    with pytest.raises(StudyError, match=message):
        study({"analysis": analysis})


def test_the_digest_tells_any_change() -> None:
    """Equal analyses have one digest, however they were written; anything that differs changes it."""
    usual = Analysis()
    assert Analysis(decision="gain", margin=0.3).digest == usual.digest
    others = [
        Analysis(decision="size"),
        Analysis(margin=0.5),
        Analysis(confidence=0.9),
        Analysis(looks=2),
    ]
    assert len({usual.digest, *(each.digest for each in others)}) == 5
    # the first digits of SHA-256 over the sorted JSON, by sha256sum
    assert usual.digest == "7f1d52e0db17"
