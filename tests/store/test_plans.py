"""Tests of plans as they are kept: read lazily, in the present layout and in the first."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.errors import UserError
from stiltwalk.store import plans
from stiltwalk.store.plans import KeptNodes, kept_parents, read_plan, write_plan

from ..plan.fakes import plan

WIDE = {"targets": ["xquad", "tatoeba"], "intermediate": ["squad"], "seeds": 2, "measure": {"repeats": 5}}


def _write_first_layout(stem: Path, made: Plan) -> None:
    """As format 1 of the store had it."""
    nodes = {
        key: {"step": node.step.model_dump(mode="json"), "title": node.title, "encoder": node.encoder}
        for key, node in made.nodes.items()
    }
    short = {"order": list(nodes), "nodes": nodes, "cells": [asdict(cell) for cell in made.cells]}
    pairs = {"absent": made.absent, "untuned": made.untuned, "measured": made.measured}
    stem.with_suffix(".plan.json").write_text(json.dumps(short | pairs | {"data_dir": "/data"}))


def test_cells_are_read_without_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever needs the cells alone parses no step, nor opens the file they are in."""
    made = plan(WIDE)
    write_plan(tmp_path / "r", made, None)
    (tmp_path / "r.steps.parquet").unlink()
    found, data_dir = read_plan(tmp_path / "r", made.study)
    assert (found.cells, found.measured, data_dir) == (made.cells, made.measured, None)
    with pytest.raises(UserError, match=r"r\.steps\.parquet is missing or damaged\. Run the study again"):
        len(found.nodes)


def test_outlines_are_read_without_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Titles, kinds and parents of all steps cost no parsing; a record that is asked for is parsed once."""
    made = plan(WIDE)
    write_plan(tmp_path / "r", made, None)
    nodes = read_plan(tmp_path / "r", made.study)[0].nodes
    assert isinstance(nodes, KeptNodes)
    with monkeypatch.context() as patch:
        patch.setattr(plans, "_STEP", None)
        said = [(one.key, one.kind, one.title, one.encoder, one.parents) for one in nodes.outlines()]
        assert (list(nodes), len(nodes), next(iter(made.nodes)) in nodes) == (
            list(made.nodes),
            len(said),
            True,
        )
        assert "0" * 64 not in nodes
    assert said == [(n.key, n.step.kind, n.title, n.encoder, n.parents) for n in made.nodes.values()]
    key = said[0][0]
    assert nodes[key] is nodes[key]
    assert nodes == made.nodes
    with pytest.raises(KeyError):
        nodes["0" * 64]


def test_the_first_layout_is_read(tmp_path: Path) -> None:
    """A store of format 1 has a single JSON file, in which everything is."""
    made = plan(WIDE)
    _write_first_layout(tmp_path / "r", made)
    assert read_plan(tmp_path / "r", made.study) == (made, Path("/data"))
    assert kept_parents(tmp_path / "r") == {key: node.parents for key, node in made.nodes.items()}


def test_the_first_layout_is_replaced(tmp_path: Path) -> None:
    """A study that is run again is kept in the present one."""
    made = plan(WIDE)
    _write_first_layout(tmp_path / "r", made)
    write_plan(tmp_path / "r", made, None)
    assert "nodes" not in json.loads((tmp_path / "r.plan.json").read_text())
    assert read_plan(tmp_path / "r", made.study) == (made, None)


def test_what_is_there_is_not_written_again(tmp_path: Path) -> None:
    """Equal plans cost nothing; a damaged file is written anew."""
    made = plan(WIDE)
    write_plan(tmp_path / "r", made, None)
    paths = sorted(tmp_path.iterdir())
    before = [path.stat().st_mtime_ns for path in paths]
    write_plan(tmp_path / "r", made, None)
    assert [path.stat().st_mtime_ns for path in paths] == before
    (tmp_path / "r.cells.parquet").write_bytes(b"torn")
    write_plan(tmp_path / "r", made, None)
    assert read_plan(tmp_path / "r", made.study)[0] == made


@pytest.mark.parametrize("name", ["r.plan.json", "r.steps.parquet", "r.cells.parquet"])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]"])
def test_a_damaged_plan_is_named(tmp_path: Path, name: str, content: bytes | None) -> None:
    """Never a traceback: the file, and what to do."""
    made = plan(WIDE)
    write_plan(tmp_path / "r", made, None)
    (tmp_path / name).write_bytes(content) if content is not None else (tmp_path / name).unlink()
    with pytest.raises(UserError, match=r"r\.\S+ is missing or damaged\. Run the study again"):
        len(read_plan(tmp_path / "r", made.study)[0].nodes)


def test_parents_alone(tmp_path: Path) -> None:
    """Who keeps or drops steps asks for no more, so that other versions' plans can be asked as well."""
    made = plan(WIDE)
    write_plan(tmp_path / "r", made, None)
    assert kept_parents(tmp_path / "r") == {key: node.parents for key, node in made.nodes.items()}
    with pytest.raises(UserError, match=r"none\.plan\.json is missing"):
        kept_parents(tmp_path / "none")
