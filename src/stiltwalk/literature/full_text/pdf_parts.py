"""PDF files taken apart by pypdf: head, then page by page. For the child process: it may take all memory."""

from __future__ import annotations

import io
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from stiltwalk.literature.full_text.characters import one_line
from stiltwalk.literature.full_text.drawn import Piece, lines_of
from stiltwalk.literature.full_text.limits import Limits
from stiltwalk.literature.full_text.parts import End, Head, Page, Part, Refused

MOST_DRAWING: Final = 8 * 2**20
"""Bytes of a page's drawing: pypdf's documentation of text extraction warns that a large one may take
gigabytes (pypdf.readthedocs.io/en/latest/user/extract-text.html, read 2026-11-22)."""

MOST_CHARACTERS: Final = 3_000_000
FEW_CHARACTERS: Final = 300


class _TooLongError(BaseException):
    """A page takes too long; no ``Exception``, which the reader catches in places and goes on."""


def parts_of(content: bytes, limits: Limits) -> Iterator[Part]:
    """Parts of the PDF file ``content``; of its pages the first ones within ``limits``."""
    from pypdf import PdfReader  # noqa: PLC0415  only this command needs it

    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            yield Refused("it is encrypted and opens with a password only; save a copy without one")
            return
        pages = len(reader.pages)
    except Exception as error:  # a broken file may raise anything, say the errors of pypdf
        yield Refused(f"it is no whole PDF file ({_said(error)}); fetch or export it again")
        return
    yield _head(reader, pages, limits.page_seconds)
    characters = 0
    for number in range(1, min(pages, limits.pages) + 1):
        page = _page(reader, number, limits.page_seconds)
        yield page
        characters += sum(len(line.text) for line in page.lines)
        if characters > MOST_CHARACTERS:
            yield End(whole=False)
            return
    yield End(whole=pages <= limits.pages)


def _page(reader: Any, number: int, seconds: float) -> Page:
    """Page ``number``, or why it cannot be read."""
    try:
        with _limited_time(seconds):
            drawn = reader.pages[number - 1]
            contents = drawn.get_contents()
            size = len(contents.get_data()) if contents is not None else 0
            if size > MOST_DRAWING:
                return Page(number, problem=f"its drawing has {size / 2**20:.0f} MB")
            return Page(number, tuple(lines_of(_pieces(drawn), number)))
    except _TooLongError:
        return Page(number, problem=f"it takes longer than {seconds:g} s")
    except Exception as error:  # one broken page must not take the others with it
        return Page(number, problem=_said(error))


@contextmanager
def _limited_time(seconds: float) -> Iterator[None]:
    """Ends what takes too long by an alarm, which rings on: where nobody can hear it, it is lost."""
    before = signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds / 4)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _pieces(page: Any) -> list[Piece]:
    """What ``page`` draws upright; where that is little, all that it draws: it may lie on its side."""
    upright = _drawn(lambda see: page.extract_text(orientations=0, visitor_text=see))
    if sum(len(piece.text) for piece in upright) > FEW_CHARACTERS:
        return upright
    everything = _drawn(lambda see: page.extract_text(visitor_text=see))
    return everything if len(everything) > 2 * len(upright) else upright


def _drawn(extract: Callable[[Callable[..., None]], str]) -> list[Piece]:
    """Pieces that pypdf's visitor sees; their text put together is what ``extract`` gives."""
    pieces: list[Piece] = []

    def see(text: str, page: list[float], line: list[float], font: Any, size: float) -> None:
        if text:
            # a point of the line's matrix in that of the page; the larger of two scales: text may be slanted
            scale = max(abs(line[0] * page[0]), abs(line[3] * page[3])) or 1.0
            x = line[4] * page[0] + line[5] * page[2] + page[4]
            y = line[4] * page[1] + line[5] * page[3] + page[5]
            name = str(font.get("/BaseFont", "")) if font else ""
            pieces.append(Piece(text, abs(float(size)) * scale, name, x, y))

    extract(see)
    return pieces


def _head(reader: Any, pages: int, seconds: float) -> Head:
    said = {"/Title": "", "/Author": ""}
    for name in said:
        try:
            said[name] = one_line(str((reader.metadata or {}).get(name) or ""))
        except Exception:  # what a file says of itself is dispensable
            said[name] = ""
    return Head(said["/Title"], said["/Author"], pages, _stamp(reader, seconds))


def _stamp(reader: Any, seconds: float) -> str:
    """The stamp of arXiv on the first page."""
    try:
        with _limited_time(seconds):
            sideways = reader.pages[0].extract_text(orientations=(90, 270))
    except (Exception, _TooLongError):  # the page itself says what is wrong with it
        return ""
    found = re.search(r"arXiv:\S{4,30}[^\n]{0,60}", sideways)
    return one_line(found.group()) if found else ""


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise _TooLongError


def _said(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "it needs too much memory"
    return one_line(str(error))[:120] or type(error).__name__
