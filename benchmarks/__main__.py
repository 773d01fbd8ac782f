"""Runs us and the peers in turn, prints one table, and keeps it: ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import document
from benchmarks.bench import Bench
from benchmarks.claims import CLAIMS, Claim, chosen
from benchmarks.machine import commit, watch_others, where
from benchmarks.rows import Row, markdown, write


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the rows asked for; 0, or 1 where one could not be measured, 2 where none has such a name."""
    asked = _parser().parse_args(arguments)
    out: Path | None = asked.out or (None if asked.quick else document.LATEST)
    try:
        claims = chosen(tuple(asked.only or ()), asked.quick)
    except ValueError as error:
        _say(str(error))
        return 2
    rows: list[Row] = []
    with TemporaryDirectory(prefix="stiltwalk-bench-") as folder:
        bench = Bench(Path(folder), 1 if asked.quick else asked.repeats)
        for name, claim in claims.items():
            _say(f"{name} …")
            try:
                rows.append(_stamped(bench, name, claim))
            except RuntimeError as error:
                _say(f"{name} could not be measured: {error}")
                continue
            if out is not None:  # after every row, for the run is long
                write(out, where(), rows, tuple(CLAIMS))
            if out == document.LATEST:
                document.renew()
    sys.stdout.write(markdown(rows))
    return 0 if len(rows) == len(claims) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="PATTERN", help="rows by name, such as 'train/small/*'")
    parser.add_argument("--repeats", type=_positive, default=5, help="pairs of turns a row (default 5)")
    parser.add_argument(
        "--quick", action="store_true", help="one pair, smallest shape: does everything work?"
    )
    parser.add_argument(
        "--out",
        type=Path,
        help="file to keep the rows in; others in it stay (default: latest.json here; none for a quick run)",
    )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number of 1 or more, found '{text}'")
    return int(text)


def _stamped(bench: Bench, name: str, claim: Claim) -> Row:
    """The row, with the day, the commit and the load beside it."""
    others = watch_others()
    row = claim(bench, name)
    return replace(row, others=others(), date=f"{datetime.now(UTC):%Y-%m-%d}", commit=commit())


def _say(line: str) -> None:
    """Progress and complaints; the table alone goes to standard output."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
