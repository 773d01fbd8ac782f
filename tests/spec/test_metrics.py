"""Tests of metric records."""

from __future__ import annotations

import pytest

from stiltwalk.spec.metrics import SCORERS

ARITY = {"mean": 1, "ratio": 2, "share": 2, "micro-f1": 3, "best-threshold": 3}


@pytest.mark.parametrize("name", sorted(SCORERS))
def test_every_scorer_is_whole(name: str) -> None:
    """Main metrics are among those yielded, names are unique, and each rule has its statistics."""
    scorer = SCORERS[name]
    names = [metric.name for metric in scorer.metrics]
    assert len(set(names)) == len(names)
    assert scorer.main
    assert set(scorer.main) <= set(names)
    for metric in scorer.metrics:
        assert len(metric.statistics) == ARITY[metric.aggregate]
        assert metric.definition
        assert metric.source


def test_official_names() -> None:
    """Metrics are called what the official scorers call them."""
    assert [metric.name for metric in SCORERS["squad1"].metrics] == ["f1", "exact_match"]
    assert SCORERS["squad1"].main == ("exact_match", "f1")
    assert SCORERS["udpos"].main == ("f1",)
    assert [metric.name for metric in SCORERS["ner"].metrics] == ["f1", "precision", "recall"]
    assert (SCORERS["ner"].main, SCORERS["ner"].judged_by) == (("f1",), ())
    assert [metric.name for metric in SCORERS["mining"].metrics] == ["f1", "precision", "recall"]
    assert SCORERS["mining"].main == ("f1",)


def test_what_abstains() -> None:
    """SQuAD 2.0 alone may answer nothing."""
    assert [name for name, scorer in SCORERS.items() if scorer.abstains] == ["squad2"]
    assert SCORERS["squad2"].main == ("best_exact", "best_f1")


def test_what_is_tuned() -> None:
    """Mining alone has a threshold to choose."""
    assert [name for name, scorer in SCORERS.items() if scorer.tuned] == ["mining"]
