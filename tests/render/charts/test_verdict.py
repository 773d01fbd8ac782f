"""Charts of a verdict: what a verdict says stands in them, and the same verdict makes the same file."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from stiltwalk.analyse.verdicts import MEASURED, Curve, Number, Verdict
from stiltwalk.render.charts.chart import save
from stiltwalk.render.charts.verdict import verdict_figure
from stiltwalk.spec.errors import UserError


def _number(name: str, of: str, value: float, low: float, high: float, unit: str = "points") -> Number:
    return Number(name, of, value, low, high, 0.95, unit, 3, "seeds", 0.5)


NUMBERS = (
    _number("gain", "pocket-s · nli", 2.0, 1.0, 3.0),
    _number("gain", "pocket-s · <qa> & $x$", -1.0, -math.inf, math.inf),
    _number("last doubling", "pocket-s", 0.2, -0.4, 0.8),
    _number("D90", "pocket-s", 4000, 1000, 9000, "examples"),
    _number("gain", "no value", math.nan, -math.inf, math.inf),
    _number("frontier", "a level", 56.0, 50.0, 60.0)._replace(p=math.nan),
)
CURVES = (
    Curve(
        MEASURED, "pocket-s", "intermediate examples", (250, 500), (50, 51), (49, -math.inf), (51, math.inf)
    ),
    Curve("log-linear", "pocket-s", "intermediate examples", (250, 500), (50, 51), (50, 51), (50, 51)),
)
VERDICT = Verdict("saturation", "still gaining", "It gains.", NUMBERS, (), (), "", CURVES)


def _svg(verdict: Verdict, path: Path, heading: str = "") -> str:
    save(verdict_figure(verdict, heading), path)
    return path.read_text(encoding="utf-8")


def test_what_is_said_stands_in_the_figure(tmp_path: Path) -> None:
    """Names, things and the heading, as text; numbers of other units and without a value do not."""
    text = _svg(VERDICT, tmp_path / "v.svg", "A rehearsal")
    for said in (
        "gain",
        "last doubling",
        "pocket-s: points",
        ">nli<",
        "A rehearsal",
        "95 % intervals",
        "log-linear",
    ):
        assert said in text
    assert "&lt;qa&gt; &amp; $x$" in text
    assert "D90" not in text
    assert "no value" not in text
    assert "a level" not in text


def test_the_same_verdict_makes_the_same_file(tmp_path: Path) -> None:
    """To the byte: a figure in a repository changes only when its numbers do."""
    for kind in ("svg", "pdf", "png"):
        save(verdict_figure(VERDICT), tmp_path / f"a.{kind}")
        save(verdict_figure(VERDICT), tmp_path / f"b.{kind}")
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_a_verdict_without_numbers(tmp_path: Path) -> None:
    """Where there is none the figure says so."""
    assert "no number" in _svg(VERDICT._replace(numbers=(), curves=()), tmp_path / "v.svg")


def test_other_formats_are_refused(tmp_path: Path) -> None:
    """The formats are named."""
    with pytest.raises(UserError, match=r"svg, pdf, png; found 'v\.docx'"):
        save(verdict_figure(VERDICT), tmp_path / "v.docx")
    with pytest.raises(UserError, match="cannot be written"):
        save(verdict_figure(VERDICT), tmp_path / "absent" / "v.svg")
