"""Loss curves of the engine and of ``Trainer`` on real tasks, with dropout: ``python -m benchmarks.curves``.

Both sides see the same examples in every step and start from the same weights; only the masks of dropout are
drawn differently. Controls are trainings of ours that are wrong in one thing: how small a wrong is seen?
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks import real_peer, real_runs
from benchmarks.agreement import Agreement, Curves, compare
from benchmarks.real_runs import CASES, Outcome, Run

DATA = Path(__file__).parents[2] / "shared" / "data"
SEEDS = (1, 2, 3, 4, 5)
PROCESSES = 2
"""At once, of one thread each: small encoders gain little from a second thread."""

Wrongs = Mapping[str, Mapping[str, Any]]
"""Control → what is wrong with our side."""

WRONG: Wrongs = {
    "no dropout": {"hidden": 0.0, "attention": 0.0},
    "dropout 0.3": {"hidden": 0.3, "attention": 0.3},
    "no attention dropout": {"attention": 0.0},
    "learning rate x 1.3": {"faster": 1.3},
}

STEPS = (50, 100, 150)
"""Where the table reads the curves, beside their end."""

Outcomes = Mapping[Run, Outcome]


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, and print the tables; 0 if both sides agree in every task, 1 if not."""
    asked = _parser().parse_args(arguments)
    wrong = WRONG if asked.controls else {}
    found = train_all(runs_of(asked.tasks, wrong, asked.seeds), asked.data_dir)
    if asked.out is not None:
        kept = [{"run": asdict(run), **asdict(outcome)} for run, outcome in found.items()]
        asked.out.write_text(json.dumps(kept), encoding="utf-8")
    sys.stdout.write(report(found, asked.tasks, wrong, asked.seeds))
    verdicts = [verdict(found, task, asked.seeds).agrees for task in asked.tasks]
    return 0 if all(verdicts) else 1


def runs_of(tasks: Iterable[str], wrong: Wrongs, seeds: Sequence[int] = SEEDS) -> list[Run]:
    """Both sides and the controls in ``wrong`` of ``tasks``, the longest first."""
    made = []
    for task in tasks:
        sides = [Run("theirs", task, 0), Run("ours", task, 0)]
        sides += [replace(sides[1], **settings) for settings in wrong.values()]
        made += [replace(each, seed=seed) for each in sides for seed in seeds]
    return made


def train_all(runs: Iterable[Run], data_dir: Path) -> dict[Run, Outcome]:
    """What came of each of ``runs``, ``PROCESSES`` of them at a time."""
    context = get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=_silent) as pool:
        wanted = list(dict.fromkeys(runs))
        return dict(zip(wanted, pool.map(partial(train, data_dir=data_dir), wanted), strict=True))


def train(run: Run, data_dir: Path) -> Outcome:
    """What came of ``run``; nothing of it stays on disk."""
    with TemporaryDirectory(prefix="stiltwalk-curves-") as folder:
        place = real_runs.place_of(run, data_dir, Path(folder))
        return real_runs.train(run, place) if run.side == "ours" else real_peer.train(run, place)


def curves(found: Outcomes, like: Run, seeds: Sequence[int] = SEEDS) -> Curves:
    """``(seeds, steps)`` of the runs that are as ``like`` but for their seed."""
    return np.array([found[replace(like, seed=seed)].losses for seed in seeds])


def verdict(
    found: Outcomes, task: str, seeds: Sequence[int] = SEEDS, wrong: Mapping[str, Any] | None = None
) -> Agreement:
    """Whether our side, or that control of it, agrees with the peer."""
    ours = replace(Run("ours", task, 0), **(wrong or {}))
    return compare(curves(found, ours, seeds), curves(found, Run("theirs", task, 0), seeds))


def report(found: Outcomes, tasks: Iterable[str], wrong: Wrongs, seeds: Sequence[int]) -> str:
    """Two tables in Markdown: the curves of both sides, and the verdicts."""
    heads = ("task", "side", "seeds", *(f"step {step}" for step in STEPS), "end", "dev")
    sides = _table(
        heads,
        [_side(found, replace(Run(side, task, 0)), seeds) for task in tasks for side in ("ours", "theirs")],
    )
    rows = []
    for task in tasks:
        for name, settings in {"as it is": {}, **wrong}.items():
            rows.append((task, name, *_said(verdict(found, task, seeds, settings))))
    heads = ("task", "ours", "difference", "windows within", "p of the end", "p of the whole", "agrees")
    return f"{sides}\n{_table(heads, rows)}"


def _side(found: Outcomes, like: Run, seeds: Sequence[int]) -> tuple[str, ...]:
    losses = curves(found, like, seeds)
    ends = [*STEPS, losses.shape[1]]
    # ten steps up to there
    means = [_spread(losses[:, end - 10 : end].mean(axis=1), 3) for end in ends]
    dev = _spread(np.array([found[replace(like, seed=seed)].dev for seed in seeds]), 2)
    return like.task, like.side, str(len(seeds)), *means, dev


def _spread(values: Curves, digits: int) -> str:
    return f"{values.mean():.{digits}f} ± {values.std(ddof=1):.{digits}f}"


def _said(found: Agreement) -> tuple[str, ...]:
    return (
        f"{found.difference:+.4f} ± {found.error:.4f}",
        f"{found.within:.0%}",
        f"{found.end:.3g}",
        f"{found.whole:.3g}",
        "yes" if found.agrees else "no",
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _silent() -> None:
    """In a worker: the processors alone, and no word of the libraries."""
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  to the end


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.curves", description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=list(CASES), default=list(CASES), help="default: all")
    parser.add_argument(
        "--seeds", nargs="+", type=int, default=list(SEEDS), help="three or more (default 1 to 5)"
    )
    parser.add_argument("--controls", action="store_true", help="train what is wrong on purpose, too")
    parser.add_argument("--data-dir", type=Path, default=DATA, help="default: ../shared/data")
    parser.add_argument("--out", type=Path, help="file to keep every loss in (JSON)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
