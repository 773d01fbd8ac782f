"""LaTeX tables by the real pdflatex: each alone, all pasted into one text, whatever the names hold."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from stiltwalk.render.tables.every import tables
from stiltwalk.render.tables.table import Column, Table, latex
from tests.render.hostile import NAMES
from tests.render.worlds import World, contents

pytestmark = pytest.mark.browser

_HEAD: Final = "\\usepackage[utf8]{inputenc}\n\\usepackage{booktabs,longtable,array}\n\\begin{document}\n"
_MOST_OVER: Final = 3.0
"""Points that a line may run over by: a millimetre."""

_WORLDS: Final = {
    "hostile": World(
        arms=12, targets=12, languages=12, hostile=True, missing=0.1, collapsed=0.1, claims=True
    ),
    "two encoders": World(encoders=2, claims=True, rehearsal=True),
    "curve": World(decision="saturation", arms=5),
}


def _log(text: str, folder: Path, of: str = "") -> str:
    """What pdflatex has to say of ``text``; fails where it makes no page of it."""
    program = shutil.which("pdflatex")
    if program is None:
        pytest.fail("No pdflatex: apt-get install texlive-latex-recommended ('make browser-test' does it).")
    source = folder / "table.tex"
    source.write_text(f"\\documentclass{of}{{article}}\n{_HEAD}{text}\\end{{document}}\n", encoding="utf-8")
    command = [program, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", source.name]
    for _ in range(2):  # a table over pages knows its widths by the second time
        ran = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
        log = (folder / "table.log").read_text(encoding="latin-1")
        assert ran.returncode == 0, log[-3000:]
        if "widths have changed" not in log:
            break
    (folder / "table.aux").unlink()
    return log


def _over(log: str) -> list[float]:
    """By how many points lines run over the margin."""
    return [float(found) for found in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", log)]


@pytest.mark.parametrize("world", _WORLDS.values(), ids=_WORLDS)
def test_every_table_compiles_alone(world: World, tmp_path: Path) -> None:
    """Without an error, without a letter that the font lacks, and within the margins."""
    for table in tables(contents(world)):
        log = _log(latex(table), tmp_path)
        assert "Missing character" not in log, table.name
        assert max(_over(log), default=0.0) <= _MOST_OVER, (table.name, _over(log))
        assert "Output written on table.pdf" in log


def test_all_tables_together(tmp_path: Path) -> None:
    """Pasted one after the other, with text between them."""
    found = tables(contents(_WORLDS["two encoders"]))
    log = _log("\n\nText.\n\n".join(map(latex, found)), tmp_path)
    assert "multiply defined" not in log


def test_a_small_table_goes_into_two_columns(tmp_path: Path) -> None:
    """As a float; one that goes on over pages cannot, which LaTeX says itself."""
    table = Table("x", "X", (Column("a"), Column("b", "right")), (("r", "1.00"),), (("r", 1.0),), "Note.")
    _log(latex(table), tmp_path, "[twocolumn]")


def test_every_letter_of_the_first_planes(tmp_path: Path) -> None:
    """Latin, Greek, Cyrillic, Hebrew, Arabic, dashes and signs: printed, or named."""
    letters = [chr(code) for code in (*range(0x20, 0x600), *range(0x2000, 0x2300)) if chr(code).isprintable()]
    rows = tuple(("".join(letters[place : place + 24]), "1") for place in range(0, len(letters), 24))
    table = Table("letters", "Letters", (Column("a"), Column("b", "right")), rows, rows)
    assert "Missing character" not in _log(latex(table), tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_hostile_captions_and_notes(name: str, tmp_path: Path) -> None:
    """What stands above and below a table is as harmless as what is in it."""
    table = Table("x", name, (Column(name), Column("b", "right")), ((name, "1"),), ((name, 1),), name)
    log = _log(latex(table), tmp_path)
    assert max(_over(log), default=0.0) <= _MOST_OVER
