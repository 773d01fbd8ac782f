"""Tests of tables in terminals of any width, and of what is said beside them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.progress import Progress as Bars
from rich.text import Text

from stiltwalk.cli import show
from stiltwalk.cli.fitting import Grid, fitted
from stiltwalk.cli.progress import _columns
from stiltwalk.cli.show import absent_lines
from tests.plan.fakes import everything, plan


def test_what_is_missing_is_said() -> None:
    """Languages without test files, and those without the dev files that a threshold is tuned on."""
    lacking = {("dev", "sw"), ("dev", "de"), ("test", "zh")}
    data = {datum: found for datum, found in everything().items() if datum[1:] not in lacking}
    assert absent_lines(plan({"targets": ["pocket-mining"]}, data)) == [
        "pocket-mining: no dev files to tune a threshold on, so not tested: de sw",
        "pocket-mining: no test files, so not tested: zh",
    ]
    assert absent_lines(plan({"targets": ["pocket-mining"]})) == []


WIDTHS = (60, 80, 120, 200)

_RESULTS: list[dict[str, Any]] = [
    {
        "encoder": "an-encoder-of-some-length",
        "intermediate": arm,
        "target": target,
        "metric": metric,
        "seeds": 3,
        "value": 50.0 + number,
    }
    for arm in ("none", "multitask+mlm-replacing")
    for target in ("pocket-entailment", "pocket-retrieval")
    for number, metric in enumerate(("accuracy_margin", "accuracy_centred"))
]
_NOTES: list[dict[str, Any]] = [
    {
        "check": f"check {number}",
        "found": "a sentence of several words " * number + "with [brackets]",
        "state": "not enough evidence",
        "cure": f"set STILTWALK_DATA, or give --data-dir {number}",
        "where": f"/{number}/a/path/that/is/longer/than/any/line/of/a/narrow/terminal/and/is/never/lost",
    }
    for number in range(1, 4)
]
_TABLES = {
    "results": _RESULTS,
    "notes": _NOTES,
    "one row": _NOTES[:1],
    "right to left": [{"a": "\u05ea\u05d5" * 50}],
}


def _printed(
    monkeypatch: pytest.MonkeyPatch, rows: Sequence[Mapping[str, Any]], width: int, **how: Any
) -> str:
    """What ``print_table`` prints of ``rows`` in a terminal of ``width`` columns."""
    out = io.StringIO()
    monkeypatch.setattr(show, "console", Console(file=out, width=width, highlight=False, **how))
    show.print_table(
        rows, tuple(rows[0]), title="A title that is longer than a narrow table would ever be wide"
    )
    return out.getvalue()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("rows", _TABLES.values(), ids=_TABLES)
def test_no_line_is_longer_than_the_terminal(
    monkeypatch: pytest.MonkeyPatch, rows: list[dict[str, Any]], width: int
) -> None:
    """And nothing is lost: every word is there, whole where a line can hold it."""
    out = _printed(monkeypatch, rows, width)
    assert max(map(cell_len, out.splitlines())) <= width
    assert "A title that is longer than a narrow table" in out
    joined = "".join(out.split())
    for row in rows:
        for name, value in row.items():
            text = f"{value:.2f}" if isinstance(value, float) else str(value)
            for word in text.split():
                assert word in (out if cell_len(word) <= width // 2 else joined)
            assert name in out
    assert "\x1b" not in out


def test_rows_of_the_same_first_cells_stand_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """What all rows share is said once; what some share is a heading above a table of the others."""
    out = _printed(monkeypatch, _RESULTS, 60)
    assert "In every row: encoder an-encoder-of-some-length, seeds 3." in out.replace("\n  ", " ")
    assert out.count("multitask+mlm-replacing") == 1
    assert "By intermediate:" in out
    assert out.count("target ") == 2
    assert "pocket-retrieval   accuracy_centred  51.00" in out


def test_rows_of_long_texts_are_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No column is squeezed to a few letters: each cell has a line, with the name of its column."""
    out = _printed(monkeypatch, _NOTES, 60)
    lines = out.splitlines()
    assert "By check:" in lines
    assert "check 1" in lines
    assert any(line.startswith("  found: a sentence of several words") for line in lines)


def test_a_wide_terminal_has_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line a row, below the title and the headings."""
    out = _printed(monkeypatch, _RESULTS, 200)
    assert len(out.splitlines()) == 2 + len(_RESULTS)


@pytest.mark.parametrize(
    "how", [{}, {"force_terminal": True, "_environ": {"TERM": "dumb"}}], ids=["piped", "dumb"]
)
def test_no_codes_where_nobody_reads_them(monkeypatch: pytest.MonkeyPatch, how: dict[str, Any]) -> None:
    """In a pipe, and on a terminal that says that it knows none."""
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in _printed(monkeypatch, _RESULTS, 60, **how)


def test_no_colour_is_the_only_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without colours the text is the same, and there are none."""
    plain = _printed(monkeypatch, _RESULTS, 60)
    shown = _printed(monkeypatch, _RESULTS, 60, force_terminal=True, no_color=True)
    assert "\x1b[3" not in shown.replace("\x1b[3m", "")  # 3 alone is italic, 30 to 37 are colours
    assert Text.from_ansi(shown).plain.split() == plain.split()


_CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), max_size=40)


@given(
    st.integers(20, 100),
    st.integers(1, 5).flatmap(lambda n: st.lists(st.tuples(*[_CELLS] * n), min_size=1, max_size=5)),
)
def test_any_table_fits_and_loses_nothing(width: int, rows: list[tuple[str, ...]]) -> None:
    """Whatever the cells hold, every letter of them is printed within the width."""
    names = tuple(f"c{place}" for place in range(len(rows[0])))
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False)
    for part in fitted(Grid(names, tuple(rows)), width):
        console.print(part)
    lines = out.getvalue().split("\n")
    assert max(map(cell_len, lines)) <= width
    letters = set("".join(lines))
    assert {letter for row in rows for cell in row for letter in cell if not letter.isspace()} <= letters


def test_notes_are_folded_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a pipe a note stays one line; a path is never broken."""
    said = "some words " * 20 + "/a/path" * 20
    show.note(said)
    assert capsys.readouterr().err == f"{said}\n"
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    show.note(said)
    *lines, last = capsys.readouterr().err.splitlines()
    assert last == "/a/path" * 20
    assert max(map(len, lines)) <= 60
    assert " ".join([*lines, last]).split() == said.split()


@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_the_width_is_the_terminals_whatever_it_can_do(monkeypatch: pytest.MonkeyPatch, term: str) -> None:
    """A terminal without codes is as wide as it says, and a pipe as wide as nothing is folded in."""
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert show._console().width == 60
    monkeypatch.setattr("sys.stdout.isatty", lambda: False)
    assert show._console().width == show.WIDE


@pytest.mark.parametrize("width", WIDTHS)
def test_the_live_table_keeps_its_counts(width: int) -> None:
    """In a narrow terminal a long title is cut, and how far the step is stands there whole."""
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None)
    bars = Bars(*_columns(width), console=console, auto_refresh=False)
    bars.add_task(
        "target of a long name " * 9, total=1000, completed=123, rate="1,234 examples/s", left="1:00:00 left"
    )
    console.print(bars.get_renderable())
    (line,) = out.getvalue().splitlines()
    assert cell_len(line) <= width
    assert " 123/1000" in line
    assert "1:00:00 left" in line
