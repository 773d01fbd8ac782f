"""What a PDF page draws: pieces of text with their places, put together to lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from stiltwalk.literature.full_text.characters import one_line
from stiltwalk.literature.full_text.lines import Line

_BOLD: Final = re.compile(r"bold|black|heavy|demi|medi\b|CMBX|SFBX|\.B\b", re.IGNORECASE)
_MARK: Final = re.compile(r"[\d,+\u2212\u2013*\u2217\u2020\u2021\u00a7\u00b6]+")


class Piece(NamedTuple):
    """Text drawn in one go; it may hold line ends.

    Attributes:
        text: as drawn.
        size: of the font, in points.
        font: its name.
        x: from the left edge, in points.
        y: from the lower edge, in points.
    """

    text: str
    size: float
    font: str
    x: float
    y: float


def lines_of(pieces: Iterable[Piece], page: int) -> Iterator[Line]:
    """Lines of ``page``; a raised number is parted by ``^`` from one before it, left out behind a word."""
    row: list[Piece] = []
    for piece in pieces:
        first, *others = piece.text.split("\n")
        row.append(piece._replace(text=first))
        for other in others:
            yield _line(row, page)
            row = [piece._replace(text=other)]
    if row:
        yield _line(row, page)


def _line(row: list[Piece], page: int) -> Line:
    shown = [piece for piece in row if piece.text.strip()]
    if not shown:
        return Line("", page=page)
    sizes: Counter[float] = Counter()
    bold = 0
    for piece in shown:
        sizes[round(piece.size, 1)] += len(piece.text)
        bold += len(piece.text) if _BOLD.search(piece.font) else 0
    size = max(sizes, key=lambda each: (sizes[each], each))
    main = next(piece for piece in shown if round(piece.size, 1) == size)
    text = ""
    for piece in row:
        raised = piece.size < 0.8 * size and piece.y > main.y + 0.15 * size
        text += _raised(text, piece.text) if raised else piece.text
    heavy = 2 * bold > sum(len(piece.text) for piece in shown)
    return Line(one_line(text), size, heavy, round(shown[0].x, 1), round(main.y, 1), page)


def _raised(before: str, mark: str) -> str:
    """What stands for ``mark``, which is raised behind ``before``: a footnote's sign, an exponent or else."""
    if not _MARK.fullmatch(mark.strip()):
        return mark
    if re.search(r"[a-z]{3}[\"'\u201d\u2019)\].,;:]*\s*$", before):
        return ""
    return f"^{mark.strip()}" if re.search(r"[\w)%]\s*$", before) else mark
