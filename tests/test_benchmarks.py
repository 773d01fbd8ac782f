"""Tests of the benchmarks: turns are taken, rows say what was measured, the document holds them."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import document, world
from benchmarks.__main__ import main
from benchmarks.bench import Bench
from benchmarks.claims import CLAIMS, chosen
from benchmarks.footprint import losses
from benchmarks.rows import Row, from_raw, markdown, read, summary, write
from benchmarks.turns import in_pairs, medians, side
from tests.benchmark_sides import busy, failing

FIELDS = {"name", "ours", "theirs", "ratio", "min", "max"}
"""What the design promises of a row."""


def test_sides_take_turns(tmp_path: Path) -> None:
    """Both do as many units at a time as they are told to, never at once, and who begins changes."""
    diary = tmp_path / "diary"
    ours, theirs = ({"name": name, "diary": str(diary), "units": 6} for name in "ab")
    with side(busy, ours) as us, side(busy, theirs) as them:
        pairs = in_pairs(us, them, units=2, pairs=2)
        facts = us.finish(), them.finish()
    assert diary.read_text() == "bbaa" + "aabb" + "bbaa"  # the first turn of each is not counted
    assert [len(seconds) for pair in pairs for seconds in pair] == [2, 2, 2, 2]
    assert all(seconds >= 0.01 for pair in medians(pairs) for seconds in pair)
    assert len({os.getpid(), *(each["process"] for each in facts)}) == 3
    assert all(each["peak_bytes"] > 2**20 for each in facts)


def test_a_side_can_be_stopped(tmp_path: Path) -> None:
    """A side that would have much more to do ends with its turns."""
    options = {"name": "a", "diary": str(tmp_path / "diary"), "units": 10**6}
    with side(busy, options) as alone:
        assert len(alone.take(3)) == 3
    assert (tmp_path / "diary").read_text() == "aaa"
    assert not alone.process.is_alive()


def test_a_failing_side_is_heard() -> None:
    """What a side died of reaches the one who measures."""
    with side(failing, {"why": "no such luck"}) as alone, pytest.raises(RuntimeError, match="no such luck"):
        alone.take(1)


def test_a_row_sums_up_its_pairs() -> None:
    """Medians of both sides, and median and range of the pairs' own ratios: by hand 2, 3 and 2.5."""
    row = summary("train/x/y", "examples/s", [(4.0, 2.0), (9.0, 3.0), (5.0, 2.0)])
    assert row == Row("train/x/y", "examples/s", 5.0, 2.0, 2.5, 2.0, 3.0, 3)


def test_a_script_may_say_less_and_more() -> None:
    """A row with the design's fields alone is one, and fields of its own do no harm."""
    raw = {"name": "a", "ours": 2.0, "theirs": 1.0, "ratio": 2.0, "min": 2.0, "max": 2.0, "memory": 3}
    assert from_raw(raw) == Row("a", "", 2.0, 1.0, 2.0, 2.0, 2.0, 1)


def test_rows_stay_until_measured_again(tmp_path: Path) -> None:
    """A row replaces the one of its name; others stay in their order, unless the machine is another."""
    out = tmp_path / "latest.json"
    one, two = (summary(name, "GB", [(1.0, 2.0)]) for name in ("one", "two"))
    write(out, {"machine": "here"}, [two], ["one", "two"])
    write(out, {"machine": "here"}, [one], ["one", "two"])
    write(out, {"machine": "here"}, [replace(two, pairs=7)], ["one", "two"])
    assert read(out) == {"machine": "here", "rows": [one, replace(two, pairs=7)]}
    write(out, {"machine": "there"}, [one], ["one", "two"])
    assert read(out) == {"machine": "there", "rows": [one]}


def test_rows_are_chosen_by_name() -> None:
    """Patterns choose; a quick run knows the smallest shape alone; the longest row must be asked for."""
    assert list(chosen(("train/small/*",), quick=False)) == [
        "train/small/hf-pad128",
        "train/small/hf-dynamic",
        "train/small/gemm-peak",
        "train/small/bf16",
    ]
    assert set(CLAIMS) - set(chosen((), quick=False)) == {"knn/98k/faiss"}
    assert {name.split("/")[1] for name in chosen((), quick=True)} == {"tiny"}
    with pytest.raises(
        ValueError, match=r"No row is called train/large/\*\. There is: train/tiny/hf-pad128,"
    ):
        chosen(("train/large/*",), quick=False)


def test_no_such_row_is_the_users_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is run for a name that is not there."""
    assert main(["--only", "nothing"]) == 2
    assert "No row is called nothing." in capsys.readouterr().err


def test_texts_have_the_lengths_they_claim() -> None:
    """Mean and 95th percentile are those asked for: 39 and 75 sub-words of MNLI, within sampling error."""
    lengths = world._lengths(np.random.default_rng(0), 20_000, *world.TRAIN_LENGTHS)
    assert abs(lengths.mean() - 39) < 0.5
    assert abs(np.percentile(lengths, 95) - 75) < 2
    assert lengths.max() == 128


def test_the_document_holds_the_latest_run() -> None:
    """``docs/performance.md`` is what ``make bench`` would write from ``latest.json``."""
    text = document.DOCUMENT.read_text(encoding="utf-8")
    assert document.renewed(text, document.LATEST) == text


def test_the_document_needs_its_markers() -> None:
    """Nothing is written into a text without a place for it."""
    with pytest.raises(ValueError, match="expected one pair of markers, found 0"):
        document.renewed("# Performance\n", document.LATEST)


def test_the_kept_run_is_whole() -> None:
    """``latest.json`` has the design's fields, known names in order, and says where it was made."""
    kept = json.loads(document.LATEST.read_text(encoding="utf-8"))
    assert {"processor", "cores", "memory_gib"} <= set(kept["machine"])
    assert {"python", "torch", "transformers"} <= set(kept["versions"])
    assert all(FIELDS | {"date", "commit"} <= set(row) for row in kept["rows"])
    names = [row["name"] for row in kept["rows"]]
    assert names == [name for name in CLAIMS if name in names]
    assert all(row["min"] <= row["ratio"] <= row["max"] for row in kept["rows"])


@pytest.mark.slow
def test_a_quick_run_measures_every_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every row of the smallest shape is measured, kept and printed."""
    out = tmp_path / "latest.json"
    assert main(["--quick", "--out", str(out)]) == 0
    kept = read(out)
    assert [row.name for row in kept["rows"]] == list(chosen((), quick=True))
    assert all(row.pairs == 1 and row.ratio > 0 and row.others is not None for row in kept["rows"])
    assert capsys.readouterr().out == markdown(kept["rows"])


@pytest.mark.slow
def test_both_sides_train_the_same(tmp_path: Path) -> None:
    """Without dropout the losses of our steps and the peer's agree: same weights, examples and updates."""
    ours, theirs = losses(Bench(tmp_path, 1), "tiny", steps=4)
    assert len(ours) == 4
    assert max(abs(mine - yours) for mine, yours in zip(ours, theirs, strict=True)) < 1e-5
    assert len({round(loss, 6) for loss in ours}) == 4  # each step has its own
