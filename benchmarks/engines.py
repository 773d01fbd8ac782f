"""What an engine adds to each step: ``python -m benchmarks.engines [ENGINE ...]``.

The steps do nothing but get published, so what is left is ours: the claim, the folder, the record, the
publication, the news. Counted is from the first publication to the last, by two workers in a fresh process.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.machine import where
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.engine.engine_options import choose_engine
from stiltwalk.engine.engines import carry_out
from stiltwalk.engine.prepare import prepare
from stiltwalk.plan.steps import Step
from stiltwalk.spec.study_files import study_from
from stiltwalk.store.store import open_store, publish
from stiltwalk.store.studies import keep_study

ENGINES = ("local", "ray")

WORKERS = 2

SEEDS = 40
"""Of the study, which makes some 240 steps."""


def do_nothing(step: Step, key: str, place: Place, folder: Path, monitor: Monitor) -> bool:  # noqa: ARG001
    """Publish ``step`` as it is, in the place of ``carry_out``."""
    draft = folder / "draft"
    draft.mkdir(parents=True, exist_ok=True)
    published = publish(place.store, key, step, {"wall_seconds": 0.0}, draft)
    shutil.rmtree(folder, ignore_errors=True)
    return published


def compute_nothing() -> None:
    """From here on this process publishes steps without computing them."""
    from stiltwalk.compute import carry_out as module  # noqa: PLC0415  workers import torch, nobody else

    module.carry_out = do_nothing


def carried_out(engine: str, folder: Path) -> dict[str, Any]:
    """Steps that were carried out, those that were not, and milliseconds from one publication to the next."""
    study = {
        "study": "nothing",
        "encoders": ["pocket-xs"],
        "intermediate": ["pocket-nli"],
        "targets": ["pocket-entailment", "pocket-retrieval"],
        "seeds": SEEDS,
        "recipe": {"name": "pocket"},
    }
    prepared = prepare(study_from(study, "the benchmark", {}), open_store(folder / "store"), None)
    keep_study(prepared.place.store, prepared.plan, None)
    if engine == "ray":
        import ray  # noqa: PLC0415  an extra

        # connected already, the engine takes what is there; each worker's process begins with the hook
        environment = {"worker_process_setup_hook": compute_nothing}
        ray.init(
            address="local",
            num_cpus=WORKERS,
            include_dashboard=False,
            log_to_driver=False,
            runtime_env=environment,
        )
    outcome = carry_out(prepared, choose_engine(engine, {}), WORKERS)
    published = sorted(path.stat().st_mtime for path in (folder / "store").glob("steps/*/*/manifest.json"))
    each = (published[-1] - published[0]) / (len(published) - 1)
    left = outcome.total - outcome.done
    return {
        "engine": engine,
        "workers": WORKERS,
        "steps": outcome.done,
        "left": left,
        "ms_a_step": 1000 * each,
    }


def overhead(engine: str) -> dict[str, Any]:
    """What ``carried_out`` finds in a process of its own."""
    with TemporaryDirectory(prefix="stiltwalk-engines-") as folder:
        command = (sys.executable, "-m", "benchmarks.engines", "--case", engine, folder)
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{engine} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(words: Sequence[str]) -> int:
    """Measure the engines that are named, or all."""
    if words[:1] == ["--case"]:
        compute_nothing()
        sys.stdout.write(json.dumps(carried_out(words[1], Path(words[2]))) + "\n")
        return 0
    found = [overhead(engine) for engine in words or ENGINES]
    sys.stdout.write(json.dumps({"where": where(), "overheads": found}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
elif __name__ == "__mp_main__":  # a worker that such a process spawned
    compute_nothing()
