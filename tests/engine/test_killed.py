"""The proof that a kill costs nothing: fifty of them, and the bits of a run that nothing disturbed."""

from __future__ import annotations

import random
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from stiltwalk.engine.local import missing
from stiltwalk.engine.prepare import Prepared
from stiltwalk.store.store import read_artifact, verify_artifact
from tests.engine.killing import STUDY, hit, kill, published, start
from tests.worlds import prepared_study, rows_of, write_world

KILLS = 50


def finished(data: Path, store: Path) -> Prepared:
    """The study run to its end, whatever state its store is in."""
    process = start(data, store)
    _, said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    prepared = prepared_study(data, store, STUDY)
    assert missing(prepared.plan, prepared.place) == 0
    return prepared


@pytest.mark.slow
def test_fifty_kills_change_no_bit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SIGKILL to command and workers at fifty random moments, the same run again each time: the same bits.

    A study that comes to its end is compared and begun anew, until the fiftieth kill.
    """
    data, dice = write_world(tmp_path / "data"), random.Random(50)
    reference = finished(data, tmp_path / "reference")
    bits = published(reference.place.store)
    assert any(name.endswith(".safetensors") for name in bits)
    prepared = prepared_study(data, tmp_path / "store", STUDY)
    was_at: Counter[str] = Counter()
    kills = whole = 0
    while kills < KILLS:
        began = time.time()
        if kill(start(data, tmp_path / "store"), tmp_path / "store", began, dice):
            kills += 1
            was_at.update(hit(prepared.plan, prepared.place.store, began))
        else:
            _compare(finished(data, tmp_path / "store"), reference, bits)
            whole += 1
            shutil.rmtree(tmp_path / "store")
            prepared = prepared_study(data, tmp_path / "store", STUDY)
    with capsys.disabled():
        counts = "".join(f"\n  {count:3} {what}" for what, count in was_at.most_common())
        sys.stdout.write(f"\n{kills} kills, {whole + 1} times to the end; the workers were at:{counts}\n")
    _compare(finished(data, tmp_path / "store"), reference, bits)


def _compare(again: Prepared, reference: Prepared, bits: dict[str, str]) -> None:
    """The same rows and the same bytes of every model, prediction and head, and none of them damaged."""
    pd.testing.assert_frame_equal(rows_of(again), rows_of(reference))
    assert published(again.place.store) == bits
    for key in again.plan.nodes:
        verify_artifact(read_artifact(again.place.store, key))
