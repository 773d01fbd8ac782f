"""Tests of probes: real training steps on this machine, kept for later plans."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.engine import probe as module
from stiltwalk.engine.outline import outline
from stiltwalk.engine.pricing import Priced, Wish, price
from stiltwalk.store.store import open_store
from tests.worlds import tiny_study, write_world

CHANGES: Mapping[str, Any] = {"intermediate": [], "targets": ["udpos"]}


def _priced(tmp_path: Path, wish: Wish, changes: Mapping[str, Any], said: list[str]) -> Priced:
    data = write_world(tmp_path / "data")
    study = tiny_study({**CHANGES, **changes})
    return price(outline(study, open_store(tmp_path / "store"), data), wish, said.append)


def test_a_probe_gives_every_step_its_seconds(tmp_path: Path) -> None:
    """And is remembered: the next plan has them without another."""
    said: list[str] = []
    before = _priced(tmp_path, Wish(), {}, said)
    assert {cost.seconds for cost in before.costs.values()} == {None}
    probed = _priced(tmp_path, Wish(probe=True), {}, said)
    assert [line for line in said if line.startswith("tiny: 10 training steps of 8 sequences of ")]
    for key, cost in probed.costs.items():
        assert (cost.seconds or 0) > 0, probed.plan.nodes[key].title
        assert cost.speed.startswith("probed on 20")
    assert _priced(tmp_path, Wish(), {}, said).costs == probed.costs


def test_another_precision_is_another_probe(tmp_path: Path) -> None:
    """Speed belongs to how it is computed."""
    _priced(tmp_path, Wish(probe=True), {}, [])
    other = _priced(tmp_path, Wish(), {"execution": {"micro_tokens": 64}}, [])
    assert {cost.seconds for cost in other.costs.values()} == {None}


def test_encoders_that_are_not_probed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing trained, or no room: said, and the plan goes on."""
    said: list[str] = []
    _priced(tmp_path, Wish(probe=True), {"targets": ["tatoeba"], "encoders": ["pocket-xs"]}, said)
    assert "pocket-xs: nothing is trained, so there is nothing to probe" in said
    monkeypatch.setattr(module, "_fits", lambda step, sizes: False)
    _priced(tmp_path, Wish(probe=True), {}, said)
    assert "tiny: not probed, because its training does not fit this machine's memory" in said
