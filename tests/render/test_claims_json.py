"""Claims for programs: valid, complete, the same for the same rows, and no text breaks out of them."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from stiltwalk.analyse.verdicts import Number
from stiltwalk.render.claims_json import claims_json, finite
from tests.render.worlds import SMALL, World, contents

JUDGED = World(claims=True, rehearsal=True)


def _strict(text: str) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def test_every_claim_is_there_in_order() -> None:
    """With its verdict, digest, readings, posteriors and other thresholds."""
    found = contents(JUDGED)
    written = _strict(claims_json(found))
    assert [each["claim"] for each in written["claims"]] == [each.judged.claim for each in found.claims]
    for claimed, each in zip(found.claims, written["claims"], strict=True):
        assert each["verdict"] == claimed.judged.verdict
        assert each["rests_on"]["digest"] == claimed.judged.rests_on.digest
        assert len(each["readings"]) == len(claimed.judged.readings)
        assert each["source"]["recalled"] == claimed.claim.source.recalled
        for reading, one in zip(claimed.judged.readings, each["readings"], strict=True):
            assert one["posterior"] == reading.posterior
            assert one["left_out"] == [*reading.left_out]
            assert len(one["numbers"]) == len(reading.numbers)
            assert len(one["tried"]) == len(reading.tried)
            assert one["states"]
    assert written["rehearsal"] == found.rehearsal
    assert written["study"] == found.study.study


def test_numbers_keep_their_intervals() -> None:
    """No number of a claim stands alone."""
    written = _strict(claims_json(contents(JUDGED)))
    numbers = [
        number for each in written["claims"] for reading in each["readings"] for number in reading["numbers"]
    ]
    assert numbers
    assert {"value", "low", "high", "confidence", "n", "units"} <= set.intersection(*map(set, numbers))


def test_the_same_rows_give_the_same_text() -> None:
    """When it was made does not show."""
    found = contents(JUDGED)
    assert claims_json(found) == claims_json(replace(found, made="2031-01-01T00:00:00+00:00"))


def test_without_claims() -> None:
    """The list is empty then, and still there."""
    written = _strict(claims_json(contents(SMALL)))
    assert written["claims"] == []
    assert written["rehearsal"] is None


def test_hostile_texts_stay_texts() -> None:
    """Quotes and markup come back as they were."""
    found = contents(World(claims=True, hostile=True))
    assert _strict(claims_json(found))["question"] == found.study.question.strip()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_is_null(value: float) -> None:
    """JSON has neither NaN nor infinity."""
    number = Number("gain", "", value, -math.inf, math.inf, 0.95, "points", 3, "seeds", math.nan)
    assert finite({"numbers": (number,)})["numbers"][0] == {
        **number._asdict(),
        "value": None,
        "low": None,
        "high": None,
        "p": None,
    }
