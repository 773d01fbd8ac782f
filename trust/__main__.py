"""Simulates studies of known truth and counts how often the statistics are right: ``python -m trust -h``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import stiltwalk
from trust import document
from trust.document import Line
from trust.measures import Proof
from trust.proofs import PROOFS, chosen
from trust.running import SEED, Part, code_digest, run
from trust.simulator import TRUE, World


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate the proofs asked for.

    Returns:
        0; 1 where a nominal rate is missed, or a study failed; 2 where no proof has such a name.
    """
    asked = _parser().parse_args(arguments)
    try:
        proofs = chosen(tuple(asked.only or ()))
    except ValueError as error:
        _say(str(error))
        return 2
    parts = {
        Part(name, world.name, asked.studies or studies_in(proof, world), asked.seed): (proof, world)
        for name, proof in proofs.items()
        for world in proof.worlds
    }
    started = time.monotonic()
    stamp = (asked.seed, code_digest(), f"{datetime.now(UTC):%Y-%m-%d}")
    found: list[Line] = []
    for part, raw in run(list(parts), asked.workers, asked.cache, _say):
        proof, world = parts[part]
        found += document.lines_of(proof, world, raw, part.studies, stamp)
    order = [(part.proof, part.world) for part in parts]
    found.sort(key=lambda line: order.index((line.proof, line.world)))
    if asked.write:
        document.write(document.LATEST, _machine(), stiltwalk.__version__, found, tuple(PROOFS))
        document.renew()
    said = (
        json.dumps([asdict(line) for line in found], indent=1) + "\n"
        if asked.json
        else document.markdown(found)
    )
    sys.stdout.write(said)
    _say(f"{(time.monotonic() - started) / 60:.1f} minutes")
    return int(any((line.outcome == "missed" and line.world == TRUE.name) or line.failed for line in found))


def studies_in(proof: Proof, world: World) -> int:
    """How many studies of ``proof`` are simulated in ``world``: the true one decides, the others inform."""
    return proof.studies if world == TRUE else proof.studies // 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m trust", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="PATTERN", help="proofs by name, such as 'gains/*'")
    parser.add_argument(
        "--studies", type=_positive, help="of each proof in each world (default: its own number)"
    )
    parser.add_argument("--seed", type=_positive, default=SEED, help=f"of the simulator (default {SEED})")
    parser.add_argument(
        "--workers", type=_positive, default=os.cpu_count() or 1, help="processes (default: one a core)"
    )
    parser.add_argument("--cache", type=Path, help="folder that finished proofs are kept in and taken from")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument(
        "--write",
        action="store_true",
        help="keep the figures in latest.json here, and renew docs/statistics.md",
    )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number of 1 or more, found '{text}'")
    return int(text)


def _machine() -> str:
    where = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {where}"


def _say(line: str) -> None:
    """Progress and complaints; figures alone go to standard output."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
