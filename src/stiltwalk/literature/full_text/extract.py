"""The text of a file: which kind it is, and what of it could be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Final, Literal, NamedTuple

from stiltwalk.literature.full_text.apart import Apart, Foreign, TakeApart, taken_apart
from stiltwalk.literature.full_text.blocks import Block
from stiltwalk.literature.full_text.languages import language_of
from stiltwalk.literature.full_text.layout import laid_out
from stiltwalk.literature.full_text.lines import blocks_of
from stiltwalk.literature.full_text.pages import running
from stiltwalk.literature.full_text.plain_files import decoded, markdown_blocks, text_blocks
from stiltwalk.literature.records.papers import Section
from stiltwalk.spec.errors import StiltwalkError

Kind = Literal["pdf", "html", "markdown", "text"]

MOST_BYTES: Final = 64 * 2**20
MOST_PLAIN_BYTES: Final = 4 * 2**20
"""Of a web page or a plain file: the text of a long book has two million characters."""

ENDINGS: Final[dict[str, Kind]] = {
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
}
_MEDIA: Final[dict[str, Kind]] = {
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/plain": "text",
}
_NOT_READ: Final = (
    "application/json",
    "application/xml",
    "application/epub",
    "audio/",
    "image/",
    "text/xml",
    "video/",
)
_HTML: Final = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)


class UnreadableTextError(StiltwalkError):
    """A file whose text cannot be read; the message says why, and how to mend it."""


class Extracted(NamedTuple):
    """The text of a file.

    Attributes:
        text: plain, in NFC; paragraphs are lines, parted by empty ones.
        sections: in order; they cover it from the first character to the last.
        language: ISO 639-1 code; empty: too little text to tell, or unclear.
        notes: sentences: what of it could not be read, or is to be known about it.
        title: as the file says of itself; empty: it does not.
        authors: the same, as one text.
        stamp: what is printed sideways on the first page.
    """

    text: str
    sections: tuple[Section, ...]
    language: str
    notes: tuple[str, ...] = ()
    title: str = ""
    authors: str = ""
    stamp: str = ""


class _Readable(NamedTuple):
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()
    title: str = ""
    authors: str = ""
    stamp: str = ""


def extracted(content: bytes, name: str, media_type: str = "", apart: TakeApart = taken_apart) -> Extracted:
    """The text of a file or an answer, by what it begins with, else by ``media_type`` and ``name``.

    Args:
        content: of the file.
        name: its path or address.
        media_type: as whoever sent it says; empty: nobody did.
        apart: takes apart what needs a library.

    Raises:
        UnreadableTextError: there is none, or it cannot be read.
        UserError: the library that reads it is not installed.
    """
    kind = kind_of(content, name, media_type)
    if kind == "text" and media_type.startswith(_NOT_READ):
        raise UnreadableTextError(f"{name}: it is of the kind '{media_type}', which is not read.")
    most = MOST_BYTES if kind == "pdf" else MOST_PLAIN_BYTES
    if len(content) > most:
        raise UnreadableTextError(
            f"{name}: it has {len(content) / 2**20:.0f} MB; {most // 2**20} MB are read at most."
        )
    found = _read(kind, content, name, apart)
    out = laid_out(found.blocks)
    if not any(character.isalpha() for character in out.text):
        raise UnreadableTextError(f"{name}: {_NO_TEXT[kind]}.")
    language = language_of(out.text)
    notes = (*found.notes, language.note) if language.note else found.notes
    return Extracted(out.text, out.sections, language.code, notes, found.title, found.authors, found.stamp)


def kind_of(content: bytes, name: str, media_type: str = "") -> Kind:
    """What ``content`` is."""
    if b"%PDF-" in content[:1024]:
        return "pdf"
    ending = ENDINGS.get(PurePath(name).suffix.lower())
    # a plain file may begin with an element of HTML; a PDF file that is none is a broken one or a web page
    if _HTML.match(content[:4096]) and ending not in {"markdown", "text"}:
        return "html"
    return _MEDIA.get(media_type) or ending or "text"


_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")

_NO_TEXT: Final[dict[Kind, str]] = {
    "pdf": "its pages hold no text: it is a scan, most likely; recognise its text (OCR) and save it again",
    "html": "it is a web page without a main text",
    "markdown": "it holds no text",
    "text": "it holds no text",
}


def _read(kind: Kind, content: bytes, name: str, apart: TakeApart) -> _Readable:
    if kind in {"pdf", "html"}:
        return _foreign("pdf" if kind == "pdf" else "html", content, name, apart)
    text = decoded(content)
    nothing = text.text.count("\0")
    controls = len(_CONTROL.findall(text.text))
    if controls > 0.05 * len(text.text):
        raise UnreadableTextError(
            f"{name}: it is no text: {controls} of {len(text.text)} characters are signs of control."
        )
    notes = (*text.notes, f"{nothing} NUL characters were left out.") if nothing else text.notes
    blocks = markdown_blocks(text.text) if kind == "markdown" else text_blocks(text.text)
    return _Readable(tuple(blocks), notes)


def _foreign(kind: Foreign, content: bytes, name: str, apart: TakeApart) -> _Readable:
    """What is taken apart by a library, in a process of its own."""
    parts = apart(kind, content)
    if parts.refused:
        raise UnreadableTextError(f"{name}: {parts.refused}.")
    blocks = parts.body.blocks or tuple(blocks_of(running(parts.pages)))
    if not blocks:
        why = parts.ended or _problems(parts) or _NO_TEXT[kind]
        raise UnreadableTextError(f"{name}: {why}.")
    head = parts.head
    return _Readable(blocks, tuple(_notes(parts)), head.title, head.authors, head.stamp)


def _problems(parts: Apart) -> str:
    """Why pages could not be read, where none could; empty: they could."""
    problems = [page.problem for page in parts.pages if page.problem]
    return f"none of its {len(parts.pages)} pages can be read: {problems[0]}" if problems else ""


def _notes(parts: Apart) -> Iterable[str]:
    if parts.ended:
        where = f" after page {len(parts.pages)}" if parts.pages else ""
        yield f"It was not read to its end{where}: {parts.ended}."
    broken = [page for page in parts.pages if page.problem]
    if broken:
        numbers = ", ".join(str(page.number) for page in broken[:10]) + (", …" if len(broken) > 10 else "")
        yield f"{len(broken)} of {len(parts.pages)} pages could not be read ({numbers}): {broken[0].problem}."
    empty = [page for page in parts.pages if not page.problem and not any(line.text for line in page.lines)]
    if empty:
        numbers = ", ".join(str(page.number) for page in empty[:10]) + (", …" if len(empty) > 10 else "")
        yield f"{len(empty)} of {len(parts.pages)} pages hold no text ({numbers}): pictures, most likely."
