"""Runs every preset at pocket scale, and writes its verdict and figure into docs/verdicts.md.

    python scripts/rehearsals.py --store DIR [NAME ...]

What is finished in the store is not computed again; from nothing it takes about an hour on two cores.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[1] / "docs" / "verdicts.md"
FIGURES = DOCUMENT.with_name("figures")
PRESETS = (
    *("phang2020", "size-xtreme-r", "data-saturation", "batch-size"),
    *("english-vs-multilingual", "data-vs-parameters"),
)
MOST_NUMBERS = 8
"""Of each verdict; all of them stand in ``stiltwalk verdict``."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, judge and write; a preset that fails stops it, and what was written stays."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--store", required=True)
    parser.add_argument("names", nargs="*", metavar="NAME", default=PRESETS)
    asked = parser.parse_args(arguments)
    FIGURES.mkdir(exist_ok=True)
    for name in asked.names:
        place = (name, "--scale", "pocket", "--store", asked.store)
        _stiltwalk("run", *place)
        figure = FIGURES / f"{name}.svg"
        found = json.loads(_stiltwalk("verdict", *place, "--json", "--figure", str(figure)))
        _write(name, _section(name, found["verdict"], found["numbers"]))


def _stiltwalk(*words: str) -> str:
    """What a command printed on standard output; what it says meanwhile is passed on."""
    command = [sys.executable, "-c", "from stiltwalk.cli.main import main; main()", *words]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=False, text=True)  # noqa: S603  our own
    if ended.returncode:
        raise SystemExit(ended.returncode)
    return ended.stdout


def _section(name: str, verdict: Mapping[str, Any], numbers: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        "*A rehearsal: does not answer the question at this scale.*",
        "",
        f"> **{verdict['answer']}.** {verdict['sentence']}",
        "",
        f"![numbers of {name} at pocket scale with their intervals](figures/{name}.svg)",
        "",
        "| number | of | value | interval | unit | rests on |",
        "|---|---|---:|---|---|---|",
        *(_row(each) for each in numbers[:MOST_NUMBERS]),
        "",
        f"The first of {len(numbers)} numbers. {verdict['needed']}",
        "",
        *(f"- {caveat}" for caveat in verdict["caveats"]),
    ]
    return "\n".join(lines)


def _row(number: Mapping[str, Any]) -> str:
    ends = (number["low"], number["high"])
    interval = "unbounded" if None in ends else " to ".join(f"{end:+.2f}" for end in ends)
    value = number["value"]
    shown = "none" if value is None or math.isnan(value) else f"{value:+.2f}"
    name = f"{number['name']}{', ' + number['note'] if number['note'] else ''}"
    return f"| {name} | {number['of']} | {shown} | {interval} | {number['unit']} | {number['n']:g} {number['units']} |"


def _write(name: str, text: str) -> None:
    before = DOCUMENT.read_text(encoding="utf-8")
    between = re.compile(rf"(<!-- verdict {name} -->\n).*?(<!-- end of verdict -->)", re.DOTALL)
    after, places = between.subn(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", before)
    if places != 1:
        raise SystemExit(f"{DOCUMENT}: expected one pair of markers for {name}, found {places}")
    DOCUMENT.write_text(after, encoding="utf-8")
    print(f"wrote {name} into {DOCUMENT}")  # noqa: T201  a script's output


if __name__ == "__main__":
    main()
