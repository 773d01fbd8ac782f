"""Tests of the published results."""

from __future__ import annotations

import pytest

from stiltwalk.spec.errors import UnknownNameError
from stiltwalk.spec.languages import LANGUAGES
from stiltwalk.spec.published import WHOLES, published
from stiltwalk.spec.tasks import TASKS

HEADLINES = """
XLM-R Large | none | xnli | accuracy | 79.2
XLM-R Large | none | pawsx | accuracy | 86.4
XLM-R Large | none | udpos | f1 | 73.8
XLM-R Large | none | panx | f1 | 65.4
XLM-R Large | none | xquad | f1 | 76.6
XLM-R Large | none | xquad | exact_match | 60.8
XLM-R Large | none | mlqa | f1 | 71.6
XLM-R Large | none | mlqa | exact_match | 53.2
XLM-R Large | none | tydiqa | f1 | 65.1
XLM-R Large | none | tydiqa | exact_match | 45.0
X-STILTs | best per target | xnli | accuracy | 80.0
X-STILTs | best per target | pawsx | accuracy | 87.9
X-STILTs | best per target | udpos | f1 | 74.9
X-STILTs | best per target | panx | f1 | 64.0
X-STILTs | best per target | xquad | exact_match | 63.3
X-STILTs | best per target | tydiqa | f1 | 76.0
RemBERT | none | xnli | accuracy | 80.8
RemBERT | none | tydiqa | exact_match | 63.0
mBERT | none | xnli | accuracy | 65.4
mT5-XXL | none | xnli | accuracy | 85.0
mT5-Small | none | tydiqa | f1 | 36.4
XLM-R XL | none | mlqa | f1 | 73.4
XLM-R XXL | none | mlqa | exact_match | 56.6
XLM-R Large | translate-train-all | xnli | accuracy | 83.6
XLM-R Large | none | bucc | f1 | 66.0
XLM-R Large | none | tatoeba | accuracy | 57.3
"""
"""Rows of RemBERT's Table 16 (2010.12821), the mT5 and XLM-R read-mes, and XTREME (2003.11080)."""


def _headlines() -> list[list[str]]:
    return [line.split(" | ") for line in HEADLINES.strip().splitlines()]


@pytest.mark.parametrize(("model", "intermediate", "target", "metric", "value"), _headlines())
def test_headlines(model: str, intermediate: str, target: str, metric: str, value: str) -> None:
    """The best-known numbers stand there as test-set means over languages."""
    found = {
        row.value
        for row in published(target, model)
        if (row.intermediate, row.metric, row.language, row.split) == (intermediate, metric, "avg", "test")
    }
    assert float(value) in found


def test_recalled_rows_come_when_asked_for() -> None:
    """What is from memory alone is left out by default, and marked where it is not."""
    assert not any(row.recalled for row in published())
    everything = published(recalled=True)
    # 42 of the 448 rows collected were recalled; four of another data set of LAReQA are left out
    assert (sum(row.recalled for row in everything), len(everything)) == (42, 444)
    assert [row for row in everything if not row.recalled] == published()


def test_every_name_is_ours() -> None:
    """Targets are tasks or sets of them, languages are codes, metrics are those of the target's scorer."""
    for row in published(recalled=True):
        assert row.target in {*TASKS, *WHOLES}, row
        assert row.language in {*LANGUAGES, "avg"}, row
        assert row.intermediate in {
            *TASKS,
            "none",
            "best per target",
            "translate-train",
            "translate-train-all",
        }, row
        assert 0 <= row.value <= 100, row
        if row.target in TASKS:
            known = {metric.name for metric in TASKS[row.target].scoring.metrics}
            assert row.metric in known or (row.metric == "map" and "map@20" in known), row
        else:
            assert row.metric in {"mean over tasks", "mean over groups", "gain"}, row


def test_each_number_stands_once() -> None:
    """A document says one thing of a model, target, language, metric and split."""
    keys = [
        (row.source, row.model, row.intermediate, row.target, row.language, row.metric, row.split)
        for row in published(recalled=True)
    ]
    assert len(set(keys)) == len(keys)


def test_means_agree_with_their_languages() -> None:
    """Where a source prints every language, their plain mean is its average, but for rounding."""
    groups: dict[tuple[str, ...], dict[str, float]] = {}
    for row in published():
        key = (row.source, row.model, row.intermediate, row.target, row.metric, row.split)
        groups.setdefault(key, {})[row.language] = row.value
    whole = [values for values in groups.values() if len(values) > 2]
    assert len(whole) == 19
    for values in whole:
        mean = values.pop("avg")
        assert mean == pytest.approx(sum(values.values()) / len(values), abs=0.07)


def test_unknown_names() -> None:
    """A misspelt target or model gets the nearest one that has results."""
    with pytest.raises(UnknownNameError, match=r"no target with published results 'xnlli'.* mean 'xnli'"):
        published("xnlli")
    with pytest.raises(UnknownNameError, match=r"no model with published results 'RemBRT'.* mean 'RemBERT'"):
        published(model="RemBRT")
