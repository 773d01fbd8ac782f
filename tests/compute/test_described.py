"""Tests of compute.described: equal content is equal bytes, and the library reads it back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file

from stiltwalk.compute.described import save_described

TENSORS = {"values": torch.arange(6.0).reshape(2, 3), "ids": torch.tensor([4, 9], dtype=torch.int32)}
SAID = {
    name: f"{name}: ä/ö" for name in ("table", "origin", "decay", "name", "more", "and", "still", "more_")
}

PROGRAM = """
import sys
from pathlib import Path
from stiltwalk.compute.described import save_described
from tests.compute.test_described import SAID, TENSORS
save_described(dict(reversed(TENSORS.items())), Path(sys.argv[1]), dict(reversed(SAID.items())))
"""


def test_the_library_reads_it(tmp_path: Path) -> None:
    """Tensors and what is said of them come back as they were."""
    path = tmp_path / "rows.safetensors"
    save_described(TENSORS, path, SAID)
    found = load_file(path)
    assert found.keys() == TENSORS.keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in TENSORS.items())
    with safe_open(path, framework="pt") as file:
        assert file.metadata() == SAID


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    """Eight things said, in whatever order: sorted in the file, which is the same from every process."""
    save_described(TENSORS, tmp_path / "here.safetensors", SAID)
    subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "there.safetensors")],
        check=True,
        cwd=Path(__file__).parents[2],
    )
    raw = (tmp_path / "here.safetensors").read_bytes()
    assert raw == (tmp_path / "there.safetensors").read_bytes()
    length = int.from_bytes(raw[:8], "little")
    assert length % 8 == 0
    assert list(json.loads(raw[8 : 8 + length])["__metadata__"]) == sorted(SAID)
