"""The README's command on real benchmark files, whole and killed in the middle: about an hour."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.real

DATA = Path(__file__).parents[2] / "shared" / "data"
TESTED = {
    "udpos": "ar de en es fi fr ja ko ru zh",
    "tydiqa": "ar en fi id ko ru sw",
    "xquad": "ar de en es ro ru th zh",
    "tatoeba": "af ar bg bn de es et fa fi fr he hu id it ja jv ka kk ko ml mr nl pt ru sw ta te th tl ur zh",
}
METRICS = {
    "udpos": {"f1", "accuracy", "f1_seqeval1"},
    "tydiqa": {"f1", "exact_match"},
    "xquad": {"f1", "exact_match"},
    "tatoeba": {"accuracy"},
}


def _start(store: Path, *more: str) -> subprocess.Popen[str]:
    words = ["run", "first-light", "--data-dir", str(DATA), "--store", str(store), *more]
    return subprocess.Popen(
        [sys.executable, "-m", "stiltwalk.cli.main", *words],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _rows(store: Path) -> pd.DataFrame:
    """Run to the end; rows without what the clock decides."""
    process = _start(store, "--json")
    out, _ = process.communicate()
    assert process.returncode == 0
    return pd.DataFrame(json.loads(out)["rows"]).drop(columns="wall_seconds")


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """The store and the rows of a run that nothing disturbed."""
    store = tmp_path_factory.mktemp("first-light") / "store"
    return store, _rows(store)


def test_every_language_is_scored(uninterrupted: tuple[Path, pd.DataFrame]) -> None:
    """Three arms, two seeds, four targets: every metric in every language whose file is there."""
    _, rows = uninterrupted
    assert set(rows["intermediate"]) == {"none", "commonsenseqa", "squad-dev-unseen"}
    for (_, _, name), cell in rows.groupby(["intermediate", "seed", "target"]):
        target = str(name)
        assert set(cell["language"]) == set(TESTED[target].split())
        assert len(cell) == len(TESTED[target].split()) * len(METRICS[target])
    assert len(rows) == 6 * (10 * 3 + 7 * 2 + 8 * 2 + 31)
    assert rows["value"].between(0, 100).all()


def test_a_finished_study_ends_in_seconds(uninterrupted: tuple[Path, pd.DataFrame]) -> None:
    """Run again, nothing is computed."""
    store, rows = uninterrupted
    began = time.monotonic()
    pd.testing.assert_frame_equal(_rows(store), rows)
    assert time.monotonic() - began < 20


def test_killed_in_the_middle_it_ends_with_the_same_rows(
    uninterrupted: tuple[Path, pd.DataFrame], tmp_path: Path
) -> None:
    """SIGKILL to every process, in pretraining and again in fine-tuning, and run again: the same rows."""
    _, rows = uninterrupted
    store = tmp_path / "store"
    for finished in (0, 7, 20):
        process = _start(store)
        while len(list(store.glob("steps/*/*/manifest.json"))) < finished:
            assert process.poll() is None
            time.sleep(1)
        time.sleep(100)  # past a checkpoint, into the middle of a step
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    pd.testing.assert_frame_equal(_rows(store), rows)
