"""LaTeX: a table as plain pdflatex compiles it, cut where it is too wide for the page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from stiltwalk.render.tables.tex_text import spoken

_LINE: Final = 39.5
"""Width of a page of the class ``article``, in em of its size ``footnotesize``."""
_BETWEEN: Final = 0.75
"""What the space beside a column takes."""
_FOLDED: Final = 15.0
"""Width from which on text is folded."""
_HEADS: Final = 25.0
"""Width that the first columns take together at most."""
_LEAST: Final = 5.5
_PAGE: Final = 40
"""Lines from which on a table goes on over pages."""
_MOST_NAMED: Final = 8

_EMS: Final[Mapping[str, float]] = {
    **dict.fromkeys("0123456789", 0.5),
    **dict.fromkeys(" ", 0.34),
    **dict.fromkeys(".,:;![]()|'ijl", 0.29),
    **dict.fromkeys("+-\N{MINUS SIGN}=<>×±≤≥→mwM%&@", 0.84),
    **dict.fromkeys("–", 0.5),
}
"""Widths of letters of TeX's roman; others are taken for capitals or for small ones."""

_HEAD: Final = r"% needs \usepackage{booktabs,longtable,array}"


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        name: its heading, plain text on one line.
        right: whether it is aligned right.
    """

    name: str
    right: bool


class _Written(NamedTuple):
    """A column as LaTeX.

    Attributes:
        heading: written.
        cells: written, one a row.
        natural: width in em, where nothing is folded.
        width: in em.
        right: whether it is aligned right.
    """

    heading: str
    cells: tuple[str, ...]
    natural: float
    width: float
    right: bool

    @property
    def kind(self) -> str:
        r"""What stands for it behind ``\begin{tabular}``."""
        if self.width < self.natural:
            ragged = r"\raggedleft" if self.right else r"\raggedright"
            return f">{{{ragged}\\arraybackslash\\hspace{{0pt}}}}p{{{self.width:.1f}em}}"
        return "r" if self.right else "l"

    @property
    def lines(self) -> float:
        """About how many lines its longest cell is folded to."""
        return max(1.0, 1.15 * self.natural / self.width)


def table(
    name: str, title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], note: str, heads: int
) -> str:
    """A table, or several below each other where it is too wide.

    Args:
        name: of its label.
        title: its caption, plain text on one line.
        columns: from the left.
        rows: cells, plain text on one line.
        note: plain text on one line; empty: none.
        heads: how many of the first columns stand again in each part.
    """
    lacking: dict[str, None] = {}

    def said(text: str) -> str:
        found = spoken(text)
        lacking.update(dict.fromkeys(found.lacking))
        return found.text

    written = [
        _column(column, [row[place] for row in rows], [said(row[place]) for row in rows], said(column.name))
        for place, column in enumerate(columns)
    ]
    caption, below = said(title), said(note)
    parts = list(_parts(written, heads))
    blocks = [
        _block(name, caption, part, len(rows), place, len(parts)) for place, part in enumerate(parts, 1)
    ]
    sentences = [each for each in (below, _unprinted(lacking)) if each]
    if sentences:
        blocks.append("{\\footnotesize\\noindent\\raggedright " + " ".join(sentences) + "\\par}")
    return "\n\n".join([_HEAD, *blocks]) + "\n"


def _column(column: Column, plain: Sequence[str], cells: Sequence[str], heading: str) -> _Written:
    natural = max(_ems(spoken(text).shown) for text in (column.name, *plain))
    return _Written(heading, tuple(cells), natural, natural, column.right)


def _ems(text: str) -> float:
    return sum(_EMS.get(each, 0.55 if each.islower() else 0.76) for each in text)


def _parts(columns: Sequence[_Written], heads: int) -> Iterator[list[_Written]]:
    """Columns that fit beside each other, each part with the ``heads`` first ones; text is folded."""
    first = _narrowed(columns[:heads], _HEADS if len(columns) > heads else _LINE)
    room = _LINE - _taken(first)
    part: list[_Written] = []
    for column in columns[heads:]:
        folded = column._replace(width=min(column.natural, room - _BETWEEN, _FOLDED))
        if part and _taken([*part, folded]) > room:
            yield _widened([*first, *part])
            part = []
        part.append(folded)
    yield _widened([*first, *part])


def _taken(columns: Sequence[_Written]) -> float:
    return sum(each.width + _BETWEEN for each in columns)


def _narrowed(columns: Sequence[_Written], most: float) -> list[_Written]:
    """``columns`` within ``most``: the widest are folded first."""
    found = [each._replace(width=min(each.natural, most - _BETWEEN)) for each in columns]
    while found and _taken(found) > most:
        widest = max(range(len(found)), key=lambda place: found[place].width)
        if found[widest].width <= _LEAST:
            break
        found[widest] = found[widest]._replace(width=max(_LEAST, found[widest].width - 1))
    return found


def _widened(columns: list[_Written]) -> list[_Written]:
    """What the page has left is given to columns that are folded, in equal parts."""
    while (left := _LINE - _taken(columns)) > 0.5:
        folded = [place for place, each in enumerate(columns) if each.width < each.natural]
        if not folded:
            break
        for place in folded:
            each = columns[place]
            columns[place] = each._replace(width=min(each.natural, each.width + left / len(folded)))
    return columns


def _block(name: str, title: str, columns: Sequence[_Written], rows: int, place: int, parts: int) -> str:
    """One part: a float where it fits on a page and is alone, else a table that goes on over pages."""
    kinds = "@{}" + "".join(each.kind for each in columns) + "@{}"
    heading = " & ".join(each.heading for each in columns) + r" \\"
    body = "\n".join(
        " & ".join(cells) + r" \\" for cells in zip(*(each.cells for each in columns), strict=True)
    )
    said = title if parts == 1 else f"{title} (part {place} of {parts})"
    label = f"\\label{{tab:{name}}}" if place == 1 else ""
    small = "\\footnotesize\\setlength{\\tabcolsep}{0.37em}"
    if parts == 1 and rows * max(each.lines for each in columns) <= _PAGE:
        return (
            f"\\begin{{table}}[ht]\n\\centering{small}\n\\caption{{{said}}}{label}\n"
            f"\\begin{{tabular}}{{{kinds}}}\n\\toprule\n{heading}\n\\midrule\n{body}\n\\bottomrule\n"
            "\\end{tabular}\n\\end{table}"
        )
    same = "" if place == 1 else "\\addtocounter{table}{-1}"  # parts have one number
    again = f"\\multicolumn{{{len(columns)}}}{{@{{}}l@{{}}}}{{(continued)}} \\\\"
    return (
        f"{{{small}{same}\n\\begin{{longtable}}{{{kinds}}}\n\\caption{{{said}}}{label} \\\\\n"
        f"\\toprule\n{heading}\n\\midrule\n\\endfirsthead\n{again}\n\\toprule\n{heading}\n\\midrule\n\\endhead\n"
        f"\\bottomrule\n\\endfoot\n{body}\n\\end{{longtable}}}}"
    )


def _unprinted(lacking: Mapping[str, None]) -> str:
    """Which characters stand as code points; empty: none does."""
    if not lacking:
        return ""
    named = [
        f"U+{ord(each):04X} is {unicodedata.name(each, 'without a name')}"
        for each in list(lacking)[:_MOST_NAMED]
    ]
    more = f", and {len(lacking) - _MOST_NAMED} others" if len(lacking) > _MOST_NAMED else ""
    return f"Code points stand for characters that plain LaTeX does not print: {', '.join(named)}{more}."
