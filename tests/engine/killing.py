"""A study that is killed again and again: how it is started, when it is hit, and what it then was at."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from stiltwalk.plan.nodes import Plan
from stiltwalk.store.atomic import read_json
from stiltwalk.store.store import Store
from tests.worlds import PRETRAIN

STUDY: Mapping[str, Any] = {
    "study": "killed",
    "encoders": [
        {
            **PRETRAIN,
            "pretrain": PRETRAIN["pretrain"]
            | {"training": {"steps": 120, "batch_size": 8, "max_tokens": 64, "learning_rate": 5e-3}},
        }
    ],
    "targets": ["udpos", {"task": "xquad", "trains_on": ["squad-dev-unseen"]}, "tatoeba"],
    "intermediate": ["commonsenseqa"],
    "seeds": [1, 2],
    "recipe": {
        "name": "pocket",
        "intermediate": {"learning_rate": 5e-3, "batch_size": 8, "epochs": 16},
        "target": {"learning_rate": 5e-3, "batch_size": 8, "epochs": 24},
    },
}
"""Every kind of training and prediction, of some seconds each."""

CHECKPOINT_SECONDS = 0.2

_PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
from stiltwalk.engine.local import run_local
from tests.engine.killing import CHECKPOINT_SECONDS, STUDY
from tests.worlds import prepared_study

plan, place = prepared_study(Path(sys.argv[1]), Path(sys.argv[2]), STUDY)
place = replace(place, checkpoint_seconds=CHECKPOINT_SECONDS)
outcome = run_local(plan, place, 2, lambda event: None)
print("\\n".join(outcome.failed.values()), outcome.died, file=sys.stderr)
sys.exit(0 if outcome.done == outcome.total else 1)
"""


class Moment(NamedTuple):
    """When a blow falls.

    Attributes:
        seen: what in the store shows that it has come, once that was written by the run that is hit.
        most: it falls at most so many seconds after that.
    """

    seen: str
    most: float


MOMENTS: Mapping[str, Moment] = {
    "start-up": Moment("", 5.0),
    "work": Moment("work/*/draft", 2.5),
    "checkpoint": Moment("work/*/checkpoint.draft", 0.01),
    "prediction": Moment("work/*/draft/predictions", 0.03),
    "publication": Moment("work/*/draft/step.json", 0.01),
    "after": Moment("work/*/draft/manifest.json", 0.3),
}


def start(data: Path, store: Path) -> subprocess.Popen[str]:
    """Two workers on the study, in a process group of their own."""
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(data), str(store)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def kill(process: subprocess.Popen[str], store: Path, began: float, dice: random.Random) -> bool:
    """Wait for a moment that the dice choose, and end every process of the run that ``began`` then, at once.

    Returns:
        Whether any was still there.
    """
    moment = MOMENTS[dice.choice(sorted(MOMENTS))]
    late = dice.uniform(0, moment.most)
    while moment.seen and process.poll() is None and not _written_since(began, store, moment.seen):
        time.sleep(0.001)
    with suppress(subprocess.TimeoutExpired):
        process.wait(late)
    alive = process.poll() is None
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)  # until the last of them has let go of the pipe
    return alive


def _written_since(began: float, store: Path, pattern: str) -> bool:
    """Whether anything of ``pattern`` is younger than ``began``: what a run before left over is not."""
    for path in store.glob(pattern):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime >= began:
                return True
    return False


def hit(plan: Plan, store: Store, began: float) -> list[str]:
    """What each worker of the run that ``began`` then was at when it was killed, told by what it left."""
    leases = sorted(path.stem for path in store.leases.glob("*.json") if path.stat().st_mtime >= began)
    return [_at(plan, store, key) for key in leases] or ["start-up, or between steps"]


def _at(plan: Plan, store: Store, key: str) -> str:
    kind = plan.nodes[key].step.kind
    folders = store.workplaces(key)
    if store.has(key):
        return "just after publication"
    if not folders:
        return "just before work"
    (folder,) = folders
    if (folder / "draft" / "step.json").exists():
        return "publication"
    if (folder / "checkpoint.draft").exists():
        return f"{kind}: writing a checkpoint"
    if kind in {"pretrain", "intermediate", "target"}:
        return f"{kind}: {'training' if any(folder.glob('checkpoint-*')) else 'before a first checkpoint'}"
    return str(kind)


def published(store: Store) -> dict[str, str]:
    """Step and file → SHA-256, of every published file but those that hold what the clock decides."""
    timed = {"step.json", "step.log", "results.parquet"}
    found: dict[str, str] = {}
    for path in sorted(store.root.glob("steps/*/*/manifest.json")):
        manifest = read_json(path) or {}
        found |= {
            f"{path.parent.name}/{name}": each["sha256"]
            for name, each in manifest["files"].items()
            if Path(name).name not in timed
        }
    return found
