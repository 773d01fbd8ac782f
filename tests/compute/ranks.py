"""Two ranks for tests: a program of theirs started by torchrun, what they noted and what they left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from safetensors.torch import load_file
from torch import Tensor

from stiltwalk.engine.prepare import Prepared

RANKS = 2

_ROOT = Path(__file__).parents[2]


class Ranks(NamedTuple):
    """What two ranks left behind, and the study that they trained for."""

    prepared: Prepared
    folder: Path

    def said(self, name: str) -> list[dict[str, Any]]:
        """What each rank noted."""
        return [json.loads((self.folder / name.format(rank)).read_text()) for rank in range(RANKS)]

    def parameters(self, name: str) -> list[dict[str, Tensor]]:
        """What each rank's module ended with."""
        return [load_file(self.folder / name / f"{rank}.safetensors") for rank in range(RANKS)]


def run_in_ranks(program: str, world: Path, prepared: Prepared, folder: Path) -> Ranks:
    """Run the module ``program`` on two ranks, given the data, the study's store and where to write."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(RANKS)]
    left = folder / "left"
    ended = subprocess.run(
        [*torchrun, "-m", program, str(world), str(prepared.place.store.root), str(left)],
        cwd=_ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return Ranks(prepared, left)


def note(folder: Path, name: str, said: Mapping[str, Any]) -> None:
    """Write down what a rank has to say."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(said))
