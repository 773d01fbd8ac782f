r"""LaTeX: what is special is written, what TeX lacks is named, what is too wide is cut."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.render.tables.table import Column, Table, latex
from stiltwalk.render.tables.tex_text import spoken
from tests.render.hostile import NAMES


def _table(columns: int, rows: int = 2, cell: str = "+1.20 [-0.10, +2.50]", heads: int = 1) -> Table:
    names = tuple(Column(f"c{place}", "right" if place >= heads else "left") for place in range(columns))
    lines = tuple((f"row {row}", *[cell] * (columns - 1)) for row in range(rows))
    return Table("wide", "Wide", names, lines, lines, "A note.", heads)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("50 % & a_b #1", r"50 \% \& a\_b \#1"),
        ("{a} \\b~^", r"\{a\} \textbackslash{}b\~{}\^{}"),
        ("$x$", r"$\mathdollar$x$\mathdollar$"),
        ("<b>|", "$<$b$>$$|$"),
        ("[1]", "{[}1]"),
        ("*", "{*}"),
        ("+1.2 [-0.1, -.5]", r"+1.2 {[}$-$0.1,{} $-$.5]"),
        ("a-b -- c", r"a-{}b -{}-{} c"),
        ("é ñ ů ç ï", r"\'{e} \~{n} \r{u} \c{c} \"{\i}"),
        ("† – ≥ Δ", r"$\dagger$ {--} $\geq$ $\Delta$"),
    ],
)
def test_characters(text: str, written: str) -> None:
    """Each as LaTeX prints it, whatever it means there."""
    assert spoken(text).text == written


def test_what_tex_lacks_is_named() -> None:
    """By code points in the text, and a few by name below the table."""
    found = spoken("a \u05ea\u05d5 b\u202e")
    assert found.text == r"a {[}U+05EA 05D5] b{[}U+202E]"
    assert found.lacking == ("\u05ea", "\u05d5", "\u202e")
    said = latex(_table(2, cell="\u05ea"))
    assert "U+05EA is HEBREW LETTER TAV." in said
    many = latex(_table(2, cell="".join(map(chr, range(0x4E00, 0x4E0C)))))
    assert "and 4 others." in many
    assert "Code points" not in latex(_table(2))


def test_long_words_may_be_broken() -> None:
    """A word that is wider than its column does not run over the next."""
    assert r"\penalty" in spoken("x" * 30).text
    assert r"\penalty" in spoken("english-only").text
    assert r"\penalty" not in spoken("classification of many, (words)").text


@given(st.text(max_size=40))
def test_all_is_ascii_and_balanced(text: str) -> None:
    """No character that TeX would take for its own is left bare."""
    found = spoken(" ".join(text.split())).text
    assert found.isascii()
    assert found.isprintable()
    bare = re.sub(r"\\[%&#_{}]", "", found)
    assert not re.search(r"[%&#_]", bare)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0


def test_a_small_table_is_a_float() -> None:
    """One that fits is a float with booktabs' rules, a caption, a label and its note."""
    found = latex(_table(3))
    assert found.startswith("% needs \\usepackage{booktabs,longtable,array}\n")
    assert found.count(r"\begin{table}") == found.count(r"\begin{tabular}{@{}lrr@{}}") == 1
    assert r"\caption{Wide}\label{tab:wide}" in found
    for rule in ("toprule", "midrule", "bottomrule"):
        assert found.count(f"\\{rule}") == 1
    assert "A note." in found


def test_a_long_one_goes_on_over_pages() -> None:
    """One of many rows has its heading on every page."""
    found = latex(_table(3, rows=60))
    assert r"\begin{longtable}" in found
    assert r"\endfirsthead" in found
    assert r"\endhead" in found
    assert r"\begin{table}" not in found


def test_a_wide_one_is_cut_and_loses_nothing() -> None:
    """Each part has the first column again, and every other column is in one of them."""
    table = _table(12, heads=1)
    found = latex(table)
    parts = found.count(r"\begin{longtable}")
    assert parts == 4  # three such intervals beside a name
    assert f"(part {parts} of {parts})" in found
    assert found.count(r"\label{tab:wide}") == 1
    assert found.count(r"\addtocounter{table}{-1}") == parts - 1
    assert found.count("row 1 &") == parts
    assert all(f"c{place} " in found for place in range(1, 12))
    assert found.count("+2.50") == 2 * 11


def test_text_is_folded_and_numbers_are_not() -> None:
    """A long text takes what the page has left."""
    said = "many words " * 20
    table = Table(
        "x", "X", (Column("a"), Column("b"), Column("n", "right")), (("a", said, "1.00"),), ((),), ""
    )
    found = latex(table)
    kinds = re.search(
        r"begin\{tabular\}\{@\{\}l>\{\\raggedright\\arraybackslash\\hspace\{0pt\}\}p\{([\d.]+)em\}r@", found
    )
    assert kinds
    assert 15 < float(kinds[1]) < 39


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_leave_the_rows_whole(name: str) -> None:
    """A row has as many cells as the table has columns, and ends where it ended."""
    found = latex(_table(3, cell=name)._replace(title=name, note=name))
    body = found.split(r"\midrule")[1].split(r"\bottomrule")[0]
    lines = [line for line in body.splitlines() if line]
    assert len(lines) == 2
    assert all(line.endswith(r" \\") and len(re.findall(r"(?<!\\)&", line)) == 2 for line in lines)
    assert found.isascii()


def test_every_accent_that_is_written_is_one_of_tex() -> None:
    """Letters of Latin-1 and Latin Extended-A: written with an accent of OT1, or named; never passed on."""
    for code in range(0xA0, 0x180):
        found = spoken(chr(code))
        assert found.text.isascii(), unicodedata.name(chr(code))
        assert found.lacking in {(), (chr(code),)}
