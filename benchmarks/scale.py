"""How long commands take on studies of a thousand steps and more: ``python -m benchmarks.scale --help``.

A synthetic study of the pocket world is planned, its steps are made up as if they had been computed, and
then the commands are run as a user runs them. Where steps are carried out they do nothing, so that what is
left is our own. Every figure is of a fresh process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from benchmarks.machine import where
from benchmarks.scale_cases import ROWS, STORE, STUDY, TARGETS

_ENCODERS = ("pocket-xs", "pocket-s", "pocket-m")
_ARMS = 10
_A_SEED = 129
"""Steps of this study that another seed adds: three encoders, ten arms and the baseline, two targets."""

_ROWS_WANTED = 1_000_000
_TIMES = 2
_NO_OPS = 200
"""Steps that do nothing, for the overhead of one."""

_COLUMNS = (
    *("steps", "plan_s", "plan_mb", "plan_command_s", "warm_run_s", "results_arm_s", "arm_rows", "all_rows"),
    *("status_s", "ls_s"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the sizes asked for, and print a table or one JSON object."""
    asked = _parser().parse_args(arguments)
    rows = []
    for size in asked.steps:
        with TemporaryDirectory(prefix="stiltwalk-scale-") as folder:
            rows.append(_row(Path(folder), size, million=asked.million))
            _say(json.dumps(rows[-1]))
    overheads = [] if asked.no_overhead else [_overhead(workers) for workers in (0, 2)]
    found = {"where": where(), "rows": rows, "overheads": overheads}
    sys.stdout.write(json.dumps(found, indent=1) + "\n" if asked.json else _table(rows, overheads))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument(
        "--steps",
        type=lambda text: [int(part) for part in text.split(",")],
        default=[1000, 10000],
        help="sizes of the study, with commas (default 1000,10000; 100000 takes a quarter of an hour)",
    )
    parser.add_argument("--million", action="store_true", help="spread a million result rows over each study")
    parser.add_argument("--no-overhead", action="store_true", help="leave out the steps that do nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _row(folder: Path, steps: int, *, million: bool) -> dict[str, Any]:
    """One line: a study of about so many steps."""
    _write_study(folder, max(1, round(steps / _A_SEED)))
    first = _case(folder, "planned")  # fills the caches that a second look at the disk uses
    if million:
        (folder / ROWS).write_text(json.dumps({"rows": -(-_ROWS_WANTED // first["cells"])}))
    plan = _case(folder, "planned")
    _say(f"{plan['steps']} steps planned in {plan['seconds']:.1f} s; making them up …")
    made = _case(folder, "made-up")
    # whoever reads first writes the index, once; the commands after that are what a user waits for
    began = time.perf_counter()
    _command(folder, "results", "scale", "--csv")
    compacting = time.perf_counter() - began
    arm, printed = _command(folder, "results", "scale", "--arm", "arm-0", "--csv")
    return {
        "steps": plan["steps"],
        "plan_s": plan["seconds"],
        "plan_mb": plan["peak_mb"],
        "plan_command_s": _command(folder, "plan", str(folder / STUDY), "--json")[0],
        "warm_run_s": _command(folder, "run", str(folder / STUDY))[0],
        "results_arm_s": arm,
        "arm_rows": printed - 1,
        "all_rows": made["rows"],
        "status_s": _command(folder, "status", "scale", "--json")[0],
        "ls_s": _command(folder, "store", "ls")[0],
        "compacting_s": compacting,
    }


def _overhead(workers: int) -> dict[str, Any]:
    """Milliseconds a step of the local engine: the difference between a long study and a short one."""
    cases = []
    for seeds in (1, 1 + _NO_OPS // _A_SEED + 1):
        with TemporaryDirectory(prefix="stiltwalk-scale-") as name:
            folder = Path(name)
            _write_study(folder, seeds)
            cases.append(_case(folder, "no-op", str(workers)))
    (short, long) = cases
    more = long["steps"] - short["steps"]
    each, busy = ((long[name] - short[name]) / more for name in ("seconds", "busy"))
    found = {"workers": workers, "steps": long["steps"], "failed": long["failed"]}
    return found | {"ms_a_step": 1000 * each, "busy_ms_a_step": 1000 * busy}


def _write_study(folder: Path, seeds: int) -> None:
    arms = [
        {"task": "pocket-nli", "name": f"arm-{number}", "training": {"examples": 200 + 100 * number}}
        for number in range(_ARMS)
    ]
    study = {
        "study": "scale",
        "encoders": list(_ENCODERS),
        "intermediate": arms,
        "targets": list(TARGETS),
        "seeds": seeds,
        "recipe": {"name": "pocket"},
        "execution": {"threads": 1, "micro_tokens": 1024},
    }
    (folder / STUDY).write_text(yaml.safe_dump(study))


def _case(folder: Path, case: str, *words: str) -> dict[str, Any]:
    """What ``scale_cases`` finds in a process of its own."""
    command = (sys.executable, "-m", "benchmarks.scale_cases", case, str(folder), *words)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{case} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _command(folder: Path, *words: str) -> tuple[float, int]:
    """Seconds that ``stiltwalk WORDS`` takes, the best of a few times, and how many lines it prints."""
    command = (sys.executable, "-m", "stiltwalk.cli.main", *words, "--store", str(folder / STORE))
    seconds = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        seconds.append(time.perf_counter() - began)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)} failed:\n{done.stderr}")
    _say(f"{' '.join(words[:2])}: {min(seconds):.2f} s")
    return min(seconds), done.stdout.count("\n")


def _table(rows: Sequence[Mapping[str, Any]], overheads: Sequence[Mapping[str, Any]]) -> str:
    lines = [f"| {' | '.join(_COLUMNS)} |", "|" + "---:|" * len(_COLUMNS)]
    lines += [f"| {' | '.join(_word(row[name]) for name in _COLUMNS)} |" for row in rows]
    lines += [
        f"local engine, {each['workers']} worker(s): {each['ms_a_step']:.1f} ms a step" for each in overheads
    ]
    return "\n".join(lines) + "\n"


def _word(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
