"""Tests of compute.carry_out: one step in its folder, published whole, and the folder gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.compute.carry_out import carry_out
from stiltwalk.compute.context import Monitor
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.steps import key_of
from stiltwalk.spec.errors import InterruptedRunError
from stiltwalk.store.store import read_artifact, verify_artifact
from tests.compute.fakes import copied_place, same_bits, stopping_after, train_step, weights
from tests.worlds import node

UDPOS = "target udpos, seed 1"


def test_every_step_is_intact_and_holds_nothing_but_safe_files(finished: Prepared) -> None:
    """All files are in the manifest; weights are safetensors; nothing is a pickle or code."""
    for key in finished.plan.nodes:
        artifact = read_artifact(finished.place.store, key)
        verify_artifact(artifact)
        suffixes = {path.suffix for path in artifact.folder.rglob("*") if path.is_file()}
        assert suffixes <= {".json", ".jsonl", ".log", ".safetensors", ".parquet"}, suffixes


def test_a_step_is_published_once(finished: Prepared, tmp_path: Path) -> None:
    """The first publication wins: a second worker's is dropped, its folder too."""
    place = copied_place(finished.place, tmp_path)
    step = train_step(finished, UDPOS).replace({"seed": 7})
    key = key_of(step)
    assert carry_out(step, key, place, tmp_path / "first", Monitor()) is True
    before = weights(place.store.folder(key))
    assert carry_out(step, key, place, tmp_path / "second", Monitor()) is False
    assert same_bits(weights(place.store.folder(key)), before)
    assert not (tmp_path / "first").exists()
    assert not (tmp_path / "second").exists()


def test_interrupted_work_stays_in_its_folder(finished: Prepared, tmp_path: Path) -> None:
    """Nothing is published, the checkpoint is kept, and the same call goes on from it."""
    place = copied_place(finished.place, tmp_path)
    step = train_step(finished, UDPOS).replace({"seed": 8})
    key = key_of(step)
    with pytest.raises(InterruptedRunError, match="go on from here"):
        carry_out(step, key, place, tmp_path / "parts", stopping_after(2))
    assert not place.store.has(key)
    assert (tmp_path / "parts" / "checkpoint-00000002").is_dir()
    assert carry_out(step, key, place, tmp_path / "parts", Monitor()) is True
    other = copied_place(finished.place, tmp_path / "other")
    carry_out(step, key, other, tmp_path / "whole", Monitor())
    assert same_bits(weights(place.store.folder(key)), weights(other.store.folder(key)))


def test_steps_of_both_precisions_run_in_one_process(finished: Prepared, tmp_path: Path) -> None:
    """A bf16 step after an fp32 one, and the other way round: each computes in its own precision."""
    place = copied_place(finished.place, tmp_path)
    wide = train_step(finished, UDPOS)
    narrow = wide.replace({"execution": wide.execution.replace({"precision": "bf16"})})
    carry_out(narrow, key_of(narrow), place, tmp_path / "narrow", Monitor())
    again = wide.replace({"seed": 9})
    carry_out(again, key_of(again), place, tmp_path / "wide", Monitor())
    ours = weights(place.store.folder(key_of(narrow)))
    theirs = weights(place.store.folder(node(finished.plan, UDPOS).key))
    assert ours.keys() == theirs.keys()
    assert not same_bits(ours, theirs)
    reference = copied_place(finished.place, tmp_path / "reference")
    carry_out(again, key_of(again), reference, tmp_path / "again", Monitor())
    assert same_bits(
        weights(place.store.folder(key_of(again))), weights(reference.store.folder(key_of(again)))
    )
